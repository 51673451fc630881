//! What decides a run.

use super::Scene;
use super::parameters::Settings;

impl Scene {
    /// What decides a run over `interval`, with what stood in for absent values spelt out: all
    /// settings but those without effect, those of the picture, and the panes beside.
    #[must_use]
    pub fn in_force(&self, interval: (f64, f64)) -> toml::Table {
        let mut scene = self.pane(0).resolved(interval);
        for parameter in Self::parameters() {
            parameter.spell_out(&mut scene);
        }
        let mut table = scene.to_table();
        let idle = Self::parameters().iter().filter(|parameter| parameter.idle(&scene).is_some());
        for parameter in idle {
            remove(&mut table, parameter.key);
        }
        for key in ["title", "about", "view"] {
            remove(&mut table, key);
        }
        table
    }
}

/// Takes a dotted key out, and its section if nothing is left there.
fn remove(table: &mut toml::Table, key: &str) {
    let Some((section, rest)) = key.split_once('.') else {
        table.remove(key);
        return;
    };
    if let Some(toml::Value::Table(inner)) = table.get_mut(section) {
        remove(inner, rest);
        if inner.is_empty() {
            table.remove(section);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::test_support::{keys, scene};

    #[test]
    fn given_are_settings_of_the_command_line_and_unusual_ones_of_a_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("scene.toml");
        let text = "[sampler]\nsteps = 20\nrtol = 1e-5\ngrid = \"uniform\"\n[view]\ntrail = 0.5\n";
        std::fs::write(&file, text).expect("written");
        let given = |settings: &[&str]| -> Vec<&str> {
            let settings: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
            let (_, given) = Scene::with_given(file.to_str(), &settings).expect("a scene");
            given.keys().collect()
        };
        assert_eq!(given(&[]), ["sampler.steps"], "the others are as usual");
        assert_eq!(given(&["sampler.rtol=1e-5"]), ["sampler.steps", "sampler.rtol"]);
        assert_eq!(given(&["view.trail=0.5"]), ["sampler.steps", "view.trail"]);
        assert_eq!(given(&["diffusion={norm=1.0}"]), ["sampler.steps", "diffusion.norm"]);
        // A saved scene spells every setting out.
        scene(&["sampler.method=heun", "sampler.eta=0.5"]).save(&file).expect("saved");
        assert_eq!(given(&[]), ["sampler.method", "sampler.eta"]);
        let resolved = scene(&[]).resolved((0.0, 1.0));
        resolved.save(&file).expect("saved");
        assert_eq!(given(&[]), [""; 0]);
    }

    #[test]
    fn what_was_in_force_is_spelt_out_and_nothing_else() {
        let in_force = |settings: &[&str]| {
            let mut found = Vec::new();
            keys(&scene(settings).in_force((0.0, 1.0)), "", &mut found);
            found
        };
        let has = |keys: &[String], key: &str| keys.iter().any(|found| found == key);
        let fixed = in_force(&["sampler.method=euler", "sampler.step_size=0.1"]);
        for key in ["sampler.method", "sampler.step_size", "sampler.grid", "time.end", "seed"] {
            assert!(has(&fixed, key), "{key}: {fixed:?}");
        }
        for key in ["sampler.steps", "sampler.rtol", "sampler.eta", "diffusion.norm", "view.trail"]
        {
            assert!(!has(&fixed, key), "{key}: {fixed:?}");
        }
        let controlled = in_force(&["sampler.controller=pi"]);
        assert!(has(&controlled, "sampler.pcoeff") && !has(&in_force(&[]), "sampler.pcoeff"));
        assert!(has(&controlled, "sampler.rtol") && !has(&controlled, "sampler.grid"));
        let noisy = in_force(&["diffusion.form=sigma"]);
        assert!(has(&noisy, "diffusion.norm") && !has(&noisy, "sampler.method"));
        let classic = in_force(&["field.kind=classic", "field.system=van-der-pol"]);
        assert!(has(&classic, "field.mu") && !has(&classic, "data.name"));
    }
}
