//! How large words are beside the stage.

use eframe::egui::{TextStyle, Ui};

use crate::app::theme::TEXT;

/// Words of a lesson are as large in a larger window as in one of this size, in points, up to
/// [`MOST_ENLARGED`].
const USUAL: [f32; 2] = [1280.0, 720.0];
/// How much larger words are at most.
const MOST_ENLARGED: f32 = 1.5;

/// Enlarges all words for a larger window, so that they can be read from the back row whatever the
/// projector's pixels.
pub fn enlarge(ui: &mut Ui) {
    let window = ui.ctx().content_rect().size();
    let fits = (window.x / USUAL[0]).min(window.y / USUAL[1]);
    let times = fits.clamp(1.0, MOST_ENLARGED);
    for font in ui.style_mut().text_styles.values_mut() {
        font.size *= times;
    }
}

/// How much larger words are here than usual.
pub fn enlarged(ui: &Ui) -> f32 {
    TextStyle::Body.resolve(ui.style()).size / TEXT
}
