//! What a scene's end points are measured by: their distance to the data, the modes they cover, how straight
//! their paths are, and the strong orders of SDE schemes.

mod coverage;
mod straightness;
mod strong_order;
mod to_data;

pub use coverage::{Modes, Overlap, overlap};
pub use straightness::{Straightness, simpson};
pub use strong_order::{
    BrownianPaths, StrongOrder, StrongSetting, Walker, fitted_order, strong_errors,
    strong_errors_of, strong_order,
};
pub use to_data::{DataDistance, distance_to_data, distance_to_tilted, measured_to_data};
