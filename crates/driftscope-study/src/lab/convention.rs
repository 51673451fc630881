//! Whether a network of others is read as it was meant: the likely conventions, tried on the data.

use std::fmt::Write;
use std::sync::Arc;

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Times};
use driftscope_base::interpolant::Interpolant;
use driftscope_base::random::{Purpose, standard_normal, stream};
use driftscope_flow::data::Mixture;
use driftscope_flow::field::{ExactField, ForeignField};
use driftscope_flow::network::Word;
use driftscope_flow::network::foreign::{
    Convention, ForeignOutput, Noising, Statements, TimeInput, Towards,
};
use driftscope_flow::network::{ForeignModel, Opened};
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::subject::Subject;
use crate::measure::{DataDistance, distance_to_data};
use crate::scene::{Direction, ModelName, Scene};
use crate::store::Store;

/// Conventions are compared on this path; a network of any other serves it as well.
const PATH: Interpolant = Interpolant::Linear;
/// Times at which a network's velocities are compared with the exact ones: away from the ends, where errors
/// of some predictions grow without bound.
const TIMES: [f64; 8] = [0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85];
/// Points a time for all conventions, and for those that are left.
const POINTS: [usize; 2] = [16, 160];
/// Conventions that are left for the precise comparison, and of these for sampling.
const LEFT: [usize; 2] = [24, 6];
/// Particles that are sampled, and steps of Heun's method.
const PARTICLES: usize = 400;
const STEPS: usize = 40;
/// Velocities that are so far from the exact ones, as a share of these, fit no better than none at all.
const MISFIT: f64 = 0.9;
/// The two comparisons and the sampling.
const STAGES: f64 = 3.0;
const OURS: &str = "The network says itself how it is read, since this program trained it. Open a model that was trained elsewhere to check how it is read.";
/// The declared convention is kept unless another's velocities are nearer to the exact ones by this factor.
const NEARER: f64 = 1.15;

/// A convention that was tried.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Trial {
    /// How the network was read.
    pub convention: Convention,
    /// In what it differs from what is declared, such as `time = 1-t`; empty for the declared one.
    pub changes: String,
    /// Distance of the samples to the data, beside its floor.
    pub distance: DataDistance,
    /// RMS difference to the exact velocity on the Linear path, as a share of its RMS.
    pub velocity_error: f64,
}

impl Trial {
    /// What is to be said of the file so that it is read so; what `said` says besides stays.
    #[must_use]
    pub fn reading(&self, said: &Statements) -> Statements {
        let mut reading = said.clone();
        for (key, value) in self.convention.words() {
            reading.state(key, Some(value));
        }
        // What a file says of it counts where nothing else is said.
        reading.state("time_scale", Some(self.convention.time_scale.to_string()));
        reading
    }

    /// How many floors the samples are from the data.
    #[must_use]
    pub fn floors(&self) -> f64 {
        self.distance.sliced_w2 / self.distance.floor
    }
}

/// What came of a check.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ConventionCheck {
    /// What was sampled: the declared convention first, the others from the best fit on.
    pub trials: Vec<Trial>,
    /// Which of them fits.
    pub best: usize,
    /// How many conventions were compared in all.
    pub compared: usize,
}

impl ConventionCheck {
    /// Whether one of them fits at all.
    #[must_use]
    pub fn any_fits(&self) -> bool {
        self.trials[self.best].velocity_error <= MISFIT
    }

    /// Whether the network fits best as it is declared.
    #[must_use]
    pub fn as_declared(&self) -> bool {
        self.best == 0
    }

    /// The finding in one sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let declared = &self.trials[0];
        let mut words =
            format!("As declared, samples end {} floors from the data", rounded(declared.floors()));
        let best = &self.trials[self.best];
        if !self.any_fits() {
            let off = 100.0 * best.velocity_error;
            let _ = write!(
                words,
                ", and no convention fits: the velocities of the nearest are {off:.0} % off the exact ones."
            );
        } else if self.as_declared() {
            words.push_str(", and no other convention fits better.");
        } else {
            let _ = write!(words, "; with {}, {}.", best.changes, rounded(best.floors()));
        }
        words
    }
}

fn rounded(floors: f64) -> String {
    if floors < 9.95 { format!("{floors:.1}") } else { format!("{floors:.0}") }
}

/// Whether the network of a scene, which was trained elsewhere, is read as it was meant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConventionQuestion {
    /// Its scene.
    pub of: Subject,
}

impl ConventionQuestion {
    /// Of a scene.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        Self { of: Subject::field(scene) }
    }
}

