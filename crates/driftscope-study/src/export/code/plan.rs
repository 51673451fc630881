//! What a scene asks for, as scripts write it: its field, its starts and its way of sampling.

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::{Component, Shape};
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::sde::{LastStep, Scheme};
use driftscope_solve::{
    ControllerKind, End, ErrorWeights, MethodRef, MinStepPolicy, Norm, OdeSettings, Scope, Tableau,
};

use super::python::{Library, list, number, ragged, table};
use crate::experiment::Experiment;
use crate::scene::{Direction, Precision, Scene, Start};

/// How the steps are made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Way {
    /// By an explicit Runge–Kutta method whose embedded error sets the steps.
    Adaptive(MethodRef),
    /// By an explicit Runge–Kutta method over the grid.
    Fixed(MethodRef),
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
        let mut notes = Vec::new();
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
        self.experiment.is_exact()
    }

    /// The field in `library`, which stands behind its constants.
    #[must_use]
    pub fn field(&self, library: Library) -> String {
        library.speak(&self.field_in_any())
    }

    fn field_in_any(&self) -> String {
        let experiment = self.experiment;
        let scene = self.scene();
        if let Some(classic) = scene.classic() {
            let system = classic.system();
            let parameter = system.parameter.as_ref().map_or_else(String::new, |parameter| {
                let key = if parameter.key == "lambda" { "lam" } else { parameter.key };
                let value = scene.field.parameter(parameter.key).unwrap_or(parameter.usual);
                format!("    {key} = {}\n", number(value))
            });
            let unpacked = if system.one_dimensional {
                "    x = state\n".to_owned()
            } else {
                "    x, y = state[:, 0:1], state[:, 1:2]\n".to_owned()
            };
            let [x, y] = system.formula.map(|formula| formula.replace("cos(", "lib.cos("));
            let rows =
                if system.one_dimensional { x } else { format!("lib.concatenate([{x}, {y}], 1)") };
            let title = system.title;
            return format!(
                "def velocity(t, state):\n    \"\"\"{title}.\"\"\"\n    t = scalar(t)\n{unpacked}{parameter}    return {rows}\n"
            );
        }
        let path = path_code(scene.path());
        if scene.direction == Direction::Noise {
            return format!("{path}\n\n{}", include_str!("snippets/noising.py"));
        }
        let Some(network) = &experiment.network else {
            let components = experiment.mixture.components();
            return format!("{}\n\n{path}\n\n{}", data_code(components), exact_code(components));
        };
        if network.trained_on == scene.path() {
            return format!("{path}\n\n{}", include_str!("snippets/learned_same.py"));
        }
        let trained = path_code(network.trained_on)
            .replace("def coefficients(", "def trained_coefficients(")
            .replace("def beta(", "def trained_beta(")
            .replace(" beta(", " trained_beta(");
        let level = match network.trained_on {
            Interpolant::Linear => include_str!("snippets/level_linear.py"),
            Interpolant::Gvp => include_str!("snippets/level_gvp.py"),
            Interpolant::Vp => include_str!("snippets/level_vp.py"),
        };
        let other = include_str!("snippets/learned_other.py");
        format!("{path}\n\n{trained}\n\n{level}\n\n{other}")
    }

    /// How starting points are drawn, in `NumPy`.
    #[must_use]
    pub fn starts(&self) -> String {
        let scene = self.scene();
        let head = "def draw_starts(count, rng):\n";
        if let Some(classic) = scene.classic() {
            let system = classic.system();
            let [x, y] = system.start.map(number);
            let spread = number(system.spread);
            let still = if system.one_dimensional { "    starts[:, 1] = 0.0\n" } else { "" };
            return format!(
                "{head}    \"\"\"The system's own start first, the others around it.\"\"\"\n    starts = np.array([[{x}, {y}]]) + {spread} * rng.standard_normal((count, 2))\n    starts[0] = [{x}, {y}]\n{still}    return starts\n"
            );
        }
        if scene.start() == Start::Noise {
            return format!(
                "{head}    \"\"\"Noise.\"\"\"\n    return rng.standard_normal((count, 2))\n"
            );
        }
        let level = scene.path().coefficients(scene.direction.own_time(self.experiment.interval.0));
        let components = self.experiment.mixture.components();
        let rows = components.iter().map(|component| match component.shape {
            Shape::Gaussian { mean: [x, y], covariance: c } => {
                [component.weight, 0.0, x, y, c.xx, c.xy, c.yy]
            }
            Shape::Box { min: [x0, y0], max: [x1, y1] } => {
                [component.weight, 1.0, x0, y0, x1, y1, 0.0]
            }
        });
        format!(
            "# Of every component: weight, 0 and mean and covariance (xx, xy, yy), or 1 and two corners of a box.\nDATA = np.array({})\n\n\n{head}    \"\"\"alpha x1 + sigma x0 at the first time, x1 data and x0 noise.\"\"\"\n    rows = DATA[rng.choice(len(DATA), count, p=DATA[:, 0] / DATA[:, 0].sum())]\n    z = rng.standard_normal((count, 2))\n    xx, xy, yy = np.where(rows[:, 1] == 0.0, rows[:, 4:].T, np.array([[1.0], [0.0], [1.0]]))\n    root = np.sqrt(xx)\n    normal = np.stack([root * z[:, 0], xy / root * z[:, 0] + np.sqrt(yy - (xy / root) ** 2) * z[:, 1]], 1)\n    inside = rng.random((count, 2)) * (rows[:, 4:6] - rows[:, 2:4])\n    data = rows[:, 2:4] + np.where(rows[:, 1:2] == 0.0, normal, inside)\n    return {} * data + {} * rng.standard_normal((count, 2))\n",
            table(rows),
            number(level.alpha),
            number(level.sigma)
        )
    }

    /// The coefficients of `method` for a loop of fixed steps, in which the last stage of methods whose
    /// last is the next step's first has no part, or of adaptive ones.
    fn tableau(method: MethodRef, adaptive: bool) -> String {
        let tableau = method.tableau().expect("ways are made of explicit Runge-Kutta methods");
        let spared = usize::from(tableau.first_same_as_last && !adaptive);
        let stages = tableau.stages() - spared;
        let [c, b] = [tableau.c, tableau.b].map(|of| list(&of[..stages]));
        format!("C = {c}\nA = {}\nB = {b}\n", ragged(&tableau.a[..stages]))
    }

    /// Fixed steps written out, of a field in `library`.
    #[must_use]
    pub fn fixed_loop(&self, method: MethodRef, library: Library) -> String {
        format!(
            "{}{}\n\n{}\n\n{}\n\n{SOLVE_HEAD}    return fixed_steps(starts)\n",
            self.grid(),
            Self::tableau(method, false),
            self.evaluate(library),
            include_str!("snippets/fixed_loop.py"),
        )
    }

    /// Adaptive steps written out, of a field in `library`.
    #[must_use]
    pub fn adaptive_loop(&self, method: MethodRef, library: Library) -> String {
        let tableau: &Tableau = method.tableau().expect("a pair has a tableau");
        let pair = tableau.embedded.as_ref().expect("an adaptive way has a pair");
        let settings = &self.settings;
        let control = settings.control;
        let weights = settings.error_weights.of(tableau).unwrap_or(pair.weights);
        let coefficients = if control.kind.takes_coefficients() {
            control.coefficients
        } else {
            control.kind.usual_coefficients()
        };
        let third = pair.third_order_weights.map_or_else(String::new, |weights| {
            format!(
                "third = error_ratio(length[:, None] * sum(e * s for e, s in zip({}, k)), start, answer)\n        ratio = ratio**2 / np.sqrt(np.maximum(ratio**2 + 0.01 * third**2, 1e-300))",
                list(weights).replace('\n', " ")
            )
        });
        let python = |truth: bool| if truth { "True" } else { "False" };
        let first = settings.given_first_step().map_or_else(|| "None".to_owned(), number);
        let third_line = if third.is_empty() { "        THIRD\n" } else { "THIRD" };
        let body = include_str!("snippets/adaptive_loop.py").replace(third_line, &third);
        format!(
            "{}{}ERROR = {}\nEXPONENT = 1.0 / {}\nLAST_IS_FIRST = {}\nWHOLE_BATCH, LARGEST = {}, {}\nCONTROLLER, COEFFICIENTS = \"{}\", {}\nSAFETY, MIN_FACTOR, MAX_FACTOR = {}, {}, {}\nFIRST_STEP, MIN_STEP, MAX_STEP, MAX_ATTEMPTS = {first}, {}, {}, {}\nKEEP_LEAST = {}\n\n\n{}\n\n{body}\n\n{SOLVE_HEAD}    return adaptive_steps(starts)\n",
            self.tolerances(1.0),
            Self::tableau(method, true),
            list(weights),
            pair.order + 1,
            python(tableau.first_same_as_last),
            python(self.whole_batch()),
            python(control.norm == Norm::Max),
            controller_name(control.kind),
            list(&coefficients),
            number(control.safety),
            number(control.min_factor),
            number(control.max_factor),
            number(settings.min_step),
            number(settings.max_step),
            settings.max_attempts,
            python(settings.min_step_policy == MinStepPolicy::Accept && settings.min_step > 0.0),
            self.evaluate(library),
        )
    }

    /// Notes of an adaptive loop: it lands on the end.
    #[must_use]
    pub fn about_loop(&self) -> Option<String> {
        (self.settings.end == End::Overshoot).then(|| {
            "The scene goes beyond the end and interpolates; the loop here lands on it.".to_owned()
        })
    }

    /// Noisy steps written out, of a field in `library`.
    #[must_use]
    pub fn noisy_loop(&self, library: Library) -> String {
        let scene = self.scene();
        let step = match scene.diffusion.scheme {
            Scheme::EulerMaruyama => include_str!("snippets/step_euler.py"),
            Scheme::StochasticHeun => include_str!("snippets/step_heun.py"),
            Scheme::Sra1 => include_str!("snippets/step_sra1.py"),
        };
        let (kind, size) = scene.last_step();
        let size = number(size);
        let last = match kind {
            LastStep::Mean => format!("    x = x + {size} * drift(GRID[-1], x)\n"),
            LastStep::Euler => format!("    x = x + {size} * field_and_score(GRID[-1], x)[0]\n"),
            LastStep::Tweedie => {
                let (alpha, sigma) = self.experiment.level_at_end();
                format!(
                    "    x = x / {0} + {1} / {0} * field_and_score(GRID[-1], x)[1]\n",
                    number(alpha),
                    number(sigma * sigma)
                )
            }
            LastStep::None => String::new(),
        };
        let body =
            include_str!("snippets/sde_loop.py").replace("STEP\n", step).replace("LAST\n", &last);
        format!(
            "{}\n\n{}\n\n{}\n\n{body}\n\n{SOLVE_HEAD}    return noisy_steps(starts, lambda: rng.standard_normal(starts.shape))\n",
            self.grid(),
            self.diffusion(),
            self.evaluate(library),
        )
    }

    /// D(t) of the solver's own time.
    fn diffusion(&self) -> String {
        let scene = self.scene();
        let norm = number(scene.diffusion.norm);
        let formula = if scene.direction == Direction::Noise {
            "0.5 * (0.1 + 19.9 * t)".to_owned()
        } else {
            match (scene.diffusion.form, scene.path()) {
                (DiffusionForm::None, _) => "0.0".to_owned(),
                (DiffusionForm::Constant, _) => norm,
                (DiffusionForm::Sbdm, Interpolant::Linear) => format!("{norm} * (1.0 - t) / t"),
                (DiffusionForm::Sbdm, Interpolant::Gvp) => {
                    format!("{norm} * 0.5 * math.pi / math.tan(0.5 * math.pi * t)")
                }
                (DiffusionForm::Sbdm, Interpolant::Vp) => {
                    format!("{norm} * 0.5 * (0.1 + 19.9 * (1.0 - t))")
                }
                (DiffusionForm::Sigma, _) => format!("{norm} * float(coefficients(scalar(t))[2])"),
                (DiffusionForm::Linear, _) => format!("{norm} * (1.0 - t)"),
                (DiffusionForm::Decreasing, _) => {
                    format!("0.25 * ({norm} * math.cos(math.pi * t) + 1.0) ** 2")
                }
                (DiffusionForm::IncreasingDecreasing, _) => {
                    format!("{norm} * math.sin(math.pi * t) ** 2")
                }
            }
        };
        format!(
            "def diffusion(t):\n    \"\"\"D(t) of dx = (v + D s) dt + sqrt(2 D) dW.\"\"\"\n    return {formula}\n"
        )
    }

    /// The field for loops: arrays of `NumPy` in and out, counted, in the solver's own time.
    fn evaluate(&self, library: Library) -> String {
        let (to, from) = match library {
            Library::NumPy => ("x", ["", ""]),
            Library::Jax => ("jnp.asarray(x)", ["np.asarray(", ", np.float64)"]),
            Library::Torch => ("torch.as_tensor(x, dtype=DTYPE)", ["", ".double().numpy()"]),
        };
        let [before, after] = from;
        let (sign, t) = self.own_time();
        let mut text = format!(
            "COUNTS = None\n\n\ndef evaluate(t, x):\n    \"\"\"The velocity of an array of points at t, a number or a column.\"\"\"\n    return {sign}{before}velocity({t}, {to}){after}\n\n\ndef field(t, x):\n    \"\"\"The same, counted.\"\"\"\n    COUNTS[:] += 1\n    return evaluate(t, x)\n\n\ndef field_of_each(t, x, on=slice(None)):\n    \"\"\"The same for the particles `on`, each at a time of its own.\"\"\"\n    COUNTS[on] += 1\n    return evaluate(t[:, None], x)\n"
        );
        if self.way == Way::Noisy {
            text.push_str(&format!(
                "\n\ndef field_and_score(t, x):\n    \"\"\"Velocity and score, counted.\"\"\"\n    COUNTS[:] += 1\n    v, s = velocity_and_score({t}, {to})\n    return {sign}{before}v{after}, {before}s{after}\n"
            ));
        }
        text
    }

    /// The sign of the velocity and its time, in the solver's own time t.
    #[must_use]
    pub fn own_time(&self) -> (&'static str, &'static str) {
        if self.scene().direction == Direction::Encode { ("-", "1.0 - t") } else { ("", "t") }
    }
}

