//! Noise handed in from outside, so that another program's run can be repeated.

use driftscope_base::field::Real;
use driftscope_solve::brownian::Noise;
use thiserror::Error;

use crate::scene::Scene;

/// One row of a table of noise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseRow {
    /// The line of the table on which it stands, from 1, for messages.
    pub line: usize,
    /// Number of the noisy step, from 0.
    pub step: usize,
    /// Number of the particle, from 0.
    pub particle: usize,
    /// z in x and y: √h z is the increment of W over a step of length h.
    pub z: [f64; 2],
}

/// A table of noise, in any order, that replaces an SDE's own.
#[derive(Clone, Debug)]
pub struct GivenNoise {
    /// Where it came from, for messages.
    pub name: String,
    /// Its rows.
    pub rows: Vec<NoiseRow>,
}

/// Why a table of noise does not serve a scene.
#[derive(Debug, Error)]
pub enum GivenNoiseError {
    /// The scene draws no noise.
    #[error(
        "the noise of {name} has no use: this scene draws none, with diffusion.form = none; choose another form, or leave the noise out"
    )]
    NotDrawn {
        /// Where the table came from.
        name: String,
    },
    /// The scheme needs more than increments.
    #[error(
        "the noise of {name} is not enough for diffusion.scheme = sra1, which also needs the time integral of each path: choose euler-maruyama or heun"
    )]
    NoArea {
        /// Where the table came from.
        name: String,
    },
    /// A row for a step or particle that the scene does not have.
    #[error("{name}, line {line}: {what} = {found} is not allowed: whole numbers from 0 to {last}, since {}", reason(what, *last))]
    OutOfRange {
        /// Where the table came from.
        name: String,
        /// The line of the row.
        line: usize,
        /// "step" or "particle".
        what: &'static str,
        /// What the table says.
        found: usize,
        /// The last one that the scene has.
        last: usize,
    },
    /// A second row for one step of one particle.
    #[error("{name}, line {line}: step {step} of particle {particle} stands there twice: {}", needed(*steps, *particles))]
    Twice {
        /// Where the table came from.
        name: String,
        /// The line of the second row.
        line: usize,
        /// The step.
        step: usize,
        /// The particle.
        particle: usize,
        /// Noisy steps of the scene.
        steps: usize,
        /// Particles of the scene.
        particles: usize,
    },
    /// No row for a step of a particle.
    #[error("{name}: step {step} of particle {particle} is missing: {}", needed(*steps, *particles))]
    Missing {
        /// Where the table came from.
        name: String,
        /// The step.
        step: usize,
        /// The particle.
        particle: usize,
        /// Noisy steps of the scene.
        steps: usize,
        /// Particles of the scene.
        particles: usize,
    },
}

fn reason(what: &str, last: usize) -> String {
    match what {
        "step" => format!("the scene makes {} noisy steps", last + 1),
        _ => format!("the scene has {} particles", last + 1),
    }
}

fn needed(steps: usize, particles: usize) -> String {
    format!(
        "one row is needed for each step from 0 to {} of each particle from 0 to {}",
        steps - 1,
        particles - 1
    )
}

impl GivenNoise {
    /// Whether the scene can use noise from outside at all.
    ///
    /// # Errors
    /// If it draws none, or its scheme needs more than increments.
    pub fn check(&self, scene: &Scene) -> Result<(), GivenNoiseError> {
        if !scene.is_stochastic() {
            return Err(GivenNoiseError::NotDrawn { name: self.name.clone() });
        }
        if scene.is_sde() && scene.diffusion.scheme.needs_area() {
            return Err(GivenNoiseError::NoArea { name: self.name.clone() });
        }
        Ok(())
    }

    /// The table in order: z of each particle within z of each step.
    ///
    /// # Errors
    /// If not every one of `steps` steps (at least 1) of every one of `particles` particles (at
    /// least 1) stands there exactly once.
    pub fn in_order(&self, steps: usize, particles: usize) -> Result<Ordered, GivenNoiseError> {
        let name = || self.name.clone();
        let mut z = vec![[f64::NAN; 2]; steps.saturating_mul(particles).min(self.rows.len())];
        let mut seen = vec![false; z.len()];
        // Rows beyond those that the scene needs repeat or exceed others, and so are found out; a
        // table that is too short has a first gap within its own length, or right after it.
        for &NoiseRow { line, step, particle, z: value } in &self.rows {
            for (what, found, last) in
                [("step", step, steps - 1), ("particle", particle, particles - 1)]
            {
                if found > last {
                    let name = name();
                    return Err(GivenNoiseError::OutOfRange { name, line, what, found, last });
                }
            }
            let Some(place) = seen.get_mut(step * particles + particle) else { continue };
            if *place {
                return Err(GivenNoiseError::Twice {
                    name: name(),
                    line,
                    step,
                    particle,
                    steps,
                    particles,
                });
            }
            *place = true;
            z[step * particles + particle] = value;
        }
        let complete = seen.len() / particles == steps;
        let gap = seen.iter().position(|&seen| !seen).or((!complete).then_some(seen.len()));
        match gap {
            None => Ok(Ordered { z, particles }),
            Some(gap) => Err(GivenNoiseError::Missing {
                name: name(),
                step: gap / particles,
                particle: gap % particles,
                steps,
                particles,
            }),
        }
    }
}

/// A complete table of noise.
#[derive(Clone, Debug)]
pub struct Ordered {
    z: Vec<[f64; 2]>,
    particles: usize,
}

impl Ordered {
    /// The noise of `count` particles from `first` on.
    #[must_use]
    pub fn of<S: Real>(&self, first: usize, count: usize) -> Noise<S> {
        let of_step = |step: &[[f64; 2]]| {
            let tile = &step[first..first + count];
            let coordinate = |d: usize| tile.iter().map(move |z| S::from_f64(z[d]));
            coordinate(0).chain(coordinate(1)).collect()
        };
        Noise::of_increments(self.z.chunks_exact(self.particles).map(of_step).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &[(usize, usize)]) -> GivenNoise {
        let rows = rows.iter().zip(2..).map(|(&(step, particle), line)| NoiseRow {
            line,
            step,
            particle,
            z: [step as f64, particle as f64],
        });
        GivenNoise { name: "n.csv".into(), rows: rows.collect() }
    }

    #[test]
    fn rows_are_put_in_order() {
        let rows = [(1, 0), (0, 2), (0, 0), (1, 2), (1, 1), (0, 1)];
        let ordered = table(&rows).in_order(2, 3).expect("complete");
        let noise = ordered.of::<f64>(1, 2);
        assert_eq!(noise.z, vec![vec![0.0, 0.0, 1.0, 2.0], vec![1.0, 1.0, 1.0, 2.0]]);
    }

    #[test]
    fn gaps_repetitions_and_strangers_are_named() {
        let refused = |rows: &[(usize, usize)], words: &str| {
            let message = table(rows).in_order(2, 2).expect_err("refused").to_string();
            assert!(message.contains("n.csv") && message.contains(words), "{message}");
        };
        refused(&[], "step 0 of particle 0 is missing");
        refused(&[(0, 0), (0, 1), (1, 0)], "step 1 of particle 1 is missing");
        refused(&[(0, 0), (1, 1), (1, 0)], "step 0 of particle 1 is missing");
        refused(
            &[(0, 0), (1, 1), (0, 0), (1, 0)],
            "n.csv, line 4: step 0 of particle 0 stands there twice",
        );
        refused(&[(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)], "line 6: step = 2 is not allowed");
        refused(&[(0, 0), (0, 7)], "particle = 7 is not allowed: whole numbers from 0 to 1");
    }
}
