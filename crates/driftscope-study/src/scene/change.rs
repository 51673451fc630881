//! What is different between two scenes, setting by setting.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use super::keys::{check_parts, put, value_at, value_of};
use super::parameters::{Settings, written};
use super::text::see_from;
use super::{Scene, SceneError, alias};
use crate::own;

/// One setting of a scene and what it becomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The key, such as `sampler.rtol`.
    pub key: String,
    /// Its value; none to leave it to what stands in for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

impl Change {
    /// A key set to a value.
    pub fn set(key: &str, value: impl Into<Value>) -> Self {
        Self { key: key.to_owned(), value: Some(value.into()) }
    }

    /// Every setting of a table, groups taken apart.
    #[must_use]
    pub fn all_in(table: &Table) -> Vec<Self> {
        let mut changes = Vec::new();
        compare(&Table::new(), table, "", &mut changes);
        changes
    }

    /// Looks in `folder` for the file that the setting names, if it names one.
    pub fn seen_from(&mut self, folder: &Path) {
        let mut table = Table::new();
        put(&mut table, &self.key, self.value.take());
        see_from(&mut table, folder);
        self.value = value_at(&table, &self.key).cloned();
    }

    /// A change as it is written behind `--set`: `KEY=VALUE`. Nothing after the `=` leaves a setting that
    /// need not be given to what stands in for it.
    ///
    /// # Errors
    /// If there is no `=`.
    pub fn written(setting: &str) -> Result<Self, SceneError> {
        let (key, value) = setting
            .split_once('=')
            .ok_or_else(|| SceneError::NotASetting { setting: setting.to_owned() })?;
        let (key, value) = (key.trim(), value.trim());
        check_parts(key, "the setting")?;
        let leaves = value.is_empty() && Scene::find(key).is_none_or(|row| row.absent().is_some());
        Ok(Self { key: key.to_owned(), value: (!leaves).then(|| value_of(value)) })
    }
}

/// As it is written behind `--set`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}=", self.key)?;
        match &self.value {
            None => Ok(()),
            // A bare word, unless it would be read as something else.
            Some(Value::String(word))
                if word.trim() == word
                    && !word.is_empty()
                    && value_of(word).is_str()
                    && value_of(word).as_str() == Some(word) =>
            {
                f.write_str(word)
            }
            Some(Value::Float(number)) => {
                let text = written(*number);
                // A whole number is another kind of value.
                let whole = text.chars().all(|c| c.is_ascii_digit() || c == '-');
                write!(f, "{text}{}", if whole { ".0" } else { "" })
            }
            Some(value) => write!(f, "{value}"),
        }
    }
}

impl Scene {
    /// What has to be changed for `self` to become `other`, by key; panes count as one setting.
    #[must_use]
    pub fn changes_to(&self, other: &Self) -> Vec<Change> {
        let mut changes = Vec::new();
        compare(&table(self), &table(other), "", &mut changes);
        changes
    }

    /// The same for a file, which has to make sense where this program's memory is not: content of one's
    /// own is written out, or named by its file where it is larger than 256 KiB.
    ///
    /// # Errors
    /// The key of what is too large to be written out and has no file.
    pub fn changes_in_full_to(&self, other: &Self) -> Result<Vec<Change>, String> {
        let tables = own::in_full(|| [self, other].map(Table::try_from));
        let [Ok(from), Ok(to)] = tables else {
            let changes = self.changes_to(other);
            let names_memory = |change: &&Change| change.to_string().contains(own::KEPT);
            return match changes.iter().find(names_memory) {
                Some(change) => Err(change.key.clone()),
                None => Ok(changes),
            };
        };
        let mut changes = Vec::new();
        compare(&from, &to, "", &mut changes);
        Ok(changes)
    }

    /// The scene with these settings. Whether they go together is for [`Scene::check`] to say.
    ///
    /// # Errors
    /// If a key is none that a scene has, or a value of a kind that it cannot have.
    pub fn changed(&self, changes: &[Change]) -> Result<Self, SceneError> {
        let mut whole = table(self);
        for change in changes {
            check_parts(&change.key, "the change")?;
            put(&mut whole, &change.key, change.value.clone());
            alias::resolve(&mut whole, "the change", true)?;
        }
        Self::from_loose_table(&whole, "the change")
    }
}

fn table(scene: &Scene) -> Table {
    Table::try_from(scene).expect("a scene has nothing TOML cannot say")
}

fn compare(from: &Table, to: &Table, prefix: &str, changes: &mut Vec<Change>) {
    let gone = from.keys().filter(|key| !to.contains_key(*key)).map(|key| (key, None));
    for (key, value) in gone.chain(to.iter().map(|(key, value)| (key, Some(value)))) {
        let full = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match (from.get(key), value) {
            (Some(Value::Table(from)), Some(Value::Table(to))) => compare(from, to, &full, changes),
            // A group that is there on one side only holds single settings all the same.
            (None, Some(Value::Table(to))) if is_group(&full) => {
                compare(&Table::new(), to, &full, changes);
            }
            (Some(Value::Table(from)), None) if is_group(&full) => {
                compare(from, &Table::new(), &full, changes);
            }
            (before, after) if before == after => {}
            (_, after) => changes.push(Change { key: full, value: after.cloned() }),
        }
    }
}

