//! Networks trained again on where their own flow leads.

use anyhow::Result;

use super::couplings::relative_straightness;
use super::row::{Row, Table};
use super::workshop::{DATA, WELL, Workshop, on, steps};

pub fn rows(workshop: &mut Workshop, table: &mut Table) -> Result<()> {
    for (data, most) in DATA.into_iter().zip([1.4, 1.3, 1.9]) {
        let teacher = workshop.trained(&on(data, &[]))?;
        let well = workshop.ratio(&teacher, &WELL)?;
        let one_step = steps("euler", 1);
        let one_step = one_step.each_ref().map(String::as_str);
        let mut after = Vec::new();
        for rounds in [1, 2] {
            let scene = workshop.trained(&on(data, &[&format!("training.rounds={rounds}")]))?;
            let name = format!("reflow × {rounds}, {data}");
            let ratio = workshop.ratio(&scene, &one_step)?;
            after.push(ratio);
            let row = Row::new(format!("{name}; Euler × 1"), "R", ratio);
            table.add(if rounds == 1 { row.at_most(most) } else { row })?;
            if rounds == 1 {
                table.add(
                    Row::new(format!("{name}; Euler × 1"), "R less R of the teacher", ratio - well)
                        .at_most(0.25),
                )?;
            }
            let straight = relative_straightness(workshop, &scene)?;
            table.add(Row::new(name, "S/cost", straight).at_most(0.005))?;
        }
        table.add(
            Row::new(
                format!("reflow, {data}; Euler × 1"),
                "R after 2 less after 1",
                after[1] - after[0],
            )
            .at_most(0.1),
        )?;
    }
    Ok(())
}
