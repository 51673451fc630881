//! Integrals of exponentials against polynomials, and polynomials through points: what multistep rules are
//! made of.

/// `E(H) = 1 − e^{−H}`.
pub(super) fn rise_of(h: f64) -> f64 {
    -(-h).exp_m1()
}

/// Below it the differences lose too many digits.
const SMALL: f64 = 1e-4;

/// `φ₂(H) = 1 − E(H)/H`.
pub(super) fn phi_2(h: f64) -> f64 {
    if h.abs() < SMALL {
        return h / 2.0 - h * h / 6.0 + h * h * h / 24.0;
    }
    1.0 - rise_of(h) / h
}

/// `φ₃(H) = φ₂(H)/H − ½`.
pub(super) fn phi_3(h: f64) -> f64 {
    if h.abs() < SMALL {
        return -h / 6.0 + h * h / 24.0 - h * h * h / 120.0;
    }
    phi_2(h) / h - 0.5
}

/// Weights w with `Σ_j w_j x_j^q = m_q` for as many moments m as there are points x, all different.
///
/// They are the moments of the Lagrange polynomials: exact for polynomials of one degree less than there are
/// points, if m are the integrals of the powers.
pub(super) fn weights(points: &[f64], moments: &[f64]) -> Vec<f64> {
    (0..points.len())
        .map(|j| {
            // The polynomial that is 1 at x_j and 0 at the others, lowest power first.
            let mut polynomial = vec![1.0];
            for (i, &other) in points.iter().enumerate().filter(|(i, _)| *i != j) {
                debug_assert!(i < points.len());
                let scale = 1.0 / (points[j] - other);
                let mut next = vec![0.0; polynomial.len() + 1];
                for (power, coefficient) in polynomial.iter().enumerate() {
                    next[power + 1] += scale * coefficient;
                    next[power] -= scale * other * coefficient;
                }
                polynomial = next;
            }
            polynomial.iter().zip(moments).map(|(coefficient, moment)| coefficient * moment).sum()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_have_the_moments_that_are_asked_for() {
        let points = [0.0, -0.3, -1.1, 1.0];
        let moments = [0.7, 0.2, -0.4, 1.3];
        let weights = weights(&points, &moments);
        for (power, moment) in moments.iter().enumerate() {
            let found: f64 = weights
                .iter()
                .zip(points)
                .map(|(w, x): (&f64, f64)| w * x.powi(power as i32))
                .sum();
            assert!((found - moment).abs() < 1e-13, "{power}: {found}");
        }
    }

    #[test]
    fn series_meet_the_formulas() {
        for phi in [phi_2, phi_3] {
            let [below, above] = [0.999, 1.001].map(|share| phi(share * SMALL) / share);
            assert!((below / above - 1.0).abs() < 1e-6, "{below} {above}");
        }
    }
}
