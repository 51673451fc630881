//! Starting points from a file.

use std::path::Path;

use anyhow::{Result, bail, ensure};
use driftscope_study::export::SAMPLES;
use driftscope_study::scene::MOST_PARTICLES;

use super::table::{NumberFile, Row};

/// Starts lie within this distance of the axes: beyond, single precision loses what matters.
const FARTHEST: f64 = 1e6;

/// Reads starting points: `x,y` in the order of the file, or `particle,x,y` in the order of the
/// particles, as `sample` writes them.
pub fn read_starts(path: &Path) -> Result<Vec<[f64; 2]>> {
    let file = NumberFile::open(path)?;
    let name = file.name().to_owned();
    let starts = if file.has(&SAMPLES) { samples(file, &name)? } else { file.rows(["x", "y"])? };
    for Row { line, values } in &starts {
        ensure!(
            values.iter().all(|x| x.abs() <= FARTHEST),
            "{name}, line {line}: {values:?} is not allowed as a start: from -{FARTHEST:e} to {FARTHEST:e}"
        );
    }
    ensure!(
        starts.len() <= MOST_PARTICLES,
        "{name} holds {} points: at most {MOST_PARTICLES} are allowed",
        starts.len()
    );
    Ok(starts.into_iter().map(|row| row.values).collect())
}

/// Samples in the order of their particles. Particles may be left out; those behind move up.
fn samples(file: NumberFile, name: &str) -> Result<Vec<Row<2>>> {
    let rows = file.rows(SAMPLES)?.into_iter().map(|row| {
        let Row { line, values: [_, x, y] } = row;
        Ok((row.whole(0, SAMPLES[0], name)?, Row { line, values: [x, y] }))
    });
    let mut rows = rows.collect::<Result<Vec<_>>>()?;
    rows.sort_by_key(|(particle, _)| *particle);
    if let Some([(particle, first), (_, second)]) =
        rows.array_windows().find(|[(first, _), (second, _)]| first == second)
    {
        let (line, before) = (second.line, first.line);
        bail!("{name}, line {line}: particle {particle} stands on line {before} already");
    }
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}
