//! Samplers and schedules by the names that other programs give them.
//!
//! A name stands for settings: `sampler.alias = "DPM++ 2M Karras"` sets the method, what belongs to it and the grid,
//! and is gone then; a scene says what it does, not what somebody calls it.

mod samplers;
mod schedules;

use std::fmt;

use toml::{Table, Value};

use super::error::SceneError;
use super::keys::{put, value_at, value_of};

/// The key under which a name is given.
pub const KEY: &str = "sampler.alias";

/// A program that makes pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// AUTOMATIC1111's web UI.
    A1111,
    /// `ComfyUI`.
    ComfyUi,
    /// diffusers: a class and its arguments.
    Diffusers,
    /// k-diffusion: a function.
    KDiffusion,
}

impl Program {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 4] = [Self::A1111, Self::ComfyUi, Self::Diffusers, Self::KDiffusion];

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::A1111 => "A1111",
            Self::ComfyUi => "ComfyUI",
            Self::Diffusers => "diffusers",
            Self::KDiffusion => "k-diffusion",
        }
    }
}

/// A sampler or a schedule under the names of other programs.
#[derive(Debug)]
pub struct Alias {
    /// Its names, each with whose it is.
    pub names: &'static [(Program, &'static str)],
    /// The settings it stands for, as behind `--set`.
    pub settings: &'static [&'static str],
    /// How what these programs do differs, and by how much; empty where nothing is known to.
    pub differs: &'static str,
}

pub use samplers::{LEFT_OUT, SAMPLERS};
pub use schedules::SCHEDULES;

/// What a name stands for: a sampler, a schedule, or one with the other.
#[derive(Clone, Copy, Debug)]
pub struct Meaning {
    /// The sampler.
    pub sampler: Option<&'static Alias>,
    /// The schedule.
    pub schedule: Option<&'static Alias>,
}

impl Meaning {
    /// Its settings, those of the schedule last.
    pub fn settings(self) -> impl Iterator<Item = &'static str> {
        let both = [self.sampler, self.schedule].into_iter().flatten();
        both.flat_map(|alias| alias.settings.iter().copied())
    }

    /// How it differs elsewhere, in sentences.
    #[must_use]
    pub fn differs(self) -> String {
        let both = [self.sampler, self.schedule].into_iter().flatten();
        let said: Vec<&str> = both.map(|alias| alias.differs).filter(|d| !d.is_empty()).collect();
        said.join(" ")
    }
}

/// Why a name means nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// It is known, and has no counterpart for this reason.
    LeftOut(&'static str),
    /// Nothing is called so; what is called most alike.
    Nothing(Vec<String>),
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LeftOut(why) => write!(f, "it has no counterpart here: {why}"),
            Self::Nothing(near) => {
                f.write_str("a sampler of A1111, ComfyUI, diffusers or k-diffusion, with or without a schedule behind it, such as \"DPM++ 2M Karras\"")?;
                if let [first, ..] = &near[..] {
                    write!(f, "; did you mean \"{first}\"?")?;
                }
                Ok(())
            }
        }
    }
}

/// A name without what does not tell names apart: capitals, and what stands between words.
fn plain(name: &str) -> String {
    let mut plain = String::new();
    for c in name.chars() {
        match c {
            '_' | '-' | ' ' | '/' | ',' => {
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            c => plain.extend(c.to_lowercase()),
        }
    }
    plain.trim().to_owned()
}

/// The one called `name`: to the letter, else whatever tells no names apart.
fn named<'a>(all: &'a [Alias], name: &str) -> Option<&'a Alias> {
    let called = |is: &dyn Fn(&str) -> bool| {
        all.iter().find(|alias| alias.names.iter().any(|(_, own)| is(own)))
    };
    let wanted = plain(name);
    called(&|own| own == name).or_else(|| called(&|own| plain(own) == wanted))
}

/// What a name stands for.
///
/// # Errors
/// Why it stands for nothing.
pub fn meaning(name: &str) -> Result<Meaning, Unknown> {
    let name = name.trim();
    if let Some(sampler) = named(SAMPLERS, name) {
        return Ok(Meaning { sampler: Some(sampler), schedule: None });
    }
    if let Some(schedule) = named(SCHEDULES, name) {
        return Ok(Meaning { sampler: None, schedule: Some(schedule) });
    }
    // A sampler, then a schedule.
    for (place, mark) in name.char_indices().filter(|(_, c)| " _/,+".contains(*c)) {
        let (first, second) = (&name[..place], &name[place + mark.len_utf8()..]);
        let first = first.trim_end_matches([' ', '+']).trim_end();
        let second = second.trim_start_matches([' ', '+']);
        // "DPM++" keeps its signs.
        let whole = name[..place].trim_end();
        let sampler = named(SAMPLERS, whole).or_else(|| named(SAMPLERS, first));
        if let (Some(sampler), Some(schedule)) = (sampler, named(SCHEDULES, second)) {
            return Ok(Meaning { sampler: Some(sampler), schedule: Some(schedule) });
        }
    }
    let wanted = plain(name);
    let left_out = LEFT_OUT.iter().find(|(names, _)| names.iter().any(|own| plain(own) == wanted));
    Err(match left_out {
        Some((_, why)) => Unknown::LeftOut(why),
        None => Unknown::Nothing(near(&wanted)),
    })
}

