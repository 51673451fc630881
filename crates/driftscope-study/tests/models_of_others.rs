//! Networks that `PyTorch` made: velocities as there, conventions found, damage refused. The files are those
//! of `tests/models/make_models.py`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::network::foreign::{
    Convention, ForeignOutput, Noising, Statements, TimeInput, Towards,
};
use driftscope_flow::network::{ForeignModel, Opened};
use driftscope_solve::Tolerances;
use driftscope_study::lab::{Report, Trial, check_convention, likelihoods};
use driftscope_study::measure::distance_to_data;
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks, Probe, RunOptions, run};
use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models")
}

fn expected() -> Value {
    let text = std::fs::read_to_string(folder().join("expected.json")).expect("it is there");
    serde_json::from_str(&text).expect("valid")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

fn scene(file: &Path, settings: &[&str]) -> Arc<Scene> {
    let mut all = vec![format!("field.model={:?}", file.display().to_string())];
    all.extend(settings.iter().map(|&setting| setting.to_owned()));
    Arc::new(Scene::with_settings(None, &all).expect("a scene"))
}

fn open(file: &Path) -> ForeignModel {
    match Opened::load(file, &Statements::default()).unwrap_or_else(|error| panic!("{error}")) {
        Opened::Foreign(model) => model,
        Opened::Own(_) => panic!("{} is not ours", file.display()),
    }
}

/// The ten models by name.
fn models() -> BTreeMap<String, PathBuf> {
    let expected = expected();
    let models = expected["models"].as_object().expect("a table");
    assert_eq!(models.len(), 10);
    let file = |value: &Value| folder().join(value["file"].as_str().expect("a name"));
    models.iter().map(|(name, value)| (name.clone(), file(value))).collect()
}

#[test]
fn velocities_are_those_of_pytorch() {
    let expected = expected();
    let times = numbers(&expected["times"]);
    let points: Vec<Vec<f64>> =
        expected["points"].as_array().expect("a list").iter().map(numbers).collect();
    for (name, file) in models() {
        for path in Interpolant::ALL {
            let path_setting = format!("interpolant.kind={}", path.name());
            let scene = scene(&file, &[&path_setting]);
            let experiment = Experiment::new(&scene, &Networks::default());
            let experiment = experiment.unwrap_or_else(|error| panic!("{name}: {error}"));
            let probe = Probe::new(experiment);
            let velocities = &expected["models"][&name]["velocity"][path.name()];
            let mut worst = 0.0_f64;
            for (at, &t) in times.iter().enumerate() {
                for (i, point) in points.iter().enumerate() {
                    let found = probe.at(t, [point[0], point[1]]).velocity;
                    let there = numbers(&velocities[at][i]);
                    let size = 1.0_f64.max(there[0].hypot(there[1]));
                    let off = (found[0] - there[0]).hypot(found[1] - there[1]) / size;
                    worst = worst.max(off);
                }
            }
            let allowed = if name.contains("half") { 1e-2 } else { 1e-5 };
            println!("{name} on {}: {worst:.1e}", path.name());
            assert!(worst < allowed, "{name} on {}: {worst:e}", path.name());
        }
    }
}

/// Whether two conventions read a network alike: with a time that is a noise level, VP and GVP are one, and a
/// thousandth of DDPM's index is 1 − t to within half an index.
fn same(a: &Convention, b: &Convention) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6 * (1.0 + a.abs());
    a.prediction == b.prediction
        && near(a.scale, b.scale)
        && (0..2).all(|d| near(a.shift[d], b.shift[d]))
        && [0.1, 0.4, 0.8].iter().all(|&t| {
            let [a, b] = [a, b].map(|one| one.level(t * one.scale, 1.0 - t));
            let index = (a.time - b.time).abs() < 2e-3 * (1.0 + a.time.abs());
            index && near(a.alpha, b.alpha) && near(a.sigma, b.sigma)
        })
}

