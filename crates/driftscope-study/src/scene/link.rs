//! A scene as one line: what differs from the default scene, as a link.

use std::sync::LazyLock;

use thiserror::Error;
use toml::{Table, Value};

use super::{ModelName, Scene};
use crate::link::{self, DamagedLink};
use crate::own;

/// The default scene of links of version 1. It stays as it is whatever the default scene becomes, so that
/// old links show what they always did.
static DEFAULTS: LazyLock<Table> = LazyLock::new(|| {
    include_str!("link_defaults_1.toml").parse().expect("a test reads the defaults of links")
});
/// The longest line that is written, in characters.
pub const LONGEST: usize = 4096;
const FIELD: &str = "field";
const MODEL: &str = "model";
const GUIDANCE: &str = "guidance";
const BAD: &str = "bad";
const PANES: &str = "panes";

/// Why a scene has no link, or a link no scene.
#[derive(Debug, Error)]
pub enum LinkError {
    /// The line.
    #[error(transparent)]
    Damaged(#[from] DamagedLink),
    /// It has been read, and holds something else.
    #[error("the link holds no scene: {message}")]
    NotAScene {
        /// What is wrong.
        message: String,
    },
    /// It names a file of another computer.
    #[error("the link names a file or a network of another computer: {key}, which nobody else has")]
    Elsewhere {
        /// By which key.
        key: String,
    },
    /// The scene's network is in a file or was trained here.
    #[error(
        "field.model = {model} is only here, and a link does not carry networks: save the scene with its network as a file, or use a bundled network or the exact field"
    )]
    Network {
        /// The network.
        model: String,
    },
    /// The scene holds too much.
    #[error(
        "the scene does not fit into a link: with {key} it would have {length}, and {LONGEST} are allowed; save it as a file, or let {key} be shorter"
    )]
    TooLong {
        /// What takes most of it.
        key: String,
        /// How long it would be.
        length: String,
    },
}

impl Scene {
    /// The scene as one line, which [`Scene::with_settings`] takes as it takes a file's name.
    ///
    /// # Errors
    /// If the scene holds what a line cannot: a network of one's own, or more data than fit.
    pub fn to_link(&self) -> Result<String, LinkError> {
        let models = self.fields().filter_map(|field| field.model.as_ref());
        let bundled = |model: &&ModelName| matches!(model, ModelName::Bundled(_));
        if let Some(model) = models.chain(&self.guidance.bad).find(|model| !bundled(model)) {
            return Err(LinkError::Network { model: model.to_string() });
        }
        let whole = own::in_full(|| Table::try_from(self));
        let whole = whole.map_err(|error| LinkError::TooLong {
            key: "data of its own".to_owned(),
            length: error.to_string().trim().to_owned(),
        })?;
        let differing = differing(whole);
        let line = link::line_of(&differing.to_string());
        if line.len() > LONGEST {
            let length = format!("{} characters", line.len());
            return Err(LinkError::TooLong { key: longest_key(&differing), length });
        }
        Ok(line)
    }
}

/// The table of the scene that a link holds, with every value that the default scene had when links of
/// its version began.
pub(super) fn table(line: &str) -> Result<Table, LinkError> {
    let text = link::text_of(line)?;
    let not_a_scene =
        |message: &str| LinkError::NotAScene { message: message.trim().replace('\n', " ") };
    let table: Table =
        text.parse().map_err(|error: toml::de::Error| not_a_scene(error.message()))?;
    if let Some(key) = model_of(&table) {
        return Err(LinkError::Elsewhere { key });
    }
    let table = completed(table);
    // Content is in the link or nowhere.
    let read = own::in_full(|| Scene::from_loose_table(&table, "the link"));
    read.map_err(|error| not_a_scene(&error.to_string()))?;
    Ok(table)
}

/// The key of a network that a scene or a pane names.
fn model_of(table: &Table) -> Option<String> {
    if table.get(GUIDANCE).is_some_and(|guidance| guidance.get(BAD).is_some()) {
        return Some(format!("{GUIDANCE}.{BAD}"));
    }
    let names = |table: &Table| table.get(FIELD).is_some_and(|field| field.get(MODEL).is_some());
    let panes = table.get(PANES).and_then(Value::as_array).into_iter().flatten();
    let in_pane = panes.filter_map(Value::as_table).any(names);
    (names(table) || in_pane).then(|| format!("{FIELD}.{MODEL}"))
}

/// What of a scene's table is not as in the default scene.
fn differing(mut table: Table) -> Table {
    let is_usual = |key: &String, value: &Value| DEFAULTS.get(key) == Some(value);
    let panes = table.remove(PANES);
    let mut kept = Table::new();
    for (key, value) in table {
        match value {
            Value::Table(section) => {
                let section = without_usual(section, &key);
                if !section.is_empty() {
                    kept.insert(key, Value::Table(section));
                }
            }
            value if !is_usual(&key, &value) => drop(kept.insert(key, value)),
            _ => {}
        }
    }
    if let Some(Value::Array(panes)) = panes {
        let panes = panes.into_iter().map(|pane| in_sections(pane, without_usual)).collect();
        kept.insert(PANES.to_owned(), Value::Array(panes));
    }
    kept
}

