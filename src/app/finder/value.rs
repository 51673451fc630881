//! Settings at a value that is typed: `rtol 1e-4`, `sampler.method heun`, `steps=20`.

use driftscope_study::scene::parameters::{Kind as Values, Number, Parameter, Settings as Table};
use driftscope_study::scene::{CLASSIC, Problem, Scene};

use super::entry::{Entry, Kind, plain};
use super::synonyms;
use crate::app::command::Command;
use crate::app::controls::choose::choose;
use crate::app::controls::row::{Checked, objection};
use crate::app::controls::setting::in_words;
use crate::app::controls::training::UNDER_WAY;
use crate::app::drawing::TRAINED_ON;
use crate::app::state::State;

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
        match parameter.key {
            // A tableau of one's own gives way, and so does a size to a number.
            "sampler.method" => parameter.idle(self).filter(|_| self.is_sde()),
            "sampler.steps" => self
                .idle("sampler.grid")
                .or_else(|| parameter.idle(self).filter(|_| self.sampler.step_size.is_none())),
            "data.name" => self.classic().map(|_| CLASSIC).or(training),
            key if key.starts_with("training.") => {
                state.training().map(|_| UNDER_WAY).or_else(|| parameter.idle(self))
            }
            key if key.starts_with("data.") => training.or_else(|| parameter.idle(self)),
            _ => parameter.idle(self),
        }
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
    } else if plain(parameter.key) == wanted {
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
            let certain = value.starts_with(|c: char| c.is_ascii_digit() || "+-.−".contains(c));
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
        match with_value(parameter, &before, wish) {
            Some(Ok(after)) => {
                let (new, now) = (in_words(parameter, &after), in_words(parameter, &before));
                let title = format!("Set {} to {new} (now {now})", parameter.title);
                let refused = idle.map(str::to_owned).or_else(|| objection(&before, &after));
                let command = O::command(&before, after, state);
                let entry = Entry::asking(Kind::Value, title, parameter.key, command);
                found.push(((false, idle.is_some(), closeness), entry.refused(refused)));
            }
            Some(Err(problem)) => {
                let title = format!("Set {} to {}", parameter.title, wish.value);
                let command = O::command(&before, before.clone(), state);
                let entry = Entry::asking(Kind::Value, title, parameter.key, command);
                let refused = idle.map_or(problem, str::to_owned);
                found.push(((!wish.certain, true, closeness), entry.refused(Some(refused))));
            }
            None => {}
        }
    }
}

/// What is set with the value that was written; why not, or nothing where it is none of this setting.
fn with_value<O: Settable>(
    parameter: &Parameter<O>,
    before: &O,
    wish: &Wish<'_>,
) -> Option<Result<O, String>> {
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
        // Files are opened, lists are drawn; neither is typed.
        Values::Text(_) | Values::List(_) => return None,
    };
    after.follow(parameter.key);
    Some(outcome.map(|()| after))
}

/// A number, or a share in percent.
fn real(written: &str) -> Option<f64> {
    let written = written.replace('−', "-");
    match written.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|share| share / 100.0),
        None => written.parse().ok(),
    }
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
