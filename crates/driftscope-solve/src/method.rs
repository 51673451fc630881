//! What a method is: its words, its order, and the rule by which it makes a step.

use std::fmt::{self, Debug};
use std::marker::PhantomData;

use driftscope_base::field::{PerReal, Real};
use thiserror::Error;

use crate::complex::Complex;
use crate::stepper::{Doubling, Halves, SamplerKnobs, Stepper, Task};
use crate::tableau::Tableau;
use crate::update::{StepNow, Update};

/// One method.
#[derive(Debug)]
pub struct Method {
    /// Name in files and on the command line.
    pub name: &'static str,
    /// Name in menus.
    pub title: &'static str,
    /// What it is and what it costs, for a tooltip.
    pub about: &'static str,
    /// Where it comes from.
    pub reference: &'static str,
    /// Order of accuracy of the global error.
    pub order: u32,
    /// Whether step-size control is on unless the scene says otherwise.
    pub adaptive_by_default: bool,
    /// How it makes a step.
    pub rule: &'static dyn Rule,
}

/// How a method makes a step, and all that the rest of the program asks about its kind.
///
/// A method of a new kind is one file in `methods` with its rule, its stepper and its entries of the
/// table.
pub trait Rule: Debug + Send + Sync {
    /// The method at work on the batch of `task` in single precision.
    fn single<'a>(&'static self, task: &Task<'a, f32>) -> Box<dyn Stepper<f32> + 'a>;

    /// The method at work on the batch of `task` in double precision.
    fn double<'a>(&'static self, task: &Task<'a, f64>) -> Box<dyn Stepper<f64> + 'a>;

    /// Its coefficients, if it is an explicit Runge–Kutta method.
    fn tableau(&self) -> Option<&Tableau> {
        None
    }

    /// What its steppers' own error estimate is, in words for a table; none where they have none.
    fn own_estimate(&self) -> Option<String> {
        None
    }

    /// Whether its steps use what earlier steps found.
    fn looks_back(&self) -> bool {
        false
    }

    /// By what a step size can be controlled while the method draws no noise.
    ///
    /// # Errors
    /// Why it cannot.
    fn adapting(&self) -> Result<Adapting, NotAdaptive> {
        Ok(Adapting::StepDoubling)
    }

    /// Whether it works only on the field of a noising process, which a classic ODE is not.
    fn needs_noising_process(&self) -> bool {
        false
    }

    /// Whether it steps by the map of its own flow that a field knows, and is something simpler without one.
    fn needs_flow_map(&self) -> bool {
        false
    }

    /// Which setting makes it draw noise, if there is one.
    fn noise_setting(&self) -> Option<NoiseSetting> {
        None
    }

    /// What SDE its steps tend to as they become small; none where they draw no noise, whatever is set, or
    /// tend to none.
    fn limit(&self) -> Option<Limit> {
        self.noise_setting().and_then(NoiseSetting::limit)
    }

    /// Whether its steps draw noise twice.
    fn draws_twice(&self) -> bool {
        false
    }

    /// Whether a step draws the noise of the whole of it, and that of its point in between.
    fn draws(&self, now: &StepNow) -> [bool; 2] {
        let drawn = self.noise_setting().is_some_and(|setting| setting.draws(&now.noise));
        [drawn, drawn && self.draws_twice()]
    }

    /// What can be chosen about it, besides steps and tolerances.
    fn knobs(&self) -> &'static [Knob] {
        &[]
    }

    /// State-sized arrays kept while stepping: the state itself, the stages or what is looked back
    /// on.
    fn arrays_kept(&self) -> usize;

    /// Evaluations of the field per accepted fixed step, once running; the least where
    /// [`Self::iterates`].
    fn evaluations_per_step(&self) -> usize;

    /// Whether a step solves an equation by iteration, which takes as many evaluations as it needs.
    fn iterates(&self) -> bool {
        false
    }

    /// A step, written down.
    fn update(&self, now: &StepNow) -> Update;

    /// By how much a step of size h multiplies `|y|` on `y' = λy` with `z = hλ`; none where that is
    /// no function of hλ alone.
    fn amplification(&self, z: Complex) -> Option<f64>;
}

/// By what error estimate a method's step size is controlled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adapting {
    /// By its stepper's own.
    OwnEstimate {
        /// Order of the answer whose error that is; the error of a step is of one order more.
        order: u32,
    },
    /// By step doubling: one step against two of half its length, which are kept.
    StepDoubling,
}

