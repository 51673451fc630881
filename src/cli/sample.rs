//! `driftscope sample`: a scene, run and written to files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde::Serialize;

use super::table::{Table, number, read, save};
use super::{EXIT_STOPPED, SceneArgs, complain};
use crate::engine::{DOUBLED, GivenNoise, NoiseRow, Recording, RunOptions, Spread, run};
use crate::files::check_folder;
use crate::measure::{DataDistance, distance_to_data};
use crate::scene::{Direction, MOST_PARTICLES, Precision, Scene};
use crate::solver::{Attempt, Cancel, Scope};

/// Run a scene and write what came of it into a folder.
///
/// `samples.csv` holds the end points, `trajectories.csv` the ways there, `steps.csv` every
/// attempted step (its nfe counts all evaluations so far), `summary.json` the totals and the scene
/// itself. Exit code 3 says that the solve stopped early; the files hold what there is.
#[derive(Args, Debug)]
pub struct Sample {
    #[command(flatten)]
    scene: SceneArgs,
    /// Starting points: a CSV file `x,y`. Its rows set the number of particles.
    #[arg(long, value_name = "START.csv")]
    init: Option<PathBuf>,
    /// The noise of an SDE: a CSV file `step,particle,zx,zy` of standard normals, both counted from
    /// 0, in any order. Replaces the scene's own noise, to repeat another program's run.
    #[arg(long, value_name = "NOISE.csv")]
    noise: Option<PathBuf>,
    /// Positions kept of each trajectory, at most.
    #[arg(long, default_value_t = 65, value_parser = clap::value_parser!(u32).range(2..=100_000), allow_negative_numbers = true)]
    keyframes: u32,
    /// The folder to write to; made if it is not there.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What is written into the folder.
const FILES: [&str; 4] = ["samples.csv", "trajectories.csv", "steps.csv", "summary.json"];
/// Starts lie within this distance of the axes: beyond, single precision loses what matters.
const FARTHEST: f64 = 1e6;

/// Totals for the whole batch, or spread over the particles.
#[derive(Serialize)]
#[serde(untagged)]
enum Total {
    Batch(u32),
    PerParticle(Spread),
}

#[derive(Serialize)]
struct Summary {
    status: String,
    nfe: Spread,
    /// Evaluations made only to interpolate between steps, not in `nfe`.
    dense_nfe: Spread,
    accepted: Total,
    rejected: Total,
    solve_ms: f64,
    solver_bytes: usize,
    sliced_w2: Option<f64>,
    sliced_w2_floor: Option<f64>,
    sliced_w2_floor_spread: Option<[f64; 2]>,
    seed: u64,
    scene: Scene,
}

impl Sample {
    pub fn run(&self) -> Result<ExitCode> {
        let mut scene = self.scene.scene()?;
        let starts: Option<Arc<[[f64; 2]]>> = match &self.init {
            Some(path) => {
                let mut points = read(path, ["x", "y"])?;
                if scene.classic().is_some_and(|classic| classic.system().one_dimensional) {
                    for point in &mut points {
                        point[1] = 0.0;
                    }
                }
                if let Some(line) = points.iter().position(|p| p.iter().any(|x| x.abs() > FARTHEST))
                {
                    bail!(
                        "{}, line {}: {:?} is not allowed as a start: from -{FARTHEST:e} to {FARTHEST:e}",
                        path.display(),
                        line + 2,
                        points[line]
                    );
                }
                ensure!(
                    points.len() <= MOST_PARTICLES,
                    "{} holds {} points: at most {MOST_PARTICLES} are allowed",
                    path.display(),
                    points.len()
                );
                scene.particles.count = points.len();
                Some(points.into())
            }
            None => None,
        };
        let scene = Arc::new(scene);
        // Better to learn now than after the solve that nothing can be written.
        check_folder(&self.out)
            .with_context(|| format!("cannot write to the folder {}", self.out.display()))?;
        let options = RunOptions {
            doubled: DOUBLED,
            keyframes: self.keyframes as usize,
            even_keyframes: true,
            logged: usize::MAX,
            precise: scene.precision() == Precision::F64,
            starts,
            noise: self.noise.as_deref().map(read_noise).transpose()?,
            model: None,
        };
        let recording = run(&scene, 1, &options, &Cancel::default(), |_| {})?;
        let ends: Vec<[f64; 2]> = recording.ends().collect();
        // A classic ODE has no distribution to compare with.
        let distance = scene.classic().is_none().then(|| {
            distance_to_data(&scene, &ends, &Cancel::default()).expect("nothing raises this flag")
        });
        std::fs::create_dir_all(&self.out)
            .with_context(|| format!("cannot make the folder {}", self.out.display()))?;
        write(&self.out, &recording, distance)?;
        Ok(match recording.stopped() {
            Some((count, stop)) => {
                complain(&format!("{count} of {} particles {stop}", ends.len()));
                ExitCode::from(EXIT_STOPPED)
            }
            None => ExitCode::SUCCESS,
        })
    }
}

/// Reads a table of noise; whether it is complete only the run can tell.
fn read_noise(path: &Path) -> Result<Arc<GivenNoise>> {
    let name = path.display().to_string();
    let whole = |line: usize, column: &str, value: f64| {
        // Beyond 2⁵³ doubles skip whole numbers.
        let allowed = value >= 0.0 && value.fract() == 0.0 && value < 2.0_f64.powi(53);
        ensure!(allowed, "{name}, line {line}: {column} = {value} must be a whole number from 0");
        Ok(value as usize)
    };
    let rows = read(path, ["step", "particle", "zx", "zy"])?
        .into_iter()
        .zip(2..)
        .map(|([step, particle, zx, zy], line)| {
            Ok(NoiseRow {
                step: whole(line, "step", step)?,
                particle: whole(line, "particle", particle)?,
                z: [zx, zy],
            })
        })
        .collect::<Result<_>>()?;
    Ok(Arc::new(GivenNoise { name, rows }))
}

fn write(folder: &Path, recording: &Recording, distance: Option<DataDistance>) -> Result<()> {
    let mut samples = Table::new(&["particle", "x", "y"])?;
    for (particle, [x, y]) in recording.ends().enumerate() {
        samples.row([particle.to_string(), number(x), number(y)])?;
    }
    samples.save(&folder.join(FILES[0]))?;

    let mut trajectories = Table::new(&["particle", "t", "x", "y"])?;
    for particle in 0..recording.count() {
        let single = recording.scene.precision() == Precision::F32;
        let keyframes = recording.precise_keyframes(particle).unwrap_or_default();
        for (&t, &[x, y]) in recording.times.iter().zip(&keyframes) {
            if x.is_finite() && y.is_finite() {
                // The digits that read back to the same float, single or double.
                let digits = |value: f64| {
                    if single { format!("{:?}", value as f32) } else { format!("{value:?}") }
                };
                let [x, y] = [x, y].map(digits);
                trajectories.row([particle.to_string(), number(t), x, y])?;
            }
        }
    }
    trajectories.save(&folder.join(FILES[1]))?;

    let mut steps =
        Table::new(&["particle", "attempt", "t", "h", "error_ratio", "accepted", "nfe"])?;
    // In the forward direction t falls, as everywhere else.
    let forwards = recording.scene.direction == Direction::Noise;
    let mut log = |particle: &str, attempts: &[Attempt]| -> Result<()> {
        for (number_of, attempt) in attempts.iter().enumerate() {
            let (t, h) =
                if forwards { (1.0 - attempt.t, -attempt.h) } else { (attempt.t, attempt.h) };
            steps.row([
                particle.to_owned(),
                number_of.to_string(),
                number(t),
                number(h),
                number(attempt.error_ratio),
                attempt.accepted.to_string(),
                attempt.nfe.to_string(),
            ])?;
        }
        Ok(())
    };
    let whole_batch = recording.scene.sampler.scope == Scope::WholeBatch;
    match &recording.shared_log {
        Some(shared) if whole_batch => log("all", shared)?,
        _ => {
            for (particle, attempts) in recording.logs() {
                log(&particle.to_string(), attempts)?;
            }
        }
    }
    steps.save(&folder.join(FILES[2]))?;

    let total = |spread: Spread| {
        if whole_batch { Total::Batch(spread.max) } else { Total::PerParticle(spread) }
    };
    let summary = Summary {
        status: recording
            .stopped()
            .map_or_else(|| "complete".into(), |(count, stop)| format!("{count} particles {stop}")),
        nfe: recording.nfe(),
        dense_nfe: Spread::of(recording.counts().map(|counts| counts.dense_nfe)),
        accepted: total(recording.accepted()),
        rejected: total(recording.rejected()),
        solve_ms: recording.elapsed.as_secs_f64() * 1e3,
        solver_bytes: recording.solver_bytes(),
        sliced_w2: distance.map(|distance| distance.sliced_w2),
        sliced_w2_floor: distance.map(|distance| distance.floor),
        sliced_w2_floor_spread: distance.map(|distance| distance.floor_spread),
        seed: recording.scene.seed,
        scene: recording.scene.resolved(recording.interval),
    };
    let json = serde_json::to_vec_pretty(&summary)?;
    save(&folder.join(FILES[3]), &json)
}
