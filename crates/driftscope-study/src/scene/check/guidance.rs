//! Rules about guidance and sources: which settings go together.

use driftscope_flow::data::Mixture;

use super::super::problem::{Problem, refuse};
use super::super::score::Unscored;
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
        self.check_score(Unscored::Source)?;
        if self.field.kind == FieldKind::Exact {
            self.sourced_field(mixture)?;
        }
        Ok(())
    }
}
