//! The run of one particle made again, attempt by attempt, with all that was made on the way.

use std::sync::Arc;

use driftscope_base::field::{Field, ScoredField};
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::field::NoisingField;
use driftscope_solve::brownian::Noise;
use driftscope_solve::by_hand::{
    AdaptiveByHand, AttemptByHand, FixedByHand, NoisyByHand, fixed_step,
};
use driftscope_solve::sde::SdeProblem;
use driftscope_solve::stepper::Step;
use driftscope_solve::{OdeSettings, Scope};

use super::models::{LoadedModel, model_of, needs_model};
use super::process::Process;
use super::recording::Recording;
use super::run::{RunError, ode_settings};
use super::starts::start_of;
use crate::scene::{Direction, Problem, Scene};

/// Attempts taken apart at most.
const MOST: usize = 4000;

/// The attempts of particle `particle` of a recording, in order, made again in double precision:
/// with the tolerances of single precision they may differ from the recording's in a last digit.
/// `model` stands in for the scene's own, as it did for the recording.
///
/// # Errors
/// If the scene or its model is refused.
pub fn step_by_step(
    recording: &Recording,
    particle: usize,
    model: Option<&Arc<LoadedModel>>,
) -> Result<Vec<AttemptByHand>, RunError> {
    let scene = &*recording.scene;
    let mixture = Arc::new(scene.mixture().map_err(|error| Problem {
        key: "data.mixture",
        value: String::from("this mixture"),
        allowed: error.to_string(),
    })?);
    let start = start_of(scene, &mixture, recording.interval.0, particle as u64);
    let settings = ode_settings(scene, recording.interval);
    if let Some(classic) = scene.classic() {
        return Ok(ode(recording, &classic, &settings, start, particle));
    }
    let model = match model {
        Some(model) if needs_model(scene) => Some(Arc::clone(model)),
        _ => model_of(scene)?,
    };
    let field = Process::<f64>::of(scene, &mixture, model.as_deref()).field;
    if scene.is_sde() {
        return Ok(sde(recording, &*field, start, particle));
    }
    Ok(ode(recording, &*field, &settings, start, particle))
}

fn ode(
    recording: &Recording,
    field: &dyn Field<f64>,
    settings: &OdeSettings,
    start: [f64; 2],
    particle: usize,
) -> Vec<AttemptByHand> {
    let scene = &*recording.scene;
    if scene.is_adaptive() && scene.sampler.scope == Scope::PerParticle {
        let mut by_hand = AdaptiveByHand::start(field, settings, start);
        return std::iter::from_fn(|| by_hand.attempt()).take(MOST).collect();
    }
    let grid = scene.grid(recording.interval);
    let Some(tableau) = settings.method.get().tableau() else {
        let noise = scene.is_stochastic().then(|| noise(scene, &grid, particle, false));
        let path = scene.interpolant.kind;
        return FixedByHand { field, settings, path, noise: noise.as_ref() }
            .steps(&grid, start, MOST);
    };
    // All particles make the steps that the log has; the last stage serves as the next one's first.
    let log = recording.shared_log.as_deref().unwrap_or_default();
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
    recording: &Recording,
    field: &dyn ScoredField<f64>,
    start: [f64; 2],
    particle: usize,
) -> Vec<AttemptByHand> {
    let scene = &*recording.scene;
    let grid = scene.grid(recording.interval);
    let form = scene.diffusion;
    let path = scene.interpolant.kind;
    let diffusion = |t: f64| match scene.direction {
        Direction::Noise => NoisingField::diffusion(t),
        _ => form.form.coefficient(path, form.norm, t),
    };
    let level = path.coefficients(recording.interval.1);
    let noise = noise(scene, &grid, particle, form.scheme.needs_area());
    let problem = SdeProblem {
        field,
        diffusion: &diffusion,
        level_at_end: (level.alpha, level.sigma),
        scheme: form.scheme,
        last_step: scene.last_step(),
        grid: &grid,
        keyframes: &[],
    };
    NoisyByHand { problem, noise: &noise }.steps(start, MOST)
}

/// The particle's own Brownian path.
fn noise(scene: &Scene, grid: &[f64], particle: usize, area: bool) -> Noise<f64> {
    let mut streams = [stream(scene.seed, Purpose::Path, particle as u64)];
    Noise::of_paths(grid, &mut streams, area)
}

#[cfg(test)]
mod tests {
    use driftscope_base::cancel::Cancel;

    use super::*;
    use crate::engine::{RunOptions, run};

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
            let recording = run(&scene, 1, &options, &Cancel::default(), |_| {}).expect("runs");
            for particle in 0..3 {
                let made = step_by_step(&recording, particle, None).expect("can be made again");
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
        let recording = run(&scene, 1, &options, &Cancel::default(), |_| {}).expect("runs");
        let made = step_by_step(&recording, 0, None).expect("can be made again");
        let first = &made[0];
        let noise = first.noise.expect("it is noisy");
        for (d, noise) in noise.iter().enumerate() {
            let sum = first.start[d] + first.h * first.stages[0].slope[d] + noise;
            assert!((sum - first.answer[d]).abs() < 1e-12);
        }
        assert!(made.last().expect("a last step").noise.is_none());
    }
}