impl Measurement for ConventionQuestion {
    type Answer = ConventionCheck;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, ConventionCheck>,
    ) -> Result<ConventionCheck, LabError> {
        let refused = |error: String| LabError::Refused(error);
        let mut scene = (*self.of.0).clone();
        // What nobody has said is supposed, so that a check can begin with it.
        if let Some(ModelName::File(path)) = &scene.field.model {
            let (_, stated) = Opened::supposing(path, &scene.field.reading)
                .map_err(|error| refused(error.to_string()))?;
            scene.field.reading = stated;
        }
        let network = store.networks.of(&scene).map_err(|error| refused(error.to_string()))?;
        let model = network.as_ref().and_then(|network| network.as_foreign());
        let model = model.ok_or_else(|| LabError::refused(OURS))?;
        check_convention(&scene, model, report)
    }
}

/// Reads `model` in the likely ways and says which fits the data of `scene`.
///
/// Every convention is first compared with the exact velocities at a few points of the noised data. The
/// nearest few and the declared one then carry 400 particles from noise to data by 40 steps of Heun's
/// method, and are measured as samples are elsewhere.
///
/// # Errors
/// [`LabError::Refused`] if the scene has no data, [`LabError::Cancelled`] if nobody waits any more.
pub fn check_convention(
    scene: &Scene,
    model: &ForeignModel,
    report: &Report<'_, ConventionCheck>,
) -> Result<ConventionCheck, LabError> {
    let cancel = report.cancel;
    let mixture = scene.mixture().map_err(|problem| LabError::refused(&problem.to_string()))?;
    let mixture = Arc::new(mixture);
    let declared = model.convention;
    let mut candidates = alternatives(&declared, &mixture);
    let compared = candidates.len();
    let field =
        |convention: Convention| ForeignField::new(Arc::clone(&model.network), convention, PATH);
    // The declared one stays first.
    for (stage, (points, left)) in POINTS.into_iter().zip(LEFT).enumerate() {
        let sample = Sample::of(&mixture, points);
        let count = candidates.len();
        for (index, (convention, error)) in candidates.iter_mut().enumerate() {
            cancel.check()?;
            report.progress((stage as f64 + index as f64 / count as f64) / STAGES);
            *error = sample.error(&field(*convention));
        }
        candidates[1..].sort_by(|(_, a), (_, b)| a.total_cmp(b));
        candidates.truncate(1 + left);
    }
    let mut target = scene.clone();
    target.direction = Direction::Generate;
    let mut trials = Vec::new();
    let count = candidates.len();
    for (index, (convention, velocity_error)) in candidates.into_iter().enumerate() {
        report.progress((POINTS.len() as f64 + index as f64 / count as f64) / STAGES);
        let ends = ends(&field(convention), cancel)?;
        let distance = distance_to_data(&target, &ends, cancel)?;
        let changes = changes(&declared, &convention);
        trials.push(Trial { convention, changes, distance, velocity_error });
    }
    let best = best(&trials);
    Ok(ConventionCheck { trials, best, compared })
}

/// The one whose velocities are nearest to the exact ones. Samples do not decide: those of a network that
/// learned badly can end nearer to the data by accident when it is misread.
fn best(trials: &[Trial]) -> usize {
    let error = |index: usize| trials[index].velocity_error;
    let nearest = (0..trials.len()).min_by(|&a, &b| error(a).total_cmp(&error(b))).unwrap_or(0);
    if error(0) <= error(nearest) * NEARER { 0 } else { nearest }
}

/// The likely conventions, the declared one first.
fn alternatives(declared: &Convention, mixture: &Mixture) -> Vec<(Convention, f64)> {
    let mut all = vec![(*declared, 0.0)];
    let (mean, covariance) = (mixture.mean(), mixture.covariance());
    let spread = (0.5 * (covariance.xx + covariance.yy)).sqrt();
    // A mean that is nearly 0 is no shift.
    let centred = mean[0].hypot(mean[1]) < 0.02 * spread;
    let mean = if centred { [0.0; 2] } else { mean };
    let sigma_data = match declared.prediction {
        ForeignOutput::Edm { sigma_data } => sigma_data,
        _ => 0.5,
    };
    let exploding = match declared.noising {
        Noising::Exploding { .. } => declared.noising,
        Noising::Path(_) => Noising::exploding(),
    };
    // VP before GVP: where the time is a noise level, both may be the same, and VP is the likelier name.
    let paths = [Interpolant::Linear, Interpolant::Vp, Interpolant::Gvp];
    let noisings = paths.map(Noising::Path).into_iter().chain([exploding]);
    for noising in noisings {
        for prediction in [
            ForeignOutput::Velocity(Towards::Data),
            ForeignOutput::Velocity(Towards::Noise),
            ForeignOutput::Data,
            ForeignOutput::Noise,
            ForeignOutput::Score,
            ForeignOutput::Edm { sigma_data },
        ] {
            for Word { value: time, .. } in TimeInput::ALL {
                for (scale, shift) in [
                    (declared.scale, declared.shift),
                    (1.0, [0.0; 2]),
                    (spread, [0.0; 2]),
                    (spread, mean),
                ] {
                    for time_scale in [declared.time_scale, 1.0] {
                        let other =
                            Convention { prediction, noising, time, time_scale, scale, shift };
                        let new = all.iter().all(|(known, _)| *known != other);
                        if new && other.check().is_ok() {
                            all.push((other, 0.0));
                        }
                    }
                }
            }
        }
    }
    all
}

