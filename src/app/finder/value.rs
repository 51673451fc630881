//! Settings at a value that is typed: `rtol 1e-4`, `sampler.method heun`, `steps=20`.

use driftscope_study::scene::parameters::{Kind as Values, Number, Parameter, Settings as Table};
use driftscope_study::scene::{CLASSIC, Problem, Scene, Unscored};

use super::entry::{Entry, Kind, plain};
use super::synonyms;
use super::written::{self, Written, real};
use crate::app::command::Command;
use crate::app::controls::choose::choose;
use crate::app::controls::row::{Checked, objection};
use crate::app::controls::setting::in_words;
use crate::app::controls::source::TRAINED_FROM;
use crate::app::controls::training::UNDER_WAY;
use crate::app::drawing::TRAINED_ON;
use crate::app::state::State;

/// Letters of a list or a text that are shown beside its name.
const MOST_LETTERS: usize = 24;

/// The scene that the controls are about: the selected pane's settings; the view is everybody's.
#[must_use]
pub fn at_work(state: &State) -> Scene {
    Scene { view: state.scene().view, ..(*state.pane().scene).clone() }
}

/// What has settings that can be found by name.
pub trait Settable: Table + Checked {
    /// What is set as things stand.
    fn of(state: &State) -> Self;

    /// Why the setting has no effect as things stand, or cannot be changed.
    fn refused(&self, parameter: &Parameter<Self>, state: &State) -> Option<&'static str>;

    /// What it takes that is not there, as the network that is followed says, if it does.
    fn lacks(&self, state: &State) -> Option<&'static str>;

    /// What becomes of it where a list or words are written for a setting; none where it is none of this
    /// setting.
    fn with_written(
        &self,
        parameter: &Parameter<Self>,
        text: &str,
        state: &State,
    ) -> Option<Written<Self>>;

    /// Lets a setting be a choice, and what goes with it.
    fn choose(&mut self, parameter: &Parameter<Self>, name: &'static str);

    /// Puts back what a number stands in the way of.
    fn follow(&mut self, key: &str);

    /// The command that makes this of what was `before`.
    fn command(before: &Self, after: Self, state: &State) -> Command;
}

impl Settable for Scene {
    fn of(state: &State) -> Self {
        at_work(state)
    }

    fn refused(&self, parameter: &Parameter<Self>, state: &State) -> Option<&'static str> {
        let training = state.training().map(|_| TRAINED_ON);
        let from_there = training.map(|_| TRAINED_FROM);
        match parameter.key {
            // A tableau of one's own gives way, and so does a size to a number.
            "sampler.method" => parameter.idle(self).filter(|_| self.is_sde()),
            "sampler.steps" => self
                .idle("sampler.grid")
                .or_else(|| parameter.idle(self).filter(|_| self.sampler.step_size.is_none())),
            "data.name" => self.classic().map(|_| CLASSIC).or(training),
            "source.name" => self.classic().map(|_| CLASSIC).or(from_there),
            key if key.starts_with("source.") => from_there.or_else(|| parameter.idle(self)),
            "sampler.eta" | "sampler.s_churn" => parameter.idle(self).or_else(|| {
                let unscored = state.unscored(self).filter(|_| !self.takes_score());
                unscored.map(Unscored::sentence)
            }),
            key if key.starts_with("training.") => {
                state.training().map(|_| UNDER_WAY).or_else(|| parameter.idle(self))
            }
            key if key.starts_with("data.") => training.or_else(|| parameter.idle(self)),
            _ => parameter.idle(self),
        }
    }

    fn lacks(&self, state: &State) -> Option<&'static str> {
        state.lacks_score(self)
    }

    fn with_written(
        &self,
        parameter: &Parameter<Self>,
        text: &str,
        state: &State,
    ) -> Option<Written<Self>> {
        written::of_scene(self, parameter, text, state)
    }

    fn choose(&mut self, parameter: &Parameter<Self>, name: &'static str) {
        choose(self, parameter.key, name);
    }

    fn follow(&mut self, key: &str) {
        if key == "sampler.steps" {
            self.sampler.step_size = None;
        }
    }

    fn command(before: &Self, after: Self, state: &State) -> Command {
        Command::set(state.selected(), before, &after)
    }
}

