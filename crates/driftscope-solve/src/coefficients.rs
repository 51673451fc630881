//! The Butcher tableau of an explicit Runge–Kutta method, as one writes it, and what it has to be.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::explicit::HIGHEST_DEGREE;
use crate::rooted_trees::{Condition, HIGHEST_ORDER, Order, TOLERANCE};

/// The most stages of a method of one's own.
pub const MOST_STAGES: usize = 64;
/// The most letters of its name.
const LONGEST_NAME: usize = 60;
/// The largest coefficient by size.
const LARGEST: f64 = 1e6;

/// The Butcher tableau of an explicit Runge–Kutta method, as one writes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coefficients {
    /// Its name: one line of at most 60 letters.
    pub name: String,
    /// What is to be said of it; may be empty.
    #[serde(default)]
    pub about: String,
    /// The order that it is said to have, 1 to 8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<u32>,
    /// Nodes, one a stage.
    pub c: Vec<f64>,
    /// A row a stage: row i with i − 1 entries, or with one a stage and zeros from the diagonal on.
    pub a: Vec<Vec<f64>>,
    /// Weights of the answer, one a stage.
    pub b: Vec<f64>,
    /// Weights of the answer that the error is judged by, one a stage.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b_hat: Option<Vec<f64>>,
    /// Dense output: a row a stage, the coefficients of θ, θ², … up to θ⁷.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dense: Option<Vec<Vec<f64>>>,
}

/// Why coefficients are no method.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum CoefficientsError {
    /// The name cannot be shown.
    #[error("name is {0:?}: write one line of 1 to {LONGEST_NAME} letters")]
    Name(String),
    /// There are no stages, or too many.
    #[error("b has {0} entries: write one a stage, for 1 to {MOST_STAGES} stages")]
    Stages(usize),
    /// A list does not have an entry for each stage.
    #[error("{list} has {found} entries and b has {stages}: write one a stage")]
    Length {
        /// Its key.
        list: &'static str,
        /// Its entries.
        found: usize,
        /// How many are needed.
        stages: usize,
    },
    /// A row of a has another number of entries.
    #[error(
        "row {row} of a has {found} entries: write {} (those before the diagonal) or {stages} (a square)",
        .row - 1
    )]
    Row {
        /// Which, counted from 1.
        row: usize,
        /// Its entries.
        found: usize,
        /// The stages.
        stages: usize,
    },
    /// The method is implicit.
    #[error(
        "row {row} of a has {value} in place {column}, on or above the diagonal: only explicit methods can be used, whose a is zero there"
    )]
    Implicit {
        /// Which row, counted from 1.
        row: usize,
        /// Which column, counted from 1.
        column: usize,
        /// What stands there.
        value: f64,
    },
    /// An entry is no number, or a huge one.
    #[error("{list} holds {value}: write numbers between -1e6 and 1e6")]
    Entry {
        /// Its key.
        list: &'static str,
        /// What stands there.
        value: f64,
    },
    /// A node is not the sum of its row.
    #[error("c_{row} is {node}, but row {row} of a sums to {sum}: c_i = Σ a_ij is needed")]
    RowSum {
        /// Which, counted from 1.
        row: usize,
        /// The node.
        node: f64,
        /// The sum.
        sum: f64,
    },
    /// A step would not even follow a constant slope.
    #[error("{0}: without that no step is right, however short")]
    Inconsistent(Condition),
    /// The declared order cannot be looked at.
    #[error("order = {0}: orders from 1 to {HIGHEST_ORDER} can be declared")]
    Declared(u32),
    /// The declared order is not reached.
    #[error("order = {declared} is declared and not reached: {missed}")]
    NotReached {
        /// What is declared.
        declared: u32,
        /// The first condition that fails.
        missed: Condition,
    },
    /// Both answers are the same.
    #[error(
        "b_hat equals b: their difference is the error estimate; leave b_hat out for fixed steps"
    )]
    NoEstimate,
    /// A row of the dense output is too long.
    #[error("row {row} of dense has {found} entries: write at most {HIGHEST_DEGREE}, of θ, θ², …")]
    Degree {
        /// Which, counted from 1.
        row: usize,
        /// Its entries.
        found: usize,
    },
    /// The dense output does not end at the answer.
    #[error(
        "row {row} of dense sums to {sum}, but b_{row} is {weight}: at θ = 1 it must be the answer"
    )]
    DenseEnd {
        /// Which, counted from 1.
        row: usize,
        /// The sum.
        sum: f64,
        /// The weight.
        weight: f64,
    },
    /// The dense output does not follow a constant slope.
    #[error(
        "column {column} of dense sums to {sum}, not {wanted}: where all slopes are equal, y + θ h k is needed"
    )]
    DenseSlope {
        /// Which, counted from 1.
        column: usize,
        /// The sum.
        sum: f64,
        /// What it has to be.
        wanted: f64,
    },
}

/// What orders a tableau has.
#[derive(Clone, Debug, PartialEq)]
pub struct Orders {
    /// Of the answer, b.
    pub answer: Order,
    /// Of the answer that the error is judged by, `b_hat`, if there is one.
    pub embedded: Option<Order>,
}