/// The other way round.
fn completed(mut table: Table) -> Table {
    if let Some(Value::Array(panes)) = table.get_mut(PANES) {
        for pane in panes {
            *pane = in_sections(pane.clone(), with_usual);
        }
    }
    for (key, value) in &*DEFAULTS {
        match (table.get_mut(key), value) {
            (Some(Value::Table(section)), Value::Table(_)) => {
                *section = with_usual(std::mem::take(section), key);
            }
            (None, _) => drop(table.insert(key.clone(), value.clone())),
            (Some(_), _) => {}
        }
    }
    table
}

/// A pane with `change` made to each of its sections. A section is there or not: an empty one stays.
fn in_sections(pane: Value, change: fn(Table, &str) -> Table) -> Value {
    let Value::Table(pane) = pane else { return pane };
    let sections = pane.into_iter().map(|(key, value)| match value {
        Value::Table(section) => (key.clone(), Value::Table(change(section, &key))),
        other => (key, other),
    });
    Value::Table(sections.collect())
}

fn without_usual(mut section: Table, key: &str) -> Table {
    if let Some(usual) = DEFAULTS.get(key).and_then(Value::as_table) {
        section.retain(|name, value| usual.get(name) != Some(value));
    }
    section
}

fn with_usual(mut section: Table, key: &str) -> Table {
    if let Some(usual) = DEFAULTS.get(key).and_then(Value::as_table) {
        for (name, value) in usual {
            section.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    section
}

/// The key that takes most of a table.
fn longest_key(table: &Table) -> String {
    let mut all = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(section) => {
                let named = |(name, value): (&String, &Value)| {
                    (format!("{key}.{name}"), value.to_string().len())
                };
                all.extend(section.iter().map(named));
            }
            value => all.push((key.clone(), value.to_string().len())),
        }
    }
    let longest = all.into_iter().max_by_key(|(_, length)| *length);
    longest.map_or_else(String::new, |(key, _)| key)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::scene::{Data, LIBRARY, Pane, PointList};
    use driftscope_flow::data::PointSet;

    fn opened(line: &str) -> Scene {
        Scene::with_settings(Some(line), &[]).expect("opens")
    }

    fn scene(settings: &[&str]) -> Scene {
        let settings: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
        Scene::with_settings(None, &settings).expect("a scene")
    }

    /// The default scene may become another; links then stay what they are, and this file with them.
    #[test]
    fn links_complete_what_they_leave_out() {
        let defaults = Scene::from_table_of_links();
        assert_eq!(opened(&defaults.to_link().expect("fits")), defaults);
        assert!(defaults.to_link().expect("fits").len() < 40);
        assert_eq!(opened(&Scene::default().to_link().expect("fits")), Scene::default());
    }

    impl Scene {
        fn from_table_of_links() -> Self {
            Self::from_loose_table(&DEFAULTS, "the defaults").expect("reads")
        }
    }

    #[test]
    fn every_bundled_scene_comes_back_from_its_link() {
        for bundled in LIBRARY {
            let scene = bundled.scene();
            let line = scene.to_link().expect("fits");
            assert_eq!(opened(&line), scene, "{}", bundled.name);
            assert!(line.len() < 1200, "{}: {}", bundled.name, line.len());
        }
    }

    #[test]
    fn links_of_version_1_open_for_ever() {
        // Made by the program that began with links; never to be changed.
        let kept = include_str!("link_kept_1.txt");
        let mut lines = kept.lines();
        let mut next = || lines.next().expect("a line");
        assert_eq!(opened(next()), scene(&[]));
        let adaptive = [
            "data.name=rings",
            "field.kind=exact",
            "sampler.rtol=1e-7",
            "sampler.controller=pi",
            "sampler.scope=whole-batch",
            "interpolant.kind=gvp",
            "seed=77",
            "view.trail=0.25",
        ];
        assert_eq!(opened(next()), scene(&adaptive));
        let own = [
            "data.mixture=[{ mean = [1.5, -0.25], std = 0.125 }, { mean = [-1, 0], std = 0.5, weight = 2 }]",
            "field.kind=exact",
            "diffusion.form=sigma",
            "diffusion.norm=0.5",
            "particles.count=300",
        ];
        assert_eq!(opened(next()), scene(&own));
        let mut side_by_side = scene(&["sampler.method=heun", "sampler.steps=7"]);
        let sampler = scene(&["sampler.method=euler", "sampler.steps=14"]).sampler;
        let usual = Some(Scene::default().sampler);
        side_by_side.panes = vec![
            Pane { sampler: Some(sampler), ..Pane::default() },
            Pane { sampler: usual, difference: true, ..Pane::default() },
        ];
        assert_eq!(opened(next()), side_by_side);
        let points = ["data.points=[[0.5, 1.25], [-1, 2], [3, 0.125]]", "field.kind=exact"];
        assert_eq!(opened(next()), scene(&points));
        assert_eq!(lines.next(), None);
    }

    fn ring(count: usize, decimals: f64) -> Scene {
        let angle = |i: usize| std::f64::consts::TAU * i as f64 / count as f64;
        let rounded = |x: f64| (x * decimals).round() / decimals;
        let points =
            (0..count).map(|i| [rounded(angle(i).cos()), rounded(angle(i).sin())]).collect();
        let points = PointList(PointSet { points, labels: Vec::new() });
        let mut scene = scene(&["field.kind=exact"]);
        scene.data = Data { points: Some(crate::own::Own::new(points)), ..Data::default() };
        scene
    }

    #[test]
    fn drawn_points_go_along_as_far_as_there_is_room() {
        // More than a scene file writes out itself.
        let some = ring(300, 1e3);
        assert!(some.to_toml().contains("kept:"));
        let line = some.to_link().expect("fits");
        assert!(line.len() <= LONGEST);
        let points = |scene: &Scene| scene.data.points.clone().expect("points").content().0.clone();
        assert_eq!(points(&opened(&line)), points(&some));
        for (count, said) in [(2_000, "characters"), (200_000, "bytes of points")] {
            let refused = ring(count, 1e12).to_link().expect_err("too long").to_string();
            assert!(refused.contains(said) && refused.contains("4096"), "{refused}");
            assert!(refused.contains("data") && refused.contains("save it"), "{refused}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("few.csv");
        std::fs::write(&file, "x,y\n1,2\n3,4\n").expect("written");
        let named = format!("data.points={}", file.display());
        let line = scene(&[&named, "field.kind=exact"]).to_link().expect("fits");
        std::fs::remove_file(&file).expect("there");
        assert_eq!(points(&opened(&line)).points, [[1.0, 2.0], [3.0, 4.0]]);
    }

    #[test]
    fn what_is_only_here_is_refused() {
        for model in ["moons.safetensors", "trained:0123456789abcdef0123456789abcdef"] {
            let own = scene(&[&format!("field.model={model}")]);
            let refused = own.to_link().expect_err("a network").to_string();
            assert!(refused.contains(model) && refused.contains("save the scene"), "{refused}");
        }
        let said = |text: &str| {
            let line = link::line_of(text);
            Scene::with_settings(Some(&line), &[]).expect_err("refused").to_string()
        };
        assert!(said("[field]\nmodel = \"m.safetensors\"\n").contains("another computer"));
        assert!(said("[[panes]]\n[panes.field]\nmodel = \"m\"\n").contains("another computer"));
        let named = said("[data]\npoints = \"/etc/passwd\"\n[field]\nkind = \"exact\"\n");
        assert!(named.contains("only named here"), "{named}");
        assert!(said("sed = 7\n").contains("holds no scene"));
        assert!(said("= 7\n").contains("holds no scene"));
        assert!(said("[sampler]\nrtol = -1\n").contains("sampler.rtol"));
        // Settings over a link are taken as over a file, names of files too.
        let over = Scene::with_settings(Some(&link::line_of("seed = 3\n")), &["seed=4".into()]);
        assert_eq!(over.expect("a scene").seed, 4);
    }

    #[test]
    fn ten_thousand_damaged_lines_are_ten_thousand_messages() {
        let mut rng = ChaCha8Rng::seed_from_u64(14);
        let lines: Vec<String> =
            LIBRARY.iter().map(|bundled| bundled.scene().to_link().expect("fits")).collect();
        let mut messages = 0;
        let mut round = 0;
        while messages < 10_000 {
            let line = &lines[round % lines.len()];
            round += 1;
            let mut damaged: Vec<char> = line.chars().collect();
            for _ in 0..rng.random_range(1..4) {
                let at = rng.random_range(0..damaged.len());
                // Not in its first letters, which make it a link.
                let at = at.max(link::BEGINNING.len());
                match rng.random_range(0..6) {
                    0 => damaged.truncate(at.max(link::BEGINNING.len())),
                    1 if at < damaged.len() => {
                        damaged.remove(at);
                    }
                    2 => damaged.insert(at.min(damaged.len()), rng.random_range('0'..'z')),
                    3 => damaged.insert(at.min(damaged.len()), rng.random::<char>()),
                    4 if at + 1 < damaged.len() => damaged.swap(at, at + 1),
                    _ if at < damaged.len() => damaged[at] = rng.random_range('-'..='z'),
                    _ => {}
                }
                if damaged.len() <= link::BEGINNING.len() {
                    break;
                }
            }
            let damaged: String = damaged.into_iter().collect();
            if link::text_of(&damaged) == link::text_of(line) {
                // A space was put in, or two equal letters were swapped.
                continue;
            }
            let refused = Scene::with_settings(Some(&damaged), &[]).expect_err(&damaged);
            let message = refused.to_string();
            assert!(!message.is_empty() && !message.contains('\n'), "{message}");
            messages += 1;
        }
        assert!(round < 12_000, "nearly every damage is one: {round}");
    }

    proptest! {
        #[test]
        fn any_text_is_a_message_or_a_scene(text in "\\PC*") {
            let line = link::line_of(&text);
            let _ = Scene::with_settings(Some(&line), &[]).map_err(|error| error.to_string());
        }
    }
}