/// Why a method's steps cannot follow its error.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotAdaptive {
    /// It draws noise.
    #[error(
        "it draws noise{}, and steps that are tried again would choose among what was drawn",
        .0.while_it_draws()
    )]
    DrawsNoise(NoiseSetting),
    /// Its estimate compares with a step that it takes itself where there is nothing to look back on.
    #[error(
        "it looks back on earlier steps, and where there are none, or an end has no noise or no data, it has nothing to judge a step by"
    )]
    NothingToCompare,
}

/// A setting that some diffusion samplers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knob {
    /// How much fresh noise ancestral steps mix in.
    Eta,
    /// How noisy the SDE is whose steps they are.
    EtaSde,
    /// How noisy SA-Solver is.
    Tau,
    /// EDM's churn: four numbers.
    Churn,
    /// Predictions of the predictor.
    Predictor,
    /// Predictions of the corrector.
    Corrector,
    /// The order.
    Order,
    /// How two predictions are extrapolated.
    SolverType,
    /// B(h) of `UniPC`.
    B,
    /// Whether orders fall at the end.
    FinalOrder,
    /// What the second difference counts.
    Kappa,
    /// The variable of the steps.
    Variable,
    /// Points of integrals.
    IntegralPoints,
}

/// A setting that makes a method draw noise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoiseSetting {
    /// η of ancestral steps.
    Eta,
    /// η of an SDE.
    EtaSde,
    /// SA-Solver's τ.
    Tau,
    /// EDM's `S_churn`.
    Churn,
    /// None: the method always draws noise.
    Always,
}

/// The SDE that the steps of a noisy sampler tend to: the reverse SDE of the form SBDM, `D = n b` with SBDM's
/// own b, with an n of the sampler's.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// n in LaTeX, of the sampler's settings and the level k = σ/α.
    pub latex: &'static str,
    /// n with these settings at a level σ/α above 0.
    pub norm: fn(&SamplerKnobs, f64) -> f64,
}

impl NoiseSetting {
    /// That of most samplers with this setting; EDM's churn adds as much noise however many steps there are, by
    /// the step, and what always draws has an n of its own.
    pub(crate) fn limit(self) -> Option<Limit> {
        match self {
            Self::Eta => Some(Limit { latex: r"\eta^2", norm: |knobs, _| knobs.eta * knobs.eta }),
            Self::EtaSde => Some(Limit { latex: r"\eta", norm: |knobs, _| knobs.eta_sde }),
            Self::Tau => Some(Limit { latex: r"\tau^2", norm: |knobs, _| knobs.tau * knobs.tau }),
            Self::Churn | Self::Always => None,
        }
    }

    /// Its key among the sampler's settings; none of a method that always draws noise.
    #[must_use]
    pub fn key(self) -> Option<&'static str> {
        match self {
            Self::Eta => Some("eta"),
            Self::EtaSde => Some("eta_sde"),
            Self::Tau => Some("tau"),
            Self::Churn => Some("s_churn"),
            Self::Always => None,
        }
    }

    /// "while … > 0", where it is not always.
    fn while_it_draws(self) -> String {
        self.key().map_or_else(String::new, |key| format!(" while {key} > 0"))
    }

    /// Whether noise is drawn with these settings.
    #[must_use]
    pub fn draws(self, noise: &SamplerKnobs) -> bool {
        match self {
            Self::Eta => noise.eta > 0.0,
            Self::EtaSde => noise.eta_sde > 0.0,
            Self::Tau => noise.tau > 0.0,
            Self::Churn => noise.s_churn > 0.0,
            Self::Always => true,
        }
    }
}

/// What makes a stepper of either precision.
struct Making<'a>(PhantomData<&'a ()>);

impl<'a> PerReal for Making<'a> {
    type Of<S: Real> = fn(&'static dyn Rule, &Task<'a, S>) -> Box<dyn Stepper<S> + 'a>;
}

