//! `driftscope sample`: a scene, run and written to files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

use super::starts::{SAMPLES, read_starts};
use super::table::{NumberFile, Table, check_folder, is_stream, make_folder, number, save};
use super::{EXIT_STOPPED, IdleSetting, SceneArgs, complain, name_idle, without_effect};
use crate::engine::{DOUBLED, GivenNoise, NoiseRow, Recording, RunOptions, Spread, run};
use crate::measure::{DataDistance, distance_to_data};
use crate::scene::{Direction, Precision, Scene};
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
    /// Starting points: a CSV file `x,y`, or the `samples.csv` of another run. Its rows set the
    /// number of particles. `-` is standard input.
    #[arg(long, value_name = "START.csv")]
    init: Option<PathBuf>,
    /// The noise of an SDE: a CSV file `step,particle,zx,zy` of standard normals, both counted from
    /// 0, in any order. Replaces the scene's own noise, to repeat another program's run.
    #[arg(long, value_name = "NOISE.csv")]
    noise: Option<PathBuf>,
    /// Positions kept of each trajectory, at most.
    #[arg(long, default_value_t = 65, value_parser = clap::value_parser!(u32).range(2..=100_000), allow_negative_numbers = true)]
    keyframes: u32,
    /// The folder to write to; made if it is not there. `-`, a pipe or a device gets `samples.csv`
    /// alone.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What is written into the folder.
const FILES: [&str; 4] = ["samples.csv", "trajectories.csv", "steps.csv", "summary.json"];

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
    /// What decided the run: the settings that have an effect, as sections.
    in_force: toml::Table,
    /// Settings that were given and have none, with the reason.
    without_effect: BTreeMap<&'static str, &'static str>,
    scene: Scene,
}

impl Sample {
    pub fn run(&self) -> Result<ExitCode> {
        let (mut scene, given) = self.scene.given()?;
        let starts: Option<Arc<[[f64; 2]]>> = match &self.init {
            Some(path) => {
                let mut points = read_starts(path)?;
                if scene.classic().is_some_and(|classic| classic.system().one_dimensional) {
                    for point in &mut points {
                        point[1] = 0.0;
                    }
                }
                scene.particles.count = points.len();
                Some(points.into())
            }
            None => None,
        };
        let scene = Arc::new(scene);
        // Better to learn now than after the solve that nothing can be written.
        let stream = is_stream(&self.out);
        if !stream {
            check_folder(&self.out)?;
        }
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
        let idle = without_effect(&given, |key| self.idle(&scene, key));
        if stream {
            samples(&recording)?.save(&self.out)?;
        } else {
            make_folder(&self.out)?;
            write(&self.out, &recording, distance, &idle)?;
        }
        name_idle(&idle);
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
    const COLUMNS: [&str; 4] = ["step", "particle", "zx", "zy"];
    let file = NumberFile::open(path)?;
    let name = file.name().to_owned();
    let rows = file
        .rows(COLUMNS)?
        .into_iter()
        .map(|row| {
            let [_, _, zx, zy] = row.values;
            Ok(NoiseRow {
                line: row.line,
                step: row.whole(0, COLUMNS[0], &name)?,
                particle: row.whole(1, COLUMNS[1], &name)?,
                z: [zx, zy],
            })
        })
        .collect::<Result<_>>()?;
    Ok(Arc::new(GivenNoise { name, rows }))
}

impl Sample {
    /// Why a setting has no effect in this run, if it has none.
    fn idle(&self, scene: &Scene, key: &str) -> Option<&'static str> {
        let counted = self.init.is_some() && key == "particles.count";
        counted.then_some("The rows of --init are the particles.").or_else(|| scene.idle(key))
    }
}

/// The end points.
fn samples(recording: &Recording) -> Result<Table> {
    let mut samples = Table::new(&SAMPLES)?;
    for (particle, [x, y]) in recording.ends().enumerate() {
        samples.row([particle.to_string(), number(x), number(y)])?;
    }
    Ok(samples)
}

fn write(
    folder: &Path,
    recording: &Recording,
    distance: Option<DataDistance>,
    idle: &[IdleSetting],
) -> Result<()> {
    samples(recording)?.save(&folder.join(FILES[0]))?;

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
        in_force: recording.scene.in_force(recording.interval),
        without_effect: idle.iter().copied().collect(),
        scene: recording.scene.resolved(recording.interval),
    };
    let json = serde_json::to_vec_pretty(&summary)?;
    save(&folder.join(FILES[3]), &json)
}
