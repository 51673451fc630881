//! Choices that files name by a word.

/// The choice called `word` among `all`, or the words that are allowed.
pub fn choice<T: Copy>(word: &str, all: &[(&'static str, T)]) -> Result<T, String> {
    let found = all.iter().find(|(name, _)| *name == word);
    found.map(|(_, choice)| *choice).ok_or_else(|| allowed(all))
}

/// The words of `all`, separated by commas.
pub fn allowed<T>(all: &[(&'static str, T)]) -> String {
    all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

/// The word for `choice`.
pub fn word<T: PartialEq>(choice: &T, all: &[(&'static str, T)]) -> &'static str {
    let found = all.iter().find(|(_, other)| other == choice);
    found.expect("every choice has a word").0
}
