//! What flows: distributions whose noisy marginals are known exactly, the diffusion forms, the fields
//! they give, the couplings of noise with data, and the network that learns one.

pub mod coupling;
pub mod data;
pub mod diffusion;
pub mod field;
pub mod network;
