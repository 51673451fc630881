//! `--screenshot`: waits, saves what the window shows, and closes it.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use driftscope_study::clock::Instant;
use eframe::egui::{ColorImage, Context, ScreenshotCallback, ViewportCommand};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

/// A picture that does not come within this time after it was asked for never will,
const PATIENCE: Duration = Duration::from_secs(20);
/// unless it is a large one: so much longer for every million pixels.
const PATIENCE_PER_MEGAPIXEL: Duration = Duration::from_secs(2);

/// A picture to take.
#[derive(Clone, Debug, PartialEq)]
pub struct Screenshot {
    /// Where it is saved, as PNG.
    pub path: PathBuf,
    /// How long to wait first, in seconds, from the first picture on.
    pub after_secs: f64,
    /// Width and height of the window, in points; the usual ones if none.
    pub size: Option<[f32; 2]>,
}

/// How the picture went, with what is to be said of it if anything; none until it is taken.
pub type Outcome = Arc<Mutex<Option<Result<Option<String>, String>>>>;

/// Takes the picture when its time has come.
pub struct Shooter {
    order: Screenshot,
    outcome: Outcome,
    note: Option<String>,
    /// When the window opened; once something is shown, when that was.
    opened: Instant,
    showing: bool,
    asked: Option<Receiver<Arc<ColorImage>>>,
}

impl Shooter {
    /// Starts to wait.
    #[must_use]
    pub fn new(order: Screenshot, outcome: Outcome) -> Self {
        Self { order, outcome, note: None, opened: Instant::now(), showing: false, asked: None }
    }

    /// The size that the picture should have, in points.
    #[must_use]
    pub fn size(&self) -> Option<[f32; 2]> {
        self.order.size
    }

    /// Something to be said of the picture when it is saved.
    pub fn note(&mut self, words: String) {
        self.note = Some(words);
    }

    /// To be called every frame; closes the window when done. `showing` says whether there is
    /// anything to see yet, be it why there is not.
    pub fn update(&mut self, ctx: &Context, showing: bool) {
        if !self.showing && !showing && self.opened.elapsed() < PATIENCE {
            ctx.request_repaint_after_secs(0.05);
            return;
        }
        if !self.showing {
            self.showing = true;
            self.opened = Instant::now();
        }
        let waited = self.opened.elapsed();
        let due = Duration::try_from_secs_f64(self.order.after_secs.max(0.0)).unwrap_or_default();
        if let Some(rest) = due.checked_sub(waited).filter(|rest| !rest.is_zero()) {
            ctx.request_repaint_after(rest);
            return;
        }
        let Some(asked) = &self.asked else {
            let receiver = ask_picture(ctx);
            self.asked = Some(receiver);
            return;
        };
        let outcome = match asked.try_recv() {
            Ok(picture) => save(&picture, &self.order.path).map(|()| self.note.take()),
            Err(_) if waited > due + patience(ctx) => Err("the window gave no picture".to_owned()),
            Err(_) => {
                ctx.request_repaint_after_secs(0.05);
                return;
            }
        };
        *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        ctx.send_viewport_cmd(ViewportCommand::Close);
    }
}

/// Asks for a picture of the window as it is in the next frame; none comes if the window closes.
pub fn ask_picture(ctx: &Context) -> Receiver<Arc<ColorImage>> {
    let (sender, receiver) = sync_channel(1);
    let again = ctx.clone();
    let callback = ScreenshotCallback::new(move |picture| {
        // Nobody waits for it if the window is gone.
        let _ = sender.try_send(picture);
        again.request_repaint();
    });
    ctx.send_viewport_cmd(ViewportCommand::Screenshot(callback));
    ctx.request_repaint();
    receiver
}

/// How long a picture of the window may take.
fn patience(ctx: &Context) -> Duration {
    let pixels = ctx.viewport_rect().size() * ctx.pixels_per_point();
    PATIENCE + PATIENCE_PER_MEGAPIXEL.mul_f32(pixels.x * pixels.y / 1e6)
}

fn save(picture: &ColorImage, path: &Path) -> Result<(), String> {
    let [width, height] = picture.size;
    let bytes: Vec<u8> = picture.pixels.iter().flat_map(eframe::egui::Color32::to_array).collect();
    let mut png = Cursor::new(Vec::new());
    PngEncoder::new(&mut png)
        .write_image(&bytes, width as u32, height as u32, ExtendedColorType::Rgba8)
        .map_err(|error| error.to_string())?;
    driftscope_base::files::write_atomically(path, png.get_ref())
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}
