//! What other programs call the sampler of a scene.

use super::Scene;
use super::alias::{Program, SAMPLERS};
use super::change::Change;
use super::error::SceneError;

impl Scene {
    /// The names under which its sampler is known elsewhere: all that would change nothing of it.
    #[must_use]
    pub fn known_as(&self) -> Vec<(Program, &'static str)> {
        let held = SAMPLERS.iter().filter(|alias| {
            let changes = alias.settings.iter().map(|setting| Change::written(setting));
            let changes: Result<Vec<Change>, SceneError> = changes.collect();
            changes
                .and_then(|changes| self.changed(&changes))
                .is_ok_and(|changed| changed.sampler == self.sampler)
        });
        held.flat_map(|alias| alias.names.iter().copied()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::alias::SCHEDULES;

    fn scene(name: &str) -> Scene {
        let settings = ["field.kind=exact".to_owned(), format!("sampler.alias={name}")];
        Scene::with_settings(None, &settings).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    #[test]
    fn every_name_resolves_and_the_settings_lead_back_to_it() {
        let mut count = 0;
        for alias in SAMPLERS {
            for (_, name) in alias.names {
                let scene = scene(name);
                assert!(scene.known_as().iter().any(|(_, own)| own == name), "{name}");
                count += 1;
            }
        }
        for alias in SCHEDULES {
            for (_, name) in alias.names {
                scene(name);
                count += 1;
            }
        }
        assert!(count >= 100, "{count} names");
    }
}
