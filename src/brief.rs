//! Messages of a length that can be read.

use std::borrow::Cow;

/// Characters that are kept of the beginning, where it says what and where, and of the end, where it says what is
/// allowed.
const KEPT: [usize; 2] = [600, 300];

/// The words; of very long ones, which quote a value of a file that is no value, the beginning and the end.
pub fn brief(words: &str) -> Cow<'_, str> {
    let [first, last] = KEPT;
    let (Some((end, _)), Some((start, _))) =
        (words.char_indices().nth(first), words.char_indices().nth_back(last - 1))
    else {
        return words.into();
    };
    if start <= end {
        words.into()
    } else {
        format!("{} […] {}", &words[..end], &words[start..]).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_stays_and_the_rest_is_left_out_in_the_middle() {
        for count in [0, 1, 300, 600, 900] {
            let words = "é".repeat(count);
            assert_eq!(brief(&words), words);
        }
        let words = format!("a.toml: key = {} is not allowed: 1 to 2", "é".repeat(500_000));
        let short = brief(&words);
        assert_eq!(short.chars().count(), 600 + 300 + " […] ".chars().count());
        assert!(short.starts_with("a.toml: key = é") && short.ends_with("is not allowed: 1 to 2"));
    }
}
