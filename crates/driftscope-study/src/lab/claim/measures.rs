//! What claims can be about: one table.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_flow::data::TiltedDensity;
use driftscope_solve::Attempt;
use driftscope_solve::measure::{Band, rms_distance};

use super::arguments::Arguments;
use crate::experiment::Experiment;
use crate::lab::budget::{self, Budget};
use crate::lab::convergence::convergence;
use crate::lab::error::LabError;
use crate::lab::lens::{Lens, lens};
use crate::lab::reference::Reference;
use crate::lab::round_trip::round_trip;
use crate::lab::stability::stability;
use crate::lab::sweep::{Setting, sweep_ode, sweep_point};
use crate::lab::transport::straightness;
use crate::measure::{Straightness, distance_to_data, distance_to_tilted};
use crate::networks::Networks;
use crate::recording::Recording;
use crate::run::{RunOptions, run};
use crate::scene::{Change, Scene};

/// Particles whose errors, steps and paths are measured; of a scene with fewer, all.
const SAMPLE: usize = 400;
/// Particles whose distance to the data is measured at most.
const CLOUD: usize = 4_000;
/// What makes a scene follow the exact flow as well as it can be followed.
const EXACT_FLOW: [&str; 5] = [
    "field.kind=exact",
    "sampler.method=dop853",
    "sampler.adaptive=true",
    "sampler.atol=1e-10",
    "sampler.rtol=1e-10",
];
/// Runs that differ in their seed alone.
const SEEDS: u64 = 8;
/// The steps over which an order is fitted.
const ORDER_STEPS: [usize; 5] = [8, 16, 32, 64, 128];

/// Something that can be measured of a scene.
#[derive(Debug)]
pub struct Measure {
    /// As it is written.
    pub name: &'static str,
    /// What it is, in one sentence, with its unit.
    pub about: &'static str,
    /// Its own arguments, each a number that has to be given by name.
    pub own: &'static [&'static str],
    pub(super) of: fn(&Asked<'_>) -> Result<f64, LabError>,
}

impl PartialEq for Measure {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// What a measure is asked of.
pub(super) struct Asked<'a> {
    /// The scene with the arguments over it.
    pub of: Scene,
    /// The scene without them.
    pub plain: &'a Scene,
    pub arguments: &'a Arguments,
    pub networks: &'a Networks,
    pub cancel: &'a Cancel,
}

