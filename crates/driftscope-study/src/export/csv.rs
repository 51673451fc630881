//! Tables of numbers, one file for each kind of row. Numbers have the digits that read back to the same
//! float.

use std::path::{Path, PathBuf};

use driftscope_base::files::{Pending, write_atomically};
use driftscope_base::memory::product;
use driftscope_solve::{Attempt, Scope};

use super::format::{Begun, Export, ExportError, ExportPlace, Format, RunSize};
use crate::experiment::Experiment;
use crate::recording::Recording;
use crate::scene::Precision;

pub(super) static CSV: Format = Format {
    name: "csv",
    title: "CSV",
    about: "samples.csv holds the end points, trajectories.csv the ways there, steps.csv every attempted step (its nfe counts all evaluations so far).",
    ending: "csv",
    media: "text/csv",
    bytes,
    begin,
    alone,
};

/// What is written into the folder.
const FILES: [&str; 3] = ["samples.csv", "trajectories.csv", "steps.csv"];
/// The columns of `samples.csv`.
pub const SAMPLES: [&str; 3] = ["particle", "x", "y"];
const TRAJECTORIES: [&str; 4] = ["particle", "t", "x", "y"];
const STEPS: [&str; 7] = ["particle", "attempt", "t", "h", "error_ratio", "accepted", "nfe"];

/// Bytes of a row of `trajectories.csv` in single and double precision, and of one of `steps.csv`;
/// about.
const ROW_BYTES: [usize; 3] = [36, 52, 60];

fn bytes(size: &RunSize) -> u64 {
    let [single, double, attempt] = ROW_BYTES;
    let row = if size.precise { double } else { single };
    let steps = product(&[size.particles, size.attempts, attempt]);
    product(&[size.particles, size.keyframes, row]).saturating_add(steps)
}

fn begin(_: &Experiment, place: &ExportPlace) -> Begun {
    let ExportPlace { folder, logged } = *place;
    let trajectories = GrowingTable::begin(&folder.join(FILES[1]), &TRAJECTORIES)?;
    let steps = logged.then(|| GrowingTable::begin(&folder.join(FILES[2]), &STEPS)).transpose()?;
    Ok(Box::new(Tables { trajectories, steps, folder: folder.to_owned() }))
}

/// The end points alone.
fn alone(_: &Experiment, recording: &Recording) -> Result<Vec<u8>, ExportError> {
    samples(recording)
}

/// `samples.csv`.
fn samples(recording: &Recording) -> Result<Vec<u8>, ExportError> {
    let mut samples = csv::Writer::from_writer(Vec::new());
    let written = |row: csv::Result<()>| row.map_err(|error| ExportError::Alone(error.into()));
    written(samples.write_record(SAMPLES))?;
    for (particle, [x, y]) in recording.ends().enumerate() {
        written(samples.write_record([particle.to_string(), number(x), number(y)]))?;
    }
    samples.into_inner().map_err(|error| ExportError::Alone(error.into_error()))
}

/// The tables of a run: those that grow with it, block by block.
struct Tables {
    trajectories: GrowingTable,
    /// The log, if it is written.
    steps: Option<GrowingTable>,
    folder: PathBuf,
}

impl Export for Tables {
    fn add(&mut self, recording: &Recording) -> Result<(), ExportError> {
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

    fn written(&self) -> u64 {
        self.trajectories.written() + self.steps.as_ref().map_or(0, GrowingTable::written)
    }

    fn finish(mut self: Box<Self>, recording: &Recording) -> Result<(), ExportError> {
        let whole_batch = recording.scene.sampler.scope == Scope::WholeBatch;
        if let Some(shared) = recording.shared_log.as_deref().filter(|_| whole_batch) {
            self.log(recording, "all", shared)?;
        }
        self.trajectories.finish()?;
        match self.steps {
            Some(steps) => steps.finish()?,
            None => match std::fs::remove_file(self.folder.join(FILES[2])) {
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(ExportError::Remove { file: FILES[2], source });
                }
                _ => {}
            },
        }
        let path = self.folder.join(FILES[0]);
        write_atomically(&path, &samples(recording)?).map_err(ExportError::writing(&path))
    }
}

impl Tables {
    fn log(
        &mut self,
        recording: &Recording,
        particle: &str,
        attempts: &[Attempt],
    ) -> Result<(), ExportError> {
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
}

/// A table that is written row by row and takes its place when it is finished.
struct GrowingTable {
    writer: csv::Writer<Pending>,
    path: PathBuf,
}

impl GrowingTable {
    /// A table with these columns at `path`.
    fn begin(path: &Path, columns: &[&str]) -> Result<Self, ExportError> {
        let pending = Pending::begin(path).map_err(ExportError::writing(path))?;
        let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(pending);
        let written = writer.write_record(columns);
        written.map_err(|error| ExportError::writing(path)(error.into()))?;
        Ok(Self { writer, path: path.to_owned() })
    }

    /// Adds a row.
    fn row<const N: usize>(&mut self, cells: [String; N]) -> Result<(), ExportError> {
        let written = self.writer.write_record(cells);
        written.map_err(|error| ExportError::writing(&self.path)(error.into()))
    }

    /// Bytes written so far, without what is still to be handed on.
    fn written(&self) -> u64 {
        self.writer.get_ref().written()
    }

    /// Puts the table into its place.
    fn finish(self) -> Result<(), ExportError> {
        let file = self.writer.into_inner().map_err(csv::IntoInnerError::into_error);
        file.and_then(Pending::finish).map_err(ExportError::writing(&self.path))
    }
}

/// A float with the digits that read back to it; empty if there is none.
#[must_use]
pub fn number(value: f64) -> String {
    if value.is_nan() { String::new() } else { format!("{value:?}") }
}
