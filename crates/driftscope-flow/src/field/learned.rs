//! The field of a network.

use std::sync::Arc;

use driftscope_base::field::{Field, ScoredField, Times};
use driftscope_base::interpolant::Interpolant;

use super::converted::Converted;
use super::evaluate::Evaluate;
use super::foreign::ForeignField;
use crate::network::foreign::{Convention, ForeignNetwork};
use crate::network::{ForeignModel, Inputs, Kernel};
use crate::prediction::Prediction;

/// A network's velocity on the path it was trained on.
#[derive(Clone, Debug)]
pub struct NetworkField {
    kernel: Arc<Kernel>,
    label: Option<u32>,
}

/// How a network of this program is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asked {
    /// What it predicts.
    pub prediction: Prediction,
    /// The path it was trained on.
    pub trained_on: Interpolant,
    /// Which of its labels is sampled; none for the data as a whole.
    pub label: Option<u32>,
}

/// A network of this program that predicts something else than a velocity, followed as those of others are.
#[derive(Debug)]
struct Predicting {
    kernel: Arc<Kernel>,
    label: Option<u32>,
}

impl ForeignNetwork for Predicting {
    fn evaluate(&self, times: &[f32], points: &[f32], outputs: &mut [f32]) {
        let times: Vec<f64> = times.iter().copied().map(f64::from).collect();
        let inputs = Inputs::from(Times::Each(&times)).given(self.label);
        self.kernel.evaluate_f32(inputs, points, outputs);
    }

    fn evaluate_f64(&self, times: &[f64], points: &[f64], outputs: &mut [f64]) {
        let inputs = Inputs::from(Times::Each(times)).given(self.label);
        self.kernel.evaluate_f64(inputs, points, outputs);
    }

    fn derivative_step(&self) -> f64 {
        1e-5
    }

    fn about(&self) -> String {
        "a network of this program".to_owned()
    }
}

/// The field of a network on any path: one that was trained here, evaluated by the fused kernel, or one of
/// others.
#[derive(Clone, Debug)]
pub enum LearnedField {
    /// Trained here, to predict velocities.
    Own(Converted<NetworkField>),
    /// Trained elsewhere, or here to predict something else.
    Foreign(ForeignField),
}

impl LearnedField {
    /// The field on `path` of a network of this program.
    #[must_use]
    pub fn of_network(kernel: Arc<Kernel>, asked: Asked, path: Interpolant) -> Self {
        let Asked { prediction, trained_on, label } = asked;
        if prediction == Prediction::Velocity {
            return Self::Own(Converted::new(NetworkField { kernel, label }, trained_on, path));
        }
        let convention = Convention::of_own(prediction, trained_on);
        Self::Foreign(ForeignField::new(Arc::new(Predicting { kernel, label }), convention, path))
    }

    /// The field on `path` of a network of others.
    #[must_use]
    pub fn of_foreign(model: &ForeignModel, path: Interpolant) -> Self {
        Self::Foreign(ForeignField::new(Arc::clone(&model.network), model.convention, path))
    }

    /// The last time at which a learned field on `path` is defined.
    #[must_use]
    pub fn end_of_definition(path: Interpolant) -> f64 {
        Converted::<NetworkField>::end_of_definition(path)
    }
}

impl LearnedField {
    /// Whichever it is.
    fn own<S: Evaluate>(&self) -> &dyn ScoredField<S> {
        match self {
            Self::Own(field) => field,
            Self::Foreign(field) => field,
        }
    }
}

driftscope_base::whichever_field!(LearnedField, Evaluate, scored);

impl<S: Evaluate> Field<S> for NetworkField {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        S::evaluate(&self.kernel, Inputs::from(times).given(self.label), points, velocities);
    }

    fn jacobian(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        derivatives: [&mut [S]; 2],
    ) -> bool {
        let inputs = Inputs::from(times).given(self.label);
        S::jacobian(&self.kernel, inputs, points, velocities, derivatives);
        true
    }

    fn is_flow_map(&self) -> bool {
        self.kernel.is_flow_map()
    }

    fn average_velocity(&self, from: f64, to: f64, points: &[S], velocities: &mut [S]) {
        let inputs = Inputs::from(Times::Shared(from)).lasting(Times::Shared(to - from));
        S::evaluate(&self.kernel, inputs.given(self.label), points, velocities);
    }
}
