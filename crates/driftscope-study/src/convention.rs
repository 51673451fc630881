//! Whether a network of others is read as it was meant: the likely conventions, tried on the data.

use std::fmt::Write;
use std::sync::Arc;

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::field::{Field, Times};
use driftscope_base::interpolant::Interpolant;
use driftscope_base::random::{Purpose, standard_normal, stream};
use driftscope_flow::data::Mixture;
use driftscope_flow::field::{ExactField, ForeignField};
use driftscope_flow::network::ForeignModel;
use driftscope_flow::network::foreign::{Convention, Noising, Prediction, TimeInput, Towards};
use thiserror::Error;

use crate::measure::{DataDistance, distance_to_data};
use crate::scene::{Direction, Problem, Scene};

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
/// The declared convention is kept unless another's velocities are nearer to the exact ones by this factor.
const NEARER: f64 = 1.15;

/// A convention that was tried.
#[derive(Clone, Debug)]
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
    /// How many floors the samples are from the data.
    #[must_use]
    pub fn floors(&self) -> f64 {
        self.distance.sliced_w2 / self.distance.floor
    }
}

/// What came of a check.
#[derive(Clone, Debug)]
pub struct ConventionCheck {
    /// What was sampled: the declared convention first, the others from the best fit on.
    pub trials: Vec<Trial>,
    /// Which of them fits.
    pub best: usize,
    /// How many conventions were compared in all.
    pub compared: usize,
}

/// Why a convention was not checked.
#[derive(Debug, Error)]
pub enum ConventionError {
    /// The scene has no data to compare with.
    #[error(transparent)]
    Scene(#[from] Problem),
    /// It was stopped.
    #[error("stopped")]
    Cancelled,
}

impl From<Cancelled> for ConventionError {
    fn from(_: Cancelled) -> Self {
        Self::Cancelled
    }
}

impl ConventionCheck {
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
        if self.as_declared() {
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

/// Reads `model` in the likely ways and says which fits the data of `scene`.
///
/// Every convention is first compared with the exact velocities at a few points of the noised data. The
/// nearest few and the declared one then carry 400 particles from noise to data by 40 steps of Heun's
/// method, and are measured as samples are elsewhere.
///
/// # Errors
/// If the scene has no data, or `cancel` was raised.
pub fn check_convention(
    scene: &Scene,
    model: &ForeignModel,
    cancel: &Cancel,
) -> Result<ConventionCheck, ConventionError> {
    let mixture = Arc::new(scene.mixture()?);
    let declared = model.convention;
    let mut candidates = alternatives(&declared, &mixture);
    let compared = candidates.len();
    let field =
        |convention: Convention| ForeignField::new(Arc::clone(&model.network), convention, PATH);
    // The declared one stays first.
    for (points, left) in POINTS.into_iter().zip(LEFT) {
        let sample = Sample::of(&mixture, points);
        for (convention, error) in &mut candidates {
            cancel.check()?;
            *error = sample.error(&field(*convention));
        }
        candidates[1..].sort_by(|(_, a), (_, b)| a.total_cmp(b));
        candidates.truncate(1 + left);
    }
    let mut target = scene.clone();
    target.direction = Direction::Generate;
    let mut trials = Vec::new();
    for (convention, velocity_error) in candidates {
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
        Prediction::Edm { sigma_data } => sigma_data,
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
            Prediction::Velocity(Towards::Data),
            Prediction::Velocity(Towards::Noise),
            Prediction::Data,
            Prediction::Noise,
            Prediction::Score,
            Prediction::Edm { sigma_data },
        ] {
            for (_, time) in TimeInput::ALL {
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
