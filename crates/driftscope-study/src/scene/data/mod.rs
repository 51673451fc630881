//! What is sampled: a built-in distribution by name, or data of one's own from one of the sources in the
//! table below. A file here that makes something a [`Source`], and its line in the table, add one to scene
//! files, `--set`, checks, the window's menu and sliders, model files and the command that trains on it.

mod mixture;
mod source;
#[cfg(test)]
mod tests;

use std::path::Path;

use driftscope_flow::data::{Mixture, TOYS, Toy, toy};
use serde::{Deserialize, Serialize};

pub use mixture::Blob;
pub use source::{Number, Source, Words};

use super::check::Problem;

/// The sources of data of one's own, each by its key below `[data]`.
macro_rules! sources {
    ($($(#[$words:meta])* $key:ident: $source:ty,)*) => {
        /// What is sampled: a built-in distribution by name, or data of one's own, at most one of them.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Data {
            /// A built-in distribution; ignored where there are data of one's own.
            pub name: String,
            $($(#[$words])* #[serde(skip_serializing_if = "Option::is_none")] pub $key: Option<$source>,)*
        }

        impl Data {
            /// The keys of data of one's own in scene files.
            pub(super) const OWN: &'static [&'static str] = &[$(concat!("data.", stringify!($key))),*];

            /// A built-in distribution.
            #[must_use]
            pub fn named(name: &str) -> Self {
                Self { name: name.to_owned(), $($key: None),* }
            }

            /// What there is of data of one's own, by key.
            fn all_own(&self) -> impl Iterator<Item = (&'static str, &dyn Source)> {
                let own = [$((stringify!($key), self.$key.as_ref().map(|own| own as &dyn Source))),*];
                own.into_iter().filter_map(|(key, own)| Some((key, own?)))
            }

            /// Data of one's own, to change.
            fn own_mut(&mut self) -> Option<&mut dyn Source> {
                $(if let Some(own) = &mut self.$key { return Some(own); })*
                None
            }

            /// The setting that gives data of one's own, such as `data.mixture=[…]`.
            ///
            /// # Panics
            /// Never: a source has nothing that TOML cannot say.
            #[must_use]
            pub fn setting(&self) -> Option<String> {
                $(if let Some(own) = &self.$key {
                    let value = toml::Value::try_from(own).expect("a source is TOML");
                    return Some(format!("data.{}={value}", stringify!($key)));
                })*
                None
            }

            /// Data of one's own that a menu can begin with.
            fn starts() -> Vec<Self> {
                let starts = [$(<$source as Source>::start()
                    .map(|own| Self { $key: Some(own), ..Self::default() })),*];
                starts.into_iter().flatten().collect()
            }

            /// Lets names of files in the section of a scene file be seen from its folder.
            pub(super) fn beside(section: &mut toml::Table, folder: &Path) {
                $(if let Some(value) = section.get_mut(stringify!($key)) {
                    <$source as Source>::beside(value, folder);
                })*
            }
        }
    };
}

sources! {
    /// A mixture of Gaussians.
    mixture: Vec<Blob>,
}

impl Default for Data {
    fn default() -> Self {
        Self::named("two-moons")
    }
}

/// An entry of the menu of data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataChoice {
    /// A built-in distribution, or the key of a source.
    pub name: &'static str,
    /// Name in menus.
    pub title: &'static str,
    /// One sentence on what it is.
    pub about: &'static str,
}

impl Data {
    /// Data of one's own, if there are any.
    #[must_use]
    pub fn own(&self) -> Option<&dyn Source> {
        self.all_own().next().map(|(_, own)| own)
    }

    /// The built-in distribution, unless there are data of one's own or it has none of the names.
    #[must_use]
    pub fn toy(&self) -> Option<&'static Toy> {
        if self.own().is_some() { None } else { toy(&self.name).ok() }
    }

    /// Name in menus.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.entry().title
    }

    /// One sentence on what it is.
    #[must_use]
    pub fn about(&self) -> &'static str {
        self.entry().about
    }

    /// What model files call it.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.own().map_or(&self.name, |own| own.words().file_name)
    }

    /// The distribution.
    ///
    /// # Errors
    /// The first value that is not allowed.
    pub fn mixture(&self) -> Result<Mixture, Problem> {
        let mut own = self.all_own();
        let Some((first, source)) = own.next() else {
            let built_in = self.toy().map(Toy::mixture);
            return built_in.ok_or_else(|| {
                let names: Vec<_> = TOYS.iter().map(|toy| toy.name).collect();
                let allowed = format!("one of {}", names.join(", "));
                Problem { key: "data.name", value: self.name.clone(), allowed }
            });
        };
        if let Some((second, _)) = own.next() {
            let key = Self::OWN.iter().find(|key| key.ends_with(second)).unwrap_or(&"data.name");
            let allowed = format!("one source of data only: leave this or data.{first} out");
            return Err(Problem { key, value: "given".to_owned(), allowed });
        }
        source.mixture()
    }

    /// What can be chosen from a menu: built-in distributions, then sources that a menu can begin with.
    #[must_use]
    pub fn choices() -> Vec<DataChoice> {
        let toys = TOYS.iter().map(DataChoice::of_toy);
        toys.chain(Self::starts().iter().map(Self::entry)).collect()
    }

    /// The name of what was chosen from the menu, or could have been.
    #[must_use]
    pub fn choice(&self) -> Option<&'static str> {
        let name = self.entry().name;
        Self::choices().iter().any(|choice| choice.name == name).then_some(name)
    }

    /// Becomes what the menu calls `name`; anything else changes nothing.
    pub fn choose(&mut self, name: &str) {
        let starts = Self::starts().into_iter();
        let toys = toy(name).into_iter().map(|toy| Self::named(toy.name));
        if let Some(chosen) = starts.chain(toys).find(|data| data.entry().name == name) {
            *self = chosen;
        }
    }

    /// Numbers of data of one's own that a slider can set.
    #[must_use]
    pub fn numbers(&self) -> Vec<Number> {
        self.own().map(Source::numbers).unwrap_or_default()
    }

    /// Sets one of [`Data::numbers`].
    pub fn set_number(&mut self, key: &str, value: f64) {
        if let Some(own) = self.own_mut() {
            own.set_number(key, value);
        }
    }

    /// Its entry in the menu, whether it stands there or not.
    fn entry(&self) -> DataChoice {
        match self.all_own().next() {
            Some((name, own)) => {
                let Words { title, about, .. } = own.words();
                DataChoice { name, title, about }
            }
            // An unknown name is refused by the check.
            None => DataChoice::of_toy(self.toy().unwrap_or(&TOYS[0])),
        }
    }
}

impl DataChoice {
    fn of_toy(toy: &Toy) -> Self {
        Self { name: toy.name, title: toy.title, about: toy.about }
    }
}
