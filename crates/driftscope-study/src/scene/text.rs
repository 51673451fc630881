//! Scenes as TOML: reading, writing and single settings.

use std::path::Path;

use super::error::SceneError;
use super::in_words::in_words;
use super::keys::{check_parts, value_at, value_of};
use super::link;
use super::parameters::{Parameter, Settings};
use super::problem::Problem;
use super::{Data, ModelName, Scene, alias, bundled, in_picture};
use crate::own;

/// Scene files larger than this are not scenes.
const LARGEST_FILE_BYTES: u64 = 1 << 20;

/// The settings that somebody gave, by key: those of `--set`, and those of a scene file whose value
/// is not the usual one, since a saved scene spells all of them out. What a file says of the picture
/// is for the window and is not among them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given(Vec<&'static str>);

impl Given {
    /// Their keys, in the order of the guide.
    pub fn keys(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().copied()
    }

    /// `settings` were put over a file, which alone is the scene `filed` (not yet checked).
    fn of(file: &toml::Table, filed: &Scene, settings: &toml::Table) -> Self {
        let (filed, usual) = (filed.to_table(), Scene::usual().to_table());
        let given = |parameter: &&Parameter<Scene>| {
            let key = parameter.key;
            let by_file = !parameter.is_of_the_picture()
                && value_at(file, key).is_some()
                && value_at(&filed, key) != value_at(&usual, key);
            by_file || value_at(settings, key).is_some()
        };
        Self(Scene::parameters().iter().filter(given).map(|parameter| parameter.key).collect())
    }
}

impl Scene {
    /// The default scene with what stands in for absent values spelt out.
    fn usual() -> Self {
        let scene = Self::default();
        scene.resolved(scene.interval(1.0))
    }

    /// The scene as a table of its sections.
    ///
    /// # Panics
    /// As [`Scene::to_toml`].
    pub(super) fn to_table(&self) -> toml::Table {
        toml::Table::try_from(self).expect("a scene has nothing TOML cannot say")
    }

    /// Reads a scene from TOML and checks its values; `origin` names it in messages.
    ///
    /// # Errors
    /// If it is not TOML, has a key no scene has, or a value out of range.
    pub fn from_toml(text: &str, origin: &str) -> Result<Self, SceneError> {
        let mut table = parse(text, origin)?;
        alias::resolve(&mut table, origin, false)?;
        Self::from_table(&table, origin, Self::check)
    }

    /// The scene as TOML, with every setting spelt out.
    ///
    /// # Panics
    /// If the seed is beyond what TOML can write, which [`Scene::check`] refuses.
    #[must_use]
    pub fn to_toml(&self) -> String {
        toml::to_string(self).expect("a scene has nothing TOML cannot say")
    }

    /// The scene as TOML for a file that may be anywhere: files that it names, which are looked for from
    /// `folder`, are named from there.
    ///
    /// # Panics
    /// As [`Scene::to_toml`].
    #[must_use]
    pub fn to_toml_from(&self, folder: &Path) -> String {
        let mut table = self.to_table();
        see_from(&mut table, folder);
        toml::to_string(&table).expect("a scene has nothing TOML cannot say")
    }

    /// A bundled scene, a file or a link (the default scene if `name` is none) with `KEY=VALUE` settings put
    /// over it, checked as a whole.
    ///
    /// # Errors
    /// If the scene or a setting is refused.
    pub fn with_settings(name: Option<&str>, settings: &[String]) -> Result<Self, SceneError> {
        Self::with_given(name, settings).map(|(scene, _)| scene)
    }

    /// The same, with the settings that were given for it.
    ///
    /// # Errors
    /// As [`Scene::with_settings`].
    pub fn with_given(
        name: Option<&str>,
        settings: &[String],
    ) -> Result<(Self, Given), SceneError> {
        Self::assembled(name, settings, Self::check)
    }

