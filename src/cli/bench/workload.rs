//! What is measured: the default network under each family of solver.

use std::sync::Arc;

use burn::tensor::TensorData;
use driftscope_base::cancel::Cancel;
use driftscope_base::field::Times;
use driftscope_base::random;
use driftscope_flow::network::{CheckpointError, ComputeDevice, Kernel, Mlp};
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, NetworkError, Networks, Recording, RunOptions, run};
use rayon::prelude::*;

/// Floating-point operations of one evaluation of the default network when all particles share t.
pub const SHARED_FLOP: f64 = 66_560.0;
/// The same when each has its own, and so the 21 terms of a series in t that stand for its time features.
pub const OWN_FLOP: f64 = 71_936.0;

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
        let experiment = Experiment::new(scene, &Networks::default()).expect("the table is tested");
        run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("the table is tested")
    }
}

/// One pass of the default scene's network over a batch that shares its time.
pub struct ForwardPass {
    kernel: Arc<Kernel>,
    /// Feature-major, as the kernel wants them, whole and in tiles for the threads.
    points: Vec<f32>,
    tiles: Vec<Vec<f32>>,
    velocities: Vec<f32>,
    of_tiles: Vec<Vec<f32>>,
}

impl ForwardPass {
    const TIME: Times<'static> = Times::Shared(0.5);

    /// Of so many particles.
    ///
    /// # Errors
    /// If the bundled model cannot be read.
    ///
    /// # Panics
    /// If the default scene is no longer a learned one.
    pub fn new(particles: usize) -> Result<Self, NetworkError> {
        let network = Networks::default().of(&Scene::default())?;
        let kernel = network.as_ref().and_then(|network| network.kernel());
        let kernel = Arc::clone(kernel.expect("the default scene has a bundled network"));
        let starts: Vec<_> = (0..particles as u64).map(|i| random::normal_start(0, i)).collect();
        let points: Vec<f32> =
            [0, 1].iter().flat_map(|&d| starts.iter().map(move |x| x[d] as f32)).collect();
        let size = particles.div_ceil(4 * rayon::current_num_threads()).max(1);
        let (xs, ys) = points.split_at(particles);
        let tiles = xs.chunks(size).zip(ys.chunks(size)).map(|(xs, ys)| [xs, ys].concat());
        let tiles: Vec<Vec<f32>> = tiles.collect();
        Ok(Self {
            kernel,
            velocities: vec![0.0; points.len()],
            of_tiles: tiles.clone(),
            tiles,
            points,
        })
    }

    /// By the fused kernel, on the calling thread.
    pub fn on_one_thread(&mut self) {
        self.kernel.evaluate_f32(Self::TIME, &self.points, &mut self.velocities);
    }

    /// By the fused kernel, on all threads of the pool.
    pub fn on_all_threads(&mut self) {
        let kernel = &self.kernel;
        self.of_tiles.par_iter_mut().zip(&self.tiles).for_each(|(velocities, points)| {
            kernel.evaluate_f32(Self::TIME, points, velocities);
        });
    }

    /// By burn, with inputs that are on the device already.
    ///
    /// # Errors
    /// If the bundled model cannot be read.
    pub fn by_burn(
        &self,
        device: ComputeDevice,
    ) -> Result<impl FnMut() -> TensorData + use<>, CheckpointError> {
        let weights = driftscope_study::bundled_model("two-moons")?.weights;
        let mlp = Mlp::from_weights(&weights, &device.burn_device());
        let inputs = mlp.inputs(&weights, Self::TIME.into(), &self.points);
        Ok(move || mlp.forward(weights.architecture.activation, inputs.clone()).into_data())
    }
}

#[cfg(test)]
mod tests {
    use driftscope_flow::network::Architecture;

    use super::*;

    #[test]
    fn forward_passes_agree() {
        let mut pass = ForwardPass::new(75).unwrap();
        pass.on_one_thread();
        pass.on_all_threads();
        let x = pass.of_tiles.iter().flat_map(|tile| &tile[..tile.len() / 2]);
        assert!(x.eq(&pass.velocities[..75]));
        for &device in ComputeDevice::ALL {
            let by_burn: Vec<f32> = pass.by_burn(device).unwrap()().try_into_vec().unwrap();
            for (particle, row) in by_burn.as_chunks::<2>().0.iter().enumerate() {
                assert!((row[0] - pass.velocities[particle]).abs() < 1e-5);
                assert!((row[1] - pass.velocities[75 + particle]).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn every_workload_runs_with_the_operations_it_says() {
        let operations = |inputs: usize| {
            let shapes = Architecture::default().layer_shapes();
            let first = inputs * shapes[0][0];
            let others: usize = shapes[1..].iter().map(|[outputs, inputs]| outputs * inputs).sum();
            2.0 * (first + others) as f64
        };
        assert!((operations(2) - SHARED_FLOP).abs() < 0.5);
        assert!((operations(2 + 21) - OWN_FLOP).abs() < 0.5);
        for workload in WORKLOADS {
            let recording = Workload::solve(&workload.scene(3));
            assert!(recording.complete && recording.nfe().mean > 10.0, "{}", workload.title);
        }
    }
}
