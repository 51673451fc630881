//! Handouts: one HTML file that needs no other and asks for none, of what is on screen or of a whole lesson,
//! to be read in a browser and printed.
//!
//! Pictures, films and faces of type are in the file as `data:` URIs. The same lesson or scene gives the same
//! bytes: nothing in it says when or where it was made, but for the time of a solve where a window hands it in.

mod answers;
mod camera;
mod lesson;
mod page;
mod progress;
mod question;
mod scene;
mod settings;

use std::path::Path;

use driftscope_study::Networks;
use driftscope_study::lesson::Lesson;
use serde::{Deserialize, Serialize};

pub use self::scene::Seen;
use super::offscreen::RenderError;
use crate::app::picture::write_page;

/// What a handout is of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Handout {
    /// What is on screen.
    Scene(Box<Seen>),
    /// All steps of a lesson, with answers at the end.
    Lesson(Box<Lesson>),
}

impl Handout {
    /// The text of the page. Networks that were trained in a window are found in `networks`; `told` hears how
    /// much is done, 0 to 1, and says whether to go on.
    ///
    /// # Errors
    /// Why the scene, or that of a step, cannot be solved, or that it was stopped.
    pub fn html(
        &self,
        networks: &Networks,
        told: &mut dyn FnMut(f64) -> bool,
    ) -> Result<String, RenderError> {
        match self {
            Self::Scene(seen) => scene::page(seen, networks, told),
            Self::Lesson(lesson) => lesson::page(lesson, networks, told),
        }
    }

    /// Writes the page, all or nothing.
    ///
    /// # Errors
    /// As [`Self::html`]; if the file cannot be written.
    pub fn save(
        &self,
        path: &Path,
        networks: &Networks,
        told: &mut dyn FnMut(f64) -> bool,
    ) -> Result<(), RenderError> {
        let page = self.html(networks, told)?;
        Ok(write_page(path, &page)?)
    }
}