    /// A scene to train a network on, which therefore need not be there.
    ///
    /// # Errors
    /// If the scene or a setting is refused.
    pub fn to_train_on(name: Option<&str>, settings: &[String]) -> Result<Self, SceneError> {
        Self::assembled(name, settings, Self::check_to_train).map(|(scene, _)| scene)
    }

    fn assembled(
        name: Option<&str>,
        settings: &[String],
        check: fn(&Self) -> Result<(), Problem>,
    ) -> Result<(Self, Given), SceneError> {
        let (mut table, origin) = match name {
            Some(name) => Self::table_of(name)?,
            None => (toml::Table::new(), "the scene".to_owned()),
        };
        alias::resolve(&mut table, &origin, false)?;
        // What is wrong with the file is said of the file. Whether its values go together is seen
        // only with the settings over it.
        let filed: Self = deserialize(&table, &origin)?;
        let (file, mut over) = (table.clone(), toml::Table::new());
        let alone = Self::from_table(&table, &origin, check).err();
        for setting in settings {
            let (key, value) = setting
                .split_once('=')
                .ok_or_else(|| SceneError::NotASetting { setting: setting.clone() })?;
            for table in [&mut table, &mut over] {
                set(table, key.trim(), value.trim())?;
                alias::resolve(table, &format!("--set {setting}"), true)?;
            }
            // Refuse a bad setting by its own name rather than with the whole.
            let _: Self = deserialize(&table, &format!("--set {setting}"))?;
        }
        let whole = Self::from_table(&table, &origin, check);
        match (whole, alone) {
            // What was wrong before any setting still is.
            (Err(together), Some(alone)) if together.key() == alone.key() => Err(alone),
            // What a setting has to do with is said of that setting.
            (Err(SceneError::Range { origin, problem }), _) => {
                let sets = |setting: &&String| {
                    setting.split_once('=').is_some_and(|(key, _)| key.trim() == problem.key)
                };
                let culprit = settings.iter().rev().find(sets);
                let origin = culprit.map_or(origin, |setting| format!("--set {setting}"));
                Err(SceneError::Range { origin, problem })
            }
            (outcome, _) => outcome.map(|scene| (scene, Given::of(&file, &filed, &over))),
        }
    }

    /// Reads a scene file.
    ///
    /// # Errors
    /// If the file cannot be read or is refused.
    pub fn load(path: &Path) -> Result<Self, SceneError> {
        let origin = path.display().to_string();
        let mut table = file_table(path)?;
        alias::resolve(&mut table, &origin, false)?;
        Self::from_table(&table, &origin, Self::check)
    }

    /// Whether a file is a picture with a scene in it.
    #[must_use]
    pub fn is_in_picture(path: &Path) -> bool {
        in_picture::is_picture(path) && read(path).is_ok()
    }

    /// Writes a scene file, all or nothing.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), SceneError> {
        driftscope_base::files::write_atomically(path, self.to_toml().as_bytes())
            .map_err(|source| SceneError::Write { path: path.to_owned(), source })
    }

    fn table_of(name: &str) -> Result<(toml::Table, String), SceneError> {
        if let Some(scene) = bundled(name) {
            return Ok((parse(scene.text, name)?, name.to_owned()));
        }
        if crate::link::is_link(name) {
            return Ok((link::table(name)?, "the link".to_owned()));
        }
        let path = Path::new(name);
        if driftscope_base::files::changed(path).is_none() {
            let names: Vec<_> = super::LIBRARY.iter().map(|scene| scene.name).collect();
            return Err(SceneError::Unknown { name: name.to_owned(), names: names.join(", ") });
        }
        let origin = path.display().to_string();
        Ok((file_table(path)?, origin))
    }

    /// Reads a scene from a table; whether its values go together is not looked at.
    pub(crate) fn from_loose_table(table: &toml::Table, origin: &str) -> Result<Self, SceneError> {
        deserialize(table, origin)
    }

    fn from_table(
        table: &toml::Table,
        origin: &str,
        check: fn(&Self) -> Result<(), Problem>,
    ) -> Result<Self, SceneError> {
        let scene: Self = deserialize(table, origin)?;
        check(&scene)
            .map_err(|problem| SceneError::Range { origin: origin.to_owned(), problem })?;
        Ok(scene)
    }
}

