//! Explicit Runge–Kutta methods: a tableau is all there is to say.

use driftscope_base::expression::{name, weighted};
use driftscope_base::field::Real;

use crate::complex::Complex;
use crate::method::{Adapting, NotAdaptive, Rule};
use crate::stepper::{RungeKuttaStepper, Stepper, Task};
use crate::tableau::Tableau;
use crate::update::{
    ANSWER, ERROR, Equation, START, STEP, StepNow, THIRD_ORDER_ERROR, Update, later, stage,
};

impl Rule for Tableau {
    fn single<'a>(&'static self, task: &Task<'a, f32>) -> Box<dyn Stepper<f32> + 'a> {
        stepper(self, task)
    }

    fn double<'a>(&'static self, task: &Task<'a, f64>) -> Box<dyn Stepper<f64> + 'a> {
        stepper(self, task)
    }

    fn tableau(&self) -> Option<&Tableau> {
        Some(self)
    }

    fn own_estimate(&self) -> Option<String> {
        let pair = self.embedded.as_ref()?;
        Some(match pair.third_order_weights {
            Some(_) => "embedded, orders 5 and 3".into(),
            None => format!("embedded, order {}", pair.order),
        })
    }

    fn adapting(&self) -> Result<Adapting, NotAdaptive> {
        let own = |pair: &crate::tableau::Embedded| Adapting::OwnEstimate { order: pair.order };
        Ok(self.embedded.as_ref().map_or(Adapting::StepDoubling, own))
    }

    fn arrays_kept(&self) -> usize {
        self.stages() + 1
    }

    fn evaluations_per_step(&self) -> usize {
        self.stages() - usize::from(self.first_same_as_last)
    }

    fn update(&self, now: &StepNow) -> Update {
        update(self, now)
    }

    fn amplification(&self, z: Complex) -> Option<f64> {
        Some(stability_function(self, z).abs())
    }
}

fn stepper<'a, S: Real>(tableau: &'static Tableau, task: &Task<'a, S>) -> Box<dyn Stepper<S> + 'a> {
    let weights = task.error_weights.of(tableau);
    Box::new(RungeKuttaStepper::new(task.field, tableau, weights, task.count))
}

/// From so many stages on, one line stands for all.
const MANY_STAGES: usize = 5;

/// A step, written down: nothing is said that the tableau does not say.
pub(super) fn update(tableau: &Tableau, now: &StepNow) -> Update {
    let names: Vec<String> = (0..tableau.stages()).map(stage).collect();
    let sum = |weights: &[f64]| {
        name(STEP) * weighted(weights.iter().copied().zip(names.iter().map(String::as_str)))
    };
    let mut equations: Vec<Equation> = (tableau.c.iter().zip(tableau.a).zip(&names))
        .map(|((node, row), left)| Equation::field(left, name(START) + sum(row), later(*node)))
        .collect();
    let last = names.len();
    let short =
        |letter: &str| name(STEP) * name(format!(r"\sum_{{i=1}}^{{{last}}} {letter}_i k_i"));
    let answer = Equation::is(ANSWER, name(START) + sum(tableau.b));
    equations.push(answer.in_short(name(START) + short("b")));
    if let Some(pair) = &tableau.embedded {
        let weights = now.error_weights.of(tableau).unwrap_or(pair.weights);
        equations.push(Equation::is(ERROR, sum(weights)).in_short(short("d")));
        if let Some(third) = pair.third_order_weights {
            equations.push(Equation::is(THIRD_ORDER_ERROR, sum(third)).in_short(short(r"d^{(3)}")));
        }
    }
    let stages = (last >= MANY_STAGES).then(|| {
        let row = name(r"\sum_{j<i} a_{ij} k_j");
        let time = name("t") + name("c_i") * name(STEP);
        let left = format!(r"k_i\;{{\scriptstyle i=1,\dots,{last}}}");
        Equation::field(&left, name(START) + name(STEP) * row, time)
    });
    Update { stages, ..Update::of(equations) }
}

/// `R(z) = 1 + z bᵀ(1 − zA)⁻¹e` of an explicit method: one step from y = 1 with λh = z.
fn stability_function(tableau: &Tableau, z: Complex) -> Complex {
    let mut slopes: Vec<Complex> = Vec::with_capacity(tableau.stages());
    let sum = |weights: &[f64], slopes: &[Complex]| {
        weights.iter().zip(slopes).fold(Complex::ONE, |sum, (&a, &k)| sum + a * k)
    };
    for row in tableau.a {
        slopes.push(z * sum(row, &slopes));
    }
    sum(tableau.b, &slopes)
}
