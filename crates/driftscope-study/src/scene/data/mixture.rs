//! A mixture of round Gaussians, one by one.

use driftscope_flow::data::{Component, Mixture};
use serde::{Deserialize, Serialize};

use super::source::{Source, Words};
use crate::scene::check::{Problem, above_zero};

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

impl Source for Vec<Blob> {
    fn words(&self) -> &'static Words {
        &Words {
            title: "Own mixture",
            about: "A mixture of Gaussians from a scene file.",
            what: "a mixture of one's own",
            file_name: "own-mixture",
            instead: "A mixture is given, which stands in its place.",
        }
    }

    fn mixture(&self) -> Result<Mixture, Problem> {
        for blob in self {
            above_zero("data.mixture.std", blob.std)?;
            above_zero("data.mixture.weight", blob.weight)?;
        }
        let component = |blob: &Blob| Component {
            weight: blob.weight,
            ..Component::isotropic(blob.mean, blob.std)
        };
        Mixture::new(self.iter().map(component).collect::<Vec<_>>()).map_err(|error| Problem {
            key: "data.mixture",
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
}
