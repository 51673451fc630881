//! Explicit Runge–Kutta methods of one's own, whose coefficients are read while the program runs.
//!
//! A method of the table is there as long as the program, and everything that takes one relies on that.
//! So does one of one's own: coefficients are checked once and then kept for the life of the process, once
//! for all that are equal. That is a few kilobytes for every different tableau that is ever read.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::coefficients::{Coefficients, CoefficientsError, Orders};
use crate::method::{Method, MethodRef};
use crate::rooted_trees::{HIGHEST_ORDER, Order};
use crate::tableau::{Dense, Embedded, Tableau};

/// A tableau that was read, and the method it is.
struct Known {
    coefficients: &'static Coefficients,
    orders: Orders,
    method: &'static Method,
}

/// All that were read, in the order in which they were.
static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

fn known() -> MutexGuard<'static, Vec<Known>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Coefficients {
    /// The method with these coefficients, for as long as the program runs: the same for equal ones.
    ///
    /// # Errors
    /// Why they are none, or none that can be used.
    pub fn method(&self) -> Result<MethodRef, CoefficientsError> {
        let plain = self.plain()?;
        let mut known = known();
        if let Some(found) = known.iter().find(|found| *found.coefficients == plain) {
            self.check_declared(&found.orders)?;
            return Ok(MethodRef(found.method));
        }
        let orders = plain.orders()?;
        self.check_declared(&orders)?;
        let method = kept(&plain, &orders);
        known.push(Known { coefficients: Box::leak(Box::new(plain)), orders, method });
        Ok(MethodRef(method))
    }
}

/// Place among the methods of one's own, in the order in which they were read; none of another.
pub(super) fn place(method: MethodRef) -> Option<usize> {
    known().iter().position(|found| std::ptr::eq(found.method, method.0))
}

/// The coefficients of a method of one's own; none of another.
pub(super) fn coefficients(method: MethodRef) -> Option<&'static Coefficients> {
    let known = known();
    let found = known.iter().find(|found| std::ptr::eq(found.method, method.0))?;
    Some(found.coefficients)
}

/// The method with plain coefficients of these orders, kept for the life of the process.
fn kept(plain: &Coefficients, orders: &Orders) -> &'static Method {
    let Coefficients { name, about, c, a, b, b_hat, dense, .. } = plain;
    let order = orders.answer.order;
    let lower = orders.embedded.as_ref().map(|embedded| embedded.order.min(order));
    let error: Option<Vec<f64>> =
        b_hat.as_ref().map(|b_hat| b.iter().zip(b_hat).map(|(b, b_hat)| b - b_hat).collect());
    let tableau = Tableau {
        c: numbers(c),
        a: rows(a),
        b: numbers(b),
        embedded: error.zip(lower).map(|(error, order)| Embedded {
            weights: numbers(&error),
            third_order_weights: None,
            torchdiffeq_weights: None,
            order,
        }),
        first_same_as_last: ends_at_the_answer(plain),
        dense: match dense {
            Some(dense) => Dense::Polynomial(rows(dense)),
            // As Euler's: there is one slope only.
            None if b.len() == 1 => Dense::Line,
            None => Dense::Hermite,
        },
        torchdiffeq_dense: None,
    };
    let (name, found) = (text(name.clone()), in_words(orders));
    Box::leak(Box::new(Method {
        name,
        title: name,
        about: text(if about.is_empty() { found } else { format!("{} {found}", about.trim_end()) }),
        reference: "a tableau of one's own",
        order,
        adaptive_by_default: b_hat.is_some(),
        rule: Box::leak(Box::new(tableau)),
    }))
}

/// Whether the last stage is evaluated at the answer itself, digit for digit.
fn ends_at_the_answer(Coefficients { c, a, b, .. }: &Coefficients) -> bool {
    let (Some(row), Some((last, others)), Some(&node)) = (a.last(), b.split_last(), c.last())
    else {
        return false;
    };
    // Exactly: the next step starts from that stage.
    let at_the_end = node.to_bits() == 1.0_f64.to_bits();
    !others.is_empty() && row == others && *last == 0.0 && at_the_end
}

/// What orders were found, and which conditions fail first.
fn in_words(orders: &Orders) -> String {
    let of = |Order { order, failing }: &Order, subject: &str| match failing {
        Some(condition) => format!("{subject} order {order} ({condition})"),
        None => format!("{subject} order {HIGHEST_ORDER} at least (no condition fails up to it)"),
    };
    let answer = of(&orders.answer, "It has");
    match &orders.embedded {
        Some(embedded) => format!("{answer}, {}.", of(embedded, "its embedded answer")),
        None => format!("{answer}."),
    }
}

fn text(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn numbers(values: &[f64]) -> &'static [f64] {
    Box::leak(values.into())
}

