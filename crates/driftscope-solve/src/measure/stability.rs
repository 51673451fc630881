//! Linear stability: what one step of a method makes of `y' = λy`.

use serde::{Deserialize, Serialize};
use std::ops::{Add, Div, Mul, Sub};

use crate::method::{ImplicitRule, Method, Rule};
use crate::tableau::Tableau;

/// A complex number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Complex {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl Complex {
    /// One.
    pub const ONE: Self = Self::new(1.0, 0.0);

    /// `re + i·im`.
    #[must_use]
    pub const fn new(re: f64, im: f64) -> Self {
        Self { re, im }
    }

    /// Its distance from 0.
    #[must_use]
    pub fn abs(self) -> f64 {
        self.re.hypot(self.im)
    }

    /// Both roots of `x² − trace·x + determinant`: the eigenvalues of a real 2×2 matrix, the one
    /// with the smaller real part first.
    #[must_use]
    pub fn eigenvalues([[xx, xy], [yx, yy]]: [[f64; 2]; 2]) -> [Self; 2] {
        let middle = 0.5 * (xx + yy);
        // (xx − yy)²/4 + xy·yx keeps more digits than trace²/4 − determinant.
        let square = 0.25 * (xx - yy).powi(2) + xy * yx;
        let root = square.abs().sqrt();
        if square >= 0.0 {
            [Self::new(middle - root, 0.0), Self::new(middle + root, 0.0)]
        } else {
            [Self::new(middle, -root), Self::new(middle, root)]
        }
    }
}

impl Add for Complex {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self::new(self.re + other.re, self.im + other.im)
    }
}

impl Sub for Complex {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self::new(self.re - other.re, self.im - other.im)
    }
}

impl Mul for Complex {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let re = self.re * other.re - self.im * other.im;
        Self::new(re, self.re * other.im + self.im * other.re)
    }
}

impl Mul<Complex> for f64 {
    type Output = Complex;
    fn mul(self, other: Complex) -> Complex {
        Complex::new(self * other.re, self * other.im)
    }
}

impl Div for Complex {
    type Output = Self;
    fn div(self, other: Self) -> Self {
        let size = other.re * other.re + other.im * other.im;
        let product = self * Self::new(other.re, -other.im);
        Self::new(product.re / size, product.im / size)
    }
}

/// By how much a step of size h multiplies `|y|` on `y' = λy` with `z = hλ`: `|R(z)|` for
/// one-step methods, the largest root of the characteristic polynomial for those that look back.
/// Up to 1 errors do not grow. None for diffusion samplers: they integrate the linear part of the
/// field exactly, so that their steps are no function of hλ alone.
#[must_use]
pub fn amplification(method: &Method, z: Complex) -> Option<f64> {
    match &method.rule {
        Rule::RungeKutta(tableau) => Some(stability_function(tableau, z).abs()),
        Rule::Implicit(rule) => Some(implicit(*rule, z).abs()),
        Rule::AdamsBashforth { .. } => Some(largest_root(method.order as usize, z)),
        Rule::Diffusion(_) => None,
    }
}

/// `R(z) = 1 + z bᵀ(1 − zA)⁻¹e` of an explicit method: one step from y = 1 with λh = z.
fn stability_function(tableau: &Tableau, z: Complex) -> Complex {
    let mut slopes: Vec<Complex> = Vec::with_capacity(tableau.stages());
    let sum = |weights: &[f64], slopes: &[Complex]| {
        weights.iter().zip(slopes).fold(Complex::ONE, |sum, (&a, &k)| sum + a * k)
    };
    for row in tableau.a {
        slopes.push(z * sum(row, &slopes));
    }
    sum(tableau.b, &slopes)
}

fn implicit(rule: ImplicitRule, z: Complex) -> Complex {
    match rule {
        ImplicitRule::Euler => Complex::ONE / (Complex::ONE - z),
        ImplicitRule::Midpoint | ImplicitRule::Trapezoid => {
            (Complex::ONE + 0.5 * z) / (Complex::ONE - 0.5 * z)
        }
    }
}

/// The largest root of `ζᵏ − ζᵏ⁻¹ − z Σ βⱼ ζᵏ⁻ʲ` with the Adams–Bashforth weights β on equal
/// steps (the root condition; Hairer & Wanner, Solving ODEs II, V.1).
fn largest_root(order: usize, z: Complex) -> f64 {
    let weights: &[f64] = match order {
        1 => &[1.0],
        2 => &[1.5, -0.5],
        3 => &[23.0 / 12.0, -16.0 / 12.0, 5.0 / 12.0],
        _ => &[55.0 / 24.0, -59.0 / 24.0, 37.0 / 24.0, -9.0 / 24.0],
    };
    // Coefficients below the leading 1, highest power first.
    let mut polynomial: Vec<Complex> = weights.iter().map(|&weight| -weight * z).collect();
    polynomial[0] = polynomial[0] - Complex::ONE;
    let value = |at: Complex| polynomial.iter().fold(Complex::ONE, |sum, &c| sum * at + c);
    // Durand–Kerner: all roots at once.
    let start = Complex::new(0.4, 0.9);
    let mut roots = vec![Complex::ONE; weights.len()];
    for i in 1..roots.len() {
        roots[i] = roots[i - 1] * start;
    }
    for _ in 0..60 {
        let mut moved = 0.0_f64;
        for i in 0..roots.len() {
            let others = (0..roots.len()).filter(|&j| j != i);
            let product = others.fold(Complex::ONE, |p, j| p * (roots[i] - roots[j]));
            let correction = value(roots[i]) / product;
            if correction.abs().is_finite() {
                roots[i] = roots[i] - correction;
                moved = moved.max(correction.abs());
            }
        }
        if moved < 1e-12 {
            break;
        }
    }
    roots.into_iter().map(Complex::abs).fold(0.0, f64::max)
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
