//! Points as a table of text: `x,y` and optionally `label`, separated by commas, semicolons or tabs.

use csv::{ReaderBuilder, StringRecord};
use driftscope_flow::data::PointSet;

/// Reads a table of points: a header that names `x`, `y` and perhaps `label`, in any case and order, beside
/// which other columns are left alone; or no header, and the columns in that order.
///
/// # Errors
/// What is wrong, on which line, and what is allowed.
pub(super) fn read(text: &str) -> Result<PointSet, String> {
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let separator = [b';', b'\t'].into_iter().find(|&mark| first.as_bytes().contains(&mark));
    let mut reader = ReaderBuilder::new()
        .delimiter(separator.unwrap_or(b','))
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns: Option<Columns> = None;
    let mut set = PointSet::default();
    for row in reader.records() {
        let row = row.map_err(|error| error.to_string())?;
        let line = row.position().map_or(1, |position| line_of(text, position));
        if row.iter().all(str::is_empty) {
            continue;
        }
        let at = |message: String| format!("line {line}: {message}");
        let Some(known) = &columns else {
            let (found, is_header) = Columns::of(&row).map_err(at)?;
            if !is_header {
                found.push(&row, &mut set).map_err(at)?;
            }
            columns = Some(found);
            continue;
        };
        if set.points.len() == PointSet::MOST {
            return Err(at(format!("more points than {}, which is the most", PointSet::MOST)));
        }
        known.push(&row, &mut set).map_err(at)?;
    }
    if set.points.is_empty() {
        return Err("it holds no points: lines of x,y or x,y,label are needed".into());
    }
    Ok(set)
}

/// The line on which a row stands: its position is that of the empty lines before it.
fn line_of(text: &str, position: &csv::Position) -> u64 {
    let from = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + ends.filter(|byte| **byte == b'\n').count() as u64
}

/// What a message quotes of a cell: its beginning, on one line.
fn short(text: &str) -> String {
    const MOST: usize = 40;
    let more = if text.chars().count() > MOST { "…" } else { "" };
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().take(MOST).map(plain).chain(more.chars()).collect()
}

/// Which columns of a table are read.
struct Columns {
    point: [usize; 2],
    label: Option<usize>,
}

impl Columns {
    /// Those of the first row, and whether that row is a header.
    fn of(first: &StringRecord) -> Result<(Self, bool), String> {
        let place = |name: &str| first.iter().position(|cell| cell.eq_ignore_ascii_case(name));
        if first.iter().all(|cell| cell.parse::<f64>().is_ok()) {
            let label = (first.len() > 2).then_some(2);
            return Ok((Self { point: [0, 1], label }, false));
        }
        let [Some(x), Some(y)] = ["x", "y"].map(place) else {
            let found: Vec<&str> = first.iter().collect();
            return Err(format!(
                "the header is `{}`: columns x and y are needed, and label is allowed",
                short(&found.join(","))
            ));
        };
        Ok((Self { point: [x, y], label: place("label") }, true))
    }

