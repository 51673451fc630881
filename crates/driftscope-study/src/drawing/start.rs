//! What a drawing can begin with: the distribution that is sampled now.

use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::{Mixture, PointSet, Shape};

use super::kept;
use crate::scene::{Blob, PointList, Problem, Scene};

/// More Gaussians than these nobody drags one by one.
const MOST_GAUSSIANS: usize = 100;

/// So many draws of the data, the same for every scene with these data and this seed.
///
/// # Errors
/// If the data are no distribution.
pub fn drawn_points(scene: &Scene, count: usize) -> Result<PointList, Problem> {
    let mut rng = stream(scene.seed, Purpose::Draw, 0);
    let points = scene.mixture()?.sample(&mut rng, count);
    let points = points.into_iter().map(|point| point.map(kept)).collect();
    Ok(PointList(PointSet { points, labels: Vec::new() }))
}

/// The components of a distribution as Gaussians to be dragged; none where it has other components, or more
/// than a person would drag. The largest weight is 1.
#[must_use]
pub fn gaussians_of(mixture: &Mixture) -> Option<Vec<Blob>> {
    let components = mixture.components();
    if components.len() > MOST_GAUSSIANS {
        return None;
    }
    let heaviest = components.iter().map(|component| component.weight).fold(0.0, f64::max);
    let blob = |shape: &Shape, weight: f64| match *shape {
        Shape::Gaussian { mean, covariance } => {
            let [xx, xy, yy] = [covariance.xx, covariance.xy, covariance.yy];
            let round = xy.abs() <= 1e-12 * xx && (xx - yy).abs() <= 1e-12 * xx;
            let blob = Blob { weight: weight / heaviest, ..Blob::round(mean, xx.sqrt()) };
            Some(if round {
                blob
            } else {
                Blob { std: None, cov: Some([[xx, xy], [xy, yy]]), ..blob }
            })
        }
        Shape::Box { .. } => None,
    };
    components.iter().map(|component| blob(&component.shape, component.weight)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::Data;

    #[test]
    fn a_drawing_can_begin_with_what_is_sampled() {
        let scene = |settings: &[&str]| {
            let settings: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
            Scene::with_settings(None, &settings).expect("a scene")
        };
        let moons = scene(&["data.name=two-moons"]);
        let PointList(set) = drawn_points(&moons, 300).expect("a draw");
        assert_eq!(set.points.len(), 300);
        assert_eq!(drawn_points(&moons, 300).expect("again").0, set);
        let eight = scene(&["data.name=eight-gaussians"]);
        let mixture = eight.mixture().expect("a mixture");
        let blobs = gaussians_of(&mixture).expect("Gaussians");
        assert_eq!(blobs.len(), 8);
        let mut own = eight.clone();
        assert!(own.give_own(Data { mixture: Some(blobs), ..Data::default() }), "exact now");
        own.check().expect("a scene");
        let same = own.mixture().expect("a mixture");
        for at in [[0.0, 0.0], [1.0, 1.5], [-2.0, 0.3]] {
            assert!((same.log_density(at) - mixture.log_density(at)).abs() < 1e-9);
        }
        let board = scene(&["data.name=checkerboard"]).mixture().expect("a mixture");
        assert!(gaussians_of(&board).is_none(), "boxes");
    }
}
