//! A mixture of Gaussians, one by one.

use driftscope_flow::data::{Component, Covariance, Mixture};
use serde::{Deserialize, Serialize};

use super::Data;
use super::source::{DataSource, SourceWords};
use crate::scene::Scene;
use crate::scene::parameters::{Kind, Parameter, Range, Written};
use crate::scene::problem::{Problem, refuse};

const KEY: &str = "data.mixture";
static WORDS: SourceWords = SourceWords {
    title: "Own mixture",
    about: "A mixture of Gaussians from a scene file.",
    what: "a mixture of one's own",
    file_name: "own-mixture",
    instead: "A mixture is given, which stands in its place.",
};

/// One Gaussian of a mixture: round with a standard deviation, or with a covariance. One of the two is there
/// where the scene has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blob {
    /// Its centre.
    pub mean: [f64; 2],
    /// Its standard deviation in every direction, larger than 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub std: Option<f64>,
    /// Its covariance `[[a, b], [b, c]]`, positive definite.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cov: Option<[[f64; 2]; 2]>,
    /// Its share, larger than 0; shares need not add up to 1.
    #[serde(default = "one")]
    pub weight: f64,
    /// Which group it belongs to, if that is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<u32>,
}

fn one() -> f64 {
    1.0
}

impl Blob {
    /// A round one of weight 1.
    #[must_use]
    pub fn round(mean: [f64; 2], std: f64) -> Self {
        Self { mean, std: Some(std), cov: None, weight: 1.0, label: None }
    }

    /// Its covariance; none unless exactly one of `std` and `cov` gives it.
    #[must_use]
    pub fn covariance(&self) -> Option<Covariance> {
        match (self.std, self.cov) {
            (Some(std), None) => Some(Covariance::isotropic(std * std)),
            (None, Some([[xx, xy], [_, yy]])) => Some(Covariance { xx, xy, yy }),
            _ => None,
        }
    }

    /// What is wrong with it alone.
    fn check(&self) -> Result<(), Problem> {
        Range::above(0.0).check("data.mixture.weight", self.weight)?;
        match (self.std, self.cov) {
            (Some(std), None) => Range::above(0.0).check("data.mixture.std", std),
            (None, Some(cov)) => check_covariance(cov),
            (None, None) => refuse(KEY, "neither std nor cov", "one of them"),
            (Some(_), Some(_)) => refuse(KEY, "both std and cov", "one of them"),
        }
    }
}

fn check_covariance(cov: [[f64; 2]; 2]) -> Result<(), Problem> {
    let [[a, b], [c, d]] = cov;
    let symmetric = (b - c).abs() <= 0.0;
    let allowed = if !cov.iter().flatten().all(|x| x.is_finite()) {
        "finite numbers"
    } else if !symmetric {
        "symmetric: [[a, b], [b, c]]"
    } else if !(a > 0.0 && d > 0.0 && a * d - b * c > 0.0) {
        "positive definite: a > 0, c > 0 and a·c > b² in [[a, b], [b, c]]"
    } else {
        return Ok(());
    };
    refuse("data.mixture.cov", format!("{cov:?}"), allowed)
}

impl DataSource for Vec<Blob> {
    fn words(&self) -> &'static SourceWords {
        &WORDS
    }

    fn mixture(&self, _data: &Data) -> Result<Mixture, Problem> {
        for (i, blob) in self.iter().enumerate() {
            blob.check().map_err(|Problem { key, value, allowed }| {
                let value = format!("{value} in entry {i} (counted from 0)");
                Problem { key, value, allowed }
            })?;
        }
        let component = |blob: &Blob| {
            let covariance = blob.covariance().expect("what was checked has one");
            Component { weight: blob.weight, ..Component::gaussian(blob.mean, covariance) }
        };
        let mixture = Mixture::new(self.iter().map(component).collect::<Vec<_>>());
        let mixture = mixture.map_err(|error| Problem {
            key: KEY,
            value: format!("{} components", self.len()),
            allowed: error.to_string(),
        })?;
        Ok(mixture.with_labels(self.iter().map(|blob| blob.label).collect::<Vec<_>>()))
    }

    fn reach(&self) -> f64 {
        self.iter()
            .filter_map(|blob| Some((blob.mean, blob.covariance()?)))
            .flat_map(|([x, y], Covariance { xx, yy, .. })| {
                [x.abs() + 3.0 * xx.sqrt(), y.abs() + 3.0 * yy.sqrt()]
            })
            .filter(|reach| reach.is_finite())
            .fold(0.0, f64::max)
    }

    fn parameters() -> Vec<Parameter<Scene>> {
        let list = Written {
            form: "`[{ mean = [x, y], std = s, weight = w }, …]`, with `cov = [[a, b], [b, c]]` in place of `std` where one is not round",
            entries: None,
            absent: "none",
            read: |scene: &Scene| scene.data.mixture.as_ref().map(in_toml),
        };
        vec![Parameter::new(
            KEY,
            WORDS.title,
            "A mixture of Gaussians of one's own, instead of a built-in distribution. Means, standard deviations above 0 or covariances, weights above 0 that need not add up to 1 (1 where none is given), and a `label` for those of a group (a whole number from 0).",
            Kind::List(list),
        )]
    }
}

/// As in scene files.
fn in_toml(blobs: &Vec<Blob>) -> String {
    toml::Value::try_from(blobs).expect("numbers are TOML").to_string()
}