/// A convention that is wrong in one respect.
fn spoilt(right: &Convention) -> Vec<Convention> {
    let mut all = Vec::new();
    let mut add = |wrong: Convention| {
        if wrong != *right && wrong.check().is_ok() {
            all.push(wrong);
        }
    };
    let time = match right.time {
        TimeInput::T => TimeInput::Reversed,
        TimeInput::Reversed => TimeInput::T,
        TimeInput::Sigma => TimeInput::LogSnr,
        _ => TimeInput::Sigma,
    };
    add(Convention { time, ..*right });
    let prediction = match right.prediction {
        ForeignOutput::Velocity(Towards::Data) => ForeignOutput::Velocity(Towards::Noise),
        ForeignOutput::Data | ForeignOutput::Score => ForeignOutput::Noise,
        _ => ForeignOutput::Data,
    };
    add(Convention { prediction, ..*right });
    let noising = match right.noising {
        Noising::Path(Interpolant::Linear) => Noising::Path(Interpolant::Vp),
        _ => Noising::Path(Interpolant::Linear),
    };
    add(Convention { noising, ..*right });
    all
}

#[test]
fn the_check_names_the_right_convention_of_each_when_it_is_declared_wrongly() {
    let optimised = !cfg!(debug_assertions);
    // Without optimisation rten takes minutes.
    let fast = |file: &Path| optimised || file.extension().is_some_and(|end| end == "safetensors");
    for (name, file) in models().into_iter().filter(|(_, file)| fast(file)) {
        let model = open(&file);
        let scene = scene(&file, &[]);
        let right = model.convention;
        let check = |convention: Convention| {
            let started = std::time::Instant::now();
            let model = model.with_convention(convention);
            let found =
                check_convention(&scene, &model, &Report::new(&Cancel::default(), &|_, _| {}))
                    .expect("checked");
            println!("{name}: {} {:.1?}", found.sentence(), started.elapsed());
            for Trial { changes, velocity_error, .. } in &found.trials {
                println!("    {changes}: {velocity_error:.3}");
            }
            found
        };
        let sound = check(right);
        assert!(sound.as_declared(), "{name}: {}", sound.sentence());
        let mut wrong = spoilt(&right);
        assert!(!wrong.is_empty());
        if !optimised {
            wrong.truncate(1);
        }
        for wrong in wrong {
            let found = check(wrong);
            let best = found.trials[found.best].convention;
            assert!(same(&best, &right), "{name}: {}", found.sentence());
            assert!(found.trials[0].velocity_error > found.trials[found.best].velocity_error);
        }
    }
}

#[test]
fn scenes_are_solved_with_models_of_others() {
    for name in ["silu-velocity.safetensors", "film-dynamo.onnx"] {
        let settings = ["particles.count=100", "sampler.rtol=1e-3", "seed=4"];
        let scene = scene(&folder().join(name), &settings);
        let ends = || {
            let experiment = Experiment::new(&scene, &Networks::default()).expect("ready");
            let options = RunOptions::for_window(100);
            let recording =
                run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
            recording.ends().collect::<Vec<_>>()
        };
        let first = ends();
        assert_eq!(first, ends(), "{name}: two runs are equal");
        let distance = distance_to_data(&scene, &first, &Cancel::default()).expect("measured");
        assert!(distance.sliced_w2 < 6.0 * distance.floor, "{name}: {distance:?}");
        let ode = Experiment::of_ode(&scene, &Networks::default()).expect("ready");
        let tolerances = Tolerances { atol: 1e-3, rtol: 1e-3 };
        let points = [[1.0, 0.3], [-1.0, 0.2], [4.0, 4.0]];
        let found = likelihoods(&ode, &points, tolerances, &Cancel::default()).expect("found");
        let likely = &found.exact_divergence;
        assert!(likely.iter().all(|value| value.is_finite()), "{name}: {likely:?}");
        assert!(likely[2] < likely[0].min(likely[1]), "{name}: {likely:?}");
    }
}

/// A safetensors file with this header and so many bytes after it.
fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

