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
            let problem = self.drawing_problem(
                "with a source of its own: the noise that the method adds is N(0, I)",
            );
            return Err(problem);
        }
        if self.field.kind == FieldKind::Exact {
            self.sourced_field(mixture)?;
        }
        Ok(())
    }

    /// That the method draws noise where it must not, by the setting that makes it.
    pub(crate) fn drawing_problem(&self, why: &str) -> Problem {
        let sampler = &self.sampler;
        let method = sampler.method();
        let (key, value) = match method.rule.noise_setting() {
            Some(NoiseSetting::Churn) => ("sampler.s_churn", sampler.s_churn),
            Some(NoiseSetting::EtaSde) => ("sampler.eta_sde", sampler.eta_sde),
            Some(NoiseSetting::Tau) => ("sampler.tau", sampler.tau),
            Some(NoiseSetting::Eta) => ("sampler.eta", sampler.eta),
            Some(NoiseSetting::Always) | None => {
                let (value, allowed) = (method.name.to_owned(), format!("one without noise {why}"));
                return Problem { key: "sampler.method", value, allowed };
            }
        };
        Problem { key, value: value.to_string(), allowed: format!("0 {why}") }
    }
}
