//! Values of a table by their dotted keys, such as `sampler.rtol`.

use toml::{Table, Value};

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
