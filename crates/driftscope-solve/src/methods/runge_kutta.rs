//! Explicit Runge–Kutta methods: a tableau is all there is to say.

use driftscope_base::field::Real;

use crate::complex::Complex;
use crate::method::{Adapting, NotAdaptive, Rule};
use crate::stepper::{RungeKuttaStepper, Stepper, Task};
use crate::tableau::Tableau;

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

    fn amplification(&self, z: Complex) -> Option<f64> {
        Some(stability_function(self, z).abs())
    }
}

fn stepper<'a, S: Real>(tableau: &'static Tableau, task: &Task<'a, S>) -> Box<dyn Stepper<S> + 'a> {
    let weights = task.error_weights.of(tableau);
    Box::new(RungeKuttaStepper::new(task.field, tableau, weights, task.count))
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
