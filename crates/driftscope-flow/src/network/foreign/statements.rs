//! What is said about a network: in its file's metadata, in a TOML file beside it, which counts before
//! those, and in a scene, which counts before both.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::refusal::Refusal;
use crate::network::words::{self, Word};

/// Every key that can be stated.
pub const KEYS: [&str; 14] = [
    "prediction",
    "interpolant",
    "time",
    "time_scale",
    "velocity_towards",
    "scale",
    "shift",
    "sigma_data",
    "sigma_min",
    "sigma_max",
    "activation",
    "time_features",
    "time_frequencies",
    "input_order",
];

/// What most files mean that do not say it, for a first look at a network of which nobody has said it yet.
const LIKELY: [(&str, &str); 5] = [
    ("prediction", "velocity"),
    ("interpolant", "linear"),
    ("time", "t"),
    ("activation", "silu"),
    ("time_features", "sin-cos"),
];

/// Texts by key. Keys of metadata that are not ours are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statements(BTreeMap<String, String>);

impl Statements {
    /// The metadata of a file, and the text of the TOML file beside it.
    ///
    /// # Errors
    /// If the TOML file is none, or has a key that means nothing here.
    pub fn new(
        metadata: impl IntoIterator<Item = (String, String)>,
        beside: Option<&str>,
        origin: &str,
    ) -> Result<Self, Refusal> {
        let known = |key: &str| KEYS.contains(&key);
        let mut map: BTreeMap<_, _> = metadata.into_iter().filter(|(key, _)| known(key)).collect();
        if let Some(text) = beside {
            let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
                let reason = error.message().lines().next().unwrap_or_default().to_owned();
                Refusal::new(origin, format!("the TOML file beside it cannot be read: {reason}"))
            })?;
            // A scene of the same name is not about the network.
            let scene = table.values().any(toml::Value::is_table);
            for (key, value) in table.into_iter().filter(|_| !scene) {
                if !known(&key) {
                    let reason = format!(
                        "the TOML file beside it has a key `{key}`; the keys are {}",
                        KEYS.join(", ")
                    );
                    return Err(Refusal::new(origin, reason));
                }
                let text = text_of(&value).ok_or_else(|| {
                    let reason = format!(
                        "the TOML file beside it has {key} = {value}; a text, a number or a list of numbers is needed"
                    );
                    Refusal::new(origin, reason)
                })?;
                map.insert(key, text);
            }
        }
        Ok(Self(map))
    }

    /// Whether nothing is stated.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// States `value` under `key`, or nothing.
    ///
    /// # Panics
    /// If nothing can be stated under that key.
    pub fn state(&mut self, key: &str, value: Option<String>) {
        assert!(KEYS.contains(&key), "{key}");
        match value {
            Some(value) => self.0.insert(key.to_owned(), value),
            None => self.0.remove(key),
        };
    }

    /// These, and what `over` states in place of what is stated here.
    #[must_use]
    pub fn with(mut self, over: &Self) -> Self {
        self.0.extend(over.0.clone());
        self
    }

    /// States what most files mean by not stating `key`.
    ///
    /// # Panics
    /// If it has a safe default.
    pub fn suppose(&mut self, key: &str) {
        let likely = LIKELY.iter().find(|(known, _)| *known == key);
        let (_, value) = likely.unwrap_or_else(|| panic!("{key} has a default"));
        self.state(key, Some((*value).to_owned()));
    }

    /// Every key with what is stated under it, in the order of the alphabet.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// What is stated under `key`.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<&str> {
        debug_assert!(KEYS.contains(&key), "{key}");
        self.0.get(key).map(String::as_str)
    }

    /// One of several choices; none if nothing is stated.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        all: &[Word<T>],
        origin: &str,
    ) -> Result<Option<T>, Refusal> {
        let Some(word) = self.text(key) else { return Ok(None) };
        words::choice(word, all).map(Some).map_err(|allowed| {
            Refusal::new(origin, format!("{key} = {word:?}; allowed are {allowed}"))
        })
    }

    /// A choice that has no safe default.
    pub(super) fn needed<T: Copy>(
        &self,
        key: &'static str,
        all: &[Word<T>],
        origin: &str,
    ) -> Result<T, Refusal> {
        self.choice(key, all, origin)?.ok_or_else(|| {
            let allowed = words::allowed(all);
            let reason = format!(
                "it does not say its `{key}`; state it in the file's metadata or in a TOML file beside it: {allowed}"
            );
            Refusal::lacking(origin, key, reason)
        })
    }

    /// A number greater than zero; `default` if nothing is stated.
    pub(super) fn positive(&self, key: &str, default: f64, origin: &str) -> Result<f64, Refusal> {
        let Some(text) = self.text(key) else { return Ok(default) };
        match text.trim().parse::<f64>() {
            Ok(number) if number > 1e-9 && number < 1e9 => Ok(number),
            _ => {
                let reason = format!("{key} = {text:?}; a number from 1e-9 to 1e9 is needed");
                Err(Refusal::new(origin, reason))
            }
        }
    }

    /// A list of finite numbers, separated by blanks or commas; none if nothing is stated.
    pub(super) fn numbers(&self, key: &str, origin: &str) -> Result<Option<Vec<f64>>, Refusal> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let words = text.split(|c: char| c.is_whitespace() || "[],".contains(c));
        let numbers: Option<Vec<f64>> = words
            .filter(|word| !word.is_empty())
            .map(|word| word.parse().ok().filter(|number: &f64| number.abs() < 1e9))
            .collect();
        numbers.map(Some).ok_or_else(|| {
            let beginning: String = text.chars().take(40).collect();
            let reason = format!("{key} = {beginning:?}; a list of numbers is needed");
            Refusal::new(origin, reason)
        })
    }
}

/// Words as texts, a number as one, several as a list.
impl Serialize for Statements {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = self.all().map(|(key, text)| {
            let numbers: Option<Vec<f64>> =
                text.split_whitespace().map(|word| word.parse().ok()).collect();
            let value = match numbers.as_deref() {
                Some(&[number]) => Stated::Number(number),
                Some([_, ..]) => Stated::Numbers(numbers.unwrap_or_default()),
                _ => Stated::Text(text.to_owned()),
            };
            (key, value)
        });
        serializer.collect_map(written)
    }
}

impl<'de> Deserialize<'de> for Statements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stated = BTreeMap::<String, Stated>::deserialize(deserializer)?;
        let mut all = Self::default();
        for (key, value) in stated {
            if !KEYS.contains(&key.as_str()) {
                let words = format!("unknown field `{key}`, expected one of {}", KEYS.join(", "));
                return Err(de::Error::custom(words));
            }
            let text = match value {
                Stated::Text(text) => text,
                Stated::Number(number) => number.to_string(),
                Stated::Numbers(numbers) => {
                    numbers.iter().map(f64::to_string).collect::<Vec<_>>().join(" ")
                }
            };
            all.state(&key, Some(text));
        }
        Ok(all)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a text, a number or a list of numbers")]
enum Stated {
    Number(f64),
    Numbers(Vec<f64>),
    Text(String),
}

impl fmt::Display for Statements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(key, value)| writeln!(f, "{key} = {value:?}"))
    }
}

fn text_of(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Array(list) => {
            let numbers: Option<Vec<String>> = list
                .iter()
                .map(|item| (item.is_integer() || item.is_float()).then(|| text_of(item)).flatten())
                .collect();
            Some(numbers?.join(" "))
        }
        _ => None,
    }
}
