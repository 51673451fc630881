//! Minibatch optimal transport beside independent pairs.

use anyhow::Result;
use driftscope_base::cancel::Cancel;
use driftscope_study::lab::straightness;
use driftscope_study::scene::Scene;

use super::row::{Row, Table};
use super::workshop::{DATA, WELL, Workshop, on, steps};

/// Particles over which straightness is averaged.
const PARTICLES: usize = 2_000;

pub fn rows(workshop: &mut Workshop, table: &mut Table) -> Result<()> {
    let most = [[3.0, 1.5], [3.0, 1.3], [5.0, 1.9]];
    for (data, [one, four]) in DATA.into_iter().zip(most) {
        let independent = workshop.trained(&on(data, &[]))?;
        let optimal = workshop.trained(&on(data, &["training.coupling=optimal"]))?;
        let euler = |scene: &Scene, count| {
            let settings = steps("euler", count);
            workshop.ratio(scene, &settings.each_ref().map(String::as_str))
        };
        let [before, after] = [euler(&independent, 1)?, euler(&optimal, 1)?];
        let name = format!("optimal transport 128, {data}");
        table.add(Row::new(format!("{name}; Euler × 1"), "R", after).at_most(one))?;
        table
            .add(Row::new(format!("{name}; Euler × 4"), "R", euler(&optimal, 4)?).at_most(four))?;
        table.add(
            Row::new(format!("{name}; Euler × 1"), "R of independent over R", before / after)
                .at_least(8.0),
        )?;
        let [crooked, straight] = [
            relative_straightness(workshop, &independent)?,
            relative_straightness(workshop, &optimal)?,
        ];
        table.add(Row::new(name.clone(), "S/cost", straight).at_most(0.05))?;
        table.add(
            Row::new(name.clone(), "S/cost of independent over S/cost", crooked / straight)
                .at_least(30.0),
        )?;
        let [plain, solved] =
            [workshop.ratio(&independent, &WELL)?, workshop.ratio(&optimal, &WELL)?];
        table.add(
            Row::new(format!("{name}; RK4 × 50"), "R less R of independent", solved - plain)
                .at_most(0.3),
        )?;
    }
    Ok(())
}

/// S over the transport cost of a flow.
pub fn relative_straightness(workshop: &Workshop, scene: &Scene) -> Result<f64> {
    let experiment = workshop.sampled(scene, &[], PARTICLES, 0)?;
    Ok(straightness(&experiment, PARTICLES, &Cancel::default())?.relative())
}