/// Whether what stands under `key` is no setting, but holds some.
fn is_group(key: &str) -> bool {
    Scene::find(key).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::LIBRARY;

    #[test]
    fn the_changes_between_two_scenes_lead_from_one_to_the_other() {
        let scenes: Vec<Scene> = LIBRARY.iter().map(crate::scene::Bundled::scene).collect();
        for from in &scenes {
            assert_eq!(from.changes_to(from), []);
            for to in &scenes {
                let changes = from.changes_to(to);
                assert_eq!(&from.changed(&changes).expect("all are known"), to);
                let written = serde_json::to_string(&changes).expect("can be written");
                let read: Vec<Change> = serde_json::from_str(&written).expect("can be read");
                assert_eq!(&from.changed(&read).expect("all are known"), to);
            }
        }
    }

    #[test]
    fn keys_of_a_thousand_parts_are_refused_before_anything_is_made_of_them() {
        // Each part would be a table in a table: enough of them overflow the stack.
        for parts in [9, 200_000] {
            let key = format!("data.mixture{}", ".a".repeat(parts));
            let setting = format!("{key}=1");
            let change = Change { key, value: Some(Value::Integer(1)) };
            for refused in [
                Scene::with_settings(None, std::slice::from_ref(&setting)).map(drop),
                Change::written(&setting).map(drop),
                Scene::default().changed(&[change]).map(drop),
            ] {
                let message = refused.expect_err("refused").to_string();
                assert!(message.contains("more than 8 parts") && message.len() < 200, "{message}");
            }
        }
    }

    #[test]
    fn one_setting_is_one_change() {
        let scene = Scene::default();
        let mut finer = scene.clone();
        finer.sampler.rtol = 1e-7;
        assert_eq!(scene.changes_to(&finer), [Change::set("sampler.rtol", 1e-7)]);
        assert_eq!(finer.changes_to(&scene), [Change::set("sampler.rtol", scene.sampler.rtol)]);
        let mut read = scene.clone();
        read.field.reading.state("scale", Some("1.5".to_owned()));
        assert_eq!(scene.changes_to(&read), [Change::set("field.reading.scale", 1.5)]);
        let back = read.changes_to(&scene);
        assert_eq!(back, [Change { key: "field.reading.scale".into(), value: None }]);
        assert_eq!(read.changed(&back).expect("all are known"), scene);
        finer.time.end = Some(0.5);
        let back = finer.changes_to(&Scene { sampler: finer.sampler.clone(), ..scene });
        assert_eq!(back, [Change { key: "time.end".into(), value: None }]);
    }

    #[test]
    fn changes_are_written_as_settings_and_read_back() {
        let scenes: Vec<Scene> = LIBRARY.iter().map(crate::scene::Bundled::scene).collect();
        for to in &scenes {
            let changes = scenes[0].changes_to(to);
            let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
            assert!(lines.iter().all(|line| !line.contains('\n')), "{lines:?}");
            let read: Result<Vec<Change>, _> =
                lines.iter().map(|line| Change::written(line)).collect();
            assert_eq!(read.expect("settings"), changes, "{lines:?}");
        }
        for word in ["", "7", "true", " a", "a b", "[x]", "\"q\"", "1979-05-27", "euler"] {
            let change = Change::set("title", word);
            assert_eq!(Change::written(&change.to_string()).expect("a setting"), change);
        }
        let left = Change { key: "time.end".into(), value: None };
        assert_eq!(Change::written(&left.to_string()).expect("a setting"), left);
        assert!(Change::written("sampler.rtol").is_err());
    }

    #[test]
    fn a_source_comes_and_goes() {
        let none = Scene::default();
        for setting in ["source.name=rings", "source.points=[[0, 0], [1, 1]]"] {
            let all = [setting, "field.kind=exact"].map(str::to_owned);
            let sourced = Scene::with_settings(None, &all).expect("a scene");
            for (from, to) in [(&none, &sourced), (&sourced, &none)] {
                let changes = from.changes_to(to);
                assert_eq!(&from.changed(&changes).expect("all are known"), to, "{changes:?}");
            }
        }
    }

    #[test]
    fn what_no_scene_has_is_refused_by_its_key() {
        for (change, word) in [
            (Change::set("sampler.rtoll", 1e-3), "rtoll"),
            (Change::set("sampler.steps", "many"), "steps"),
            (Change::set("title.size", 3), "title"),
        ] {
            let message = Scene::default().changed(&[change]).expect_err("refused").to_string();
            assert!(message.contains(word), "{message}");
        }
    }
}
