//! The steps of diffusion samplers, written down.

use driftscope_base::expression::{Expr, Function, Value, name, number};
use driftscope_base::interpolant::Coefficients;

use super::levels::{log_snr, weights};
use super::stepper::{Recipe, churn};
use crate::update::{ANSWER, ERROR, Equation, START, StepNow, Update, later};

/// The data prediction and the noise prediction where the step starts.
const DATA: &str = r"\hat x_1";
const NOISE: &str = r"\hat x_0";
/// The rise in λ = log(α/σ) over the step, and over the one before.
const RISE: &str = r"\Delta\lambda";
const RISE_BEFORE: &str = r"\Delta\lambda^{-}";

/// A noise level, by the names of what it consists of.
struct Named {
    alpha: Expr,
    sigma: Expr,
    d_alpha: Expr,
    d_sigma: Expr,
}

/// A step as it is written down so far.
struct Writing {
    update: Update,
}

impl Writing {
    /// The names of a level at a time called `at`, whose numbers become known.
    fn level(&mut self, at: &str, level: &Coefficients) -> Named {
        let names = [r"\alpha", r"\sigma", r"\dot\alpha", r"\dot\sigma"];
        let values = [level.alpha, level.sigma, level.d_alpha, level.d_sigma];
        let [alpha, sigma, d_alpha, d_sigma] = names.map(|letter| format!("{letter}_{{{at}}}"));
        let all = [&alpha, &sigma, &d_alpha, &d_sigma];
        for (own, value) in all.into_iter().zip(values) {
            self.update.given.push((own.clone(), Value::Scalar(value)));
        }
        Named {
            alpha: name(alpha),
            sigma: name(sigma),
            d_alpha: name(d_alpha),
            d_sigma: name(d_sigma),
        }
    }

    fn is(&mut self, left: &str, right: Expr) {
        self.update.equations.push(Equation::is(left, right));
    }

    fn field(&mut self, left: &str, point: Expr, time: Expr) {
        self.update.equations.push(Equation::field(left, point, time));
    }

    /// The data prediction that goes with the velocity `v` at `x`: `x = α m1 + σ m0`, `v = α' m1 + σ' m0`.
    fn data(&mut self, left: &str, level: &Named, [x, v]: [&str; 2]) {
        let above = level.sigma.clone() * name(v) - level.d_sigma.clone() * name(x);
        self.is(left, above / level.turn());
    }

    /// The noise prediction likewise.
    fn noise(&mut self, left: &str, level: &Named, [x, v]: [&str; 2]) {
        let above = level.d_alpha.clone() * name(x) - level.alpha.clone() * name(v);
        self.is(left, above / level.turn());
    }

    fn rise(&mut self, start: &Named, end: &Named) {
        let above = end.alpha.clone() * start.sigma.clone();
        let ratio = above / (start.alpha.clone() * end.sigma.clone());
        self.is(RISE, ratio.of(Function::Ln));
    }

    fn carry(&mut self, pairs: &[[&str; 2]]) {
        let owned = |[here, there]: &[&str; 2]| ((*here).to_owned(), (*there).to_owned());
        self.update.carried.extend(pairs.iter().map(owned));
    }
}

impl Named {
    /// `α'σ − ασ'`.
    fn turn(&self) -> Expr {
        self.d_alpha.clone() * self.sigma.clone() - self.alpha.clone() * self.d_sigma.clone()
    }
}

/// Whether λ is finite at a level.
fn is_finite(level: &Coefficients) -> bool {
    log_snr(level).is_finite()
}

/// A step of a recipe.
pub(super) fn update(recipe: Recipe, now: &StepNow) -> Update {
    let [start, end] = [now.t, now.t1].map(|t| now.path.coefficients(t));
    let mut writing = Writing { update: Update::default() };
    let finite = start.alpha > 0.0 && end.sigma > 0.0;
    match recipe {
        Recipe::EdmHeun => edm_heun(&mut writing, now, (start, end)),
        Recipe::DpmSolver2 if finite => dpm_solver_2(&mut writing, now, (start, end)),
        Recipe::Ddim | Recipe::DpmSolver2 => ddim(&mut writing, now, (start, end), recipe),
        Recipe::DpmSolverPlusPlus2M => dpm_solver_plus_plus_2m(&mut writing, now, (start, end)),
        Recipe::UniPc2 => uni_pc_2(&mut writing, now, (start, end)),
    }
    if !finite && recipe != Recipe::Ddim {
        let remark = "Where an end has no noise or no data, the step is DDIM's.";
        writing.update.remark = Some(remark);
    }
    writing.update
}

