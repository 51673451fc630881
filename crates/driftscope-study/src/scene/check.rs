//! Which values a scene may have.

use std::fmt;
use std::ops::RangeInclusive;

use driftscope_flow::data::Mixture;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::field::{ExactField, LearnedField, SYSTEMS};
use driftscope_solve::grid;
use driftscope_solve::grid::Spacing;
use driftscope_solve::per_particle;
use driftscope_solve::sde::LastStep;

use super::{Direction, FieldKind, MOST_PANES, Sampler, Scene};

/// A value that is not allowed: the key, the value and what is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The key in the scene file.
    pub key: &'static str,
    /// What it was set to.
    pub value: String,
    /// What it may be.
    pub allowed: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, value, allowed } = self;
        match *key {
            // The value names the key in the pane.
            PANES => write!(f, "{value} is not allowed: {allowed}"),
            key => write!(f, "{key} = {value} is not allowed: {allowed}"),
        }
    }
}

impl std::error::Error for Problem {}

/// The key of what is wrong in a pane.
const PANES: &str = "panes";
/// Largest number of particles.
pub const MOST_PARTICLES: usize = 100_000;
/// Largest number of fixed steps.
pub const MOST_STEPS: usize = 100_000;
/// Classic fields may be followed until here, in either direction from t = 0.
const LATEST: f64 = 1e4;

impl Scene {
    /// Checks every value.
    ///
    /// # Errors
    /// The first value that is out of range, or that goes against another one.
    pub fn check(&self) -> Result<(), Problem> {
        self.check_to_train()?;
        self.check_network()?;
        (1..self.pane_count()).try_for_each(|index| {
            self.pane(index).check_network().map_err(|problem| in_pane(index, &problem))
        })
    }

