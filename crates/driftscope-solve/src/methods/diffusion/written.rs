//! The steps of diffusion samplers, written down.

use driftscope_base::expression::{Expr, Function, Value, name, number};
use driftscope_base::interpolant::Coefficients;

use super::churn::churn;
use super::levels::{Between, Level};
use super::recipe::{Predicted, Recipe, Sum, answer};
use super::unipc_weights::shares;
use crate::stepper::{UniPcB, Variable};
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
    level.alpha > 0.0 && level.sigma > 0.0
}

fn log_snr(level: &Coefficients) -> f64 {
    (level.alpha / level.sigma).ln()
}

type Ends = (Coefficients, Coefficients);

/// Both ends of a step, and whether λ is finite at both.
fn ends(now: &StepNow) -> (Ends, bool) {
    let [start, end] = [now.t, now.t1].map(|t| now.path.coefficients(t));
    ((start, end), start.alpha > 0.0 && end.sigma > 0.0)
}

/// A step written by `write`; where an end has no noise or no data it says so.
fn written(now: &StepNow, write: impl FnOnce(&mut Writing, Ends)) -> Update {
    let mut writing = Writing { update: Update::default() };
    let (ends, finite) = ends(now);
    write(&mut writing, ends);
    if !finite {
        let remark = "Where an end has no noise or no data, the step is DDIM's.";
        writing.update.remark = Some(remark);
    }
    writing.update
}

pub(super) fn ddim(now: &StepNow, eta: f64) -> Update {
    let mut writing = Writing { update: Update::default() };
    write_ddim(&mut writing, ends(now).0, eta);
    writing.update
}

pub(super) fn dpm_solver_2(now: &StepNow) -> Update {
    let finite = ends(now).1;
    written(now, |writing, ends| {
        if finite {
            write_dpm_solver_2(writing, now, ends);
        } else {
            write_ddim(writing, ends, 0.0);
        }
    })
}

pub(super) fn dpm_solver_plus_plus_2m(now: &StepNow) -> Update {
    written(now, |writing, ends| write_2m(writing, now, ends))
}

pub(super) fn uni_pc_2(now: &StepNow) -> Update {
    written(now, |writing, ends| write_uni_pc_2(writing, now, ends))
}

pub(super) fn edm_heun(now: &StepNow) -> Update {
    written(now, |writing, ends| write_edm_heun(writing, now, ends))
}

fn write_ddim(writing: &mut Writing, (start, end): Ends, eta: f64) {
    let (from, to) = (writing.level("t", &start), writing.level("t+h", &end));
    writing.field("k_{1}", name(START), later(0.0));
    writing.data(DATA, &from, [START, "k_{1}"]);
    writing.noise(NOISE, &from, [START, "k_{1}"]);
    let data = to.alpha.clone() * name(DATA);
    if eta == 0.0 {
        return writing.is(ANSWER, data + to.sigma * name(NOISE));
    }
    writing.update.given.push((r"\eta".to_owned(), Value::Scalar(eta)));
    let share = from.alpha.clone() / to.alpha;
    let posterior = from.sigma.clone().squared() - share.squared() * to.sigma.clone().squared();
    writing.is("c", name(r"\eta") * (to.sigma.clone() / from.sigma) * posterior.root());
    let kept = (to.sigma.squared() - name("c").squared()).root();
    writing.is(ANSWER, data + kept * name(NOISE) + name("c") * name("z"));
}

