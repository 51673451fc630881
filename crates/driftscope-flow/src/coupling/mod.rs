//! Couplings: which point of the source goes with which point of the data.
//!
//! Flow matching learns from pairs (x0, x1). Drawn independently, their straight lines cross everywhere and
//! the velocity, their mean, bends. Paired within a batch, so that they lie close, the marginals stay
//! what they are and paths become straighter (Pooladian et al. 2023, arXiv:2304.14772; Tong et al. 2023,
//! arXiv:2302.00482). Costs are squared distances in the plane.

mod assignment;
mod pairs;
mod sinkhorn;
mod table;
#[cfg(test)]
mod tests;

use std::ops::RangeInclusive;

use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use assignment::Assignment;
pub use pairs::{crossings, mean_cost, squared_distance};
pub use sinkhorn::{Sinkhorn, SinkhornSettings};

/// How a batch of independent draws is paired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Coupling {
    /// As drawn.
    #[default]
    Independent,
    /// So that the sum of squared distances over each block is least: minibatch optimal transport.
    Optimal {
        /// Pairs that are exchanged among each other, within [`Coupling::BLOCK`].
        #[serde(default = "usual_block")]
        block: usize,
    },
    /// Each x0 with an x1 drawn from its row of the block's entropic plan; some x1 are drawn more than
    /// once, others not at all.
    Sinkhorn {
        /// Pairs that are exchanged among each other, within [`Coupling::BLOCK`].
        #[serde(default = "usual_block")]
        block: usize,
        /// ε in units of squared distance, above 0: near 0 as `optimal`, far above the costs as
        /// `independent`.
        #[serde(default = "usual_epsilon")]
        epsilon: f64,
        /// Iterations at most, within [`Coupling::ITERATIONS`].
        #[serde(default = "usual_iterations")]
        iterations: usize,
    },
}

fn usual_block() -> usize {
    Coupling::USUAL_BLOCK
}

fn usual_epsilon() -> f64 {
    Coupling::USUAL_EPSILON
}

fn usual_iterations() -> usize {
    Coupling::USUAL_ITERATIONS
}

/// What is wrong with a coupling.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum CouplingError {
    /// The size of blocks.
    #[error("block = {0}: allowed is {low} to {high} pairs", low = Coupling::BLOCK.start(), high = Coupling::BLOCK.end())]
    Block(usize),
    /// ε.
    #[error("epsilon = {0}: allowed is a finite number above 0, in units of squared distance")]
    Epsilon(f64),
    /// The number of iterations.
    #[error("iterations = {0}: allowed is {low} to {high}", low = Coupling::ITERATIONS.start(), high = Coupling::ITERATIONS.end())]
    Iterations(usize),
}

impl Coupling {
    /// Allowed number of pairs in a block. The time for a batch grows with the square of it.
    pub const BLOCK: RangeInclusive<usize> = 2..=1024;
    /// Allowed number of iterations.
    pub const ITERATIONS: RangeInclusive<usize> = 1..=10_000;
    /// Pairs in a block where nothing is said.
    pub const USUAL_BLOCK: usize = 128;
    /// ε where nothing is said.
    pub const USUAL_EPSILON: f64 = 0.2;
    /// Iterations where nothing is said.
    pub const USUAL_ITERATIONS: usize = 20;
    /// One of each kind, as they are where nothing more is said, in menu order.
    pub const ALL: [Self; 3] = [
        Self::Independent,
        Self::Optimal { block: Self::USUAL_BLOCK },
        Self::Sinkhorn {
            block: Self::USUAL_BLOCK,
            epsilon: Self::USUAL_EPSILON,
            iterations: Self::USUAL_ITERATIONS,
        },
    ];

