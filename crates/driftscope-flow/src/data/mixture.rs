//! Mixtures of Gaussians and uniform boxes, and what makes one valid.

use std::sync::Arc;

use super::cloud::Cloud;
use super::covariance::Covariance;
use super::crowd::Crowd;
use super::gaussian::Gaussian;
use super::truncated::Interval;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most components a mixture may have.
pub(super) const MAX_COMPONENTS: usize = 4096;
/// The most points of one's own, which are all alike and so cost less.
pub(super) const MOST_POINTS: usize = 20_000;
/// Coordinates and standard deviations lie below this in absolute value…
pub(super) const LARGEST: f64 = 1e6;
/// … and extents and standard deviations above this.
const SMALLEST: f64 = 1e-6;

/// An axis-parallel rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    /// Lower left corner.
    pub min: [f64; 2],
    /// Upper right corner.
    pub max: [f64; 2],
}

/// What one component looks like.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shape {
    /// `N(mean, covariance)`
    Gaussian {
        /// Mean, each coordinate within ±1e6.
        mean: [f64; 2],
        /// Positive definite; standard deviations along its axes from 1e-6 to
        /// 1e6.
        covariance: Covariance,
    },
    /// Uniform on a rectangle.
    Box {
        /// Lower left corner, each coordinate within ±1e6.
        min: [f64; 2],
        /// Upper right corner, beyond `min` by at least 1e-6 on each axis.
        max: [f64; 2],
    },
}

/// A weighted shape.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// Positive and finite; a mixture divides by the sum.
    pub weight: f64,
    /// Where the mass is.
    pub shape: Shape,
}

impl Component {
    /// A Gaussian of weight 1 with the same standard deviation in every
    /// direction.
    pub fn isotropic(mean: [f64; 2], standard_deviation: f64) -> Self {
        Self::gaussian(mean, Covariance::isotropic(standard_deviation * standard_deviation))
    }

    /// A Gaussian of weight 1.
    pub fn gaussian(mean: [f64; 2], covariance: Covariance) -> Self {
        Self { weight: 1.0, shape: Shape::Gaussian { mean, covariance } }
    }

    /// A uniform box of weight 1.
    pub fn uniform(min: [f64; 2], max: [f64; 2]) -> Self {
        Self { weight: 1.0, shape: Shape::Box { min, max } }
    }

    /// The component's own mean.
    pub fn mean(&self) -> [f64; 2] {
        match self.shape {
            Shape::Gaussian { mean, .. } => mean,
            Shape::Box { min, max } => [0, 1].map(|i| 0.5 * (min[i] + max[i])),
        }
    }

    /// The component's own covariance.
    pub fn covariance(&self) -> Covariance {
        match self.shape {
            Shape::Gaussian { covariance, .. } => covariance,
            Shape::Box { min, max } => {
                let [xx, yy] = [0, 1].map(|i| (max[i] - min[i]).powi(2) / 12.0);
                Covariance { xx, xy: 0.0, yy }
            }
        }
    }

    fn check(&self, component: usize) -> Result<(), MixtureError> {
        if !(self.weight.is_finite() && self.weight > 0.0) {
            let weight = self.weight;
            return Err(MixtureError::Weight { component, weight });
        }
        let corners = match self.shape {
            Shape::Gaussian { mean, .. } => [mean, mean],
            Shape::Box { min, max } => [min, max],
        };
        for point in corners {
            // Written so that a NaN is refused too.
            if !point.iter().all(|c| c.abs() <= LARGEST) {
                return Err(MixtureError::Position { component, point });
            }
        }
        match self.shape {
            Shape::Gaussian { covariance, .. } => {
                let (_, [larger, smaller]) = covariance.eigen();
                let allowed = SMALLEST * SMALLEST..=LARGEST * LARGEST;
                if !(covariance.xx > 0.0 && allowed.contains(&smaller) && allowed.contains(&larger))
                {
                    return Err(MixtureError::Covariance { component, covariance });
                }
            }
            Shape::Box { min, max } => {
                if (0..2).any(|i| max[i] - min[i] < SMALLEST) {
                    return Err(MixtureError::Extent { component, min, max });
                }
            }
        }
        Ok(())
    }
}

