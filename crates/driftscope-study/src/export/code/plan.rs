//! What a scene asks for, as scripts write it: its field, its starts and its way of sampling.

use driftscope_base::interpolant::Interpolant;
use driftscope_solve::{
    ControllerKind, ErrorWeights, Knob, MethodRef, MinStepPolicy, OdeSettings, SamplerKnobs, Scope,
    Variable,
};

use super::python::{list, number};
use super::sampler::Sampler;
use crate::experiment::Experiment;
use crate::scene::{Direction, Precision, Scene};

/// How the steps are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// By an explicit Runge–Kutta method whose embedded error sets the steps.
    Adaptive(MethodRef),
    /// By an explicit Runge–Kutta method over the grid.
    Fixed(MethodRef),
    /// By a diffusion sampler over the grid.
    Diffusion(MethodRef),
    /// By a noisy scheme over the grid.
    Noisy,
}

/// A scene and what its script is made of.
pub struct Plan<'a> {
    /// The experiment.
    pub experiment: &'a Experiment,
    /// The settings of its solver.
    pub settings: OdeSettings,
    /// How steps are made, or what comes nearest among explicit Runge–Kutta methods.
    pub way: Way,
    /// What of the scene no script follows, a sentence each.
    pub notes: Vec<String>,
}

impl<'a> Plan<'a> {
    /// The plan of an experiment.
    #[must_use]
    pub fn new(experiment: &'a Experiment) -> Self {
        let mut notes = left_out(&experiment.scene);
        let way = way(experiment, &mut notes);
        Self { experiment, settings: experiment.ode_settings(), way, notes }
    }

    /// The scene.
    #[must_use]
    pub fn scene(&self) -> &Scene {
        &self.experiment.scene
    }

    /// Coordinates of a particle: 1 for classic systems in which x alone moves.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        let classic = self.scene().classic();
        if classic.is_some_and(|classic| classic.system().one_dimensional) { 1 } else { 2 }
    }

    /// Whether particles are solved with one step size.
    #[must_use]
    pub fn whole_batch(&self) -> bool {
        self.scene().sampler.scope == Scope::WholeBatch
    }

    /// What is chosen about its diffusion sampler, without what that does not have.
    #[must_use]
    pub fn knobs(&self) -> SamplerKnobs {
        let sampler = &self.scene().sampler;
        let knobs = sampler.noise();
        let known = sampler.method().rule.knobs().contains(&Knob::Variable);
        SamplerKnobs { variable: if known { knobs.variable } else { Variable::Level }, ..knobs }
    }

    /// Whether its steps draw noise.
    #[must_use]
    pub fn draws_noise(&self) -> bool {
        match self.way {
            Way::Noisy => true,
            Way::Diffusion(method) => method.draws_noise(&self.knobs()),
            Way::Adaptive(_) | Way::Fixed(_) => false,
        }
    }

    /// Whether the scene calculates in double precision.
    #[must_use]
    pub fn is_double(&self) -> bool {
        self.scene().precision() == Precision::F64
    }

    /// By what the tolerances are multiplied for a library whose DOPRI5 has these error weights: the
    /// scene's error, 3/2 or 2/3 of the library's, then passes at the same steps.
    #[must_use]
    pub fn tolerance_factor(&self, method: MethodRef, theirs: ErrorWeights) -> f64 {
        let ours = self.settings.error_weights;
        let differ = method
            .embedded_tableau()
            .and_then(|tableau| tableau.embedded.as_ref())
            .is_some_and(|pair| pair.torchdiffeq_weights.is_some());
        match (differ, ours, theirs) {
            (true, ErrorWeights::Classical, ErrorWeights::Torchdiffeq) => 2.0 / 3.0,
            (true, ErrorWeights::Torchdiffeq, ErrorWeights::Classical) => 1.5,
            _ => 1.0,
        }
    }

    /// A sentence for tolerances that are multiplied, if they are.
    #[must_use]
    pub fn about_tolerances(factor: f64, library: &str) -> Option<String> {
        let (whose, share) =
            if factor < 1.0 { ("classical", "2/3") } else { ("torchdiffeq's", "3/2") };
        ((factor - 1.0).abs() > 1e-9).then(|| {
            format!(
                "The scene has the {whose} error weights of DOPRI5; those of {library} differ by a factor, so the tolerances are multiplied by {share} and the same steps pass."
            )
        })
    }

    /// Sentences on settings of step control that `library`, which has its own `controller`, does not follow.
    #[must_use]
    pub fn about_control(&self, library: &str, controller: ControllerKind) -> Vec<String> {
        let control = self.settings.control;
        let mut notes = Vec::new();
        if control.kind != controller {
            notes.push(format!(
                "The scene's controller is {}; {library} has its own ({}), and takes other steps at the same tolerance.",
                control.kind.title(),
                controller.title()
            ));
        }
        if self.settings.min_step > 0.0 && self.settings.min_step_policy == MinStepPolicy::Stop {
            notes.push(format!(
                "A least step whose error is too large ends the scene's solve; {library} does not stop for it."
            ));
        }
        notes
    }

    /// Constants of the run: interval, counts and dimensions.
    #[must_use]
    pub fn constants(&self) -> String {
        let scene = self.scene();
        let (start, end) = self.experiment.interval;
        format!(
            "COUNT = {}\nSEED = {}\nDIMENSIONS = {}\nSTART, END = {}, {}\n",
            scene.particles.count,
            scene.seed,
            self.dimensions(),
            number(start),
            number(end)
        )
    }

    /// The tolerances multiplied by `factor`.
    #[must_use]
    pub fn tolerances(&self, factor: f64) -> String {
        let scaled = |x: f64| {
            let value = number(x);
            if (factor - 1.0).abs() < 1e-9 {
                value
            } else if factor < 1.0 {
                format!("{value} * 2.0 / 3.0")
            } else {
                format!("{value} * 1.5")
            }
        };
        let tolerances = self.settings.tolerances;
        format!("ATOL, RTOL = {}, {}\n", scaled(tolerances.atol), scaled(tolerances.rtol))
    }

    /// The grid of fixed or noisy steps.
    #[must_use]
    pub fn grid(&self) -> String {
        format!("GRID = {}\n", list(&self.experiment.grid()))
    }

    /// Whether the field is written out as that of the data.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let scene = self.scene();
        let learned = self.experiment.network.is_some();
        !learned && scene.classic().is_none() && scene.direction != Direction::Noise
    }

    /// The sign of the velocity and its time, in the solver's own time t.
    #[must_use]
    pub fn own_time(&self) -> (&'static str, &'static str) {
        if self.scene().direction == Direction::Encode { ("-", "1.0 - t") } else { ("", "t") }
    }
}

