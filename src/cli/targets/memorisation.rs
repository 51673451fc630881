//! Few points, learned by heart or not.

use anyhow::Result;
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::toy;

use super::row::{Row, Table};
use super::workshop::{WELL, Workshop};

/// Samples whose distance to the nearest point is looked at.
const SAMPLES: usize = 4_000;
/// Steps of the training: how much is learned by heart depends on them.
const STEPS: usize = 6_000;
/// Nearer than this a sample is a copy.
const NEAR: f64 = 0.05;
/// Ends of the field that is exact on the points lie nearer than this.
const ON_THEM: f64 = 0.02;

pub fn rows(workshop: &mut Workshop, table: &mut Table) -> Result<()> {
    let moons = toy("two-moons")?.mixture();
    for count in [20, 200] {
        let points = moons.sample(&mut stream(7, Purpose::Draw, 0), count);
        let list: Vec<String> = points.iter().map(|[x, y]| format!("[{x:.6}, {y:.6}]")).collect();
        let points_are = format!("data.points=[{}]", list.join(", "));
        let scene = workshop.trained_for_steps(&[
            points_are,
            "data.kernel=0".to_owned(),
            format!("training.steps={STEPS}"),
        ])?;
        let within = |ends: &[[f64; 2]], distance: f64| {
            let near = |end: &&[f64; 2]| {
                points.iter().any(|p| (p[0] - end[0]).hypot(p[1] - end[1]) <= distance)
            };
            ends.iter().filter(near).count() as f64 / ends.len() as f64
        };
        let fresh = moons.sample(&mut stream(8, Purpose::Draw, 0), SAMPLES);
        let fresh = within(&fresh, NEAR);
        let exact = workshop.ends(&scene, &["field.kind=exact"], SAMPLES, 0)?;
        let what = format!("{count} points of two-moons");
        let row =
            Row::new(format!("{what}; exact field"), "share within 0.02", within(&exact, ON_THEM));
        table.add(row.at_least(1.0))?;
        let learned = within(&workshop.ends(&scene, &WELL, SAMPLES, 0)?, NEAR);
        let row = Row::new(format!("{what}; network"), "share within 0.05", learned);
        table.add(if count == 20 { row.within(0.2, 0.6) } else { row })?;
        let row = Row::new(
            format!("{what}; network"),
            "share within 0.05 less that of fresh draws",
            learned - fresh,
        );
        table.add(if count == 200 { row.at_most(0.15) } else { row })?;
    }
    Ok(())
}
