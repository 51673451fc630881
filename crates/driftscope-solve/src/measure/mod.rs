//! Errors and distances, pure functions of clouds, and the stability of methods.

mod band;
mod distance;
mod energy;
mod pareto;
mod stability;
mod yardstick;

pub use band::{Band, quantile, rms_distance};
pub use distance::sliced_wasserstein;
pub use energy::{energy_distance, permutation_test};
pub use pareto::pareto;
pub use stability::{Complex, amplification};
pub use yardstick::{CloudDistance, DRAWS, Floored, Yardstick};
