//! Rules about the steps: which settings of the sampler go together.

use driftscope_solve::Variable;
use driftscope_solve::grid::Spacing;
use driftscope_solve::sde::LastStep;

use super::super::parameters::{MOST_STEPS, Settings};
use super::super::problem::{Problem, refuse};
use super::super::{Direction, FieldKind, Scene};
use super::rules::within;

impl Scene {
    pub(super) fn check_sampler(&self) -> Result<(), Problem> {
        let sampler = &self.sampler;
        if let Some(size) = sampler.step_size {
            let (start, end) = self.interval(1.0);
            let whole = (end - start).abs();
            within("sampler.step_size", size, whole / MOST_STEPS as f64..=whole.max(1.0))?;
        }
        if sampler.atol == 0.0 && sampler.rtol == 0.0 {
            return refuse(
                "sampler.atol",
                0,
                "larger than 0 where sampler.rtol is 0: no step could ever be accepted",
            );
        }
        if let Some(most) = sampler.max_step
            && !(most > 0.0 && most >= sampler.min_step && most.is_finite())
        {
            let allowed = format!(
                "a finite number larger than 0 and at least min_step, {}; left out for no limit",
                sampler.min_step
            );
            return refuse("sampler.max_step", most, allowed);
        }
        let [p, i, d] = sampler.control().coefficients;
        if p + i + d <= 0.0 {
            return refuse(
                "sampler.icoeff",
                i,
                "so large that pcoeff + icoeff + dcoeff is above 0: a larger error must shorten the step",
            );
        }
        if let Some(highest) = sampler.s_max
            && !(highest.is_finite() && highest >= sampler.s_min)
        {
            let allowed =
                format!("finite and at least s_min, {}; left out for no limit", sampler.s_min);
            return refuse("sampler.s_max", highest, allowed);
        }
        if sampler.variable == Variable::Flow
            && self.idle("sampler.variable").is_none()
            && self.is_stochastic()
        {
            return refuse(
                "sampler.variable",
                "flow",
                "\"level\" where noise is drawn: fresh noise belongs to the path",
            );
        }
        self.check_grid()?;
        self.check_map()?;
        if sampler.adaptive == Some(true)
            && let Err(why) = sampler.method().adapting(&sampler.noise())
        {
            let name = sampler.method().name;
            return refuse("sampler.adaptive", true, format!("false for {name}: {why}"));
        }
        Ok(())
    }

    /// A method that steps by a map needs a field that may have learned one.
    fn check_map(&self) -> Result<(), Problem> {
        let method = self.sampler.method();
        let learned = self.field.kind == FieldKind::Learned;
        let followed = learned && self.direction == Direction::Generate;
        if method.needs_flow_map() && !self.is_sde() && !followed {
            return refuse(
                "sampler.method",
                method.name,
                "a method for any field here: this one follows the map that a network has learned, from noise to data",
            );
        }
        Ok(())
    }

    /// Where there is no last step, its size is any number.
    pub(super) fn check_last_step(&self) -> Result<(), Problem> {
        const SIZE: &str = "diffusion.last_step_size";
        let size = self.diffusion.last_step_size;
        if !size.is_finite() {
            return refuse(SIZE, size, "a finite number");
        }
        match Self::parameter(SIZE).real() {
            Some(number) if self.diffusion.last_step != LastStep::None => {
                within(SIZE, size, number.range)
            }
            _ => Ok(()),
        }
    }

    fn check_grid(&self) -> Result<(), Problem> {
        let sampler = &self.sampler;
        let spacing = sampler.spacing();
        if sampler.step_size.is_some() && spacing != Spacing::Uniform {
            return refuse(
                "sampler.step_size",
                sampler.step_size.unwrap_or_default(),
                "only there for the uniform grid: give sampler.steps instead",
            );
        }
        if let Some([highest, lowest]) = sampler.levels
            && !(lowest > 0.0 && highest > lowest && highest.is_finite())
        {
            return refuse(
                "sampler.levels",
                format!("[{highest}, {lowest}]"),
                "two finite levels σ/α, the highest first and both above 0",
            );
        }
        self.check_listed_times()
    }
}
