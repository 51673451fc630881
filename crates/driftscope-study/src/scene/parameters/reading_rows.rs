//! How the file of a network that was trained elsewhere is read: what it does not say itself.

use driftscope_flow::network::foreign::stated_words;

use super::super::{ModelName, Scene, applies};
use super::choice::Choice;
use super::kind::{Access, Choices, Kind, Number, Written};
use super::parameter::Parameter;

/// What holds where nothing is said.
const ABSENT: &str = "from file";
/// What a number may be.
const RANGE: std::ops::RangeInclusive<f64> = 1e-9..=1e9;

const NO_FILE: &str = "Only the file of a network that was trained elsewhere is read by this. Open a model to use it.";
const NO_VELOCITY: &str = "The network does not predict a velocity.";
const NOT_EDM: &str = "Only EDM's F has a σ_data.";
const NOT_EXPLODING: &str = "Only VE runs from one σ to another.";

/// A choice that is stated under a key.
macro_rules! word {
    ($key:literal) => {
        Choices::new(
            || words($key),
            Access {
                get: |scene: &Scene| {
                    let stated = scene.field.reading.text($key)?;
                    words($key).into_iter().find(|word| word.name == stated).map(|word| word.name)
                },
                set: |scene: &mut Scene, name| {
                    scene.field.reading.state($key, name.map(str::to_owned));
                },
            },
        )
        .or("From file", "What the file itself says, or the TOML file beside it.")
        .optional()
    };
}

/// A number that is stated under a key.
macro_rules! number {
    ($key:literal) => {
        Number::new(
            Access {
                get: |scene: &Scene| scene.field.reading.text($key)?.parse::<f64>().ok(),
                set: |scene: &mut Scene, value| {
                    scene.field.reading.state($key, value.map(|value| value.to_string()));
                },
            },
            RANGE,
        )
        .logarithmic()
        .or(ABSENT)
    };
}

/// Numbers that are stated under a key.
macro_rules! numbers {
    ($key:literal, $form:literal) => {
        Kind::List(Written {
            form: $form,
            entries: None,
            absent: ABSENT,
            read: |scene: &Scene| {
                scene.field.reading.text($key).map(|text| {
                    format!("[{}]", text.split_whitespace().collect::<Vec<_>>().join(", "))
                })
            },
        })
    };
}

/// All of them, in the order of the guide.
pub(super) fn reading() -> Vec<Parameter<Scene>> {
    [convention(), layers()].into_iter().flatten().collect()
}

/// What goes into the network and what comes out, in the order of the guide.
fn convention() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "field.reading.prediction",
            "Predicts",
            "What the network's output is, at x = α·x1 + σ·x0 with data x1 and noise x0.",
            word!("prediction"),
        )
        .when(read),
        Parameter::new(
            "field.reading.velocity_towards",
            "Towards",
            "Where the network's velocity points.",
            word!("velocity_towards"),
        )
        .when(|scene| read(scene).or(states_other(scene, "prediction", "velocity", NO_VELOCITY))),
        Parameter::new(
            "field.reading.interpolant",
            "Trained on",
            "The path that the network was trained on; it serves every other as well.",
            word!("interpolant"),
        )
        .when(read),
        Parameter::new(
            "field.reading.time",
            "Time",
            "What the network takes as its time.",
            word!("time"),
        )
        .when(read),
        Parameter::new(
            "field.reading.time_scale",
            "Time scale",
            "The time is multiplied by this before it goes in; 1 unless the file says otherwise.",
            number!("time_scale").slider(1e-3..=1e3),
        )
        .when(read),
        Parameter::new(
            "field.reading.scale",
            "Data scale",
            "The network's data are (x1 − shift)/scale: 1 for data as they are, their standard deviation for standardised ones.",
            number!("scale").slider(1e-2..=1e2),
        )
        .symbol("s")
        .when(read),
        Parameter::new(
            "field.reading.shift",
            "Data shift",
            "The network's data are (x1 − shift)/scale: the mean of the data for standardised ones.",
            numbers!("shift", "`[x, y]`"),
        )
        .when(read),
        Parameter::new(
            "field.reading.sigma_data",
            "σ_data",
            "The standard deviation of the data that EDM's factors are made for; 0.5 unless the file says otherwise.",
            number!("sigma_data").slider(1e-2..=1e2),
        )
        .symbol("σ_data")
        .when(|scene| read(scene).or(states_other(scene, "prediction", "edm", NOT_EDM))),
        Parameter::new(
            "field.reading.sigma_min",
            "Least σ",
            "The least σ that a network trained on VE has seen; 0.002 unless the file says otherwise.",
            number!("sigma_min").slider(1e-4..=1.0),
        )
        .when(|scene| read(scene).or(states_other(scene, "interpolant", "ve", NOT_EXPLODING))),
        Parameter::new(
            "field.reading.sigma_max",
            "Greatest σ",
            "The greatest σ that a network trained on VE has seen; 80 unless the file says otherwise.",
            number!("sigma_max").slider(1.0..=1e3),
        )
        .when(|scene| read(scene).or(states_other(scene, "interpolant", "ve", NOT_EXPLODING))),
    ]
}

/// What a safetensors file cannot say of its layers, in the order of the guide.
fn layers() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "field.reading.activation",
            "Activation",
            "What stands between the linear layers of a safetensors file, which cannot say so itself.",
            word!("activation"),
        )
        .when(read),
        Parameter::new(
            "field.reading.time_features",
            "Time features",
            "What the first linear layer of a safetensors file takes of the time.",
            word!("time_features"),
        )
        .when(read),
        Parameter::new(
            "field.reading.time_frequencies",
            "Frequencies",
            "The frequencies ω of the time features.",
            numbers!("time_frequencies", "a list of numbers"),
        )
        .when(read),
        Parameter::new(
            "field.reading.input_order",
            "Input order",
            "What the first linear layer of a safetensors file takes first.",
            word!("input_order"),
        )
        .when(read),
    ]
}

/// The choices of a key.
fn words(key: &str) -> Vec<Choice> {
    let of = |word: driftscope_flow::network::Word<()>| Choice {
        name: word.name,
        title: word.title,
        about: word.about,
    };
    stated_words(key).into_iter().map(of).collect()
}

/// Why nothing is read by what is said.
fn read(scene: &Scene) -> Option<&'static str> {
    let file = matches!(scene.field.model, Some(ModelName::File(_)));
    applies::with_model(scene).or((!file).then_some(NO_FILE))
}

/// `reason`, where something else than `value` is stated under `key`.
fn states_other(
    scene: &Scene,
    key: &str,
    value: &str,
    reason: &'static str,
) -> Option<&'static str> {
    scene.field.reading.text(key).is_some_and(|stated| stated != value).then_some(reason)
}