type Ends = (Coefficients, Coefficients);

fn ddim(writing: &mut Writing, now: &StepNow, (start, end): Ends, recipe: Recipe) {
    let (from, to) = (writing.level("t", &start), writing.level("t+h", &end));
    writing.field("k_{1}", name(START), later(0.0));
    writing.data(DATA, &from, [START, "k_{1}"]);
    writing.noise(NOISE, &from, [START, "k_{1}"]);
    let data = to.alpha.clone() * name(DATA);
    if recipe != Recipe::Ddim || now.noise.eta == 0.0 {
        return writing.is(ANSWER, data + to.sigma * name(NOISE));
    }
    writing.update.given.push((r"\eta".to_owned(), Value::Scalar(now.noise.eta)));
    let share = from.alpha.clone() / to.alpha;
    let posterior = from.sigma.clone().squared() - share.squared() * to.sigma.clone().squared();
    writing.is("c", name(r"\eta") * (to.sigma.clone() / from.sigma) * posterior.root());
    let kept = (to.sigma.squared() - name("c").squared()).root();
    writing.is(ANSWER, data + kept * name(NOISE) + name("c") * name("z"));
}

fn dpm_solver_2(writing: &mut Writing, now: &StepNow, (start, end): Ends) {
    let middle_level = 0.5 * (log_snr(&start) + log_snr(&end));
    let time = now.path.time_of_level(middle_level.exp(), 1.0);
    let (from, to) = (writing.level("t", &start), writing.level("t+h", &end));
    let middle = writing.level("s", &now.path.coefficients(time));
    writing.update.given.push(("s".to_owned(), Value::Scalar(time)));
    writing.field("k_{1}", name(START), later(0.0));
    writing.data(DATA, &from, [START, "k_{1}"]);
    writing.noise(NOISE, &from, [START, "k_{1}"]);
    let between = middle.alpha.clone() * name(DATA) + middle.sigma.clone() * name(NOISE);
    writing.is("x_{s}", between);
    writing.field("k_{2}", name("x_{s}"), name("s"));
    let ahead = r"\hat x_0^{s}";
    writing.noise(ahead, &middle, ["x_{s}", "k_{2}"]);
    writing.rise(&from, &to);
    let kept = to.alpha / from.alpha * name(START);
    let growth = to.sigma * (name(RISE).exp() - number(1.0));
    writing.is(ANSWER, kept - growth * name(ahead));
    let remark = "s is the time at which λ = log(α/σ) is half-way.";
    writing.update.remark = Some(remark);
}

/// `x·σ₁/σ₀ + α₁(1 − e^{−Δλ})·data`.
fn with_data([start, end]: [&Named; 2], rise: &str, x: &str, data: Expr) -> Expr {
    let kept = end.sigma.clone() / start.sigma.clone() * name(x);
    kept + end.alpha.clone() * (number(1.0) - (-name(rise)).exp()) * data
}

/// The data prediction of the step before, and of the one before that.
const DATA_BEFORE: &str = r"\hat x_1^{-}";
const DATA_EARLIER: &str = r"\hat x_1^{--}";
/// The data prediction, extrapolated.
const AHEAD: &str = r"\bar x_1";

/// The step to the answer from `x`, with the data prediction extrapolated where it can be.
fn extrapolated(
    writing: &mut Writing,
    now: &StepNow,
    (start, end): Ends,
    x: &str,
    ends: [&Named; 2],
) {
    let before = now.before.first().map(|&t| now.path.coefficients(t));
    let finite = start.alpha > 0.0 && end.sigma > 0.0;
    if !(finite && before.is_some_and(|before| is_finite(&before))) {
        return writing.is(ANSWER, with_data(ends, RISE, x, name(DATA)));
    }
    let lead = name(RISE) / (number(2.0) * name(RISE_BEFORE));
    writing.is(AHEAD, name(DATA) + lead * (name(DATA) - name(DATA_BEFORE)));
    writing.is(ANSWER, with_data(ends, RISE, x, name(AHEAD)));
    let gain = ends[1].alpha.clone() * (number(1.0) - (-name(RISE)).exp());
    writing.is(ERROR, gain * (name(AHEAD) - name(DATA)));
}

