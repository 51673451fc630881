//! Texts in a window.

use std::sync::Arc;

use eframe::egui::{CursorIcon, Id, Response, Role, Sense, Ui, WidgetInfo, vec2};
use eframe::epaint::text::Galley;

use super::flow::{Flow, flow};
use super::markdown::Document;
use super::sheet;
use super::style::Style;

/// Texts that stay set while others are shown.
const KEPT: usize = 8;

/// A text as it was set.
struct Set {
    document: u64,
    width: f32,
    pixels: f32,
    style: Style,
    /// A letter that is asked for in every frame: another picture of it means that fonts were made anew,
    /// and that those on the sheet are no longer where they were.
    letter: Arc<Galley>,
    flow: Flow,
}

/// Shows a text over the width that there is. A screen reader has its words, with formulas as LaTeX.
pub fn ui(ui: &mut Ui, document: &Document, style: &Style) -> Response {
    let set = set(ui, document, style);
    let (rect, response) = ui.allocate_exact_size(vec2(set.width, set.flow.height), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, document.plain()));
    if ui.is_rect_visible(rect) {
        set.flow.painting.paint(ui.painter(), rect.min, &|ink| style.colour(ink));
    }
    for (index, link) in set.flow.links.iter().enumerate() {
        let place = link.rect.translate(rect.min.to_vec2());
        let id = response.id.with(("link", index));
        let link_response = ui.interact(place, id, Sense::click());
        link_response.widget_info(|| WidgetInfo::labeled(Role::Link, true, &link.to));
        if link_response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(&link.to).clicked()
        {
            ui.ctx().open_url(eframe::egui::OpenUrl::new_tab(&link.to));
        }
    }
    response
}

fn set(ui: &Ui, document: &Document, style: &Style) -> Arc<Set> {
    let (ctx, width) = (ui.ctx(), ui.available_width().floor().max(1.0));
    let pixels = ctx.pixels_per_point();
    let letter = sheet::galley(ctx, "x", eframe::egui::FontId::proportional(style.size), 0.0);
    let is = |set: &Arc<Set>| {
        set.document == document.id()
            && set.width.to_bits() == width.to_bits()
            && set.pixels.to_bits() == pixels.to_bits()
            && set.style == *style
            && Arc::ptr_eq(&set.letter, &letter)
    };
    let shelf = Id::unique("texts that are set");
    let mut sets: Vec<Arc<Set>> = ctx.data(|data| data.get_temp(shelf)).unwrap_or_default();
    if let Some(set) = sets.iter().find(|set| is(set)) {
        return set.clone();
    }
    let flow = flow(ctx, document, width, style);
    let (document, style) = (document.id(), style.clone());
    let set = Arc::new(Set { document, width, pixels, style, letter, flow });
    sets.truncate(KEPT - 1);
    sets.insert(0, set.clone());
    ctx.data_mut(|data| data.insert_temp(shelf, sets));
    set
}
