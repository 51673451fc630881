//! What goes out: onto the clipboard.

use std::sync::Arc;

use driftscope_study::Experiment;
use driftscope_study::export::code::{Target, model_file};
use eframe::egui::Context;

use super::{Driftscope, MESSAGE};
use crate::app::{address, platform};

impl Driftscope {
    /// Puts the script of `target` for the pane at work on the clipboard.
    pub(super) fn copy_code(&mut self, ctx: &Context, target: &'static Target) {
        let scene = Arc::clone(&self.state.pane().scene);
        match Experiment::new(&scene, self.state.networks()) {
            Ok(experiment) => {
                let title = target.title;
                let mut words = format!("Copied the script for {title}");
                if let Some(file) = model_file(&experiment) {
                    words.extend([". It reads the network from ", &file]);
                    // That of others is its own file already.
                    let own =
                        experiment.network.as_ref().is_some_and(|of| of.as_foreign().is_none());
                    words.push_str(if own { ", which Save model… writes" } else { "" });
                }
                for note in target.differences(&experiment) {
                    words.push_str(". ");
                    words.push_str(note.trim_end_matches('.'));
                }
                self.copy(ctx, target.script(&experiment, None), words);
            }
            Err(error) => self.complain(error.to_string()),
        }
    }

    /// Puts a link on the clipboard: where what is shown has an address, that, else the scene's.
    pub(super) fn copy_link(&mut self, ctx: &Context) {
        let line = if platform::HAS_ADDRESS {
            address::words(&self.state)
        } else {
            self.state.scene().to_link()
        };
        match line {
            Ok(line) => {
                self.copy(ctx, platform::shared(line), "Copied the scene as a link".to_owned());
            }
            Err(error) => self.complain(error.to_string()),
        }
    }

    /// Puts `text` on the clipboard and says so.
    pub(super) fn copy(&mut self, ctx: &Context, text: String, words: String) {
        ctx.copy_text(text);
        self.toasts.success(words).duration(MESSAGE);
    }
}