/// Every measure. A distance is in units of the plane.
pub static MEASURES: &[Measure] = &[
    Measure {
        name: "global_error",
        about: "Root mean square distance of the particles at the end from where DOP853 at 1e-12 puts them on the same field; the noise of an SDE is left out.",
        own: &[],
        of: global_error,
    },
    Measure {
        name: "nfe",
        about: "Evaluations of the field per particle, on average.",
        own: &[],
        of: |asked| Ok(asked.recorded()?.nfe().mean),
    },
    Measure {
        name: "nfe_least",
        about: "Evaluations of the field for the particle that needs fewest.",
        own: &[],
        of: |asked| Ok(f64::from(asked.recorded()?.nfe().min)),
    },
    Measure {
        name: "nfe_most",
        about: "Evaluations of the field for the particle that needs most.",
        own: &[],
        of: |asked| Ok(f64::from(asked.recorded()?.nfe().max)),
    },
    Measure {
        name: "accepted",
        about: "Steps kept per particle, on average.",
        own: &[],
        of: |asked| Ok(asked.recorded()?.accepted().mean),
    },
    Measure {
        name: "rejected",
        about: "Steps thrown away per particle, on average.",
        own: &[],
        of: |asked| Ok(asked.recorded()?.rejected().mean),
    },
    Measure {
        name: "step_size",
        about: "Length of the kept step that passes the given t, on average over particles.",
        own: &["t"],
        of: step_size,
    },
    Measure {
        name: "memory",
        about: "Bytes a solver needs for its state and stages if it advances all particles together.",
        own: &[],
        of: |asked| Ok(asked.of.solver_bytes() as f64),
    },
    Measure {
        name: "order",
        about: "Slope of log error over log step size for 8 to 128 fixed steps.",
        own: &[],
        of: order,
    },
    Measure {
        name: "path_ratio",
        about: "Length of a particle's path over the straight line from its start to its end, the median over particles; 1 if straight.",
        own: &[],
        of: path_ratio,
    },
    Measure {
        name: "straightness",
        about: "How far paths are from straight lines at constant speed: the mean square of a particle's velocity less its mean velocity, integrated over t, over transport_cost(); 0 if straight.",
        own: &[],
        of: |asked| Ok(asked.straightness()?.relative()),
    },
    Measure {
        name: "transport_cost",
        about: "Mean square distance between where the particles start and where the flow takes them.",
        own: &[],
        of: |asked| Ok(asked.straightness()?.cost),
    },
    Measure {
        name: "end_distance",
        about: "Root mean square distance between where the particles end with the arguments and without.",
        own: &[],
        of: end_distance,
    },
    Measure {
        name: "growth",
        about: "Root mean square distance of the particles from the origin at the end over that at the start.",
        own: &[],
        of: growth,
    },
    Measure {
        name: "arrived",
        about: "Share of the particles that reach the end, 0 to 1.",
        own: &[],
        of: arrived,
    },
    Measure {
        name: "unstable",
        about: "Share of the first particle's kept steps that lie outside the method's stability region while the flow contracts, 0 to 1.",
        own: &[],
        of: unstable,
    },
    Measure {
        name: "round_trip",
        about: "How far a draw of the data comes back from where it set out, to noise and back, the median over draws.",
        own: &[],
        of: |asked| {
            let experiment = asked.ode()?;
            let setting = Setting::of_scene(&experiment.scene);
            let trip = round_trip(&experiment, setting, asked.count(), asked.cancel)?;
            Ok(Band::of(trip.errors).map_or(f64::NAN, |band| band.median))
        },
    },
    Measure {
        name: "distance",
        about: "Sliced Wasserstein-2 distance of the end points to the data.",
        own: &[],
        of: |asked| Ok(asked.to_data(asked.of.seed)?.sliced_w2),
    },
    Measure {
        name: "distance_floor",
        about: "Sliced Wasserstein-2 distance between two draws of the data of the same size: what perfect samples would have.",
        own: &[],
        of: |asked| Ok(asked.to_data(asked.of.seed)?.floor),
    },
    Measure {
        name: "tilted_distance",
        about: "Sliced Wasserstein-2 distance of the end points to the tilted density p(x)·p(c|x)^w of the class and scale of guidance.",
        own: &[],
        of: |asked| {
            let (scene, ends) = asked.ends(asked.of.seed)?;
            let distance = distance_to_tilted(&scene, &ends, asked.cancel)?;
            distance.map(|distance| distance.sliced_w2).ok_or_else(no_tilted_density)
        },
    },
    Measure {
        name: "tilted_mean_x",
        about: "Mean of x over that tilted density.",
        own: &[],
        of: |asked| Ok(asked.tilted()?.mean()[0]),
    },
    Measure {
        name: "tilted_std_x",
        about: "Standard deviation of x over that tilted density.",
        own: &[],
        of: |asked| Ok(asked.tilted()?.covariance().xx.sqrt()),
    },
    Measure {
        name: "mean_x",
        about: "Mean of x over the end points.",
        own: &[],
        of: |asked| Ok(moments(&asked.ends(asked.of.seed)?.1)[0]),
    },
    Measure {
        name: "std_x",
        about: "Standard deviation of x over the end points.",
        own: &[],
        of: |asked| Ok(moments(&asked.ends(asked.of.seed)?.1)[1]),
    },
    Measure {
        name: "distance_spread",
        about: "Largest less smallest sliced Wasserstein-2 distance to the data over 8 seeds.",
        own: &[],
        of: distance_spread,
    },
    Measure {
        name: "map_error",
        about: "Root mean square distance between where the particles end and where the exact flow leads them from the same starts.",
        own: &[],
        of: |asked| {
            let apart = asked.apart_from_exact()?;
            Ok((apart.iter().map(|d| d * d).sum::<f64>() / apart.len() as f64).sqrt())
        },
    },
    Measure {
        name: "map_error_median",
        about: "The median of those distances.",
        own: &[],
        of: |asked| Ok(Band::of(asked.apart_from_exact()?).map_or(f64::NAN, |band| band.median)),
    },
    Measure {
        name: "velocity_spread",
        about: "Root mean square distance between the velocities of the conditional paths through the given x and y at the given t and their mean.",
        own: &["t", "x", "y"],
        of: |asked| asked.lens().map(|seen| seen.spread[0].hypot(seen.spread[1])),
    },
    Measure {
        name: "velocity_error",
        about: "Distance between the velocity that is followed at the given x, y and t and the mean of the conditional paths' velocities there.",
        own: &["t", "x", "y"],
        of: |asked| {
            let Lens { velocity: [vx, vy], followed: [ux, uy], .. } = asked.lens()?;
            Ok((ux - vx).hypot(uy - vy))
        },
    },
    Measure {
        name: "parts",
        about: "How many parts of the data still matter at the given x, y and t: one over the sum of the squares of their posterior weights.",
        own: &["t", "x", "y"],
        of: |asked| Ok(asked.lens()?.effective),
    },
    Measure {
        name: "solver_error",
        about: "Sliced Wasserstein-2 distance between the particles as solved and as DOP853 at 1e-12 puts them.",
        own: &[],
        of: |asked| Ok(asked.budget()?.solver),
    },
    Measure {
        name: "model_error",
        about: "Sliced Wasserstein-2 distance between the particles on the learned field and on the exact one, both as DOP853 at 1e-12 puts them.",
        own: &[],
        of: |asked| Ok(asked.budget()?.model),
    },
];

