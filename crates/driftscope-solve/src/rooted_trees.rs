//! Rooted trees and the order conditions of Runge–Kutta methods (Butcher; Hairer, Nørsett & Wanner II.2).
//!
//! A method has order p when Σ bᵢ Φᵢ(τ) = 1/γ(τ) for every rooted tree τ of at most p nodes.

use std::fmt::{self, Write};
use std::sync::LazyLock;

/// The highest order that is looked at.
pub const HIGHEST_ORDER: u32 = 8;

/// How far a condition may be missed, as a share of the sizes of its terms: coefficients written with
/// eleven digits meet it, those with eight do not.
pub const TOLERANCE: f64 = 1e-10;

/// Names of the stages that a condition sums over.
const INDICES: [char; HIGHEST_ORDER as usize] = ['i', 'j', 'k', 'l', 'm', 'n', 'o', 'p'];

/// A rooted tree as the multiset of its subtrees, in a canonical order.
#[derive(Clone, Debug)]
struct Tree(Vec<Tree>);

/// All rooted trees of up to [`HIGHEST_ORDER`] nodes, each once, the small ones first and among those of
/// one size the one whose nodes all hang from the root.
static TREES: LazyLock<Vec<Tree>> = LazyLock::new(|| {
    let mut all = vec![Tree(Vec::new())];
    for order in 2..=HIGHEST_ORDER {
        let mut found = Vec::new();
        forests(&all, order - 1, all.len(), &mut Vec::new(), &mut found);
        all.extend(found);
    }
    all
});

/// Multisets of `trees[..below]` with `nodes` nodes together, as children of one root.
fn forests(
    trees: &[Tree],
    nodes: u32,
    below: usize,
    chosen: &mut Vec<Tree>,
    found: &mut Vec<Tree>,
) {
    if nodes == 0 {
        found.push(Tree(chosen.clone()));
        return;
    }
    for (index, tree) in trees[..below].iter().enumerate() {
        if tree.order() <= nodes {
            chosen.push(tree.clone());
            forests(trees, nodes - tree.order(), index + 1, chosen, found);
            chosen.pop();
        }
    }
}

impl Tree {
    /// How many nodes it has.
    fn order(&self) -> u32 {
        1 + self.0.iter().map(Self::order).sum::<u32>()
    }

    /// γ(τ): the order of the tree times those of all its subtrees.
    fn density(&self) -> u32 {
        self.order() * self.0.iter().map(Self::density).product::<u32>()
    }

    /// Φᵢ(τ) for every stage i, and the same of the sizes of its terms.
    fn stage_weights<R: AsRef<[f64]>>(&self, a: &[R]) -> Vec<[f64; 2]> {
        let mut weights = vec![[1.0; 2]; a.len()];
        for child in &self.0 {
            let inner = child.stage_weights(a);
            for (weight, row) in weights.iter_mut().zip(a) {
                let [sum, size] = sums(row.as_ref(), &inner);
                *weight = [weight[0] * sum, weight[1] * size];
            }
        }
        weights
    }

    /// The factors of its elementary weight that hang from the stage `index`: ` c_i^2 a_ij c_j`.
    fn write_factors(
        &self,
        index: char,
        free: &mut impl Iterator<Item = char>,
        out: &mut impl Write,
    ) -> fmt::Result {
        let leaves = self.0.iter().filter(|child| child.0.is_empty()).count();
        match leaves {
            0 => {}
            1 => write!(out, " c_{index}")?,
            _ => write!(out, " c_{index}^{leaves}")?,
        }
        for child in self.0.iter().filter(|child| !child.0.is_empty()) {
            // There are no more inner nodes than indices.
            let next = free.next().unwrap_or_default();
            write!(out, " a_{index}{next}")?;
            child.write_factors(next, free, out)?;
        }
        Ok(())
    }

    /// Its elementary weight in words, with the weights called `name`.
    fn words(&self, name: &str) -> String {
        let mut text = format!("Σ {name}_i");
        let mut free = INDICES[1..].iter().copied();
        self.write_factors(INDICES[0], &mut free, &mut text).expect("a string takes all");
        text
    }
}

/// By how much weights `b` miss the conditions up to `order` at most.
#[cfg(test)]
pub fn worst_miss<R: AsRef<[f64]>>(a: &[R], b: &[f64], order: u32) -> f64 {
    let trees = TREES.iter().filter(|tree| tree.order() <= order);
    let miss =
        |tree: &Tree| (sums(b, &tree.stage_weights(a))[0] - 1.0 / f64::from(tree.density())).abs();
    trees.map(miss).fold(0.0, f64::max)
}

