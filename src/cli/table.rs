//! CSV in and out. Numbers are written with the digits that read back to the same float.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use driftscope_base::memory::{check_disk, check_memory, product, push};

pub use driftscope_study::export::number;

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

    /// Writes the table, all or nothing.
    pub fn save(self, path: &Path) -> Result<()> {
        let bytes = self.0.into_inner().map_err(csv::IntoInnerError::into_error)?;
        save(path, &bytes)
    }
}

/// Refuses a table at `out` of so many rows, each of so many bytes, that there would be no room for:
/// it is made in memory, then written.
pub fn check_room(out: &Path, rows: usize, row_bytes: usize) -> Result<()> {
    let bytes = product(&[rows, row_bytes]);
    let what = format!("a table of {rows} rows");
    // A list that grows is twice what is in it.
    check_memory(&what, bytes.saturating_mul(2), "ask for fewer rows")?;
    if is_stream(out) {
        return Ok(());
    }
    let folder = out.parent().unwrap_or(Path::new(""));
    Ok(check_disk(folder, &what, bytes, "ask for fewer rows")?)
}

/// What stands for standard output, or input, in place of a file.
const STANDARD: &str = "-";

/// Whether a result goes to standard output, a pipe or a device rather than to a file or folder.
pub fn is_stream(path: &Path) -> bool {
    path.as_os_str() == STANDARD || driftscope_base::files::is_stream(path)
}

