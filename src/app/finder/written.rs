//! Lists and words that are typed for a setting: `guidance.interval 0.2 0.8`, `view.layers trails`,
//! `title Two moons`; and names of files, which are opened.

use std::path::{Path, PathBuf};

use driftscope_study::scene::parameters::{Choice, Kind, Parameter, Written as Form};
use driftscope_study::scene::{Change, Data, Problem, Scene};

use super::entry::plain;
use crate::app::command::{Command, FileCommand, OpenAs};
use crate::app::state::State;

/// What comes of what was written for a setting of `O`.
pub enum Written<O> {
    /// Its owner becomes this, by this command.
    Becomes(O, Command),
    /// A file is opened.
    Opens(FileCommand),
    /// It cannot be, for this reason.
    Refused(String),
}

/// What becomes of a scene where a list or words are written for one of its settings; none where nothing
/// is written for it, but done.
pub fn of_scene(
    before: &Scene,
    parameter: &Parameter<Scene>,
    text: &str,
    state: &State,
) -> Option<Written<Scene>> {
    let (Kind::Text(form) | Kind::List(form)) = &parameter.kind else { return None };
    // Panes are added one by one.
    if parameter.key == "panes" {
        return None;
    }
    let text = text.trim();
    let becomes = change(parameter, form, text)
        .and_then(|change| with(before, &change, state))
        .map(|(after, command)| Written::Becomes(after, command));
    let opens = || {
        let path = Path::new(text);
        path.extension()?;
        opening(parameter.key, path.to_owned()).map(Written::Opens)
    };
    Some(becomes.or_else(opens).unwrap_or_else(|| {
        let names: Vec<&str> = parameter.choices().iter().map(|choice| choice.name).collect();
        let allowed = match &names[..] {
            [] => form.form.replace('`', ""),
            names => format!("a list of some of {}", names.join(", ")),
        };
        let problem = Problem { key: parameter.key, value: text.to_owned(), allowed };
        Written::Refused(problem.to_string())
    }))
}

/// The setting with the value that is written, if it is one.
fn change(parameter: &Parameter<Scene>, form: &Form<Scene>, text: &str) -> Option<Change> {
    let key = parameter.key;
    if text.eq_ignore_ascii_case("none") && !form.absent.is_empty() {
        return Some(Change { key: key.to_owned(), value: None });
    }
    if text.starts_with(['[', '{']) {
        // What is no TOML would be taken for words.
        let change = Change::written(&format!("{key}={text}")).ok()?;
        return Some(change)
            .filter(|change| change.value.as_ref().is_some_and(|value| !value.is_str()));
    }
    if let Kind::List(_) = &parameter.kind {
        return match form.entries {
            Some(entries) => Some(Change::set(key, names(&entries(), text)?)),
            None => Some(Change::set(key, numbers(text)?)),
        };
    }
    let is_named = ["bundled:", "trained:"].iter().any(|kind| text.starts_with(kind));
    let is_free = ["title", "about"].contains(&key);
    (is_free || is_named && opening(key, PathBuf::new()).is_some()).then(|| Change::set(key, text))
}

/// Numbers with spaces, commas or semicolons between them.
fn numbers(text: &str) -> Option<Vec<f64>> {
    let apart = |c: char| c.is_whitespace() || ",;".contains(c);
    text.split(apart).filter(|part| !part.is_empty()).map(real).collect()
}

/// Names or titles of some of these, with commas between them, or spaces where none has more than one word.
fn names(all: &[Choice], text: &str) -> Option<Vec<String>> {
    let named = |part: &str| {
        let wanted = plain(part);
        let is = |choice: &&Choice| [choice.name, choice.title].map(plain).contains(&wanted);
        all.iter().find(is).map(|choice| choice.name.to_owned())
    };
    let by = |apart: &dyn Fn(char) -> bool| -> Option<Vec<String>> {
        text.split(apart).filter(|part| !part.trim().is_empty()).map(named).collect()
    };
    by(&|c| ",;".contains(c)).or_else(|| by(&|c| c.is_whitespace() || ",;".contains(c)))
}

/// A number, or a share in percent.
pub fn real(written: &str) -> Option<f64> {
    let written = written.replace('−', "-");
    match written.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|share| share / 100.0),
        None => written.parse().ok(),
    }
}

