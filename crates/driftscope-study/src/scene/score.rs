//! What takes the score of the field, `∇ log p_t`, and why there may be none to take.

use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::NoiseSetting;

use super::problem::{Problem, refuse};
use super::{Direction, Scene};

/// Why a field has no score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unscored {
    /// x0 comes from a source of its own.
    Source,
    /// The network learned from noise and data that were paired.
    Paired,
}

impl Unscored {
    /// The reason as a sentence, with what to do about it, for what cannot be chosen.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Source => {
                "With a source of its own there is no score, and noise on the way, which is N(0, I), does not belong to the path. Choose N(0, I) as the source to use this."
            }
            Self::Paired => {
                "This network's noise and data were paired, so that there is no score and fresh noise does not belong to the path. Choose another network or the exact field to use this."
            }
        }
    }

    /// Behind what is allowed instead.
    fn because(self) -> &'static str {
        match self {
            Self::Source => {
                "with a source of its own: what adds noise takes its score from noise that is N(0, I)"
            }
            Self::Paired => {
                "with this network: its noise and data were paired, so that there is no score and fresh noise does not belong to the path"
            }
        }
    }
}

impl Scene {
    /// Why its field has no score, if it has none. Whether its network learned from paired noise and data
    /// is for the network to say.
    #[must_use]
    pub fn unscored(&self, paired: bool) -> Option<Unscored> {
        if self.has_source() {
            Some(Unscored::Source)
        } else {
            (paired && self.needs_network()).then_some(Unscored::Paired)
        }
    }

    /// Whether noise is added on the way to the data, or back, which takes a score.
    #[must_use]
    pub fn takes_score(&self) -> bool {
        self.of_score().is_some()
    }

    /// The setting that takes a score: its key, its value, and the value that takes none.
    fn of_score(&self) -> Option<(&'static str, String, &'static str)> {
        // The way to the noise has a score in closed form.
        if self.direction == Direction::Noise {
            return None;
        }
        if self.diffusion.form != DiffusionForm::None {
            return Some(("diffusion.form", self.diffusion.form.name().to_owned(), "none"));
        }
        let method = self.sampler.method();
        if !method.draws_noise(&self.sampler.noise()) {
            return None;
        }
        let sampler = &self.sampler;
        let (key, value) = match method.rule.noise_setting() {
            Some(NoiseSetting::Churn) => ("sampler.s_churn", sampler.s_churn),
            Some(NoiseSetting::EtaSde) => ("sampler.eta_sde", sampler.eta_sde),
            Some(NoiseSetting::Tau) => ("sampler.tau", sampler.tau),
            Some(NoiseSetting::Always) => {
                return Some(("sampler.method", method.name.to_owned(), "one without noise"));
            }
            Some(NoiseSetting::Eta) | None => ("sampler.eta", sampler.eta),
        };
        Some((key, value.to_string(), "0"))
    }

    /// Refuses what takes a score that is not there.
    ///
    /// # Errors
    /// The setting that takes it, and why there is none.
    pub(crate) fn check_score(&self, why: Unscored) -> Result<(), Problem> {
        match self.of_score() {
            None => Ok(()),
            Some((key, value, without)) => {
                refuse(key, value, format!("{without} {}", why.because()))
            }
        }
    }
}
