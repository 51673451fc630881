//! `driftscope field`: what the solvers evaluate, at given points.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail, ensure};
use clap::Args;
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks, Probe};

use super::idle::{name_idle, without_effect};
use super::scene_args::SceneArgs;
use super::table::{NumberFile, Row, Table, check_room, number};

/// Evaluate a scene's field at points `x,y,t` and write velocity, score, expected noise E[x0|x], D(t),
/// log density, the interpolant and the expected data point E[x1|x], in double precision. Under guidance
/// they are the guided ones, which have no log density; a score has no meaning with a source of its own.
/// A classic field has a velocity only. What there is not stays empty.
#[derive(Args, Debug)]
pub struct FieldCommand {
    #[command(flatten)]
    scene: SceneArgs,
    /// The points: a CSV file `x,y,t`; `-` is standard input.
    #[arg(long, value_name = "P.csv")]
    points: PathBuf,
    /// Where to write; `-` is standard output.
    #[arg(long, value_name = "F.csv")]
    out: PathBuf,
}

const COLUMNS: [&str; 14] = [
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
    "m1x",
    "m1y",
];

/// Why a setting does not count for a field alone, if it does not.
fn idle(scene: &Scene, key: &str) -> Option<&'static str> {
    const UNSOLVED: &str = "Nothing is solved here.";
    let solves =
        ["seed", "sampler.", "time.", "particles.", "diffusion.scheme", "diffusion.last_step"];
    let unsolved = solves.iter().any(|solves| key.starts_with(solves));
    unsolved.then_some(UNSOLVED).or_else(|| scene.idle(key))
}

impl FieldCommand {
    pub fn run(&self) -> Result<ExitCode> {
        let (scene, given) = self.scene.given()?;
        let scene = Arc::new(scene);
        let points = NumberFile::open(&self.points)?;
        let name = points.name().to_owned();
        let points = points.rows(["x", "y", "t"])?;
        check_room(&self.out, points.len(), 20 * COLUMNS.len())?;
        let probe = Probe::new(Experiment::new(&scene, &Networks::default())?);
        let mut table = Table::new(&COLUMNS)?;
        for Row { line, values: [x, y, t] } in points {
            let place = format!("{name}, line {line}");
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
            for (name, value) in [
                ("the velocity", Some(values.velocity)),
                ("the score", values.score),
                ("the expected noise", values.noise),
                ("the expected data point", values.data),
                ("D(t)", Some([values.diffusion; 2])),
            ] {
                if value.is_some_and(|[x, y]| !(x.is_finite() && y.is_finite())) {
                    bail!("{place}: {name} is not defined at x = {x}, y = {y}, t = {t}");
                }
            }
            let [vx, vy] = values.velocity.map(number);
            let [[sx, sy], [nx, ny], [m1x, m1y]] = [values.score, values.noise, values.data]
                .map(|value| value.map_or_else(Default::default, |value| value.map(number)));
            let c = values.coefficients;
            // σ' of VP is infinite at t = 1: an empty cell, as for everything that is not defined.
            let d_sigma = if c.d_sigma.is_finite() { number(c.d_sigma) } else { String::new() };
            let log_density = values.log_density.map_or_else(String::new, number);
            table.row([
                vx,
                vy,
                sx,
                sy,
                nx,
                ny,
                number(values.diffusion),
                log_density,
                number(c.alpha),
                number(c.d_alpha),
                number(c.sigma),
                d_sigma,
                m1x,
                m1y,
            ])?;
        }
        table.save(&self.out)?;
        name_idle(&without_effect(&given, |key| idle(&scene, key)));
        Ok(ExitCode::SUCCESS)
    }
}
