//! What a recording is held against: its own particles, solved as well as double precision allows.

use driftscope_solve::grid::unresolved;
use driftscope_solve::sde::Scheme;
use driftscope_solve::{ControllerKind, End, MethodRef, MinStepPolicy, Scope};

use crate::recording::Recording;
use crate::scene::{Precision, Scene};

/// Tolerance of a reference.
const TOLERANCE: f64 = 1e-10;
/// Particles of a reference at most; those beyond have none.
const MOST_PARTICLES: usize = 4096;
/// A noisy reference makes so many steps for one, as long as that is no more than [`MOST_STEPS`].
const FINER: usize = 16;
/// Noisy steps of a reference at most.
const MOST_STEPS: usize = 20_000;

impl Recording {
    /// The scene of its reference: the same field and starts, over the same interval. For an ODE
    /// it is solved by DOP853 at a relative and absolute tolerance of 1e-10; for an SDE by SRA1
    /// with up to 16 times the steps on the same Brownian paths. None for methods that draw noise
    /// of their own, whose paths have no limit.
    #[must_use]
    pub fn reference_scene(&self) -> Option<Scene> {
        let mut scene = self.scene.pane(0);
        if scene.is_stochastic() && !scene.is_sde() {
            return None;
        }
        scene.particles.count = scene.particles.count.min(MOST_PARTICLES);
        // Times that are spelt out below must not change what starts are drawn from.
        scene.set_interval(self.interval);
        scene.sampler.precision = Some(Precision::F64);
        if scene.is_sde() {
            let grid = scene.grid(self.interval);
            // Halving every step draws on the same path.
            let parted = |finer: usize| -> Vec<f64> {
                let parts = grid.windows(2).flat_map(|pair| {
                    (0..finer).map(move |k| pair[0] + (pair[1] - pair[0]) * k as f64 / finer as f64)
                });
                parts.chain(grid.last().copied()).collect()
            };
            let mut finer = FINER;
            while finer > 1 && (grid.len() - 1) * finer > MOST_STEPS {
                finer /= 2;
            }
            let mut times = parted(finer);
            while finer > 1 && unresolved(&times).is_some() {
                finer /= 2;
                times = parted(finer);
            }
            scene.step_through(times);
            scene.diffusion.scheme = Scheme::Sra1;
            return Some(scene);
        }
        let sampler = &mut scene.sampler;
        sampler.set_method(MethodRef::named("dop853")?);
        sampler.adaptive = None;
        sampler.leave_list();
        (sampler.grid, sampler.step_size) = (None, None);
        (sampler.atol, sampler.rtol) = (TOLERANCE, TOLERANCE);
        (sampler.scope, sampler.end) = (Scope::PerParticle, End::Clamp);
        sampler.controller = ControllerKind::default();
        (sampler.first_step, sampler.min_step, sampler.max_step) = (None, 0.0, None);
        sampler.min_step_policy = MinStepPolicy::default();
        (sampler.pcoeff, sampler.icoeff, sampler.dcoeff) = (None, None, None);
        // Settings of the step that would only make several references of one.
        let usual = Scene::default().sampler;
        (sampler.safety, sampler.norm) = (usual.safety, usual.norm);
        (sampler.min_factor, sampler.max_factor) = (usual.min_factor, usual.max_factor);
        (sampler.error_weights, sampler.max_attempts) = (usual.error_weights, usual.max_attempts);
        (sampler.steps, sampler.rho, sampler.shift) = (usual.steps, usual.rho, usual.shift);
        sampler.take_knobs_of(&usual);
        (scene.diffusion.scheme, scene.diffusion.norm) = (Scheme::default(), 1.0);
        Some(scene)
    }

