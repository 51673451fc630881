//! Sampling written out: for what a library has none of.

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::sde::{LastStep, Scheme};
use driftscope_solve::{ControllerKind, End, MethodRef, MinStepPolicy, Norm, Tableau};

use super::plan::{Plan, Way};
use super::python::{Library, list, number, ragged};
use super::target::Part;
use crate::scene::Direction;

/// The head of `solve` of the loops.
pub(super) const SOLVE_HEAD: &str = "def solve(starts, rng):\n    \"\"\"The end points.\"\"\"\n    global COUNTS\n    COUNTS = np.zeros(len(starts), int)\n";

/// The body of a way that is written out for a library that has none of its own, in double precision.
pub(super) fn written_out(plan: &Plan, library: Library, why: &str) -> Part {
    let body = match plan.way {
        Way::Adaptive(method) => plan.adaptive_loop(method, library),
        Way::Fixed(method) => plan.fixed_loop(method, library),
        Way::Diffusion(method) => plan.diffusion_loop(method, library),
        Way::Noisy => plan.noisy_loop(library),
    };
    let mut notes = vec![why.to_owned()];
    if matches!(plan.way, Way::Adaptive(_)) {
        notes.extend(plan.about_loop());
    }
    if plan.draws_noise() {
        notes.push(
            "The noise is NumPy's, so the end points have the scene's law and are not its own."
                .to_owned(),
        );
    }
    Part { imports: Vec::new(), body, notes, doubles: true }
}

impl Plan<'_> {
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
    pub(super) fn evaluate(&self, library: Library) -> String {
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
            text.extend([format!(
                "\n\ndef field_and_score(t, x):\n    \"\"\"Velocity and score, counted.\"\"\"\n    COUNTS[:] += 1\n    v, s = velocity_and_score({t}, {to})\n    return {sign}{before}v{after}, {before}s{after}\n"
            )]);
        }
        text
    }
}

fn controller_name(kind: ControllerKind) -> &'static str {
    match kind {
        ControllerKind::ITorchdiffeq => "i-torchdiffeq",
        ControllerKind::IScipy => "i-scipy",
        ControllerKind::IDiffrax => "i-diffrax",
        ControllerKind::Pi => "pi",
        ControllerKind::Pid => "pid",
    }
}
