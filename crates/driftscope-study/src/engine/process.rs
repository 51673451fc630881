//! The field that a scene's particles follow, made from the scene and its weights.

use std::sync::Arc;

use driftscope_base::field::{Reversed, ScoredField};
use driftscope_flow::data::Mixture;
use driftscope_flow::field::{Evaluate, ExactField, LearnedField, NoisingField};

use super::models::LoadedModel;
use crate::scene::{Direction, Scene};

/// What carries particles between noise and data, in the solver's own time.
pub(super) struct Process<S> {
    /// What is solved.
    pub field: Box<dyn ScoredField<S>>,
    /// The last t at which it may be evaluated; ∞ where it goes on.
    pub last_time: f64,
}

impl<S: Evaluate> Process<S> {
    /// The process of a scene that has no classic field. `model` is that of a learned field.
    pub fn of(scene: &Scene, mixture: &Arc<Mixture>, model: Option<&LoadedModel>) -> Self {
        let path = scene.interpolant.kind;
        let field: Box<dyn ScoredField<S>> = match (scene.direction, model) {
            (Direction::Noise, _) => return Self { field: Box::new(NoisingField), last_time: 1.0 },
            (_, Some(model)) => {
                let kernel = Arc::clone(&model.kernel);
                Box::new(LearnedField::of_network(kernel, model.trained_on, path))
            }
            (_, None) => Box::new(ExactField::new(Arc::clone(mixture), path)),
        };
        let last_time = field.last_time();
        match scene.direction {
            // Noising time and t add up to 1.
            Direction::Encode => {
                Self { field: Box::new(Reversed::new(field, (0.0, 1.0))), last_time }
            }
            _ => Self { field, last_time },
        }
    }
}
