//! `driftscope sweep`: error against cost, for several methods.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use driftscope_base::cancel::Cancel;
use driftscope_base::memory::{check_memory, product};
use driftscope_solve::MethodRef;
use driftscope_solve::measure::CloudDistance;
use driftscope_study::lab::{
    SAMPLERS_BETWEEN, Setting, SweepPoint, settings_of, sweep_ode, sweep_point, sweep_reference,
    sweep_scene,
};
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks};
use indicatif::{ProgressBar, ProgressStyle};

use super::idle::{name_idle, without_effect};
use super::methods::own_method;
use super::output::{EXIT_STOPPED, complain};
use super::scene_args::SceneArgs;
use super::table::{Table, check_folder, is_stream, make_folder, number, save};
use crate::app::palette::LIGHT;
use crate::export::svg::{Level, LogChart, Series};

/// Measure error against cost for several methods: a work–precision diagram.
///
/// Methods with step-size control are swept over tolerances, the others over numbers of steps. The
/// global error is the root mean square over the particles of their distance, at the end, from
/// reference trajectories (DOP853 at 1e-12 in double precision, same field, same starts). Of a method
/// that draws noise it is the strong error instead, between t = 0.05 and 0.95: the distance from much
/// finer steps of SRA1 along the same Brownian paths, on the SDE that its steps tend to. Solves run in
/// double precision unless the scene sets `sampler.precision`. Ctrl-C keeps what is done.
///
/// `work_precision.csv` holds method, setting, nfe (mean per particle), `solve_ms`, `global_error`,
/// `sliced_w2` and its floor; `work_precision.svg` draws error against nfe. A cell is empty where a
/// particle did not arrive; exit code 3 says so.
#[derive(Args, Debug)]
pub struct Sweep {
    #[command(flatten)]
    scene: SceneArgs,
    /// Methods by name, separated by commas, which `driftscope methods` lists, or files with tableaus.
    #[arg(long, value_name = "NAME|FILE.toml,…", value_delimiter = ',', value_parser = method, default_value = "euler,heun,rk4,dopri5")]
    methods: Vec<MethodRef>,
    /// Relative tolerances, by decades from the first on, up to the last if they reach it.
    #[arg(long, value_name = "FROM..TO", value_parser = tolerances, default_value = "1e-1..1e-8")]
    rtol: Range<f64>,
    /// Absolute tolerance of every solve; a thousandth of rtol if absent.
    #[arg(long, value_name = "ATOL", value_parser = tolerance)]
    atol: Option<f64>,
    /// Numbers of steps, doubled from the first up to the last.
    #[arg(long, value_name = "FROM..TO", value_parser = steps, default_value = "4..512")]
    steps: Range<usize>,
    /// The folder to write to; made if it is not there. `-`, a pipe or a device gets the table alone,
    /// when all is done.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Values of a sweep. A type of its own, so that clap does not take it for a repeated argument.
#[derive(Clone, Debug)]
struct Range<T>(Vec<T>);

/// What is written into the folder.
const FILES: [&str; 2] = ["work_precision.csv", "work_precision.svg"];

fn method(name: &str) -> Result<MethodRef, String> {
    if let Some(listed) = MethodRef::named(name) {
        return Ok(listed);
    }
    let path = Path::new(name);
    if path.extension().is_some() || path.exists() {
        return own_method(path).map_err(|error| error.to_string());
    }
    let names: Vec<_> = MethodRef::all().map(|method| method.get().name).collect();
    Err(format!("one of {}, or a file with a tableau", names.join(", ")))
}

fn tolerance(text: &str) -> Result<f64, String> {
    let value = text.trim().parse::<f64>().ok().filter(|value| (1e-14..=1.0).contains(value));
    value.ok_or_else(|| "a tolerance from 1e-14 to 1".into())
}

/// `1e-1..1e-8`: decades from the first tolerance on, in the direction of the last and never beyond.
fn tolerances(text: &str) -> Result<Range<f64>, String> {
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let (from, to) = (tolerance(from)?, tolerance(to)?);
    let (step, range) = if to < from { (-1, to..=from) } else { (1, from..=to) };
    let decades = (0..).map(|k| scaled(from, step * k));
    Ok(Range(decades.take_while(|value| range.contains(value)).collect()))
}

/// `value·10ᵏ`, correctly rounded.
fn scaled(value: f64, k: i32) -> f64 {
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent = exponent.parse::<i32>().unwrap_or(0) + k;
    format!("{digits}e{exponent}").parse().unwrap_or(value)
}

/// `4..512`: doubled from the first up to the last.
fn steps(text: &str) -> Result<Range<usize>, String> {
    let parse = |text: &str| {
        let value = text.trim().parse::<usize>().ok();
        value
            .filter(|steps| (1..=driftscope_study::scene::MOST_STEPS).contains(steps))
            .ok_or_else(|| format!("steps from 1 to {}", driftscope_study::scene::MOST_STEPS))
    };
    let (from, to) = text.split_once("..").unwrap_or((text, text));
    let (from, to) = (parse(from)?, parse(to)?);
    if to < from {
        return Err(format!("write the smaller number first: {to}..{from}"));
    }
    Ok(Range(std::iter::successors(Some(from), |n| Some(2 * n)).take_while(|&n| n <= to).collect()))
}

impl Sweep {
    pub fn run(&self) -> Result<ExitCode> {
        // The panes beside are nobody's row.
        let (scene, given) = self.scene.given()?;
        let scene = scene.pane(0);
        let ode = sweep_ode(&scene, &Networks::default())?;
        let plan = self.plan(&scene)?;
        let stream = is_stream(&self.out);
        if !stream {
            check_folder(&self.out)?;
            make_folder(&self.out)?;
        }
        name_noise(&scene, &plan);
        name_idle(&without_effect(&given, |key| idle(&scene, &plan, key)));
        let cancel = Cancel::default();
        ctrlc::set_handler({
            let cancel = cancel.clone();
            move || cancel.raise()
        })
        .context("cannot listen for Ctrl-C")?;

        let style = "{bar:32} {pos}/{len} solves  {msg}  {elapsed} gone";
        let bar = ProgressBar::new(plan.len() as u64)
            .with_style(ProgressStyle::with_template(style).expect("a template that is tested"));
        bar.enable_steady_tick(Duration::from_millis(200));
        bar.set_message("reference trajectories");
        let mut points = Vec::new();
        let outcome = self.sweep(&ode, plan, &bar, &cancel, &mut points);
        bar.abandon_with_message("");
        match outcome {
            Ok(()) => {}
            Err(_) if cancel.check().is_err() && points.is_empty() => {
                bail!("stopped before the first solve was done: there is nothing to write");
            }
            Err(_) if cancel.check().is_err() => {
                complain("stopped; what is done is kept");
            }
            Err(error) => return Err(error),
        }
        if stream {
            table(&points)?.save(&self.out)?;
        }
        let stopped = points.iter().filter(|point| point.stopped > 0).count();
        if stopped > 0 {
            complain(&format!("in {stopped} solves particles stopped early"));
            return Ok(ExitCode::from(EXIT_STOPPED));
        }
        Ok(ExitCode::SUCCESS)
    }

