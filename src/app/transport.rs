//! The bottom bar: playback above, readings below.

use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Align, ComboBox, FontId, Label, Layout, Response, RichText, TextFormat, Ui, vec2,
};

use super::command::{Command, Commands};
use super::icon::{Icon, icon_button};
use super::number;
use super::palette::Palette;
use super::scrubber;
use super::state::State;
use super::theme::{ROW, TEXT, UNIT, semibold};
use crate::scene::Scene;

const SPEEDS: [f64; 6] = [0.1, 0.25, 0.5, 1.0, 2.0, 4.0];

/// Draws both lines.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    ui.spacing_mut().item_spacing.y = UNIT;
    ui.horizontal(|ui| playback(ui, state, out));
    ui.horizontal(|ui| readings(ui, state));
}

fn playback(ui: &mut Ui, state: &State, out: &mut Commands) {
    ui.spacing_mut().item_spacing.x = UNIT;
    let playing = state.playback.playing;
    let (icon, name) = if playing { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
    let buttons = [
        (Icon::Restart, "Restart", "Home", Command::Restart),
        (Icon::StepBack, "One solver step back", "←", Command::Step(-1)),
        (icon, name, "Space", Command::TogglePlay),
        (Icon::StepForward, "One solver step forward", "→", Command::Step(1)),
    ];
    for (icon, name, shortcut, command) in buttons {
        if icon_button(ui, icon, name, shortcut, false).clicked() {
            out.push(command);
        }
    }
    let mut view = state.scene.view;
    if icon_button(ui, Icon::Repeat, "Loop", "", view.repeat).clicked() {
        view.repeat = !view.repeat;
    }
    ui.add_space(UNIT);
    let time = state.time().map_or_else(|| "–".to_owned(), |t| format!("{t:.3}"));
    cell(ui, 18.0 * UNIT, reading(state.palette(), "t ", &time, ""))
        .on_hover_text("t = 0 is noise, t = 1 is data.");
    let speed_width = 19.0 * UNIT;
    let width = ui.available_width() - speed_width - 2.0 * UNIT;
    scrubber::ui(ui, width.max(20.0 * UNIT), state, out);
    ui.add_space(UNIT);
    let response = ComboBox::from_id_salt("speed")
        .width(speed_width - 2.0 * UNIT)
        .selected_text(speed(view.speed))
        .show_ui(ui, |ui| {
            for option in SPEEDS {
                ui.selectable_value(&mut view.speed, option, speed(option));
            }
        })
        .response
        .on_hover_text("Playback speed.");
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Speed"));
    if view != state.scene.view {
        out.push(Command::Edit(Box::new(Scene { view, ..(*state.scene).clone() })));
    }
}

fn speed(speed: f64) -> String {
    format!("{speed}×")
}

fn readings(ui: &mut Ui, state: &State) {
    let palette = state.palette();
    let traces = state.shown().map(|shown| &shown.traces);
    let count = |pick: fn(&super::traces::Traces) -> f64| traces.map(pick);
    let counts = [
        (
            count(|traces| traces.nfe.mean),
            "evaluation",
            "evaluations",
            32.0,
            "Evaluations of the field per particle (mean), rejected steps and start-up included.",
        ),
        (
            count(|traces| traces.accepted.mean),
            "accepted",
            "accepted",
            25.0,
            "Steps kept, per particle (mean).",
        ),
        (
            count(|traces| traces.rejected.mean),
            "rejected",
            "rejected",
            25.0,
            "Attempted steps thrown away, per particle (mean).",
        ),
    ];
    for (value, one, many, width, about) in counts {
        let text = value.map_or_else(|| "–".to_owned(), number::mean);
        let unit = format!(" {}", number::plural(value.unwrap_or(0.0), one, many));
        cell(ui, width * UNIT, reading(palette, "", &text, &unit)).on_hover_text(about);
    }
    let recording = state.recording();
    let text =
        recording.map_or_else(|| "–".to_owned(), |recording| number::duration(recording.elapsed));
    cell(ui, 16.0 * UNIT, reading(palette, "", &text, ""))
        .on_hover_text("Wall time of the solve, on all threads of this computer.");
    let text = recording
        .map_or_else(|| "–".to_owned(), |recording| number::bytes(recording.solver_bytes()));
    cell(ui, 36.0 * UNIT, reading(palette, "", &text, " solver memory"))
        .on_hover_text("What the solver keeps while stepping: state and stages × particles.");
    let distance = state.shown().and_then(|shown| shown.distance);
    let classic = state.scene.classic().is_some();
    let job = match distance {
        _ if classic => reading(palette, "sliced W2 ", "", "– (no distribution)"),
        Some(distance) => reading(
            palette,
            "sliced W2 ",
            &number::three(distance.sliced_w2),
            &format!(
                " (floor {}, {} to {})",
                number::three(distance.floor),
                number::three(distance.floor_spread[0]),
                number::three(distance.floor_spread[1]),
            ),
        ),
        None => reading(palette, "sliced W2 ", "", "not measured yet"),
    };
    cell(ui, 78.0 * UNIT, job).on_hover_text(
        "Sliced Wasserstein-2 distance of the end points to fresh draws of the data. The floor is the mean distance between two fresh draws of the same size, and behind it where such distances lie: within that nothing can be told.",
    );
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.label(RichText::new(progress(state)).color(palette.quiet));
    });
}

/// How far the picture is, in words.
fn progress(state: &State) -> String {
    let all = state.scene.particles.count as u64;
    let solving = state.solving().is_some_and(|spent| spent.as_millis() > 150);
    match state.recording() {
        None if state.failure().is_some() => "nothing solved yet".to_owned(),
        _ if state.failure().is_some() => "out of date".to_owned(),
        Some(recording) if solving && !recording.complete => {
            format!(
                "{} of {} particles",
                number::count(recording.count() as u64),
                number::count(all)
            )
        }
        _ if solving => "solving…".to_owned(),
        Some(recording) => {
            let count = recording.count();
            let noun = number::plural(count as f64, "particle", "particles");
            format!("{} {noun}", number::count(count as u64))
        }
        None => String::new(),
    }
}

/// A name, a value that stands out, and a unit.
fn reading(palette: &Palette, name: &str, value: &str, unit: &str) -> LayoutJob {
    let mut job = LayoutJob::default();
    let quiet = TextFormat::simple(FontId::proportional(TEXT), palette.quiet);
    let strong = TextFormat::simple(FontId::new(TEXT, semibold()), palette.strong);
    job.append(name, 0.0, quiet.clone());
    job.append(value, 0.0, strong);
    job.append(unit, 0.0, quiet);
    job
}

/// A text in a place of fixed width, so that numbers do not push each other around.
fn cell(ui: &mut Ui, width: f32, job: LayoutJob) -> Response {
    let layout = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(vec2(width, ROW), layout, |ui| {
        ui.set_min_width(width);
        ui.add(Label::new(job).extend())
    })
    .inner
}