/// The table of a scene file. Files it names are looked for beside it.
fn file_table(path: &Path) -> Result<toml::Table, SceneError> {
    let mut table = parse(&read(path)?, &path.display().to_string())?;
    if let Some(folder) = path.parent() {
        see_from(&mut table, folder);
    }
    Ok(table)
}

/// Looks for the files that a scene names in `folder`.
pub(super) fn see_from(table: &mut toml::Table, folder: &Path) {
    beside(table, folder);
    for section in ["data", "source"] {
        if let Some(data) = table.get_mut(section).and_then(toml::Value::as_table_mut) {
            Data::seen_from(data, folder);
        }
    }
    if let Some(toml::Value::Array(panes)) = table.get_mut("panes") {
        for pane in panes.iter_mut().filter_map(toml::Value::as_table_mut) {
            beside(pane, folder);
        }
    }
}

/// Looks in `folder` for the files that a scene or a pane names.
fn beside(table: &mut toml::Table, folder: &Path) {
    for (section, key) in
        [("field", "model"), ("guidance", "bad"), ("sampler", "tableau"), ("sampler", "times")]
    {
        if let Some(named) = table.get_mut(section).and_then(|section| section.get_mut(key))
            && !named.as_str().is_some_and(ModelName::is_no_file)
        {
            own::seen_from(named, folder);
        }
    }
}

fn read(path: &Path) -> Result<String, SceneError> {
    let failed = |source| SceneError::Read { path: path.to_owned(), source };
    if in_picture::is_picture(path) {
        let none = |why| SceneError::Picture { path: path.to_owned(), why };
        let bytes = driftscope_base::files::read_bytes(path, in_picture::LARGEST_BYTES)
            .map_err(failed)?
            .ok_or_else(|| none("it is larger than 256 MiB"))?;
        return in_picture::text_in(&bytes).map_err(none);
    }
    driftscope_base::files::read_text(path, LARGEST_FILE_BYTES)
        .map_err(failed)?
        .ok_or_else(|| SceneError::TooLarge { path: path.to_owned() })
}

fn parse(text: &str, origin: &str) -> Result<toml::Table, SceneError> {
    text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        SceneError::Syntax {
            origin: origin.to_owned(),
            message: format!("line {line}: {}", error.message()),
        }
    })
}

fn deserialize(table: &toml::Table, origin: &str) -> Result<Scene, SceneError> {
    serde_path_to_error::deserialize(table.clone()).map_err(|error| {
        let key = error.path().to_string();
        let value = lookup(table, &key).map(|value| format!(" (found {value})"));
        SceneError::Value {
            origin: origin.to_owned(),
            message: format!("{}{}", in_words(error.inner().message()), value.unwrap_or_default()),
            key,
        }
    })
}

/// The plain value at a dotted key, as it is written.
fn lookup(table: &toml::Table, key: &str) -> Option<String> {
    let value = value_at(table, key)?;
    (!value.is_table()).then(|| value.to_string())
}

/// Sets one dotted key.
fn set(table: &mut toml::Table, key: &str, value: &str) -> Result<(), SceneError> {
    check_parts(key, "--set")?;
    let parsed = value_of(value);
    let (path, last) = match key.rsplit_once('.') {
        Some((path, last)) => (path.split('.').collect(), last),
        None => (Vec::new(), key),
    };
    let mut here = table;
    for part in path {
        here = here
            .entry(part)
            .or_insert_with(|| toml::Value::Table(toml::Table::new()))
            .as_table_mut()
            .ok_or_else(|| SceneError::Value {
                origin: format!("--set {key}={value}"),
                key: key.to_owned(),
                message: format!("`{part}` is a value, not a group of settings"),
            })?;
    }
    here.insert(last.to_owned(), parsed);
    Ok(())
}