    fn push(&self, row: &StringRecord, set: &mut PointSet) -> Result<(), String> {
        let mut point = [0.0; 2];
        for (d, name) in ["x", "y"].into_iter().enumerate() {
            let text = row.get(self.point[d]).unwrap_or_default();
            let number = text.parse().ok().filter(|number: &f64| number.is_finite());
            let number =
                number.ok_or_else(|| format!("{name} is `{}`: a number is needed", short(text)))?;
            if number.abs() > PointSet::FARTHEST {
                let most = PointSet::FARTHEST;
                return Err(format!("{name} is {}: it must lie within ±{most}", short(text)));
            }
            point[d] = number;
        }
        set.points.push(point);
        if let Some(label) = self.label {
            let text = row.get(label).unwrap_or_default();
            set.labels.push(text.parse().map_err(|_| {
                format!(
                    "label is `{}`: a whole number from 0 to {} is needed",
                    short(text),
                    u32::MAX
                )
            })?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_several_kinds_say_the_same() {
        let points = vec![[1.0, -2.5], [0.03, 4.0]];
        for text in [
            "x,y\n1,-2.5\n0.03,4\n",
            "X;Y\n1;-2.5\n3e-2;4\n",
            "\u{feff}y\tname\tX\r\n-2.5\tfirst\t1\r\n\r\n4\tsecond\t0.03\r\n",
            "1, -2.5\n0.03, 4",
        ] {
            let set = read(text).expect("points");
            assert_eq!((set.points, set.labels), (points.clone(), Vec::new()), "{text}");
        }
        for text in ["Label,x,y\n3,1,-2.5\n0,0.03,4\n", "1,-2.5,3\n0.03,4,0\n"] {
            let set = read(text).expect("points");
            assert_eq!((set.points, set.labels), (points.clone(), vec![3, 0]), "{text}");
        }
    }

    #[test]
    fn what_is_no_table_of_points_is_refused_by_its_line() {
        let long = format!("x,y\n{},1\n", "9z".repeat(5_000));
        let many = "1,2\n".repeat(PointSet::MOST + 1);
        for (text, words) in [
            ("", ["no points", "x,y"]),
            (" \n\n", ["no points", "x,y"]),
            ("x,y\n", ["no points", "x,y"]),
            ("x,y\n,\n;\n", ["line 3", "x is `;`"]),
            ("a,b\n1,2\n", ["line 1", "a,b"]),
            ("x,z\n1,2\n", ["line 1", "x,z"]),
            ("x\n1\n", ["line 1", "columns x and y"]),
            ("x y\n1 2\n", ["line 1", "x y"]),
            ("hello, world\n", ["line 1", "hello,world"]),
            ("{\"x\": 1, \"y\": 2}\n", ["line 1", "header"]),
            ("# a note\n1,2\n", ["line 1", "# a note"]),
            ("x,y\n1,2\n1\n", ["line 3", "y is ``"]),
            ("x,y\n1,2\n\n\n,2\n", ["line 5", "x is ``"]),
            ("x,y\n1,two\n", ["line 2", "`two`"]),
            ("x,y\n1,inf\n", ["line 2", "`inf`"]),
            ("x,y\nNaN,1\n", ["line 2", "`NaN`"]),
            ("x,y\n1e999,1\n", ["line 2", "`1e999`"]),
            ("x,y\n2e6,1\n", ["line 2", "±1000000"]),
            ("x,y\n1,-1000001\n", ["line 2", "y is -1000001"]),
            ("x,y\n1 2,3\n", ["line 2", "`1 2`"]),
            ("x;y\n1,5;2,5\n", ["line 2", "`1,5`"]),
            ("x,y\n1;2\n", ["line 2", "`1;2`"]),
            ("x\ty\n1,2\n", ["line 2", "`1,2`"]),
            ("x,y\n\"1,2\n3,4\n", ["line 2", "x is"]),
            ("x,y\n0x10,1\n", ["line 2", "`0x10`"]),
            ("x,y\n1,2\nx,y\n", ["line 3", "`x`"]),
            ("1,2\nx,y\n", ["line 2", "`x`"]),
            ("x,y,label\n1,2,-1\n", ["line 2", "whole number"]),
            ("x,y,label\n1,2,0.5\n", ["line 2", "whole number"]),
            ("x,y,label\n1,2,0\n1,2\n", ["line 3", "label is ``"]),
            ("x,y,label\n1,2,cat\n", ["line 2", "`cat`"]),
            ("x,y,label\n1,2,4294967296\n", ["line 2", "4294967295"]),
            ("1,2,0\n3,4,\n", ["line 2", "label is ``"]),
            (&long, ["line 2", "9z9z9z"]),
            (&many, ["line 20001", "20000"]),
        ] {
            let message = read(text).expect_err(text);
            assert!(words.iter().all(|word| message.contains(word)), "{text:.60?}: {message}");
            assert!(message.len() < 160 && !message.contains('\n'), "{message}");
        }
    }
}