/// Σ wᵢ φᵢ, and the same of the sizes of its terms.
fn sums(weights: &[f64], phi: &[[f64; 2]]) -> [f64; 2] {
    weights.iter().zip(phi).fold([0.0; 2], |[sum, size], (w, [phi, its_size])| {
        [sum + w * phi, size + w.abs() * its_size]
    })
}

/// An order condition that does not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The order it belongs to.
    pub order: u32,
    /// Its sum in words, such as `Σ b_i c_i^4`.
    pub sum: String,
    /// What the sum is.
    pub found: f64,
    /// γ: the sum should be 1/γ.
    pub density: u32,
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { order, sum, found, density } = self;
        let wanted = 1.0 / f64::from(*density);
        write!(f, "order {order}: {sum} is {}, not 1", differing(*found, wanted))?;
        if *density == 1 { Ok(()) } else { write!(f, "/{density}") }
    }
}

/// A number with so many digits, four at least, that it is seen not to be `other`.
fn differing(value: f64, other: f64) -> String {
    let far = (value - other).abs();
    let digits = (3..16).map(|digits| format!("{value:.digits$e}"));
    let written = digits.filter_map(|text| text.parse::<f64>().ok());
    let near = |rounded: &f64| (rounded - value).abs() <= 0.1 * far;
    written.into_iter().find(near).unwrap_or(value).to_string()
}

/// What order some weights have.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// All conditions up to this one hold, of those up to [`HIGHEST_ORDER`].
    pub order: u32,
    /// The first that does not.
    pub failing: Option<Condition>,
}

impl Order {
    /// Of an explicit method with the rows `a`, the nodes being their sums, and the weights `b`, which
    /// words call `name`.
    #[must_use]
    pub fn of<R: AsRef<[f64]>>(a: &[R], b: &[f64], name: &str) -> Self {
        let failing = TREES.iter().find_map(|tree| {
            let [found, size] = sums(b, &tree.stage_weights(a));
            let density = tree.density();
            let wanted = 1.0 / f64::from(density);
            // What is no number fails as well.
            let holds = (found - wanted).abs() <= TOLERANCE * size.max(wanted);
            let condition =
                || Condition { order: tree.order(), sum: tree.words(name), found, density };
            (!holds).then(condition)
        });
        let order = failing.as_ref().map_or(HIGHEST_ORDER, |condition| condition.order - 1);
        Self { order, failing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooted_trees_are_all_there() {
        let of = |order: u32| TREES.iter().filter(|tree| tree.order() == order).count();
        let counts: Vec<usize> = (1..=HIGHEST_ORDER).map(of).collect();
        assert_eq!(counts, [1, 1, 2, 4, 9, 20, 48, 115]);
        // Σ over the trees of n nodes of n!/(γ σ) counts monotone labellings, (n−1)! in all; without σ it
        // is enough that the two ends are there: γ = n and γ = n!.
        let densities =
            |order: u32| TREES.iter().filter(move |tree| tree.order() == order).map(Tree::density);
        assert_eq!(densities(8).min(), Some(8));
        assert_eq!(densities(8).max(), Some(40_320));
    }

    #[test]
    fn conditions_are_written_as_textbooks_write_them() {
        let words: Vec<String> = TREES
            .iter()
            .take(8)
            .map(|tree| format!("{} = 1/{}", tree.words("b"), tree.density()))
            .collect();
        assert_eq!(
            words,
            [
                "Σ b_i = 1/1",
                "Σ b_i c_i = 1/2",
                "Σ b_i c_i^2 = 1/3",
                "Σ b_i a_ij c_j = 1/6",
                "Σ b_i c_i^3 = 1/4",
                "Σ b_i c_i a_ij c_j = 1/8",
                "Σ b_i a_ij c_j^2 = 1/12",
                "Σ b_i a_ij a_jk c_k = 1/24",
            ]
        );
    }

    #[test]
    fn a_missed_condition_shows_by_how_much() {
        let condition = |found, density| {
            Condition { order: 5, sum: "Σ b_i c_i^4".into(), found, density }.to_string()
        };
        assert_eq!(condition(0.201_34, 5), "order 5: Σ b_i c_i^4 is 0.2013, not 1/5");
        assert_eq!(condition(0.200_000_04, 5), "order 5: Σ b_i c_i^4 is 0.20000004, not 1/5");
        assert_eq!(condition(0.5, 1), "order 5: Σ b_i c_i^4 is 0.5, not 1");
        assert_eq!(condition(f64::NAN, 5), "order 5: Σ b_i c_i^4 is NaN, not 1/5");
    }
}
