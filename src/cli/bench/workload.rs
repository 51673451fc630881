//! What is measured: the default network under each family of solver.

use std::sync::Arc;

use crate::engine::{Recording, RunOptions, run};
use crate::scene::Scene;
use crate::solver::Cancel;

/// Floating-point operations of one evaluation of the default network when all particles share t.
pub const SHARED_FLOP: f64 = 66_560.0;
/// The same when each has its own, and so time features of its own.
pub const OWN_FLOP: f64 = 82_944.0;

/// Numbers of particles.
pub const SIZES: [usize; 5] = [1, 512, 2_048, 10_000, 100_000];

/// A solver at work.
#[derive(Debug)]
pub struct Workload {
    /// Name in tables.
    pub title: &'static str,
    settings: &'static [&'static str],
    /// Operations of one evaluation.
    pub flop: f64,
}

/// Every workload, in the order of the table.
pub const WORKLOADS: &[Workload] = &[
    Workload {
        title: "Euler 100",
        settings: &["sampler.method=euler", "sampler.steps=100"],
        flop: SHARED_FLOP,
    },
    Workload {
        title: "RK4 25",
        settings: &["sampler.method=rk4", "sampler.steps=25"],
        flop: SHARED_FLOP,
    },
    Workload {
        title: "DOPRI5 whole batch",
        settings: &["sampler.rtol=1e-3", "sampler.scope=whole-batch"],
        flop: SHARED_FLOP,
    },
    Workload { title: "DOPRI5 per particle", settings: &["sampler.rtol=1e-3"], flop: OWN_FLOP },
    Workload {
        title: "Euler–Maruyama 100",
        settings: &["diffusion.form=sigma", "sampler.steps=99"],
        flop: SHARED_FLOP,
    },
];

impl Workload {
    /// Its scene with so many particles.
    ///
    /// # Panics
    /// If the table holds a setting that no scene has.
    #[must_use]
    pub fn scene(&self, particles: usize) -> Arc<Scene> {
        let count = format!("particles.count={particles}");
        let settings = self.settings.iter().map(|setting| (*setting).to_owned());
        let settings: Vec<String> = settings.chain([count]).collect();
        Arc::new(Scene::with_settings(None, &settings).expect("the table is tested"))
    }

    /// Solves `scene` and nothing else: few keyframes, no logs, no step doubling beside.
    ///
    /// # Panics
    /// If the scene cannot be run.
    #[must_use]
    pub fn solve(scene: &Arc<Scene>) -> Recording {
        let options = RunOptions {
            keyframes: 33,
            logged: 0,
            doubled: 0,
            ..RunOptions::for_window(scene.particles.count)
        };
        run(scene, 1, &options, &Cancel::default(), |_| {}).expect("the table is tested")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Architecture;

    #[test]
    fn every_workload_runs_with_the_operations_it_says() {
        let operations = |inputs: usize| {
            let shapes = Architecture::default().layer_shapes();
            let first = inputs * shapes[0][0];
            let others: usize = shapes[1..].iter().map(|[outputs, inputs]| outputs * inputs).sum();
            2.0 * (first + others) as f64
        };
        assert!((operations(2) - SHARED_FLOP).abs() < 0.5);
        assert!((operations(66) - OWN_FLOP).abs() < 0.5);
        for workload in WORKLOADS {
            let recording = Workload::solve(&workload.scene(3));
            assert!(recording.complete && recording.nfe().mean > 10.0, "{}", workload.title);
        }
    }
}
