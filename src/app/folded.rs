//! What stands for a panel that the window has no room for: a strip at its edge that says so, and
//! shows it in place of the other panel.

use eframe::egui::{
    Align2, FontId, Frame, Panel, Rect, Sense, Ui, WidgetInfo, accesskit::Role, epaint::TextShape,
};

use super::command::{Command, Commands};
use super::commands;
use super::icon::{self, Icon};
use super::state::State;
use super::theme::{TEXT, UNIT};

/// Width of the strip.
const WIDTH: f32 = 8.0 * UNIT;

/// The strip that stands for the controls.
pub fn left(ui: &mut Ui, frame: Frame, state: &State, out: &mut Commands) {
    let wish = (commands::CONTROLS.command)(state);
    let strip = Strip {
        icon: Icon::LeftPanel,
        title: "Controls",
        about: "Shows the controls (C). The window has no room for them beside the graphs.",
    };
    Panel::left("folded controls")
        .frame(frame)
        .resizable(false)
        .exact_size(WIDTH)
        .show(ui, |ui| strip.ui(ui, state, wish, out));
}

/// The strip that stands for the plots.
pub fn right(ui: &mut Ui, frame: Frame, state: &State, out: &mut Commands) {
    let wish = (commands::GRAPHS.command)(state);
    let strip = Strip {
        icon: Icon::RightPanel,
        title: "Graphs",
        about: "Shows the graphs (G). The window has no room for them beside the controls.",
    };
    Panel::right("folded graphs")
        .frame(frame)
        .resizable(false)
        .exact_size(WIDTH)
        .show(ui, |ui| strip.ui(ui, state, wish, out));
}

struct Strip {
    icon: Icon,
    title: &'static str,
    about: &'static str,
}

impl Strip {
    fn ui(self, ui: &mut Ui, state: &State, wish: Command, out: &mut Commands) {
        let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click());
        let name = format!("Show {}", self.title.to_lowercase());
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, &name));
        let palette = state.palette();
        let lit = response.hovered() || response.has_focus();
        let colour = if lit { palette.strong } else { palette.quiet };
        let painter = ui.painter();
        let middle =
            Rect::from_center_size(rect.center_top(), eframe::egui::Vec2::splat(4.0 * UNIT))
                .translate(eframe::egui::vec2(0.0, 5.0 * UNIT));
        icon::paint(painter, middle, self.icon, colour);
        let words = painter.layout_no_wrap(
            format!("{}, folded", self.title),
            FontId::proportional(TEXT),
            colour,
        );
        // Read from below upwards.
        let at =
            middle.center_bottom() + eframe::egui::vec2(0.0, 3.0 * UNIT + words.size().x / 2.0);
        let angle = -std::f32::consts::FRAC_PI_2;
        let corner = Align2::CENTER_CENTER.anchor_size(at, words.size()).min;
        let shape = TextShape::new(corner, words, colour)
            .with_angle_and_anchor(angle, Align2::CENTER_CENTER);
        painter.add(shape);
        if response.on_hover_text(self.about).clicked() {
            out.push(wish);
        }
    }
}
