//! What follows from a scene: its distribution, interval, grid, precision and costs.

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::{Mixture, Toy};
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::field::ClassicField;
use driftscope_flow::network::TrainingSettings;
use driftscope_solve::grid::Spacing;
use driftscope_solve::sde::LastStep;
use driftscope_solve::{Scope, grid};

use super::parameters::Settings;
use super::problem::Problem;
use super::{Direction, FieldKind, Precision, Scene, Start, Time, View};

impl Scene {
    /// SBDM starts here on paths where its D is infinite at t = 0.
    pub const SBDM_START: f64 = 1e-3;
    /// An SDE without a last step ends this much before t = 1 on a learned field, whose score is
    /// 0/0 there; as in SiT.
    pub const UNSCORED_MARGIN: f64 = 1e-3;
    /// f32 cannot hold tolerances below this; such solves run in f64.
    pub const F32_TOLERANCE: f64 = 1e-6;

    /// The distribution.
    ///
    /// # Errors
    /// The first value of it that is not allowed, which [`Scene::check`] refuses as well.
    pub fn mixture(&self) -> Result<Mixture, Problem> {
        // Numbers of data of one's own lie in their ranges before anything is made of them.
        let mut rows = Self::parameters().iter().filter(|parameter| parameter.belongs_to("data"));
        rows.try_for_each(|parameter| parameter.check(self))?;
        self.data.mixture()
    }