/// Up to three names that share most words with one.
fn near(wanted: &str) -> Vec<String> {
    let words: Vec<&str> = wanted.split(' ').collect();
    let mut all: Vec<(usize, &str)> = all_names()
        .map(|(_, name)| {
            let own = plain(name);
            (own.split(' ').filter(|word| words.contains(word)).count(), name)
        })
        .filter(|(shared, _)| *shared > 0)
        .collect();
    all.sort_by_key(|(shared, name)| (std::cmp::Reverse(*shared), name.len()));
    all.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// Every name of a sampler or a schedule, with whose it is.
pub fn all_names() -> impl Iterator<Item = (Program, &'static str)> {
    SAMPLERS.iter().chain(SCHEDULES).flat_map(|alias| alias.names.iter().copied())
}

/// Every name that a method has anywhere, whatever the settings beside it.
pub fn names_of_method(method: &str) -> impl Iterator<Item = (Program, &'static str)> {
    let sets = move |setting: &str| setting.strip_prefix("sampler.method=") == Some(method);
    let of =
        SAMPLERS.iter().filter(move |alias| alias.settings.iter().any(|setting| sets(setting)));
    of.flat_map(|alias| alias.names.iter().copied())
}

/// Puts the settings of a name in its place, where one is given; `over` says whether they replace what is there.
///
/// # Errors
/// If the name stands for nothing.
pub(super) fn resolve(table: &mut Table, origin: &str, over: bool) -> Result<(), SceneError> {
    let Some(sampler) = table.get_mut("sampler").and_then(Value::as_table_mut) else {
        return Ok(());
    };
    let Some(name) = sampler.remove("alias") else { return Ok(()) };
    let refused = |message: String| SceneError::Value {
        origin: origin.to_owned(),
        key: KEY.to_owned(),
        message,
    };
    let Some(name) = name.as_str() else {
        return Err(refused(format!("{name} is not allowed: the name of a sampler in quotes")));
    };
    let meaning =
        meaning(name).map_err(|why| refused(format!("\"{name}\" is not allowed: {why}")))?;
    if over && meaning.sampler.is_some() {
        // What stood in place of the method, and the habit of another one.
        sampler.remove("tableau");
        sampler.remove("adaptive");
    }
    if over && meaning.schedule.is_some() {
        // What stood in place of a formula.
        for key in ["times", "times_in", "step_size"] {
            sampler.remove(key);
        }
    }
    for setting in meaning.settings() {
        let (key, value) = setting.split_once('=').expect("settings of aliases are KEY=VALUE");
        if over || value_at(table, key).is_none() {
            put(table, key, Some(value_of(value)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::scene::Scene;

    fn scene(setting: &str) -> Scene {
        let settings = ["field.kind=exact".to_owned(), format!("sampler.alias={setting}")];
        Scene::with_settings(None, &settings).unwrap_or_else(|error| panic!("{setting}: {error}"))
    }

    #[test]
    fn a_name_means_one_thing() {
        let mut known = HashMap::new();
        for (place, alias) in SAMPLERS.iter().chain(SCHEDULES).enumerate() {
            for (_, name) in alias.names {
                let before = known.insert(*name, place);
                assert!(before.is_none_or(|before| before == place), "{name} means two things");
            }
        }
    }

    #[test]
    fn a_sampler_may_have_a_schedule_behind_it() {
        let karras = scene("DPM++ 2M SDE Karras");
        assert_eq!(karras.sampler.method().name, "dpmpp-2m");
        assert_eq!((karras.sampler.eta_sde, karras.sampler.levels), (1.0, Some([14.6146, 0.0292])));
        for same in ["dpmpp_2m_sde karras", "dpmpp_2m_sde + karras", "dpm++ 2m sde KARRAS"] {
            assert_eq!(scene(same).sampler, karras.sampler, "{same}");
        }
        // What is said in a file beside the name holds.
        let text = "[field]\nkind = \"exact\"\n[sampler]\nalias = \"Euler a\"\neta = 0.5\n";
        let read = Scene::from_toml(text, "a file").expect("a scene");
        assert_eq!((read.sampler.method().name, read.sampler.eta), ("ddim", 0.5));
        assert!(!read.to_toml().contains("alias"), "a scene says what it does");
    }

    #[test]
    fn a_schedule_takes_the_place_of_a_list() {
        let listed = scene("StableDiffusionPipeline(num_inference_steps=20)");
        assert_eq!(listed.grid(listed.interval(1.0)).len(), 21);
        let settings = ["sampler.times=[0, 0.5, 1]", "sampler.alias=DPM++ 2M Karras"];
        let settings = settings.map(str::to_owned);
        let karras = Scene::with_settings(None, &settings).expect("a scene");
        assert_eq!(karras.sampler.spacing(), driftscope_solve::grid::Spacing::Karras);
        assert!(karras.sampler.times.is_none());
    }

    #[test]
    fn a_name_that_means_nothing_is_refused_with_what_is_meant() {
        let refused = |name: &str| {
            let settings = [format!("sampler.alias={name}")];
            Scene::with_settings(None, &settings).expect_err("refused").to_string()
        };
        assert!(refused("DPM++ 2N Karras").contains("did you mean"), "{}", refused("DPM++ 2N"));
        assert!(refused("LCM").contains("no counterpart"), "{}", refused("LCM"));
    }
}
