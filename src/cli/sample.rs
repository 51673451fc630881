//! `driftscope sample`: a scene, run and written to files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::memory::{check_disk, check_memory, product};
use driftscope_solve::Scope;
use driftscope_solve::sde::LastStep;
use driftscope_study::export::{Export, ExportError, ExportPlace, FORMATS, Format, RunSize};
use driftscope_study::measure::{DataDistance, distance_to_data};
use driftscope_study::scene::{Precision, Scene};
use driftscope_study::{
    DOUBLED, Experiment, Given, GivenNoise, Ignored, Networks, NoiseRow, Recording, RunError,
    RunOptions, Spread, Tiles, run_in_blocks,
};
use serde::Serialize;

use super::idle::{IdleSetting, name_idle, without_effect};
use super::output::{EXIT_STOPPED, complain};
use super::scene_args::SceneArgs;
use super::starts::read_starts;
use super::table::{NumberFile, Row, check_folder, is_stream, make_folder, save};

/// Run a scene and write what came of it into a folder.
///
/// `samples.csv` holds the end points, `trajectories.csv` the ways there, `steps.csv` every
/// attempted step (its nfe counts all evaluations so far), `summary.json` the totals and the scene
/// itself. `--formats` writes the run in other formats than CSV, or in several. Exit code 3 says that the solve stopped early; the files hold what there is.
#[derive(Args, Debug)]
pub struct Sample {
    #[command(flatten)]
    scene: SceneArgs,
    /// Starting points: a CSV file `x,y`, or the `samples.csv` of another run. Its rows set the
    /// number of particles. `-` is standard input.
    #[arg(long, value_name = "START.csv")]
    init: Option<PathBuf>,
    /// The noise of an SDE or of a sampler that draws some: a CSV file `step,particle,zx,zy` (or
    /// `step,particle,draw,zx,zy`) of standard normals, both counted from
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
    /// The formats to write the run in, separated by commas; `summary.json` is always written.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',', value_parser = formats(), default_value = FORMATS[0].name)]
    formats: Vec<&'static Format>,
    /// The folder to write to; made if it is not there. `-`, a pipe or a device gets `samples.csv`
    /// alone, or what stands for a run in another format.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// What is written into the folder beside the files of the formats.
const SUMMARY: &str = "summary.json";

/// Reads the name of a format; the help lists those there are.
fn formats() -> impl TypedValueParser<Value = &'static Format> {
    let names = FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format.about));
    PossibleValuesParser::new(names)
        .map(|name| Format::named(&name).expect("one of the names that are allowed"))
}

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
        let formats = self.chosen();
        if stream && formats.len() != 1 {
            bail!("--formats: {} takes one format, not several", self.out.display());
        }
        let options = RunOptions {
            doubled: DOUBLED,
            keyframes: self.keyframes as usize,
            even_keyframes: true,
            logged: if self.no_log { 0 } else { usize::MAX },
            precise: scene.precision() == Precision::F64,
            tiles: Tiles::ALL,
        };
        let noise = self.noise.as_deref().map(read_noise).transpose()?;
        let experiment = Experiment::with(&scene, &Networks::default(), Given { starts, noise })?;
        if let Some(noise) = &self.noise {
            name_undrawn(noise, &experiment)?;
        }
        let planned = Planned::of(&scene, &options, &formats);
        planned.check(&self.out, stream)?;
        let made = !self.out.exists();
        let cancel = Cancel::default();
        let (mut files, mut failure) = (None, None);
        let outcome = run_in_blocks(&experiment, &options, &cancel, |recording| {
            let mut take = || {
                if stream {
                    return Ok(());
                }
                let files = match &mut files {
                    Some(files) => files,
                    None => files.insert(self.begin(&experiment)?),
                };
                for file in files.iter_mut() {
                    file.add(recording)?;
                }
                let written = files.iter().map(|file| file.written()).sum();
                planned.check_rest(&self.out, written, recording.count())
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
            drop(files.take());
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
        let idle = without_effect(&given, |key| self.idle(&scene, key));
        if stream {
            save(&self.out, &(formats[0].alone)(&experiment, &recording)?)?;
        } else {
            for file in files.context("a run without particles")? {
                file.finish(&recording)?;
            }
            write_summary(&self.out, &recording, distance, &idle)?;
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

/// Names the noise of a table that the run does not draw, which is ignored.
fn name_undrawn(path: &Path, experiment: &Experiment) -> Result<()> {
    let name = path.display();
    if !experiment.scene.is_stochastic() {
        complain(&format!("the noise of {name} is ignored: this scene draws none"));
        return Ok(());
    }
    let ordered = experiment.given_noise(&experiment.grid())?;
    if let Some(Ignored { rows, line }) = ordered.and_then(|ordered| ordered.ignored) {
        let words = if rows == 1 { "row is" } else { "rows are" };
        complain(&format!(
            "{name}: {rows} {words} ignored, that of line {line} first: no such noise is drawn"
        ));
    }
    Ok(())
}

/// Reads a table of noise; whether it is complete only the run can tell.
fn read_noise(path: &Path) -> Result<Arc<GivenNoise>> {
    const COLUMNS: [&str; 4] = ["step", "particle", "zx", "zy"];
    const BY_DRAW: [&str; 5] = ["step", "particle", "draw", "zx", "zy"];
    let file = NumberFile::open(path)?;
    let name = file.name().to_owned();
    let rows: Vec<Row<5>> = if file.has(&BY_DRAW) {
        file.rows(BY_DRAW)?
    } else {
        let rows = file.rows(COLUMNS)?.into_iter();
        let first = |Row { line, values: [step, particle, zx, zy] }| Row {
            line,
            values: [step, particle, 0.0, zx, zy],
        };
        rows.map(first).collect()
    };
    // Once as rows, once in order.
    let needed = product(&[rows.len(), size_of::<NoiseRow>() + 17]);
    check_memory(&format!("{} rows of noise", rows.len()), needed, "give fewer rows")?;
    let rows = rows
        .into_iter()
        .map(|row| {
            let [.., zx, zy] = row.values;
            Ok(NoiseRow {
                line: row.line,
                step: row.whole(0, COLUMNS[0], &name)?,
                particle: row.whole(1, COLUMNS[1], &name)?,
                draw: row.whole(2, BY_DRAW[2], &name)?,
                z: [zx, zy],
            })
        })
        .collect::<Result<_>>()?;
    Ok(Arc::new(GivenNoise { name, rows }))
}

impl Sample {
    /// The formats, each once.
    fn chosen(&self) -> Vec<&'static Format> {
        let mut chosen: Vec<&'static Format> = Vec::new();
        for &format in &self.formats {
            if !chosen.iter().any(|known| std::ptr::eq(*known, format)) {
                chosen.push(format);
            }
        }
        chosen
    }

    /// Begins the files of all formats.
    fn begin(&self, experiment: &Experiment) -> Result<Vec<Box<dyn Export>>> {
        make_folder(&self.out)?;
        let place = ExportPlace { folder: &self.out, logged: !self.no_log };
        let files = self.chosen().into_iter().map(|format| (format.begin)(experiment, &place));
        Ok(files.collect::<Result<_, ExportError>>()?)
    }

    /// Why a setting has no effect in this run, if it has none.
    fn idle(&self, scene: &Scene, key: &str) -> Option<&'static str> {
        let counted = self.init.is_some() && key == "particles.count";
        counted.then_some("The rows of --init are the particles.").or_else(|| scene.idle(key))
    }
}

/// A refusal of the engine with the options of this command that help.
fn with_options(error: RunError) -> anyhow::Error {
    match error {
        RunError::TooLarge(error) => anyhow!("{error} (here: --keyframes, --no-log)"),
        other => other.into(),
    }
}

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
    fn of(scene: &Scene, options: &RunOptions, formats: &[&Format]) -> Self {
        let steps = if scene.is_adaptive() {
            None
        } else {
            Some(scene.grid(scene.interval(1.0)).len().saturating_sub(1))
        };
        // Noisy steps are kept at their ends.
        let keyframes = match steps {
            Some(steps) if scene.is_stochastic() => options.keyframes.min(steps + 2),
            _ => options.keyframes,
        };
        // The last step of an SDE comes on top.
        let last = usize::from(scene.is_sde() && scene.last_step().0 != LastStep::None);
        let attempts = steps.filter(|_| options.logged > 0).map(|steps| steps + last);
        let particles = scene.particles.count;
        let precise = options.precise;
        let size = RunSize { particles, keyframes, attempts: attempts.unwrap_or(0), precise };
        let bytes =
            formats.iter().fold(0_u64, |sum, format| sum.saturating_add((format.bytes)(&size)));
        Self { particles, keyframes, attempts, bytes }
    }

    /// Refuses what the disk has no room for.
    fn check(&self, folder: &Path, stream: bool) -> Result<()> {
        let logs = self
            .attempts
            .map_or_else(String::new, |attempts| format!(" and a log of {attempts} steps each"));
        let what = format!(
            "files of {} particles with {} keyframes{logs}",
            self.particles, self.keyframes
        );
        if !stream {
            check_disk(folder, &what, self.bytes, SMALLER)?;
        }
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

fn is_whole_batch(recording: &Recording) -> bool {
    recording.scene.sampler.scope == Scope::WholeBatch
}

/// Writes what is known only at the end.
fn write_summary(
    folder: &Path,
    recording: &Recording,
    distance: Option<DataDistance>,
    idle: &[IdleSetting],
) -> Result<()> {
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
        solver_bytes: recording.scene.solver_bytes(),
        sliced_w2: distance.map(|distance| distance.sliced_w2),
        sliced_w2_floor: distance.map(|distance| distance.floor),
        sliced_w2_floor_spread: distance.map(|distance| distance.floor_spread),
        seed: recording.scene.seed,
        in_force: recording.scene.in_force(recording.interval),
        without_effect: idle.iter().copied().collect(),
        scene: recording.scene.resolved(recording.interval),
    };
    let json = serde_json::to_vec_pretty(&summary)?;
    save(&folder.join(SUMMARY), &json)
}
