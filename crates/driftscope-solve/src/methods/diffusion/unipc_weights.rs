//! The weights of `UniPC`'s differences.

use super::exponential::weights;
use crate::stepper::UniPcB;

/// `b_q = q! g_q / B` for q = 1, 2, …, with `g₁ = (e^{−h} − 1)/(−h) − 1`, `g_{q+1} = g_q/(−h) − 1/(q+1)!`.
fn conditions(h: f64, b: UniPcB, count: usize) -> Vec<f64> {
    let mut g = (-h).exp_m1() / -h - 1.0;
    let mut factorial = 1.0;
    let scale = scale(h, b);
    (1..=count)
        .map(|q| {
            factorial *= q as f64;
            let found = factorial * g / scale;
            g = g / -h - 1.0 / (factorial * (q as f64 + 1.0));
            found
        })
        .collect()
}

/// B(h).
pub(super) fn scale(h: f64, b: UniPcB) -> f64 {
    match b {
        UniPcB::Bh1 => -h,
        UniPcB::Bh2 => (-h).exp_m1(),
    }
}

/// `ρ_j / r_j` for predictions at the places r, in units of the step of h in λ.
pub(super) fn shares(h: f64, b: UniPcB, ratios: &[f64]) -> Vec<f64> {
    let rho = match ratios {
        // Published so, whatever its condition says.
        [_] => vec![0.5],
        _ => weights(ratios, &conditions(h, b, ratios.len())),
    };
    ratios.iter().zip(rho).map(|(ratio, rho)| rho / ratio).collect()
}
