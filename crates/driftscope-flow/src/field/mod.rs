//! The fields: exact, learned, converted, guided, with a source of their own, classic, and the noising
//! process.

mod classic;
mod converted;
mod evaluate;
mod exact;
mod foreign;
mod guided;
mod learned;
mod noising;
mod sourced;

pub use classic::{ClassicField, ClassicSystem, Parameter, SYSTEMS};
pub use converted::Converted;
pub use evaluate::Evaluate;
pub use exact::{ExactField, PointValues};
pub use foreign::ForeignField;
pub use guided::{GuidanceScale, Guided};
pub use learned::{Asked, LearnedField, NetworkField};
pub use noising::NoisingField;
pub use sourced::SourcedField;
