//! The bottom bar: playback above, readings below.

use driftscope_study::scene::Scene;
use eframe::egui::text::LayoutJob;
use eframe::egui::{
    Align, ComboBox, FontId, Label, Layout, Response, RichText, TextFormat, Ui, vec2,
};

use super::command::{Command, Commands};
use super::commands;
use super::icon::{Icon, icon_button};
use super::in_sight;
use super::number;
use super::palette::Palette;
use super::scrubber;
use super::state::{Purpose, State};
use super::theme::{ROW, TEXT, UNIT, semibold};

const SPEEDS: [f64; 6] = [0.1, 0.25, 0.5, 1.0, 2.0, 4.0];

/// Playback narrower than this, in points, has only what is used most.
const BRIEF: f32 = 520.0;

/// Room for how far the picture is, on the right of the readings.
const PROGRESS: f32 = 26.0 * UNIT;

/// A reading in its place.
#[derive(Clone)]
struct Cell {
    width: f32,
    job: LayoutJob,
    about: &'static str,
}

/// Draws both lines.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    ui.spacing_mut().item_spacing.y = UNIT;
    ui.horizontal(|ui| playback(ui, state, out));
    ui.horizontal(|ui| readings(ui, state));
}

/// Of the buttons only the most used are there where it is narrow.
fn playback(ui: &mut Ui, state: &State, out: &mut Commands) {
    ui.spacing_mut().item_spacing.x = UNIT;
    let brief = ui.available_width() < BRIEF;
    let playing = state.playback().playing;
    let (icon, name) = if playing { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
    let buttons = [
        (Icon::Restart, &commands::RESTART, None),
        (Icon::StepBack, &commands::STEP_BACK, None),
        (icon, &commands::PLAY, Some(name)),
        (Icon::StepForward, &commands::STEP_FORWARD, None),
    ];
    let fits = |icon: Icon| !brief || matches!(icon, Icon::Restart | Icon::Play | Icon::Pause);
    for (icon, entry, name) in buttons.into_iter().filter(|(icon, ..)| fits(*icon)) {
        let name = name.unwrap_or(entry.title);
        if icon_button(ui, icon, name, &entry.shortcut(), false).clicked() {
            out.push((entry.command)(state));
        }
    }
    let time = state.time().map_or_else(|| "–".to_owned(), |t| format!("{t:.3}"));
    let time = reading(state.palette(), "t ", &time, "");
    let about_time = "t = 0 is noise, t = 1 is data.";
    if brief {
        cell(ui, 14.0 * UNIT, time).on_hover_text(about_time);
        scrubber::ui(ui, ui.available_width(), state, out);
        return;
    }
    let mut view = state.scene().view;
    if icon_button(ui, Icon::Repeat, "Loop", "", view.repeat).clicked() {
        view.repeat = !view.repeat;
    }
    ui.add_space(UNIT);
    cell(ui, 18.0 * UNIT, time).on_hover_text(about_time);
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
    if view != state.scene().view {
        let after = Scene { view, ..(**state.scene()).clone() };
        out.push(Command::set_whole(state.scene(), &after));
    }
}

fn speed(speed: f64) -> String {
    format!("{speed}×")
}

fn readings(ui: &mut Ui, state: &State) {
    let palette = state.palette();
    if in_sight::withholds(state) {
        let words = "The figures come with the answer.";
        ui.label(RichText::new(words).color(palette.quiet));
        return;
    }
    let traces = state.shown().map(|shown| &shown.traces);
    let count = |pick: fn(&driftscope_study::session::Traces) -> f64| traces.map(pick);
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
    // Of three readings the one that says least makes way where there is room for two.
    let fits = |one: &str| !state.is_pocket() || one != "accepted";
    for (value, one, many, width, about) in counts.into_iter().filter(|count| fits(count.1)) {
        let text = value.map_or_else(|| "–".to_owned(), number::mean);
        let unit = format!(" {}", number::plural(value.unwrap_or(0.0), one, many));
        show(ui, Cell { width: width * UNIT, job: reading(palette, "", &text, &unit), about });
    }
    let room = ui.available_width() - PROGRESS;
    let gap = ui.spacing().item_spacing.x;
    if !state.is_pocket() {
        for cell in costs(state, palette, room, gap) {
            show(ui, cell);
        }
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.label(RichText::new(progress(state)).color(palette.quiet));
    });
}

/// How far the picture is, in words.
fn progress(state: &State) -> String {
    let all = state.scene().particles.count as u64;
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
        _ if solving => waiting(state),
        Some(recording) => {
            let count = recording.count();
            let noun = number::plural(count as f64, "particle", "particles");
            format!("{} {noun}", number::count(count as u64))
        }
        None => String::new(),
    }
}

/// That nothing is solved yet, and, where that lasts, what can be done about it.
fn waiting(state: &State) -> String {
    match state.solving() {
        Some(spent) if spent.as_secs() >= 3 => {
            format!("solving for {} s, Ctrl+Z takes the change back", spent.as_secs())
        }
        _ => "solving…".to_owned(),
    }
}

/// What the run cost and how good it is, as far as there is `room`, with `gap` between readings.
fn costs(state: &State, palette: &Palette, room: f32, gap: f32) -> Vec<Cell> {
    let recording = state.recording();
    let shown = |words: Option<String>| words.unwrap_or_else(|| "–".to_owned());
    let time = shown(recording.map(|recording| number::duration(recording.elapsed)));
    let time = Cell {
        width: 16.0 * UNIT,
        job: reading(palette, "", &time, ""),
        about: "Wall time of the solve, on all threads of this computer.",
    };
    let memory = shown(recording.map(|recording| number::bytes(recording.scene.solver_bytes())));
    let memory = Cell {
        width: 36.0 * UNIT,
        job: reading(palette, "", &memory, " solver memory"),
        about: "What the solver keeps while stepping: state and stages × particles.",
    };
    let short = quality(state, palette, false);
    let long = quality(state, palette, true);
    // It differs from run to run, and so has no place in a picture that does not.
    let time = (state.purpose == Purpose::Live).then_some(&time);
    for rest in [vec![&memory, &long], vec![&long], vec![&short]] {
        let cells: Vec<&Cell> = time.into_iter().chain(rest).collect();
        if cells.iter().map(|cell| cell.width + gap).sum::<f32>() <= room {
            return cells.into_iter().cloned().collect();
        }
    }
    vec![short]
}

/// How near the end points are to the data, with the floor of that distance if `whole`.
fn quality(state: &State, palette: &Palette, whole: bool) -> Cell {
    let distance = state.shown().and_then(|shown| shown.distance);
    let (value, rest) = match distance {
        _ if state.scene().classic().is_some() => (String::new(), "– (no distribution)".to_owned()),
        None => (String::new(), "not measured yet".to_owned()),
        Some(distance) if !whole => (number::three(distance.sliced_w2), String::new()),
        Some(distance) => (
            number::three(distance.sliced_w2),
            format!(
                " (floor {}, {} to {})",
                number::three(distance.floor),
                number::three(distance.floor_spread[0]),
                number::three(distance.floor_spread[1]),
            ),
        ),
    };
    Cell {
        width: if whole { 78.0 } else { 48.0 } * UNIT,
        job: reading(palette, "sliced W2 ", &value, &rest),
        about: "Sliced Wasserstein-2 distance of the end points to fresh draws of the data. The floor is the mean distance between two fresh draws of the same size, and behind it where such distances lie: within that nothing can be told.",
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

/// Draws a reading.
fn show(ui: &mut Ui, reading: Cell) {
    cell(ui, reading.width, reading.job).on_hover_text(reading.about);
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
