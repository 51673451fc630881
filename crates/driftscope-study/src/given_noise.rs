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
    /// Which of the draws of the step, from 0: the first of a sampler that draws twice is that of its point in
    /// between.
    pub draw: usize,
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
    /// If its scheme needs more than increments.
    pub fn check(&self, scene: &Scene) -> Result<(), GivenNoiseError> {
        if scene.is_sde() && scene.diffusion.scheme.needs_area() {
            return Err(GivenNoiseError::NoArea { name: self.name.clone() });
        }
        Ok(())
    }

    /// The table in order, where `drawn[d][k]` says whether draw d of step k is made.
    ///
    /// # Errors
    /// If a row is for a step or particle that is not there, or not every draw that is made stands there exactly
    /// once for every one of `particles` particles (at least 1).
    pub fn in_order(
        &self,
        drawn: &[Vec<bool>],
        particles: usize,
    ) -> Result<Ordered, GivenNoiseError> {
        let name = || self.name.clone();
        let steps = drawn.first().map_or(0, Vec::len);
        let size = steps.saturating_mul(particles);
        let mut z = vec![vec![[0.0; 2]; size]; drawn.len()];
        let mut seen = vec![vec![false; size]; drawn.len()];
        let mut ignored: Option<Ignored> = None;
        for &NoiseRow { line, step, particle, .. } in &self.rows {
            for (what, found, last) in
                [("step", step, steps.max(1) - 1), ("particle", particle, particles - 1)]
            {
                if found > last {
                    let name = name();
                    return Err(GivenNoiseError::OutOfRange { name, line, what, found, last });
                }
            }
        }
        for &NoiseRow { line, step, particle, draw, z: value } in &self.rows {
            if !drawn.get(draw).is_some_and(|of_draw| of_draw[step]) {
                let rows = ignored.map_or(0, |ignored: Ignored| ignored.rows) + 1;
                ignored = Some(Ignored { rows, line: ignored.map_or(line, |first| first.line) });
                continue;
            }
            let place = step * particles + particle;
            if std::mem::replace(&mut seen[draw][place], true) {
                return Err(GivenNoiseError::Twice {
                    name: name(),
                    line,
                    step,
                    particle,
                    steps,
                    particles,
                });
            }
            z[draw][place] = value;
        }
        for (of_draw, seen) in drawn.iter().zip(&seen) {
            let wanted = |place: &usize| of_draw[place / particles] && !seen[*place];
            if let Some(gap) = (0..size).find(wanted) {
                return Err(GivenNoiseError::Missing {
                    name: name(),
                    step: gap / particles,
                    particle: gap % particles,
                    steps,
                    particles,
                });
            }
        }
        Ok(Ordered { z, particles, ignored })
    }
}

/// Rows for what is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ignored {
    /// How many.
    pub rows: usize,
    /// The line of the first.
    pub line: usize,
}

/// A complete table of noise.
#[derive(Clone, Debug)]
pub struct Ordered {
    /// By draw, then step by step, particle by particle.
    z: Vec<Vec<[f64; 2]>>,
    particles: usize,
    /// What of the table is not drawn.
    pub ignored: Option<Ignored>,
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
        let of_draw =
            |draw: &Vec<[f64; 2]>| draw.chunks_exact(self.particles).map(of_step).collect();
        match &self.z[..] {
            [inner, whole] => {
                Noise { inner: Some(of_draw(inner)), ..Noise::of_increments(of_draw(whole)) }
            }
            all => Noise::of_increments(all.first().map(of_draw).unwrap_or_default()),
        }
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
            draw: 0,
            z: [step as f64, particle as f64],
        });
        GivenNoise { name: "n.csv".into(), rows: rows.collect() }
    }

    #[test]
    fn rows_are_put_in_order() {
        let rows = [(1, 0), (0, 2), (0, 0), (1, 2), (1, 1), (0, 1)];
        let ordered = table(&rows).in_order(&[vec![true; 2]], 3).expect("complete");
        let noise = ordered.of::<f64>(1, 2);
        assert_eq!(noise.z, vec![vec![0.0, 0.0, 1.0, 2.0], vec![1.0, 1.0, 1.0, 2.0]]);
    }

    #[test]
    fn gaps_repetitions_and_strangers_are_named() {
        let refused = |rows: &[(usize, usize)], words: &str| {
            let message =
                table(rows).in_order(&[vec![true; 2]], 2).expect_err("refused").to_string();
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

    #[test]
    fn what_is_not_drawn_is_left_and_what_is_drawn_twice_has_its_place() {
        let row = |line, step, draw, value: f64| NoiseRow {
            line,
            step,
            particle: 0,
            draw,
            z: [value, -value],
        };
        let rows = vec![row(2, 0, 0, 1.0), row(3, 0, 1, 2.0), row(4, 1, 0, 3.0), row(5, 1, 1, 4.0)];
        let table = GivenNoise { name: "n.csv".into(), rows };
        // One draw a step, and none in the last.
        let once = table.in_order(&[vec![true, false]], 1).expect("complete");
        assert_eq!(once.ignored, Some(Ignored { rows: 3, line: 3 }));
        let noise = once.of::<f64>(0, 1);
        assert_eq!((noise.z, noise.inner), (vec![vec![1.0, -1.0], vec![0.0, 0.0]], None));
        let twice = table.in_order(&[vec![true; 2], vec![true; 2]], 1).expect("complete");
        assert_eq!(twice.ignored, None);
        let noise = twice.of::<f64>(0, 1);
        assert_eq!(noise.z, vec![vec![2.0, -2.0], vec![4.0, -4.0]]);
        assert_eq!(noise.inner, Some(vec![vec![1.0, -1.0], vec![3.0, -3.0]]));
    }
}
