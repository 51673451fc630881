//! `driftscope sample`: a scene, run and written to files.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail, ensure};
use clap::Args;
use serde::Serialize;

use super::table::{GrowingTable, Table, number, read, save};
use super::{EXIT_STOPPED, SceneArgs, complain};
use crate::engine::{
    DOUBLED, GivenNoise, NoiseRow, Recording, RunError, RunOptions, Spread, run_in_blocks,
};
use crate::files::check_folder;
use crate::measure::{DataDistance, distance_to_data};
use crate::memory::{check_disk, check_memory, product};
use crate::scene::{MOST_PARTICLES, Precision, Scene};
use crate::solver::{Attempt, Cancel, Cancelled, Scope};

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
    /// Leave the log of attempted steps out: no `steps.csv`, and one of an earlier run is removed.
    /// With very many steps or particles it is the largest of the files.
    #[arg(long)]
    no_log: bool,
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
            logged: if self.no_log { 0 } else { usize::MAX },
            precise: scene.precision() == Precision::F64,
            starts,
            noise: self.noise.as_deref().map(read_noise).transpose()?,
            model: None,
        };
        scene.check()?;
        let planned = Planned::of(&scene, &options);
        planned.check(&self.out)?;
        let made = !self.out.exists();
        let cancel = Cancel::default();
        let (mut tables, mut failure) = (None, None);
        let outcome = run_in_blocks(&scene, &options, &cancel, |recording| {
            let mut take = || {
                let tables = match &mut tables {
                    Some(tables) => tables,
                    None => tables.insert(Tables::begin(&self.out, !self.no_log)?),
                };
                tables.add(recording)?;
                planned.check_rest(&self.out, tables.written(), recording.count())
            };
            take().map_err(|error| {
                failure = Some(error);
                Cancelled
            })
        });
        let outcome = match failure {
            Some(error) => Err(error),
            None => outcome.map_err(with_options),
        };
        let recording = outcome.inspect_err(|_| {
            drop(tables.take());
            if made {
                // If that cannot be done, an empty folder stays.
                let _ = std::fs::remove_dir(&self.out);
            }
        })?;
        let ends: Vec<[f64; 2]> = recording.ends().collect();
        // A classic ODE has no distribution to compare with.
        let distance = scene.classic().is_none().then(|| {
            distance_to_data(&scene, &ends, &Cancel::default()).expect("nothing raises this flag")
        });
        let tables = tables.context("a run without particles")?;
        tables.finish(&recording)?;
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
    let rows = read(path, ["step", "particle", "zx", "zy"])?;
    // Once as rows, once in order.
    let needed = product(&[rows.len(), size_of::<NoiseRow>() + 17]);
    check_memory(&format!("{} rows of noise", rows.len()), needed, "give fewer rows")?;
    let rows = rows
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

/// A refusal of the engine with the options of this command that help.
fn with_options(error: RunError) -> anyhow::Error {
    match error {
        RunError::TooLarge(error) => anyhow!("{error} (here: --keyframes, --no-log)"),
        other => other.into(),
    }
}

/// Bytes of a row of `trajectories.csv` in single and double precision, and of one of `steps.csv`;
/// about.
const ROW_BYTES: [usize; 3] = [36, 52, 60];
/// What helps where the disk is too small.
const SMALLER: &str =
    "lower particles.count, --keyframes or sampler.steps, or leave the log out (--no-log)";

/// What a run will write, as far as that is known before it.
struct Planned {
    particles: usize,
    keyframes: usize,
    /// Rows of each particle's log, where they are known.
    attempts: Option<usize>,
    bytes: u64,
}

impl Planned {
    fn of(scene: &Scene, options: &RunOptions) -> Self {
        let steps = if scene.is_adaptive() {
            None
        } else {
            Some(scene.grid(scene.interval(1.0)).len().saturating_sub(1))
        };
        // Noisy steps are kept at their ends, and logged once for all.
        let keyframes = match steps {
            Some(steps) if scene.is_stochastic() => options.keyframes.min(steps + 2),
            _ => options.keyframes,
        };
        let attempts = steps.filter(|_| options.logged > 0 && !scene.is_sde());
        let particles = scene.particles.count;
        let [single, double, attempt] = ROW_BYTES;
        let row = if options.precise { double } else { single };
        let bytes = product(&[particles, keyframes, row]).saturating_add(product(&[
            particles,
            attempts.unwrap_or(0),
            attempt,
        ]));
        Self { particles, keyframes, attempts, bytes }
    }

