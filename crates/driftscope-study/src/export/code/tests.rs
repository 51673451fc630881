use std::sync::Arc;

use driftscope_flow::field::ClassicField;

use super::*;
use crate::networks::Networks;
use crate::scene::{LIBRARY, Scene};

fn script(target: &Target, scene: Scene) -> String {
    let experiment = Experiment::new(&Arc::new(scene), &Networks::default()).expect("ready");
    target.script(&experiment, None)
}

fn scene(settings: &[&str]) -> Scene {
    let settings: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
    Scene::with_settings(None, &settings).expect("a scene")
}

#[test]
fn every_target_writes_every_bundled_scene_and_leaves_no_blank() {
    for target in TARGETS {
        assert!(std::ptr::eq(*target, Target::named(target.name).expect("in the table")));
        for bundled in LIBRARY {
            let scene = bundled.scene();
            for pane in 0..scene.pane_count() {
                let text = script(target, scene.pane(pane));
                for blank in
                    ["lib.", "MODEL_ARGUMENT", "LOAD\n", "PARTS", "THIRD", "STEP\n", "LAST\n"]
                {
                    assert!(!text.contains(blank), "{} {}: {blank}", target.name, bundled.name);
                }
                assert!(text.contains("def solve(") && text.contains("draw_starts"));
            }
        }
    }
}

#[test]
fn what_a_target_cannot_do_is_said() {
    let of = |name: &str, settings: &[&str]| {
        script(Target::named(name).expect("known"), scene(settings))
    };
    assert!(of("torchdiffeq", &[]).contains("every particle is a batch of its own"));
    assert!(of("diffusers", &[]).contains("diffusers has no step-size control and no DOPRI5"));
    assert!(of("torchdiffeq", &["sampler.method=rk4"]).contains("3/8 rule"));
    assert!(of("scipy", &["sampler.method=tsit5"]).contains("SciPy has no Tsit5"));
    assert!(of("diffrax", &["sampler.method=ab2"]).contains("stands in its place"));
    assert!(of("scipy", &["sampler.error_weights=torchdiffeq"]).contains("* 1.5"));
    assert!(of("torchdiffeq", &["sampler.end=overshoot"]).find("\"step_t\"").is_none());
}

/// The formula of a classic system is evaluated where Python is (`tests/code.rs`); here that its names are
/// those that a script knows.
#[test]
fn formulas_of_classic_systems_are_written() {
    for system in driftscope_flow::field::SYSTEMS {
        assert!(ClassicField::named(system.name, None).is_some());
        let settings = ["field.kind=classic".to_owned(), format!("field.system={}", system.name)];
        let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
        let text = script(TARGETS[0], scene(&settings));
        if let Some(parameter) = &system.parameter {
            let key = parameter.key.replace("lambda", "lam");
            assert!(text.contains(&format!("    {key} = ")), "{}", system.name);
            assert!(system.formula.iter().any(|formula| formula.contains(&key)), "{}", system.name);
        }
    }
}
