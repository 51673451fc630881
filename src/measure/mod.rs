//! Errors and distances: pure functions of recordings, and the orders of SDE schemes.

mod distance;
mod energy;
mod strong_order;

pub use distance::{DataDistance, distance_to_data, sliced_wasserstein};
pub use energy::{energy_distance, permutation_test};
pub use strong_order::{StrongOrder, StrongSetting, fitted_order, strong_order};
