//! There and back: from data to noise along the flow and forth again.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Reversed};
use driftscope_base::random::{Purpose, stream};
use driftscope_solve::fixed::FixedProblem;
use driftscope_solve::measure::Band;
use driftscope_solve::{OdeSettings, TILE, per_particle};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::reference::by_feature;
use super::subject::Subject;
use super::sweep::{Setting, settings_of};
use crate::experiment::Experiment;
use crate::scene::Scene;
use crate::store::Store;
use std::sync::Arc;

/// Seed of the data that make the trip.
const DRAW_SEED: u64 = 0x0D1F_F5C2;

/// A round trip at one setting.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundTrip {
    /// How precise each way was.
    pub setting: Setting,
    /// The data that set out.
    pub data: Vec<[f64; 2]>,
    /// How far each came back from where it set out; NaN where it did not come back.
    pub errors: Vec<f64>,
    /// Evaluations per particle for both ways, on average.
    pub nfe: f64,
}

/// Round trips over several settings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundTrips {
    /// One per setting, loose first: nfe and the errors over particles.
    pub settings: Vec<(Setting, f64, Option<Band>)>,
    /// The trip at the scene's own setting, particle by particle.
    pub own: RoundTrip,
}

/// Sends `count` draws of the data to noise and back with the scene's own method at `setting`.
/// Each particle takes its own steps.
///
/// # Errors
/// [`LabError::Refused`] for a classic ODE and for diffusion samplers, whose steps only lead from
/// noise to data; [`LabError::Cancelled`] if `cancel` was raised.
pub fn round_trip(
    experiment: &Experiment,
    setting: Setting,
    count: usize,
    cancel: &Cancel,
) -> Result<RoundTrip, LabError> {
    experiment.with_distribution()?;
    let method = experiment.scene.sampler.method();
    if method.needs_noising_process() {
        return Err(LabError::refused(
            "A diffusion sampler's steps lead from noise to data only. Choose an ODE method.",
        ));
    }
    let mut asked = experiment.clone();
    asked.scene = Arc::new(setting.of(&experiment.scene, method));
    let data = experiment.mixture.sample(&mut stream(DRAW_SEED, Purpose::Draw, 0), count);
    let there = Reversed::new(experiment.field(), experiment.interval);
    let back = experiment.field();
    let tiles: Vec<Vec<(f64, f64)>> = data
        .par_chunks(TILE / 4)
        .map(|data| {
            let (noise, first) = solve(&asked, &there, &by_feature(data), true, cancel)?;
            let (again, second) = solve(&asked, back, &by_feature(&noise), false, cancel)?;
            let distance = |(a, b): (&[f64; 2], &[f64; 2])| (a[0] - b[0]).hypot(a[1] - b[1]);
            let errors = data.iter().zip(&again).map(distance);
            Ok(errors.zip(first.iter().zip(second)).map(|(e, (a, b))| (e, a + b)).collect())
        })
        .collect::<Result<_, Cancelled>>()?;
    let (errors, nfe): (Vec<f64>, Vec<f64>) = tiles.into_iter().flatten().unzip();
    Ok(RoundTrip { setting, data, errors, nfe: nfe.iter().sum::<f64>() / count as f64 })
}

/// Ends (NaN for particles that stopped) and evaluations.
fn solve(
    experiment: &Experiment,
    field: &dyn Field<f64>,
    starts: &[f64],
    reversed: bool,
    cancel: &Cancel,
) -> Result<(Vec<[f64; 2]>, Vec<f64>), Cancelled> {
    let settings: OdeSettings = experiment.ode_settings();
    let (start, end) = experiment.interval;
    let track = if experiment.scene.is_adaptive() {
        per_particle::solve(field, &settings, &[start], starts, 0, cancel)?
    } else {
        let mut grid = experiment.scene.grid(experiment.interval);
        if reversed {
            grid.reverse();
            for t in &mut grid {
                *t = start + end - *t;
            }
        }
        let problem = FixedProblem { field, settings: &settings, grid: &grid, keyframes: &[start] };
        problem.solve(starts, None, 0, false, cancel)?.track
    };
    let mut ends = track.ends;
    for (i, _) in track.stops {
        ends[i] = [f64::NAN; 2];
    }
    Ok((ends, track.counts.iter().map(|counts| f64::from(counts.nfe)).collect()))
}

