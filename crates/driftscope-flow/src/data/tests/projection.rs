//! The projected density against the plane's density, integrated across.

use super::{levels, mixtures};

/// `∫ p_t(s·u + r·n) dr` by the trapezium rule.
fn across(prepared: &crate::data::Prepared<'_>, u: [f64; 2], s: f64, steps: usize) -> f64 {
    let reach = 14.0;
    let h = 2.0 * reach / steps as f64;
    let normal = [-u[1], u[0]];
    let value = |k: usize| {
        let r = -reach + h * k as f64;
        let point = [0, 1].map(|d| s * u[d] + r * normal[d]);
        prepared.posterior(point).log_density.exp()
    };
    h * (0..=steps).map(value).sum::<f64>()
}

#[test]
fn the_projection_is_the_density_integrated_across() {
    for (name, mixture) in mixtures() {
        for level in levels().filter(|level| level.sigma >= 0.05) {
            let prepared = mixture.prepare(level);
            for angle in [0.0_f64, 90.0, 30.0, 135.0, 0.4] {
                let (sin, cos) = angle.to_radians().sin_cos();
                let projected = mixture.project(level, [cos, sin]);
                for s in [-1.7, -0.4, 0.0, 0.33, 2.1] {
                    let wanted = across(&prepared, [cos, sin], s, 1200);
                    let found = projected.at(s);
                    let error = (found - wanted).abs();
                    assert!(
                        error < 2e-6 * (1.0 + wanted),
                        "{name} {level:?} {angle}° at {s}: {found} {wanted}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_projection_has_mass_one_to_the_very_end() {
    for (name, mixture) in mixtures() {
        for sigma in [1.0, 0.1, 1e-3, 0.0] {
            let level = crate::data::Level { alpha: 1.0 - sigma, sigma };
            let projected = mixture.project(level, [0.6, 0.8]);
            let h = 1e-3;
            let mass: f64 = (-12_000..=12_000).map(|k| h * projected.at(h * f64::from(k))).sum();
            assert!((mass - 1.0).abs() < 2e-3, "{name} at σ = {sigma}: {mass}");
        }
    }
}