impl Asked<'_> {
    fn count(&self) -> usize {
        self.of.particles.count.min(SAMPLE)
    }

    /// As the card has it.
    fn budget(&self) -> Result<Budget, LabError> {
        let count = self.of.particles.count.min(budget::SAMPLE);
        budget::budget(&self.ode()?, count, self.cancel)
    }

    /// The scene's ODE.
    fn ode(&self) -> Result<Experiment, LabError> {
        Experiment::of_ode(&self.of, self.networks)
    }

    /// The flow as DOP853 at 1e-12 follows it: the sampler has no part in it.
    fn straightness(&self) -> Result<Straightness, LabError> {
        straightness(&self.ode()?, self.count(), self.cancel)
    }

    /// What passes the place that is asked about.
    fn lens(&self) -> Result<Lens, LabError> {
        let experiment = Experiment::new(&Arc::new(self.of.clone()), self.networks)?;
        let [t, x, y] = ["t", "x", "y"].map(|name| self.arguments.own(name));
        lens(&experiment, t, [x, y], 0).map_err(|why| LabError::Refused(why.to_string()))
    }

    /// Runs the scene as it stands, over a sample of its particles.
    fn recorded(&self) -> Result<Recording, LabError> {
        self.run(&self.of, self.count())
    }

    fn run(&self, scene: &Scene, count: usize) -> Result<Recording, LabError> {
        let mut scene = scene.clone();
        scene.particles.count = count;
        let experiment = Experiment::new(&Arc::new(scene), self.networks)?;
        let options = RunOptions::for_window(count);
        Ok(run(&experiment, 1, &options, self.cancel, |_| {})?)
    }

    fn to_data(&self, seed: u64) -> Result<crate::measure::DataDistance, LabError> {
        if self.of.classic().is_some() {
            return Err(LabError::refused("A classic ODE has no data to be compared with."));
        }
        let (scene, ends) = self.ends(seed)?;
        Ok(distance_to_data(&scene, &ends, self.cancel)?)
    }

    /// Where a cloud ends, and the scene of which it is.
    fn ends(&self, seed: u64) -> Result<(Arc<Scene>, Vec<[f64; 2]>), LabError> {
        let mut scene = self.of.clone();
        scene.seed = seed;
        let recording = self.run(&scene, scene.particles.count.min(CLOUD))?;
        Ok((Arc::clone(&recording.scene), recording.ends().collect()))
    }

    /// How far each particle ends from where the exact flow leads it.
    fn apart_from_exact(&self) -> Result<Vec<f64>, LabError> {
        let (_, ends) = self.ends(self.of.seed)?;
        let exact: Result<Vec<_>, _> = EXACT_FLOW.iter().map(|set| Change::written(set)).collect();
        let changed = exact.and_then(|changes| self.of.changed(&changes));
        let mut exact = changed.map_err(|error| LabError::Refused(error.to_string()))?;
        exact.particles.count = ends.len();
        let others = self.run(&exact, ends.len())?;
        let apart = ends.iter().zip(others.ends());
        Ok(apart.map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).collect())
    }

    fn tilted(&self) -> Result<TiltedDensity, LabError> {
        self.of.tilted().ok_or_else(no_tilted_density)
    }
}

fn no_tilted_density() -> LabError {
    LabError::refused("Without a class, or of data without a density, there is no tilted density.")
}