    /// The same of a scene to train a network on, which therefore need not be there.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_to_train(&self) -> Result<(), Problem> {
        self.check_own()?;
        if self.pane_count() > MOST_PANES {
            let allowed = format!("at most {MOST_PANES} panes, the scene's own included");
            return refuse(PANES, format!("{} panes", self.pane_count()), allowed);
        }
        for index in 1..self.pane_count() {
            let pane = self.pane(index);
            pane.check_own().map_err(|problem| in_pane(index, &problem))?;
            let classic = [self, &pane].iter().any(|scene| scene.field.kind == FieldKind::Classic);
            if classic && pane.field != self.field {
                let value = pane.field.system;
                let allowed = "the same in all panes where one is a classic ODE".to_owned();
                return Err(in_pane(index, &Problem { key: "field", value, allowed }));
            }
        }
        Ok(())
    }

    /// Checks the scene without its other panes.
    fn check_own(&self) -> Result<(), Problem> {
        self.check_system()?;
        // Also where a classic field has no use for it.
        let mixture = self.mixture()?;
        self.check_numbers()?;
        if self.field.kind == FieldKind::Classic {
            return self.check_classic();
        }
        self.check_process(&mixture)
    }

    /// The classic system and its parameter, also where another field is shown.
    fn check_system(&self) -> Result<(), Problem> {
        if !SYSTEMS.iter().any(|system| system.name == self.field.system) {
            let names: Vec<_> = SYSTEMS.iter().map(|system| system.name).collect();
            let allowed = format!("one of {}", names.join(", "));
            return refuse("field.system", &self.field.system, allowed);
        }
        for parameter in SYSTEMS.iter().filter_map(|system| system.parameter.as_ref()) {
            if let Some(value) = self.field.parameter(parameter.key) {
                let key = match parameter.key {
                    "mu" => "field.mu",
                    "ratio" => "field.ratio",
                    _ => "field.lambda",
                };
                within(key, value, parameter.range.clone())?;
            }
        }
        Ok(())
    }

    /// Whether there is a network for it where it needs one.
    fn check_network(&self) -> Result<(), Problem> {
        if let Some(own) = self.data.own()
            && self.needs_network()
            && self.field.model.is_none()
        {
            let what = own.words().what;
            let allowed =
                format!("{what} has no bundled model: use \"exact\", or name a field.model");
            return refuse("field.kind", "learned", allowed);
        }
        Ok(())
    }

    /// What concerns the noising process of `mixture`.
    fn check_process(&self, mixture: &Mixture) -> Result<(), Problem> {
        let path = self.interpolant.kind;
        let last_time = match (self.direction, self.field.kind) {
            (Direction::Noise, _) => 1.0,
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
        if self.sampler.method.needs_noising_process() {
            return refuse(
                "sampler.method",
                self.sampler.method.name,
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

    fn check_classic(&self) -> Result<(), Problem> {
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
        if self.sampler.method.needs_noising_process() {
            return refuse(
                "sampler.method",
                self.sampler.method.name,
                "a method for any ODE with a classic field: this one knows only noising processes",
            );
        }
        if matches!(self.sampler.spacing(), Spacing::LogSnr | Spacing::Karras) {
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

    fn check_numbers(&self) -> Result<(), Problem> {
        let sampler = &self.sampler;
        // TOML's integers end there.
        within("seed", self.seed, 0..=i64::MAX as u64)?;
        within("particles.count", self.particles.count, 1..=MOST_PARTICLES)?;
        within("sampler.steps", sampler.steps, 1..=MOST_STEPS)?;
        if let Some(size) = sampler.step_size {
            let (start, end) = self.interval(1.0);
            let whole = (end - start).abs();
            within("sampler.step_size", size, whole / MOST_STEPS as f64..=whole.max(1.0))?;
        }
        within("sampler.atol", sampler.atol, 0.0..=1e3)?;
        within("sampler.rtol", sampler.rtol, 0.0..=1e3)?;
        if sampler.atol == 0.0 && sampler.rtol == 0.0 {
            return refuse(
                "sampler.atol",
                0,
                "larger than 0 where sampler.rtol is 0: no step could ever be accepted",
            );
        }
        if let Some(step) = sampler.first_step {
            above_zero("sampler.first_step", step)?;
        }
        within("sampler.min_step", sampler.min_step, 0.0..=LATEST)?;
        if let Some(most) = sampler.max_step
            && !(most > 0.0 && most >= sampler.min_step && most.is_finite())
        {
            let allowed = format!(
                "a finite number larger than 0 and at least min_step, {}; left out for no limit",
                sampler.min_step
            );
            return refuse("sampler.max_step", most, allowed);
        }
        within("sampler.max_attempts", sampler.max_attempts, 1..=10_000_000)?;
        self.check_control()?;
        if sampler.adaptive == Some(true) && !sampler.method.can_adapt() {
            return refuse(
                "sampler.adaptive",
                true,
                format!("false for {}, which has no embedded error estimate", sampler.method.name),
            );
        }
        within("diffusion.norm", self.diffusion.norm, 0.0..=1e3)?;
        let size = self.diffusion.last_step_size;
        if !size.is_finite() {
            return refuse("diffusion.last_step_size", size, "a finite number");
        }
        if self.diffusion.last_step != LastStep::None {
            above_zero("diffusion.last_step_size", size)?;
            within("diffusion.last_step_size", size, 0.0..=0.5)?;
        }
        within("view.trail", self.view.trail, 0.0..=1.0)?;
        within("view.angle", self.view.angle, -360.0..=360.0)?;
        within("view.point_size", self.view.point_size, 0.1..=10.0)?;
        within("view.line_width", self.view.line_width, 0.1..=10.0)?;
        within("view.speed", self.view.speed, 0.01..=100.0)
    }

    fn check_control(&self) -> Result<(), Problem> {
        let sampler = &self.sampler;
        within("sampler.safety", sampler.safety, 0.01..=1.0)?;
        within("sampler.min_factor", sampler.min_factor, 1e-3..=1.0)?;
        within("sampler.max_factor", sampler.max_factor, 1.0..=1e3)?;
        for (key, coefficient) in [
            ("sampler.pcoeff", sampler.pcoeff),
            ("sampler.icoeff", sampler.icoeff),
            ("sampler.dcoeff", sampler.dcoeff),
        ] {
            within(key, coefficient.unwrap_or(0.0), -10.0..=10.0)?;
        }
        let [p, i, d] = sampler.control().coefficients;
        if p + i + d <= 0.0 {
            return refuse(
                "sampler.icoeff",
                i,
                "so large that pcoeff + icoeff + dcoeff is above 0: a larger error must shorten the step",
            );
        }
        within("sampler.eta", sampler.eta, 0.0..=1.0)?;
        within("sampler.s_churn", sampler.s_churn, 0.0..=1e6)?;
        within("sampler.s_min", sampler.s_min, 0.0..=1e9)?;
        if let Some(highest) = sampler.s_max
            && !(highest.is_finite() && highest >= sampler.s_min)
        {
            let allowed =
                format!("finite and at least s_min, {}; left out for no limit", sampler.s_min);
            return refuse("sampler.s_max", highest, allowed);
        }
        within("sampler.s_noise", sampler.s_noise, 0.0..=10.0)?;
        within("sampler.rho", sampler.rho, 1.0..=100.0)?;
        within("sampler.shift", sampler.shift, 0.01..=100.0)?;
        self.check_grid()
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
        match (&sampler.times, spacing) {
            (None, Spacing::List) => refuse("sampler.grid", "list", "with sampler.times given"),
            (Some(times), Spacing::List) => {
                let list = format!("{times:?}");
                if !(2..=MOST_STEPS + 1).contains(&times.len())
                    || !times.windows(2).all(|pair| pair[0] < pair[1])
                    || !times.iter().all(|time| time.is_finite())
                {
                    let allowed = format!("two to {} rising times", MOST_STEPS + 1);
                    return refuse("sampler.times", list, allowed);
                }
                if let Some(step) = grid::unresolved(times) {
                    return refuse(
                        "sampler.times",
                        list,
                        further_apart("times further apart", step),
                    );
                }
                let (first, last) = (times[0], times[times.len() - 1]);
                let agrees =
                    |given: Option<f64>, end: f64| given.is_none_or(|t| (t - end).abs() < 1e-12);
                if !agrees(self.time.start, first) || !agrees(self.time.end, last) {
                    return refuse(
                        "sampler.times",
                        list,
                        "from time.start to time.end where those are given too",
                    );
                }
                Ok(())
            }
            (Some(_), _) => {
                refuse("sampler.times", "given", "only there for sampler.grid = \"list\"")
            }
            (None, _) => Ok(()),
        }
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

/// What is wrong with a pane, said of the scene it belongs to.
fn in_pane(index: usize, problem: &Problem) -> Problem {
    let Problem { key, value, allowed } = problem;
    let value = format!("{PANES}[{index}].{key} = {value}");
    Problem { key: PANES, value, allowed: allowed.clone() }
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

/// What is allowed instead of what gave a step that cannot be told from none.
fn further_apart(wanted: &str, [t, t1]: [f64; 2]) -> String {
    format!(
        "{wanted}, so that every step is at least {:e} of t: one from {t} to {t1} is lost in rounding",
        grid::RESOLUTION
    )
}

fn refuse<T>(
    key: &'static str,
    value: impl fmt::Display,
    allowed: impl Into<String>,
) -> Result<T, Problem> {
    Err(Problem { key, value: value.to_string(), allowed: allowed.into() })
}

pub(super) fn within<T: PartialOrd + fmt::Display>(
    key: &'static str,
    value: T,
    range: RangeInclusive<T>,
) -> Result<(), Problem> {
    // NaN lies in no range.
    if range.contains(&value) {
        return Ok(());
    }
    refuse(key, value, format!("from {} to {}", range.start(), range.end()))
}

pub(super) fn above_zero(key: &'static str, value: f64) -> Result<(), Problem> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    refuse(key, value, "a finite number larger than 0")
}
