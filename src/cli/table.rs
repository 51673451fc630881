//! CSV in and out. Numbers are written with the digits that read back to the same float.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::files::Pending;
use crate::memory::{check_disk, check_memory, product, push};

/// A table in the making.
pub struct Table(csv::Writer<Vec<u8>>);

impl Table {
    /// A table with these columns.
    pub fn new(columns: &[&str]) -> Result<Self> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(columns)?;
        Ok(Self(writer))
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) -> Result<()> {
        Ok(self.0.write_record(cells)?)
    }

    /// Writes the table to standard output.
    pub fn print(self) -> Result<()> {
        let bytes = self.0.into_inner().map_err(csv::IntoInnerError::into_error)?;
        super::print(&String::from_utf8(bytes)?)
    }

    /// Writes the table, all or nothing.
    pub fn save(self, path: &Path) -> Result<()> {
        let bytes = self.0.into_inner().map_err(csv::IntoInnerError::into_error)?;
        save(path, &bytes)
    }
}

/// A table that is written row by row and takes its place when it is finished.
pub struct GrowingTable {
    writer: csv::Writer<Pending>,
    path: PathBuf,
}

impl GrowingTable {
    /// A table with these columns at `path`.
    pub fn begin(path: &Path, columns: &[&str]) -> Result<Self> {
        let cannot = || format!("cannot write {}", path.display());
        let mut writer = csv::WriterBuilder::new()
            .buffer_capacity(1 << 16)
            .from_writer(Pending::begin(path).with_context(cannot)?);
        writer.write_record(columns).with_context(cannot)?;
        Ok(Self { writer, path: path.to_owned() })
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) -> Result<()> {
        self.writer
            .write_record(cells)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Bytes written so far, without what is still to be handed on.
    pub fn written(&self) -> u64 {
        self.writer.get_ref().written()
    }

    /// Puts the table into its place.
    pub fn finish(self) -> Result<()> {
        let file = self.writer.into_inner().map_err(csv::IntoInnerError::into_error);
        file.and_then(Pending::finish)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}

/// Refuses a table at `out` of so many rows, each of so many bytes, that there would be no room for:
/// it is made in memory, then written.
pub fn check_room(out: Option<&Path>, rows: usize, row_bytes: usize) -> Result<()> {
    let bytes = product(&[rows, row_bytes]);
    let what = format!("a table of {rows} rows");
    // A list that grows is twice what is in it.
    check_memory(&what, bytes.saturating_mul(2), "ask for fewer rows")?;
    let Some(out) = out.filter(|out| *out != Path::new("-")) else { return Ok(()) };
    if std::fs::metadata(out).is_ok_and(|data| !data.is_file()) {
        return Ok(());
    }
    let folder = out.parent().unwrap_or(Path::new(""));
    Ok(check_disk(folder, &what, bytes, "ask for fewer rows")?)
}

/// Writes a file, all or nothing.
pub fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    crate::files::write_atomically(path, bytes)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// A float with the digits that read back to it; empty if there is none.
pub fn number(value: f64) -> String {
    if value.is_nan() { String::new() } else { format!("{value:?}") }
}

/// A line of numbers is not longer than this; what is, is something else than a table.
const LONGEST_LINE: usize = 4096;

/// Reads what has lines of sensible length, and fails otherwise instead of filling the memory.
struct ShortLines<R> {
    inner: R,
    /// Bytes since the last end of a line.
    length: usize,
}

impl<R> ShortLines<R> {
    fn new(inner: R) -> Self {
        Self { inner, length: 0 }
    }
}

impl<R: Read> Read for ShortLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for &byte in &buffer[..count] {
            self.length = if byte == b'\n' { 0 } else { self.length + 1 };
            if self.length > LONGEST_LINE {
                let words = format!("it has a line of more than {LONGEST_LINE} bytes");
                return Err(std::io::Error::new(std::io::ErrorKind::InvalidData, words));
            }
        }
        Ok(count)
    }
}

/// Reads a CSV file whose header is exactly `columns`; every cell must be a finite number.
pub fn read<const N: usize>(path: &Path, columns: [&str; N]) -> Result<Vec<[f64; N]>> {
    let shown = path.display();
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(ShortLines::new(
        File::open(path).with_context(|| format!("cannot read {shown}"))?,
    ));
    let wanted = columns.join(",");
    let header = reader.headers().with_context(|| format!("{shown} is not a CSV file"))?.clone();
    if !header.iter().eq(columns) {
        let found: Vec<_> = header.iter().collect();
        bail!("{shown}: the first line must be `{wanted}`, found `{}`", found.join(","));
    }
    let mut rows = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let line = index + 2;
        let record = record
            .with_context(|| format!("{shown}, line {line}: not {N} numbers (`{wanted}`)"))?;
        let mut row = [0.0; N];
        for ((value, cell), column) in row.iter_mut().zip(&record).zip(columns) {
            *value = match cell.parse::<f64>() {
                Ok(number) if number.is_finite() => number,
                _ => bail!("{shown}, line {line}: {column} = `{cell}` must be a finite number"),
            };
        }
        push(&mut rows, row, &format!("the rows of {shown}"))?;
    }
    if rows.is_empty() {
        bail!("{shown} holds no rows: at least one `{wanted}` is needed");
    }
    Ok(rows)
}
