//! Classes, and what is pushed towards them.

use anyhow::{Context, Result};
use driftscope_study::scene::Scene;

use super::row::{Row, Table};
use super::workshop::{WELL, Workshop, on};

/// Noises whose ends are compared with those of the exact guided flow.
const COMPARED: usize = 2_000;
/// The exact guided flow.
const EXACT: [&str; 4] =
    ["field.kind=exact", "sampler.atol=1e-8", "sampler.rtol=1e-8", "sampler.precision=f64"];
/// w, and the greatest median distance from the exact flow.
const SCALES: [(&str, f64); 3] = [("1", 0.03), ("2", 0.06), ("4", 0.2)];

pub fn rows(workshop: &mut Workshop, table: &mut Table) -> Result<()> {
    for (data, labels, of_class, of_all) in
        [("two-moons", 2, 1.8, Some(1.5)), ("eight-gaussians", 8, 2.3, None)]
    {
        let scene = workshop.trained(&on(data, &["training.labels=true"]))?;
        let all = workshop.ratio(&scene, &WELL)?;
        let row = Row::new(format!("labels, {data}, unconditional; RK4 × 50"), "R", all);
        table.add(if let Some(most) = of_all { row.at_most(most) } else { row })?;
        let mut sum = 0.0;
        for label in 0..labels {
            sum += workshop.ratio(&of(&scene, label)?, &WELL)?;
        }
        let what = format!("labels, {data}, mean over classes; RK4 × 50");
        table.add(Row::new(what, "R of the class", sum / f64::from(labels)).at_most(of_class))?;
        let class = of(&scene, 0)?;
        for (scale, most) in SCALES {
            let scale_is = format!("guidance.scale={scale}");
            let exact: Vec<&str> = EXACT.into_iter().chain([scale_is.as_str()]).collect();
            let learned = [WELL[0], WELL[1], WELL[2], &scale_is];
            let [_, median] = workshop.apart([(&class, &learned), (&class, &exact)], COMPARED)?;
            let what = format!("labels, {data}, class 0, w = {scale}");
            table
                .add(Row::new(what, "median distance from the exact flow", median).at_most(most))?;
        }
    }
    Ok(())
}

/// The scene with one class sampled.
fn of(scene: &Scene, label: i32) -> Result<Scene> {
    let label = driftscope_study::scene::Change::set("guidance.label", i64::from(label));
    scene.changed(&[label]).context("every scene has this key")
}
