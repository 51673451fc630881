//! `driftscope bench`: how fast this machine samples, beside what it can do at best.

mod timing;
pub mod trainings;
pub mod workload;
mod yardstick;

use std::fmt;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use driftscope_study::scene::{MOST_PARTICLES, Scene};
use driftscope_study::work::{Dispatcher, News, ThreadCrew};
use driftscope_study::{Product, Store, Task, fresh_id};
use serde::Serialize;

use self::timing::best_of;
use self::trainings::{MEAN_FLOW, TRAININGS, Training};
use self::workload::{ForwardPass, SHARED_FLOP, SIZES, WORKLOADS, Workload};
use self::yardstick::Yardstick;

/// Measure sampling, training and latency on this machine.
///
/// Times are the best of several runs, so run it on a machine that has nothing else to do. GFLOP/s
/// are those of the network alone; the fraction is of this machine's own rate of matrix products
/// (crate gemm), measured in the same run. All threads of the pool (`RAYON_NUM_THREADS`) take part, in training at most four.
#[derive(Args, Debug)]
pub struct Measure {
    /// Print JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// Numbers of particles to solve for, separated by commas.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', default_values_t = SIZES)]
    particles: Vec<usize>,
    /// Measure one kind of figure alone, beside other programs for instance.
    #[arg(long, value_name = "KIND")]
    only: Option<Kind>,
}

/// A kind of figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Solves beside matrix products.
    Solves,
    /// One pass of the network.
    Forward,
    /// From request to answer.
    Latency,
    /// Steps of training.
    Training,
}

/// Time for the repetitions of one solve.
const BUDGET: Duration = Duration::from_millis(400);
/// Time for one training.
const TRAINING: Duration = Duration::from_secs(2);
/// Particles of the forward pass.
const FORWARD: usize = 2_048;

/// The figures that were asked for.
#[derive(Debug, Serialize)]
struct Report {
    threads: usize,
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    solves: Option<Solves>,
    #[serde(skip_serializing_if = "Option::is_none")]
    forward: Option<Forward>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<Latency>,
    /// Of the default training.
    #[serde(skip_serializing_if = "Option::is_none")]
    training_steps_per_second: Option<f64>,
    /// Of the default training to a flow map.
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_flow_steps_per_second: Option<f64>,
}

/// Every solve, beside matrix products.
#[derive(Debug, Serialize)]
struct Solves {
    gemm_gflops: Yardstick,
    solves: Vec<Solve>,
}

/// One solve.
#[derive(Debug, Serialize)]
struct Solve {
    solver: &'static str,
    particles: usize,
    milliseconds: f64,
    mean_nfe: f64,
    gflops: f64,
    fraction_of_gemm: f64,
}

/// One pass of the network over a batch.
#[derive(Debug, Serialize)]
struct Forward {
    particles: usize,
    /// The fused kernel on one thread.
    one_thread_us: f64,
    /// The fused kernel on all threads.
    all_threads_us: f64,
}

/// From request to answer, 2,000 particles, DOPRI5 at 1e-6/1e-3.
#[derive(Debug, Serialize)]
struct Latency {
    first_partial_ms: f64,
    first_partial_particles: usize,
    complete_ms: f64,
}

