//! Choices that files name by a word.

/// A choice with its words.
#[derive(Clone, Copy, Debug)]
pub struct Word<T> {
    /// Its name in files.
    pub name: &'static str,
    /// Its name in menus.
    pub title: &'static str,
    /// The formula or the meaning.
    pub about: &'static str,
    /// What it stands for.
    pub value: T,
}

impl<T> Word<T> {
    /// A choice by its name in files, its name in menus, and what it means.
    pub const fn new(
        name: &'static str,
        title: &'static str,
        about: &'static str,
        value: T,
    ) -> Self {
        Self { name, title, about, value }
    }

    /// The words alone.
    pub fn plain(&self) -> Word<()> {
        let Self { name, title, about, .. } = *self;
        Word { name, title, about, value: () }
    }
}

/// The choice called `name` among `all`, or the names that are allowed.
pub fn choice<T: Copy>(name: &str, all: &[Word<T>]) -> Result<T, String> {
    let found = all.iter().find(|word| word.name == name);
    found.map(|word| word.value).ok_or_else(|| allowed(all))
}

/// The names of `all`, separated by commas.
pub fn allowed<T>(all: &[Word<T>]) -> String {
    all.iter().map(|word| word.name).collect::<Vec<_>>().join(", ")
}

/// The name of `choice`.
pub fn name<T: PartialEq>(choice: &T, all: &[Word<T>]) -> &'static str {
    let found = all.iter().find(|word| word.value == *choice);
    found.expect("every choice has a name").name
}

/// Writes a type with a table `ALL` of [`Word`]s as the name in files, and reads it from there.
macro_rules! by_name {
    ($kind:ty, $what:literal) => {
        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::network::words::name(self, &Self::ALL))
            }
        }

        impl<'de> serde::Deserialize<'de> for $kind {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = <String as serde::Deserialize>::deserialize(deserializer)?;
                $crate::network::words::choice(&name, &Self::ALL).map_err(|allowed| {
                    serde::de::Error::custom(format!(
                        "unknown {} `{name}`, expected one of {allowed}",
                        $what
                    ))
                })
            }
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str($crate::network::words::name(self, &Self::ALL))
            }
        }
    };
}

pub(crate) use by_name;