fn dpm_solver_plus_plus_2m(writing: &mut Writing, now: &StepNow, (start, end): Ends) {
    let (from, to) = (writing.level("t", &start), writing.level("t+h", &end));
    writing.field("k_{1}", name(START), later(0.0));
    writing.data(DATA, &from, [START, "k_{1}"]);
    writing.rise(&from, &to);
    extrapolated(writing, now, (start, end), START, [&from, &to]);
    writing.carry(&[[DATA, DATA_BEFORE], [RISE, RISE_BEFORE]]);
}

fn uni_pc_2(writing: &mut Writing, now: &StepNow, (start, end): Ends) {
    let (from, to) = (writing.level("t", &start), writing.level("t+h", &end));
    let [here, corrected, corrected_before] = [START, r"\tilde x_{t}", r"\tilde x^{-}"];
    writing.field("k_{1}", name(here), later(0.0));
    writing.data(DATA, &from, [here, "k_{1}"]);
    let back = |steps: usize| now.before.get(steps).map(|&t| now.path.coefficients(t));
    let lambda = |level: &Coefficients| log_snr(level);
    match back(0).filter(|before| is_finite(before) && is_finite(&start)) {
        None => writing.is(corrected, name(here)),
        Some(before) => {
            let last = writing.level("-", &before);
            let earlier = back(1).filter(is_finite).map(|e| lambda(&e) - lambda(&before));
            let (of_earlier, of_new) = weights(lambda(&start) - lambda(&before), earlier);
            let difference = |of: &str| name(of) - name(DATA_BEFORE);
            let mut data = name(DATA_BEFORE);
            if earlier.is_some() {
                data = data + number(of_earlier) * difference(DATA_EARLIER);
            }
            let data = data + number(of_new) * difference(DATA);
            let step = with_data([&last, &from], RISE_BEFORE, corrected_before, data);
            writing.is(corrected, step);
        }
    }
    writing.rise(&from, &to);
    extrapolated(writing, now, (start, end), corrected, [&from, &to]);
    writing.carry(&[
        [DATA_BEFORE, DATA_EARLIER],
        [DATA, DATA_BEFORE],
        [RISE, RISE_BEFORE],
        [corrected, corrected_before],
    ]);
}

fn edm_heun(writing: &mut Writing, now: &StepNow, (start, end): Ends) {
    let raised = churn(&now.noise, now.path, now.steps, &start);
    let to = writing.level("t+h", &end);
    let mut from = writing.level("t", &start);
    let (mut level, mut x, mut time) = (start, START, later(0.0));
    if let Some((raised_time, raised, fresh)) = raised {
        let there = writing.level(r"\hat t", &raised);
        writing.update.given.push((r"\hat t".to_owned(), Value::Scalar(raised_time)));
        writing.update.given.push(("S".to_owned(), Value::Scalar(fresh)));
        let shrink = there.alpha.clone() / from.alpha;
        let moved = shrink * name(x) + there.alpha.clone() * name("S") * name("z");
        (level, x, time, from) = (raised, r"x_{\hat t}", name(r"\hat t"), there);
        writing.is(x, moved);
    }
    let finite = level.alpha > 0.0 && end.sigma > 0.0;
    writing.field("k_{1}", name(x), time);
    if !finite {
        writing.data(DATA, &from, [x, "k_{1}"]);
    }
    writing.noise(NOISE, &from, [x, "k_{1}"]);
    if !finite {
        return writing.is(ANSWER, to.alpha * name(DATA) + to.sigma * name(NOISE));
    }
    let levels = [&from, &to].map(|level| level.sigma.clone() / level.alpha.clone());
    let [low, high] = levels.clone();
    let scaled = || name(x) / from.alpha.clone();
    let euler = r"x^{\mathrm{E}}";
    let bracket = scaled() + (high.clone() - low.clone()) * name(NOISE);
    writing.is(euler, to.alpha.clone() * bracket);
    writing.field("k_{2}", name(euler), later(1.0));
    let ahead = r"\hat x_0^{+}";
    writing.noise(ahead, &to, [euler, "k_{2}"]);
    let mean = number(0.5) * (high - low) * (name(NOISE) + name(ahead));
    writing.is(ANSWER, to.alpha * (scaled() + mean));
}
