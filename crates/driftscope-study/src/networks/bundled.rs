//! The networks that come with the program.

use std::borrow::Cow;
use std::io;
use std::sync::{LazyLock, OnceLock};

use driftscope_flow::network::{CheckpointError, Description, Model, Objective};

/// A network that comes with the program, in the program or beside it.
struct Bundled {
    name: &'static str,
    /// The beginning of its file, with all but the weights.
    head: &'static [u8],
    /// Its file; none where it is fetched when it is asked for.
    file: Option<&'static [u8]>,
}

macro_rules! bundled_models {
    ($($name:literal),* $(,)?) => {
        /// Bundled models by name: that of their distribution, for the usual ones.
        const BUNDLED: &[Bundled] = &[$({
            const FILE: &[u8] =
                include_bytes!(concat!("../../../../assets/models/", $name, ".safetensors"));
            const HEAD: [u8; head_length(FILE)] = beginning(FILE);
            // A page is loaded before anything is seen; of what is not named here nothing stays.
            let file = if cfg!(target_arch = "wasm32") { None } else { Some(FILE) };
            Bundled { name: $name, head: &HEAD, file }
        },)*];
    };
}
bundled_models![
    "eight-gaussians",
    "two-moons",
    "checkerboard",
    "pinwheel",
    "swiss-roll",
    "rings",
    "s-curve",
    "two-spirals",
    "grid",
    "single-gaussian",
    "two-moons-optimal",
    "two-moons-reflow",
    "two-moons-shortcut",
    "two-moons-mean-flow",
];

/// Bytes before the weights: the length of the description, and the description.
const fn head_length(file: &[u8]) -> usize {
    let length: [u8; 8] = beginning(file);
    length.len() + u64::from_le_bytes(length) as usize
}

const fn beginning<const N: usize>(file: &[u8]) -> [u8; N] {
    match file.first_chunk() {
        Some(beginning) => *beginning,
        None => panic!("a bundled model is damaged"),
    }
}

/// Fetches the file of a bundled network; in words, why it cannot be had.
type Fetch = fn(name: &str) -> Result<Vec<u8>, String>;

static FETCH: OnceLock<Fetch> = OnceLock::new();

/// Says how the files of bundled networks are fetched where the program does not hold them. The first to say
/// so is heard.
pub fn fetch_bundled_by(fetch: Fetch) {
    // Whoever says it again says the same.
    let _ = FETCH.set(fetch);
}

impl Bundled {
    fn called(name: &str) -> Option<&'static Self> {
        BUNDLED.iter().find(|bundled| bundled.name == name)
    }

    fn file(&self) -> Result<Cow<'static, [u8]>, CheckpointError> {
        if let Some(file) = self.file {
            return Ok(Cow::Borrowed(file));
        }
        let fetched =
            FETCH.get().map_or(Err("nobody fetches it".to_owned()), |fetch| fetch(self.name));
        fetched.map(Cow::Owned).map_err(|why| CheckpointError::Io {
            origin: self.origin(),
            action: "fetching",
            source: io::Error::other(why),
        })
    }

    /// What it is called in messages.
    fn origin(&self) -> String {
        format!("the bundled model of {}", self.name)
    }
}

/// What is known of a bundled network.
#[derive(Clone, Debug)]
pub struct BundledNetwork {
    /// Its name behind `bundled:`.
    pub name: &'static str,
    /// The distribution that it was trained on.
    pub data: String,
    /// What it was trained to be.
    pub objective: Objective,
    /// Whether it has a score: its noise was N(0, I), drawn independently of the data.
    pub has_score: bool,
}

/// All of them, those of the built-in distributions first.
#[must_use]
pub fn bundled_networks() -> &'static [BundledNetwork] {
    static ALL: LazyLock<Vec<BundledNetwork>> = LazyLock::new(|| {
        let known = |bundled: &Bundled| {
            let description = Description::from_head(bundled.head, &bundled.origin()).ok()?;
            Some(BundledNetwork {
                name: bundled.name,
                objective: description.settings.objective,
                has_score: description.source.is_none() && !description.settings.pairs_ends(),
                data: description.data,
            })
        };
        BUNDLED.iter().filter_map(known).collect()
    });
    &ALL
}

/// Whether one is called so.
pub(super) fn is_bundled(name: &str) -> bool {
    Bundled::called(name).is_some()
}

/// Their names, for a message.
pub(super) fn names() -> String {
    BUNDLED.iter().map(|bundled| bundled.name).collect::<Vec<_>>().join(", ")
}

/// The weights of the bundled model of a built-in distribution.
///
/// # Errors
/// If it has to be fetched and cannot be. Never in a released build otherwise: a test reads every bundled model.
///
/// # Panics
/// If there is no such distribution.
pub fn bundled_model(name: &str) -> Result<Model, CheckpointError> {
    let bundled = Bundled::called(name).expect("a test checks that every distribution has one");
    Model::from_bytes(&bundled.file()?, &bundled.origin())
}
