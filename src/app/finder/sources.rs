//! Everything that can be found, as things stand.

use std::collections::HashSet;
use std::path::PathBuf;

use driftscope_study::TrainingState;
use driftscope_study::export::code::TARGETS;
use driftscope_study::lesson::{BundledLesson, LESSONS, Lesson, bundled_lessons};
use driftscope_study::scene::parameters::{Choice, Kind as Values, Parameter};
use driftscope_study::scene::{
    Bundled, Change, Data, Direction, LIBRARY, Layer, MOST_PANES, PRESETS, Scene, alias,
    bundled_scenes,
};
use driftscope_study::session::{Action, TrainingOrder};

use super::entry::{Does, Entry, Kind, plain};
use super::value::{Settable, at_work, in_short, refusal};
use super::written;
use crate::app::command::{Command, FileCommand};
use crate::app::commands;
use crate::app::controls::layers;
use crate::app::controls::presets::FORWARDS;
use crate::app::controls::row::objection;
use crate::app::controls::training::UNDER_WAY;
use crate::app::lab;
use crate::app::numbers::name_of;
use crate::app::palette::Theme;
use crate::app::state::{Look, State};

/// Where entries come from, each a line.
static SOURCES: &[fn(&State) -> Vec<Entry>] = &[
    actions,
    trainings,
    panes,
    settings_of::<Scene>,
    choices_of::<Scene>,
    presets,
    elsewhere,
    layers_of_the_stage,
    themes,
    scenes,
    all_lessons,
    recent_files,
    cards,
    scripts,
];

/// Everything that can be found, as things stand.
#[must_use]
pub fn entries(state: &State) -> Vec<Entry> {
    SOURCES.iter().flat_map(|source| source(state)).collect()
}

fn actions(state: &State) -> Vec<Entry> {
    let itself = |entry: &&&commands::Entry| entry.title != commands::FIND.title;
    let all = commands::ALL.iter().chain(commands::WITHOUT_KEYS).filter(itself);
    all.map(|entry| {
        Entry::asking(Kind::Action, entry.title, entry.title, (entry.command)(state))
            .beside(entry.shortcut())
            .refused((entry.refused)(state))
    })
    .collect()
}

fn trainings(state: &State) -> Vec<Entry> {
    let now = state.training().map(|status| &status.state);
    let running = now == Some(&TrainingState::Running);
    let paused = now == Some(&TrainingState::Paused);
    let none = "No training is under way.";
    let started = "A training is there already: reset it to start another.";
    let rows = [
        ("Start training", "training.start", TrainingOrder::Start, now.is_some(), started),
        ("Pause training", "training.pause", TrainingOrder::Pause, !running, none),
        (
            "Resume training",
            "training.resume",
            TrainingOrder::Resume,
            !paused,
            "No training is paused.",
        ),
        ("Stop training", "training.stop", TrainingOrder::Stop, !(running || paused), none),
        (
            "Reset training",
            "training.reset",
            TrainingOrder::Reset,
            now.is_none(),
            "There is nothing to reset.",
        ),
    ];
    let reflow = state.session.reflow_refused();
    let reflow = (
        "Round of reflow",
        "training.reflow",
        TrainingOrder::Reflow,
        reflow.is_some(),
        reflow.unwrap_or_default(),
    );
    let entry = |(title, key, training, refused, reason): (&str, &str, _, bool, &str)| {
        Entry::asking(Kind::Action, title, key, Command::Act(Action::Train { training }))
            .refused(refused.then_some(reason))
    };
    rows.into_iter().chain([reflow]).map(entry).collect()
}

