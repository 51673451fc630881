//! The run of one particle made again, attempt by attempt, with all that was made on the way.

use driftscope_base::cancel::Cancel;
use driftscope_base::field::ScoredField;
use driftscope_solve::Scope;
use driftscope_solve::by_hand::{
    AdaptiveByHand, AttemptByHand, ControlledByHand, FixedByHand, NoisyByHand, fixed_step,
};
use driftscope_solve::sde::SdeProblem;
use driftscope_solve::stepper::Step;

use crate::experiment::Experiment;
use crate::recording::Recording;

/// Attempts taken apart at most.
const MOST: usize = 4000;

/// The attempts of particle `particle` of a recording of `experiment`, in order, made again in double
/// precision: with the tolerances of single precision they may differ from the recording's in a last
/// digit.
#[must_use]
pub fn step_by_step(
    experiment: &Experiment,
    recording: &Recording,
    particle: usize,
) -> Vec<AttemptByHand> {
    match experiment.process::<f64>().filter(|_| experiment.scene.is_sde()) {
        Some(process) => sde(experiment, process, particle),
        None => ode(experiment, recording, particle),
    }
}

fn ode(experiment: &Experiment, recording: &Recording, particle: usize) -> Vec<AttemptByHand> {
    let scene = &*experiment.scene;
    let (field, start) = (experiment.field::<f64>(), experiment.start(particle));
    let settings = &experiment.ode_settings();
    let log = recording.shared_log.as_deref().unwrap_or_default();
    if scene.is_adaptive() && settings.method.embedded_tableau().is_none() {
        let by_hand = ControlledByHand { field, settings };
        return match scene.sampler.scope {
            Scope::PerParticle => {
                by_hand.solve(start, MOST, &Cancel::default()).unwrap_or_default()
            }
            Scope::WholeBatch => by_hand.repeat(&log[..log.len().min(MOST)], start),
        };
    }
    if scene.is_adaptive() && scene.sampler.scope == Scope::PerParticle {
        let mut by_hand = AdaptiveByHand::start(field, settings, start);
        return std::iter::from_fn(|| by_hand.attempt()).take(MOST).collect();
    }
    let grid = experiment.grid();
    let Some(tableau) = settings.method.get().tableau() else {
        let noise = scene.is_stochastic().then(|| experiment.paths(&grid, particle, 1));
        return FixedByHand { field, settings, noise: noise.as_ref() }.steps(&grid, start, MOST);
    };
    // All particles make the steps that the log has; the last stage serves as the next one's first.
    let mut at = start;
    let mut made: Vec<AttemptByHand> = Vec::new();
    for (index, attempt) in log.iter().enumerate().take(MOST) {
        let own_end = attempt.t + attempt.h;
        let on_grid = grid.get(index + 1).filter(|_| !scene.is_adaptive());
        let t1 = on_grid.copied().unwrap_or(own_end);
        let step = Step { index, t: attempt.t, t1 };
        let step = fixed_step(field, settings, tableau, step, at);
        let next = log.get(index + 1).filter(|_| scene.is_adaptive());
        let factor = next.map_or(1.0, |next| next.h / attempt.h);
        let answer = step.answer;
        made.push(AttemptByHand { accepted: attempt.accepted, factor, nfe: attempt.nfe, ..step });
        if attempt.accepted {
            at = answer;
        }
        if !at.iter().all(|x| x.is_finite()) {
            break;
        }
    }
    made
}

fn sde(
    experiment: &Experiment,
    field: &dyn ScoredField<f64>,
    particle: usize,
) -> Vec<AttemptByHand> {
    let scene = &*experiment.scene;
    let grid = experiment.grid();
    let noise = experiment.paths(&grid, particle, 1);
    let problem = SdeProblem {
        field,
        diffusion: &|t| experiment.diffusion(t),
        level_at_end: experiment.level_at_end(),
        scheme: scene.diffusion.scheme,
        last_step: scene.last_step(),
        grid: &grid,
        keyframes: &[],
    };
    NoisyByHand { problem, noise: &noise }.steps(experiment.start(particle), MOST)
}

#[cfg(test)]
mod tests {
    use driftscope_base::cancel::Cancel;

