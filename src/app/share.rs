//! What is shown, as an address to copy and as a QR code for the phones of a class.

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Color32, Context, Frame, Id, Label, Modal, Rect, RichText, Sense, Ui, WidgetInfo, pos2, vec2,
};
use qrcode::{Color, EcLevel, QrCode};

use super::address;
use super::command::{Command, Commands};
use super::platform;
use super::state::State;
use super::theme::{TEXT, UNIT, semibold};

/// Largest side of the code, in points.
const SIDE: f32 = 420.0;
/// Modules of white around a code, by ISO/IEC 18004.
const QUIET: usize = 4;
/// Room that the window leaves around the code: title, words and buttons, in points.
const AROUND: f32 = 60.0 * UNIT;

/// Draws the card over everything while it is open.
pub fn ui(ctx: &Context, state: &State, out: &mut Commands) {
    if !state.share.is_open() {
        return;
    }
    let palette = state.palette();
    let room = ctx.content_rect().size() - vec2(24.0 * UNIT, AROUND);
    let side = room.min_elem().clamp(120.0, SIDE);
    let link = address::words(state).map(platform::shared);
    let modal = Modal::new(Id::unique("share"))
        .frame(Frame::popup(&ctx.global_style()).inner_margin(5.0 * UNIT))
        .show(ctx, |ui| {
            ui.set_width(side);
            let title = RichText::new("Share what is shown").family(semibold()).size(TEXT + 4.0);
            ui.label(title.color(palette.strong));
            ui.add_space(2.0 * UNIT);
            match &link {
                Ok(link) => code_ui(ui, link, side),
                Err(reason) => {
                    ui.add(Label::new(reason.to_string()).wrap());
                }
            }
            ui.add_space(2.0 * UNIT);
            ui.horizontal(|ui| {
                if link.is_ok() && ui.button("Copy address").clicked() {
                    out.push(Command::CopyLink);
                }
                ui.button("Close").clicked()
            })
            .inner
        });
    if modal.inner || modal.should_close() {
        out.push(Command::ToggleShare);
    }
}

/// The code of `link`, dark on light whatever the theme; in words where it is too long for one.
fn code_ui(ui: &mut Ui, link: &str, side: f32) {
    let Ok(code) = QrCode::with_error_correction_level(link, EcLevel::L) else {
        let words = "This is too long for a code that phones read: its address can be copied.";
        ui.add(Label::new(words).wrap());
        return;
    };
    let width = code.width();
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
    let spoken = || WidgetInfo::labeled(Role::Image, true, "QR code of the address");
    response.widget_info(spoken);
    let painter = ui.painter();
    painter.rect_filled(rect, 0.0, Color32::WHITE);
    // Whole pixels, so that no edge is grey.
    let pixel = 1.0 / ui.ctx().pixels_per_point();
    let module = (side / (width + 2 * QUIET) as f32 / pixel).floor().max(1.0) * pixel;
    let origin = rect.center() - vec2(module, module) * (width as f32 / 2.0);
    let origin = pos2((origin.x / pixel).round() * pixel, (origin.y / pixel).round() * pixel);
    for (place, colour) in code.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            let at = origin + vec2((place % width) as f32, (place / width) as f32) * module;
            painter.rect_filled(Rect::from_min_size(at, vec2(module, module)), 0.0, Color32::BLACK);
        }
    }
}
