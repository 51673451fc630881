//! Where particles come from, and what they are guided by.

use driftscope_flow::data::toy;

use super::super::applies::{OTHER_DATA, generating, with_model, with_process, without_classic};
use super::super::{Data, Scene};
use super::access::given;
use super::choice::toys;
use super::kind::{Access, Choices, Kind, Number, Written};
use super::parameter::Parameter;
use super::range::Range;

const NO_GUIDE: &str = "There is nothing to be guided by. Give a label, or with a learned field a bad model, to use this.";
const NEUTRAL: &str = "The scale is 1, which is the class or the good model itself at every t.";

/// The distribution that particles start from.
pub(super) fn source() -> Vec<Parameter<Scene>> {
    let list = |form, read| Kind::List(Written { form, entries: None, absent: "none", read });
    vec![
        Parameter::new(
            "source.name",
            "Source",
            "The distribution that x0 is drawn from, independently of the data, instead of N(0, I). What needs the score, noise on the way above all, has no meaning then: the ODE is followed.",
            source_name(),
        )
        .when(|scene| {
            let own = scene.source.as_ref().and_then(Data::own);
            without_classic(scene).or(own.map(|own| own.words().instead))
        }),
        Parameter::new(
            "source.mixture",
            "Source mixture",
            "A mixture of Gaussians of one's own as the source, written as data.mixture is.",
            list("as `data.mixture`", |scene: &Scene| in_toml(scene.source.as_ref()?.mixture.as_ref()?)),
        )
        .when(without_classic),
        Parameter::new(
            "source.points",
            "Source points",
            "Points of one's own as the source, with a Gaussian on each: a file, or the points themselves, as data.points.",
            list("as `data.points`", |scene: &Scene| in_toml(scene.source.as_ref()?.points.as_ref()?)),
        )
        .when(without_classic),
        Parameter::new(
            "source.kernel",
            "Source kernel",
            "Standard deviation of the Gaussian on each point of the source.",
            Number::new(
                Access {
                    get: |scene: &Scene| scene.source.as_ref()?.kernel,
                    set: |scene: &mut Scene, kernel| {
                        if let Some(source) = &mut scene.source {
                            source.kernel = kernel;
                        }
                    },
                },
                Range::from(1e-6..=1e3),
            )
            .slider(1e-3..=1.0)
            .logarithmic()
            .or_value("Silverman's, n^(−1/6)·√(tr Cov / 2)", |scene| {
                let points = scene.source.as_ref().and_then(|source| source.points.as_ref());
                // Without points it is idle, and that of N(0, I).
                points.map_or(1.0, |own| own.content().0.silverman())
            }),
        )
        .symbol("h")
        .when(|scene| {
            let points = scene.source.as_ref().is_some_and(|source| source.points.is_some());
            without_classic(scene).or((!points).then_some(OTHER_DATA))
        }),
    ]
}

/// What the field is pushed towards.
pub(super) fn guidance() -> Vec<Parameter<Scene>> {
    let label = Access {
        get: |scene: &Scene| scene.guidance.label.map(u64::from),
        set: |scene: &mut Scene, label: Option<u64>| {
            scene.guidance.label = label.and_then(|label| u32::try_from(label).ok());
        },
    };
    vec![
        Parameter::new(
            "guidance.label",
            "Label",
            "The class that is sampled: the points with this label. The exact field is that of p(x | label); a network has to be one that was trained with labels.",
            // Which labels there are is for the data to say.
            Number::new(label, Range::at_least(0)).with_others().or("all of the data"),
        )
        .symbol("c")
        .when(with_process),
        Parameter::new(
            "guidance.scale",
            "Scale",
            "w in v = v_∅ + w·(v_c − v_∅), of which v_c is the field of the class and v_∅ that of all data (or of the bad model): 0 leaves the class out, 1 is the class, more exaggerates it. What is sampled then is not p(x)·p(c|x)^w.",
            Number::new(given!(Scene: guidance.scale), 0.0..=100.0).slider(0.0..=8.0),
        )
        .symbol("w")
        .when(guided),
        Parameter::new(
            "guidance.interval",
            "Guided from, to",
            "First and last t at which the scale counts; outside it is 1 (Kynkäänniemi et al. 2024).",
            Kind::List(Written {
                form: "`[first, last]`, from 0 to 1",
                entries: None,
                absent: "",
                read: |scene: &Scene| {
                    let [from, to] = scene.guidance.interval;
                    Some(format!("[{from:?}, {to:?}]"))
                },
            }),
        )
        .when(|scene| guided(scene).or((!scene.is_guided()).then_some(NEUTRAL))),
        Parameter::new(
            "guidance.bad",
            "Bad model",
            "A network that the learned field is pushed away from, smaller or trained for less long: v = v_bad + w·(v_good − v_bad), autoguidance (Karras et al. 2024). Named as field.model is.",
            Kind::Text(Written {
                form: "a file, or `trained:` and an identity",
                entries: None,
                absent: "none",
                read: |scene: &Scene| scene.guidance.bad.as_ref().map(ToString::to_string),
            }),
        )
        .when(|scene| without_classic(scene).or(with_model(scene))),
    ]
}

/// Why nothing is guided.
fn guided(scene: &Scene) -> Option<&'static str> {
    let guided = scene.class().is_some() || scene.bad_model().is_some();
    without_classic(scene).or(generating(scene)).or((!guided).then_some(NO_GUIDE))
}

/// A built-in distribution as the source; none is N(0, I).
fn source_name() -> Choices<Scene> {
    let access = Access {
        get: |scene: &Scene| Some(scene.source.as_ref()?.toy()?.name),
        set: |scene: &mut Scene, name: Option<&'static str>| {
            let known = name.filter(|name| toy(name).is_ok());
            scene.source = known.map(Data::named);
        },
    };
    Choices::new(toys, access)
        .or("N(0, I)", "Standard normal noise, independent of the data.")
        .optional()
}

/// As in scene files.
fn in_toml(value: &impl serde::Serialize) -> Option<String> {
    toml::Value::try_from(value).ok().map(|value| value.to_string())
}
