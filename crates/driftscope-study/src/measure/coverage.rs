//! Mode coverage: which modes samples come to, how many lie where data are, and how much of the
//! data they reach.

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_flow::data::{Mixture, Shape};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Neighbours whose distance is a point's reach, as in Kynkäänniemi et al.
const NEIGHBOURS: usize = 3;
/// Gaussians are one mode if `dᵀ(Σ₁ + Σ₂)⁻¹d` of the distance d between their means is less. Two that
/// are alike have a single maximum between them up to there: d is two deviations.
const TOUCHING: f64 = 2.0;

/// The modes of a mixture: its components, joined where they overlap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Modes {
    /// The share of the data in each mode.
    pub weights: Vec<f64>,
    /// The mean of each mode.
    pub means: Vec<[f64; 2]>,
    /// For each component its mode.
    of_component: Vec<usize>,
    /// Mean and covariance [xx, xy, yy] of each component, for telling whose a point is.
    components: Vec<([f64; 2], [f64; 3])>,
}

impl Modes {
    /// Joins Gaussians that overlap, and boxes that share an edge (a box and a Gaussian as if both
    /// were Gaussians). Their covariances say how far each reaches in which direction: the arms of
    /// a spiral are long but thin, and turns that lie near each other stay apart.
    #[must_use]
    pub fn of(mixture: &Mixture) -> Self {
        let parts = mixture.components();
        let count = parts.len();
        let components: Vec<([f64; 2], [f64; 3])> = parts
            .iter()
            .map(|component| {
                let covariance = component.covariance();
                (component.mean(), [covariance.xx, covariance.xy, covariance.yy])
            })
            .collect();
        let mut of_component: Vec<usize> = (0..count).collect();
        // Points of one's own are many and alike.
        let pairs = if mixture.is_cloud() { 0 } else { count };
        if mixture.is_cloud() {
            of_component = join_alike(&components);
        }
        for i in 0..pairs {
            for j in 0..i {
                let ((a, s), (b, r)) = (components[i], components[j]);
                let near = match (parts[i].shape, parts[j].shape) {
                    // Boxes have edges, and those that share one are joined.
                    (one @ Shape::Box { .. }, other @ Shape::Box { .. }) => {
                        share_an_edge(one, other)
                    }
                    _ => square(a, (b, [0, 1, 2].map(|k| s[k] + r[k]))) < TOUCHING,
                };
                if near && of_component[i] != of_component[j] {
                    let (from, to) = (of_component[i], of_component[j]);
                    for mode in of_component.iter_mut().filter(|mode| **mode == from) {
                        *mode = to;
                    }
                }
            }
        }
        // Numbered in the order of their first components.
        let mut numbers: Vec<usize> = of_component.clone();
        numbers.sort_unstable();
        numbers.dedup();
        let mut weights = vec![0.0; numbers.len()];
        let mut means = vec![[0.0; 2]; numbers.len()];
        for (mode, component) in of_component.iter_mut().zip(parts) {
            *mode = numbers.binary_search(mode).unwrap_or(0);
            weights[*mode] += component.weight;
            let own = component.mean();
            means[*mode] = [0, 1].map(|d| means[*mode][d] + component.weight * own[d]);
        }
        for (mean, weight) in means.iter_mut().zip(&weights) {
            *mean = mean.map(|sum| sum / weight);
        }
        Self { weights, means, of_component, components }
    }

    /// The share of `points` that come to each mode: each point belongs to the component that it is
    /// nearest to in units of its deviations. Points that are not finite count for none.
    #[must_use]
    pub fn shares(&self, points: &[[f64; 2]]) -> Vec<f64> {
        let mut counts = vec![0.0; self.weights.len()];
        for point in points.iter().filter(|point| point.iter().all(|x| x.is_finite())) {
            let distance = |i: usize| square(*point, self.components[i]);
            let nearest =
                (0..self.components.len()).min_by(|&i, &j| distance(i).total_cmp(&distance(j)));
            if let Some(nearest) = nearest {
                counts[self.of_component[nearest]] += 1.0;
            }
        }
        counts.into_iter().map(|count| count / points.len() as f64).collect()
    }
}

/// For each of many Gaussians the first of those that it is joined with, if they all have the covariance of
/// the first, which is the same in every direction: only those are compared that may be near by their x.
fn join_alike(components: &[([f64; 2], [f64; 3])]) -> Vec<usize> {
    let count = components.len();
    let Some(&(_, [variance, ..])) = components.first() else { return Vec::new() };
    let mut in_order: Vec<usize> = (0..count).collect();
    in_order.sort_unstable_by(|&i, &j| components[i].0[0].total_cmp(&components[j].0[0]));
    let mut first: Vec<usize> = (0..count).collect();
    let root = |first: &mut [usize], mut i: usize| {
        while first[i] != i {
            first[i] = first[first[i]];
            i = first[i];
        }
        i
    };
    // dᵀ(2Σ)⁻¹d of the distance, for a variance in every direction.
    let reach = 2.0 * variance * TOUCHING;
    for (place, &i) in in_order.iter().enumerate() {
        let [x, y] = components[i].0;
        for &j in &in_order[place + 1..] {
            let [dx, dy] = [components[j].0[0] - x, components[j].0[1] - y];
            if dx * dx >= reach {
                break;
            }
            if dx * dx + dy * dy < reach {
                let (a, b) = (root(&mut first, i), root(&mut first, j));
                first[a.max(b)] = a.min(b);
            }
        }
    }
    (0..count).map(|i| root(&mut first, i)).collect()
}

