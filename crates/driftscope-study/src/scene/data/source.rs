//! What a source of data of one's own is.

use std::ops::RangeInclusive;
use std::path::Path;

use driftscope_flow::data::Mixture;

use crate::scene::check::Problem;

/// Where data of one's own come from, as a scene file says it below `[data]`: what can be read from
/// there is one, and the table in `data/mod.rs` gives it its key. A source is known exactly: its draws,
/// its density at every noise level, the exact field and the likelihood all follow from its mixture.
pub trait Source {
    /// What it is called.
    fn words(&self) -> &'static Words;

    /// The distribution.
    ///
    /// # Errors
    /// The first of its values that is not allowed.
    fn mixture(&self) -> Result<Mixture, Problem>;

    /// How far from the axes nearly all of it lies, for the picture; quick, since it is asked every frame.
    fn reach(&self) -> f64;

    /// Its numbers that a slider can set; none unless it says otherwise.
    fn numbers(&self) -> Vec<Number> {
        Vec::new()
    }

    /// Sets one of its [`Source::numbers`]; a key that is none of them changes nothing.
    fn set_number(&mut self, _key: &str, _value: f64) {}

    /// What the menu offers to begin with; none where it needs more than a menu can say.
    fn start() -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Lets names of files in what a scene file says of it be seen from the folder of that file; most
    /// sources name none.
    fn beside(_value: &mut toml::Value, _folder: &Path)
    where
        Self: Sized,
    {
    }
}

/// What a source is called.
#[derive(Debug)]
pub struct Words {
    /// Name in menus, such as "Own mixture".
    pub title: &'static str,
    /// One sentence on what it is, for a tooltip.
    pub about: &'static str,
    /// What a sentence calls it, such as "a mixture of one's own".
    pub what: &'static str,
    /// What model files call the data, such as `own-mixture`.
    pub file_name: &'static str,
    /// Why the name of a built-in distribution has no effect beside it, as a sentence.
    pub instead: &'static str,
}

/// A number of a source.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    /// Its key below that of the source.
    pub key: &'static str,
    /// Name in the window.
    pub title: &'static str,
    /// What it means and what turning it up does.
    pub about: &'static str,
    /// Its value.
    pub value: f64,
    /// What it may be.
    pub range: RangeInclusive<f64>,
    /// Whether only whole numbers count.
    pub whole: bool,
}