impl Coefficients {
    /// The same with rows of a up to the diagonal and no declared order, if every list is as long as it
    /// should be and every entry a number.
    ///
    /// # Errors
    /// What is not so.
    pub fn plain(&self) -> Result<Self, CoefficientsError> {
        let Self { name, c, a, b, b_hat, dense, .. } = self;
        let letters = name.chars().count();
        if !(1..=LONGEST_NAME).contains(&letters)
            || name.trim() != name
            || name.chars().any(char::is_control)
        {
            return Err(CoefficientsError::Name(name.clone()));
        }
        let stages = b.len();
        if !(1..=MOST_STAGES).contains(&stages) {
            return Err(CoefficientsError::Stages(stages));
        }
        let lengths = [
            ("c", Some(c.len())),
            ("a", Some(a.len())),
            ("b_hat", b_hat.as_ref().map(Vec::len)),
            ("dense", dense.as_ref().map(Vec::len)),
        ];
        for (list, found) in lengths {
            if let Some(found) = found.filter(|&found| found != stages) {
                return Err(CoefficientsError::Length { list, found, stages });
            }
        }
        let lists = [("c", Some(c)), ("b", Some(b)), ("b_hat", b_hat.as_ref())];
        let lists = lists.into_iter().filter_map(|(list, values)| Some((list, values?)));
        let rows = a.iter().map(|row| ("a", row));
        for (list, values) in
            lists.chain(rows).chain(dense.iter().flatten().map(|row| ("dense", row)))
        {
            let allowed = -LARGEST..=LARGEST;
            if let Some(&value) = values.iter().find(|value| !allowed.contains(value)) {
                return Err(CoefficientsError::Entry { list, value });
            }
        }
        let a = a.iter().enumerate().map(|(i, row)| below_diagonal(i, row, stages));
        Ok(Self { order: None, a: a.collect::<Result<_, _>>()?, ..self.clone() })
    }

    /// The orders of a plain tableau, if it is consistent.
    ///
    /// # Errors
    /// Which condition fails that every method has to meet.
    pub fn orders(&self) -> Result<Orders, CoefficientsError> {
        let Self { c, a, b, b_hat, dense, .. } = self;
        for (i, (&node, row)) in c.iter().zip(a).enumerate() {
            let sum = sum(row);
            if !near(sum, node, size(row)) {
                return Err(CoefficientsError::RowSum { row: i + 1, node, sum });
            }
        }
        let answer = consistent(Order::of(a, b, "b"))?;
        let embedded = b_hat.as_ref().map(|b_hat| consistent(Order::of(a, b_hat, "b_hat")));
        let embedded = embedded.transpose()?;
        let mut pairs = b.iter().zip(b_hat.iter().flatten()).peekable();
        if pairs.peek().is_some() && pairs.all(|(&b, &b_hat)| near(b, b_hat, 0.0)) {
            return Err(CoefficientsError::NoEstimate);
        }
        dense.as_ref().map_or(Ok(()), |dense| check_dense(dense, b))?;
        Ok(Orders { answer, embedded })
    }

    /// Checks the declared order against the one found.
    ///
    /// # Errors
    /// If it is not reached, or none that can be looked at.
    pub fn check_declared(&self, orders: &Orders) -> Result<(), CoefficientsError> {
        match (self.order, &orders.answer.failing) {
            (Some(declared), _) if !(1..=HIGHEST_ORDER).contains(&declared) => {
                Err(CoefficientsError::Declared(declared))
            }
            (Some(declared), Some(missed)) if declared > orders.answer.order => {
                Err(CoefficientsError::NotReached { declared, missed: missed.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// Row `i` of a, counted from 0, up to the diagonal.
fn below_diagonal(i: usize, row: &[f64], stages: usize) -> Result<Vec<f64>, CoefficientsError> {
    if row.len() != i && row.len() != stages {
        return Err(CoefficientsError::Row { row: i + 1, found: row.len(), stages });
    }
    let (below, beyond) = row.split_at(i);
    match beyond.iter().position(|&value| value != 0.0) {
        Some(place) => Err(CoefficientsError::Implicit {
            row: i + 1,
            column: i + 1 + place,
            value: beyond[place],
        }),
        None => Ok(below.to_vec()),
    }
}

/// Whether two sums of coefficients are equal but for how these are written; `size` is that of their terms.
fn near(found: f64, wanted: f64, size: f64) -> bool {
    (found - wanted).abs() <= TOLERANCE * size.max(wanted.abs()).max(1.0)
}

/// Σ of values; of none it is 0, not −0.
fn sum(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, value| sum + value)
}

fn size(values: &[f64]) -> f64 {
    values.iter().map(|value| value.abs()).sum()
}

fn consistent(order: Order) -> Result<Order, CoefficientsError> {
    match order.failing {
        Some(condition) if order.order == 0 => Err(CoefficientsError::Inconsistent(condition)),
        _ => Ok(order),
    }
}

/// Checks that dense output ends at the answer and follows a constant slope.
fn check_dense(dense: &[Vec<f64>], b: &[f64]) -> Result<(), CoefficientsError> {
    for (i, (row, &weight)) in dense.iter().zip(b).enumerate() {
        if row.len() > HIGHEST_DEGREE {
            return Err(CoefficientsError::Degree { row: i + 1, found: row.len() });
        }
        let sum = sum(row);
        if !near(sum, weight, size(row)) {
            return Err(CoefficientsError::DenseEnd { row: i + 1, sum, weight });
        }
    }
    for place in 0..HIGHEST_DEGREE {
        let column: Vec<f64> = dense.iter().filter_map(|row| row.get(place)).copied().collect();
        let (sum, wanted) = (sum(&column), if place == 0 { 1.0 } else { 0.0 });
        if !near(sum, wanted, size(&column)) {
            return Err(CoefficientsError::DenseSlope { column: place + 1, sum, wanted });
        }
    }
    Ok(())
}
