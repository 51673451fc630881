//! Classes of a mixture: the labels of its components, the law of one class, and which class a point is of.

use super::level::Level;
use super::mixture::{Component, Mixture};

impl Mixture {
    /// The labels that components have, each once, rising; empty if none has one.
    #[must_use]
    pub fn labels(&self) -> Vec<u32> {
        let mut labels: Vec<u32> = self.own_labels().iter().copied().flatten().collect();
        labels.sort_unstable();
        labels.dedup();
        labels
    }

    /// The label of the component with this index, if it has one.
    #[must_use]
    pub fn label(&self, component: usize) -> Option<u32> {
        self.own_labels().get(component).copied().flatten()
    }

    /// `p(x | label)`: the components with that label, their weights divided by their sum. None if no
    /// component has it.
    ///
    /// # Panics
    /// Never: some components of a mixture are a mixture.
    #[must_use]
    pub fn given(&self, label: u32) -> Option<Self> {
        let of_label = |&component: &usize| self.label(component) == Some(label);
        let own: Vec<usize> = (0..self.components().len()).filter(of_label).collect();
        if own.is_empty() {
            return None;
        }
        let count = own.len();
        let parts = own.into_iter().map(|component| self.components()[component]);
        let mixture = match self.cloud() {
            Some(cloud) => {
                let points: Vec<[f64; 2]> = parts.map(|part| part.mean()).collect();
                Self::of_points(&points, cloud.kernel())
            }
            None => Self::new(parts.collect::<Vec<Component>>()),
        };
        let mixture = mixture.expect("components of a mixture are those of one");
        Some(mixture.with_labels(vec![Some(label); count]))
    }

    /// `p(label)`, the sum of the weights of its components; 0 if none has it.
    #[must_use]
    pub fn share_of(&self, label: u32) -> f64 {
        let components = self.components().iter().zip(self.own_labels());
        components.filter(|(_, own)| **own == Some(label)).map(|(part, _)| part.weight).sum()
    }

    /// `p(label | x_t = x)` for each of [`Mixture::labels`]; they sum to 1 if every component has one.
    ///
    /// `level` must satisfy [`Mixture::check`].
    #[must_use]
    pub fn label_posterior(&self, level: Level, x: [f64; 2]) -> Vec<(u32, f64)> {
        let mut shares: Vec<(u32, f64)> = self.labels().iter().map(|&label| (label, 0.0)).collect();
        for part in self.data_posterior(level, x).parts() {
            let place = |label| shares.binary_search_by_key(&label, |&(label, _)| label).ok();
            if let Some(place) = self.label(part.component).and_then(place) {
                shares[place].1 += part.weight;
            }
        }
        shares
    }
}
