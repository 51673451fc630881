//! The table of built-in distributions.

use super::curve::{along, polar};
use super::mixture::{Component, Mixture, Shape};
use std::f64::consts::{PI, TAU};
use thiserror::Error;

/// A built-in distribution. All are roughly centred (but for
/// `single-gaussian`) and reach to about ±2.5, so that they share a view with
/// `N(0, I)` noise.
#[derive(Clone, Copy, Debug)]
pub struct Toy {
    /// Name in files and on the command line, in kebab case.
    pub name: &'static str,
    /// Name in menus.
    pub title: &'static str,
    /// One sentence on what it is good for.
    pub about: &'static str,
    build: fn() -> Mixture,
}

impl Toy {
    /// Builds the distribution.
    pub fn mixture(&self) -> Mixture {
        (self.build)()
    }
}

/// Every built-in distribution, in the order of the menus.
pub const TOYS: &[Toy] = &[
    Toy {
        name: "eight-gaussians",
        title: "Eight Gaussians",
        about: "Eight well separated modes on a circle: does every mode get its share?",
        build: eight_gaussians,
    },
    Toy {
        name: "two-moons",
        title: "Two moons",
        about: "Two interlocking half circles: a curved boundary between two connected pieces.",
        build: two_moons,
    },
    Toy {
        name: "checkerboard",
        title: "Checkerboard",
        about: "Eight uniform squares with sharp edges, where the score diverges as the noise vanishes.",
        build: checkerboard,
    },
    Toy {
        name: "pinwheel",
        title: "Pinwheel",
        about: "Five curved arms that nearly meet at the hub and fade into fine tips.",
        build: pinwheel,
    },
    Toy {
        name: "swiss-roll",
        title: "Swiss roll",
        about: "One thin sheet rolled up: neighbouring turns are close in space but far along the roll.",
        build: swiss_roll,
    },
    Toy {
        name: "rings",
        title: "Rings",
        about: "Three concentric rings: every piece surrounds a hole that samples must not fill.",
        build: rings,
    },
    Toy {
        name: "s-curve",
        title: "S curve",
        about: "One smooth open curve with two bends: an easy shape with two ends.",
        build: s_curve,
    },
    Toy {
        name: "two-spirals",
        title: "Two spirals",
        about: "Two interleaved spirals that a straight cut can never separate: hard to learn, easy to judge.",
        build: two_spirals,
    },
    Toy {
        name: "grid",
        title: "Grid of 25",
        about: "Twenty-five small modes on a square grid: the classic picture of dropped modes.",
        build: grid,
    },
    Toy {
        name: "single-gaussian",
        title: "One Gaussian",
        about: "A single off-centre Gaussian, whose flow is known in closed form at every step.",
        build: single_gaussian,
    },
];

/// A name that is not in [`TOYS`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no distribution called \"{name}\"; choose one of: {}", names())]
pub struct UnknownToy {
    /// The name asked for.
    pub name: String,
}

fn names() -> String {
    let names: Vec<&str> = TOYS.iter().map(|toy| toy.name).collect();
    names.join(", ")
}

/// The built-in distribution called `name`.
///
/// # Errors
/// If there is none; the message lists the names.
pub fn toy(name: &str) -> Result<&'static Toy, UnknownToy> {
    TOYS.iter().find(|toy| toy.name == name).ok_or_else(|| UnknownToy { name: name.to_owned() })
}

fn built_in(components: Vec<Component>) -> Mixture {
    Mixture::new(components).expect("a built-in distribution is valid")
}

/// Radius 2, standard deviation 0.15, counter-clockwise from angle 0; labelled in that order, 0 to 7.
fn eight_gaussians() -> Mixture {
    let modes = (0..8).map(|k| Component::isotropic(polar(2.0, TAU * f64::from(k) / 8.0), 0.15));
    built_in(modes.collect()).with_labels((0..8).map(Some).collect::<Vec<_>>())
}

