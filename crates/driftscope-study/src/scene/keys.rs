//! Values of a table by their dotted keys, such as `sampler.rtol`.

use toml::{Table, Value};

use super::error::SceneError;

/// The most parts of a key. Those of scenes have three; each is a table inside a table, which are read, compared
/// and dropped by recursion.
const MOST_PARTS: usize = 8;
/// What a message quotes of a key, in letters.
const QUOTED: usize = 60;

/// Refuses a key of too many parts before anything is made of it.
pub(super) fn check_parts(key: &str, origin: &str) -> Result<(), SceneError> {
    if key.split('.').count() <= MOST_PARTS {
        return Ok(());
    }
    let key = format!("{}…", key.chars().take(QUOTED).collect::<String>());
    let message = format!("no scene has a key of more than {MOST_PARTS} parts");
    Err(SceneError::Value { origin: origin.to_owned(), key, message })
}

/// The value at a dotted key.
pub(super) fn value_at<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    let mut parts = key.split('.');
    let first = table.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// The value that is written after a setting's `=`; what is no TOML is a bare word.
pub(super) fn value_of(written: &str) -> Value {
    format!("v = {written}")
        .parse::<Table>()
        .ok()
        .filter(|table| table.len() == 1)
        .and_then(|mut table| table.remove("v"))
        .unwrap_or_else(|| Value::String(written.to_owned()))
}

/// Puts a value at a dotted key, or takes the one that is there away. Groups on the way are made, and are gone when
/// nothing is left in them.
pub(super) fn put(table: &mut Table, key: &str, value: Option<Value>) {
    match (key.split_once('.'), value) {
        (Some((name, rest)), value) => {
            let group = table.entry(name).or_insert_with(|| Value::Table(Table::new()));
            // A key below something that is no group is no key of a scene: reading says so.
            let known = group.is_table();
            if !known {
                *group = Value::Table(Table::new());
            }
            let Value::Table(group) = group else { return };
            put(group, rest, value);
            // A group of which nothing is left is not given either, such as a source.
            if known && group.is_empty() {
                table.remove(name);
            }
        }
        (None, Some(value)) => {
            table.insert(key.to_owned(), value);
        }
        (None, None) => {
            table.remove(key);
        }
    }
}
