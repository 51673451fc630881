//! Dots that are settings: what they are when the pointer is near, and that a click loads them.

use driftscope_solve::MethodRef;
use driftscope_study::lab::Setting;
use eframe::egui::{CursorIcon, Response, Ui};
use egui_plot::{PlotPoint, PlotResponse};

use super::card::CardContext;
use crate::app::command::{Command, Commands};
use crate::app::number;

/// Dots this near to the pointer, in points of the screen, are meant.
const NEAR: f32 = 12.0;

/// A setting in words.
pub fn words(setting: Setting) -> String {
    match setting {
        Setting::Steps(1) => "1 step".to_owned(),
        Setting::Steps(steps) => format!("{} steps", number::count(steps as u64)),
        Setting::Tolerance { rtol, .. } => format!("rtol {}", number::three(rtol)),
    }
}

/// Which of the dots of a plot the pointer is nearest to, if it is near one.
pub fn hovered<R>(
    shown: &PlotResponse<R>,
    places: impl Iterator<Item = [f64; 2]>,
) -> Option<usize> {
    let pointer = shown.response.hover_pos()?;
    let distance = |[x, y]: [f64; 2]| {
        shown.transform.position_from_point(&PlotPoint::new(x, y)).distance(pointer)
    };
    let near = places.map(distance).enumerate().filter(|(_, distance)| *distance < NEAR);
    near.min_by(|(_, a), (_, b)| a.total_cmp(b)).map(|(index, _)| index)
}

/// Puts a setting into the scene.
pub fn used(context: &CardContext<'_>, (setting, method): (Setting, MethodRef)) -> Command {
    let before = context.state.scene();
    Command::set_whole(before, &setting.of(before, method))
}

/// Says what the dot under the pointer is, and loads it when it is clicked.
pub fn load(
    ui: &Ui,
    context: &CardContext<'_>,
    response: &Response,
    about: &str,
    what: (Setting, MethodRef),
    out: &mut Commands,
) {
    ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
    response.clone().on_hover_text_at_pointer(about);
    if response.clicked() {
        out.push(used(context, what));
    }
}
