//! Training and sampling for the table.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use anyhow::{Result, bail};
use driftscope_base::cancel::Cancel;
use driftscope_base::field::{Field, Times};
use driftscope_base::random::{Purpose, standard_normal, stream};
use driftscope_flow::data::Shape;
use driftscope_study::measure::distance_to_data;
use driftscope_study::scene::{ModelName, Scene};
use driftscope_study::work::{Dispatcher, InPlace, News};
use driftscope_study::{
    Experiment, Product, RunOptions, Store, Task, TrainingSpec, TrainingState, run,
};

/// Samples that are measured.
pub const SAMPLES: usize = 10_000;
/// The first seed of the noise that samples start from; no training draws it.
const FIRST_SEED: u64 = 99;
/// Draws of `p_t` over which an error is averaged.
const DRAWN: usize = 4_096;

/// Farther outside of a box a point is none of its.
const BEYOND: f64 = 0.02;
/// Draws that say which density is low.
const LEVEL_DRAWS: usize = 100_000;

/// Signs of a setting that are told.
const LONGEST: usize = 48;

/// The distributions that are learned.
pub const DATA: [&str; 3] = ["two-moons", "eight-gaussians", "checkerboard"];

/// What is trained once is kept, and what it took is told.
pub struct Workshop {
    store: Store,
    seconds: f64,
    draws: u64,
    made: HashMap<Vec<String>, Scene>,
    log: String,
}

impl Workshop {
    pub fn new(seconds: f64, draws: u64) -> Self {
        Self { store: Store::default(), seconds, draws, made: HashMap::new(), log: String::new() }
    }

    /// How many draws of noise a figure is the mean over.
    pub fn draws(&self) -> u64 {
        self.draws
    }

    /// A scene that follows a network trained as these settings say, for at most the seconds there are.
    pub fn trained(&mut self, settings: &[String]) -> Result<Scene> {
        let budget = format!("training.seconds={:.1}", self.seconds);
        let all: Vec<String> = settings.iter().cloned().chain([budget]).collect();
        self.trained_for_steps(&all)
    }