    /// The built-in distribution, unless the scene has data of its own.
    #[must_use]
    pub fn toy(&self) -> Option<&'static Toy> {
        self.data.toy()
    }

    /// The classic ODE that is shown instead of a noising process, if one is. An unknown name is
    /// refused by [`Scene::check`].
    #[must_use]
    pub fn classic(&self) -> Option<ClassicField> {
        if self.field.kind != FieldKind::Classic {
            return None;
        }
        let plain = ClassicField::named(&self.field.system, None)?;
        let key = plain.system().parameter.as_ref().map_or("", |parameter| parameter.key);
        ClassicField::named(&self.field.system, self.field.parameter(key))
    }

    /// Whether it is solved with a network.
    #[must_use]
    pub fn needs_network(&self) -> bool {
        self.field.kind == FieldKind::Learned && self.direction != Direction::Noise
    }

    /// Whether noise is added on the way.
    #[must_use]
    pub fn is_sde(&self) -> bool {
        self.direction == Direction::Noise || self.diffusion.form != DiffusionForm::None
    }

    /// Whether particles draw noise on their way, by the SDE or by the method.
    #[must_use]
    pub fn is_stochastic(&self) -> bool {
        self.is_sde() || self.sampler.method().draws_noise(&self.sampler.noise())
    }

    /// Whether the sampler itself draws noise, where no SDE scheme does.
    #[must_use]
    pub fn sampler_draws(&self) -> bool {
        !self.is_sde() && self.is_stochastic()
    }

    /// Whether the error sets the step size.
    #[must_use]
    pub fn is_adaptive(&self) -> bool {
        !self.is_sde()
            && self.sampler.method().adapting(&self.sampler.noise()).is_ok()
            && self.sampler.adaptive.unwrap_or(self.sampler.method().adaptive_by_default)
    }

    /// Whether all particles are solved as one, with steps that they share.
    #[must_use]
    pub fn is_one_batch(&self) -> bool {
        self.is_adaptive() && self.sampler.scope == Scope::WholeBatch
    }

    /// Whether the error that sets the step size is found by step doubling, so that the steps kept are
    /// made in two halves.
    #[must_use]
    pub fn doubles_steps(&self) -> bool {
        self.is_adaptive() && self.sampler.method().doubles_steps()
    }

    /// The last step's kind and size; none where t falls.
    #[must_use]
    pub fn last_step(&self) -> (LastStep, f64) {
        match (self.direction, self.diffusion.last_step) {
            (Direction::Noise | Direction::Encode, _) | (_, LastStep::None) => {
                (LastStep::None, 0.0)
            }
            (Direction::Generate, kind) => (kind, self.diffusion.last_step_size),
        }
    }

    /// The precision of the particles: as set, or single for a network, which knows no more, and for the
    /// exact field of points of one's own, whose many terms are summed sooner, unless the tolerance asks
    /// for more than single precision holds; double for other formulas.
    #[must_use]
    pub fn precision(&self) -> Precision {
        self.sampler.precision.unwrap_or({
            let of_points = self.field.kind == FieldKind::Exact && self.data.points.is_some();
            let single = self.needs_network() || of_points;
            let fine = self.sampler.atol + self.sampler.rtol < Self::F32_TOLERANCE;
            if single && !(fine && self.is_adaptive()) { Precision::F32 } else { Precision::F64 }
        })
    }

    /// The path whose `p_t` the particles follow: the interpolant, or that of the linear diffusion
    /// in the forward direction.
    #[must_use]
    pub fn path(&self) -> Interpolant {
        match self.direction {
            Direction::Noise => Interpolant::Vp,
            Direction::Generate | Direction::Encode => self.interpolant.kind,
        }
    }

    /// What starting points are drawn from: as set; else `p_t` where the first t is given (or the
    /// first of listed times, if not 0) and where the way begins at the data; else noise.
    #[must_use]
    pub fn start(&self) -> Start {
        let later = self.listed_interval().is_some_and(|(first, _)| first > 0.0);
        let given = self.time.start.is_some() || later || self.direction.falls();
        self.particles.start.unwrap_or(if given { Start::Marginal } else { Start::Noise })
    }

    /// Lets the steps go through `times`, the first of which is where the run begins; starting points stay drawn
    /// from what they were.
    pub fn step_through(&mut self, times: Vec<f64>) {
        let start = self.start();
        self.sampler.step_through(times);
        if self.classic().is_none() && self.start() != start {
            self.particles.start = Some(start);
        }
    }

    /// Sets the interval; starting points stay drawn from what they were.
    pub fn set_interval(&mut self, (start, end): (f64, f64)) {
        if self.classic().is_none() {
            self.particles.start = Some(self.start());
        }
        self.time = Time { start: Some(start), end: Some(end) };
    }

    /// First and last t of the noisy or adaptive part. Without given times: from 0 (1e-3 for SBDM
    /// on Linear and GVP) to 1, less the last step of an SDE (or, on a learned field without one,
    /// [`Self::UNSCORED_MARGIN`]), and no later than `last_time`, where
    /// the field ends. Where t falls these are noising times τ = 1 − t, which go from 0, or no
    /// earlier than 1 − `last_time`, to 1.
    #[must_use]
    pub fn interval(&self, last_time: f64) -> (f64, f64) {
        if let Some(listed) = self.listed_interval() {
            return listed;
        }
        if let Some(classic) = self.classic() {
            let end = self.time.end.unwrap_or(classic.system().end_time);
            return (self.time.start.unwrap_or(0.0), end);
        }
        if self.direction.falls() {
            let start = self.time.start.unwrap_or(1.0 - last_time.min(1.0));
            return (start, self.time.end.unwrap_or(1.0));
        }
        let generating_sde = self.is_sde();
        let start = self.time.start.or_else(|| self.first_of_schedule()).unwrap_or(
            if generating_sde && self.diffusion.form.diverges_at_start(self.interpolant.kind) {
                Self::SBDM_START
            } else {
                0.0
            },
        );
        let end = self.time.end.unwrap_or_else(|| {
            let unscored = self.field.kind == FieldKind::Learned && self.last_step().1 == 0.0;
            let room = match (generating_sde, unscored) {
                (false, _) => 0.0,
                (true, true) => Self::UNSCORED_MARGIN,
                (true, false) => self.last_step().1,
            };
            (1.0 - room).min(last_time)
        });
        (start, end)
    }

    /// The time at which the schedule of the steps begins, where it says at which level.
    fn first_of_schedule(&self) -> Option<f64> {
        let sampler = &self.sampler;
        let fixed = !self.is_sde() && !self.is_adaptive();
        let level = sampler.schedule().first_level(sampler.steps).filter(|_| fixed)?;
        let time = if level.is_finite() { self.path().time_of_level(1.0, level) } else { 0.0 };
        // A path that begins with some data left (VP) has no level beyond its first.
        Some(time.max(0.0))
    }

    /// First and last t of what is shown: 0 to 1, or the interval of a classic system.
    #[must_use]
    pub fn time_span(&self) -> (f64, f64) {
        if self.classic().is_some() { self.interval(f64::INFINITY) } else { (0.0, 1.0) }
    }

    /// The times of fixed steps over `interval`.
    #[must_use]
    pub fn grid(&self, interval: (f64, f64)) -> Vec<f64> {
        let sampler = &self.sampler;
        if let Some(times) = self.listed_times() {
            return times;
        }
        if let (Spacing::Uniform, Some(size)) = (sampler.spacing(), sampler.step_size) {
            return grid::by_size(interval.0, interval.1, size);
        }
        let schedule = sampler.schedule();
        let spread = |path, interval| schedule.times(path, interval, sampler.steps);
        if !self.direction.falls() {
            return spread(self.path(), interval);
        }
        // Spread in t; noising time runs against it.
        let times = spread(self.path(), (1.0 - interval.1, 1.0 - interval.0));
        let mut times: Vec<f64> = times.iter().rev().map(|t| 1.0 - t).collect();
        // Exactly, whatever the subtractions round to.
        let last = times.len() - 1;
        (times[0], times[last]) = interval;
        times
    }

    /// The step size that goes with the number of steps over `interval`.
    #[must_use]
    pub fn step_size(&self, (start, end): (f64, f64)) -> f64 {
        self.sampler.step_size.unwrap_or((end - start) / self.sampler.steps as f64)
    }

    /// Evaluations of the field in one step as the scene stands.
    #[must_use]
    pub fn evaluations_per_step(&self) -> usize {
        if self.is_sde() {
            self.diffusion.scheme.evaluations_per_step() as usize
        } else {
            self.sampler.method().evaluations_per_step()
        }
    }

    /// State-sized arrays the solver keeps per particle.
    #[must_use]
    pub fn arrays_kept(&self) -> usize {
        if self.is_sde() {
            self.diffusion.scheme.arrays_kept()
        } else if self.is_adaptive() {
            self.sampler.method().arrays_kept_adapting()
        } else {
            self.sampler.method().arrays_kept()
        }
    }

    /// Bytes a solver needs for its state and stages if it advances all particles together.
    #[must_use]
    pub fn solver_bytes(&self) -> usize {
        let size = match self.precision() {
            Precision::F32 => size_of::<f32>(),
            Precision::F64 => size_of::<f64>(),
        };
        self.arrays_kept() * self.particles.count * 2 * size
    }

    /// The same scene with what stood in for absent values spelt out; `interval` is that of the
    /// solve. It gives the same recording.
    #[must_use]
    pub fn resolved(&self, interval: (f64, f64)) -> Self {
        let mut scene = self.clone();
        scene.set_interval(interval);
        scene.sampler.precision = Some(self.precision());
        scene.sampler.grid = Some(self.sampler.spacing());
        if !self.is_sde() {
            scene.sampler.adaptive = Some(self.is_adaptive());
        }
        scene
    }

    /// Whether both scenes give the same recording: all but title, words, training, view and the other
    /// panes are equal.
    #[must_use]
    pub fn records_like(&self, other: &Self) -> bool {
        let stripped = |scene: &Self| Self {
            title: String::new(),
            about: String::new(),
            training: TrainingSettings::default(),
            view: View::default(),
            panes: Vec::new(),
            ..scene.clone()
        };
        stripped(self) == stripped(other)
    }
}
