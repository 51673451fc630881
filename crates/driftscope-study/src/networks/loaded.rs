//! A network ready to be sampled, whoever trained it.

use std::sync::Arc;

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::field::{Asked, LearnedField};
use driftscope_flow::network::{Description, ForeignModel, Kernel, Model, NetworkId, Objective};

use crate::recording::ForeignWords;

/// A network ready to be sampled.
#[derive(Clone, Debug)]
pub struct LoadedNetwork {
    /// What it is known by: equal networks, and only they, have the same.
    pub id: NetworkId,
    /// The network itself.
    pub kind: NetworkKind,
}

/// Whose network it is.
#[derive(Clone, Debug)]
pub enum NetworkKind {
    /// Trained by this program.
    Own {
        /// The packed weights.
        kernel: Arc<Kernel>,
        /// The path it was trained on.
        trained_on: Interpolant,
        /// How it was made.
        description: Box<Description>,
    },
    /// Trained elsewhere.
    Foreign(Arc<ForeignModel>),
}

impl LoadedNetwork {
    /// Packs a model.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let kind = NetworkKind::Own {
            kernel: Arc::new(Kernel::new(&model.weights)),
            trained_on: model.description.interpolant,
            description: Box::new(model.description.clone()),
        };
        Self { id: model.id(), kind }
    }

    /// A network of others.
    #[must_use]
    pub fn foreign(model: ForeignModel) -> Self {
        Self { id: model.id, kind: NetworkKind::Foreign(Arc::new(model)) }
    }

    /// Its field on a path.
    #[must_use]
    pub fn field(&self, path: Interpolant) -> LearnedField {
        self.field_given(None, path)
    }

    /// The same of one of its labels; without one, or without labels, of the data as a whole.
    #[must_use]
    pub fn field_given(&self, label: Option<u32>, path: Interpolant) -> LearnedField {
        match &self.kind {
            NetworkKind::Own { kernel, trained_on, description } => {
                let prediction = description.settings.prediction;
                let asked = Asked { prediction, trained_on: *trained_on, label };
                LearnedField::of_network(Arc::clone(kernel), asked, path)
            }
            NetworkKind::Foreign(model) => LearnedField::of_foreign(model, path),
        }
    }

    /// The path it was trained on; none of a network of others.
    #[must_use]
    pub fn trained_on(&self) -> Option<Interpolant> {
        match self.kind {
            NetworkKind::Own { trained_on, .. } => Some(trained_on),
            NetworkKind::Foreign(_) => None,
        }
    }

    /// How it was made; not known of a network of others.
    #[must_use]
    pub fn description(&self) -> Option<&Description> {
        match &self.kind {
            NetworkKind::Own { description, .. } => Some(description),
            NetworkKind::Foreign(_) => None,
        }
    }

    /// Labels that it knows, from 0.
    #[must_use]
    pub fn labels(&self) -> usize {
        self.kernel().map_or(0, |kernel| kernel.labels())
    }

    /// The distribution that it was trained from; none for N(0, I).
    #[must_use]
    pub fn source(&self) -> Option<&str> {
        self.description()?.source.as_deref()
    }

    /// What it was trained to be; not known of a network of others.
    #[must_use]
    pub fn objective(&self) -> Option<Objective> {
        self.description().map(|description| description.settings.objective)
    }

    /// Whether its velocity says a score: its noise was N(0, I), and independent of the data.
    #[must_use]
    pub fn has_score(&self) -> bool {
        self.source().is_none() && self.is_of_independent_ends()
    }

    /// Whether its noise and data were drawn independently of each other, neither paired nor its own.
    #[must_use]
    pub fn is_of_independent_ends(&self) -> bool {
        !self.description().is_some_and(|description| description.settings.pairs_ends())
    }

    /// The packed weights; none of a network of others.
    #[must_use]
    pub fn kernel(&self) -> Option<&Arc<Kernel>> {
        match &self.kind {
            NetworkKind::Own { kernel, .. } => Some(kernel),
            NetworkKind::Foreign(_) => None,
        }
    }

    /// What it is and how it is read, in words; none of a network of this program, which is differentiated and
    /// says itself how it is read.
    #[must_use]
    pub fn foreign_words(&self) -> Option<ForeignWords> {
        let model = self.as_foreign()?;
        let about = format!("{}; its derivatives are central differences", model.network.about());
        let words = model.convention.words();
        let words: Vec<String> =
            words.iter().map(|(key, value)| format!("{key} = {value}")).collect();
        Some(ForeignWords { about, read_as: words.join(", ") })
    }

    /// The model as it was read, if it was trained elsewhere.
    #[must_use]
    pub fn as_foreign(&self) -> Option<&Arc<ForeignModel>> {
        match &self.kind {
            NetworkKind::Own { .. } => None,
            NetworkKind::Foreign(model) => Some(model),
        }
    }
}