    /// Runs the plan, writing what there is after every solve.
    fn sweep(
        &self,
        ode: &Experiment,
        plan: Vec<(MethodRef, Setting)>,
        bar: &ProgressBar,
        cancel: &Cancel,
        points: &mut Vec<SweepPoint>,
    ) -> Result<()> {
        // The distance to the data takes the most: sixteen draws, projected.
        let particles = ode.scene.particles.count;
        let what = format!("a sweep over {particles} particles");
        check_memory(&what, product(&[particles, 4096]), "lower particles.count")?;
        let reference = sweep_reference(ode, ode.scene.particles.count, cancel)?;
        for (method, setting) in plan {
            bar.set_message(format!("{} {setting}", method.get().name));
            let distances = [CloudDistance::SlicedW2];
            points.push(sweep_point(ode, (method, setting), &reference, &distances, cancel)?);
            if !is_stream(&self.out) {
                write(&self.out, &ode.scene, points)?;
            }
            bar.inc(1);
        }
        Ok(())
    }

    /// Every solve of the sweep, in order.
    fn plan(&self, scene: &Scene) -> Result<Vec<(MethodRef, Setting)>> {
        let tolerances: Vec<(f64, f64)> = self
            .rtol
            .0
            .iter()
            .map(|&rtol| (rtol, self.atol.unwrap_or_else(|| scaled(rtol, -3))))
            .collect();
        let mut plan = Vec::new();
        for &method in &self.methods {
            for setting in settings_of(scene, method, &self.steps.0, &tolerances) {
                // Better to learn now than in the middle of the sweep.
                sweep_scene(scene, method, setting)
                    .with_context(|| format!("--methods {}", method.get().name))?;
                plan.push((method, setting));
            }
        }
        Ok(plan)
    }
}

/// Says of which methods the error is another one.
fn name_noise(scene: &Scene, plan: &[(MethodRef, Setting)]) {
    let noisy = plan.iter().filter(|(method, setting)| setting.of(scene, *method).is_stochastic());
    let mut names: Vec<&str> = noisy.map(|(method, _)| method.get().name).collect();
    names.dedup();
    if !names.is_empty() {
        let names = names.join(", ");
        let (first, last) = SAMPLERS_BETWEEN;
        complain(&format!(
            "global_error is the strong error, within t = {first} to {last}, of methods that draw noise: {names}"
        ));
    }
}

/// Why a setting of the scene has no effect on any row of the plan, if it has none.
fn idle(scene: &Scene, plan: &[(MethodRef, Setting)], key: &str) -> Option<&'static str> {
    const OWN: &str = "A sweep goes by --methods, --rtol, --atol and --steps.";
    const INTERVAL: &str = "Of the times the first and the last count, as the interval: a sweep's numbers of steps are those of --steps.";
    match key {
        "sampler.method" | "sampler.tableau" | "sampler.steps" | "sampler.step_size"
        | "sampler.rtol" | "sampler.atol" => Some(OWN),
        "sampler.times" => Some(INTERVAL),
        _ => {
            let rows = plan.iter().map(|&(method, setting)| setting.of(scene, method).idle(key));
            // The first row's reason, if every row has one.
            rows.reduce(|first, other| other.and(first)).flatten()
        }
    }
}

