//! Points from the clipboard.

use super::PointList;
use super::{picture, point_table};
use crate::own::Own;

/// Reads pasted text as points: a table as in a file (see `data.points`), or numbers with blanks between them,
/// a point a line.
///
/// # Errors
/// What is wrong, on which line, and what is allowed.
pub fn data_from_paste(text: &str) -> Result<Own<PointList>, String> {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let by_blanks = !first.contains([',', ';', '\t']);
    let set = if by_blanks {
        // Line by line, so that a message names the right one.
        let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(",") + "\n";
        point_table::read(&text.lines().map(line).collect::<String>())
    } else {
        point_table::read(text)
    };
    Ok(Own::new(PointList(set?)))
}

/// Takes a pasted picture for points, as one from a file (see `data.points`): `size` is its columns and rows,
/// `rgba` the red, green, blue and opacity of each pixel, rows from the top.
///
/// # Errors
/// If it is blank, too large, or no picture.
pub fn data_from_picture(size: [usize; 2], rgba: Vec<u8>) -> Result<Own<PointList>, String> {
    picture::points_of_pixels(size, rgba).map(|set| Own::new(PointList(set)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_lines_of_numbers_are_points() {
        let wanted = vec![[1.0, -2.5], [0.03, 4.0]];
        for text in [
            "x,y\n1,-2.5\n0.03,4\n",
            "1;-2.5\n0.03;4",
            "1\t-2.5\n0.03\t4",
            "1 -2.5\n0.03 4",
            "  1   -2.5  \n\n 3e-2  4 \r\n",
            "X Y\n1 -2.5\n0.03 4\n",
        ] {
            let own = data_from_paste(text).expect("points");
            assert_eq!(own.content().0.points, wanted, "{text:?}");
        }
        let own = data_from_paste("1 2 0\n3 4 1\n").expect("points");
        assert_eq!(own.content().0.labels, [0, 1]);
    }

    #[test]
    fn what_is_no_point_is_refused_by_its_line() {
        for (text, words) in [
            ("1 2\n3 four\n", "line 2: y is `four`"),
            ("1,2\n\n3,\n", "line 3: y is ``"),
            ("The quick brown fox", "columns x and y"),
            ("", "no points"),
        ] {
            let message = data_from_paste(text).expect_err("refused");
            assert!(message.contains(words), "{message}");
        }
    }
}
