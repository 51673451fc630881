//! The strip of the drawing tools: which one, how it is set, and what one can begin with.

use driftscope_flow::data::PointSet;
use driftscope_study::drawing::{drawn_points, gaussians_of};
use eframe::egui::{
    Align, Button, Frame, Label, Layout, Margin, Rect, RichText, Sense, Stroke, TextWrapMode, Ui,
    UiBuilder, vec2,
};

use super::field::Field;
use super::readout;
use crate::app::command::{Command, Commands};
use crate::app::commands::DRAW;
use crate::app::drawing::{Drawing, Tool, gaussians, points, with_gaussians, with_points};
use crate::app::icon::{Icon, icon_button};
use crate::app::number;
use crate::app::state::State;
use crate::app::theme::UNIT;

/// Height that the strip takes, about.
pub const HEIGHT: f32 = 31.0 * UNIT;
/// Greatest width of the strip.
const WIDTH: f32 = 620.0;
/// Room that the button of the view needs beside it.
const BESIDE: f32 = 12.0 * UNIT;
/// Points that a draw of the distribution begins with.
const DRAW_OF: usize = 500;

/// Draws the strip into the upper left corner of the first plot, which is `frame`.
pub fn ui(ui: &mut Ui, frame: Rect, (state, tool): (&State, Tool), out: &mut Commands) {
    let palette = state.palette();
    let inner = frame.shrink(2.0 * UNIT);
    let width = (inner.width() - BESIDE).min(WIDTH);
    let place = Rect::from_min_size(inner.min, vec2(width, inner.height()));
    // It has the pointer, where no widget of it has: nothing is drawn through it.
    let builder = UiBuilder::new()
        .id_salt("drawing tools")
        .max_rect(place)
        .layout(Layout::top_down(Align::Min))
        .sense(Sense::click_and_drag());
    ui.scope_builder(builder, |ui| {
        Frame::new()
            .fill(palette.panel.gamma_multiply(0.96))
            .stroke(Stroke::new(1.0, palette.line))
            .corner_radius(6)
            .inner_margin(Margin::symmetric(8, 6))
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing = vec2(1.5 * UNIT, 1.5 * UNIT);
                ui.spacing_mut().button_padding.x = 2.0 * UNIT;
                tools_ui(ui, (state, tool), out);
                ui.horizontal_wrapped(|ui| match tool {
                    Tool::Brush => {
                        brush_ui(ui, state, out);
                        begin_with_draw(ui, state, out);
                    }
                    Tool::Eraser => radius_ui(ui, state, out),
                    Tool::Gaussians => {
                        readout::ui(ui, state, out);
                        begin_with_components(ui, state, out);
                    }
                });
                let words = RichText::new(hint(state, tool)).color(palette.quiet);
                ui.add(Label::new(words).wrap());
            });
    });
}

fn tools_ui(ui: &mut Ui, (state, now): (&State, Tool), out: &mut Commands) {
    let row = ui.available_rect_before_wrap();
    let mut corner = ui.new_child(
        UiBuilder::new().max_rect(row).layout(Layout::right_to_left(Align::Min)).id_salt("away"),
    );
    let name = "Put the drawing tools away";
    let away = icon_button(&mut corner, Icon::Close, name, &DRAW.shortcut(), false);
    if away.clicked() {
        out.push(Command::Drawing(Drawing { open: false, ..state.drawing }));
    }
    ui.horizontal_wrapped(|ui| {
        // The corner has its own.
        ui.set_max_width(away.rect.left() - row.left() - UNIT);
        for tool in Tool::ALL {
            let button = Button::selectable(tool == now, tool.title()).frame_when_inactive(true);
            if ui.add(button).on_hover_text(tool.about()).clicked() {
                out.push(Command::Drawing(Drawing { tool, ..state.drawing }));
            }
        }
    });
    ui.set_min_width(row.width());
}

fn radius_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    let mut brush = state.drawing.brush;
    let field = Field {
        name: "Brush radius",
        prefix: "radius ",
        suffix: "",
        about: "How far from the pointer points are laid or taken, in units of the plane.",
        range: 0.01..=3.0,
        speed: 0.005,
        decimals: 3,
    };
    if field.ui(ui, &mut brush.radius) {
        out.push(Command::Drawing(Drawing { brush, ..state.drawing }));
    }
}

