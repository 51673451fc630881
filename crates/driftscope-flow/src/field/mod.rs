//! The fields: exact, learned, converted, classic, and the noising process.

mod classic;
mod converted;
mod exact;
mod learned;
mod noising;

pub use classic::{ClassicField, ClassicSystem, Parameter, SYSTEMS};
pub use converted::Converted;
pub use exact::{ExactField, PointValues};
pub use learned::{Evaluate, LearnedField, NetworkField};
pub use noising::NoisingField;