/// Writes a file, all or nothing; a stream is written through, `-` being standard output.
pub fn save(path: &Path, bytes: &[u8]) -> Result<()> {
    if path.as_os_str() == STANDARD {
        return super::output::print(bytes);
    }
    driftscope_base::files::write_atomically(path, bytes)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Finds out whether [`save`] could write `path` now, without changing it.
pub fn check_writable(path: &Path) -> Result<()> {
    if path.as_os_str() == STANDARD {
        return Ok(());
    }
    driftscope_base::files::check_writable(path)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Makes the folder `path` if it is not there.
pub fn make_folder(path: &Path) -> Result<()> {
    std::fs::create_dir_all(path)
        .with_context(|| format!("cannot make the folder {}", path.display()))
}

/// Finds out whether files could be written into the folder `path`, without changing anything.
pub fn check_folder(path: &Path) -> Result<()> {
    driftscope_base::files::check_folder(path)
        .with_context(|| format!("cannot write to the folder {}", path.display()))
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

/// A row of numbers, and where it stands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<const N: usize> {
    /// The line of the file on which it begins, from 1.
    pub line: usize,
    /// One number for each column.
    pub values: [f64; N],
}

impl<const N: usize> Row<N> {
    /// The whole number from 0 on in `column`, which is called `title` in the file `name`.
    pub fn whole(&self, column: usize, title: &str, name: &str) -> Result<usize> {
        let (line, value) = (self.line, self.values[column]);
        // Beyond 2⁵³ doubles skip whole numbers.
        let allowed = value >= 0.0 && value.fract() == 0.0 && value < 2.0_f64.powi(53);
        ensure!(allowed, "{name}, line {line}: {title} = {value} must be a whole number from 0");
        Ok(value as usize)
    }
}

/// A table of numbers in a file or on standard input.
pub struct NumberFile {
    name: String,
    records: Records,
    header: Vec<String>,
}

impl NumberFile {
    /// Opens a CSV file, `-` being standard input, and reads its header.
    pub fn open(path: &Path) -> Result<Self> {
        let (name, file): (String, Box<dyn Read>) = if path.as_os_str() == STANDARD {
            ("standard input".into(), Box::new(std::io::stdin()))
        } else {
            let name = path.display().to_string();
            let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
            (name, Box::new(file))
        };
        let mut records = Records::of(file);
        records.advance().with_context(|| format!("{name} is not a CSV file"))?;
        let header = records.cells().map(str::to_owned).collect();
        Ok(Self { name, records, header })
    }

    /// What the file is called in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether these are its columns.
    pub fn has(&self, columns: &[&str]) -> bool {
        self.header.iter().eq(columns)
    }

    /// Its rows; the columns must be exactly `columns`, and every cell a finite number.
    pub fn rows<const N: usize>(mut self, columns: [&str; N]) -> Result<Vec<Row<N>>> {
        let shown = &self.name;
        let wanted = columns.join(",");
        if !self.header.iter().eq(columns) {
            let found = self.header.join(",");
            bail!("{shown}: the first line must be `{wanted}`, found `{found}`");
        }
        let mut rows = Vec::new();
        let not_numbers = |line| format!("{shown}, line {line}: not {N} numbers (`{wanted}`)");
        while let Some(line) = {
            let next = self.records.next_line();
            self.records.advance().with_context(|| not_numbers(next))?
        } {
            if self.records.cells().count() != N {
                bail!("{}", not_numbers(line));
            }
            let mut values = [0.0; N];
            for ((value, cell), column) in values.iter_mut().zip(self.records.cells()).zip(columns)
            {
                *value = match cell.parse::<f64>() {
                    Ok(number) if number.is_finite() => number,
                    _ => bail!("{shown}, line {line}: {column} = `{cell}` must be a finite number"),
                };
            }
            push(&mut rows, Row { line, values }, &format!("the rows of {shown}"))?;
        }
        if rows.is_empty() {
            bail!("{shown} holds no rows: at least one `{wanted}` is needed");
        }
        Ok(rows)
    }
}

/// The records of a CSV text, blank lines left out, with the lines they begin on.
struct Records {
    reader: csv::Reader<Box<dyn Read>>,
    record: csv::StringRecord,
}

impl Records {
    fn of(text: impl Read + 'static) -> Self {
        // Every record ends with a line feed, the last one too, so that lines can be counted.
        let text: Box<dyn Read> = Box::new(ShortLines::new(text).chain(&b"\n"[..]));
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(text);
        Self { reader, record: csv::StringRecord::new() }
    }

    /// The line that is read next, from 1.
    fn next_line(&self) -> usize {
        self.reader.position().line() as usize
    }

    /// Goes to the next record and says on which line it begins; none at the end.
    fn advance(&mut self) -> csv::Result<Option<usize>> {
        loop {
            let least = self.next_line();
            if !self.reader.read_record(&mut self.record)? {
                return Ok(None);
            }
            // The csv crate gives a record the line of the blank ones before it. Its own is as many
            // lines before the next one as it has line feeds, one at its end among them (none where
            // a quote is never closed).
            let inside: usize = self.record.iter().map(|cell| cell.matches('\n').count()).sum();
            let line = (self.next_line() - 1).saturating_sub(inside).max(least);
            if self.cells().any(|cell| !cell.is_empty()) || self.record.len() > 1 {
                return Ok(Some(line));
            }
        }
    }

    /// The cells of the record, without the spaces around them.
    fn cells(&self) -> impl Iterator<Item = &str> {
        self.record.iter().map(str::trim)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(usize, Vec<String>)> {
        let mut records = Records::of(std::io::Cursor::new(text.to_owned()));
        std::iter::from_fn(|| {
            let line = records.advance().expect("reads")?;
            Some((line, records.cells().map(str::to_owned).collect()))
        })
        .collect()
    }

    #[test]
    fn records_know_the_lines_that_an_editor_shows() {
        let numbers = |text| -> Vec<usize> { lines(text).iter().map(|(line, _)| *line).collect() };
        assert_eq!(numbers("x,y\n1,2\n3,4\n"), [1, 2, 3]);
        assert_eq!(numbers("x,y\n1,2\n3,4"), [1, 2, 3], "no line feed at the end");
        assert_eq!(numbers("x,y\n\n\n1,2\n\n3,4\n\n"), [1, 4, 6], "blank lines");
        assert_eq!(numbers("\n  \nx,y\n \t\n1,2\n"), [3, 5], "lines of spaces");
        assert_eq!(numbers("x,y\r\n1,2\r\n\r\n3,4\r\n"), [1, 2, 4], "Windows");
        assert_eq!(numbers("x,y\n\"1\n\",2\n3,4\n"), [1, 2, 4], "a quoted line feed");
        assert_eq!(numbers("x,y\r\n\r\n\"\r\n1\",2\r\n3,4"), [1, 3, 5]);
        assert_eq!(numbers("x,y\n1,2\n\"3,4\n5,6\n"), [1, 2, 3], "a quote that is never closed");
        assert_eq!(numbers("\u{feff}x,y\n1,2\n"), [1, 2], "a byte order mark");
    }

    #[test]
    fn cells_are_read_without_the_spaces_around_them() {
        let cells = |text| lines(text).pop().expect("a record").1;
        assert_eq!(cells(" 1 ,\t2 \r\n"), ["1", "2"]);
        assert_eq!(cells("\"\n1\",\"2\"\n"), ["1", "2"]);
        assert_eq!(cells(",\n"), ["", ""]);
        assert_eq!(cells("\u{feff}x,y"), ["x", "y"]);
    }
}
