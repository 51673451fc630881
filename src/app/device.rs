//! A graphics device that goes away while the window is open: a driver is updated, a card unplugged, a remote desktop
//! cut off. Nothing can be drawn any more; what was shown is kept, and the program ends with a sentence.

use std::sync::{Arc, OnceLock};

use eframe::egui::{Context, ViewportCommand};

/// Why the device was lost, once it was. A handle.
#[derive(Clone, Debug, Default)]
pub struct DeviceLoss(Arc<OnceLock<String>>);

impl DeviceLoss {
    /// Listens to the device that a window is drawn by.
    ///
    /// # Panics
    /// Not here, but where a device that is there refuses what it is asked for, which is a fault of the program.
    pub fn listen(&self, cc: &eframe::CreationContext<'_>) {
        let Some(render) = &cc.wgpu_render_state else { return };
        let (loss, ctx) = (self.clone(), cc.egui_ctx.clone());
        render.device.set_device_lost_callback(move |reason, words| {
            log::warn!("the graphics device is lost ({reason:?}): {words}");
            // A device that is lost is lost once.
            let _ = loss.0.set(words);
            ctx.request_repaint();
        });
        let loss = self.clone();
        render.device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            // Whatever is asked of a lost device fails.
            assert!(loss.why().is_some(), "the graphics device refuses: {error}");
            log::debug!("after the device was lost: {error}");
        }));
    }

    /// Why it was lost; none as long as it is there.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        self.0.get().map(String::as_str)
    }

    /// Closes the window once its device is lost.
    pub fn close_if_lost(&self, ctx: &Context) {
        if self.why().is_some() {
            ctx.send_viewport_cmd(ViewportCommand::Close);
        }
    }
}
