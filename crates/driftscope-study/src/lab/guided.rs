//! What guidance samples, beside the tilted density p(x) p(c|x)^w that it is often taken to sample.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::subject::Subject;
use crate::experiment::Experiment;
use crate::measure::{DataDistance, distance_to_tilted};
use crate::networks::Networks;
use crate::run::{RunOptions, run};
use crate::scene::Scene;
use crate::store::Store;

/// Scales that are compared beside the scene's own.
const SCALES: [f64; 6] = [1.0, 1.5, 2.0, 3.0, 4.0, 6.0];

/// Mean and standard deviation along each axis, in units of the plane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Mean.
    pub mean: [f64; 2],
    /// Standard deviation.
    pub deviation: [f64; 2],
}

impl Moments {
    /// Of points; those that are not finite are left out.
    #[must_use]
    pub fn of(points: &[[f64; 2]]) -> Self {
        let finite: Vec<&[f64; 2]> =
            points.iter().filter(|point| point.iter().all(|x| x.is_finite())).collect();
        let over = |of: &dyn Fn(&[f64; 2]) -> f64| {
            finite.iter().map(|point| of(point)).sum::<f64>() / finite.len() as f64
        };
        let mean = [0, 1].map(|d| over(&|point| point[d]));
        let deviation = [0, 1].map(|d| over(&|point| (point[d] - mean[d]).powi(2)).sqrt());
        Self { mean, deviation }
    }
}

/// One scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuidedAt {
    /// w.
    pub scale: f64,
    /// Of what is sampled.
    pub sampled: Moments,
    /// Of the tilted density.
    pub tilted: Moments,
    /// The distance between the two.
    pub distance: DataDistance,
}

/// What guidance samples at several scales.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Guided {
    /// Rising scales, the scene's own among them.
    pub scales: Vec<GuidedAt>,
}

/// Samples a scene's class with its own and other scales and compares what comes out with the tilted density.
/// Moments are over `most` particles, distances over `few` of them; `show` gets the scales as they come.
///
/// # Errors
/// [`LabError::Refused`] if no class is sampled or the data have no density, [`LabError::Cancelled`] if
/// `cancel` was raised.
pub fn guided(
    scene: &Arc<Scene>,
    networks: &Networks,
    (most, few): (usize, usize),
    cancel: &Cancel,
    show: impl Fn(Guided, f64),
) -> Result<Guided, LabError> {
    if scene.tilted().is_none() || scene.direction.falls() {
        let labelled = scene.mixture().is_ok_and(|mixture| !mixture.labels().is_empty());
        return Err(LabError::refused(if labelled {
            "The tilted density is that of a class: choose one of the labels under Class, guidance, source. The exact field knows them all; a network knows those that it was trained with."
        } else {
            "The tilted density is that of a class, and these data have no labels: choose data that have some, such as Two moons or Eight Gaussians."
        }));
    }
    let own = scene.guidance.scale;
    let others = SCALES.into_iter().filter(|scale| (scale - own).abs() > 1e-9);
    // The one that is shown on the stage comes first, and is seen best.
    let all: Vec<(f64, usize)> =
        std::iter::once((own, most)).chain(others.map(|scale| (scale, few))).collect();
    let mut found = Guided::default();
    for (number, &(scale, count)) in all.iter().enumerate() {
        cancel.check()?;
        let mut scene = (**scene).clone();
        scene.guidance.scale = scale;
        scene.particles.count = count;
        let Some(tilted) = scene.tilted() else { continue };
        let experiment = Experiment::new(&Arc::new(scene), networks)?;
        let options = RunOptions { keyframes: 2, logged: 0, ..RunOptions::for_window(count) };
        let recording = run(&experiment, 1, &options, cancel, |_| {})?;
        let ends: Vec<[f64; 2]> = recording.ends().collect();
        let covariance = tilted.covariance();
        let distance = distance_to_tilted(&experiment.scene, &ends[..few.min(count)], cancel)?;
        let Some(distance) = distance else { continue };
        found.scales.push(GuidedAt {
            scale,
            sampled: Moments::of(&ends),
            tilted: Moments {
                mean: tilted.mean(),
                deviation: [covariance.xx.sqrt(), covariance.yy.sqrt()],
            },
            distance,
        });
        found.scales.sort_by(|a, b| a.scale.total_cmp(&b.scale));
        show(found.clone(), (number + 1) as f64 / all.len() as f64);
    }
    Ok(found)
}

/// Particles of distances, and of moments at other scales than the scene's.
const FEW: usize = 4_000;
/// Particles of moments, which an exact field moves quickly.
const MOST: usize = 64_000;

/// What guidance samples in a scene, at its own scale and six others, over 4,000 particles; moments at its own
/// scale over 64,000 where its field is exact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GuidedQuestion {
    /// Its scene.
    pub of: Subject,
}

impl GuidedQuestion {
    /// Of a scene, however many particles it shows.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        Self { of: Subject::sample(scene, 1) }
    }
}

impl Measurement for GuidedQuestion {
    type Answer = Guided;

    fn measure(&self, store: &Store, report: &Report<'_, Guided>) -> Result<Guided, LabError> {
        let scene = &self.of.0;
        let most = if scene.needs_network() { FEW } else { MOST };
        let show = |found, share| report.show(found, share);
        guided(scene, &store.networks, (most, FEW), report.cancel, show)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::given::scene;

    const PAIR: &str =
        "data.mixture=[{mean=[-1, 0], std=0.5, label=0}, {mean=[1, 0], std=0.5, label=1}]";

    #[test]
    fn guidance_leads_farther_than_the_tilted_density_and_the_more_the_larger_w() {
        let settings = [PAIR, "field.kind=exact", "guidance.label=1", "guidance.scale=3"];
        let scene = scene(&settings);
        let (networks, never) = (Networks::default(), Cancel::default());
        let found =
            guided(&scene, &networks, (20_000, 1_000), &never, |_, _| {}).expect("measured");
        let scales: Vec<f64> = found.scales.iter().map(|at| at.scale).collect();
        assert_eq!(scales, SCALES);
        let own = &found.scales[3];
        // Five standard errors of the moments of so many particles.
        let near =
            |found: f64, wanted: f64| (found - wanted).abs() < 5.0 * 0.315 / 20_000_f64.sqrt();
        assert!(
            near(own.sampled.mean[0], 1.525) && near(own.sampled.deviation[0], 0.315),
            "{own:?}"
        );
        assert!((own.tilted.mean[0] - 1.051).abs() < 1e-3, "{own:?}");
        assert!((own.tilted.deviation[0] - 0.457).abs() < 1e-3, "{own:?}");
        let ratio = |at: &GuidedAt| at.distance.sliced_w2 / at.distance.floor;
        assert!(ratio(&found.scales[0]) < 1.6, "w = 1 samples the class: {found:?}");
        for pair in found.scales[1..].windows(2) {
            assert!(pair[0].distance.sliced_w2 < pair[1].distance.sliced_w2, "{pair:?}");
        }
    }

    #[test]
    fn without_a_class_there_is_nothing_to_compare() {
        let scene = scene(&[PAIR, "field.kind=exact"]);
        let never = Cancel::default();
        let refused = guided(&scene, &Networks::default(), (10, 10), &never, |_, _| {});
        assert!(matches!(refused, Err(LabError::Refused(_))));
    }
}