    /// The name of its kind in files and on the command line.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Independent => "independent",
            Self::Optimal { .. } => "optimal",
            Self::Sinkhorn { .. } => "sinkhorn",
        }
    }

    /// The name of its kind in menus.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Independent => "Independent",
            Self::Optimal { .. } => "Optimal transport",
            Self::Sinkhorn { .. } => "Entropic (Sinkhorn)",
        }
    }

    /// Whether x0 and x1 are independent, on which the score and all that is made of it rest.
    #[must_use]
    pub const fn is_independent(&self) -> bool {
        matches!(self, Self::Independent)
    }

    /// Pairs that are exchanged among each other; none where every pair stays as drawn.
    #[must_use]
    pub const fn block(&self) -> Option<usize> {
        match *self {
            Self::Independent => None,
            Self::Optimal { block } | Self::Sinkhorn { block, .. } => Some(block),
        }
    }

    /// Checks every number against its range.
    ///
    /// # Errors
    /// [`CouplingError`] names the first that is out of it.
    pub fn validate(&self) -> Result<(), CouplingError> {
        let block = |block: usize| {
            Self::BLOCK.contains(&block).then_some(()).ok_or(CouplingError::Block(block))
        };
        match *self {
            Self::Independent => Ok(()),
            Self::Optimal { block: size } => block(size),
            Self::Sinkhorn { block: size, epsilon, iterations } => {
                block(size)?;
                if !(epsilon > 0.0 && epsilon.is_finite()) {
                    return Err(CouplingError::Epsilon(epsilon));
                }
                if !Self::ITERATIONS.contains(&iterations) {
                    return Err(CouplingError::Iterations(iterations));
                }
                Ok(())
            }
        }
    }
}

/// Sinkhorn's iterations end early when rows of the plan sum to 1/n within this share of it.
const BALANCED: f64 = 1e-6;

/// A coupling at work, batch after batch, in memory of its own.
#[derive(Clone, Debug)]
pub struct Coupler {
    coupling: Coupling,
    assignment: Assignment,
    sinkhorn: Sinkhorn,
    partners: Vec<usize>,
}

impl Coupler {
    /// Makes it ready.
    ///
    /// # Errors
    /// As [`Coupling::validate`].
    pub fn new(coupling: Coupling) -> Result<Self, CouplingError> {
        coupling.validate()?;
        let (assignment, sinkhorn) = Default::default();
        Ok(Self { coupling, assignment, sinkhorn, partners: Vec::new() })
    }

    /// For each x0 of `source` the index of its x1 in `data`, both drawn independently. Blocks are runs of
    /// the batch, the last one what is left; nobody is paired beyond its block. What belongs to x1, its
    /// label say, goes by the same indices; what belongs to the place in the batch, such as its time, stays
    /// (to sort a batch by cost would tie times to distances).
    ///
    /// Only `sinkhorn` draws from `rng`.
    ///
    /// # Panics
    /// If there are not as many of one as of the other, or a coordinate is not finite.
    pub fn partners<T: Copy + Into<f64>>(
        &mut self,
        source: &[[T; 2]],
        data: &[[T; 2]],
        rng: &mut ChaCha8Rng,
    ) -> &[usize] {
        assert_eq!(source.len(), data.len(), "as many points of the source as of the data");
        self.partners.clear();
        let Some(block) = self.coupling.block() else {
            self.partners.extend(0..data.len());
            return &self.partners;
        };
        for (number, (source, data)) in source.chunks(block).zip(data.chunks(block)).enumerate() {
            let cost = |i: usize, j: usize| squared_distance(source[i], data[j]);
            let (n, first) = (source.len(), number * block);
            if let Coupling::Sinkhorn { epsilon, iterations, .. } = self.coupling {
                let tolerance = BALANCED * epsilon;
                self.sinkhorn.solve(n, SinkhornSettings { epsilon, iterations, tolerance }, cost);
                let drawn = (0..n).map(|row| first + self.sinkhorn.draw(row, rng));
                self.partners.extend(drawn);
            } else {
                let columns = self.assignment.solve(n, cost);
                self.partners.extend(columns.iter().map(|column| first + column));
            }
        }
        &self.partners
    }
}
