//! What a scene is about: its words, the distribution, the path, the field and the particles.

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::field::{Parameter as SystemParameter, SYSTEMS};

use super::super::applies::{
    generating, with_model, with_name, with_parameter, with_process, with_starts, with_system,
    without_classic,
};
use super::super::{Data, Direction, FieldKind, Scene, Start};
use super::access::{chosen, chosen_if_any, counted, given, optional};
use super::choice::{Named, systems, toys};
use super::kind::{Access, Choices, Kind, Number, Written};
use super::parameter::Parameter;
use super::range::Range;
use super::reading_rows;

/// Largest number of particles.
pub const MOST_PARTICLES: usize = 100_000;
/// Classic fields may be followed until here, in either direction from t = 0.
pub const LATEST: f64 = 1e4;

/// The words of a scene, in the order of the guide.
pub(super) fn words() -> Vec<Parameter<Scene>> {
    let text = |read| Written { form: "text", entries: None, absent: "", read };
    vec![
        Parameter::new(
            "title",
            "Title",
            "The scene's name in menus; empty for a scene nobody named.",
            Kind::Text(text(|scene: &Scene| Some(scene.title.clone()))),
        ),
        Parameter::new(
            "about",
            "About",
            "Two sentences of what to watch.",
            Kind::Text(text(|scene: &Scene| Some(scene.about.clone()))),
        ),
        Parameter::new(
            "seed",
            "Seed",
            "Decides the starting points and the noise. Equal scenes with equal seeds give equal results.",
            // TOML's integers end there.
            Number::new(given!(Scene: seed), 0..=i64::MAX as u64),
        ),
    ]
}

/// What is sampled and which way; the rows of data of one's own are those of their sources.
pub(super) fn data() -> Vec<Parameter<Scene>> {
    let mut rows = vec![
        Parameter::new(
            "direction",
            "Direction",
            "Generate runs from noise (t = 0) to data (t = 1). Noise runs the linear diffusion of the VP-SDE the other way: dx = −½β·x dt + √β dW, from data to noise. Encode goes there by the ODE: dx = v(x, t) dt with t falling from 1 to 0.",
            Choices::new(Direction::choices, chosen!(Scene: direction)),
        )
        .when(without_classic),
        Parameter::new("data.name", "Data", "The distribution that is sampled.", data_name())
            .when(with_name),
    ];
    rows.extend(Data::parameters());
    rows
}

/// Along which path, and whose velocity is followed.
pub(super) fn field() -> Vec<Parameter<Scene>> {
    let mut rows = vec![
        Parameter::new(
            "interpolant.kind",
            "Interpolant",
            "The path between noise and data, x_t = α(t)·x1 + σ(t)·x0.",
            Choices::new(Interpolant::choices, chosen!(Scene: interpolant.kind)),
        )
        .when(with_process),
        Parameter::new(
            "field.kind",
            "Field",
            "Whose velocity the particles follow.",
            Choices::new(FieldKind::choices, chosen!(Scene: field.kind)),
        )
        .when(generating),
        Parameter::new(
            "field.model",
            "Model",
            "The network of a learned field: a safetensors or ONNX file, in a scene file seen from its folder; or `trained:` and the identity of a network trained in this window, which saving the scene writes beside it as a file.",
            Kind::Text(Written {
                form: "a file, or `trained:` and an identity",
                entries: None,
                absent: "the distribution's bundled model",
                read: |scene: &Scene| scene.field.model.as_ref().map(ToString::to_string),
            }),
        )
        .when(with_model),
    ];
    rows.extend(reading_rows::reading());
    rows.extend([
        Parameter::new("field.system", "System", "Which classic ODE.", system()).when(with_system),
        system_parameter("field.mu", "mu", optional!(Scene: field.mu), |_| usual("mu"))
            .when(|scene| with_parameter(scene, "mu")),
        system_parameter("field.ratio", "ratio", optional!(Scene: field.ratio), |_| usual("ratio"))
            .when(|scene| with_parameter(scene, "ratio")),
        system_parameter("field.lambda", "lambda", optional!(Scene: field.lambda), |_| {
            usual("lambda")
        })
        .when(|scene| with_parameter(scene, "lambda")),
    ]);
    rows
}

/// When it runs and who takes part.
pub(super) fn particles() -> Vec<Parameter<Scene>> {
    let time = |access| {
        // Which of them a field allows is seen only together with it.
        Number::new(access, -LATEST..=LATEST).with_others()
    };
    vec![
        Parameter::new(
            "time.start",
            "Start",
            "The first t of the noisy or adaptive part: 0 to 1 unless the field is a classic ODE. Where t falls it is the noising time 1 − t.",
            time(optional!(Scene: time.start)).or("0, or where the field begins"),
        )
        .symbol("t₀"),
        Parameter::new(
            "time.end",
            "End",
            "The last t of the noisy or adaptive part: 0 to 1 unless the field is a classic ODE. Where t falls it is the noising time 1 − t.",
            time(optional!(Scene: time.end)).or("1, or where the field ends"),
        )
        .symbol("t₁"),
        Parameter::new(
            "particles.count",
            "Count",
            "Number of particles.",
            Number::new(counted!(Scene: particles.count), 1..=MOST_PARTICLES as u64).logarithmic(),
        ),
        Parameter::new(
            "particles.start",
            "Starts",
            "What starting points are drawn from: p_t at the first t, x_t = α(t)·x1 + σ(t)·x0, or the source, N(0, I) unless it is one of its own, whatever the first t. A scene that gives its first t starts from p_t unless it says otherwise.",
            Choices::new(Start::choices, chosen_if_any!(Scene: particles.start))
                .or_value("marginal where the first t is given, else noise", |scene| scene.start().words().name),
        )
        .when(with_starts),
    ]
}

/// A built-in distribution, unless there are data of one's own.
fn data_name() -> Choices<Scene> {
    let access = Access {
        get: |scene: &Scene| scene.toy().map(|toy| toy.name),
        set: |scene: &mut Scene, name: Option<&'static str>| {
            let known = name.filter(|name| toy(name).is_ok());
            scene.data.name = known.map_or_else(|| Scene::default().data.name, str::to_owned);
        },
    };
    Choices::new(toys, access)
}

/// A classic ODE by name.
fn system() -> Choices<Scene> {
    let access = Access {
        get: |scene: &Scene| {
            let own = |name: &&str| *name == scene.field.system;
            SYSTEMS.iter().map(|system| system.name).find(own)
        },
        set: |scene: &mut Scene, name: Option<&'static str>| {
            scene.field.system = name.map_or_else(|| Scene::default().field.system, str::to_owned);
        },
    };
    Choices::new(systems, access)
}

/// What is known of the classic systems' parameter called `key`.
fn of_systems(key: &str) -> &'static SystemParameter {
    let parameters = SYSTEMS.iter().filter_map(|system| system.parameter.as_ref());
    parameters.into_iter().find(|parameter| parameter.key == key).expect("a system has it")
}

fn usual(key: &str) -> f64 {
    of_systems(key).usual
}

/// The parameter of a classic system, which says everything itself.
fn system_parameter(
    key: &'static str,
    own: &str,
    access: Access<Scene, f64>,
    usual: fn(&Scene) -> f64,
) -> Parameter<Scene> {
    let SystemParameter { symbol, about, range, .. } = of_systems(own);
    // Three powers of ten are enough for a slider; more can be typed.
    let slider = range.start().max(0.1)..=range.end().min(1e3);
    let number = Number::new(access, Range::from(range.clone())).slider(slider).logarithmic();
    Parameter::new(key, symbol, about, number.or_value("", usual)).symbol(symbol)
}
