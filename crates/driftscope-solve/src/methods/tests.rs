//! The coefficients: the order conditions, and the identities of dense output.

use super::*;
use crate::rooted_trees::{Order, worst_miss};
use crate::tableau::Dense;

#[test]
fn tableaus_satisfy_their_order_conditions() {
    for method in METHODS {
        let Some(tableau) = method.tableau() else { continue };
        let found = Order::of(tableau.a, tableau.b, "b");
        assert_eq!(found.order, method.order, "{}: {:?}", method.name, found.failing);
        let worst = worst_miss(tableau.a, tableau.b, method.order);
        println!("{:>10}: order {}, violated by {worst:.1e}", method.name, method.order);
        assert!(worst < 1e-13, "{}: {worst:e}", method.name);
        for (row, node) in tableau.a.iter().zip(tableau.c) {
            assert!((row.iter().sum::<f64>() - node).abs() < 1e-13, "{}", method.name);
        }
        let Some(pair) = &tableau.embedded else { continue };
        let lower = |weights: &[f64]| -> Vec<f64> {
            tableau.b.iter().zip(weights).map(|(b, e)| b - e).collect()
        };
        // DOP853's two estimates are of order five and three; together they behave as seven.
        let order = if pair.third_order_weights.is_some() { 5 } else { pair.order };
        let of = |weights: &[f64]| Order::of(tableau.a, &lower(weights), "b_hat").order;
        assert_eq!(of(pair.weights), order, "{} embedded", method.name);
        let worst = worst_miss(tableau.a, &lower(pair.weights), order);
        assert!(worst < 1e-13, "{} embedded: {worst:e}", method.name);
        if let Some(third) = pair.third_order_weights {
            assert_eq!(of(third), 3, "{}", method.name);
            assert!(worst_miss(tableau.a, &lower(third), 3) < 1e-13, "{}", method.name);
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