/// The scene with a setting that is written, and what goes with it, and the command that makes it so; none
/// if the value is of a kind that the setting cannot have.
fn with(before: &Scene, change: &Change, state: &State) -> Option<(Scene, Command)> {
    let written = || Scene::default().changed(std::slice::from_ref(change)).ok();
    let mut after = before.clone();
    match (&*change.key, &change.value) {
        // Data give way to others, and to nothing else.
        ("data.points" | "data.mixture", None) => return None,
        ("data.points" | "data.mixture", Some(_)) => {
            let data = Data { name: before.data.name.clone(), ..written()?.data };
            after.give_own(data.clone());
            return Some((after, Command::data(data)));
        }
        ("source.points" | "source.mixture", _) => {
            after.source = change.value.as_ref().and_then(|_| written()?.source);
            // A list of another kind.
            if change.value.is_some() && after.source.is_none() {
                return None;
            }
        }
        ("sampler.tableau", Some(_)) => {
            after.sampler.set_tableau(written()?.sampler.tableau?);
        }
        ("field.model", _) => {
            let model = before.changed(std::slice::from_ref(change)).ok()?.field.model;
            after.field.follow(model);
        }
        _ => after = before.changed(std::slice::from_ref(change)).ok()?,
    }
    let command = Command::set(state.selected(), before, &after);
    Some((after, command))
}

/// How the file is opened that a setting names, if it can name one.
fn opening(key: &str, path: PathBuf) -> Option<FileCommand> {
    match key {
        "field.model" | "sampler.tableau" | "data.points" => Some(FileCommand::Open(path)),
        "sampler.times" => Some(FileCommand::OpenTimes(path)),
        "guidance.bad" => Some(FileCommand::OpenAs(OpenAs::BadModel, path)),
        "source.points" => Some(FileCommand::OpenAs(OpenAs::Source, path)),
        _ => None,
    }
}

/// What asks for the file, or the dialog, by which a setting is made that is not typed at once.
#[must_use]
pub fn asking(key: &str) -> Option<Command> {
    let file = match key {
        "field.model" => FileCommand::AskOpenModel,
        "guidance.bad" => FileCommand::AskOpenBadModel,
        "sampler.tableau" => FileCommand::AskOpenTableau,
        "sampler.times" => FileCommand::AskOpenTimes,
        "data.points" | "data.mixture" => FileCommand::AskOpenData,
        "source.points" | "source.mixture" => FileCommand::AskOpenSource,
        key if key.starts_with("field.reading.") => return Some(Command::ToggleReading),
        _ => return None,
    };
    Some(Command::File(file))
}

#[cfg(test)]
mod tests {
    use driftscope_study::scene::parameters::Settings;

    use super::*;

    #[test]
    fn lists_are_read_with_brackets_and_without() {
        let read = |key: &str, text: &str| {
            let parameter = Scene::parameter(key);
            let (Kind::Text(form) | Kind::List(form)) = &parameter.kind else { panic!("{key}") };
            change(parameter, form, text).map(|change| change.to_string())
        };
        for (key, text, wanted) in [
            ("guidance.interval", "0.2 0.8", Some("guidance.interval=[0.2, 0.8]")),
            ("guidance.interval", "0.2, 80%", Some("guidance.interval=[0.2, 0.8]")),
            ("guidance.interval", "[0.2, 0.8]", Some("guidance.interval=[0.2, 0.8]")),
            ("guidance.interval", "[0.2 0.8]", None),
            ("guidance.interval", "early late", None),
            ("view.layers", "trails, score field", Some("view.layers=[\"trails\", \"score\"]")),
            ("view.layers", "trails particles", Some("view.layers=[\"trails\", \"particles\"]")),
            ("view.layers", "trails nothing", None),
            ("guidance.bad", "none", Some("guidance.bad=")),
            ("guidance.bad", "bundled:rings", Some("guidance.bad=bundled:rings")),
            ("guidance.bad", "small.safetensors", None),
            ("title", "Two moons", Some("title=Two moons")),
        ] {
            assert_eq!(read(key, text).as_deref(), wanted, "{key} {text}");
        }
    }
}