/// Why a list of components is not a mixture. Components are counted from 0.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MixtureError {
    /// None, or too many.
    #[error("a mixture has from 1 to {MAX_COMPONENTS} components, this one has {0}")]
    Count(usize),
    /// No points, or too many.
    #[error("there are {0} points: from 1 to {MOST_POINTS} are allowed")]
    Points(usize),
    /// A point out of range.
    #[error("point {index} (counted from 0) lies at ({}, {}): both coordinates must lie within ±{LARGEST}", .point[0], .point[1])]
    Point {
        /// Which point.
        index: usize,
        /// Where it is.
        point: [f64; 2],
    },
    /// A kernel that is neither 0 nor in range.
    #[error("the kernel is {0}: it must be 0, or from {SMALLEST} to {LARGEST}")]
    Kernel(f64),
    /// A weight that is not positive and finite, even after division by the
    /// sum.
    #[error(
        "component {component} has weight {weight}: a weight must be positive and finite, and neither overflow nor vanish in the sum of all weights"
    )]
    Weight {
        /// Which component.
        component: usize,
        /// Its weight.
        weight: f64,
    },
    /// A mean or a corner out of range.
    #[error("component {component} lies at ({}, {}): both coordinates must lie within ±{LARGEST}", .point[0], .point[1])]
    Position {
        /// Which component.
        component: usize,
        /// Its mean or corner.
        point: [f64; 2],
    },
    /// A covariance that is not safely positive definite.
    #[error("component {component} has covariance [[{}, {}], [{}, {}]]: it must be positive definite, with standard deviations from {SMALLEST} to {LARGEST} along its axes", .covariance.xx, .covariance.xy, .covariance.xy, .covariance.yy)]
    Covariance {
        /// Which component.
        component: usize,
        /// Its covariance.
        covariance: Covariance,
    },
    /// A box without area.
    #[error("component {component} is a box from ({}, {}) to ({}, {}): the second corner must lie above the first by at least {SMALLEST} on both axes", .min[0], .min[1], .max[0], .max[1])]
    Extent {
        /// Which component.
        component: usize,
        /// Its first corner.
        min: [f64; 2],
        /// Its second corner.
        max: [f64; 2],
    },
}

/// A box by reference to the mixture's distinct intervals.
#[derive(Clone, Copy, Debug)]
pub(super) struct BoxParts {
    pub log_weight: f64,
    /// Index into [`Mixture::intervals`], per axis
    pub intervals: [usize; 2],
}

/// A component's index among those of its kind.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Gaussian(usize),
    Box(usize),
}

/// A distribution in the plane: Gaussians and uniform boxes, with weights that
/// sum to 1. A clone shares all of it.
#[derive(Clone, Debug)]
pub struct Mixture {
    made: Arc<Made>,
    /// For each component its label, if it has one; none if none has
    labels: Option<Arc<[Option<u32>]>>,
}

/// What a mixture is made of.
#[derive(Debug, Default)]
struct Made {
    components: Vec<Component>,
    /// Running sums of the weights; the last is 1.
    cumulative: Vec<f64>,
    /// Where each component stands in the lists below
    parts: Vec<Part>,
    gaussians: Vec<Gaussian>,
    boxes: Vec<BoxParts>,
    /// The distinct intervals of the boxes, per axis
    intervals: [Vec<Interval>; 2],
    /// The Gaussians once more, for many points at once
    crowd: Crowd,
    /// The components of points of one's own, where they are many and alike
    cloud: Option<Cloud>,
}

impl Made {
    fn add(&mut self, component: &Component) {
        match component.shape {
            Shape::Gaussian { mean, covariance } => {
                let gaussian = Gaussian::new(mean, covariance, component.weight);
                self.parts.push(Part::Gaussian(self.gaussians.len()));
                self.gaussians.push(gaussian);
            }
            Shape::Box { min, max } => {
                let intervals = [0, 1].map(|axis| {
                    let (min, max) = (min[axis], max[axis]);
                    index_of(&mut self.intervals[axis], Interval { min, max })
                });
                self.parts.push(Part::Box(self.boxes.len()));
                self.boxes.push(BoxParts { log_weight: component.weight.ln(), intervals });
            }
        }
    }
}

impl Mixture {
    /// A mixture of `components` (from 1 to 4096), in this order; their weights
    /// are divided by the sum.
    ///
    /// # Errors
    /// If there are none or too many, or if one of them has a weight that is
    /// not positive and finite, a covariance that is not positive definite, a
    /// box without extent, or numbers out of the range given at [`Shape`].
    pub fn new(components: impl Into<Vec<Component>>) -> Result<Self, MixtureError> {
        let mut components: Vec<Component> = components.into();
        if !(1..=MAX_COMPONENTS).contains(&components.len()) {
            return Err(MixtureError::Count(components.len()));
        }
        for (index, component) in components.iter().enumerate() {
            component.check(index)?;
        }
        // Dividing by the largest first keeps the sum from overflowing.
        let largest = components.iter().fold(0.0, |m: f64, c| m.max(c.weight));
        let total: f64 = components.iter().map(|c| c.weight / largest).sum();
        let mut mixture =
            Made { cumulative: Vec::with_capacity(components.len()), ..Made::default() };
        let mut sum = 0.0;
        for (index, component) in components.iter_mut().enumerate() {
            let weight = component.weight / largest / total;
            if !weight.is_normal() {
                return Err(MixtureError::Weight { component: index, weight: component.weight });
            }
            component.weight = weight;
            sum += weight;
            mixture.cumulative.push(sum);
            mixture.add(component);
        }
        if let Some(last) = mixture.cumulative.last_mut() {
            *last = 1.0;
        }
        mixture.components = components;
        mixture.crowd = Crowd::new(&mixture.gaussians);
        Ok(Self { made: Arc::new(mixture), labels: None })
    }

