//! Complex numbers, for linear stability.

use std::ops::{Add, Div, Mul, Sub};

use serde::{Deserialize, Serialize};

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