/// Mean and standard deviation of x.
fn moments(points: &[[f64; 2]]) -> [f64; 2] {
    let count = points.len() as f64;
    let mean = points.iter().map(|point| point[0]).sum::<f64>() / count;
    let square = points.iter().map(|point| (point[0] - mean).powi(2)).sum::<f64>() / count;
    [mean, square.sqrt()]
}

fn global_error(asked: &Asked<'_>) -> Result<f64, LabError> {
    let experiment = sweep_ode(&asked.of, asked.networks)?;
    let what = (asked.of.sampler.method(), Setting::of_scene(&asked.of));
    let reference = Reference::of(&experiment, asked.count(), 1, asked.cancel)?;
    Ok(sweep_point(&experiment, what, &reference, &[], asked.cancel)?.global_error)
}

fn step_size(asked: &Asked<'_>) -> Result<f64, LabError> {
    let recording = asked.recorded()?;
    let t = asked.of.direction.own_time(asked.arguments.own("t"));
    let passing = |log: &[Attempt]| {
        let passes = |step: &&Attempt| step.accepted && step.t <= t && t <= step.t + step.h;
        log.iter().find(passes).map(|step| step.h)
    };
    let sizes: Vec<f64> = match &recording.shared_log {
        Some(log) => passing(log).into_iter().collect(),
        None => recording.logs().filter_map(|(_, log)| passing(log)).collect(),
    };
    if sizes.is_empty() {
        return Err(LabError::Refused(format!("No step passes t = {}.", asked.arguments.own("t"))));
    }
    Ok(sizes.iter().sum::<f64>() / sizes.len() as f64)
}

fn order(asked: &Asked<'_>) -> Result<f64, LabError> {
    let scene = Arc::new(asked.of.clone());
    let never_shown = |_, _| {};
    let table = convergence(
        &scene,
        asked.networks,
        &ORDER_STEPS,
        asked.count(),
        asked.cancel,
        never_shown,
    )?;
    table.fitted.ok_or_else(|| LabError::refused("The errors are too small to fit an order."))
}

fn path_ratio(asked: &Asked<'_>) -> Result<f64, LabError> {
    let recording = asked.recorded()?;
    let between = |a: [f32; 2], b: [f32; 2]| f64::from(b[0] - a[0]).hypot(f64::from(b[1] - a[1]));
    let ratio = |i: usize| {
        let path = recording.keyframes(i)?;
        let length: f64 = path.windows(2).map(|pair| between(pair[0], pair[1])).sum();
        Some(length / between(*path.first()?, *path.last()?))
    };
    let ratios = (0..recording.count()).filter_map(ratio).filter(|ratio| ratio.is_finite());
    Ok(Band::of(ratios).map_or(f64::NAN, |band| band.median))
}

fn end_distance(asked: &Asked<'_>) -> Result<f64, LabError> {
    let ends = |scene: &Scene| -> Result<Vec<[f64; 2]>, LabError> {
        Ok(asked.run(scene, asked.count())?.ends().collect())
    };
    Ok(rms_distance(&ends(&asked.of)?, &ends(&asked.plain.pane(0))?))
}

fn growth(asked: &Asked<'_>) -> Result<f64, LabError> {
    let recording = asked.recorded()?;
    let size = |[x, y]: [f64; 2]| x * x + y * y;
    let end: f64 = recording.ends().map(size).sum();
    let starts = (0..recording.count()).filter_map(|i| recording.keyframes(i)?.first().copied());
    let start: f64 = starts.map(|at| size(at.map(f64::from))).sum();
    Ok((end / start).sqrt())
}

fn arrived(asked: &Asked<'_>) -> Result<f64, LabError> {
    let recording = asked.recorded()?;
    let stopped = recording.stopped().map_or(0, |(count, _)| count);
    Ok(1.0 - stopped as f64 / recording.count().max(1) as f64)
}

fn unstable(asked: &Asked<'_>) -> Result<f64, LabError> {
    let experiment = asked.ode()?;
    let found = stability(&experiment, experiment.start(0), None, asked.cancel)?;
    Ok(found.unstable as f64 / found.step_eigenvalues.len().max(1) as f64)
}

fn distance_spread(asked: &Asked<'_>) -> Result<f64, LabError> {
    let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
    for k in 0..SEEDS {
        // Beyond the last seed that a scene may have comes the first.
        let distance = asked.to_data(asked.of.seed.wrapping_add(k) & i64::MAX as u64)?.sliced_w2;
        (least, most) = (least.min(distance), most.max(distance));
    }
    Ok(most - least)
}