    /// Where particle `i` is at time `t`: through the four nearest keyframes, as a cubic. None
    /// beyond the particles there are.
    #[must_use]
    pub fn position_at(&self, i: usize, t: f64) -> Option<[f64; 2]> {
        let frames = self.keyframes(i)?;
        let place = self.keyframe_of_time(t);
        let last = frames.len() - 1;
        let k = (place as usize).min(last.saturating_sub(1));
        if last < 3 || self.scene.is_sde() {
            let fraction = place - k as f64;
            let [from, to] = [k, (k + 1).min(last)].map(|k| frames[k].map(f64::from));
            return Some([0, 1].map(|d| from[d] + fraction * (to[d] - from[d])));
        }
        let first = k.saturating_sub(1).min(last - 3);
        let mut sum = [0.0; 2];
        for (a, frame) in frames.iter().enumerate().skip(first).take(4) {
            let mut weight = 1.0;
            for b in (first..first + 4).filter(|&b| b != a) {
                weight *= (t - self.times[b]) / (self.times[a] - self.times[b]);
            }
            for (sum, x) in sum.iter_mut().zip(frame) {
                *sum += weight * f64::from(*x);
            }
        }
        Some(sum)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use driftscope_base::cancel::Cancel;

    use super::*;
    use crate::experiment::Experiment;
    use crate::networks::Networks;
    use crate::run::{RunOptions, run};

    fn record(settings: &[&str]) -> Recording {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let scene = Arc::new(Scene::with_settings(None, &settings).expect("a scene"));
        solve(&scene)
    }

    fn solve(scene: &Arc<Scene>) -> Recording {
        let options = RunOptions::for_window(scene.particles.count);
        let experiment = Experiment::new(scene, &Networks::default()).expect("ready");
        run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs")
    }

    fn mean_distance(a: &Recording, b: &Recording) -> f64 {
        let distances = a.ends().zip(b.ends()).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]));
        distances.sum::<f64>() / a.count() as f64
    }

    #[test]
    fn solvers_come_closer_to_their_reference_as_they_try_harder() {
        let common = ["field.kind=exact", "data.name=eight-gaussians", "particles.count=40"];
        for kinds in [
            ["sampler.method=euler", "sampler.grid=cosine"],
            ["sampler.method=rk4", "sampler.norm=max"],
            ["diffusion.form=sigma", "diffusion.scheme=heun"],
            ["diffusion.form=sigma", "diffusion.last_step=none"],
        ] {
            let settings = |steps| {
                let mut all = common.to_vec();
                all.extend(kinds);
                all.push(steps);
                all
            };
            let coarse = record(&settings("sampler.steps=16"));
            let fine = record(&settings("sampler.steps=64"));
            let reference =
                |of: &Recording| solve(&Arc::new(of.reference_scene().expect("there is one")));
            let [far, near] = [&coarse, &fine].map(|of| mean_distance(of, &reference(of)));
            assert!(near < 0.5 * far, "{kinds:?}: {near} is not much less than {far}");
        }
    }

    #[test]
    fn panes_that_differ_in_their_solver_share_a_reference() {
        let reference = |settings: &[&str]| {
            record(&[&["field.kind=exact", "particles.count=2"][..], settings].concat())
                .reference_scene()
                .expect("there is one")
        };
        let euler = reference(&["sampler.method=euler", "sampler.steps=3"]);
        let dopri5 = reference(&["sampler.controller=pid", "sampler.rtol=1e-2"]);
        assert!(euler.records_like(&dopri5));
        assert!(!euler.records_like(&reference(&["diffusion.form=sigma"])));
    }

    #[test]
    fn positions_between_keyframes_are_as_good_as_the_keyframes() {
        let settings = ["field.kind=exact", "data.name=two-moons", "particles.count=6"];
        let recording =
            record(&[&settings[..], &["sampler.rtol=1e-9", "sampler.atol=1e-9"][..]].concat());
        let mut scene = (*recording.scene).clone();
        scene.time.end = Some(0.7371);
        let there = solve(&Arc::new(scene));
        for (i, wanted) in there.ends().enumerate() {
            let found = recording.position_at(i, 0.7371).expect("is there");
            let error = (found[0] - wanted[0]).hypot(found[1] - wanted[1]);
            assert!(error < 3e-6, "{i}: {error:e}");
        }
    }
}
