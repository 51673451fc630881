//! What a source of data of one's own is.

use std::io;
use std::path::Path;

use driftscope_flow::data::Mixture;

use super::Data;
use crate::scene::Scene;
use crate::scene::parameters::Parameter;
use crate::scene::problem::Problem;

/// Where data of one's own come from, as a scene file says it below `[data]`: what can be read from
/// there is one, and the table in `data/mod.rs` gives it its key. A source is known exactly: its draws,
/// its density at every noise level, the exact field and the likelihood all follow from its mixture.
pub trait DataSource {
    /// What it is called.
    fn words(&self) -> &'static SourceWords;

    /// The distribution; `data` holds the settings beside it. Its numbers lie in the ranges of their rows.
    ///
    /// # Errors
    /// The first of its values that no row bounds and that is not allowed.
    fn mixture(&self, data: &Data) -> Result<Mixture, Problem>;

    /// How far from the axes nearly all of it lies, for the picture; quick, since it is asked every frame.
    fn reach(&self) -> f64;

    /// Its rows in the table of parameters: that of its key, or those of the keys below it. Their words,
    /// ranges and defaults are said there alone. When they have an effect is said for them: where these
    /// data are sampled.
    fn parameters() -> Vec<Parameter<Scene>>
    where
        Self: Sized;

    /// What the menu offers to begin with; none where it needs more than a menu can say.
    fn start() -> Option<Self>
    where
        Self: Sized,
    {
        None
    }

    /// Lets names of files in what a scene file says of it be seen from the folder of that file; most
    /// sources name none.
    fn seen_from(_value: &mut toml::Value, _folder: &Path)
    where
        Self: Sized,
    {
    }

    /// The same as a scene file `path` would say it, with what it does not say itself in a file beside it;
    /// none where the scene file says it all.
    ///
    /// # Errors
    /// If the file beside it cannot be written.
    fn beside(&self, _path: &Path) -> io::Result<Option<Self>>
    where
        Self: Sized,
    {
        Ok(None)
    }
}

/// What a source is called.
#[derive(Debug)]
pub struct SourceWords {
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
