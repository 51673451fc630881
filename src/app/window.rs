//! Opening the window.

use std::sync::{Arc, PoisonError};

use eframe::egui::ViewportBuilder;
use thiserror::Error;

use super::driftscope::Driftscope;
use super::launch::Launch;
use super::platform;
use super::screenshot::Outcome;
use super::stage::gpu::StageGpu;

/// Size of the window when it opens, in points.
const SIZE: [f32; 2] = [1280.0, 800.0];
/// The window opens no larger than this, in points, which every graphics card can draw. Where a
/// larger one was asked for, it grows once it is known what this one can.
const LARGEST_OPENING: f32 = 2048.0;
/// Smallest size at which everything has room.
const LEAST_SIZE: [f32; 2] = [800.0, 600.0];

/// What is said where nothing can draw.
const NO_DRIVER: &str = "no driver for Vulkan or OpenGL ES 3.1 answers; on Debian the package mesa-vulkan-drivers draws without a graphics card";

/// Why there is no window. One line that says what to do instead.
#[derive(Debug, Error)]
pub enum WindowError {
    /// No display, or none that can be used.
    #[error("no window can be opened here ({0}); `driftscope sample` works without one")]
    NoDisplay(String),
    /// A library of the system is absent.
    #[error("no window can be opened here: {0}; `driftscope sample` works without one")]
    NoLibrary(String),
    /// The graphics device went away.
    #[error(
        "the graphics device was lost ({0}); what was shown is kept, and the next start shows it again"
    )]
    DeviceLost(String),
    /// The picture was not saved.
    #[error("the screenshot was not saved: {0}")]
    Screenshot(String),
}

/// Opens the window and returns when it is closed, with what is to be said of a screenshot that was
/// saved, if anything.
///
/// # Errors
/// If there is no display, graphics driver or library of the system that a window needs, if the
/// device is lost while it is open, or a screenshot could not be saved.
pub fn run(launch: Launch) -> Result<Option<String>, WindowError> {
    #[cfg(target_os = "linux")]
    if let Some(absent) = super::libraries::absent() {
        return Err(WindowError::NoLibrary(absent));
    }
    let wanted = launch.screenshot.is_some();
    let asked = launch.screenshot.as_ref().and_then(|shot| shot.size);
    let size = asked.unwrap_or(SIZE).map(|side| side.min(LARGEST_OPENING));
    let (outcome, loss) = (Outcome::default(), launch.loss.clone());
    let mut options = eframe::NativeOptions {
        viewport: platform::with_icon(ViewportBuilder::default())
            .with_title("Driftscope")
            .with_app_id("driftscope")
            .with_inner_size(size)
            .with_min_inner_size([size[0].min(LEAST_SIZE[0]), size[1].min(LEAST_SIZE[1])])
            // A picture may be larger than the display, if the display lets it.
            .with_clamp_size_to_monitor_size(asked.is_none()),
        renderer: eframe::Renderer::Wgpu,
        // Flat colours need none, and where the processor draws, every pixel of a frame would pay for it.
        dithering: false,
        ..eframe::NativeOptions::default()
    };
    if let egui_wgpu::WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup {
        setup.device_descriptor = Arc::new(StageGpu::device_descriptor);
    }
    let create = {
        let outcome = Arc::clone(&outcome);
        move |cc: &eframe::CreationContext<'_>| {
            let app: Box<dyn eframe::App> = Box::new(Driftscope::with_outcome(cc, launch, outcome));
            Ok(app)
        }
    };
    eframe::run_native("Driftscope", options, Box::new(create))
        .map_err(|error| WindowError::NoDisplay(reason(&error)))?;
    if let Some(why) = loss.why().filter(|_| !wanted) {
        return Err(WindowError::DeviceLost(why.split_whitespace().collect::<Vec<_>>().join(" ")));
    }
    if !wanted {
        return Ok(None);
    }
    let outcome = outcome.lock().unwrap_or_else(PoisonError::into_inner).take();
    match outcome {
        Some(Ok(note)) => Ok(note),
        Some(Err(reason)) => Err(WindowError::Screenshot(reason)),
        None => Err(WindowError::Screenshot("the window was closed before".into())),
    }
}

/// Why there is no window, on one line.
fn reason(error: &eframe::Error) -> String {
    match error {
        eframe::Error::WinitEventLoop(_) => "there is no display".to_owned(),
        eframe::Error::Wgpu(_) => NO_DRIVER.to_owned(),
        other => other.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
    }
}
