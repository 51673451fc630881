//! What flows: distributions whose noisy marginals are known exactly, the diffusion forms, the fields
//! they give, what may be predicted of them, how noise and data are paired, and the network that learns one.

pub mod coupling;
pub mod data;
pub mod diffusion;
pub mod field;
pub mod network;
pub mod prediction;