/// What of a scene's field no script follows.
fn left_out(scene: &Scene) -> Vec<String> {
    let mut notes = Vec::new();
    if scene.is_guided() {
        let instead = if scene.class().is_some() { "the class" } else { "the good model" };
        notes.push(format!(
            "Guidance is left out: the script samples {instead} as it is, with the scale 1."
        ));
    }
    if scene.has_source() {
        notes.push(
            "The source is left out: the script starts from N(0, I), whose field it follows."
                .to_owned(),
        );
    }
    notes
}

fn way(experiment: &Experiment, notes: &mut Vec<String>) -> Way {
    let scene = &experiment.scene;
    if scene.is_sde() {
        return Way::Noisy;
    }
    let method = scene.sampler.method();
    let named = |name: &str| MethodRef::named(name).expect("the table of methods has it");
    if scene.is_adaptive() {
        if method.embedded_tableau().is_some() {
            return Way::Adaptive(method);
        }
        let nearest = named(if method.order <= 3 { "bosh3" } else { "dopri5" });
        notes.push(format!(
            "The scene's {} estimates its error by step doubling; {}, the nearest with an error of its own, stands in its place.",
            method.title, nearest.title
        ));
        return Way::Adaptive(nearest);
    }
    if method.tableau().is_some() {
        return Way::Fixed(method);
    }
    if method.name == "ddim" && scene.path() == Interpolant::Linear && scene.sampler.eta == 0.0 {
        notes.push("On the linear path a step of DDIM is a step of Euler.".to_owned());
        return Way::Fixed(named("euler"));
    }
    if Sampler::of(method).is_some() {
        return Way::Diffusion(method);
    }
    let nearest = named(match method.order {
        1 => "euler",
        2 => "heun",
        3 => "heun3",
        _ => "rk4",
    });
    notes.push(format!(
        "The scene's {} is not written out here; {}, the nearest explicit Runge-Kutta method of its order, stands in its place.",
        method.title, nearest.title
    ));
    Way::Fixed(nearest)
}