    /// Refuses what the disk has no room for.
    fn check(&self, folder: &Path) -> Result<()> {
        let logs = self
            .attempts
            .map_or_else(String::new, |attempts| format!(" and a log of {attempts} steps each"));
        let what = format!(
            "files of {} particles with {} keyframes{logs}",
            self.particles, self.keyframes
        );
        check_disk(folder, &what, self.bytes, SMALLER)?;
        // What holds the ends against draws of the data takes sixteen of these, projected.
        let what = format!("the distance of {} particles to the data", self.particles);
        Ok(check_memory(&what, product(&[self.particles, 4096]), "lower particles.count")?)
    }

    /// The same on the way, when `written` bytes hold the first `count` particles: how many steps
    /// an adaptive method logs shows only then.
    fn check_rest(&self, folder: &Path, written: u64, count: usize) -> Result<()> {
        let rest = written as f64 / count as f64 * (self.particles - count) as f64;
        let what = format!("the files of the remaining {} particles", self.particles - count);
        Ok(check_disk(folder, &what, rest as u64, SMALLER)?)
    }
}

/// The tables that grow while the run goes on, block by block.
struct Tables {
    trajectories: GrowingTable,
    /// The log, and where it goes.
    steps: Option<GrowingTable>,
    folder: PathBuf,
}

impl Tables {
    fn begin(folder: &Path, logged: bool) -> Result<Self> {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let trajectories =
            GrowingTable::begin(&folder.join(FILES[1]), &["particle", "t", "x", "y"])?;
        let columns = ["particle", "attempt", "t", "h", "error_ratio", "accepted", "nfe"];
        let steps =
            logged.then(|| GrowingTable::begin(&folder.join(FILES[2]), &columns)).transpose()?;
        Ok(Self { trajectories, steps, folder: folder.to_owned() })
    }

    fn written(&self) -> u64 {
        self.trajectories.written() + self.steps.as_ref().map_or(0, GrowingTable::written)
    }

    /// Adds the last block of the recording.
    fn add(&mut self, recording: &Recording) -> Result<()> {
        let Some(block) = recording.blocks.last() else { return Ok(()) };
        let single = recording.scene.precision() == Precision::F32;
        for particle in block.first..recording.count() {
            let keyframes = recording.precise_keyframes(particle).unwrap_or_default();
            for (&t, &[x, y]) in recording.times.iter().zip(&keyframes) {
                if x.is_finite() && y.is_finite() {
                    // The digits that read back to the same float, single or double.
                    let digits = |value: f64| {
                        if single { format!("{:?}", value as f32) } else { format!("{value:?}") }
                    };
                    let [x, y] = [x, y].map(digits);
                    self.trajectories.row([particle.to_string(), number(t), x, y])?;
                }
            }
        }
        for (i, attempts) in block.logs.iter().enumerate() {
            self.log(recording, &(block.first + i).to_string(), attempts)?;
        }
        Ok(())
    }

    fn log(&mut self, recording: &Recording, particle: &str, attempts: &[Attempt]) -> Result<()> {
        let Some(steps) = &mut self.steps else { return Ok(()) };
        let direction = recording.scene.direction;
        for (number_of, attempt) in attempts.iter().enumerate() {
            let t = direction.own_time(attempt.t);
            let h = if direction.falls() { -attempt.h } else { attempt.h };
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
    }

    /// Puts the files into their places; `recording` is the whole run.
    fn finish(mut self, recording: &Recording) -> Result<()> {
        if let Some(shared) = recording.shared_log.as_deref().filter(|_| is_whole_batch(recording))
        {
            self.log(recording, "all", shared)?;
        }
        self.trajectories.finish()?;
        match self.steps {
            Some(steps) => steps.finish(),
            None => match std::fs::remove_file(self.folder.join(FILES[2])) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(error).context("cannot remove the steps.csv of an earlier run")
                }
                _ => Ok(()),
            },
        }
    }
}

fn is_whole_batch(recording: &Recording) -> bool {
    recording.scene.sampler.scope == Scope::WholeBatch
}

/// Writes what is known only at the end.
fn write(folder: &Path, recording: &Recording, distance: Option<DataDistance>) -> Result<()> {
    let mut samples = Table::new(&["particle", "x", "y"])?;
    for (particle, [x, y]) in recording.ends().enumerate() {
        samples.row([particle.to_string(), number(x), number(y)])?;
    }
    samples.save(&folder.join(FILES[0]))?;

    let whole_batch = is_whole_batch(recording);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn what_the_first_blocks_wrote_tells_of_the_rest() {
        let planned = Planned { particles: 1_000, keyframes: 2, attempts: None, bytes: 0 };
        let here = Path::new(".");
        assert!(planned.check(here).is_ok());
        assert!(planned.check_rest(here, 1_000, 100).is_ok());
        assert!(planned.check_rest(here, 1 << 62, 1_000).is_ok(), "nothing is left to write");
        let words = planned.check_rest(here, 1 << 55, 10).expect_err("too large").to_string();
        assert!(words.contains("remaining 990 particles") && words.contains("--no-log"), "{words}");
    }
}
