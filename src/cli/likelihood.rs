//! `driftscope likelihood`: how likely given points are under a scene's flow.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;

use super::table::{Table, check_room, number, read};
use super::{EXIT_STOPPED, SceneArgs, complain};
use crate::engine::lab::{Subject, likelihoods};
use crate::solver::{Cancel, Tolerances};

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
    /// Where to write; to standard output if absent.
    #[arg(long, value_name = "F.csv")]
    out: Option<PathBuf>,
}

impl Likelihood {
    pub fn run(&self) -> Result<ExitCode> {
        let scene = Arc::new(self.scene.scene()?);
        let points = read(&self.points, ["x", "y"])?;
        check_room(self.out.as_deref(), points.len(), 80)?;
        let subject = Subject::of_ode(&scene, None)?;
        let tolerances = Tolerances { atol: scene.sampler.atol, rtol: scene.sampler.rtol };
        let found = likelihoods(&subject, &points, tolerances, &Cancel::default())?;
        let mut table = Table::new(&["x", "y", "log_likelihood", "nfe"])?;
        let values = found.exact_divergence.iter().zip(&found.nfe);
        for (&[x, y], (&log_likelihood, nfe)) in points.iter().zip(values) {
            table.row([number(x), number(y), number(log_likelihood), nfe.to_string()])?;
        }
        match &self.out {
            Some(out) => table.save(out)?,
            None => table.print()?,
        }
        let stopped = found.exact_divergence.iter().filter(|value| value.is_nan()).count();
        if stopped > 0 {
            complain(&format!("the solve of {stopped} of {} points stopped early", points.len()));
            return Ok(ExitCode::from(EXIT_STOPPED));
        }
        Ok(ExitCode::SUCCESS)
    }
}
