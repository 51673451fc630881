mod exact;
mod labels;
mod mixtures;
mod points;
mod posterior;
mod projection;
mod reference;
mod toys;

use super::{Component, Covariance, Level, Mixture, TOYS};

/// Linear noise levels from pure noise to nearly clean data.
fn levels() -> impl Iterator<Item = Level> {
    [0.0, 1e-12, 1e-3, 0.1, 0.35, 0.6, 0.9, 0.99]
        .into_iter()
        .map(|t| Level { alpha: t, sigma: 1.0 - t })
}

/// Every toy, and mixtures that no toy is like.
fn mixtures() -> Vec<(&'static str, Mixture)> {
    let mut all: Vec<_> = TOYS.iter().map(|t| (t.name, t.mixture())).collect();
    let skewed = Covariance { xx: 1.0, xy: -0.89, yy: 0.8 };
    let both = [
        Component { weight: 3.0, ..Component::gaussian([0.5, -1.0], skewed) },
        Component::uniform([-2.0, -0.3], [-0.5, 0.1]),
        Component::uniform([-1.0, -0.2], [2.5, 2.0]),
    ];
    all.push(("both kinds", Mixture::new(both).unwrap()));
    // More distinct intervals per axis than are shared.
    let many: Vec<_> = (0..20)
        .map(|i| {
            let low = 0.2 * f64::from(i) - 2.0;
            Component::uniform([low, 0.5 * low], [low + 0.3, 0.5 * low + 1.0])
        })
        .collect();
    all.push(("many boxes", Mixture::new(many).unwrap()));
    all
}

/// Points in view, on edges and axes, and far away.
const POINTS: [[f64; 2]; 9] = [
    [0.0, 0.0],
    [0.7, -1.2],
    [1.9, 0.4],
    [-1.0, 1.0],
    [-2.3, -0.05],
    [3.5, 2.0],
    [-12.0, 5.0],
    [1e3, -40.0],
    [-1e3, 1e3],
];

fn assert_close(got: f64, want: f64, tolerance: f64, context: impl Fn() -> String) {
    assert!(
        (got - want).abs() <= tolerance,
        "{}: {got:e} instead of {want:e}, off by {:e}",
        context(),
        (got - want).abs()
    );
}
