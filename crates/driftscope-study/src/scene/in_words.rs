//! What a reader of TOML says, as a person would put it.

/// serde's words for types, as a person who writes a scene file would put them.
pub(super) fn in_words(message: &str) -> String {
    const WORDS: [(&str, &str); 8] = [
        ("expected usize", "expected a whole number, 0 or larger"),
        ("expected u64", "expected a whole number, 0 or larger"),
        ("expected f64", "expected a number"),
        ("expected a boolean", "expected true or false"),
        ("expected a string", "expected a text"),
        ("expected a sequence", "expected a list"),
        ("floating point", "the number"),
        ("expected struct", "expected a group of settings, [section],"),
    ];
    let message = WORDS.iter().fold(message.to_owned(), |text, (from, to)| text.replace(from, to));
    // The name of the Rust type says nothing to anybody.
    match message.split_once("[section],") {
        Some((head, _)) => format!("{head}[section]"),
        None => message,
    }
}
