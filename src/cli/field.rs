//! `driftscope field`: what the solvers evaluate, at given points.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, bail, ensure};
use clap::Args;

use super::SceneArgs;
use super::table::{Table, check_room, number, read};
use crate::engine::Probe;
use crate::scene::Direction;

/// Evaluate a scene's field at points `x,y,t` and write velocity, score, expected noise, D(t),
/// log density and the interpolant, in double precision. A classic field has a velocity only; its
/// other columns stay empty.
#[derive(Args, Debug)]
pub struct FieldCommand {
    #[command(flatten)]
    scene: SceneArgs,
    /// The points: a CSV file `x,y,t`.
    #[arg(long, value_name = "P.csv")]
    points: PathBuf,
    /// Where to write.
    #[arg(long, value_name = "F.csv")]
    out: PathBuf,
}

const COLUMNS: [&str; 12] = [
    "vx",
    "vy",
    "sx",
    "sy",
    "nx",
    "ny",
    "diffusion",
    "log_density",
    "alpha",
    "d_alpha",
    "sigma",
    "d_sigma",
];

impl FieldCommand {
    pub fn run(&self) -> Result<ExitCode> {
        let scene = self.scene.scene()?;
        let points = read(&self.points, ["x", "y", "t"])?;
        check_room(Some(&self.out), points.len(), 20 * COLUMNS.len())?;
        let probe = Probe::new(&scene)?;
        let mut table = Table::new(&COLUMNS)?;
        for (index, [x, y, t]) in points.into_iter().enumerate() {
            let place = format!("{}, line {}", self.points.display(), index + 2);
            if probe.is_classic() {
                let [vx, vy] = probe.at(t, [x, y]).velocity;
                ensure!(
                    vx.is_finite() && vy.is_finite(),
                    "{place}: the velocity is not finite at x = {x}, y = {y}, t = {t}"
                );
                let mut cells = [(); COLUMNS.len()].map(|()| String::new());
                (cells[0], cells[1]) = (number(vx), number(vy));
                table.row(cells)?;
                continue;
            }
            let last = probe.last_time();
            ensure!(
                (0.0..=last).contains(&t),
                "{place}: t = {t} is not allowed: from 0 to {last} for this field"
            );
            let values = probe.at(t, [x, y]);
            let [vx, vy] = values.velocity;
            let [sx, sy] = values.score;
            let [nx, ny] = values.noise;
            for (name, value) in [
                ("the velocity", vx + vy),
                ("the score", sx + sy),
                ("the expected noise", nx + ny),
                ("D(t)", values.diffusion),
            ] {
                if !value.is_finite() {
                    bail!("{place}: {name} is not defined at x = {x}, y = {y}, t = {t}");
                }
            }
            let c = values.coefficients;
            // σ' of VP is infinite at t = 1: an empty cell, as for everything that is not defined.
            let d_sigma = if c.d_sigma.is_finite() { number(c.d_sigma) } else { String::new() };
            // The forward process is run without its score, which nobody knows here.
            let scored = scene.direction != Direction::Noise;
            let known = |value: f64| if scored { number(value) } else { String::new() };
            let log_density = values.log_density.map_or_else(String::new, number);
            table.row([
                number(vx),
                number(vy),
                known(sx),
                known(sy),
                known(nx),
                known(ny),
                number(values.diffusion),
                log_density,
                number(c.alpha),
                number(c.d_alpha),
                number(c.sigma),
                d_sigma,
            ])?;
        }
        table.save(&self.out)?;
        Ok(ExitCode::SUCCESS)
    }
}