fn panes(state: &State) -> Vec<Entry> {
    let count = state.scene().pane_count();
    let full = (count == MOST_PANES).then_some("There is no room for another pane.");
    let last = (count == 1).then_some("The only pane stays.");
    let pane = state.selected();
    let read = "How the network is read";
    vec![
        Entry::asking(Kind::Action, "Add a pane", "pane.add", Command::Act(Action::AddPane))
            .refused(full),
        Entry::asking(
            Kind::Action,
            "Second training",
            "training.second",
            Command::Act(Action::AddTraining),
        )
        .refused(state.training().map(|_| UNDER_WAY).or(full)),
        Entry::asking(
            Kind::Action,
            "Remove the selected pane",
            "pane.remove",
            Command::Act(Action::RemovePane { pane }),
        )
        .refused(last),
        Entry::asking(Kind::Action, read, "field.reading", Command::ToggleReading)
            .refused(Scene::of(state).idle("field.reading.prediction")),
    ]
}

fn settings_of<O: Settable>(state: &State) -> Vec<Entry> {
    let owner = O::of(state);
    let entry = |parameter: &'static Parameter<O>| {
        let asks = match parameter.key {
            "panes" => Some(Command::Act(Action::AddPane)),
            key => written::asking(key),
        };
        let typed = match parameter.kind {
            Values::Text(_) | Values::List(_) if parameter.key == "view.layers" => {
                Some("Layer: ".to_owned())
            }
            Values::Text(_) | Values::List(_) if asks.is_some() => None,
            Values::Choice(_) => Some(format!("{}: ", parameter.title)),
            _ => Some(format!("{} ", parameter.key)),
        };
        let refused = owner.refused(parameter, state);
        let now = in_short(parameter, &owner);
        let does = match (typed, asks) {
            (Some(typed), _) => Does::Type(typed),
            (None, Some(command)) => Does::Ask(Box::new(command)),
            (None, None) => return None,
        };
        let synonyms = super::synonyms::of(parameter.key);
        Some(Entry {
            kind: Kind::Setting,
            title: parameter.title.to_owned(),
            key: parameter.key.to_owned(),
            symbol: parameter.symbol,
            synonyms,
            about: String::new(),
            beside: now,
            does,
            refused: refused.map(str::to_owned),
        })
    };
    O::parameters().iter().filter_map(entry).collect()
}

fn choices_of<O: Settable>(state: &State) -> Vec<Entry> {
    let before = O::of(state);
    let mut found = Vec::new();
    for parameter in O::parameters() {
        let Values::Choice(choices) = &parameter.kind else { continue };
        let idle = before.refused(parameter, state);
        let absent = choices.absent.as_ref().filter(|_| choices.optional);
        let none = absent.map(|absent| Choice { name: "", title: absent.title, about: "" });
        let mut all = if parameter.key == "data.name" { Data::choices() } else { (choices.all)() };
        all.extend(none);
        let now = choices.in_force(&before).map_or("", |choice| choice.name);
        for choice in all {
            let mut after = before.clone();
            after.choose(parameter, choice.name);
            let refused = idle.map(str::to_owned).or_else(|| refusal(&before, &after, state));
            let title = format!("{}: {}", parameter.title, choice.title);
            let key = format!("{}={}", parameter.key, choice.name);
            let command = O::command(&before, after, state);
            let entry = Entry::asking(Kind::Choice, title, key, command).refused(refused);
            found.push(entry.beside(if now == choice.name { "now" } else { "" }));
        }
    }
    found
}

fn presets(state: &State) -> Vec<Entry> {
    let before = at_work(state);
    let entry = |preset: &driftscope_study::scene::Preset| {
        let mut after = before.clone();
        preset.apply(&mut after);
        let forwards = (before.direction == Direction::Noise).then(|| FORWARDS.to_owned());
        let refused = forwards.or_else(|| objection(&before, &after));
        let command = Command::set(state.selected(), &before, &after);
        let key = format!("preset.{}", name_of(preset.title));
        Entry::asking(Kind::Choice, format!("Preset: {}", preset.title), key, command)
            .refused(refused)
    };
    PRESETS.iter().map(entry).collect()
}

/// Samplers and schedules of other programs, each name once.
fn elsewhere(state: &State) -> Vec<Entry> {
    let mut known = HashSet::new();
    let names = alias::all_names().filter(|(_, name)| known.insert(plain(name)));
    names.map(|(program, name)| of_alias(state, name).beside(program.title())).collect()
}

