//! `driftscope likelihood`: how likely given points are under a scene's flow.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use driftscope_base::cancel::Cancel;
use driftscope_solve::Tolerances;
use driftscope_study::lab::likelihoods;
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks};

use super::idle::{name_idle, without_effect};
use super::output::{EXIT_STOPPED, complain};
use super::scene_args::SceneArgs;
use super::table::{NumberFile, Row, Table, check_room, number};

/// The log-likelihood of points under a scene's flow: the probability-flow ODE backwards in t, with
/// the exact divergence of the field beside it, in double precision.
///
/// Writes `x,y,log_likelihood,nfe`: the natural logarithm of the density at the last t (nats; divide
/// by 2 ln 2 for bits per dimension), and the evaluations of the field with its derivatives. DOPRI5
/// makes the steps within `sampler.rtol` and `sampler.atol`, whatever the scene's method; noise is
/// left out, since the SDE has the densities of the ODE. A cell is empty where the solve stopped
/// early; exit code 3 says so.
#[derive(Args, Debug)]
pub struct Likelihood {
    #[command(flatten)]
    scene: SceneArgs,
    /// The points: a CSV file `x,y`.
    #[arg(long, value_name = "P.csv")]
    points: PathBuf,
    /// Where to write; `-` is standard output.
    #[arg(long, value_name = "F.csv", default_value = "-")]
    out: PathBuf,
}

/// Why a setting does not count for likelihoods, if it does not.
fn idle(scene: &Scene, key: &str) -> Option<&'static str> {
    const OWN: &str = "DOPRI5 makes the steps of a likelihood, within atol and rtol.";
    const GIVEN: &str = "The points are given.";
    const NOISELESS: &str = "Noise is left out: the SDE has the densities of the ODE.";
    match key {
        "sampler.atol" | "sampler.rtol" => None,
        "seed" => Some(GIVEN),
        key if key.starts_with("sampler.") => Some(OWN),
        key if key.starts_with("particles.") => Some(GIVEN),
        key if key.starts_with("diffusion.") => Some(NOISELESS),
        key => scene.idle(key),
    }
}

impl Likelihood {
    pub fn run(&self) -> Result<ExitCode> {
        let (scene, given) = self.scene.given()?;
        let rows = NumberFile::open(&self.points)?.rows(["x", "y"])?;
        let points: Vec<[f64; 2]> = rows.into_iter().map(|Row { values, .. }| values).collect();
        check_room(&self.out, points.len(), 80)?;
        let ode = Experiment::of_ode(&scene, &Networks::default())?;
        let tolerances = Tolerances { atol: scene.sampler.atol, rtol: scene.sampler.rtol };
        let found = likelihoods(&ode, &points, tolerances, &Cancel::default())?;
        let mut table = Table::new(&["x", "y", "log_likelihood", "nfe"])?;
        let values = found.exact_divergence.iter().zip(&found.nfe);
        for (&[x, y], (&log_likelihood, nfe)) in points.iter().zip(values) {
            table.row([number(x), number(y), number(log_likelihood), nfe.to_string()])?;
        }
        table.save(&self.out)?;
        name_idle(&without_effect(&given, |key| idle(&scene, key)));
        let stopped = found.exact_divergence.iter().filter(|value| value.is_nan()).count();
        if stopped > 0 {
            complain(&format!("the solve of {stopped} of {} points stopped early", points.len()));
            return Ok(ExitCode::from(EXIT_STOPPED));
        }
        Ok(ExitCode::SUCCESS)
    }
}