/// The head of `solve` of the loops.
const SOLVE_HEAD: &str = "def solve(starts, rng):\n    \"\"\"The end points.\"\"\"\n    global COUNTS\n    COUNTS = np.zeros(len(starts), int)\n";

fn controller_name(kind: ControllerKind) -> &'static str {
    match kind {
        ControllerKind::ITorchdiffeq => "i-torchdiffeq",
        ControllerKind::IScipy => "i-scipy",
        ControllerKind::IDiffrax => "i-diffrax",
        ControllerKind::Pi => "pi",
        ControllerKind::Pid => "pid",
    }
}

fn way(experiment: &Experiment, notes: &mut Vec<String>) -> Way {
    let scene = &experiment.scene;
    if scene.is_sde() {
        return Way::Noisy;
    }
    let method = scene.sampler.method;
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
    let same =
        method.name == "ddim" && scene.path() == Interpolant::Linear && scene.sampler.eta == 0.0;
    let nearest = named(match method.order {
        1 => "euler",
        2 => "heun",
        3 => "heun3",
        _ => "rk4",
    });
    notes.push(if same {
        "On the linear path a step of DDIM is a step of Euler.".to_owned()
    } else {
        format!(
            "The scene's {} is not written out here; {}, the nearest explicit Runge-Kutta method of its order, stands in its place.",
            method.title, nearest.title
        )
    });
    Way::Fixed(nearest)
}

