//! What every built-in distribution promises.

use super::super::{Level, TOYS, toy};
use super::assert_close;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// Cells per axis of a grid over `[−HALF, HALF]²` whose lines meet the edges of
/// the checkerboard.
const CELLS: usize = 400;
const HALF: f64 = 5.0;

fn middle(cell: usize) -> f64 {
    (cell as f64 + 0.5) * (2.0 * HALF / CELLS as f64) - HALF
}

#[test]
fn names_are_unique_and_found() {
    for (index, row) in TOYS.iter().enumerate() {
        assert_eq!(toy(row.name).unwrap().title, row.title);
        assert!(TOYS[..index].iter().all(|other| other.name != row.name));
        let kebab = |c: char| c.is_ascii_lowercase() || c == '-';
        assert!(row.name.chars().all(kebab), "{}", row.name);
        assert!(row.about.ends_with(['.', '?']), "{}", row.about);
    }
    let message = toy("eight gaussians").unwrap_err().to_string();
    assert!(message.contains("\"eight gaussians\""), "{message}");
    assert!(message.contains("eight-gaussians, two-moons"), "{message}");
}

#[test]
fn toys_share_one_view() {
    for row in TOYS {
        let mixture = row.mixture();
        let bounds = mixture.bounds();
        assert!(mixture.components().len() <= 96, "{}", row.name);
        for i in 0..2 {
            assert!(bounds.min[i] > -3.25 && bounds.max[i] < 3.25, "{}", row.name);
            if row.name != "single-gaussian" {
                assert!(mixture.mean()[i].abs() < 1e-12, "{}", row.name);
            }
        }
    }
}

#[test]
fn densities_integrate_to_one() {
    let area = (2.0 * HALF / CELLS as f64).powi(2);
    for row in TOYS {
        let mixture = row.mixture();
        let level = Level { alpha: 0.6, sigma: 0.4 };
        let prepared = mixture.prepare(level);
        let (mut clean, mut noisy) = (0.0, 0.0);
        for x in (0..CELLS).map(middle) {
            for y in (0..CELLS).map(middle) {
                clean += area * mixture.density([x, y]);
                noisy += area * prepared.posterior([x, y]).log_density.exp();
            }
        }
        assert_close(clean, 1.0, 1e-9, || row.name.to_owned());
        assert_close(noisy, 1.0, 1e-9, || row.name.to_owned());
    }
}

#[test]
fn samples_agree_with_the_density() {
    // Pearson's χ² on coarse cells, each integrated on the fine grid
    const COARSE: usize = 40;
    const COUNT: usize = 50_000;
    let area = (2.0 * HALF / CELLS as f64).powi(2);
    for row in TOYS {
        let mixture = row.mixture();
        let mut expected = vec![0.0; COARSE * COARSE];
        for i in 0..CELLS {
            for j in 0..CELLS {
                let cell = i * COARSE / CELLS * COARSE + j * COARSE / CELLS;
                expected[cell] += COUNT as f64 * area * mixture.density([middle(i), middle(j)]);
            }
        }
        let mut observed = vec![0.0; COARSE * COARSE];
        for point in mixture.sample(&mut ChaCha8Rng::seed_from_u64(11), COUNT) {
            #[allow(clippy::cast_sign_loss, reason = "no toy reaches −HALF")]
            let [i, j] = point.map(|c| ((c + HALF) / (2.0 * HALF) * COARSE as f64) as usize);
            observed[i * COARSE + j] += 1.0;
        }
        let (mut statistic, mut cells) = (0.0, 0.0);
        let (mut rest_expected, mut rest_observed) = (0.0, 0.0);
        for (want, got) in expected.into_iter().zip(observed) {
            if want >= 10.0 {
                statistic += (got - want) * (got - want) / want;
                cells += 1.0;
            } else {
                rest_expected += want;
                rest_observed += got;
            }
        }
        let freedom: f64 = cells - 1.0;
        let limit = freedom + 5.0 * (2.0 * freedom).sqrt();
        assert!(statistic < limit, "{}: χ² {statistic}, limit {limit}", row.name);
        let limit = 5.0 * (rest_expected + 1.0f64).sqrt();
        assert_close(rest_observed, rest_expected, limit, || row.name.to_owned());
    }
}

#[test]
fn eight_gaussians_go_round_from_angle_zero() {
    let mixture = toy("eight-gaussians").unwrap().mixture();
    for (k, component) in mixture.components().iter().enumerate() {
        let angle = std::f64::consts::FRAC_PI_4 * k as f64;
        let [x, y] = component.mean();
        assert_close(x, 2.0 * angle.cos(), 1e-14, || format!("mode {k}"));
        assert_close(y, 2.0 * angle.sin(), 1e-14, || format!("mode {k}"));
        assert_close(component.covariance().xx, 0.0225, 1e-16, || format!("mode {k}"));
        assert_close(component.weight, 0.125, 0.0, || format!("mode {k}"));
    }
    assert!(!mixture.has_boxes());
    assert!(toy("checkerboard").unwrap().mixture().has_boxes());
}

#[test]
fn rings_show_no_beads() {
    let mixture = toy("rings").unwrap().mixture();
    for radius in [0.7, 1.5, 2.3] {
        let along = (0..720).map(|k| {
            let angle = f64::from(k).to_radians() / 2.0;
            mixture.density([radius * angle.cos(), radius * angle.sin()])
        });
        let (low, high) = along.fold((f64::MAX, 0.0f64), |(l, h), p| (l.min(p), h.max(p)));
        assert!(high / low < 1.02, "radius {radius}: {low} to {high}");
    }
}
