//! What a plot or a card shows, as a table of numbers.

use driftscope_solve::measure::{Band, Floored};

/// A table with named columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// The names, with units where there are any.
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// A number; not a number where nothing is known.
    Number(f64),
    /// A whole number.
    Count(u64),
    /// A name.
    Words(String),
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<usize> for Cell {
    fn from(value: usize) -> Self {
        Self::Count(value as u64)
    }
}

impl From<&str> for Cell {
    fn from(words: &str) -> Self {
        Self::Words(words.to_owned())
    }
}

impl From<String> for Cell {
    fn from(words: String) -> Self {
        Self::Words(words)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Self::Words(value.to_string())
    }
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(columns: &[&str]) -> Self {
        Self { columns: columns.iter().map(|&name| name.to_owned()).collect(), rows: Vec::new() }
    }

    /// One more row, with an entry for every column.
    ///
    /// # Panics
    /// If it has more or fewer.
    pub fn push(&mut self, row: impl Into<Vec<Cell>>) {
        let row = row.into();
        assert_eq!(row.len(), self.columns.len(), "{:?}", self.columns);
        self.rows.push(row);
    }

    /// Whether it has no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table as the bytes of a CSV file: numbers with as many digits as tell them apart from all
    /// others, nothing where nothing is known.
    ///
    /// # Panics
    /// If there is no memory.
    #[must_use]
    pub fn to_csv(&self) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let written = |cell: &Cell| match cell {
            Cell::Number(value) if value.is_nan() => String::new(),
            Cell::Number(value) => format!("{value:?}"),
            Cell::Count(count) => count.to_string(),
            Cell::Words(words) => words.clone(),
        };
        let rows = self.rows.iter().map(|row| row.iter().map(written).collect());
        for row in std::iter::once(self.columns.clone()).chain(rows) {
            writer.write_record(&row).expect("memory takes all that is written");
        }
        writer.into_inner().expect("memory takes all that is written")
    }
}

/// The three numbers of a band, where there is one.
#[must_use]
pub fn band(band: Option<&Band>) -> [Cell; 3] {
    let of = |pick: fn(&Band) -> f64| Cell::Number(band.map_or(f64::NAN, pick));
    [of(|band| band.low), of(|band| band.median), of(|band| band.high)]
}

/// A value, and what two draws of the data differ by: in the mean, at least, at most.
#[must_use]
pub fn floored(found: Option<&Floored>) -> [Cell; 4] {
    let of = |pick: fn(&Floored) -> f64| Cell::Number(found.map_or(f64::NAN, pick));
    [of(|f| f.value), of(|f| f.floor), of(|f| f.spread[0]), of(|f| f.spread[1])]
}

/// What a plot or a card is called on the command line and in files: its title in small letters, with
/// hyphens for all that is no letter or digit.
#[must_use]
pub fn name_of(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_they_were() {
        let mut table = Table::new(&["t", "name, with comma", "n"]);
        let values = [0.1, 1.0 / 3.0, 1e-300, -2.5e20];
        for (i, value) in values.into_iter().enumerate() {
            table.push([value.into(), "a, b".into(), i.into()]);
        }
        table.push([f64::NAN.into(), "".into(), 7_usize.into()]);
        let bytes = table.to_csv();
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        assert_eq!(reader.headers().expect("a header"), ["t", "name, with comma", "n"].as_slice());
        let rows: Vec<_> = reader.records().map(|row| row.expect("a row")).collect();
        for (value, row) in values.iter().zip(&rows) {
            let again: f64 = row[0].parse().expect("a number");
            assert_eq!(again.to_bits(), value.to_bits());
        }
        assert_eq!(&rows[4][0], "");
    }

    #[test]
    fn titles_become_names() {
        assert_eq!(name_of("Error estimate / tolerance"), "error-estimate-tolerance");
        assert_eq!(name_of("Distance to p_t"), "distance-to-p-t");
    }
}
