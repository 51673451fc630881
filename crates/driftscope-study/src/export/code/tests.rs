use std::sync::Arc;

use driftscope_flow::field::ClassicField;
use driftscope_solve::MethodRef;

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

/// What of the snippets was not filled in.
fn blank_in(text: &str) -> Option<&'static str> {
    const BLANKS: [&str; 29] = [
        "lib.",
        "MODEL_ARGUMENT",
        "LOAD\n",
        "PARTS",
        "THIRD",
        "STEP\n",
        "LAST\n",
        "CONVERSION",
        "VELOCITY",
        "OUTPUT",
        "PREDICTED",
        "WORD",
        "FEATURES",
        "ACTIVATION",
        "INPUTS",
        "RUN(",
        "SECOND",
        "SIZE",
        "ARGUMENTS",
        "ABOUT",
        "NODES\n",
        "STEPS:",
        " CHURN\n",
        "CORRECTION\n",
        "MAKE\n",
        "POINT\n",
        "= TIME",
        "SHARE",
        "B_OF_H",
    ];
    BLANKS.into_iter().find(|blank| text.contains(blank))
}

/// The networks of others that tests open.
const MODELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/models");

#[test]
fn every_target_writes_every_network_of_others() {
    let files = std::fs::read_dir(MODELS).expect("there").map(|entry| entry.expect("read").path());
    let files: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|end| end == "onnx" || end == "safetensors"))
        .collect();
    assert_eq!(files.len(), 10);
    for file in &files {
        let named = file.display().to_string();
        for path in ["linear", "gvp", "vp"] {
            let settings = [
                "data.name=two-moons".to_owned(),
                format!("interpolant.kind={path}"),
                format!("field.model={named}"),
            ];
            for target in TARGETS {
                let text = script(target, scene(&settings.each_ref().map(String::as_str)));
                assert_eq!(blank_in(&text), None, "{} {named}", target.name);
                assert!(
                    text.contains(&format!("The network is in {named}, the file of the scene"))
                );
                assert!(text.contains("def network(t, x)") && text.contains("def load(path)"));
                assert_eq!(named.ends_with("onnx"), text.contains("import onnxruntime"), "{named}");
            }
        }
    }
}

/// The lines on which a script's conversion hangs, for a scene with that network; `tests/code/check.py` runs them.
#[test]
fn conventions_are_written_out() {
    let of = |file: &str, more: &[&str]| {
        let model = format!("field.model={MODELS}/{file}");
        let settings = [&["data.name=two-moons", &model], more].concat();
        script(Target::named("torchdiffeq").expect("known"), scene(&settings))
    };
    let velocity = of("silu-velocity.safetensors", &[]);
    assert!(velocity.contains("    return network(t, x)\n") && !velocity.contains("time_of_level"));
    assert!(
        of("relu-reversed-half.safetensors", &[]).contains("    return -network(1.0 - t, x)\n")
    );
    // Beyond the end, the network stays at its own.
    let beyond = of("silu-velocity.safetensors", &["sampler.end=overshoot"]);
    assert!(beyond.contains("there = torch.clip(t, 0.0, 1.0)"));
    // On another path, a velocity is taken apart into the means.
    let other = of("relu-reversed-half.safetensors", &["interpolant.kind=vp"]);
    assert!(other.contains("v = -network(1.0 - there, y)\n    data, noise = means(there, y, v)"));
    let noise = of("gelu-noise.safetensors", &["interpolant.kind=gvp"]);
    assert!(noise.contains("noise = network(there, y)\n    data = (y - s * noise) / a"));
    assert!(noise.contains("there = torch.clip(t, 0.00643"), "{noise}");
    let edm = of("tanh-edm.safetensors", &[]);
    assert!(edm.contains("f = network(0.25 * torch.log(s), y / torch.sqrt(total))"));
    assert!(edm.contains("\nSCALE = 1.4\n") && !edm.contains("SHIFT"));
    let index = of("layernorm-dynamo.onnx", &[]);
    assert!(index.contains("network(0.001 * index_of(torch.log(s / a)), y)"));
    assert!(index.contains("\"timestep\": times.astype(np.float32)"));
    assert!(of("film-half-torchscript.onnx", &[]).contains("- The network is in half precision"));
}

#[test]
fn every_target_writes_every_bundled_scene_and_leaves_no_blank() {
    for target in TARGETS {
        assert!(std::ptr::eq(*target, Target::named(target.name).expect("in the table")));
        for bundled in LIBRARY {
            let scene = bundled.scene();
            for pane in 0..scene.pane_count() {
                let text = script(target, scene.pane(pane));
                assert_eq!(blank_in(&text), None, "{} {}", target.name, bundled.name);
                assert!(text.contains("def solve(") && text.contains("draw_starts"));
            }
        }
    }
}

#[test]
fn every_target_writes_out_every_diffusion_sampler() {
    let samplers = MethodRef::of_any_field().filter(|method| method.needs_noising_process());
    let samplers: Vec<_> = samplers.collect();
    assert_eq!(samplers.len(), 20);
    for target in TARGETS {
        for method in &samplers {
            for path in ["linear", "gvp", "vp"] {
                let named = format!("sampler.method={}", method.name);
                let path = format!("interpolant.kind={path}");
                let settings = [&named, &path, "sampler.adaptive=false", "field.kind=exact"];
                let text = script(target, scene(&settings));
                assert_eq!(blank_in(&text), None, "{} {named}", target.name);
                assert!(!text.contains("in its place"), "{} {named}", target.name);
                assert!(method.name == "ddim" || text.contains("def diffusion_steps("), "{named}");
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
    // A sampler that it has goes by its name there.
    let named = |settings: &[&str], name: &str| {
        let script = of("diffusers", settings);
        let words = script.replace("\n# ", " ");
        assert!(words.contains(name), "{settings:?}: {script}");
    };
    named(&["sampler.alias=UniPCMultistep"], "UniPCMultistep");
    named(&["sampler.alias=DPM++ 2M SDE"], "DPMSolverMultistep(algorithm_type='sde-dpmsolver++')");
    assert!(!of("diffusers", &["sampler.method=rk4"]).contains("noising process"));
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
