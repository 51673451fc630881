//! Flow maps: few steps.

use anyhow::Result;

use super::row::{Row, Table};
use super::workshop::{DATA, Workshop, on, steps};

/// Noises whose ends are compared with the exact map's.
const COMPARED: usize = 2_000;
/// The exact map.
const EXACT: [&str; 5] = [
    "field.kind=exact",
    "sampler.method=dop853",
    "sampler.atol=1e-10",
    "sampler.rtol=1e-10",
    "sampler.precision=f64",
];

/// An objective, how it is sampled, and the greatest R of one and of four steps on each distribution.
struct Kind {
    objective: &'static str,
    method: &'static str,
    one: Option<[f64; 3]>,
    four: Option<[f64; 3]>,
    /// The greatest error of the map on the first two distributions.
    map: [f64; 2],
}

const KINDS: [Kind; 4] = [
    Kind {
        objective: "shortcut",
        method: "flow-map",
        one: Some([1.8, 1.6, 2.2]),
        four: Some([1.3, 1.2, 1.7]),
        map: [0.14, 0.24],
    },
    Kind {
        objective: "consistency",
        method: "consistency",
        one: Some([2.4, 2.2, 2.5]),
        four: None,
        map: [0.2, 0.3],
    },
    Kind {
        objective: "mean-flow",
        method: "flow-map",
        one: Some([2.4, 1.8, 2.8]),
        four: Some([2.1, 1.4, 2.1]),
        map: [0.2, 0.3],
    },
    Kind { objective: "lagrangian", method: "flow-map", one: None, four: None, map: [0.2, 0.3] },
];

pub fn rows(workshop: &mut Workshop, table: &mut Table) -> Result<()> {
    for Kind { objective, method, one, four, map } in KINDS {
        for (index, data) in DATA.into_iter().enumerate() {
            let objective_is = format!("training.objective={objective}");
            let scene = workshop.trained(&on(data, &[&objective_is]))?;
            let velocity = workshop.trained(&on(data, &[]))?;
            let name = format!("{objective}, {data}");
            let mut first = f64::NAN;
            for (count, most) in [(1, one), (2, None), (4, four), (8, None)] {
                let [method, count_is] = steps(method, count);
                // A consistency model noises anew between its jumps.
                let all = [method.as_str(), &count_is, "sampler.eta=1"];
                let used = if method.ends_with("consistency") { &all[..] } else { &all[..2] };
                let ratio = workshop.ratio(&scene, used)?;
                if count == 1 {
                    first = ratio;
                }
                let row = Row::new(format!("{name}; in {count}"), "R", ratio);
                table.add(match most {
                    Some(most) => row.at_most(most[index]),
                    None => row,
                })?;
            }
            let euler = steps("euler", 1);
            let euler = workshop.ratio(&velocity, &euler.each_ref().map(String::as_str))?;
            table.add(
                Row::new(format!("{name}; in 1"), "R of Euler × 1 over R", euler / first)
                    .at_least(10.0),
            )?;
            if let Some(&most) = map.get(index) {
                let one_step = steps(method, 1);
                let one_step = one_step.each_ref().map(String::as_str);
                let [rms, median] =
                    workshop.apart([(&scene, &one_step), (&scene, &EXACT)], COMPARED)?;
                table.add(
                    Row::new(format!("{name}; in 1"), "RMS error of the map", rms).at_most(most),
                )?;
                table.add(Row::new(format!("{name}; in 1"), "its median", median))?;
            }
        }
    }
    Ok(())
}