    /// Gaussians of the same weight on `points` (from 1 to [`MOST_POINTS`]) of standard
    /// deviation `kernel`; with kernel 0 the points themselves, whose density exists in noise alone.
    ///
    /// # Errors
    /// If there are no points or too many, if one is out of the range of [`Shape::Gaussian`], or if the
    /// kernel is neither 0 nor from 1e-6 to 1e6.
    pub(super) fn of_points(points: &[[f64; 2]], kernel: f64) -> Result<Self, MixtureError> {
        if !(1..=MOST_POINTS).contains(&points.len()) {
            return Err(MixtureError::Points(points.len()));
        }
        if !(kernel == 0.0 || (SMALLEST..=LARGEST).contains(&kernel)) {
            return Err(MixtureError::Kernel(kernel));
        }
        for (index, &point) in points.iter().enumerate() {
            if !point.iter().all(|c| c.abs() <= LARGEST) {
                return Err(MixtureError::Point { index, point });
            }
        }
        let count = points.len() as f64;
        let mut mixture = Made { cloud: Some(Cloud::new(points, kernel)), ..Made::default() };
        for (index, &point) in points.iter().enumerate() {
            let weight = count.recip();
            mixture.cumulative.push((index + 1) as f64 / count);
            mixture.parts.push(Part::Gaussian(index));
            mixture.gaussians.push(Gaussian::isotropic(point, kernel * kernel, weight));
            mixture.components.push(Component { weight, ..Component::isotropic(point, kernel) });
        }
        Ok(Self { made: Arc::new(mixture), labels: None })
    }

    /// The same distribution with a label for each component, or none where a component has none: a
    /// whole number from 0 for the class that it belongs to.
    ///
    /// # Panics
    /// If there are not as many as components.
    #[must_use]
    pub fn with_labels(self, labels: impl Into<Arc<[Option<u32>]>>) -> Self {
        let labels = labels.into();
        assert_eq!(labels.len(), self.components().len(), "a label, or none, for each component");
        let labels = labels.iter().any(Option::is_some).then_some(labels);
        Self { labels, ..self }
    }

    /// The labels of the components in their order; empty if none has one.
    pub(super) fn own_labels(&self) -> &[Option<u32>] {
        self.labels.as_deref().unwrap_or_default()
    }

    /// The components in the order given, with weights that sum to 1.
    pub fn components(&self) -> &[Component] {
        &self.made.components
    }

    /// Whether some component is a box, so that the score diverges as σ → 0.
    pub fn has_boxes(&self) -> bool {
        !self.made.boxes.is_empty()
    }

    /// Whether it sits on single points, so that neither density nor score exist at σ = 0.
    pub fn is_of_points(&self) -> bool {
        self.cloud().is_some_and(|cloud| cloud.kernel() == 0.0)
    }

    /// Whether its Gaussians are all alike, as those of points of one's own.
    pub fn is_cloud(&self) -> bool {
        self.cloud().is_some()
    }

    /// The Gaussians of points of one's own, all of them alike.
    pub(super) fn cloud(&self) -> Option<&Cloud> {
        self.made.cloud.as_ref()
    }

    /// Running sums of the weights, up to 1.
    pub(super) fn cumulative(&self) -> &[f64] {
        &self.made.cumulative
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.made.parts
    }

    pub(super) fn crowd(&self) -> &Crowd {
        &self.made.crowd
    }

    pub(super) fn gaussians(&self) -> &[Gaussian] {
        &self.made.gaussians
    }

    pub(super) fn boxes(&self) -> &[BoxParts] {
        &self.made.boxes
    }

    pub(super) fn intervals(&self) -> &[Vec<Interval>; 2] {
        &self.made.intervals
    }
}

fn index_of(intervals: &mut Vec<Interval>, interval: Interval) -> usize {
    intervals.iter().position(|&known| known == interval).unwrap_or_else(|| {
        intervals.push(interval);
        intervals.len() - 1
    })
}