/// A name of another program.
fn of_alias(state: &State, name: &str) -> Entry {
    let changes = vec![Change::set(alias::KEY, name)];
    let action = Action::Set { pane: state.selected(), changes, continues: false };
    let refused = Scene::of(state).idle("sampler.method").map(str::to_owned);
    let key = format!("{}={name}", alias::KEY);
    let meaning = alias::meaning(name);
    let sets = meaning.map(|meaning| meaning.settings().collect::<Vec<_>>().join(", "));
    let entry =
        Entry::asking(Kind::Elsewhere, format!("Elsewhere: {name}"), key, Command::Act(action));
    entry
        .refused(refused)
        .about(sets.map_or_else(|_| String::new(), |sets| format!("Sets {sets}.")))
}

/// A sampler with a schedule behind it, if that is what was typed.
#[must_use]
pub fn combined(query: &str, state: &State) -> Option<Entry> {
    let name = query.trim();
    let meaning = alias::meaning(name).ok()?;
    (meaning.sampler.is_some() && meaning.schedule.is_some()).then(|| of_alias(state, name))
}

fn layers_of_the_stage(state: &State) -> Vec<Entry> {
    let before = at_work(state);
    let entry = |layer: Layer| {
        let mut after = before.clone();
        let on = before.view.layers.has(layer);
        after.view.layers.set(layer, !on);
        let command = Command::set(state.selected(), &before, &after);
        let (title, key) = (format!("Layer: {}", layer.title()), format!("layer.{}", layer.name()));
        Entry::asking(Kind::Layer, title, key, command)
            .beside(if on { "shown" } else { "hidden" })
            .refused(layers::idle(state, &before, layer))
    };
    Layer::ALL.into_iter().rev().map(entry).collect()
}

fn themes(state: &State) -> Vec<Entry> {
    let entry = |theme: Theme| {
        let command = Command::Look(Look { theme, ..state.look });
        let key = format!("theme.{}", name_of(theme.title()));
        let now = if state.look.theme == theme { "now" } else { "" };
        Entry::asking(Kind::Theme, format!("Theme: {}", theme.title()), key, command).beside(now)
    };
    Theme::ALL.map(entry).into()
}

fn scenes(_: &State) -> Vec<Entry> {
    let entry = |(bundled, scene): (&Bundled, &Scene)| {
        let command = Command::Act(Action::Open { scene: Box::new(scene.clone()) });
        Entry::asking(Kind::Scene, &*scene.title, bundled.name, command)
    };
    LIBRARY.iter().zip(bundled_scenes()).map(entry).collect()
}

fn all_lessons(_: &State) -> Vec<Entry> {
    let entry = |(bundled, lesson): (&BundledLesson, &Lesson)| {
        let command = Command::Act(Action::OpenLesson { lesson: Box::new(lesson.clone()) });
        Entry::asking(Kind::Lesson, &*lesson.title, format!("lesson.{}", bundled.name), command)
    };
    LESSONS.iter().zip(bundled_lessons()).map(entry).collect()
}

fn recent_files(state: &State) -> Vec<Entry> {
    let entry = |path: &PathBuf| {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let command = Command::File(FileCommand::Open(path.clone()));
        Entry::asking(Kind::File, format!("Open {name}"), path.display().to_string(), command)
    };
    state.recent.iter().map(entry).collect()
}

fn cards(_: &State) -> Vec<Entry> {
    let entry = |(title, page): (&'static str, &'static str)| {
        Entry::asking(Kind::Card, title, name_of(title), Command::TurnTo(page)).beside(page)
    };
    lab::cards().map(entry).collect()
}

fn scripts(_: &State) -> Vec<Entry> {
    let entry = |target: &&'static driftscope_study::export::code::Target| {
        let key = format!("copy.{}", name_of(target.name));
        Entry::asking(
            Kind::Script,
            format!("Copy as {}", target.title),
            key,
            Command::CopyCode(target),
        )
    };
    TARGETS.iter().map(entry).collect()
}
