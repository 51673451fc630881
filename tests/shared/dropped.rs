//! Dropping a file on the window.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use driftscope::app::Driftscope;
use eframe::egui::DroppedFile;
use egui_kittest::Harness;

/// A file that is dropped.
#[derive(Debug)]
struct Dropped(PathBuf);

impl DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// Drops the file of this path, there or not, and draws a frame.
pub fn drop_file(harness: &mut Harness<'_, Driftscope>, path: &Path) {
    harness.input_mut().dropped_files.push(Arc::new(Dropped(path.to_owned())));
    harness.step();
    harness.input_mut().dropped_files.clear();
}
