//! A good model pushed away from a bad one.

use anyhow::Result;
use driftscope_study::scene::{Guidance, Scene};

use super::row::{Row, Table};
use super::workshop::{SAMPLES, WELL, Workshop, on};

/// Seeds of trainings over which a figure is the mean: one network's outliers are as much luck as one draw of noise.
const TRAININGS: u64 = 3;

/// A bad model: what it is called, how it is trained, and how far the good one is pushed away from it.
struct Bad {
    name: &'static str,
    settings: &'static [&'static str],
    /// Its seed is so many above that of the good one.
    seeds_on: u64,
    scale: &'static str,
}

const GOOD: [&str; 1] = ["training.hidden=64"];
/// Steps of the good model, as in the trial that the expectations were taken from.
const GOOD_STEPS: usize = 2_000;
/// What a good model is pushed from as well once it has had more of the minute that there is.
const MORE_STEPS: usize = 8_000;
const WEAK: Bad = Bad {
    name: "weak",
    settings: &["training.hidden=32", "training.depth=2", "training.steps=500"],
    seeds_on: 0,
    scale: "2",
};
const NEAR: Bad = Bad {
    name: "near",
    settings: &["training.hidden=64", "training.steps=1000"],
    seeds_on: 1,
    scale: "1.25",
};

pub fn rows(workshop: &mut Workshop, table: &mut Table) -> Result<()> {
    for (data, most) in [("checkerboard", 0.75), ("two-moons", 0.5)] {
        for bad in [WEAK, NEAR] {
            pushed(workshop, table, (data, most), (GOOD_STEPS, &bad))?;
        }
        pushed(workshop, table, (data, most), (MORE_STEPS, &WEAK))?;
    }
    Ok(())
}

/// What becomes of a good model after so many steps when it is pushed away from a bad one.
fn pushed(
    workshop: &mut Workshop,
    table: &mut Table,
    (data, most): (&str, f64),
    (steps, bad): (usize, &Bad),
) -> Result<()> {
    let mut sums = [[0.0; 2]; 2];
    for seed in 0..TRAININGS {
        let guided = guided(workshop, data, (steps, bad), seed)?;
        for (sum, scale) in sums.iter_mut().zip(["1", bad.scale]) {
            let found = at(workshop, &guided, scale)?;
            *sum = [sum[0] + found[0], sum[1] + found[1]];
        }
    }
    let [plain, pushed] = sums;
    let after = if steps == GOOD_STEPS { String::new() } else { format!(" after {steps} steps") };
    let what = format!("{data}{after}, {} bad model, w = {}", bad.name, bad.scale);
    let is_near = bad.name == NEAR.name;
    let row = Row::new(what.clone(), "share of outliers over that at w = 1", pushed[1] / plain[1]);
    table.add(row.at_most(if is_near { 0.95 } else { most }))?;
    let row = Row::new(what, "R over that at w = 1", pushed[0] / plain[0]);
    table.add(if is_near { row.within(0.95, 1.05) } else { row })
}

/// A good model pushed away from a bad one.
fn guided(
    workshop: &mut Workshop,
    data: &str,
    (steps, bad): (usize, &Bad),
    seed: u64,
) -> Result<Scene> {
    let steps = format!("training.steps={steps}");
    let [own, others] = [seed, seed + bad.seeds_on].map(|seed| format!("training.seed={seed}"));
    let good = workshop
        .trained_for_steps(&on(data, &[&GOOD[..], &[steps.as_str(), own.as_str()]].concat()))?;
    let bad = workshop.trained_for_steps(&on(data, &[bad.settings, &[&others]].concat()))?;
    let guidance = Guidance { bad: bad.field.model.clone(), ..good.guidance.clone() };
    Ok(Scene { guidance, ..good })
}

/// R and the share of outliers at a scale, each the mean over draws of noise.
fn at(workshop: &Workshop, guided: &Scene, scale: &str) -> Result<[f64; 2]> {
    let scale = format!("guidance.scale={scale}");
    let settings = [WELL[0], WELL[1], WELL[2], scale.as_str()];
    let mut outside = 0.0;
    for draw in 0..workshop.draws() {
        let ends = workshop.ends(guided, &settings, SAMPLES, draw)?;
        outside += workshop.outliers(guided, &ends)?;
    }
    Ok([workshop.ratio(guided, &settings)?, outside / workshop.draws() as f64])
}
