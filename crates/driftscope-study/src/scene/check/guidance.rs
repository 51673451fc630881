//! Rules about guidance and sources: which settings go together.

use driftscope_flow::data::Mixture;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::NoiseSetting;

use super::super::problem::{Problem, refuse};
use super::super::{Direction, FieldKind, Scene};

impl Scene {
    /// What concerns guidance, the class that is sampled, and the source of `mixture`.
    pub(super) fn check_guidance(&self, mixture: &Mixture) -> Result<(), Problem> {
        let [from, to] = self.guidance.interval;
        // Written so that a NaN is refused too.
        if !(0.0 <= from && from <= to && to <= 1.0) {
            return refuse(
                "guidance.interval",
                format!("[{from}, {to}]"),
                "[first, last] with 0 ≤ first ≤ last ≤ 1",
            );
        }
        self.target()?;
        if self.has_source() { self.check_source(mixture) } else { Ok(()) }
    }

    /// What a source of its own leaves: the ODE.
    fn check_source(&self, mixture: &Mixture) -> Result<(), Problem> {
        if self.direction == Direction::Noise {
            return refuse(
                self.source_key(),
                "given",
                "none with direction = \"noise\", which ends at N(0, I); \"encode\" leads to the source",
            );
        }
        self.source_mixture()?;
        if self.diffusion.form != DiffusionForm::None {
            return refuse(
                "diffusion.form",
                self.diffusion.form.name(),
                "\"none\" with a source of its own: diffusion forms take their score from noise that is N(0, I)",
            );
        }
        let method = self.sampler.method();
        if method.draws_noise(&self.sampler.noise()) {
            let (key, value) = match method.rule.noise_setting() {
                Some(NoiseSetting::Churn) => ("sampler.s_churn", self.sampler.s_churn),
                _ => ("sampler.eta", self.sampler.eta),
            };
            return refuse(
                key,
                value,
                "0 with a source of its own: the noise that the method adds is N(0, I)",
            );
        }
        if self.field.kind == FieldKind::Exact {
            self.sourced_field(mixture)?;
        }
        Ok(())
    }
}
