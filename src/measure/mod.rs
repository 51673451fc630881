//! Errors and distances: pure functions of recordings and clouds, the stability of methods, and the
//! orders of SDE schemes.

mod band;
mod coverage;
mod distance;
mod energy;
mod stability;
mod strong_order;
mod yardstick;

pub use band::{Band, quantile, rms_distance};
pub use coverage::{Modes, Overlap, overlap};
pub use distance::{DataDistance, distance_to_data, measured_to_data, sliced_wasserstein};
pub use energy::{energy_distance, permutation_test};
pub use stability::{Complex, amplification};
pub use strong_order::{StrongOrder, StrongSetting, fitted_order, strong_errors, strong_order};
pub use yardstick::{CloudDistance, DRAWS, Floored, Yardstick};
