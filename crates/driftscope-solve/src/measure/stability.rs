//! Linear stability: what one step of a method makes of `y' = λy`.

pub use crate::complex::Complex;
use crate::method::Method;

/// By how much a step of size h multiplies `|y|` on `y' = λy` with `z = hλ`: `|R(z)|` for
/// one-step methods, the largest root of the characteristic polynomial for those that look back.
/// Up to 1 errors do not grow. None for diffusion samplers: they integrate the linear part of the
/// field exactly, so that their steps are no function of hλ alone.
#[must_use]
pub fn amplification(method: &Method, z: Complex) -> Option<f64> {
    method.rule.amplification(z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{METHODS, MethodRef};

    fn at(name: &str, re: f64, im: f64) -> f64 {
        let method = MethodRef::named(name).expect("in the table");
        amplification(&method, Complex::new(re, im)).expect("has a stability function")
    }

    /// Where the real stability interval of a method ends.
    fn real_bound(name: &str) -> f64 {
        let mut low = 0.01;
        while at(name, -low, 0.0) <= 1.0 + 1e-12 && low < 1e3 {
            low += 1e-3;
        }
        low
    }

    #[test]
    fn known_stability_intervals_come_out() {
        // Hairer & Wanner II, IV.2 (explicit Runge–Kutta) and V.1 (Adams).
        for (name, bound) in [
            ("euler", 2.0),
            ("heun", 2.0),
            ("midpoint", 2.0),
            ("heun3", 2.5127),
            ("rk4", 2.7853),
            ("rk4-38", 2.7853),
            ("dopri5", 3.3066),
            ("ab2", 1.0),
            ("ab4", 0.3),
        ] {
            let found = real_bound(name);
            assert!((found - bound).abs() < 3e-3, "{name}: {found} is not {bound}");
        }
        for name in ["implicit-euler", "implicit-midpoint", "trapezoid"] {
            assert!(real_bound(name) > 999.0, "{name} is stable on the whole half-line");
        }
    }

    #[test]
    fn every_method_follows_the_exponential_to_its_order() {
        for method in METHODS {
            let error = |h: f64| {
                let z = h * Complex::new(-0.6, 0.0);
                amplification(method, z).map(|found| (found - z.re.exp()).abs())
            };
            let (Some(coarse), Some(fine)) = (error(0.5), error(0.25)) else { continue };
            let order = (coarse / fine).log2();
            // A root of a method that looks back differs from the exponential like one step does.
            assert!(order > f64::from(method.order + 1) - 0.35, "{}: {order}", method.name);
        }
    }

    #[test]
    fn the_trapezoidal_rule_keeps_oscillations() {
        assert!((at("trapezoid", 0.0, 3.0) - 1.0).abs() < 1e-14);
        assert!(at("euler", 0.0, 1.0) > 1.0);
        // RK4 reaches 2√2 up the imaginary axis.
        assert!(at("rk4", 0.0, 2.82) <= 1.0 && at("rk4", 0.0, 2.84) > 1.0);
    }

    #[test]
    fn eigenvalues_solve_their_equation() {
        for matrix in
            [[[1.0, 2.0], [3.0, 4.0]], [[0.0, 1.0], [-1.0, 0.0]], [[-5.0, 0.0], [1.0, -5.0]]]
        {
            let [[a, b], [c, d]] = matrix;
            for root in Complex::eigenvalues(matrix) {
                let trace = (a + d) * root;
                let value = root * root - trace + Complex::new(a * d - b * c, 0.0);
                assert!(value.abs() < 1e-12, "{matrix:?}: {value:?}");
            }
        }
    }
}