fn rows(rows: &[Vec<f64>]) -> &'static [&'static [f64]] {
    Box::leak(rows.iter().map(|row| numbers(row)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::MethodRef;

    /// Of a method of the table.
    fn written(name: &str) -> Coefficients {
        let tableau = MethodRef::named(name).and_then(|method| method.get().tableau());
        let tableau = tableau.expect("in the table, with a tableau");
        let b_hat = tableau
            .embedded
            .as_ref()
            .map(|pair| tableau.b.iter().zip(pair.weights).map(|(b, error)| b - error).collect());
        let dense = match tableau.dense {
            Dense::Polynomial(rows) => Some(rows.iter().map(|row| row.to_vec()).collect()),
            Dense::Line | Dense::Hermite | Dense::Extended { .. } => None,
        };
        Coefficients {
            name: name.to_owned(),
            c: tableau.c.to_vec(),
            a: tableau.a.iter().map(|row| row.to_vec()).collect(),
            b: tableau.b.to_vec(),
            b_hat,
            dense,
            ..Coefficients::default()
        }
    }

    #[test]
    fn what_the_table_says_of_its_tableaus_is_found_from_the_coefficients() {
        for listed in MethodRef::all() {
            let Some(tableau) = listed.get().tableau() else { continue };
            let own = written(listed.name).method().expect(listed.name);
            assert_ne!(own, listed, "equal names are no equal methods");
            assert_eq!(own.order, listed.order, "{}", listed.name);
            let found = own.get().tableau().expect("a tableau");
            assert_eq!(found.first_same_as_last, tableau.first_same_as_last, "{}", listed.name);
            assert_eq!(own.evaluations_per_step(), listed.evaluations_per_step());
            // DOP853's two estimates together are of order seven; the first alone is of five.
            let order = |tableau: &Tableau| tableau.embedded.as_ref().map(|pair| pair.order);
            let listed_order = order(tableau).map(|order| if order == 7 { 5 } else { order });
            assert_eq!(order(found), listed_order, "{}", listed.name);
        }
    }

    #[test]
    fn equal_coefficients_are_one_method_and_others_another() {
        let plain = written("rk4");
        let one = plain.method().expect("a method");
        assert_eq!(one, plain.clone().method().expect("a method"));
        let square = |row: &Vec<f64>| {
            let mut row = row.clone();
            row.resize(4, 0.0);
            row
        };
        let full = Coefficients { a: plain.a.iter().map(square).collect(), ..plain.clone() };
        assert_eq!(one, full.method().expect("a method"), "however the rows are written");
        let declared = Coefficients { order: Some(4), ..plain.clone() };
        assert_eq!(one, declared.method().expect("reached"));
        let other = Coefficients { name: "rk4".into(), ..written("rk4-38") };
        let other = other.method().expect("a method");
        assert_ne!(one, other);
        assert_ne!(one.index(), other.index());
        assert!(one.index() >= crate::METHODS.len());
        assert_eq!(one.coefficients().expect("its own").method(), Ok(one));
        assert!(MethodRef::named("rk4").is_some_and(|listed| listed.coefficients().is_none()));
    }

    #[test]
    fn the_first_condition_that_fails_is_said() {
        let about = |own: &Coefficients| own.method().expect("a method").get().about;
        assert_eq!(
            about(&written("heun")),
            "It has order 2 (order 3: Σ b_i c_i^2 is 0.5, not 1/3), its embedded answer order 1 (order 2: Σ b_hat_i c_i is 0, not 1/2)."
        );
        let told = Coefficients { about: "Mine.".into(), ..written("rk4") };
        assert_eq!(about(&told), "Mine. It has order 4 (order 5: Σ b_i c_i^4 is 0.2083, not 1/5).");
        assert!(about(&written("dop853")).starts_with("It has order 8 at least"));
        let missed = Coefficients { order: Some(5), ..written("rk4") };
        assert_eq!(
            missed.method().expect_err("refused").to_string(),
            "order = 5 is declared and not reached: order 5: Σ b_i c_i^4 is 0.2083, not 1/5"
        );
    }

    /// Coefficients written with eleven digits keep their order, with eight they lose it.
    #[test]
    fn coefficients_written_with_many_digits_keep_their_order() {
        let rounded = |digits: usize| {
            let round = |value: &f64| format!("{value:.digits$e}").parse().expect("a number");
            let exact = written("dopri5");
            let a: Vec<Vec<f64>> =
                exact.a.iter().map(|row| row.iter().map(round).collect()).collect();
            let c = a.iter().map(|row| row.iter().sum()).collect();
            let [b, b_hat] = [&exact.b, exact.b_hat.as_ref().expect("a pair")]
                .map(|b| b.iter().map(round).collect());
            Coefficients { a, b, b_hat: Some(b_hat), c, dense: None, ..exact }
        };
        assert_eq!(rounded(11).method().expect("a method").order, 5);
        assert!(rounded(7).method().is_err(), "the weights do not sum to 1");
    }
}
