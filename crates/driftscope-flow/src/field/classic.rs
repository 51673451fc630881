//! Classic ODEs in the plane, with which lecturers begin.

use std::f64::consts::TAU;
use std::ops::RangeInclusive;

use driftscope_base::field::{Field, Real, Times};

/// A classic system. One entry of [`SYSTEMS`] adds it to the menu and the command line.
#[derive(Debug)]
pub struct ClassicSystem {
    /// Name in files and on the command line.
    pub name: &'static str,
    /// Name in menus.
    pub title: &'static str,
    /// The equation and what to watch, for a tooltip.
    pub about: &'static str,
    /// Where the first particle starts.
    pub start: [f64; 2],
    /// Standard deviation of the others around it.
    pub spread: f64,
    /// The usual interval is from 0 to here.
    pub end_time: f64,
    /// The part of the plane worth showing: lower left and upper right corner.
    pub extent: [[f64; 2]; 2],
    /// Whether x alone moves and y stays at 0.
    pub one_dimensional: bool,
    /// Its parameter, if it has one.
    pub parameter: Option<Parameter>,
    /// x′ and y′ as Python writes them, of x, y, t and the parameter by its key (`lam` for `lambda`, which
    /// Python keeps for itself).
    pub formula: [&'static str; 2],
    /// `velocity(parameter, t, [x, y])`.
    velocity: Formula,
    /// `answer(parameter, t, start)`, for a start at t = 0, where it can be written down.
    answer: Option<Formula>,
}

/// Of the parameter, t and a point.
type Formula = fn(f64, f64, [f64; 2]) -> [f64; 2];

/// A parameter of a classic system.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its key in a scene file.
    pub key: &'static str,
    /// Its symbol in menus.
    pub symbol: &'static str,
    /// What it means and what turning it up does, for a tooltip.
    pub about: &'static str,
    /// Its value unless a scene says otherwise.
    pub usual: f64,
    /// What is allowed.
    pub range: RangeInclusive<f64>,
}

/// Every classic system, in menu order.
pub static SYSTEMS: &[ClassicSystem] = &[
    ClassicSystem {
        name: "decay",
        title: "Exponential decay",
        about: "x′ = −x. Everything tends to 0; a step longer than 2 makes Euler grow instead.",
        start: [1.0, 0.0],
        spread: 0.25,
        end_time: 5.0,
        extent: [[0.0, -0.4], [5.0, 1.8]],
        one_dimensional: true,
        parameter: None,
        formula: ["-x", "0.0"],
        velocity: |_, _, [x, _]| [-x, 0.0],
        answer: Some(|_, t, [x, _]| [x * (-t).exp(), 0.0]),
    },
    ClassicSystem {
        name: "harmonic",
        title: "Harmonic oscillator",
        about: "x′ = y, y′ = −x. Every particle keeps its distance from the origin, its energy; Euler spirals out, implicit Euler in.",
        start: [1.0, 0.0],
        spread: 0.12,
        end_time: TAU,
        extent: [[-1.8, -1.8], [1.8, 1.8]],
        one_dimensional: false,
        parameter: None,
        formula: ["y", "-x"],
        velocity: |_, _, [x, y]| [y, -x],
        answer: Some(|_, t, [x, y]| {
            let (sin, cos) = t.sin_cos();
            [x * cos + y * sin, y * cos - x * sin]
        }),
    },
    ClassicSystem {
        name: "van-der-pol",
        title: "Van der Pol",
        about: "x′ = y, y′ = μ(1 − x²)y − x. Every start ends on one cycle, slow along its sides and fast between them: watch the step size follow.",
        start: [2.0, 0.0],
        spread: 0.35,
        end_time: 12.0,
        extent: [[-3.2, -4.2], [3.2, 4.2]],
        one_dimensional: false,
        parameter: Some(Parameter {
            key: "mu",
            symbol: "μ",
            about: "Turning it up makes the field stiffer: longer waits, sharper jumps.",
            usual: 2.0,
            range: 0.0..=1000.0,
        }),
        formula: ["y", "mu * (1.0 - x * x) * y - x"],
        velocity: |mu, _, [x, y]| [y, mu * (1.0 - x * x) * y - x],
        answer: None,
    },
    ClassicSystem {
        name: "lotka-volterra",
        title: "Lotka–Volterra",
        about: "x′ = 1.5x − xy, y′ = xy − 3y. Prey x and predators y go round on closed curves; a method that loses the curve lets them die out or explode.",
        start: [1.0, 1.0],
        spread: 0.08,
        end_time: 10.0,
        extent: [[-0.3, -0.3], [8.3, 5.3]],
        one_dimensional: false,
        parameter: None,
        formula: ["1.5 * x - x * y", "x * y - 3.0 * y"],
        velocity: |_, _, [x, y]| [1.5 * x - x * y, x * y - 3.0 * y],
        answer: None,
    },
    ClassicSystem {
        name: "stiff-linear",
        title: "Stiff linear",
        about: "x′ = −x, y′ = −ratio·y. The fast direction is soon over, yet it limits every explicit step to about 2/ratio.",
        start: [1.0, 1.0],
        spread: 0.2,
        end_time: 2.0,
        extent: [[-0.6, -1.2], [2.0, 2.0]],
        one_dimensional: false,
        parameter: Some(Parameter {
            key: "ratio",
            symbol: "Ratio",
            about: "How much faster the fast direction is. Turning it up makes the field stiffer.",
            usual: 100.0,
            range: 1.0..=1e6,
        }),
        formula: ["-x", "-ratio * y"],
        velocity: |ratio, _, [x, y]| [-x, -ratio * y],
        answer: Some(|ratio, t, [x, y]| [x * (-t).exp(), y * (-ratio * t).exp()]),
    },
    ClassicSystem {
        name: "stiff-cosine",
        title: "Stiff cosine",
        about: "x′ = −λ(x − cos t). All solutions fall quickly onto one that follows the cosine; explicit methods must creep to stay there.",
        start: [0.0, 0.0],
        spread: 0.25,
        end_time: 1.5,
        extent: [[0.0, -0.9], [1.5, 1.3]],
        one_dimensional: true,
        parameter: Some(Parameter {
            key: "lambda",
            symbol: "λ",
            about: "How strongly the solution is pulled to the cosine. Turning it up makes the field stiffer.",
            usual: 50.0,
            range: 1e-3..=1e6,
        }),
        formula: ["-lam * (x - cos(t))", "0.0"],
        velocity: |lambda, t, [x, _]| [-lambda * (x - t.cos()), 0.0],
        answer: Some(|lambda, t, [x, _]| {
            let share = lambda / (lambda * lambda + 1.0);
            let forced = |t: f64| share * (lambda * t.cos() + t.sin());
            [forced(t) + (x - forced(0.0)) * (-lambda * t).exp(), 0.0]
        }),
    },
];

