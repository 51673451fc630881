//! What the lens has found, in words and numbers.

use driftscope_study::lab::Lens;
use driftscope_study::scene::Scene;
use driftscope_study::session::{Action, LensPlace};
use eframe::egui::{
    Align, Color32, DragValue, Frame, Label, Layout, Margin, Pos2, Rect, RichText, Sense, Stroke,
    Ui, UiBuilder, pos2, vec2,
};

use super::picture::{Inks, differs, scale};
use crate::app::command::{Command, Commands};
use crate::app::commands;
use crate::app::icon::{Icon, icon_button};
use crate::app::number::{self, three};
use crate::app::state::{Purpose, State};
use crate::app::theme::{ROW, UNIT, semibold};

/// Width of the card, in points.
const WIDTH: f32 = 244.0;
/// Width of the names of its rows, in points.
const NAMES: f32 = 15.0 * UNIT;
/// What lies above the card on the right: the button of the view, in points.
const BELOW: f32 = 11.0 * UNIT;
/// A place is typed and dragged within these.
const FARTHEST: f64 = 100.0;

/// Where the card begins in a plot: on the side that the place at `at` is not on.
pub fn place(frame: Rect, at: Option<Pos2>) -> Rect {
    let inner = frame.shrink(2.0 * UNIT);
    let width = WIDTH.min(inner.width());
    let left = at.is_some_and(|at| at.x > frame.center().x);
    let min = if left { inner.min } else { pos2(inner.right() - width, inner.top() + BELOW) };
    Rect::from_min_max(min, pos2(min.x + width, inner.bottom()))
}

/// Draws the card into `rect` from its top, about the place that is looked at; what is `said` is what was found
/// there, or why nothing was. Returns what it covers.
pub fn ui(
    ui: &mut Ui,
    rect: Rect,
    state: &State,
    (at, said): ([f64; 2], Result<Option<&Lens>, &str>),
    out: &mut Commands,
) -> Rect {
    let palette = state.palette();
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt("lens"));
    let shown = Frame::new()
        .fill(palette.panel.gamma_multiply(0.95))
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(6)
        .inner_margin(Margin::symmetric(10, 6))
        .show(&mut child, |ui| {
            ui.set_width(rect.width() - 22.0);
            ui.spacing_mut().item_spacing = vec2(1.5 * UNIT, 2.0);
            head(ui, state, out);
            match said {
                Err(why) => {
                    ui.add(Label::new(RichText::new(why).color(palette.text)).wrap());
                }
                Ok(seen) => {
                    place_ui(ui, state, at, out);
                    if let Some(seen) = seen {
                        found(ui, state, seen);
                    }
                }
            }
        });
    shown.response.rect
}

fn head(ui: &mut Ui, state: &State, out: &mut Commands) {
    let palette = state.palette();
    ui.horizontal(|ui| {
        let title = RichText::new("Paths through x").family(semibold()).color(palette.strong);
        ui.label(title);
        if state.purpose == Purpose::Figure {
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let shortcut = commands::LENS.shortcut();
            if icon_button(ui, Icon::Close, "Put the lens away", &shortcut, false).clicked() {
                out.push((commands::LENS.command)(state));
            }
        });
    });
}

/// A row: its name, in the colour of what it is about, and what stands beside it.
fn row(ui: &mut Ui, (name, colour): (&str, Color32), add: impl FnOnce(&mut Ui)) {
    ui.horizontal_top(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(NAMES, 0.75 * ROW), Sense::hover());
        let mut place = ui.new_child(
            UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)),
        );
        place.label(RichText::new(name).family(semibold()).color(colour));
        add(ui);
    });
}