    /// The same for as many steps as they say.
    pub fn trained_for_steps(&mut self, settings: &[String]) -> Result<Scene> {
        if let Some(made) = self.made.get(settings) {
            return Ok(made.clone());
        }
        let mut scene = Scene::to_train_on(None, settings)?;
        let work = Dispatcher::new(InPlace::new(self.store.clone()));
        let job = work.start(Task::Train(Box::new(TrainingSpec::of_scene(&scene))));
        let mut status = None;
        loop {
            match work.news(&job) {
                Some(News::Made(Product::Training(newest))) => status = Some(newest),
                Some(News::Failed(reason)) => bail!("{}: {reason}", settings.join(" ")),
                Some(News::Done) | None => break,
                Some(_) => {}
            }
        }
        let Some(status) = status.filter(|status| status.state == TrainingState::Finished) else {
            bail!("{}: the training did not end", settings.join(" "));
        };
        let Some(id) = status.network else { bail!("no step was made") };
        scene.field.model = Some(ModelName::Trained(id));
        let seconds = status.elapsed.as_secs_f64();
        // Of points of one's own not every one is told.
        let said = |setting: &String| match setting.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", &setting[..end]),
            None => setting.clone(),
        };
        let told: Vec<String> = settings.iter().map(said).collect();
        let steps = status.steps_done;
        writeln!(self.log, "| `{}` | {steps} | {seconds:.1} |", told.join("` `"))?;
        eprintln!("{}: {steps} steps in {seconds:.1} s", told.join(" "));
        self.made.insert(settings.to_vec(), scene.clone());
        Ok(scene)
    }

    /// The scene with further settings and so many particles.
    pub fn sampled(
        &self,
        scene: &Scene,
        settings: &[&str],
        count: usize,
        draw: u64,
    ) -> Result<Experiment> {
        let count = format!("particles.count={count}");
        let seed = format!("seed={}", FIRST_SEED + draw);
        let changes: Result<Vec<_>, _> = settings
            .iter()
            .copied()
            .chain([count.as_str(), seed.as_str()])
            .map(driftscope_study::scene::Change::written)
            .collect();
        let scene = scene.changed(&changes?)?;
        Ok(Experiment::new(&Arc::new(scene), &self.store.networks)?)
    }

    /// Where the particles of a draw of noise end.
    pub fn ends(
        &self,
        scene: &Scene,
        settings: &[&str],
        count: usize,
        draw: u64,
    ) -> Result<Vec<[f64; 2]>> {
        let experiment = self.sampled(scene, settings, count, draw)?;
        let options =
            RunOptions { keyframes: 2, logged: 0, doubled: 0, ..RunOptions::for_window(1) };
        let recording = run(&experiment, 1, &options, &Cancel::default(), |_| {})?;
        Ok(recording.ends().collect())
    }

    /// R: the mean over draws of noise.
    pub fn ratio(&self, scene: &Scene, settings: &[&str]) -> Result<f64> {
        let mut sum = 0.0;
        for draw in 0..self.draws {
            let ends = self.ends(scene, settings, SAMPLES, draw)?;
            let distance =
                distance_to_data(scene, &ends, &Cancel::default()).expect("nothing cancels it");
            sum += distance.sliced_w2 / distance.floor;
        }
        Ok(sum / self.draws as f64)
    }

    /// Root mean square and median distance between the ends of two ways from the same noise.
    pub fn apart(&self, [first, second]: [(&Scene, &[&str]); 2], count: usize) -> Result<[f64; 2]> {
        let mut distances = Vec::new();
        for draw in 0..self.draws {
            let ends = self.ends(first.0, first.1, count, draw)?;
            let others = self.ends(second.0, second.1, count, draw)?;
            let apart = ends.iter().zip(&others).map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1]));
            distances.extend(apart);
        }
        let square: f64 = distances.iter().map(|d| d * d).sum();
        distances.sort_unstable_by(f64::total_cmp);
        Ok([(square / distances.len() as f64).sqrt(), distances[distances.len() / 2]])
    }

    /// Share of points where there are hardly any data: more than 0.02 outside of all boxes, or below the level
    /// of density below which 1 % of the data lie.
    pub fn outliers(&self, scene: &Scene, ends: &[[f64; 2]]) -> Result<f64> {
        let experiment = self.sampled(scene, &[], 1, 0)?;
        let mixture = &experiment.mixture;
        let outside = |end: &&[f64; 2]| {
            mixture.components().iter().all(|part| match part.shape {
                Shape::Box { min, max } => {
                    (0..2).any(|d| end[d] < min[d] - BEYOND || end[d] > max[d] + BEYOND)
                }
                Shape::Gaussian { .. } => true,
            })
        };
        let count = if mixture.has_boxes() {
            ends.iter().filter(outside).count()
        } else {
            let mut rng = stream(FIRST_SEED, Purpose::Draw, 1);
            let draws = mixture.sample(&mut rng, LEVEL_DRAWS);
            let mut levels: Vec<f64> = draws.iter().map(|&x| mixture.log_density(x)).collect();
            levels.sort_unstable_by(f64::total_cmp);
            let least = levels[LEVEL_DRAWS / 100];
            ends.iter().filter(|&&end| mixture.log_density(end) < least).count()
        };
        Ok(count as f64 / ends.len() as f64)
    }

    /// The mean of the squared error of the velocity at t, over `p_t`.
    pub fn squared_error(&self, scene: &Scene, t: f64) -> Result<f64> {
        let experiment = self.sampled(scene, &[], 1, 0)?;
        let level = scene.interpolant.kind.coefficients(t);
        let mut rng = stream(FIRST_SEED, Purpose::Draw, t.to_bits());
        let data = experiment.mixture.sample(&mut rng, DRAWN);
        let points: Vec<[f64; 2]> = data
            .into_iter()
            .map(|x1| {
                let x0 = standard_normal(&mut rng);
                [0, 1].map(|d| level.alpha * x1[d] + level.sigma * x0[d])
            })
            .collect();
        let at: Vec<f64> = [0, 1].iter().flat_map(|&d| points.iter().map(move |p| p[d])).collect();
        let [mut learned, mut exact] = [(); 2].map(|()| vec![0.0; at.len()]);
        experiment.field::<f64>().velocity(Times::Shared(t), &at, &mut learned);
        experiment.exact().velocity(Times::Shared(t), &at, &mut exact);
        let square: f64 = learned.iter().zip(&exact).map(|(a, b)| (a - b).powi(2)).sum();
        Ok(square / DRAWN as f64)
    }

    /// What was trained, as a table.
    pub fn trainings(&self) -> String {
        format!(
            "### Trainings\n\n| settings | steps | seconds |\n| --- | --- | --- |\n{}",
            self.log
        )
    }
}

/// Settings of a training on a distribution.
pub fn on(data: &str, settings: &[&str]) -> Vec<String> {
    let data = format!("data.name={data}");
    std::iter::once(data).chain(settings.iter().map(|&setting| setting.to_owned())).collect()
}

/// Solved well.
pub const WELL: [&str; 3] = ["sampler.method=rk4", "sampler.adaptive=false", "sampler.steps=50"];

/// So many steps of a method.
pub fn steps(method: &str, count: usize) -> [String; 2] {
    [format!("sampler.method={method}"), format!("sampler.steps={count}")]
}