/// `dᵀΣ⁻¹d` of the distance d between a point and a mean, Σ = [xx, xy, yy].
fn square(point: [f64; 2], (mean, [xx, xy, yy]): ([f64; 2], [f64; 3])) -> f64 {
    let [dx, dy] = [point[0] - mean[0], point[1] - mean[1]];
    (yy * dx * dx - 2.0 * xy * dx * dy + xx * dy * dy) / (xx * yy - xy * xy)
}

fn share_an_edge(a: Shape, b: Shape) -> bool {
    let (Shape::Box { min: a0, max: a1 }, Shape::Box { min: b0, max: b1 }) = (a, b) else {
        return false;
    };
    let overlap = [0, 1].map(|d| a1[d].min(b1[d]) - a0[d].max(b0[d]));
    // Corners alone do not join.
    overlap[0] >= 0.0 && overlap[1] >= 0.0 && overlap[0].max(overlap[1]) > 1e-9
}

/// How far two clouds overlap.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Overlap {
    /// The share of samples that lie among the data.
    pub precision: f64,
    /// The share of the data that lie among the samples.
    pub recall: f64,
}

/// Precision and recall of samples against draws of the data (Kynkäänniemi et al. 2019,
/// arXiv:1904.06991): a point lies among a cloud if it is nearer to one of its points than that
/// point's third neighbour within the cloud.
///
/// # Errors
/// [`Cancelled`] if `cancel` was raised.
pub fn overlap(
    samples: &[[f64; 2]],
    data: &[[f64; 2]],
    cancel: &Cancel,
) -> Result<Overlap, Cancelled> {
    Ok(Overlap {
        precision: share_among(samples, data, cancel)?,
        recall: share_among(data, samples, cancel)?,
    })
}

/// The share of `points` that lie among `cloud`.
fn share_among(points: &[[f64; 2]], cloud: &[[f64; 2]], cancel: &Cancel) -> Result<f64, Cancelled> {
    let squared = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
    let reaches: Vec<f64> = cloud
        .par_iter()
        .map(|at| {
            cancel.check()?;
            // The nearest is the point itself.
            let mut nearest = [f64::INFINITY; NEIGHBOURS + 1];
            for other in cloud {
                let square = squared(at, other);
                if square < nearest[NEIGHBOURS] {
                    nearest[NEIGHBOURS] = square;
                    nearest.sort_unstable_by(f64::total_cmp);
                }
            }
            Ok(nearest[NEIGHBOURS])
        })
        .collect::<Result<_, Cancelled>>()?;
    let inside: Vec<bool> = points
        .par_iter()
        .map(|point| {
            cancel.check()?;
            Ok(cloud.iter().zip(&reaches).any(|(at, reach)| squared(point, at) <= *reach))
        })
        .collect::<Result<_, Cancelled>>()?;
    Ok(inside.iter().filter(|inside| **inside).count() as f64 / points.len() as f64)
}

#[cfg(test)]
mod tests {
    use driftscope_base::random::{Purpose, stream};
    use driftscope_flow::data::toy;

    use super::*;

    #[test]
    fn modes_are_what_one_sees() {
        for (name, modes) in [
            ("eight-gaussians", 8),
            ("two-moons", 2),
            ("grid", 25),
            ("rings", 3),
            ("checkerboard", 8),
            ("s-curve", 1),
            ("swiss-roll", 1),
            ("two-spirals", 2),
            ("pinwheel", 5),
            ("single-gaussian", 1),
        ] {
            let found = Modes::of(&toy(name).expect("a toy").mixture());
            assert_eq!(found.weights.len(), modes, "{name}");
            assert!((found.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn exact_samples_come_to_every_mode_by_its_weight() {
        for name in ["eight-gaussians", "two-moons", "two-spirals", "grid", "checkerboard"] {
            let mixture = toy(name).expect("a toy").mixture();
            let modes = Modes::of(&mixture);
            let count = 20_000;
            let points = mixture.sample(&mut stream(3, Purpose::Draw, 0), count);
            for (share, weight) in modes.shares(&points).iter().zip(&modes.weights) {
                let deviation = (weight * (1.0 - weight) / count as f64).sqrt();
                assert!((share - weight).abs() < 4.5 * deviation, "{name}: {share} of {weight}");
            }
        }
    }

    #[test]
    fn a_dropped_mode_costs_recall_and_strays_cost_precision() {
        let mixture = toy("eight-gaussians").expect("a toy").mixture();
        let draw = |number| mixture.sample(&mut stream(3, Purpose::Draw, number), 1_000);
        let (data, samples) = (draw(0), draw(1));
        let never = Cancel::default();
        let exact = overlap(&samples, &data, &never).expect("runs");
        assert!(exact.precision > 0.9 && exact.recall > 0.9, "{exact:?}");
        let dropped: Vec<[f64; 2]> = samples.iter().copied().filter(|p| p[0] < 1.0).collect();
        let less = overlap(&dropped, &data, &never).expect("runs");
        assert!(less.recall < exact.recall - 0.2 && less.precision > 0.9, "{less:?}");
        let strayed: Vec<[f64; 2]> = samples
            .iter()
            .enumerate()
            .map(|(i, p)| if i % 4 == 0 { [0.1 * p[0], 0.1 * p[1]] } else { *p })
            .collect();
        let less = overlap(&strayed, &data, &never).expect("runs");
        assert!(less.precision < exact.precision - 0.2, "{less:?}");
    }
}