    use std::sync::Arc;

    use super::*;
    use crate::networks::Networks;
    use crate::run::{RunOptions, run};
    use crate::scene::Scene;

    /// Whatever makes the steps, taking them apart leads where the run led.
    #[test]
    fn the_steps_by_hand_lead_where_the_run_led() {
        let common = ["field.kind=exact", "data.name=two-moons", "particles.count=3"];
        for settings in [
            &["sampler.rtol=1e-4"][..],
            &["sampler.rtol=1e-4", "sampler.scope=whole-batch"],
            &["sampler.method=rk4", "sampler.steps=12"],
            &["sampler.method=dopri5", "sampler.adaptive=false", "sampler.steps=6"],
            &["sampler.method=ab2", "sampler.steps=12"],
            &["sampler.method=rk4", "sampler.adaptive=true", "sampler.rtol=1e-4"],
            &["sampler.method=ab4", "sampler.adaptive=true", "sampler.scope=whole-batch"],
            &["sampler.method=trapezoid", "sampler.adaptive=true", "sampler.scope=whole-batch"],
            &["sampler.method=dpm-solver-2", "sampler.adaptive=true", "sampler.rtol=1e-3"],
            &["sampler.method=implicit-midpoint", "sampler.steps=8"],
            &["sampler.method=ddim", "sampler.eta=0.5", "sampler.steps=12"],
            &["diffusion.form=sigma", "sampler.steps=20"],
            &["diffusion.form=sigma", "sampler.steps=20", "diffusion.scheme=heun"],
            &["diffusion.form=linear", "sampler.steps=20", "diffusion.scheme=sra1"],
            &["direction=noise", "sampler.steps=20"],
            &["direction=noise", "sampler.steps=20", "time.start=0.3"],
            &["direction=encode"],
            &["direction=encode", "sampler.method=rk4", "sampler.steps=12", "time.start=0.3"],
            &["time.start=0.4"],
            &["time.start=0.4", "particles.start=noise"],
            &["sampler.method=heun", "sampler.times=[0.2, 0.5, 1.0]"],
            &["field.kind=classic", "field.system=van-der-pol"],
        ] {
            let all: Vec<String> = common
                .iter()
                .chain(settings)
                .chain(&["sampler.precision=f64"])
                .map(|&setting| setting.to_owned())
                .collect();
            let scene = Arc::new(Scene::with_settings(None, &all).expect("a scene"));
            let options = RunOptions::for_window(3);
            let experiment = Experiment::new(&scene, &Networks::default()).expect("ready");
            let recording =
                run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
            for particle in 0..3 {
                let made = step_by_step(&experiment, &recording, particle);
                let wanted = recording.ends().nth(particle).expect("is there");
                let last = made.iter().rfind(|attempt| attempt.accepted).expect("steps were made");
                for (found, wanted) in last.answer.iter().zip(wanted) {
                    let error = (found - wanted).abs();
                    assert!(error < 1e-9, "{settings:?}: {error:e}");
                }
                let counts = recording.counts().nth(particle).expect("is there");
                let kept = made.iter().filter(|attempt| attempt.accepted).count();
                assert_eq!(kept as u32, counts.accepted, "{settings:?}");
                assert!(made.iter().all(|attempt| !attempt.stages.is_empty()));
            }
        }
    }

    #[test]
    fn a_noisy_step_is_drift_and_noise() {
        let settings = ["field.kind=exact", "diffusion.form=sigma", "sampler.steps=10"];
        let all = settings.map(str::to_owned);
        let scene = Arc::new(Scene::with_settings(None, &all).expect("a scene"));
        let options = RunOptions::for_window(3);
        let experiment = Experiment::new(&scene, &Networks::default()).expect("ready");
        let recording = run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
        let made = step_by_step(&experiment, &recording, 0);
        let first = &made[0];
        let noise = first.noise.expect("it is noisy");
        for (d, noise) in noise.iter().enumerate() {
            let sum = first.start[d] + first.h * first.stages[0].slope[d] + noise;
            assert!((sum - first.answer[d]).abs() < 1e-12);
        }
        assert!(made.last().expect("a last step").noise.is_none());
    }
}
