//! What stands in the brackets of a measure: how the scene is changed before it is measured.

use std::fmt;

use driftscope_solve::MethodRef;

use crate::experiment::ExperimentError;
use crate::lab::error::LabError;
use crate::lab::sweep::Setting;
use crate::scene::parameters::Settings;
use crate::scene::{Change, Scene};

/// One argument.
#[derive(Clone, Debug, PartialEq)]
enum Argument {
    /// The method, by name.
    Method(MethodRef),
    /// So many fixed steps.
    Steps(usize),
    /// A setting of the scene.
    Setting(Change),
    /// One of the measure's own, by name.
    Own(&'static str, f64),
}

/// The arguments of a measure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments(Vec<Argument>);

impl Arguments {
    /// Reads what stands between the brackets of the measure `name`, which has these arguments of its `own`.
    pub fn read(text: &str, (name, own): (&str, &[&'static str])) -> Result<Self, String> {
        let text = text.trim();
        let mut arguments = Vec::new();
        for written in text.split(',').map(str::trim).filter(|_| !text.is_empty()) {
            arguments.push(Argument::read(written, own)?);
        }
        let given = |own: &str| {
            arguments
                .iter()
                .any(|argument| matches!(argument, Argument::Own(name, _) if *name == own))
        };
        match own.iter().find(|own| !given(own)) {
            Some(own) => Err(format!("`{name}` needs a number for {own}, as in {own}=0.5")),
            None => Ok(Self(arguments)),
        }
    }

    /// The number given for one of the measure's own arguments.
    ///
    /// # Panics
    /// If the measure has none of this name.
    pub fn own(&self, name: &str) -> f64 {
        let number = |argument: &Argument| match argument {
            Argument::Own(own, number) if *own == name => Some(*number),
            _ => None,
        };
        self.0.iter().find_map(number).expect("reading asks for each of them")
    }

    /// `scene` with the arguments over it.
    pub fn over(&self, scene: &Scene) -> Result<Scene, LabError> {
        let mut scene = scene.pane(0);
        for argument in &self.0 {
            match argument {
                Argument::Method(method) => scene.sampler.set_method(*method),
                Argument::Steps(steps) => {
                    scene = Setting::Steps(*steps).of(&scene, scene.sampler.method());
                }
                Argument::Setting(change) => {
                    scene = scene
                        .changed(std::slice::from_ref(change))
                        .map_err(|error| LabError::Refused(error.to_string()))?;
                }
                Argument::Own(..) => {}
            }
        }
        scene.check().map_err(ExperimentError::from)?;
        Ok(scene)
    }
}

impl fmt::Display for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, argument) in self.0.iter().enumerate() {
            write!(f, "{}{argument}", if i > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

impl Argument {
    fn read(text: &str, own: &[&'static str]) -> Result<Self, String> {
        if let Ok(steps) = text.parse::<usize>() {
            return Ok(Self::Steps(steps));
        }
        let Some((name, value)) = text.split_once('=').map(|(k, v)| (k.trim(), v.trim())) else {
            return MethodRef::named(text).map(Self::Method).ok_or_else(|| {
                format!(
                    "`{text}` is no method, number of steps or setting: write rk4, 16 or rtol=1e-6"
                )
            });
        };
        if let Some(own) = own.iter().find(|own| **own == name) {
            let number = value.parse().ok().filter(|number: &f64| number.is_finite());
            let number = number.ok_or_else(|| format!("`{text}`: a number is needed"))?;
            return Ok(Self::Own(own, number));
        }
        let key = full_key(name).map_err(|why| format!("`{text}`: {why}"))?;
        let change = Change::written(&format!("{key}={value}")).map_err(|e| e.to_string())?;
        // A value of a kind that the setting cannot have is seen at once.
        Scene::default()
            .changed(std::slice::from_ref(&change))
            .map_err(|error| format!("`{text}`: {error}"))?;
        Ok(Self::Setting(change))
    }
}

/// The key of a setting that may be written by its last part alone, if only one ends so.
fn full_key(name: &str) -> Result<&'static str, String> {
    if let Some(row) = Scene::find(name) {
        return Ok(row.key);
    }
    // Of a training no measure of a run depends.
    let ends = |key: &str| {
        key.rsplit_once('.').is_some_and(|(group, last)| last == name && group != "training")
    };
    let found: Vec<&str> =
        Scene::parameters().iter().map(|row| row.key).filter(|key| ends(key)).collect();
    match found[..] {
        [key] => Ok(key),
        [] => Err(format!("no setting is called {name}; `driftscope keys` lists them")),
        _ => Err(format!("several settings end in {name}; write one of {}", found.join(", "))),
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(method) => f.write_str(method.name),
            Self::Steps(steps) => write!(f, "{steps}"),
            Self::Setting(change) => {
                // Its last part is enough where no other key ends so.
                let short = change.key.rsplit_once('.').map(|(_, last)| last);
                let short = short.filter(|last| full_key(last) == Ok(change.key.as_str()));
                let key = short.unwrap_or(&change.key).to_owned();
                write!(f, "{}", Change { key, value: change.value.clone() })
            }
            Self::Own(name, number) => write!(f, "{name}={number}"),
        }
    }
}
