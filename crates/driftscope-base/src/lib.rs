//! The ground of Driftscope: what every other crate needs. Number types, batches and their times, the
//! [`field::Field`] trait, the path between noise and data, random streams, files, and a flag that
//! withdraws work.

pub mod cancel;
pub mod exponential;
pub mod expression;
pub mod field;
pub mod files;
pub mod interpolant;
pub mod memory;
pub mod random;
pub mod simplex;