/// Why `before` cannot become `after`, if it cannot.
#[must_use]
pub fn refusal<O: Settable>(before: &O, after: &O, state: &State) -> Option<String> {
    let lacks = after.lacks(state).filter(|_| before.lacks(state).is_none());
    lacks.map(str::to_owned).or_else(|| objection(before, after))
}

/// A question that names a setting and a value.
struct Wish<'a> {
    name: &'a str,
    value: &'a str,
    /// Whether it can mean nothing else.
    certain: bool,
}

/// How closely a name is that of a setting; the closest is the smallest.
fn closeness<O>(parameter: &Parameter<O>, name: &str) -> Option<u8> {
    let wanted = plain(name);
    let last = parameter.key.rsplit_once('.').map_or(parameter.key, |(_, last)| last);
    let synonym = || synonyms::of(parameter.key).into_iter().any(|word| plain(word) == wanted);
    if plain(parameter.title) == wanted {
        Some(0)
    } else if [plain(parameter.key), plain(&parameter.key.replace('.', " "))].contains(&wanted) {
        Some(1)
    } else if plain(last) == wanted {
        Some(2)
    } else if !parameter.symbol.is_empty() && parameter.symbol == name {
        Some(3)
    } else {
        synonym().then_some(4)
    }
}

/// The entries that set what was typed, the likeliest first.
#[derive(Default)]
pub struct Settings {
    /// Those that nothing else can be meant by; what cannot be is refused in one sentence.
    pub sure: Vec<Entry>,
    /// Those that may be the beginning of another name; all are refused.
    pub unsure: Vec<Entry>,
}

/// The entries that set what `query` names to the value it gives; none where it is no name of a setting
/// with a value behind it.
#[must_use]
pub fn settings(query: &str, state: &State) -> Settings {
    let mut found = Vec::new();
    let query = query.trim();
    if let Some((name, value)) = query.split_once('=') {
        gather(&Wish { name: name.trim(), value: value.trim(), certain: true }, state, &mut found);
    } else {
        // The longest name that there is.
        for (at, _) in query.rmatch_indices(char::is_whitespace) {
            let (name, value) = (query[..at].trim_end(), query[at..].trim_start());
            let certain = value.starts_with(|c: char| c.is_ascii_digit() || "+-.−[{".contains(c));
            gather(&Wish { name, value, certain }, state, &mut found);
            if !found.is_empty() {
                break;
            }
        }
    }
    found.sort_by_key(|(order, _)| *order);
    let (unsure, sure): (Vec<_>, Vec<_>) = found.into_iter().partition(|(order, _)| order.0);
    let entries = |found: Vec<Ordered>| found.into_iter().map(|(_, entry)| entry).collect();
    Settings { sure: entries(sure), unsure: entries(unsure) }
}

/// An entry behind what orders it: whether it is unsure, whether it does nothing, how close the name is.
type Ordered = ((bool, bool, u8), Entry);

fn gather(wish: &Wish<'_>, state: &State, found: &mut Vec<Ordered>) {
    gather_of::<Scene>(wish, state, found);
}

fn gather_of<O: Settable>(wish: &Wish<'_>, state: &State, found: &mut Vec<Ordered>) {
    let before = O::of(state);
    for parameter in O::parameters() {
        let Some(closeness) = closeness(parameter, wish.name) else { continue };
        let idle = before.refused(parameter, state);
        let Some(written) = with_value(parameter, &before, wish, state) else { continue };
        let impossible = matches!(written, Written::Refused(_));
        let (title, command, refused) = match written {
            Written::Becomes(after, command) => {
                let [new, now] = [&after, &before].map(|owner| in_short(parameter, owner));
                let now = if now.is_empty() { now } else { format!(" (now {now})") };
                let title = format!("Set {} to {new}{now}", parameter.title);
                (title, command, refusal(&before, &after, state))
            }
            Written::Opens(command) => {
                let title = format!("Open {} as {}", wish.value, parameter.title);
                (title, Command::File(command), None)
            }
            Written::Refused(problem) => {
                let title = format!("Set {} to {}", parameter.title, cut(wish.value));
                (title, O::command(&before, before.clone(), state), Some(problem))
            }
        };
        let order = (impossible && !wish.certain, impossible || idle.is_some(), closeness);
        let refused = idle.map(str::to_owned).or(refused);
        let entry = Entry::asking(Kind::Value, title, parameter.key, command).refused(refused);
        found.push((order, entry));
    }
}