const STATED: &str = r#""__metadata__":{"prediction":"velocity","interpolant":"linear","time":"t","activation":"relu"}"#;

/// Damaged safetensors files, and what is said of them.
fn damaged_chains() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let tensor = |name: &str, kind: &str, shape: &str, from: usize, to: usize| {
        format!(r#""{name}":{{"dtype":"{kind}","shape":{shape},"data_offsets":[{from},{to}]}}"#)
    };
    let file = |tensors: &[String], bytes: usize| {
        safetensors(&format!("{{{STATED},{}}}", tensors.join(",")), &vec![0; bytes])
    };
    let whole = std::fs::read(folder().join("silu-velocity.safetensors")).expect("there");
    let first = tensor("0.weight", "F32", "[4,3]", 0, 48);
    let one =
        |shape: &str, bytes: usize| file(&[tensor("0.weight", "F32", shape, 0, bytes)], bytes);
    let mut nan = file(&[tensor("0.weight", "F32", "[2,3]", 0, 24)], 24);
    let end = nan.len();
    nan[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    vec![
        ("empty", Vec::new(), "the file is truncated: it has 0 bytes"),
        ("text", b"These are no weights, only words.".to_vec(), "not a valid safetensors file"),
        ("cut", whole[..whole.len() - 5].to_vec(), "the file is truncated"),
        (
            "pickle",
            b"PK\x03\x04 and so on".to_vec(),
            "a pickle of PyTorch, which is not read since",
        ),
        ("header", safetensors("{\"a\": [", &[]), "not a valid safetensors file"),
        ("huge", one("[1099511627776,1099511627776]", 8), "not a valid safetensors file"),
        ("no-tensors", safetensors(&format!("{{{STATED}}}"), &[]), "it holds no tensors"),
        ("nan", nan, "0.weight: element 5 is NaN, but only finite numbers are allowed"),
        (
            "no-chain",
            file(&[first.clone(), tensor("2.weight", "F32", "[2,5]", 48, 88)], 88),
            "layer 2 takes 5 numbers, but the one before it gives 4: that is no chain",
        ),
        ("outputs", one("[4,3]", 48), "its last layer gives 4 numbers; 2 are needed"),
        ("inputs", one("[2,2]", 16), "its first layer takes 2 numbers; x, y and at least one"),
        ("wide", one("[2,7]", 56), "it does not say its `time_features`"),
        (
            "norm",
            file(&[first.clone(), tensor("1.weight", "F32", "[4]", 48, 64)], 64),
            "1.weight has the shape [4]; a linear layer has [outputs, inputs]; export other networks as ONNX",
        ),
        (
            "statistics",
            file(&[first.clone(), tensor("1.running_mean", "F32", "[4]", 48, 64)], 64),
            "tensor 1.running_mean is neither the weight nor the bias of a linear layer",
        ),
        (
            "bias",
            file(&[first.clone(), tensor("0.bias", "F32", "[3]", 48, 60)], 60),
            "0.bias has the shape [3], but the layer gives 4 numbers",
        ),
        (
            "alone",
            file(&[tensor("0.bias", "F32", "[2]", 0, 8)], 8),
            "layer 0 has a bias and no weight",
        ),
        (
            "whole",
            file(&[tensor("0.weight", "I64", "[2,3]", 0, 48)], 48),
            "0.weight holds I64; F16, BF16, F32 and F64 can be read",
        ),
        (
            "unsaid",
            safetensors(&format!("{{{}}}", tensor("0.weight", "F32", "[2,3]", 0, 24)), &[0; 24]),
            "it does not say its `prediction`",
        ),
    ]
}

/// Damaged ONNX files, and what is said of them.
const DAMAGED: [(&str, &str); 28] = [
    ("unknown-operator", "operator Frobnicate is not run here"),
    ("nan-weight", "tensor `w` holds NaN, but only finite numbers are allowed"),
    ("wrong-widths", "it cannot be run"),
    ("three-outputs", "none of its outputs is [n, 2]"),
    ("no-operators", "it has no operators"),
    ("huge-constant", "operator ConstantOfShape asks for sizes of"),
    ("huge-tile", "operator Tile asks for sizes of [1073741824, 1]; at most"),
    ("missing-input", "operator MatMul takes `y`, which nothing before it gives"),
    ("missing-output", "its output `nothing` is given by no operator"),
    ("one-input", "its inputs are x [n, 2]; needed are points [n, 2] and times"),
    ("three-inputs", "its inputs are x [n, 2], t [n], label [n]; needed are"),
    ("pictures", "its inputs are x [n, 3, 8, 8], t [n]; needed are"),
    ("no-statement", "it does not say its `prediction`"),
    ("wrong-statement", "time = \"seconds\"; allowed are t, 1-t, index"),
    ("endless-loop", "operator Loop: networks with loops or branches are not run"),
    ("huge-weight", "which is more than a file may hold"),
    ("short-weight", "tensor `w` has 7 bytes, but its shape [2, 2] needs 16"),
    ("weights-elsewhere", "stands in another file, `../../../etc/passwd`, which is not beside it"),
    ("infinite", "its outputs for points of ordinary size are not finite numbers"),
    ("doubled", "with operator Concat it makes more than 268435456 numbers at once"),
    ("outer", "with operator MatMul it makes more than 268435456 numbers at once"),
    ("computed-size", "operator ConstantOfShape is not run here: how many numbers it makes cannot"),
    (
        "size-of-points",
        "operator ConstantOfShape is not run here: how many numbers it makes cannot",
    ),
    ("long-range", "with operator Range it makes more than 268435456 numbers at once"),
    ("deep", "it has more than 1000 operators one after another, the most that are run"),
    ("no-batch", "its batches have 0 points; from 1 to 4096 are run"),
    ("huge-batch", "its batches have 1099511627776 points; from 1 to 4096 are run"),
    ("given-twice", "operator Identity gives `out`, which is there already"),
];

#[test]
fn damaged_files_are_refused_in_one_sentence() {
    let temporary = tempfile::tempdir().expect("a folder");
    let refused = |file: &Path, words: &str| {
        let message = match Opened::load(file, &Statements::default()) {
            Ok(_) => panic!("{} is opened", file.display()),
            Err(error) => error.to_string(),
        };
        assert!(message.contains(words), "{message}\n  lacks {words}");
        assert!(message.starts_with(&file.display().to_string()), "{message}");
        assert!(!message.contains('\n') && message.len() < 400, "{message}");
    };
    for (name, bytes, words) in damaged_chains() {
        let file = temporary.path().join(format!("{name}.safetensors"));
        std::fs::write(&file, bytes).expect("written");
        refused(&file, words);
    }
    for (name, words) in DAMAGED {
        refused(&folder().join(format!("damaged/{name}.onnx")), words);
    }
    open(&folder().join("damaged/sound.onnx"));
    for (name, bytes) in [("empty", &b""[..]), ("text", b"This is no network, only some words.")] {
        let file = temporary.path().join(format!("{name}.onnx"));
        std::fs::write(&file, bytes).expect("written");
        refused(&file, "not a valid ONNX file");
    }
    refused(&temporary.path().join("nothing.onnx"), "there is no such file");
}

#[test]
fn no_damage_to_an_onnx_file_is_a_panic() {
    let whole = std::fs::read(folder().join("residual-torchscript.onnx")).expect("there");
    let read = |bytes: Vec<u8>| {
        let nothing = Statements::default();
        ForeignModel::from_onnx(bytes, None, (None, &nothing), "damaged")
    };
    read(whole.clone()).expect("whole");
    for place in (0..whole.len()).step_by(whole.len() / 60) {
        assert!(read(whole[..place].to_vec()).is_err(), "cut at {place}");
        let mut damaged = whole.clone();
        damaged[place] ^= 0x55;
        // Some bytes are names or weights; the others are refused.
        let _ = read(damaged);
    }
}
