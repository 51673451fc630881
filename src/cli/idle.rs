//! Settings that were given and have no effect.

use driftscope_study::scene::parameters::Settings;
use driftscope_study::scene::{Given, Scene};

use super::output::complain;

/// A setting by key, and why it has no effect.
pub type IdleSetting = (&'static str, &'static str);

/// The settings that were given and have no effect where `idle` gives a reason. Without a window
/// nothing of the picture has any.
pub fn without_effect(
    given: &Given,
    idle: impl Fn(&'static str) -> Option<&'static str>,
) -> Vec<IdleSetting> {
    const PICTURE: &str = "This is how a scene is looked at, and changes no number.";
    let picture = |key: &str| Scene::parameter(key).is_of_the_picture().then_some(PICTURE);
    given.keys().filter_map(|key| Some((key, picture(key).or_else(|| idle(key))?))).collect()
}

/// Names settings without effect in one line, those with the same reason together.
pub fn name_idle(settings: &[IdleSetting]) {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for &(key, reason) in settings {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, keys)) => keys.push(key),
            None => reasons.push((reason, vec![key])),
        }
    }
    let words = reasons.iter().map(|(reason, keys)| format!("{} ({reason})", keys.join(", ")));
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        complain(&format!("without effect here: {}", words.join("; ")));
    }
}
