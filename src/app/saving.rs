//! A picture, a film or a handout on its way into a file, made on a thread of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

use driftscope_base::cancel::Cancel;
use eframe::egui::{Align2, Area, Context, Frame, Id, Order as Level, ProgressBar, vec2};

use super::offscreen::RenderError;
use super::platform;
use super::theme::UNIT;

/// Parts of the whole that are counted.
const PARTS: f64 = 1000.0;
/// Width of the bar, in points.
const WIDTH: f32 = 240.0;

/// What is being saved.
pub struct Saving {
    path: PathBuf,
    parts: Arc<AtomicU32>,
    cancel: Cancel,
    outcome: Receiver<Result<(), RenderError>>,
}

/// What came of it.
pub enum Saved {
    /// The file is there.
    There(PathBuf),
    /// A person stopped it.
    Stopped,
    /// Why not, in words.
    Failed(String),
}

impl Saving {
    /// Begins: `make` writes the file, says how much is done, 0 to 1, and hears whether to go on.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(
        ctx: &Context,
        path: PathBuf,
        make: impl FnOnce(&Path, &mut dyn FnMut(f64) -> bool) -> Result<(), RenderError>
        + Send
        + 'static,
    ) -> std::io::Result<Self> {
        let (sender, outcome) = sync_channel(1);
        let (parts, cancel) = (Arc::new(AtomicU32::new(0)), Cancel::default());
        let (told, stop, ctx, file) =
            (Arc::clone(&parts), cancel.clone(), ctx.clone(), path.clone());
        platform::aside("driftscope-picture", move || {
            let found = make(&file, &mut |share| {
                told.store((share * PARTS) as u32, Ordering::Relaxed);
                ctx.request_repaint();
                stop.check().is_ok()
            });
            // The window may be gone by now.
            let _ = sender.send(found);
            ctx.request_repaint();
        })?;
        Ok(Self { path, parts, cancel, outcome })
    }

    /// What came of it, once.
    pub fn poll(&self) -> Option<Saved> {
        Some(match self.outcome.try_recv() {
            Ok(Ok(())) => Saved::There(self.path.clone()),
            Ok(Err(RenderError::Stopped)) => Saved::Stopped,
            Ok(Err(error)) => Saved::Failed(error.to_string()),
            Err(TryRecvError::Empty) => return None,
            Err(TryRecvError::Disconnected) => {
                Saved::Failed("The picture was not made.".to_owned())
            }
        })
    }

    /// Shows how far it is, with a button to stop it.
    pub fn ui(&self, ctx: &Context) {
        let share = f64::from(self.parts.load(Ordering::Relaxed)) / PARTS;
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        Area::new(Id::unique("saving a picture"))
            .order(Level::Foreground)
            .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -32.0 * UNIT))
            .show(ctx, |ui| {
                Frame::popup(ui.style()).inner_margin(2.0 * UNIT).show(ui, |ui| {
                    ui.label(format!("Saving {name}"));
                    ui.horizontal(|ui| {
                        let bar = ProgressBar::new(share as f32).desired_width(WIDTH);
                        ui.add(bar.show_percentage());
                        if ui.button("Cancel").clicked() {
                            self.cancel.raise();
                        }
                    });
                });
            });
    }
}

impl Drop for Saving {
    /// Nobody waits for it any more.
    fn drop(&mut self) {
        self.cancel.raise();
    }
}