/// What is said otherwise than declared.
fn changes(declared: &Convention, other: &Convention) -> String {
    let known = declared.words();
    let changed: Vec<String> = other
        .words()
        .into_iter()
        .filter(|word| !known.contains(word))
        .map(|(key, value)| {
            let rounded = |word: &str| match word.parse::<f64>() {
                Ok(number) => format!("{number:.3}"),
                Err(_) => word.to_owned(),
            };
            let words: Vec<String> = value.split(' ').map(rounded).collect();
            format!("{key} = {}", words.join(" "))
        })
        .collect();
    match changed.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}

/// Points of the noised data with their exact velocities.
struct Sample {
    times: Vec<f64>,
    points: Vec<f32>,
    velocities: Vec<f64>,
}

impl Sample {
    fn of(mixture: &Arc<Mixture>, count: usize) -> Self {
        let exact = ExactField::new(Arc::clone(mixture), PATH);
        let mut rng = stream(0, Purpose::Draw, count as u64);
        let times: Vec<f64> = TIMES.iter().flat_map(|&t| std::iter::repeat_n(t, count)).collect();
        let mut points = vec![0.0_f64; 2 * times.len()];
        for (i, &t) in times.iter().enumerate() {
            let level = PATH.coefficients(t);
            let (data, noise) = (mixture.draw(&mut rng), standard_normal(&mut rng));
            for d in 0..2 {
                points[d * times.len() + i] = level.alpha * data[d] + level.sigma * noise[d];
            }
        }
        let mut velocities = vec![0.0; points.len()];
        exact.velocity(Times::Each(&times), &points, &mut velocities);
        let points = points.into_iter().map(|x| x as f32).collect();
        Self { times, points, velocities }
    }

    /// The RMS difference of a field to the exact one as a share of the latter's RMS; ∞ if it is not
    /// finite.
    fn error(&self, field: &ForeignField) -> f64 {
        let mut found = vec![0.0_f32; self.points.len()];
        field.velocity(Times::Each(&self.times), &self.points, &mut found);
        let difference: f64 = found
            .iter()
            .zip(&self.velocities)
            .map(|(&v, exact)| (f64::from(v) - exact).powi(2))
            .sum();
        let size: f64 = self.velocities.iter().map(|v| v * v).sum();
        let error = (difference / size).sqrt();
        if error.is_finite() { error } else { f64::INFINITY }
    }
}

/// Where particles end.
fn ends(field: &ForeignField, cancel: &Cancel) -> Result<Vec<[f64; 2]>, Cancelled> {
    let mut rng = stream(0, Purpose::Draw, 1 << 40);
    let starts: Vec<[f64; 2]> = (0..PARTICLES).map(|_| standard_normal(&mut rng)).collect();
    let mut points: Vec<f32> =
        [0, 1].iter().flat_map(|&d| starts.iter().map(move |x| x[d] as f32)).collect();
    let mut slopes = [vec![0.0_f32; points.len()], vec![0.0_f32; points.len()]];
    let step = 1.0 / STEPS as f32;
    for index in 0..STEPS {
        cancel.check()?;
        let time = |index: usize| Times::Shared(index as f64 / STEPS as f64);
        field.velocity(time(index), &points, &mut slopes[0]);
        let ahead: Vec<f32> = points.iter().zip(&slopes[0]).map(|(x, v)| x + step * v).collect();
        field.velocity(time(index + 1), &ahead, &mut slopes[1]);
        for ((x, a), b) in points.iter_mut().zip(&slopes[0]).zip(&slopes[1]) {
            *x += 0.5 * step * (a + b);
        }
    }
    let (xs, ys) = points.split_at(PARTICLES);
    Ok(xs.iter().zip(ys).map(|(&x, &y)| [f64::from(x), f64::from(y)]).collect())
}