fn write(folder: &Path, scene: &Scene, points: &[SweepPoint]) -> Result<()> {
    table(points)?.save(&folder.join(FILES[0]))?;
    save(&folder.join(FILES[1]), chart(scene, points).to_svg().as_bytes())
}

/// A row for every solve.
fn table(points: &[SweepPoint]) -> Result<Table> {
    let mut table = Table::new(&[
        "method",
        "setting",
        "nfe",
        "solve_ms",
        "global_error",
        "sliced_w2",
        "sliced_w2_floor",
    ])?;
    for point in points {
        let distance = |pick: fn(&driftscope_solve::measure::Floored) -> f64| {
            point.sliced_w2.as_ref().map_or_else(String::new, |measured| number(pick(measured)))
        };
        table.row([
            point.method.get().name.to_owned(),
            point.setting.to_string(),
            number(point.nfe),
            number(point.elapsed.as_secs_f64() * 1e3),
            number(point.global_error),
            distance(|measured| measured.value),
            distance(|measured| measured.floor),
        ])?;
    }
    Ok(table)
}

/// Global error against evaluations.
fn chart(scene: &Scene, points: &[SweepPoint]) -> LogChart {
    let mut by_method: BTreeMap<usize, Series> = BTreeMap::new();
    for point in points {
        let [r, g, b, _] = LIGHT.method(point.method).to_array();
        let series = by_method.entry(point.method.index()).or_insert_with(|| Series {
            name: point.method.get().title.to_owned(),
            colour: format!("#{r:02x}{g:02x}{b:02x}"),
            points: Vec::new(),
        });
        series.points.push([point.nfe, point.global_error]);
    }
    let data = match scene.classic() {
        Some(classic) => classic.system().title.to_owned(),
        None => match scene.data.own() {
            Some(own) => own.words().title.to_lowercase(),
            None => scene.data.title().to_owned(),
        },
    };
    LogChart {
        title: format!("Work and precision · {data}"),
        x: "evaluations per particle".into(),
        y: "global error at the end (RMS)".into(),
        series: by_method.into_values().collect(),
        levels: Vec::<Level>::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_tolerances(text: &str) -> Vec<f64> {
        tolerances(text).expect("reads").0
    }

    #[test]
    fn tolerances_go_by_decades_from_the_first_and_never_beyond_the_last() {
        assert_eq!(read_tolerances("1e-1..1e-8"), [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8]);
        assert_eq!(read_tolerances("1e-1..2e-3"), [1e-1, 1e-2], "not 1e-3");
        assert_eq!(read_tolerances("1e-1..9e-4"), [1e-1, 1e-2, 1e-3]);
        assert_eq!(read_tolerances("3e-1..3e-4"), [3e-1, 3e-2, 3e-3, 3e-4], "the last is reached");
        assert_eq!(read_tolerances("3e-1..1e-3"), [3e-1, 3e-2, 3e-3]);
        assert_eq!(read_tolerances("1e-8..1e-6"), [1e-8, 1e-7, 1e-6], "rising");
        assert_eq!(read_tolerances("1e-8..5e-7"), [1e-8, 1e-7], "rising, not beyond");
        assert_eq!(read_tolerances("2e-3..1e-1"), [2e-3, 2e-2]);
        assert_eq!(read_tolerances("0.05..0.02"), [0.05], "less than a decade");
        assert_eq!(read_tolerances("3e-4"), [3e-4]);
        assert_eq!(read_tolerances("3e-4..3e-4"), [3e-4], "equal ends");
        assert_eq!(read_tolerances("1..1e-14").len(), 15);
        assert!(tolerances("2").is_err() && tolerances("1e-3..").is_err());
        assert_eq!(scaled(1e-5, -3).to_bits(), 1e-8_f64.to_bits());
    }

    #[test]
    fn steps_are_doubled_from_the_first_and_never_beyond_the_last() {
        let read = |text| steps(text).expect("reads").0;
        assert_eq!(read("4..512"), [4, 8, 16, 32, 64, 128, 256, 512]);
        assert_eq!(read("5..21"), [5, 10, 20]);
        assert_eq!(read("5..9"), [5]);
        assert_eq!(read("7..7"), [7]);
        assert_eq!(read("100000"), [100_000]);
        assert!(steps("8..4").is_err() && steps("0..4").is_err());
    }
}
