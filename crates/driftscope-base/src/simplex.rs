//! The least value of a function of a few variables, without derivatives: the simplex search of Nelder and Mead
//! (1965). It stands here because the crate that has it, argmin, draws in a source of randomness which the browser's
//! target does not compile.

/// When a search ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    /// After so many moves of the simplex.
    pub moves: usize,
    /// When the values at its corners have a standard deviation below this.
    pub alike: f64,
}

/// A corner and the value there.
type Corner = (Vec<f64>, f64);

/// Moves a simplex, one corner more than there are variables, towards the least value of `value`; the best corner.
/// Values have to be comparable: something large rather than not a number.
///
/// # Panics
/// If `corners` is not a simplex: at least two points, one more than each has coordinates.
pub fn least(
    corners: Vec<Vec<f64>>,
    patience: Patience,
    mut value: impl FnMut(&[f64]) -> f64,
) -> (Vec<f64>, f64) {
    let count = corners.len();
    assert!(count >= 2 && corners.iter().all(|corner| corner.len() + 1 == count), "a simplex");
    let valued = |corner: Vec<f64>, value: &mut dyn FnMut(&[f64]) -> f64| {
        let there = value(&corner);
        (corner, there)
    };
    let mut simplex: Vec<Corner> =
        corners.into_iter().map(|corner| valued(corner, &mut value)).collect();
    for _ in 0..patience.moves {
        simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
        if deviation(&simplex) < patience.alike {
            break;
        }
        let (best, worst) = (simplex[0].1, simplex[count - 1].clone());
        let second_worst = simplex[count - 2].1;
        let centre = centre(&simplex[..count - 1]);
        // So far beyond the centre, seen from the worst corner; before it if negative.
        let beyond = |share: f64| -> Vec<f64> {
            centre.iter().zip(&worst.0).map(|(c, w)| c + share * (c - w)).collect()
        };
        let mirrored = valued(beyond(1.0), &mut value);
        if mirrored.1 < best {
            let farther = valued(beyond(2.0), &mut value);
            simplex[count - 1] = if farther.1 < mirrored.1 { farther } else { mirrored };
        } else if mirrored.1 < second_worst {
            simplex[count - 1] = mirrored;
        } else {
            let outside = mirrored.1 < worst.1;
            let nearer = valued(beyond(if outside { 0.5 } else { -0.5 }), &mut value);
            if nearer.1 <= mirrored.1.min(worst.1) {
                simplex[count - 1] = nearer;
            } else {
                let anchor = simplex[0].0.clone();
                for corner in &mut simplex[1..] {
                    let halfway = anchor.iter().zip(&corner.0).map(|(a, x)| 0.5 * (a + x));
                    *corner = valued(halfway.collect(), &mut value);
                }
            }
        }
    }
    simplex.sort_by(|a, b| a.1.total_cmp(&b.1));
    simplex.swap_remove(0)
}

/// The mean of corners.
fn centre(corners: &[Corner]) -> Vec<f64> {
    let count = corners.len() as f64;
    let along = |d: usize| corners.iter().map(|(corner, _)| corner[d]).sum::<f64>() / count;
    (0..corners[0].0.len()).map(along).collect()
}

/// The standard deviation of the values.
fn deviation(corners: &[Corner]) -> f64 {
    let count = corners.len() as f64;
    let mean = corners.iter().map(|(_, value)| value).sum::<f64>() / count;
    let squares = corners.iter().map(|(_, value)| (value - mean).powi(2)).sum::<f64>();
    (squares / (count - 1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A simplex with edges of this length along the axes.
    fn at(start: &[f64], edge: f64) -> Vec<Vec<f64>> {
        let mut corners = vec![start.to_vec()];
        for d in 0..start.len() {
            let mut corner = start.to_vec();
            corner[d] += edge;
            corners.push(corner);
        }
        corners
    }

    #[test]
    fn it_finds_the_bottom_of_a_bent_valley() {
        // Rosenbrock's, from where he began.
        let patience = Patience { moves: 500, alike: 1e-14 };
        let mut asked = 0;
        let (place, least) = least(at(&[-1.2, 1.0], 0.5), patience, |x| {
            asked += 1;
            (1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2)
        });
        assert!((place[0] - 1.0).abs() < 1e-5 && (place[1] - 1.0).abs() < 1e-5, "{place:?}");
        assert!(least < 1e-10 && asked < 400, "{least} after {asked}");
    }

    #[test]
    fn in_more_variables_it_never_ends_above_its_best_corner() {
        let bowl = |x: &[f64]| x.iter().enumerate().map(|(k, x)| (k + 1) as f64 * x * x).sum();
        for dimension in 1..=7 {
            let start = at(&vec![1.0; dimension], 0.7);
            let begun = start.iter().map(|x| bowl(x)).fold(f64::INFINITY, f64::min);
            let few = least(start.clone(), Patience { moves: 3, alike: 0.0 }, bowl).1;
            let many = least(start, Patience { moves: 2_000, alike: 1e-12 }, bowl).1;
            assert!(few <= begun && many < 1e-6, "{dimension}: {begun}, {few}, {many}");
        }
    }

    #[test]
    fn what_cannot_be_is_only_avoided() {
        let value = |x: &[f64]| if x[0] < 0.0 { 1e3 } else { (x[0] - 0.25).powi(2) };
        let patience = Patience { moves: 200, alike: 1e-12 };
        let (place, _) = least(vec![vec![2.0], vec![-1.0]], patience, value);
        assert!((place[0] - 0.25).abs() < 1e-4, "{place:?}");
    }
}