/// What a setting says as things stand, as far as there is room.
#[must_use]
pub fn in_short<O>(parameter: &Parameter<O>, owner: &O) -> String {
    cut(&in_words(parameter, owner))
}

/// As much of a text as there is room for.
fn cut(text: &str) -> String {
    if text.chars().count() <= MOST_LETTERS {
        return text.to_owned();
    }
    text.chars().take(MOST_LETTERS - 1).chain(['…']).collect()
}

/// What is set with the value that was written; why not, or nothing where it is none of this setting.
fn with_value<O: Settable>(
    parameter: &Parameter<O>,
    before: &O,
    wish: &Wish<'_>,
    state: &State,
) -> Option<Written<O>> {
    let mut after = before.clone();
    let written = wish.value.trim_end_matches(['°', '×', '\u{2009}', ' ']);
    if written.is_empty() {
        return None;
    }
    let refuse = |allowed: String| {
        let value = wish.value.to_owned();
        Problem { key: parameter.key, value, allowed }.to_string()
    };
    let none = parameter.absent().is_some()
        && ["none", "auto", "automatic"].contains(&written.to_lowercase().as_str());
    let outcome = match &parameter.kind {
        Values::Real(number) if none => {
            (number.access.set)(&mut after, None);
            Ok(())
        }
        Values::Real(number) => match real(written) {
            Some(value) if !number.alone || number.range.contains(value) => {
                (number.access.set)(&mut after, Some(value));
                Ok(())
            }
            other => Err(refuse(number.range.instead_of(other.unwrap_or(f64::NAN)))),
        },
        Values::Whole(number) => whole(number, &mut after, written).map_err(refuse),
        Values::Switch(switch) => match written.to_lowercase().as_str() {
            word @ ("on" | "true" | "yes" | "off" | "false" | "no") => {
                let on = ["on", "true", "yes"].contains(&word);
                (switch.access.set)(&mut after, Some(on));
                Ok(())
            }
            _ => Err(refuse("on or off".to_owned())),
        },
        Values::Choice(choices) => {
            let all = (choices.all)();
            let wanted = plain(written);
            let is = |name: &str, title: &str| plain(name) == wanted || plain(title) == wanted;
            let chosen = all.iter().find(|choice| is(choice.name, choice.title));
            let absent = choices.absent.as_ref().filter(|_| choices.optional);
            if let Some(choice) = chosen {
                after.choose(parameter, choice.name);
                Ok(())
            } else if absent.is_some_and(|absent| is("none", absent.title)) {
                after.choose(parameter, "");
                Ok(())
            } else {
                let names: Vec<&str> = all.iter().map(|choice| choice.name).collect();
                Err(refuse(format!("one of {}", names.join(", "))))
            }
        }
        Values::Text(_) | Values::List(_) => {
            return before.with_written(parameter, wish.value, state);
        }
    };
    Some(match outcome {
        Ok(()) => {
            after.follow(parameter.key);
            let command = O::command(before, after.clone(), state);
            Written::Becomes(after, command)
        }
        Err(problem) => Written::Refused(problem),
    })
}

/// Sets a whole number; what is allowed instead if it is none.
fn whole<O>(number: &Number<O, u64>, after: &mut O, written: &str) -> Result<(), String> {
    let exact = |value: f64| value >= 0.0 && value.fract() == 0.0 && value < 1e15;
    let powers = || written.parse().ok().filter(|&value| exact(value)).map(|value| value as u64);
    match written.parse().ok().or_else(powers) {
        Some(value) if number.range.contains(value) => {
            (number.access.set)(after, Some(value));
            Ok(())
        }
        other => Err(format!("a whole number, {}", number.range.instead_of(other.unwrap_or(0)))),
    }
}