fn write_dpm_solver_2(writing: &mut Writing, now: &StepNow, (start, end): Ends) {
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

fn write_2m(writing: &mut Writing, now: &StepNow, (start, end): Ends) {
    let (from, to) = (writing.level("t", &start), writing.level("t+h", &end));
    writing.field("k_{1}", name(START), later(0.0));
    writing.data(DATA, &from, [START, "k_{1}"]);
    writing.rise(&from, &to);
    extrapolated(writing, now, (start, end), START, [&from, &to]);
    writing.carry(&[[DATA, DATA_BEFORE], [RISE, RISE_BEFORE]]);
}

fn write_uni_pc_2(writing: &mut Writing, now: &StepNow, (start, end): Ends) {
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
            let h = lambda(&start) - lambda(&before);
            let ratios: Vec<f64> = earlier.map(|e| e / h).into_iter().chain([1.0]).collect();
            let mut of = shares(h, UniPcB::Bh2, &ratios).into_iter();
            let of_earlier = earlier.and_then(|_| of.next()).unwrap_or_default();
            let of_new = of.next().unwrap_or_default();
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

fn write_edm_heun(writing: &mut Writing, now: &StepNow, (start, end): Ends) {
    let from = Level::of(&start, Variable::Level);
    let raised = churn(&now.noise, now.path, now.steps, from);
    let to = writing.level("t+h", &end);
    let mut from = writing.level("t", &start);
    let (mut level, mut x, mut time) = (start, START, later(0.0));
    if let Some((raised_time, fresh)) = raised {
        let raised = now.path.coefficients(raised_time);
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

/// Where a corrector begins, and where the one before did.
const CORRECTED: &str = r"\tilde x_{t}";
const CORRECTED_BEFORE: &str = r"\tilde x^{-}";
/// What is left of the point besides the data, in the flow variable.
const REST: &str = r"\hat r";

/// Levels around the step that is written down; those before it into `before`.
fn between<'a>(recipe: &dyn Recipe, now: &'a StepNow, before: &'a mut Vec<Level>) -> Between<'a> {
    let knobs = &now.noise;
    let level = |t: f64| Level::at(now.path, t, knobs.variable);
    let kept = recipe.nodes(knobs).saturating_sub(1);
    let earlier = now.before.iter().map(|&t| level(t));
    before.extend(earlier.take_while(|level| level.is_finite()).take(kept));
    Between {
        path: now.path,
        t1: now.t1,
        start: level(now.t),
        end: level(now.t1),
        before,
        index: now.index,
        steps: now.steps,
        knobs,
    }
}

/// Whether a step draws the noise of the whole of it, and that of its point in between.
pub(super) fn draws(recipe: &dyn Recipe, now: &StepNow) -> [bool; 2] {
    let mut before = Vec::new();
    let step = between(recipe, now, &mut before);
    if let Some((_, fresh)) = recipe.raised(now.path, &step) {
        return [fresh > 0.0, false];
    }
    let sum = answer(recipe, &step);
    let middle = (sum.middle != 0.0).then(|| recipe.middle(&step)).flatten();
    let inner = middle.is_some_and(|middle| middle.point.noise[1] != 0.0);
    [sum.noise[0] != 0.0, inner]
}

/// A step as the weighted sum that it is, with the weights that its levels give.
pub(super) fn by_weights(recipe: &dyn Recipe, now: &StepNow) -> Update {
    let mut writing = Writing { update: Update::default() };
    let knobs = &now.noise;
    let mut before = Vec::new();
    let step = between(recipe, now, &mut before);
    let kept = recipe.nodes(knobs).saturating_sub(1);
    let [own, own_name] = match (recipe.predicted(), knobs.variable) {
        (Predicted::Data, _) => [DATA, r"\hat x_1"],
        (Predicted::Noise, Variable::Level) => [NOISE, r"\hat x_0"],
        (Predicted::Noise, Variable::Flow) => [REST, REST],
    };
    let earlier = |steps: usize| match steps {
        0 => own.to_owned(),
        steps => format!("{own_name}^{{{}}}", "-".repeat(steps)),
    };
    writing.field("k_{1}", name(START), later(0.0));
    writing.predictions(own, now, (now.t, START, "k_{1}", ""));
    let mut from = START;
    if recipe.corrects() {
        from = CORRECTED;
        writing.corrected(recipe, now, (&step, &earlier));
    }
    let sum = answer(recipe, &step);
    let mut middle_name = None;
    if let Some(middle) = (sum.middle != 0.0).then(|| recipe.middle(&step)).flatten() {
        let (time, there) = middle.place;
        writing.update.given.push(("s".to_owned(), Value::Scalar(time)));
        let scales = [step.start.scale, there.scale];
        let inner = Sum { noise: [0.0; 2], ..middle.point };
        let mut point = weighted(&inner, (START, &earlier, None), scales);
        if middle.point.noise[1] != 0.0 {
            point = point + number(middle.point.noise[1] / there.scale) * name("z_{s}");
        }
        writing.is("x_{s}", point);
        writing.field("k_{2}", name("x_{s}"), name("s"));
        let ahead = format!("{own_name}^{{s}}");
        writing.predictions(&ahead, now, (time, "x_{s}", "k_{2}", "s"));
        middle_name = Some(ahead);
    }
    let scales = [step.start.scale, step.end.scale];
    let whole = weighted(&sum, (from, &earlier, middle_name.as_deref()), scales);
    writing.is(ANSWER, whole);
    if recipe.nodes(knobs) > 1 {
        let alone = Between { before: &[], ..step };
        let first = weighted(&answer(recipe, &alone), (from, &earlier, None), scales);
        writing.is(ERROR, name(ANSWER) - first);
    }
    for steps in (0..kept).rev() {
        writing.update.carried.push((earlier(steps), earlier(steps + 1)));
    }
    if recipe.corrects() {
        writing.carry(&[[CORRECTED, CORRECTED_BEFORE], ["z", "z^{-}"]]);
    }
    writing.update.remark =
        Some("The weights follow from the levels of this step and of those before.");
    writing.update
}

/// The sum, from the point called `from`; what is stepped is `scales` times the point, before and after.
fn weighted(
    sum: &Sum,
    (from, earlier, middle): (&str, &dyn Fn(usize) -> String, Option<&str>),
    [before, after]: [f64; 2],
) -> Expr {
    let mut all: Vec<Expr> = Vec::new();
    let mut add = |weight: f64, of: &str| {
        if weight != 0.0 {
            all.push(number(weight / after) * name(of));
        }
    };
    add(sum.state * before, from);
    add(sum.data, DATA);
    for (steps, weight) in sum.nodes.iter().enumerate() {
        add(*weight, &earlier(steps));
    }
    if let Some(middle) = middle {
        add(sum.middle, middle);
    }
    add(sum.noise[0], "z");
    all.into_iter().reduce(|whole, part| whole + part).unwrap_or_else(|| number(0.0))
}

impl Writing {
    /// The prediction called `own` that goes with the velocity at a point, and that of the data.
    fn predictions(
        &mut self,
        own: &str,
        now: &StepNow,
        (time, x, v, place): (f64, &str, &str, &str),
    ) {
        let at = if place.is_empty() { "t" } else { place };
        let named = self.level(at, &now.path.coefficients(time));
        let data = if place.is_empty() { DATA.to_owned() } else { format!("{DATA}^{{{place}}}") };
        let flow = now.noise.variable == Variable::Flow;
        let is_data = own == data;
        let is_rest = own.starts_with(REST);
        if is_data || is_rest || place.is_empty() {
            self.data(&data, &named, [x, v]);
        }
        if is_rest {
            let Level { sigma, scale, .. } = Level::at(now.path, time, now.noise.variable);
            self.is(own, (number(scale) * name(x) - name(data)) / number(sigma));
        } else if !is_data && !flow {
            self.noise(own, &named, [x, v]);
        }
    }

    /// The step before made again with the prediction at its end.
    fn corrected(
        &mut self,
        recipe: &dyn Recipe,
        now: &StepNow,
        (step, earlier): (&Between<'_>, &dyn Fn(usize) -> String),
    ) {
        let sum = step.before.split_first().filter(|_| step.start.is_finite()).and_then(
            |(&start, before)| {
                let index = now.index.saturating_sub(1);
                let last = Between { start, end: step.start, before, index, ..*step };
                Some((recipe.corrected(&last)?, start))
            },
        );
        let Some((sum, start)) = sum else { return self.is(CORRECTED, name(START)) };
        let noise = sum.noise[0] / step.start.scale;
        let without = Sum { noise: [0.0; 2], ..sum };
        let scales = [start.scale, step.start.scale];
        let mut whole = weighted(&without, (CORRECTED_BEFORE, earlier, None), scales);
        if noise != 0.0 {
            whole = whole + number(noise) * name("z^{-}");
        }
        self.is(CORRECTED, whole);
    }
}
