//! What several tests of scenes need.

use super::Scene;

/// The default scene with these settings.
pub fn scene(settings: &[&str]) -> Scene {
    let settings: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
    Scene::with_settings(None, &settings).expect("a scene")
}

/// Dotted keys of a table, whose lists and own mixtures are values.
pub fn keys(table: &toml::Table, before: &str, found: &mut Vec<String>) {
    for (key, value) in table {
        let key = format!("{before}{key}");
        match value {
            toml::Value::Table(inner) => keys(inner, &format!("{key}."), found),
            _ => found.push(key),
        }
    }
}
