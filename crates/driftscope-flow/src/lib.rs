//! What flows: distributions whose noisy marginals are known exactly, the diffusion forms, the fields
<<<<<<< HEAD
//! they give, what may be predicted of them, and the network that learns one.
=======
//! they give, the couplings of noise with data, and the network that learns one.
>>>>>>> coupling

pub mod coupling;
pub mod data;
pub mod diffusion;
pub mod field;
pub mod network;
pub mod prediction;
