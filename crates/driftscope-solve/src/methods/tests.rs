//! The coefficients: order conditions over all rooted trees, and the identities of dense output.

use super::*;
use crate::tableau::Dense;

/// A rooted tree as the multiset of its subtrees, in a canonical order.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
struct Tree(Vec<Tree>);

impl Tree {
    fn order(&self) -> u32 {
        1 + self.0.iter().map(Self::order).sum::<u32>()
    }

    /// γ(τ): the order of the tree times those of all its subtrees.
    fn density(&self) -> f64 {
        f64::from(self.order()) * self.0.iter().map(Self::density).product::<f64>()
    }

    /// Φᵢ(τ) for every stage i of a tableau.
    fn stage_weights(&self, a: &[&[f64]]) -> Vec<f64> {
        let mut weights = vec![1.0; a.len()];
        for child in &self.0 {
            let inner = child.stage_weights(a);
            for (weight, row) in weights.iter_mut().zip(a) {
                *weight *= row.iter().zip(&inner).map(|(a, phi)| a * phi).sum::<f64>();
            }
        }
        weights
    }
}

/// All rooted trees of each order up to `most`, each once.
fn trees(most: u32) -> Vec<Tree> {
    let mut all: Vec<Tree> = vec![Tree(Vec::new())];
    for order in 2..=most {
        let mut found = Vec::new();
        forests(&all.clone(), order - 1, all.len(), &mut Vec::new(), &mut found);
        all.extend(found);
    }
    all
}

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

/// The worst violation of the order conditions up to `order` by weights `b`.
fn violation(a: &[&[f64]], b: &[f64], order: u32) -> f64 {
    trees(order)
        .iter()
        .map(|tree| {
            let phi = tree.stage_weights(a);
            let sum: f64 = b.iter().zip(&phi).map(|(b, phi)| b * phi).sum();
            (sum - 1.0 / tree.density()).abs()
        })
        .fold(0.0, f64::max)
}

#[test]
fn rooted_trees_are_all_there() {
    let counts: Vec<usize> =
        (1..=8).map(|n| trees(8).iter().filter(|tree| tree.order() == n).count()).collect();
    assert_eq!(counts, [1, 1, 2, 4, 9, 20, 48, 115]);
}

#[test]
fn tableaus_satisfy_their_order_conditions() {
    for method in METHODS {
        let Some(tableau) = method.tableau() else { continue };
        let worst = violation(tableau.a, tableau.b, method.order);
        println!("{:>10}: order {}, violated by {worst:.1e}", method.name, method.order);
        assert!(worst < 1e-13, "{}: {worst:e}", method.name);
        // And no more than that: the next order's conditions fail.
        assert!(violation(tableau.a, tableau.b, method.order + 1) > 1e-6, "{}", method.name);
        for (row, node) in tableau.a.iter().zip(tableau.c) {
            assert!((row.iter().sum::<f64>() - node).abs() < 1e-13, "{}", method.name);
        }
        let Some(pair) = &tableau.embedded else { continue };
        let lower = |weights: &[f64]| -> Vec<f64> {
            tableau.b.iter().zip(weights).map(|(b, e)| b - e).collect()
        };
        // DOP853's two estimates are of order five and three; together they behave as seven.
        let order = if pair.third_order_weights.is_some() { 5 } else { pair.order };
        let worst = violation(tableau.a, &lower(pair.weights), order);
        assert!(worst < 1e-13, "{} embedded: {worst:e}", method.name);
        if let Some(third) = pair.third_order_weights {
            assert!(violation(tableau.a, &lower(third), 3) < 1e-13, "{}", method.name);
        }
        if let Some(two_thirds) = pair.torchdiffeq_weights {
            for (classical, scaled) in pair.weights.iter().zip(two_thirds) {
                assert!((classical * 2.0 / 3.0 - scaled).abs() < 1e-15);
            }
        }
    }
}

#[test]
fn dense_output_ends_at_the_step_and_starts_along_its_slope() {
    for method in METHODS {
        let Some(tableau) = method.tableau() else { continue };
        for dense in [Some(&tableau.dense), tableau.torchdiffeq_dense.as_ref()] {
            let Some(Dense::Polynomial(rows) | Dense::Extended { polynomial: rows, .. }) = dense
            else {
                continue;
            };
            for (i, row) in rows.iter().enumerate() {
                let weight = tableau.b.get(i).copied().unwrap_or(0.0);
                let at_end: f64 = row.iter().sum();
                assert!((at_end - weight).abs() < 1e-11, "{} stage {i}: {at_end:e}", method.name);
                let first = if i == 0 { 1.0 } else { 0.0 };
                assert!((row[0] - first).abs() < 1e-11, "{} stage {i}", method.name);
            }
        }
    }
}

#[test]
fn names_are_unique_and_every_method_says_where_it_comes_from() {
    for (index, method) in METHODS.iter().enumerate() {
        assert!(METHODS[..index].iter().all(|other| other.name != method.name));
        assert!(!method.about.is_empty() && method.reference.contains(char::is_numeric));
    }
}
