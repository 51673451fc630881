//! A good model pushed away from a bad one.

use anyhow::Result;
use driftscope_study::scene::{Guidance, Scene};

use super::row::{Row, Table};
use super::workshop::{SAMPLES, WELL, Workshop, on};

/// A good model and a weak one, and a nearer bad one.
const GOOD: [&str; 3] = ["training.hidden=64", "training.steps=2000", "training.seed=0"];
const WEAK: [&str; 4] =
    ["training.hidden=32", "training.depth=2", "training.steps=500", "training.seed=0"];
const NEAR: [&str; 3] = ["training.hidden=64", "training.steps=1000", "training.seed=1"];

pub fn rows(workshop: &mut Workshop, table: &mut Table) -> Result<()> {
    for (data, most) in [("checkerboard", 0.75), ("two-moons", 0.5)] {
        let good = workshop.trained_for_steps(&on(data, &GOOD))?;
        for (bad, name, scale) in [(&WEAK[..], "weak", "2"), (&NEAR[..], "near", "1.25")] {
            let bad = workshop.trained_for_steps(&on(data, bad))?;
            let guided = Scene {
                guidance: Guidance { bad: bad.field.model.clone(), ..good.guidance.clone() },
                ..good.clone()
            };
            let at = |workshop: &Workshop, scale: &str| {
                let scale = format!("guidance.scale={scale}");
                let settings = [WELL[0], WELL[1], WELL[2], scale.as_str()];
                let mut outside = 0.0;
                for draw in 0..workshop.draws() {
                    let ends = workshop.ends(&guided, &settings, SAMPLES, draw)?;
                    outside += workshop.outliers(&guided, &ends)?;
                }
                let ratio = workshop.ratio(&guided, &settings)?;
                anyhow::Ok([ratio, outside / workshop.draws() as f64])
            };
            let [plain, pushed] = [at(workshop, "1")?, at(workshop, scale)?];
            let what = format!("{data}, {name} bad model, w = {scale}");
            let share = pushed[1] / plain[1];
            let row = Row::new(what.clone(), "share of outliers over that at w = 1", share);
            table.add(row.at_most(if name == "weak" { most } else { 0.95 }))?;
            let row = Row::new(what, "R over that at w = 1", pushed[0] / plain[0]);
            table.add(if name == "near" { row.within(0.95, 1.05) } else { row })?;
        }
    }
    Ok(())
}