/// A classic system with its parameter.
#[derive(Clone, Copy, Debug)]
pub struct ClassicField {
    system: &'static ClassicSystem,
    parameter: f64,
}

impl ClassicField {
    /// The system called `name`, if there is one, with `parameter` or its usual one.
    #[must_use]
    pub fn named(name: &str, parameter: Option<f64>) -> Option<Self> {
        let system = SYSTEMS.iter().find(|system| system.name == name)?;
        let usual = system.parameter.as_ref().map_or(0.0, |parameter| parameter.usual);
        Some(Self { system, parameter: parameter.unwrap_or(usual) })
    }

    /// The system.
    #[must_use]
    pub fn system(&self) -> &'static ClassicSystem {
        self.system
    }

    /// The velocity at `(x, y)` and `t`.
    #[must_use]
    pub fn at(&self, t: f64, point: [f64; 2]) -> [f64; 2] {
        (self.system.velocity)(self.parameter, t, point)
    }

    /// Where a particle that was at `start` at t = 0 is at `t`, where that can be written down.
    #[must_use]
    pub fn answer(&self, t: f64, start: [f64; 2]) -> Option<[f64; 2]> {
        self.system.answer.map(|answer| answer(self.parameter, t, start))
    }
}

impl<S: Real> Field<S> for ClassicField {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        let count = points.len() / 2;
        for i in 0..count {
            let point = [points[i].to_f64(), points[count + i].to_f64()];
            let [vx, vy] = self.at(times.at(i), point);
            velocities[i] = S::from_f64(vx);
            velocities[count + i] = S::from_f64(vy);
        }
    }

    fn dimension(&self) -> usize {
        if self.system.one_dimensional { 1 } else { 2 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_solve_their_equations() {
        for system in SYSTEMS {
            let field = ClassicField::named(system.name, None).expect("in the table");
            let start = [0.7, if system.one_dimensional { 0.0 } else { -0.4 }];
            let Some(begun) = field.answer(0.0, start) else { continue };
            assert!((begun[0] - start[0]).abs() + (begun[1] - start[1]).abs() < 1e-15);
            for t in [0.01, 0.1, 0.8] {
                let h = 1e-6;
                let [lo, mid, hi] =
                    [t - h, t, t + h].map(|t| field.answer(t, start).expect("known"));
                let velocity = field.at(t, mid);
                for j in 0..2 {
                    let slope = (hi[j] - lo[j]) / (2.0 * h);
                    let scale = velocity[j].abs().max(1.0);
                    assert!((slope - velocity[j]).abs() < 1e-6 * scale, "{} {t}", system.name);
                }
            }
        }
    }

    #[test]
    fn one_dimensional_systems_leave_y_alone() {
        for system in SYSTEMS {
            let field = ClassicField::named(system.name, None).expect("in the table");
            let moves = field.at(0.3, [0.6, 0.5])[1].abs() > 0.0;
            assert_eq!(moves, !system.one_dimensional, "{}", system.name);
        }
    }
}
