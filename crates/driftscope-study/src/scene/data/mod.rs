//! What is sampled: a built-in distribution by name, or data of one's own from one of the sources in the
//! table below. A file here that makes something a [`DataSource`], and its line in the table, add one to the
//! table of parameters with all that follows from it (scene files, `--set`, checks, the window's controls,
//! the guide), to the window's menu, to model files and to the command that trains on it.

mod mixture;
mod paste;
mod picture;
mod point_table;
mod points;
mod source;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

use driftscope_flow::data::{Mixture, TOYS, Toy, toy};
use serde::{Deserialize, Serialize};

pub use mixture::Blob;
pub use paste::{data_from_paste, data_from_picture};
pub use points::PointList;
pub use source::{DataSource, SourceWords};

use super::Scene;
use super::applies::{OTHER_DATA, without_classic};
use super::parameters::{Choice, Parameter, of_toy, toys};
use super::problem::{Problem, refuse};
use crate::own::Own;

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
            /// Standard deviation of the Gaussian on each point of `points`; Silverman's if none.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub kernel: Option<f64>,
        }

        impl Data {
            /// The rows of data of one's own in the table of parameters.
            pub(super) fn parameters() -> Vec<Parameter<Scene>> {
                let mut rows = Vec::new();
                $({
                    fn idle(scene: &Scene) -> Option<&'static str> {
                        let absent = scene.data.$key.is_none();
                        without_classic(scene).or(absent.then_some(OTHER_DATA))
                    }
                    let own = <$source as DataSource>::parameters().into_iter();
                    rows.extend(own.map(|row| row.when(idle)));
                })*
                rows
            }

            /// A built-in distribution.
            #[must_use]
            pub fn named(name: &str) -> Self {
                Self { name: name.to_owned(), $($key: None,)* kernel: None }
            }

            /// What there is of data of one's own, by key.
            fn all_own(&self) -> impl Iterator<Item = (&'static str, &dyn DataSource)> {
                let own = [$((
                    concat!("data.", stringify!($key)),
                    self.$key.as_ref().map(|own| own as &dyn DataSource),
                )),*];
                own.into_iter().filter_map(|(key, own)| Some((key, own?)))
            }

            /// The key of what there is of data of one's own, such as `data.points`.
            #[must_use]
            pub fn own_key(&self) -> Option<&'static str> {
                self.all_own().next().map(|(key, _)| key)
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
                let starts = [$(<$source as DataSource>::start()
                    .map(|own| Self { $key: Some(own), ..Self::default() })),*];
                starts.into_iter().flatten().collect()
            }

            /// Lets names of files in the section of a scene file be seen from its folder.
            pub(super) fn seen_from(section: &mut toml::Table, folder: &Path) {
                $(if let Some(value) = section.get_mut(stringify!($key)) {
                    <$source as DataSource>::seen_from(value, folder);
                })*
            }

            /// The same as a scene file `path` would say it, with what it does not say itself in a file
            /// beside it.
            ///
            /// # Errors
            /// If that file cannot be written.
            pub(crate) fn beside(&self, path: &Path) -> io::Result<Self> {
                let mut data = self.clone();
                $(if let Some(own) = &self.$key && let Some(named) = DataSource::beside(own, path)? {
                    data.$key = Some(named);
                })*
                Ok(data)
            }
        }
    };
}

sources! {
    /// A mixture of Gaussians.
    mixture: Vec<Blob>,
    /// Points, with a Gaussian on each.
    points: Own<PointList>,
}

impl Default for Data {
    fn default() -> Self {
        Self::named("two-moons")
    }
}

impl Data {
    /// Data of one's own, if there are any.
    #[must_use]
    pub fn own(&self) -> Option<&dyn DataSource> {
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

    /// The distribution, of numbers that lie in the ranges of their rows.
    ///
    /// # Errors
    /// The first value that no row bounds and that is not allowed.
    pub(super) fn mixture(&self) -> Result<Mixture, Problem> {
        let mut own = self.all_own();
        let Some((first, source)) = own.next() else {
            let built_in = self.toy().map(Toy::mixture);
            return built_in.ok_or_else(|| {
                let names: Vec<_> = toys().iter().map(|toy| toy.name).collect();
                let allowed = format!("one of {}", names.join(", "));
                Problem { key: "data.name", value: self.name.clone(), allowed }
            });
        };
        if let Some((key, _)) = own.next() {
            let allowed = format!("one source of data only: leave this or {first} out");
            return refuse(key, "given", allowed);
        }
        source.mixture(self)
    }

    /// What can be chosen from a menu: built-in distributions, then sources that a menu can begin with.
    #[must_use]
    pub fn choices() -> Vec<Choice> {
        toys().into_iter().chain(Self::starts().iter().map(Self::entry)).collect()
    }

    /// Becomes what the menu calls `name`; anything else changes nothing.
    pub fn choose(&mut self, name: &str) {
        let starts = Self::starts().into_iter();
        let toys = toy(name).into_iter().map(|toy| Self::named(toy.name));
        if let Some(chosen) = starts.chain(toys).find(|data| data.entry().name == name) {
            *self = chosen;
        }
    }

    /// Its entry in the menu, whether it stands there or not: a built-in distribution, or a source by its
    /// key.
    #[must_use]
    pub fn entry(&self) -> Choice {
        match self.all_own().next() {
            Some((name, own)) => {
                let SourceWords { title, about, .. } = own.words();
                Choice { name, title, about }
            }
            // An unknown name is refused by the check.
            None => of_toy(self.toy().unwrap_or(&TOYS[0])),
        }
    }
}
