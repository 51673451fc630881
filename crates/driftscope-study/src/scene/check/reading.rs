//! What may be said of how the file of a network that was trained elsewhere is read.

use super::super::Scene;
use super::super::parameters::{Kind, Settings};
use super::super::problem::{Problem, refuse};

/// What stands before the keys.
const SECTION: &str = "field.reading.";

impl Scene {
    /// Whether all that is said of how a network is read can be said.
    pub(super) fn check_reading(&self) -> Result<(), Problem> {
        for (key, text) in self.field.reading.all() {
            let full = format!("{SECTION}{key}");
            let parameter = Self::find(&full).expect("a test finds every key in the table");
            match &parameter.kind {
                Kind::Choice(choices) if choices.named(text).is_none() => {
                    let names: Vec<&str> =
                        (choices.all)().iter().map(|choice| choice.name).collect();
                    let allowed = format!("one of {}", names.join(", "));
                    return refuse(parameter.key, format!("{text:?}"), allowed);
                }
                Kind::Real(_) if text.parse::<f64>().is_err() => {
                    return refuse(parameter.key, format!("{text:?}"), "a number");
                }
                Kind::List(_) => self.check_numbers(key, parameter.key)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn check_numbers(&self, key: &str, full: &'static str) -> Result<(), Problem> {
        let text = self.field.reading.text(key).unwrap_or_default();
        let numbers: Option<Vec<f64>> = text
            .split_whitespace()
            .map(|word| word.parse().ok().filter(|number: &f64| number.abs() < 1e9))
            .collect();
        match numbers {
            Some(numbers) if key == "shift" && numbers.len() != 2 => {
                refuse(full, format!("[{}]", numbers.len()), "two numbers, x and y")
            }
            Some(_) => Ok(()),
            None => refuse(full, format!("{text:?}"), "a list of numbers below 1e9"),
        }
    }
}

#[cfg(test)]
mod tests {
    use driftscope_flow::network::foreign::KEYS;

    use super::*;

    fn said(settings: &[&str]) -> Result<Scene, String> {
        let all: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        Scene::with_settings(None, &all).map_err(|error| error.to_string())
    }

    #[test]
    fn every_key_has_a_row_and_every_row_a_key() {
        let rows = Scene::parameters().iter().filter(|row| row.key.starts_with(SECTION)).count();
        assert_eq!(rows, KEYS.len());
        for key in KEYS {
            assert!(Scene::find(&format!("{SECTION}{key}")).is_some(), "{key}");
        }
    }

    #[test]
    fn a_reading_is_written_as_it_is_read() {
        let scene = said(&[
            "field.model=flow.onnx",
            "field.reading.prediction=noise",
            "field.reading.scale=1.5",
            "field.reading.shift=[0.25, -1]",
        ])
        .expect("a scene");
        let text = scene.to_toml();
        for line in ["prediction = \"noise\"", "scale = 1.5", "shift = [0.25, -1.0]"] {
            assert!(text.contains(line), "{text}\nlacks {line}");
        }
        assert_eq!(Scene::from_toml(&text, "again").expect("reads back"), scene);
        let mut other = scene.clone();
        other.field.follow(None);
        assert!(other.field.reading.is_empty(), "another model is read otherwise");
        assert_ne!(scene, other);
    }

    #[test]
    fn what_cannot_be_said_is_refused_by_key() {
        for (setting, words) in [
            (
                "field.reading.time=seconds",
                "field.reading.time = \"seconds\" is not allowed: one of t, 1-t, index",
            ),
            ("field.reading.scale=wide", "field.reading.scale = \"wide\" is not allowed: a number"),
            ("field.reading.scale=0", "field.reading.scale = 0 is not allowed"),
            (
                "field.reading.shift=[1, 2, 3]",
                "field.reading.shift = [3] is not allowed: two numbers",
            ),
            ("field.reading.colour=red", "unknown field `colour`, expected one of prediction"),
        ] {
            let refused = said(&["field.model=flow.onnx", setting]).expect_err(setting);
            assert!(refused.contains(words), "{refused}\nlacks {words}");
        }
    }

    #[test]
    fn a_reading_without_a_file_has_no_effect() {
        let scene = said(&["field.reading.time=t"]).expect("a scene");
        let reason = scene.idle("field.reading.time").expect("no file");
        assert!(reason.contains("Open a model"), "{reason}");
        let scene = said(&["field.model=a.onnx", "field.reading.prediction=noise"]).expect("fine");
        let reason = scene.idle("field.reading.sigma_data").expect("no F");
        assert!(reason.contains("EDM"), "{reason}");
        assert_eq!(scene.idle("field.reading.prediction"), None);
    }
}