fn path_code(path: Interpolant) -> &'static str {
    match path {
        Interpolant::Linear => include_str!("snippets/path_linear.py"),
        Interpolant::Gvp => include_str!("snippets/path_gvp.py"),
        Interpolant::Vp => include_str!("snippets/path_vp.py"),
    }
}

/// The round Gaussians of equal weight and width that points are, if these are such.
fn kernel(components: &[Component]) -> Option<f64> {
    let first = components.first()?;
    let Shape::Gaussian { covariance: wanted, .. } = first.shape else { return None };
    let is_round = wanted.xy == 0.0 && wanted.xx.to_bits() == wanted.yy.to_bits();
    let alike = components.iter().all(|component| {
        let Shape::Gaussian { covariance, .. } = component.shape else { return false };
        covariance == wanted && component.weight.to_bits() == first.weight.to_bits()
    });
    (is_round && alike).then(|| wanted.xx.sqrt())
}

/// The components as constants.
fn data_code(components: &[Component]) -> String {
    if let Some(kernel) = kernel(components) {
        let means = table(components.iter().map(Component::mean));
        return format!("MEANS = array({means})\nKERNEL = {}\n", number(kernel));
    }
    let (mut gaussians, mut boxes) = (Vec::new(), Vec::new());
    for component in components {
        match component.shape {
            Shape::Gaussian { mean, covariance } => {
                gaussians.push((component.weight, mean, covariance))
            }
            Shape::Box { min, max } => boxes.push((component.weight, min, max)),
        }
    }
    let mut text = String::new();
    if !gaussians.is_empty() {
        let weights: Vec<f64> = gaussians.iter().map(|(weight, ..)| weight.ln()).collect();
        let means = table(gaussians.iter().map(|(_, mean, _)| *mean));
        let covariances = table(gaussians.iter().map(|(_, _, c)| [c.xx, c.xy, c.yy]));
        text.push_str(&format!(
            "# Gaussians: logarithms of their weights, means, and covariances as xx, xy, yy.\nLOG_WEIGHTS = array({})\nMEANS = array({means})\nCOVARIANCES = array({covariances})\n",
            list(&weights)
        ));
    }
    if !boxes.is_empty() {
        let weights: Vec<f64> = boxes.iter().map(|(weight, ..)| weight.ln()).collect();
        let lows = table(boxes.iter().map(|(_, min, _)| *min));
        let highs = table(boxes.iter().map(|(_, _, max)| *max));
        text.push_str(&format!(
            "# Uniform boxes: logarithms of their weights, and two corners.\nBOX_LOG_WEIGHTS = array({})\nLOWS = array({lows})\nHIGHS = array({highs})\n",
            list(&weights)
        ));
    }
    text
}

/// The exact field of what [`data_code`] wrote.
fn exact_code(components: &[Component]) -> String {
    let has = |boxes: bool| {
        components.iter().any(|component| matches!(component.shape, Shape::Box { .. }) == boxes)
    };
    let names = "log_share, data_x, data_y, noise_x, noise_y";
    let mut text = String::new();
    if has(false) {
        text.push_str(if kernel(components).is_some() {
            include_str!("snippets/points.py")
        } else {
            include_str!("snippets/gaussians.py")
        });
        text.push_str("\n\n");
    }
    if has(true) {
        text.push_str(include_str!("snippets/boxes.py"));
        text.push_str("\n\n");
    }
    let parts = match (has(false), has(true)) {
        (true, true) => format!(
            "parts = zip(gaussians(x, alpha, sigma), boxes(x, alpha, sigma))\n    {names} = (lib.concatenate(part, 1) for part in parts)"
        ),
        (true, false) => format!("{names} = gaussians(x, alpha, sigma)"),
        (false, _) => format!("{names} = boxes(x, alpha, sigma)"),
    };
    text.push_str(&include_str!("snippets/exact.py").replace("PARTS", &parts));
    text
}
