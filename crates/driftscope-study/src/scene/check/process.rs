//! Rules about times, the noising process and the noise: which settings go together.

use driftscope_flow::data::Mixture;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::field::{ExactField, LearnedField, SourcedField};
use driftscope_solve::grid;
use driftscope_solve::grid::Spacing;
use driftscope_solve::per_particle;
use driftscope_solve::sde::LastStep;

use super::super::parameters::LATEST;
use super::super::problem::{Problem, refuse};
use super::super::{Direction, FieldKind, Sampler, Scene};
use super::rules::{further_apart, within};

impl Scene {
    /// What concerns the noising process of `mixture`.
    pub(super) fn check_process(&self, mixture: &Mixture) -> Result<(), Problem> {
        let path = self.interpolant.kind;
        let last_time = match (self.direction, self.field.kind) {
            (Direction::Noise, _) => 1.0,
            (_, FieldKind::Exact) if self.has_source() => SourcedField::end_of_definition(path),
            (_, FieldKind::Exact) => ExactField::end_of_definition(mixture, path),
            (_, FieldKind::Learned | FieldKind::Classic) => LearnedField::end_of_definition(path),
        };
        if self.direction == Direction::Encode {
            return self.check_encoding(last_time);
        }
        let (start, end) = self.interval(last_time);
        let sde = self.is_sde();
        let latest = if sde { 1.0 } else { last_time.max(1.0) };
        within("time.start", start, 0.0..=1.0)?;
        within("time.end", end, 0.0..=latest.min(1.0))?;
        check_interval(start, end)?;
        if end > last_time {
            return refuse(
                "time.end",
                end,
                format!("at most {last_time}, since this field is not defined beyond"),
            );
        }
        if !sde && self.is_adaptive() && !per_particle::may_overshoot(self.sampler.end, last_time) {
            return refuse(
                "sampler.end",
                "overshoot",
                "\"clamp\" here, since this field is not defined beyond its end",
            );
        }
        if sde && self.direction == Direction::Generate {
            self.check_diffusion(start, end)?;
        }
        self.check_resolution((start, end))
    }

    /// What concerns the way from data to noise by the probability-flow ODE; `last_time` is the
    /// last t of the field.
    fn check_encoding(&self, last_time: f64) -> Result<(), Problem> {
        if self.diffusion.form != DiffusionForm::None {
            return refuse(
                "diffusion.form",
                self.diffusion.form.name(),
                "\"none\" with direction = \"encode\", which follows the probability-flow ODE",
            );
        }
        if self.sampler.method().needs_noising_process() {
            return refuse(
                "sampler.method",
                self.sampler.method().name,
                "a method for any ODE with direction = \"encode\": the steps of this one lead from noise to data only",
            );
        }
        let (start, end) = self.interval(last_time);
        within("time.start", start, 1.0 - last_time.min(1.0)..=1.0)?;
        within("time.end", end, 0.0..=1.0)?;
        check_interval(start, end)?;
        if self.is_adaptive() && !per_particle::may_overshoot(self.sampler.end, 1.0) {
            return refuse(
                "sampler.end",
                "overshoot",
                "\"clamp\" with direction = \"encode\": the path has no noise beyond its own",
            );
        }
        Ok(())
    }

    pub(super) fn check_classic(&self) -> Result<(), Problem> {
        if self.direction != Direction::Generate {
            let direction = if self.direction == Direction::Noise { "noise" } else { "encode" };
            return refuse(
                "direction",
                direction,
                "\"generate\" with a classic field, which has no noise",
            );
        }
        if self.diffusion.form != DiffusionForm::None {
            return refuse(
                "diffusion.form",
                self.diffusion.form.name(),
                "\"none\" with a classic field, which has no score",
            );
        }
        if self.sampler.method().needs_noising_process() {
            return refuse(
                "sampler.method",
                self.sampler.method().name,
                "a method for any ODE with a classic field: this one knows only noising processes",
            );
        }
        if self.sampler.spacing().needs_levels() {
            return refuse(
                "sampler.grid",
                "by noise level",
                "uniform, cosine, shifted or a list with a classic field, which has no noise level",
            );
        }
        let (start, end) = self.interval(f64::INFINITY);
        within("time.start", start, -LATEST..=LATEST)?;
        within("time.end", end, -LATEST..=LATEST)?;
        check_interval(start, end)?;
        self.check_resolution((start, end))
    }

    /// Fixed steps that all move t: on a grid whose times coincide, a step has no length, and what
    /// divides by it is not a number, whatever the field.
    fn check_resolution(&self, interval: (f64, f64)) -> Result<(), Problem> {
        if self.is_adaptive() {
            return Ok(());
        }
        let Some(step) = grid::unresolved(&self.grid(interval)) else { return Ok(()) };
        let mends = |sampler: Sampler| {
            let other = Self { sampler, ..self.clone() };
            grid::unresolved(&other.grid(interval)).is_none()
        };
        let sampler = &self.sampler;
        let spacing = sampler.spacing();
        let (key, value, wanted) = match (sampler.step_size, spacing) {
            (Some(size), _) => ("sampler.step_size", size.to_string(), "longer"),
            (None, Spacing::Shifted) if mends(Sampler { shift: 1.0, ..sampler.clone() }) => {
                ("sampler.shift", sampler.shift.to_string(), "nearer to 1, or fewer steps")
            }
            (None, _) if mends(Sampler { grid: None, ..sampler.clone() }) => {
                ("sampler.grid", spacing.name().to_owned(), "another grid, or fewer steps")
            }
            (None, _) => ("sampler.steps", sampler.steps.to_string(), "fewer"),
        };
        refuse(key, value, further_apart(wanted, step))
    }

    fn check_diffusion(&self, start: f64, end: f64) -> Result<(), Problem> {
        let path = self.interpolant.kind;
        if start == 0.0 && self.diffusion.form.diverges_at_start(path) {
            return refuse(
                "time.start",
                start,
                format!(
                    "larger than 0 for diffusion.form = \"sbdm\" on the {} interpolant, where D(t) diverges at t = 0",
                    path.name()
                ),
            );
        }
        let (last_step, size) = self.last_step();
        if last_step != LastStep::None && !grid::is_resolved(end, end + size) {
            let allowed = further_apart("longer", [end, end + size]);
            return refuse("diffusion.last_step_size", size, allowed);
        }
        if end + size > 1.0 + 1e-12 {
            return refuse(
                "time.end",
                end,
                format!("at most {}, so that the last step of {size} ends at 1", 1.0 - size),
            );
        }
        if end >= 1.0 && self.field.kind == FieldKind::Learned {
            return refuse(
                "time.end",
                end,
                "less than 1 for an SDE on a learned field, whose score is 0/0 at t = 1",
            );
        }
        Ok(())
    }
}

fn check_interval(start: f64, end: f64) -> Result<(), Problem> {
    if start >= end {
        return refuse("time.start", start, format!("less than time.end, which is {end}"));
    }
    if !grid::is_resolved(start, end) {
        return refuse("time.start", start, further_apart("further from time.end", [start, end]));
    }
    Ok(())
}
