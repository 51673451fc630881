//! The beta distribution with both parameters 0.6, after which a schedule is called.

/// Both parameters (Lee et al. 2024, arXiv:2407.12173).
const A: f64 = 0.6;
/// `B(0.6, 0.6) = Γ(0.6)²/Γ(1.2)`.
const BETA: f64 = 2.415_344_208_002_471_8;

/// The share of it below `x`: the regularised incomplete beta function, by its continued fraction (Numerical
/// Recipes 6.4, modified Lentz).
fn below(x: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    // It converges quickly below the middle; above, the distribution is the mirror image.
    if x > 0.5 {
        return 1.0 - below(1.0 - x);
    }
    let (mut c, mut d) = (1.0, 1.0 / (1.0 - 2.0 * A * x / (A + 1.0)));
    let mut fraction = d;
    for m in 1..200 {
        let m = f64::from(m);
        let even = m * (A - m) * x / ((A + 2.0 * m - 1.0) * (A + 2.0 * m));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        fraction *= d * c;
        let odd = -(A + m) * (2.0 * A + m) * x / ((A + 2.0 * m) * (A + 2.0 * m + 1.0));
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    (x * (1.0 - x)).powf(A) * fraction / (A * BETA)
}

/// The x below which the share `p` lies, from 0 to 1.
pub(super) fn quantile(p: f64) -> f64 {
    if p <= 0.0 || p >= 1.0 {
        return p.clamp(0.0, 1.0);
    }
    let (mut low, mut high) = (0.0, 1.0);
    // Newton within a bracket.
    let mut x = p;
    for _ in 0..100 {
        let off = below(x) - p;
        if off > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let density = (x * (1.0 - x)).powf(A - 1.0) / BETA;
        let newton = x - off / density;
        let next = if newton > low && newton < high { newton } else { 0.5 * (low + high) };
        if (next - x).abs() <= 1e-16 * x {
            return next;
        }
        x = next;
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_the_inverse_and_mirror_each_other() {
        for p in [1e-6, 0.01, 0.1, 0.3, 0.5, 0.7, 0.99] {
            assert!((below(quantile(p)) - p).abs() < 1e-14, "{p}");
            assert!((quantile(p) + quantile(1.0 - p) - 1.0).abs() < 1e-13, "{p}");
        }
        assert!((quantile(0.5) - 0.5).abs() < 1e-15);
    }
}
