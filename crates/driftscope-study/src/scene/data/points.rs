//! Points of one's own, with a Gaussian on each.

use std::fmt::Write;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use driftscope_flow::data::{Mixture, MixtureError, PointSet};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::source::{DataSource, SourceWords};
use super::{Data, picture, point_table};
use crate::own::{self, Content, Own};
use crate::scene::Scene;
use crate::scene::parameters::{Access, Kind, Number, Parameter, Range, Written};
use crate::scene::problem::Problem;

const KEY: &str = "data.points";
const KERNEL: &str = "data.kernel";
static WORDS: SourceWords = SourceWords {
    title: "Own points",
    about: "Points of one's own, each with a small Gaussian around it.",
    what: "points of one's own",
    file_name: "own-points",
    instead: "Points are given, which stand in its place.",
};
/// The most points that a scene writes out itself: some 4 kB.
const FEW: usize = 200;

/// Points as a scene writes them: `[[x, y], …]`, or `[[x, y, label], …]` where they have labels.
#[derive(Clone, Debug, PartialEq)]
pub struct PointList(pub PointSet);

impl Content for PointList {
    const WHAT: &'static str = "points";
    const MOST_BYTES: u64 = 32 << 20;
    const ENDING: &'static str = "csv";

    fn from_file(bytes: &[u8], path: &Path) -> Result<Self, String> {
        if let Some(format) = picture::format_of(bytes, path)? {
            return picture::points_of(bytes, format).map(Self);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| {
            "it is neither text nor a PNG, JPEG or WebP picture: a table of points or a picture is needed"
                .to_owned()
        })?;
        point_table::read(text).map(Self)
    }

    fn to_file(&self) -> Vec<u8> {
        let PointSet { points, labels } = &self.0;
        let mut text = String::from(if labels.is_empty() { "x,y\n" } else { "x,y,label\n" });
        for (i, [x, y]) in points.iter().enumerate() {
            let label = labels.get(i).map_or_else(String::new, |label| format!(",{label}"));
            writeln!(text, "{x},{y}{label}").expect("a string takes all");
        }
        text.into_bytes()
    }

    fn is_small(&self) -> bool {
        self.0.points.len() <= FEW
    }
}

impl DataSource for Own<PointList> {
    fn words(&self) -> &'static SourceWords {
        &WORDS
    }

    fn mixture(&self, data: &Data) -> Result<Mixture, Problem> {
        let list = self.content();
        let kernel = data.kernel.unwrap_or_else(|| list.0.silverman());
        made_of(list, kernel).map_err(|error| {
            let (key, value) = match error {
                MixtureError::Kernel(kernel) => (KERNEL, kernel.to_string()),
                _ => (KEY, format!("{} points", list.0.points.len())),
            };
            Problem { key, value, allowed: error.to_string() }
        })
    }

    fn reach(&self) -> f64 {
        let points = self.content().0.points.iter();
        points.flatten().map(|x| x.abs()).filter(|x| x.is_finite()).fold(0.0, f64::max)
    }

    fn parameters() -> Vec<Parameter<Scene>> {
        let list = Written {
            form: "a file (CSV of `x,y` or `x,y,label`; a PNG, JPEG or WebP picture), or `[[x, y], …]`",
            entries: None,
            absent: "none",
            read: |scene: &Scene| scene.data.points.as_ref().map(in_toml),
        };
        vec![
            Parameter::new(
                KEY,
                WORDS.title,
                "Points of one's own instead of a built-in distribution, with a Gaussian on each: a file, in a scene file seen from its folder, or the points themselves.",
                Kind::List(list),
            ),
            Parameter::new(
                KERNEL,
                "Kernel",
                "Standard deviation of the Gaussian on each point: 0, or from 1e-6. Turning it down keeps more of the single points; at 0 every trajectory of the exact field ends on one of them.",
                Number::new(
                    Access {
                        get: |scene: &Scene| scene.data.kernel,
                        set: |scene: &mut Scene, kernel| scene.data.kernel = kernel,
                    },
                    Range::from(0.0..=1e3),
                )
                    .slider(1e-3..=1.0)
                    .logarithmic()
                    .or_value("Silverman's, n^(−1/6)·√(tr Cov / 2)", |scene| {
                        scene.data.points.as_ref().map_or(0.0, |own| own.content().0.silverman())
                    }),
            )
            .symbol("h"),
        ]
    }

    fn seen_from(value: &mut toml::Value, folder: &Path) {
        own::seen_from(value, folder);
    }

    fn beside(&self, path: &Path) -> io::Result<Option<Self>> {
        Own::beside(self, path).map(Some)
    }
}

/// Distributions that are at hand, of the newest points and kernels.
const AT_HAND: usize = 8;

/// Points that a document still holds, the bits of a kernel, and what was made of both. While the points
/// are remembered here, none others have their place in memory.
type Made = (Weak<PointList>, u64, Mixture);

/// The distribution of points, made once for as long as a document holds them: every check of a scene asks
/// for it.
fn made_of(list: &Arc<PointList>, kernel: f64) -> Result<Mixture, MixtureError> {
    static MADE: Mutex<Vec<Made>> = Mutex::new(Vec::new());
    let lock = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let known = lock().iter().find_map(|(of, bits, mixture)| {
        let same = *bits == kernel.to_bits() && std::ptr::eq(of.as_ptr(), Arc::as_ptr(list));
        same.then(|| mixture.clone())
    });
    if let Some(mixture) = known {
        return Ok(mixture);
    }
    let mixture = list.0.mixture(kernel)?;
    let mut made = lock();
    made.retain(|(of, ..)| of.strong_count() > 0);
    made.insert(0, (Arc::downgrade(list), kernel.to_bits(), mixture.clone()));
    made.truncate(AT_HAND);
    Ok(mixture)
}

/// As in scene files.
fn in_toml(points: &Own<PointList>) -> String {
    toml::Value::try_from(points).expect("points are TOML").to_string()
}

impl Serialize for PointList {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let PointSet { points, labels } = &self.0;
        if labels.is_empty() {
            return serializer.collect_seq(points);
        }
        serializer.collect_seq(points.iter().zip(labels).map(|(&[x, y], &label)| (x, y, label)))
    }
}

impl<'de> Deserialize<'de> for PointList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows: Vec<Vec<f64>> = Vec::deserialize(deserializer)?;
        let mut set = PointSet::default();
        for (i, row) in rows.iter().enumerate() {
            let allowed =
                |what: &str| Err(D::Error::custom(format!("point {i} (counted from 0) {what}")));
            match row[..] {
                [x, y] => set.points.push([x, y]),
                [x, y, label] if label.fract() == 0.0 && (0.0..4e9).contains(&label) => {
                    set.points.push([x, y]);
                    set.labels.push(label as u32);
                }
                [_, _, label] => {
                    return allowed(&format!(
                        "has the label {label}: labels are whole numbers from 0"
                    ));
                }
                _ => {
                    return allowed(&format!(
                        "has {} numbers: write [x, y] or [x, y, label]",
                        row.len()
                    ));
                }
            }
            if !set.labels.is_empty() && set.labels.len() != set.points.len() {
                return allowed("differs from those before: all points have a label or none has");
            }
        }
        Ok(Self(set))
    }
}