impl Method {
    /// Its coefficients, if it is an explicit Runge–Kutta method.
    #[must_use]
    pub fn tableau(&self) -> Option<&'static Tableau> {
        self.rule.tableau()
    }

    /// Its coefficients, if it is an explicit Runge–Kutta method with an embedded pair.
    #[must_use]
    pub fn embedded_tableau(&self) -> Option<&'static Tableau> {
        self.tableau().filter(|tableau| tableau.embedded.is_some())
    }

    /// The method at work on the batch of `task`, ready for its first step.
    #[must_use]
    pub fn stepper<'a, S: Real>(&self, task: &Task<'a, S>) -> Box<dyn Stepper<S> + 'a> {
        let make =
            S::choose::<Making<'a>>(|rule, task| rule.single(task), |rule, task| rule.double(task));
        make(self.rule, task)
    }

    /// By what its step size can be controlled with these settings.
    ///
    /// # Errors
    /// Why it cannot.
    pub fn adapting(&self, noise: &SamplerKnobs) -> Result<Adapting, NotAdaptive> {
        match self.rule.noise_setting() {
            Some(setting) if setting.draws(noise) => Err(NotAdaptive::DrawsNoise(setting)),
            _ => self.rule.adapting(),
        }
    }

    /// Whether its step size can be controlled by an error estimate, if it draws no noise.
    #[must_use]
    pub fn can_adapt(&self) -> bool {
        self.rule.adapting().is_ok()
    }

    /// The method at work with an estimate of every attempt's error: its own, or step doubling.
    ///
    /// # Errors
    /// Why it cannot adapt with the settings of `task`.
    pub fn adaptive_stepper<'a, S: Real>(
        &self,
        task: &Task<'a, S>,
    ) -> Result<Box<dyn Stepper<S> + 'a>, NotAdaptive> {
        Ok(match self.adapting(&task.sampler_knobs)? {
            Adapting::OwnEstimate { .. } => self.stepper(task),
            Adapting::StepDoubling => {
                let steppers = [(); 3].map(|()| self.stepper(task));
                Box::new(Halves::of(steppers, self.order, task.count))
            }
        })
    }

    /// What estimates the error of its fixed steps where it has no estimate of its own: step
    /// doubling, unless its steps look back or draw noise.
    #[must_use]
    pub fn doubling<'a, S: Real>(&self, task: &Task<'a, S>) -> Option<Doubling<'a, S>> {
        let has_none = self.rule.own_estimate().is_none();
        (has_none && !self.rule.looks_back() && !self.draws_noise(&task.sampler_knobs))
            .then(|| Doubling::of([self.stepper(task), self.stepper(task)], self.order, task.count))
    }

    /// Whether it works only on the field of a noising process, which a classic ODE is not.
    #[must_use]
    pub fn needs_noising_process(&self) -> bool {
        self.rule.needs_noising_process()
    }

    /// Whether it steps by the map of its own flow that a field knows, and is something simpler without one.
    #[must_use]
    pub fn needs_flow_map(&self) -> bool {
        self.rule.needs_flow_map()
    }

    /// Whether it draws noise with these settings.
    #[must_use]
    pub fn draws_noise(&self, noise: &SamplerKnobs) -> bool {
        self.rule.noise_setting().is_some_and(|setting| setting.draws(noise))
    }

    /// State-sized arrays kept while stepping: the state itself, the stages or what is looked back
    /// on.
    #[must_use]
    pub fn arrays_kept(&self) -> usize {
        self.rule.arrays_kept()
    }

    /// The same where an error estimate sets the steps: step doubling keeps three steppers busy.
    #[must_use]
    pub fn arrays_kept_adapting(&self) -> usize {
        let own = self.arrays_kept() - 1;
        if self.doubles_steps() { 1 + 3 * own } else { 1 + own }
    }

    /// Whether its adaptive steps are made by step doubling.
    #[must_use]
    pub fn doubles_steps(&self) -> bool {
        self.rule.adapting() == Ok(Adapting::StepDoubling)
    }

    /// Evaluations of the field per accepted step, once running; the least for implicit methods,
    /// whose iteration takes as many as it needs.
    #[must_use]
    pub fn evaluations_per_step(&self) -> usize {
        self.rule.evaluations_per_step()
    }
}

/// A method of the table, or one of one's own. Two are equal if they are the same method: names, which one
/// may give to another tableau as well, do not decide.
#[derive(Clone, Copy)]
pub struct MethodRef(pub(crate) &'static Method);

impl MethodRef {
    /// What it is, for as long as the program runs.
    #[must_use]
    pub fn get(self) -> &'static Method {
        self.0
    }
}

impl std::ops::Deref for MethodRef {
    type Target = Method;
    fn deref(&self) -> &Method {
        self.0
    }
}

impl PartialEq for MethodRef {
    fn eq(&self, other: &Self) -> bool {
        // Methods of the table stand there once, and coefficients that are equal are kept once.
        std::ptr::eq(self.0, other.0)
    }
}
impl Eq for MethodRef {}

impl fmt::Debug for MethodRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
