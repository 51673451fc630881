//! One answer of the list, as it is drawn.

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align2, Color32, FontFamily, FontId, Response, Sense, Ui, Vec2, WidgetInfo, accesskit::Role,
    vec2,
};

use super::entry::Entry;
use crate::app::palette::Palette;
use crate::app::theme::{TEXT, UNIT, semibold};

/// Height of a row, in points.
pub const HEIGHT: f32 = 7.0 * UNIT;
/// Room for the kind at the right, in points.
const KIND: f32 = 21.0 * UNIT;

/// Draws an entry; `letters` of its title were asked for.
pub fn ui(ui: &mut Ui, entry: &Entry, letters: &[u32], on: bool, palette: &Palette) -> Response {
    let size = vec2(ui.available_width(), HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let enabled = entry.refused.is_none();
    response.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, enabled, on, name(entry)));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_selected(on));
    if ui.is_rect_visible(rect) {
        let fill = match (on, response.hovered()) {
            (true, _) => palette.selected,
            (false, true) => palette.hovered,
            (false, false) => Color32::TRANSPARENT,
        };
        ui.painter().rect_filled(rect, 4.0, fill);
        let inner = rect.shrink2(Vec2::new(2.0 * UNIT, 0.0));
        let font = FontId::new(TEXT, FontFamily::Proportional);
        let quiet = if on { palette.text } else { palette.quiet };
        let kind = entry.kind.title();
        ui.painter().text(inner.right_center(), Align2::RIGHT_CENTER, kind, font.clone(), quiet);
        let beside = ui.painter().layout_no_wrap(entry.beside.clone(), font, quiet);
        let right = inner.right() - KIND;
        let place = vec2(right - beside.size().x, inner.center().y - 0.5 * beside.size().y);
        let room = right - inner.left() - beside.size().x - 3.0 * UNIT;
        ui.painter().galley(place.to_pos2(), beside, quiet);
        let title = ui.fonts_mut(|fonts| fonts.layout_job(title(entry, letters, room, palette)));
        let top = inner.center().y - 0.5 * title.size().y;
        ui.painter().galley(vec2(inner.left(), top).to_pos2(), title, palette.text);
    }
    match &entry.refused {
        Some(reason) => response.on_hover_text(reason),
        None => response,
    }
}

/// What a screen reader says.
fn name(entry: &Entry) -> String {
    let kind = Some(entry.kind.title());
    let parts = [Some(&*entry.title), Some(&*entry.beside), kind, entry.refused.as_deref()];
    let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
    parts.join(", ")
}

/// The title, with the letters that were asked for emphasised.
fn title(entry: &Entry, letters: &[u32], room: f32, palette: &Palette) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = room;
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let plain = if entry.refused.is_some() { palette.quiet } else { palette.text };
    let mut text = String::new();
    let mut strong = false;
    let mut flush = |text: &mut String, strong: bool| {
        let emphasised = (semibold(), palette.accent);
        let (family, colour) = if strong { emphasised } else { (FontFamily::Proportional, plain) };
        job.append(text, 0.0, TextFormat::simple(FontId::new(TEXT, family), colour));
        text.clear();
    };
    for (index, letter) in (0u32..).zip(entry.title.chars()) {
        let wanted = letters.binary_search(&index).is_ok();
        if wanted != strong && !text.is_empty() {
            flush(&mut text, strong);
        }
        strong = wanted;
        text.push(letter);
    }
    flush(&mut text, strong);
    job
}