/// The place that is looked at, to be read, typed and dragged.
fn place_ui(ui: &mut Ui, state: &State, at: [f64; 2], out: &mut Commands) {
    let palette = state.palette();
    row(ui, ("x", palette.strong), |ui| {
        if state.purpose == Purpose::Figure {
            ui.label(RichText::new(pair(at)).color(palette.text));
            return;
        }
        let mut place = at;
        let mut changed = false;
        for (d, name) in ["Lens, x", "Lens, y"].into_iter().enumerate() {
            let number = DragValue::new(&mut place[d])
                .range(-FARTHEST..=FARTHEST)
                .speed(0.01)
                .fixed_decimals(2)
                .custom_formatter(|value, _| two(value));
            let response = ui.add(number);
            response.ctx.accesskit_node_builder(response.id, |node| node.set_label(name));
            let about = "Where the lens looks, in units of the plane. Click on the stage to let it stay there, and on that place again to let it follow the pointer.";
            changed |= response.on_hover_text(about).changed();
        }
        if changed {
            out.push(Command::Act(Action::Lens { lens: Some(LensPlace::At(place)) }));
        }
        let stays = matches!(state.lens(), Some(LensPlace::At(_)));
        let words = if stays { "stays" } else { "pointer" };
        ui.label(RichText::new(words).color(palette.quiet));
    });
}

/// `(0.52, −1.31)`.
fn pair([x, y]: [f64; 2]) -> String {
    format!("({}, {})", two(x), two(y))
}

/// Two decimals; what they do not tell from 0 has no sign.
fn two(value: f64) -> String {
    let value = if value.abs() < 0.005 { 0.0 } else { value };
    format!("{value:.2}").replace('-', "−")
}

fn found(ui: &mut Ui, state: &State, seen: &Lens) {
    let palette = state.palette();
    let inks = Inks::of(palette);
    let scene = &state.pane().scene;
    let text = |ui: &mut Ui, words: String| {
        ui.add(Label::new(RichText::new(words).color(palette.text)).wrap());
    };
    let lines = |ui: &mut Ui, named: (&str, Color32), lines: &[String]| {
        row(ui, named, |ui| {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for line in lines {
                    text(ui, line.clone());
                }
            });
        });
    };
    lines(ui, ("t", palette.strong), &[format!("{:.3}", seen.t)]);
    lines(ui, ("v", inks.mean), &[pair(seen.velocity), format!("± {}", pair(seen.spread))]);
    if differs(scene) {
        let [dx, dy] = [0, 1].map(|d| seen.followed[d] - seen.velocity[d]);
        let name = if scene.is_guided() { "guided" } else { "learned" };
        let off = format!("off by {}", three(dx.hypot(dy)));
        lines(ui, (name, inks.followed), &[pair(seen.followed), off]);
    }
    lines(ui, ("E[x₁|x]", palette.word(inks.data, palette.panel)), &[pair(seen.data)]);
    text(ui, matter(scene, seen));
    ui.add(Label::new(RichText::new(sentence(scene)).color(palette.strong)).wrap());
    let arrows = format!(
        "{} paths from x₀ to x₁; arrows are {} times as long as their velocities.",
        seen.draws.len(),
        three(scale(seen))
    );
    ui.add(Label::new(RichText::new(arrows).color(palette.quiet)).wrap());
}

/// How many parts of the data still matter.
fn matter(scene: &Scene, seen: &Lens) -> String {
    let all = seen.count as f64;
    let noun = match (seen.of_points, scene.has_source()) {
        (true, _) => number::plural(all, "point", "points"),
        (false, true) => number::plural(all, "pair of components", "pairs of components"),
        (false, false) => number::plural(all, "component", "components"),
    };
    let all = number::count(seen.count as u64);
    format!("{} of {all} {noun} still matter (1/Σw²).", three(seen.effective))
}

/// What is seen, and of which field.
fn sentence(scene: &Scene) -> String {
    let mean = "The velocity is a mean: of these paths through this point.";
    match (scene.is_guided(), scene.class()) {
        (true, Some(class)) => format!(
            "{mean} They lead to class {class}; guidance pushes the field away from their mean."
        ),
        (true, None) => {
            format!("{mean} Guidance pushes the field away from it.")
        }
        (false, Some(class)) => format!("{mean} They lead to class {class}."),
        (false, None) => mean.to_owned(),
    }
}
