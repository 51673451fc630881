//! A solver of one's own: the Butcher tableau of an explicit Runge–Kutta method, in a file or in the scene.

#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;

use driftscope_base::files;
use driftscope_solve::{Coefficients, MethodRef};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::in_words::in_words;
use crate::own::Content;

/// A tableau as it is written, and the method that it is.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnTableau {
    written: Written,
    method: MethodRef,
}

/// As it stands in a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    about: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<u32>,
    c: Vec<Entry>,
    a: Vec<Vec<Entry>>,
    b: Vec<Entry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b_hat: Option<Vec<Entry>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dense: Option<Vec<Vec<Entry>>>,
}

/// A number, or a fraction as text.
#[derive(Clone, Debug, PartialEq)]
struct Entry {
    value: f64,
    /// How it is written, if that is text.
    text: Option<String>,
}

impl OwnTableau {
    /// The method.
    #[must_use]
    pub fn method(&self) -> MethodRef {
        self.method
    }

    /// What a method of one's own is written as; none of one of the table.
    #[must_use]
    pub fn of(method: MethodRef) -> Option<Self> {
        let Coefficients { name, about, order, c, a, b, b_hat, dense } = method.coefficients()?;
        let written = Written {
            name: name.clone(),
            about: about.clone(),
            order: *order,
            c: entries(c),
            a: a.iter().map(|row| entries(row)).collect(),
            b: entries(b),
            b_hat: b_hat.as_ref().map(|b_hat| entries(b_hat)),
            dense: dense.as_ref().map(|dense| dense.iter().map(|row| entries(row)).collect()),
        };
        Some(Self { written, method })
    }

    /// Whether a TOML file holds a tableau rather than a scene: whether it has a and b.
    #[must_use]
    pub fn is_in(path: &Path) -> bool {
        let bytes = files::read_bytes(path, Self::MOST_BYTES).ok().flatten();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let table = text.and_then(|text| text.parse::<toml::Table>().ok());
        table.is_some_and(|table| table.contains_key("a") && table.contains_key("b"))
    }
}

impl Written {
    fn method(&self) -> Result<MethodRef, String> {
        let Self { name, about, order, c, a, b, b_hat, dense } = self;
        let rows = |rows: &[Vec<Entry>]| rows.iter().map(|row| values(row)).collect();
        let coefficients = Coefficients {
            name: name.clone(),
            about: about.clone(),
            order: *order,
            c: values(c),
            a: rows(a),
            b: values(b),
            b_hat: b_hat.as_deref().map(values),
            dense: dense.as_deref().map(rows),
        };
        coefficients.method().map_err(|error| error.to_string())
    }
}

fn values(entries: &[Entry]) -> Vec<f64> {
    entries.iter().map(|entry| entry.value).collect()
}

fn entries(values: &[f64]) -> Vec<Entry> {
    values.iter().map(|&value| Entry { value, text: None }).collect()
}

impl Content for OwnTableau {
    const WHAT: &'static str = "tableau";
    const MOST_BYTES: u64 = 1 << 18;
    const ENDING: &'static str = "toml";

    fn from_file(bytes: &[u8], _path: &Path) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "it is no text".to_owned())?;
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
            format!("line {line}: {}", error.message())
        })?;
        let written: Written = serde_path_to_error::deserialize(table).map_err(|error| {
            let message = in_words(error.inner().message());
            match error.path().to_string() {
                whole if whole == "." => message,
                key => format!("{key}: {message}"),
            }
        })?;
        Ok(Self { method: written.method()?, written })
    }

    fn to_file(&self) -> Vec<u8> {
        let text = toml::to_string(&self.written).expect("a tableau has nothing TOML cannot say");
        text.into_bytes()
    }
}

impl Serialize for OwnTableau {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for OwnTableau {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let method = written.method().map_err(D::Error::custom)?;
        Ok(Self { written, method })
    }
}

impl Serialize for Entry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.text {
            Some(text) => serializer.serialize_str(text),
            None => serializer.serialize_f64(self.value),
        }
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl Visitor<'_> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or a fraction as text, such as \"35/384\"")
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Entry, E> {
        Ok(Entry { value, text: None })
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Entry, E> {
        self.visit_f64(value as f64)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Entry, E> {
        self.visit_f64(value as f64)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Entry, E> {
        let Some(value) = fraction(text) else {
            return Err(E::invalid_value(serde::de::Unexpected::Str(text), &self));
        };
        Ok(Entry { value, text: Some(text.to_owned()) })
    }
}

/// `35/384`, `-0.5` or `1e-3/7`.
fn fraction(text: &str) -> Option<f64> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|value| value.is_finite());
    let (above, below) = text.split_once('/').unwrap_or((text, "1"));
    let (above, below) = (number(above)?, number(below)?);
    Some(above / below).filter(|_| below != 0.0)
}
