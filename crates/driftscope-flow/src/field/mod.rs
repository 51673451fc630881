//! The fields: exact, learned, converted, classic, and the noising process.

mod classic;
mod converted;
mod evaluate;
mod exact;
mod foreign;
mod learned;
mod noising;

pub use classic::{ClassicField, ClassicSystem, Parameter, SYSTEMS};
pub use converted::Converted;
pub use evaluate::Evaluate;
pub use exact::{ExactField, PointValues};
pub use foreign::ForeignField;
pub use learned::{Asked, LearnedField, NetworkField};
pub use noising::NoisingField;
