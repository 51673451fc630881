//! What is known of the lit particle, in every pane.

use eframe::egui::{Frame, Label, Margin, RichText, Stroke, Ui};

use super::by_hand::Bench;
use super::pane::keyframe;
use crate::app::command::{Command, Commands};
use crate::app::number;
use crate::app::state::{PaneState, State};
use crate::app::theme::{UNIT, semibold};

/// Below this width a pane tells the essentials only.
const NARROW: f32 = 330.0;

/// Draws the readout of the lit particle of a pane, if there is one.
pub fn ui(ui: &mut Ui, state: &State, index: usize, width: f32, out: &mut Commands) {
    let (Some(particle), pane) = (state.lit(), &state.panes[index]) else { return };
    let Some(lines) = lines(state, pane, particle) else { return };
    let palette = state.palette();
    let pinned = state.pinned == Some(particle);
    Frame::new()
        .fill(palette.panel.gamma_multiply(0.92))
        .stroke(Stroke::new(1.0, palette.line))
        .corner_radius(6)
        .inner_margin(Margin::symmetric(8, 4))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            let pin = if pinned { ", pinned" } else { "" };
            let title = format!("Particle {}{pin}", number::count(particle as u64));
            let title = RichText::new(title).family(semibold()).color(palette.strong);
            ui.add(Label::new(title).extend());
            let shown = if width < NARROW { 1 } else { lines.len() };
            for line in lines.iter().take(shown) {
                ui.add(Label::new(RichText::new(line).color(palette.text)).extend());
            }
            if pinned && state.selected.min(state.visible().len() - 1) == index {
                ui.add_space(UNIT);
                let on = state.by_hand.is_some();
                let words = if on { "Leave step by step" } else { "Step by step" };
                let about = "Watch the solver make the steps of this particle: stages, answers, error and verdict.";
                if ui.button(words).on_hover_text(about).clicked() {
                    let place = (!on).then(|| Bench::beginning(state));
                    out.push(Command::ByHand(place));
                }
            }
        });
}

/// The most important first.
fn lines(state: &State, pane: &PaneState, particle: usize) -> Option<Vec<String>> {
    let recording = pane.recording()?;
    let counts = recording.counts_of(particle)?;
    let whole = |value: u32, one, many| {
        let noun = number::plural(f64::from(value), one, many);
        format!("{} {noun}", number::count(u64::from(value)))
    };
    let mut lines = vec![format!(
        "{}, {}, {} rejected",
        whole(counts.nfe, "evaluation", "evaluations"),
        whole(counts.accepted, "step", "steps"),
        number::count(u64::from(counts.rejected)),
    )];
    if counts.largest_error.is_finite() {
        let error = number::three(f64::from(counts.largest_error));
        lines.push(format!("largest error / tolerance {error}"));
    }
    if let Some(at) = recording.at_keyframe(particle, keyframe(state, recording)) {
        let [x, y] = at.map(number::three);
        lines.push(format!("at ({x}, {y})"));
    }
    if let Some(reference) = &pane.reference
        && let (Some(end), Some(wanted)) =
            (recording.ends().nth(particle), reference.ends().nth(particle))
    {
        let distance = (end[0] - wanted[0]).hypot(end[1] - wanted[1]);
        lines.push(format!("{} from the reference at the end", number::three(distance)));
    }
    Some(lines)
}
