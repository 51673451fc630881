//! What is predicted.

use anyhow::Result;

use super::row::{Row, Table};
use super::workshop::{DATA, WELL, Workshop, on};

/// What is predicted, how it is weighed, and the greatest R on each distribution.
const KINDS: [(&str, &str, [f64; 3]); 4] = [
    ("velocity", "plain", [1.25, 1.2, 1.6]),
    ("noise", "plain", [1.5, 1.2, 1.9]),
    ("score", "plain", [1.7, 1.3, 2.0]),
    ("data", "velocity", [3.0, 1.3, 2.8]),
];
/// Times over which the squared error is averaged.
const TIMES: usize = 50;

pub fn rows(workshop: &mut Workshop, table: &mut Table) -> Result<()> {
    for (prediction, weighting, most) in KINDS {
        for (data, most) in DATA.into_iter().zip(most) {
            let scene = workshop.trained(&settings(data, prediction, weighting))?;
            let ratio = workshop.ratio(&scene, &WELL)?;
            let what = format!("{prediction}, {weighting}, {data}; RK4 × 50");
            table.add(Row::new(what, "R", ratio).at_most(most))?;
        }
    }
    let scene = workshop.trained(&settings("two-moons", "velocity", "plain"))?;
    for (t, most) in [(0.01, Some(0.06)), (0.5, Some(0.06)), (0.9, Some(0.3)), (0.99, None)] {
        let error = workshop.squared_error(&scene, t)?.sqrt();
        let row = Row::new(format!("velocity, two-moons, t = {t}"), "RMS error of v", error);
        table.add(if let Some(most) = most { row.at_most(most) } else { row })?;
    }
    for data in ["two-moons", "eight-gaussians"] {
        let scene = workshop.trained(&settings(data, "velocity", "plain"))?;
        let mut sum = 0.0;
        for k in 0..TIMES {
            sum += workshop.squared_error(&scene, (k as f64 + 0.5) / TIMES as f64)?;
        }
        let what = format!("velocity, {data}, mean over t");
        table.add(Row::new(what, "squared error of v", sum / TIMES as f64).at_most(0.02))?;
    }
    Ok(())
}

fn settings(data: &str, prediction: &str, weighting: &str) -> Vec<String> {
    if prediction == "velocity" {
        return on(data, &[]);
    }
    let prediction = format!("training.prediction={prediction}");
    on(data, &[&prediction, &format!("training.weighting={weighting}")])
}