fn brush_ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    radius_ui(ui, state, out);
    let before = state.drawing;
    let mut drawing = before;
    let mut laid = drawing.brush.points as f64;
    let field = Field {
        name: "Points per disc",
        prefix: "points ",
        suffix: "",
        about: "Points laid where the brush touches down, and again for every radius that it moves.",
        range: 1.0..=200.0,
        speed: 0.1,
        decimals: 0,
    };
    if field.ui(ui, &mut laid) {
        drawing.brush.points = laid.round() as usize;
    }
    let field = Field {
        name: "Smoothing",
        prefix: "smoothing ",
        suffix: "",
        about: "Length of the string by which the pointer pulls the brush, in units of the plane. A longer one evens out a trembling hand; at 0 the brush is at the pointer.",
        range: 0.0..=1.0,
        speed: 0.005,
        decimals: 3,
    };
    field.ui(ui, &mut drawing.brush.string);
    if points(state.scene()).is_some_and(|set| !set.labels.is_empty()) {
        let mut label = f64::from(drawing.label);
        let field = Field {
            name: "Label",
            prefix: "label ",
            suffix: "",
            about: "What the points are labelled, since those there have labels.",
            range: 0.0..=f64::from(u32::MAX),
            speed: 0.05,
            decimals: 0,
        };
        if field.ui(ui, &mut label) {
            drawing.label = label.round() as u32;
        }
    }
    if drawing != before {
        out.push(Command::Drawing(drawing));
    }
}

/// Points of the distribution that is sampled now, to draw on.
fn begin_with_draw(ui: &mut Ui, state: &State, out: &mut Commands) {
    let scene = state.scene();
    let has_points = points(scene).is_some();
    let about =
        format!("{DRAW_OF} draws of the distribution that is sampled now become the points.");
    let button = ui
        .add_enabled(!has_points, whole("Begin with a draw"))
        .on_hover_text(about)
        .on_disabled_hover_text("The data are points already.");
    if button.clicked()
        && let Ok(list) = drawn_points(scene, DRAW_OF)
    {
        out.push(Command::data(with_points(scene, list.0)));
    }
}

/// The components of the distribution that is sampled now, to be dragged.
fn begin_with_components(ui: &mut Ui, state: &State, out: &mut Commands) {
    let scene = state.scene();
    if !gaussians(scene).is_empty() {
        return;
    }
    let components = scene.mixture().ok().and_then(|mixture| gaussians_of(&mixture));
    let button = ui
        .add_enabled(components.is_some(), whole("Begin with its components"))
        .on_hover_text("The Gaussians that the distribution consists of, to be dragged.")
        .on_disabled_hover_text(
            "The distribution consists of other shapes, or of more than 100 Gaussians.",
        );
    if let (true, Some(blobs)) = (button.clicked(), components) {
        out.push(Command::data(with_gaussians(scene, blobs)));
        out.push(Command::Drawing(Drawing { selected: 0, ..state.drawing }));
    }
}

/// A button that goes to the next line rather than break its words.
fn whole(words: &str) -> Button<'_> {
    Button::new(words).wrap_mode(TextWrapMode::Extend)
}

fn hint(state: &State, tool: Tool) -> String {
    let scene = state.scene();
    let replaces = format!("replaces {}.", scene.data.title());
    match (tool, points(scene), gaussians(scene).len()) {
        (Tool::Brush, Some(set), _) if set.points.len() >= PointSet::MOST => {
            format!("{} points: there can be no more.", number::count(set.points.len() as u64))
        }
        (Tool::Brush | Tool::Eraser, Some(set), _) => {
            let count = set.points.len();
            let noun = number::plural(count as f64, "point", "points");
            format!("Press and drag. {} {noun}.", number::count(count as u64))
        }
        (Tool::Brush, None, _) => {
            format!("Press and drag to lay points; the first stroke {replaces}")
        }
        (Tool::Eraser, None, _) => "There are no points yet: lay some with the brush.".to_owned(),
        (Tool::Gaussians, _, 0) => format!("Click to place a Gaussian; the first one {replaces}"),
        (Tool::Gaussians, ..) => {
            "Click to place one more. Drag its centre, a grip at 2σ (Shift: round) or its weight."
                .to_owned()
        }
    }
}