impl Measure {
    /// Measures and prints.
    ///
    /// # Errors
    /// If `--particles` holds a number that no scene has, or a bundled model cannot be read.
    pub fn run(&self) -> Result<ExitCode> {
        if let Some(count) =
            self.particles.iter().find(|count| !(1..=MOST_PARTICLES).contains(*count))
        {
            bail!("--particles {count} is not allowed: from 1 to {MOST_PARTICLES}");
        }
        let wanted = |kind| self.only.is_none_or(|only| only == kind);
        let rate =
            |training| wanted(Kind::Training).then(|| steps_per_second(training)).transpose();
        let report = Report {
            threads: rayon::current_num_threads(),
            solves: wanted(Kind::Solves).then(|| Solves::measure(&self.particles)),
            forward: wanted(Kind::Forward).then(Forward::measure).transpose()?,
            latency: wanted(Kind::Latency).then(Latency::measure),
            training_steps_per_second: rate(&TRAININGS[0])?,
            mean_flow_steps_per_second: rate(&MEAN_FLOW)?,
        };
        let text = if self.json {
            serde_json::to_string_pretty(&report)? + "\n"
        } else {
            report.to_string()
        };
        super::output::print(text.as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Solves {
    fn measure(particles: &[usize]) -> Self {
        let gemm_gflops = Yardstick::measure();
        let with_sizes = |workload| particles.iter().map(move |&particles| (workload, particles));
        let cases = WORKLOADS.iter().flat_map(with_sizes);
        let measure = |(workload, particles)| Solve::measure(workload, particles, gemm_gflops);
        Self { gemm_gflops, solves: cases.map(measure).collect() }
    }
}

impl Solve {
    fn measure(workload: &Workload, particles: usize, gemm: Yardstick) -> Self {
        let scene = workload.scene(particles);
        let mut mean_nfe = Workload::solve(&workload.scene(particles.min(64))).nfe().mean;
        let best = best_of(BUDGET, || mean_nfe = Workload::solve(&scene).nfe().mean);
        let flop = workload.flop * mean_nfe * particles as f64;
        let gflops = flop / best.as_secs_f64() / 1e9;
        // A single particle is one thread's work.
        let yardstick = if particles == 1 { gemm.single_thread } else { gemm.all_threads };
        Self {
            solver: workload.title,
            particles,
            milliseconds: best.as_secs_f64() * 1e3,
            mean_nfe,
            gflops,
            fraction_of_gemm: gflops / yardstick,
        }
    }
}

impl Forward {
    fn measure() -> Result<Self> {
        let mut pass = ForwardPass::new(FORWARD)?;
        let micros = |time: Duration| time.as_secs_f64() * 1e6;
        Ok(Self {
            particles: FORWARD,
            one_thread_us: micros(best_of(BUDGET, || pass.on_one_thread())),
            all_threads_us: micros(best_of(BUDGET, || pass.on_all_threads())),
        })
    }
}

impl Latency {
    fn measure() -> Self {
        let settings = ["sampler.rtol=1e-3".to_owned()];
        let scene = Arc::new(Scene::with_settings(None, &settings).expect("a scene"));
        let (news, wait) = std::sync::mpsc::channel();
        let work = Dispatcher::new(ThreadCrew::new(Store::default(), move || {
            // Nobody waits any more when the measurement is over.
            let _ = news.send(());
        }));
        let mut best =
            Self { first_partial_ms: f64::MAX, first_partial_particles: 0, complete_ms: f64::MAX };
        for _ in 0..8 {
            let began = Instant::now();
            let task = Task::solve(Arc::clone(&scene), fresh_id());
            let solve = work.start(task);
            let mut first = None;
            // The end points are measured before the next one, so that it has all threads.
            loop {
                let Some(news) = work.news(&solve) else {
                    let _ = wait.recv_timeout(Duration::from_millis(100));
                    continue;
                };
                let now = began.elapsed().as_secs_f64() * 1e3;
                match news {
                    News::Made(Product::Part(recording)) => {
                        let (first, particles) = *first.get_or_insert((now, recording.count()));
                        if recording.complete {
                            best.complete_ms = best.complete_ms.min(now);
                            if first < best.first_partial_ms {
                                best.first_partial_ms = first;
                                best.first_partial_particles = particles;
                            }
                        }
                    }
                    News::Done | News::Failed(_) => break,
                    News::Made(_) | News::Progress(_) => {}
                }
            }
        }
        best
    }
}

/// Steps per second of a training.
fn steps_per_second(training: &Training) -> Result<f64> {
    let mut course = training.start()?;
    let (began, mut steps) = (Instant::now(), 0);
    while began.elapsed() < TRAINING {
        course.seconds_per_step(1)?;
        steps += 1;
    }
    Ok(f64::from(steps) / began.elapsed().as_secs_f64())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "threads {}", self.threads)?;
        if let Some(solves) = &self.solves {
            write!(f, "{solves}")?;
        }
        if let Some(Forward { particles, one_thread_us, all_threads_us }) = &self.forward {
            writeln!(f, "\none forward pass of {particles} particles")?;
            let rate = |us: f64| SHARED_FLOP * *particles as f64 / us / 1e3;
            for (threads, us) in [("one thread", *one_thread_us), ("all threads", *all_threads_us)]
            {
                writeln!(f, "  {threads:<12} {us:>7.0} µs  ({:.1} GFLOP/s)", rate(us))?;
            }
        }
        if let Some(Latency { first_partial_ms, first_partial_particles, complete_ms }) =
            &self.latency
        {
            writeln!(f, "\n2000 particles, DOPRI5 at 1e-6/1e-3, from request to")?;
            writeln!(
                f,
                "  first picture ({first_partial_particles} particles)  {first_partial_ms:.2} ms"
            )?;
            writeln!(f, "  the whole  {complete_ms:.2} ms")?;
        }
        if let Some(rate) = self.training_steps_per_second {
            writeln!(f, "\ntraining: {rate:.0} steps/s")?;
        }
        if let Some(rate) = self.mean_flow_steps_per_second {
            writeln!(f, "training a flow map by MeanFlow: {rate:.0} steps/s")?;
        }
        Ok(())
    }
}

impl fmt::Display for Solves {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Yardstick { single_thread, all_threads } = self.gemm_gflops;
        writeln!(
            f,
            "matrix products  {single_thread:.1} GFLOP/s on one thread, {all_threads:.1} on all\n"
        )?;
        writeln!(
            f,
            "{:<20} {:>9} {:>11} {:>8} {:>9} {:>8}",
            "solver", "particles", "time", "nfe", "GFLOP/s", "of gemm"
        )?;
        for solve in &self.solves {
            writeln!(
                f,
                "{:<20} {:>9} {:>8.3} ms {:>8.1} {:>9.1} {:>6.0} %",
                solve.solver,
                solve.particles,
                solve.milliseconds,
                solve.mean_nfe,
                solve.gflops,
                100.0 * solve.fraction_of_gemm
            )?;
        }
        Ok(())
    }
}
