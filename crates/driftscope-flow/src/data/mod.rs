//! Toy distributions in the plane whose every noisy marginal is known exactly.
//!
//! A [`Mixture`] is a sum of Gaussians and uniform boxes. Under
//! `x_t = α x1 + σ x0` with `x0 ~ N(0, I)` each component stays closed-form, so
//! the density of `x_t`, its score and the posterior means `E[x1 | x_t]` and
//! `E[x0 | x_t]` are exact: [`Mixture::posterior`] for a single point,
//! [`Mixture::prepare`] for many points that share one noise level, and
//! [`Mixture::means`] for some points at once, each at its own. The whole distribution of `x1` given `x_t`
//! is [`Mixture::data_posterior`].
//!
//! Components may have labels; [`Mixture::given`] is the distribution of one class, [`TiltedDensity`] that
//! which guidance is often taken to sample.
//!
//! [`TOYS`] is the one table of built-in distributions. To add one, write a
//! `fn() -> Mixture` and a row in `toys.rs`; everything else (menus, the
//! command line, the tests) reads the table.
//!
//! Points are `[x, y]` in `f64`, in the units of the data.

mod cloud;
mod covariance;
mod crowd;
mod curve;
mod data_posterior;
mod gaussian;
mod labels;
mod level;
mod mills;
mod mixture;
mod points;
mod posterior;
mod projection;
mod sourced;
mod statistics;
mod tilted;
mod toys;
mod truncated;
mod truncated_normal;

#[cfg(test)]
mod tests;

pub use cloud::{Accuracy, PosteriorSlope};
pub use covariance::Covariance;
pub use crowd::LANES;
pub use data_posterior::{DataPosterior, PosteriorPart};
pub use level::{Level, LevelError, Posterior};
pub use mixture::{Bounds, Component, Mixture, MixtureError, Shape};
pub use points::PointSet;
pub use posterior::Prepared;
pub use projection::ProjectedDensity;
pub use sourced::{End, SourceError, SourcedAt, SourcedMixture, SourcedPosterior};
pub use tilted::{TiltError, TiltedDensity};
pub use toys::{TOYS, Toy, UnknownToy, toy};
