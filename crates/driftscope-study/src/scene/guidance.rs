//! What is sampled beside the data alone: one class of them, pushed towards it or away from a bad model,
//! and where particles come from.

use driftscope_flow::data::{Mixture, SourceError, TiltedDensity};
use driftscope_flow::field::{GuidanceScale, SourcedField};
use serde::{Deserialize, Serialize};

use super::parameters::Settings;
use super::problem::{Problem, refuse};
use super::{Direction, FieldKind, ModelName, Scene};

/// What the field is pushed towards, and how far: `v_w = v_from + w (v_to − v_from)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Guidance {
    /// The class that is sampled, by the label of its points; all of the data if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<u32>,
    /// w: 0 is what is pushed away from, 1 the class (or the good model) as it is.
    #[serde(skip_serializing_if = "is_neutral")]
    pub scale: f64,
    /// First and last t at which the scale counts; outside it is 1.
    #[serde(skip_serializing_if = "is_whole")]
    pub interval: [f64; 2],
    /// The network that is pushed away from, in place of the field of all classes (autoguidance).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bad: Option<ModelName>,
}

/// Whether a scale is the usual one. A scene is written as it was where nothing of guidance is given, and each
/// setting alone where it is.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_neutral(scale: &f64) -> bool {
    (scale - 1.0).abs() <= 0.0
}

/// Whether an interval is all there is.
fn is_whole([from, to]: &[f64; 2]) -> bool {
    from.abs() <= 0.0 && (to - 1.0).abs() <= 0.0
}

impl Default for Guidance {
    fn default() -> Self {
        Self { label: None, scale: 1.0, interval: [0.0, 1.0], bad: None }
    }
}

impl Guidance {
    /// Whether nothing of it is given.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// How far is pushed, and when.
    #[must_use]
    pub fn scale_over_time(&self) -> GuidanceScale {
        GuidanceScale { scale: self.scale, interval: self.interval }
    }
}

impl Scene {
    /// Whether guidance has an effect: not on a classic ODE, nor in the forward direction.
    fn can_be_guided(&self) -> bool {
        self.field.kind != FieldKind::Classic && self.direction != Direction::Noise
    }

    /// The label of the class that is sampled, if it is one alone.
    #[must_use]
    pub fn class(&self) -> Option<u32> {
        self.guidance.label.filter(|_| self.can_be_guided())
    }

    /// The network that a learned field is pushed away from, if one is.
    #[must_use]
    pub fn bad_model(&self) -> Option<&ModelName> {
        let learned = self.field.kind == FieldKind::Learned && self.can_be_guided();
        self.guidance.bad.as_ref().filter(|_| learned)
    }

    /// Whether the field is pushed, so that particles do not follow the `p_t` of the data or of their class.
    #[must_use]
    pub fn is_guided(&self) -> bool {
        let pushed = self.class().is_some() || self.bad_model().is_some();
        pushed && !self.guidance.scale_over_time().is_neutral()
    }

    /// The distribution of the data that are sampled: of one class where [`Self::class`] says so.
    ///
    /// # Errors
    /// The first value of it that is not allowed, which [`Scene::check`] refuses as well.
    pub fn target(&self) -> Result<Mixture, Problem> {
        let mixture = self.mixture()?;
        let Some(label) = self.class() else { return Ok(mixture) };
        mixture.given(label).map_or_else(
            || {
                let labels: Vec<String> = mixture.labels().iter().map(u32::to_string).collect();
                let allowed = if labels.is_empty() {
                    "nothing: these data have no labels".to_owned()
                } else {
                    format!("a label that these data have, one of {}", labels.join(", "))
                };
                refuse("guidance.label", label, allowed)
            },
            Ok,
        )
    }

    /// The tilted density p(x) p(c|x)^w of the class that is sampled and the scale; none where no class is, or
    /// where the data have no density.
    #[must_use]
    pub fn tilted(&self) -> Option<TiltedDensity> {
        let (mixture, label) = (self.mixture().ok()?, self.class()?);
        TiltedDensity::new(&mixture, label, self.guidance.scale).ok()
    }

    /// Whether particles come from a distribution of their own instead of N(0, I).
    #[must_use]
    pub fn has_source(&self) -> bool {
        self.source.is_some() && self.field.kind != FieldKind::Classic
    }

    /// The distribution of the source, if it is one of its own.
    ///
    /// # Errors
    /// The first value of it that is not allowed, which [`Scene::check`] refuses as well.
    pub fn source_mixture(&self) -> Result<Option<Mixture>, Problem> {
        let Some(source) = self.source.as_ref().filter(|_| self.has_source()) else {
            return Ok(None);
        };
        let mut rows = Self::parameters().iter().filter(|parameter| parameter.belongs_to("source"));
        rows.try_for_each(|parameter| parameter.check(self))?;
        source.mixture().map(Some).map_err(of_source)
    }

    /// The key under which the source is given.
    #[must_use]
    pub fn source_key(&self) -> &'static str {
        let own = self.source.as_ref().and_then(super::Data::own_key);
        own.map_or("source.name", |key| of_source_key(key))
    }

    /// The exact field from the source to `data`.
    ///
    /// # Errors
    /// If the source is none, or has no exact field with these data.
    pub fn sourced_field(&self, data: &Mixture) -> Result<Option<SourcedField>, Problem> {
        let Some(source) = self.source_mixture()? else { return Ok(None) };
        let field = SourcedField::new(&source, data, self.interpolant.kind);
        field.map(Some).map_err(|error: SourceError| Problem {
            key: self.source_key(),
            value: "given".to_owned(),
            allowed: format!("another one here: {error}"),
        })
    }
}

/// What is wrong with data, said of those that are the source.
fn of_source(problem: Problem) -> Problem {
    Problem { key: of_source_key(problem.key), ..problem }
}

/// The key below `[source]` that is like one below `[data]`; those of single entries are of the list.
fn of_source_key(key: &str) -> &'static str {
    let rest = key.strip_prefix("data.").unwrap_or_default();
    let (name, _) = rest.split_once('.').unwrap_or((rest, ""));
    match name {
        "mixture" => "source.mixture",
        "points" => "source.points",
        "kernel" => "source.kernel",
        _ => "source.name",
    }
}
