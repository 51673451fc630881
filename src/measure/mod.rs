//! Errors and distances: pure functions of recordings.

mod distance;

pub use distance::{DataDistance, distance_to_data, sliced_wasserstein};