/// The scene's own trip and those at other settings; `show` gets them as they come.
///
/// # Errors
/// As [`round_trip`].
pub fn round_trips(
    experiment: &Experiment,
    settings: &[Setting],
    count: usize,
    cancel: &Cancel,
    show: impl Fn(RoundTrips, f64),
) -> Result<RoundTrips, LabError> {
    let own = round_trip(experiment, Setting::of_scene(&experiment.scene), count, cancel)?;
    let mut trips = RoundTrips { settings: Vec::new(), own };
    for (done, &setting) in settings.iter().enumerate() {
        let trip = round_trip(experiment, setting, count, cancel)?;
        trips.settings.push((setting, trip.nfe, Band::of(trip.errors)));
        show(trips.clone(), (done + 1) as f64 / settings.len() as f64);
    }
    Ok(trips)
}

/// Draws that make the trips of [`RoundTripQuestion`].
const SAMPLE: usize = 300;
/// Its numbers of steps.
const STEPS: [usize; 8] = [4, 8, 16, 32, 64, 128, 256, 512];

/// Round trips of 300 draws of the data with a scene's method: at its own setting, and over tolerances of
/// 1e-1 to 1e-9 or 4 to 512 steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RoundTripQuestion {
    /// Its scene.
    pub of: Subject,
}

impl RoundTripQuestion {
    /// Of a scene.
    #[must_use]
    pub fn new(scene: &Arc<Scene>) -> Self {
        Self { of: Subject::whole(scene) }
    }
}

impl Measurement for RoundTripQuestion {
    type Answer = RoundTrips;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, RoundTrips>,
    ) -> Result<RoundTrips, LabError> {
        let experiment = Experiment::of_ode(&self.of.0, &store.networks)?;
        let tolerances: Vec<(f64, f64)> =
            (1..=9).map(|k| 10.0_f64.powi(-k)).map(|tolerance| (tolerance, tolerance)).collect();
        let method = experiment.scene.sampler.method();
        let settings = settings_of(&experiment.scene, method, &STEPS, &tolerances);
        let show = |trips, share| report.show(trips, share);
        round_trips(&experiment, &settings, SAMPLE, report.cancel, show)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::experiment;

    #[test]
    fn tighter_tolerances_bring_particles_back_closer() {
        let experiment = experiment(&["field.kind=exact", "data.name=eight-gaussians"]);
        let settings = [1e-2, 1e-4, 1e-6, 1e-8].map(|rtol| Setting::Tolerance { rtol, atol: rtol });
        let trips = round_trips(&experiment, &settings, 64, &Cancel::default(), |_, _| {});
        let trips = trips.expect("runs");
        let medians: Vec<f64> =
            trips.settings.iter().map(|(_, _, band)| band.expect("all came back").median).collect();
        println!("{medians:?}");
        assert!(medians.windows(2).all(|pair| pair[1] < 0.2 * pair[0]), "{medians:?}");
        assert!(medians[3] < 1e-5);
        assert!(trips.settings.windows(2).all(|pair| pair[1].1 > pair[0].1));
    }

    #[test]
    fn fixed_steps_of_an_even_rule_come_back_better_than_they_went() {
        // The implicit midpoint rule is its own inverse on a reversed grid.
        let midpoint = experiment(&[
            "field.kind=exact",
            "data.name=single-gaussian",
            "sampler.method=implicit-midpoint",
            "sampler.steps=7",
        ]);
        let trip = round_trip(&midpoint, Setting::Steps(7), 32, &Cancel::default());
        let worst = trip.expect("runs").errors.into_iter().fold(0.0, f64::max);
        assert!(worst < 1e-10, "{worst:e}");
        let euler = experiment(&[
            "field.kind=exact",
            "data.name=single-gaussian",
            "sampler.method=euler",
            "sampler.steps=7",
        ]);
        let trip = round_trip(&euler, Setting::Steps(7), 32, &Cancel::default()).expect("runs");
        assert!(Band::of(trip.errors).expect("all came back").median > 1e-3);
    }
}
