use super::*;
use crate::network::test_support::random_weights;
use crate::network::{Activation, Objective, TrainingSettings};
use crate::prediction::Prediction;

fn settings() -> TrainingSettings {
    let sizes = TrainingSettings { hidden: 6, depth: 2, time_features: 4, ..Default::default() };
    TrainingSettings { steps: 1200, seed: 3, ..sizes }
}

fn model() -> Model {
    Model {
        weights: random_weights(settings().architecture(0), 9),
        description: Description {
            data: "two-moons".to_owned(),
            source: None,
            interpolant: driftscope_base::interpolant::Interpolant::Linear,
            command: "driftscope train two-moons --seed 3".to_owned(),
            steps: 1200,
            settings: settings(),
            final_loss: 1.25,
        },
    }
}

/// The file with its header changed by a textual replacement.
fn with_header(replace: &str, by: &str) -> Vec<u8> {
    let bytes = model().to_bytes().unwrap();
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header = std::str::from_utf8(&bytes[8..8 + length]).unwrap();
    assert!(header.contains(replace), "{header}");
    let header = header.replace(replace, by);
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &bytes[8 + length..]].concat()
}

fn refuse(bytes: &[u8]) -> String {
    Model::from_bytes(bytes, "moons.safetensors").unwrap_err().to_string()
}

#[test]
fn a_saved_model_is_read_back_unchanged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    std::fs::write(&path, "an older file").unwrap();
    model().save(&path).unwrap();
    assert_eq!(Model::load(&path).unwrap(), model());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn what_is_unusual_about_a_training_is_in_the_file_and_nothing_else() {
    let plain = String::from_utf8_lossy(&model().to_bytes().unwrap()).into_owned();
    assert!(!plain.contains("\"training\"") && !plain.contains("\"source\""), "{plain}");
    let unusual = TrainingSettings {
        objective: Objective::MeanFlow,
        activation: Activation::Tanh,
        labels: true,
        steps: 5_000,
        warm_up: 0.1,
        ..settings()
    };
    let mut other = model();
    other.weights = random_weights(unusual.architecture(3), 4);
    other.description.source = Some("eight-gaussians".to_owned());
    other.description.settings = unusual;
    let bytes = other.to_bytes().unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.contains("mean-flow") && !text.contains("ema_decay\\\""), "{text}");
    assert_eq!(Model::from_bytes(&bytes, "other").unwrap(), other);
    assert_ne!(other.id(), model().id());
}

#[test]
fn networks_that_are_read_differently_are_known_by_different_names() {
    let with = |change: fn(&mut TrainingSettings)| {
        let mut model = model();
        change(&mut model.description.settings);
        model.id()
    };
    assert_eq!(with(|settings| settings.warm_up = 0.3), model().id());
    assert_ne!(with(|settings| settings.prediction = Prediction::Data), model().id());
}

#[test]
fn a_missing_file_is_named() {
    let message = Model::load(Path::new("/no/such.safetensors")).unwrap_err().to_string();
    assert!(message.starts_with("/no/such.safetensors: there is no such file"), "{message}");
}

#[test]
fn a_missing_folder_refuses_the_save() {
    let error = model().save(Path::new("/no/such/folder/model.safetensors")).unwrap_err();
    assert!(matches!(error, CheckpointError::Io { .. }), "{error}");
}

#[test]
fn a_file_cut_anywhere_is_truncated() {
    let bytes = model().to_bytes().unwrap();
    for length in 0..bytes.len() {
        let message = refuse(&bytes[..length]);
        assert!(message.contains("moons.safetensors: the file is truncated"), "{message}");
    }
}

#[test]
fn damage_is_an_error_and_never_a_panic() {
    let bytes = model().to_bytes().unwrap();
    let header = 8 + u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    for position in 0..header {
        for value in [0, b'"', b'9', 255] {
            let mut damaged = bytes.clone();
            damaged[position] = value;
            let _ = Model::from_bytes(&damaged, "damaged");
        }
    }
    assert!(refuse(b"This is not a model, only some text.").contains("not a valid safetensors"));
    assert!(refuse(&[bytes.clone(), vec![0]].concat()).contains("not a valid safetensors"));
}

#[test]
fn too_large_a_file_is_refused() {
    assert!(refuse(&vec![0; MAX_FILE_BYTES as usize + 1]).contains("more than 64 MB"));
}

#[test]
fn unsupported_descriptions_say_what_is_allowed() {
    for (replace, by, expected) in [
        (
            "\"silu\"",
            "\"selu\"",
            "\"activation\" is \"selu\", but only silu, gelu, gelu-tanh, relu",
        ),
        ("\"velocity\"", "\"epsilon\"", "only velocity, data, noise, score is supported"),
        ("\"linear\"", "\"cubic\"", "only linear, gvp, vp"),
        ("\"format_version\":\"1\"", "\"format_version\":\"2\"", "\"2\", but only 1"),
        ("\"seed\":\"3\"", "\"seed\":\"-3\"", "a whole number"),
        ("\"final_loss\":\"1.25\"", "\"final_loss\":\"NaN\"", "a finite number"),
        ("\"hidden\":\"6\"", "\"hidden\":\"99999999999\"", "allowed is 1 to 1024"),
        ("\"steps\"", "\"stops\"", "no \"steps\""),
        (
            "\"hidden\":\"6\"",
            "\"hidden\":\"7\"",
            "F32 [6, 6], but the architecture in the metadata needs F32 [7, 6]",
        ),
        ("\"depth\":\"2\"", "\"depth\":\"1\"", "layers.2.bias"),
    ] {
        let message = refuse(&with_header(replace, by));
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn other_names_are_listed() {
    let message = refuse(&with_header("layers.1.bias", "layers.1.bios"));
    assert!(message.contains("layers.1.bios"), "{message}");
}

#[test]
fn nan_is_found_when_reading_and_when_writing() {
    let mut bytes = model().to_bytes().unwrap();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    let message = refuse(&bytes);
    assert!(message.contains("NaN, but only finite numbers"), "{message}");
    let mut model = model();
    model.weights.layers[0].weight[3] = f32::INFINITY;
    assert!(
        model.to_bytes().unwrap_err().to_string().contains("layers.0.weight: element 3 is inf")
    );
}
