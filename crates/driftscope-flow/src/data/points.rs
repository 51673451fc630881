//! Points as a distribution: a Gaussian kernel on each.

use super::mixture::{LARGEST, MOST_POINTS, Mixture, MixtureError};

/// Points of one's own, all of the same weight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PointSet {
    /// Where they are, in units of the plane.
    pub points: Vec<[f64; 2]>,
    /// A whole number for each point; empty where none has one.
    pub labels: Vec<u32>,
}

impl PointSet {
    /// The most points a set may have.
    pub const MOST: usize = MOST_POINTS;
    /// The largest coordinate a point may have.
    pub const FARTHEST: f64 = LARGEST;

    /// The standard deviation that Silverman's rule gives the kernels in the plane,
    /// `n^(−1/6)·√(tr Cov / 2)` (Silverman 1986, section 4.3.2).
    #[must_use]
    pub fn silverman(&self) -> f64 {
        let count = self.points.len() as f64;
        let mean = [0, 1].map(|d| self.points.iter().map(|point| point[d]).sum::<f64>() / count);
        let square = |point: &[f64; 2]| (0..2).map(|d| (point[d] - mean[d]).powi(2)).sum::<f64>();
        let trace = self.points.iter().map(square).sum::<f64>() / count;
        count.powf(-1.0 / 6.0) * (0.5 * trace).sqrt()
    }

    /// The distribution with Gaussian kernels of standard deviation `kernel`; with kernel 0 the points
    /// themselves, whose field makes every trajectory end on one of them (Scarvelis et al. 2023,
    /// arXiv:2310.12395). Labels of points are those of its components.
    ///
    /// # Errors
    /// If there are no points, or too many, or one is out of range, or the kernel is.
    pub fn mixture(&self, kernel: f64) -> Result<Mixture, MixtureError> {
        let mixture = Mixture::of_points(&self.points, kernel)?;
        if self.labels.is_empty() {
            return Ok(mixture);
        }
        let labels: Vec<Option<u32>> = self.labels.iter().map(|&label| Some(label)).collect();
        Ok(mixture.with_labels(labels))
    }
}
