//! A mixture of round Gaussians, one by one.

use driftscope_flow::data::{Component, Mixture};
use serde::{Deserialize, Serialize};

use super::Data;
use super::source::{DataSource, SourceWords};
use crate::scene::Scene;
use crate::scene::parameters::{Kind, Parameter, Range, Written};
use crate::scene::problem::Problem;

const KEY: &str = "data.mixture";
static WORDS: SourceWords = SourceWords {
    title: "Own mixture",
    about: "A mixture of Gaussians from a scene file.",
    what: "a mixture of one's own",
    file_name: "own-mixture",
    instead: "A mixture is given, which stands in its place.",
};

/// One round Gaussian of a mixture.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blob {
    /// Its centre.
    pub mean: [f64; 2],
    /// Its standard deviation, larger than 0.
    pub std: f64,
    /// Its share, larger than 0; shares need not add up to 1.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

impl DataSource for Vec<Blob> {
    fn words(&self) -> &'static SourceWords {
        &WORDS
    }

    fn mixture(&self, _data: &Data) -> Result<Mixture, Problem> {
        for blob in self {
            Range::above(0.0).check("data.mixture.std", blob.std)?;
            Range::above(0.0).check("data.mixture.weight", blob.weight)?;
        }
        let component = |blob: &Blob| Component {
            weight: blob.weight,
            ..Component::isotropic(blob.mean, blob.std)
        };
        Mixture::new(self.iter().map(component).collect::<Vec<_>>()).map_err(|error| Problem {
            key: KEY,
            value: format!("{} components", self.len()),
            allowed: error.to_string(),
        })
    }

    fn reach(&self) -> f64 {
        self.iter()
            .flat_map(|blob| blob.mean.map(|x| x.abs() + 3.0 * blob.std))
            .filter(|reach| reach.is_finite())
            .fold(0.0, f64::max)
    }

    fn parameters() -> Vec<Parameter<Scene>> {
        let list = Written {
            form: "`[{ mean = [x, y], std = s, weight = w }, …]`",
            entries: None,
            absent: "none",
            read: |scene: &Scene| scene.data.mixture.as_ref().map(in_toml),
        };
        vec![Parameter::new(
            KEY,
            WORDS.title,
            "A mixture of round Gaussians of one's own, instead of a built-in distribution. Means, standard deviations above 0, and weights above 0 that need not add up to 1 (1 where none is given).",
            Kind::List(list),
        )]
    }
}

/// As in scene files.
fn in_toml(blobs: &Vec<Blob>) -> String {
    toml::Value::try_from(blobs).expect("numbers are TOML").to_string()
}