/// The half circles of scikit-learn's `make_moons`, centred and 1.5 times as
/// large. The upper one has label 0, the lower one 1.
fn two_moons() -> Mixture {
    let upper = |s: f64| {
        let [x, y] = polar(1.0, PI * s);
        [1.5 * (x - 0.5), 1.5 * (y - 0.25)]
    };
    let lower = |s: f64| upper(s).map(|c| -c);
    let moons = [along(upper, 20, 0.11), along(lower, 20, 0.11)].concat();
    let labels: Vec<_> = (0..40).map(|component| Some(u32::from(component >= 20))).collect();
    built_in(moons).with_labels(labels)
}

/// The dark squares of a 4 × 4 board on [−2, 2]².
fn checkerboard() -> Mixture {
    let corner = |i: u8| f64::from(i) - 2.0;
    let mut squares = Vec::new();
    for row in 0..4 {
        for column in (0..4).filter(|column| (row + column) % 2 == 0) {
            let min = [corner(column), corner(row)];
            squares.push(Component::uniform(min, min.map(|c| c + 1.0)));
        }
    }
    built_in(squares)
}

/// Five arms whose angle grows with `exp(radius)`, after Johnson et al. 2016
/// (arXiv:1603.06277); their mass tapers towards both ends.
fn pinwheel() -> Mixture {
    let mut arms = Vec::new();
    for k in 0..5 {
        let start = TAU * f64::from(k) / 5.0;
        let arm = move |s: f64| {
            let radius = 0.25 + 2.15 * s;
            polar(radius, start + 0.25 * (radius / 1.25).exp())
        };
        let mut parts = along(arm, 16, 0.1);
        for part in &mut parts {
            let [x, y] = part.mean();
            let from_middle = (x.hypot(y) - 1.3) / 0.5;
            part.weight *= (-0.5 * from_middle * from_middle).exp();
        }
        arms.extend(parts);
    }
    built_in(arms)
}

/// One and a half turns of an Archimedean spiral, as in scikit-learn's
/// `make_swiss_roll` seen from above, centred on its mean.
fn swiss_roll() -> Mixture {
    let roll = |s: f64| {
        let angle = PI * (1.5 + 3.0 * s);
        polar(0.17 * angle, angle)
    };
    centred(along(roll, 48, 0.08))
}

/// Radii 0.7, 1.5 and 2.3, with the same mass per length.
fn rings() -> Mixture {
    let mut rings = Vec::new();
    for (radius, count) in [(0.7, 16), (1.5, 24), (2.3, 32)] {
        rings.extend(along(|s| polar(radius, TAU * s), count, 0.08));
    }
    built_in(rings)
}

/// scikit-learn's `make_s_curve` seen from the side.
fn s_curve() -> Mixture {
    let curve = |s: f64| {
        let angle = 3.0 * PI * (s - 0.5);
        [1.2 * angle.sin(), 1.2 * angle.signum() * (angle.cos() - 1.0)]
    };
    built_in(along(curve, 36, 0.1))
}

/// Two arms of one and a half turns each, half a turn apart.
fn two_spirals() -> Mixture {
    let arm = |s: f64| polar(0.3 + 2.1 * s, 3.0 * PI * s);
    let opposite = |s: f64| arm(s).map(|c| -c);
    let mut arms = along(arm, 32, 0.08);
    arms.extend(along(opposite, 32, 0.08));
    built_in(arms)
}

/// Spacing 1, standard deviation 0.12, row by row from the lower left.
fn grid() -> Mixture {
    let modes = (0..25).map(|k| {
        let (row, column) = (k / 5, k % 5);
        Component::isotropic([f64::from(column) - 2.0, f64::from(row) - 2.0], 0.12)
    });
    built_in(modes.collect())
}

/// Mean (2, 0), standard deviation 0.3.
fn single_gaussian() -> Mixture {
    built_in(vec![Component::isotropic([2.0, 0.0], 0.3)])
}

/// The mixture of Gaussians `components`, moved so that its mean is the origin.
fn centred(mut components: Vec<Component>) -> Mixture {
    let mean = built_in(components.clone()).mean();
    for component in &mut components {
        match &mut component.shape {
            Shape::Gaussian { mean: point, .. } => {
                point[0] -= mean[0];
                point[1] -= mean[1];
            }
            Shape::Box { min, max } => {
                for corner in [min, max] {
                    corner[0] -= mean[0];
                    corner[1] -= mean[1];
                }
            }
        }
    }
    built_in(components)
}
