//! One step being made: stages where they were evaluated, both answers, the error against the
//! tolerance, and the verdict.

mod card;
mod inset;
mod labels;

use std::sync::Arc;

use driftscope_solve::by_hand::AttemptByHand;
use driftscope_study::scene::Projection;
use driftscope_study::work::{Dispatcher, Standing, Unfinished, Wish};
use driftscope_study::{Experiment, Recording, RecordingRef, Store, step_by_step};
use eframe::egui::{Color32, FontId, Rect, Shape, Stroke, Ui, vec2};
use serde::{Deserialize, Serialize};

use self::labels::Labels;
use super::arrow::{Head, arrow};
use super::canvas::{Canvas, Draw};
use super::readout;
use super::viewport::{Viewport, Window};
use super::work::{Drawing, ViewTask};
use crate::app::command::{Command, Commands};
use crate::app::palette::Palette;
use crate::app::state::State;
use crate::app::theme::{TEXT, semibold};
use driftscope_study::session::InspectedStep;
use driftscope_study::session::progress_of;

/// Arrows of stages are this much of a full step with that slope.
const ARROW: f64 = 0.3;
/// What is seen reaches this much beyond the step.
const ROOM: f64 = 1.7;
/// The step stands this share of the view above its middle, clear of the card below.
const ABOVE: f64 = 0.3;
/// However small the step, no less than this is seen.
const LEAST: f64 = 2e-4;

/// The attempts of one particle of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AttemptsWanted {
    /// The recording.
    pub recording: RecordingRef,
    /// Number of the particle, from 0.
    pub particle: usize,
}

impl Drawing for AttemptsWanted {
    type Made = Vec<AttemptByHand>;

    fn make(&self, store: &Store) -> Result<Vec<AttemptByHand>, Unfinished> {
        let recording = store.recording(&self.recording)?;
        let experiment = Experiment::new(&recording.scene, &store.networks)
            .map_err(|error| Unfinished::Failed(error.to_string()))?;
        Ok(step_by_step(&experiment, &recording, self.particle))
    }
}

/// The attempts of the pinned particle, one of them being looked at.
#[derive(Default)]
pub struct StepInspector {
    wish: Wish<AttemptsWanted>,
    /// The recording, particle and attempt that the view was moved to.
    looked_at: Option<(u64, usize, usize)>,
}

/// How much of an attempt has been shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Where it starts.
    Start,
    /// So many stages.
    Stages(usize),
    /// The answers; for an SDE the drift.
    Answers,
    /// The verdict; for an SDE the noise.
    Verdict,
}

impl Phase {
    /// The `number`-th phase of an attempt.
    #[must_use]
    pub fn of(attempt: &AttemptByHand, number: usize) -> Self {
        let stages = attempt.stages.len();
        match number {
            0 => Self::Start,
            n if n <= stages => Self::Stages(n),
            n if n == stages + 1 => Self::Answers,
            _ => Self::Verdict,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(attempt: &AttemptByHand) -> usize {
        attempt.stages.len() + 3
    }

    /// Stages to be drawn.
    #[must_use]
    pub fn stages(self, attempt: &AttemptByHand) -> usize {
        match self {
            Self::Start => 0,
            Self::Stages(n) => n,
            Self::Answers | Self::Verdict => attempt.stages.len(),
        }
    }
}

impl StepInspector {
    /// Starts and collects the attempts, and looks where the present one plays.
    pub fn update(&mut self, work: &Dispatcher<ViewTask>, state: &State, viewport: &mut Viewport) {
        self.wish.take_news(work);
        let Some((place, wanted)) = Self::wanted(state) else {
            if self.looked_at.take().is_some() {
                viewport.reset();
            }
            return;
        };
        let goal = (wanted.recording.id, wanted.particle, place.attempt);
        self.wish.ask_when_free(work, wanted);
        if self.looked_at != Some(goal)
            && let Some(window) = self.attempt(place).map(window)
        {
            self.looked_at = Some(goal);
            viewport.look_at(window);
        }
    }

    /// Whether anything wished for is still being made.
    pub fn busy(&self) -> bool {
        self.wish.is_busy()
    }

    fn wanted(state: &State) -> Option<(InspectedStep, AttemptsWanted)> {
        let (place, particle) = (state.inspected()?, state.pinned()?);
        let recording = RecordingRef::new(state.recording()?);
        Some((place, AttemptsWanted { recording, particle }))
    }

    fn attempts(&self) -> Option<&Arc<Vec<AttemptByHand>>> {
        // Of what cannot be taken apart there are none, whatever was there before.
        let failed = matches!(self.wish.standing(), Standing::Failed(_));
        self.wish.latest().filter(|_| !failed)
    }

    fn attempt(&self, place: InspectedStep) -> Option<&AttemptByHand> {
        let attempts = self.attempts()?;
        attempts.get(place.attempt.min(attempts.len().checked_sub(1)?))
    }

    /// One phase further or back, across attempts; none at either end.
    #[must_use]
    pub fn step(&self, place: InspectedStep, by: i32) -> Option<InspectedStep> {
        let attempts = self.attempts()?;
        let attempt = self.attempt(place)?;
        let InspectedStep { attempt: index, phase } = place;
        if by > 0 {
            if phase + 1 < Phase::count(attempt) {
                return Some(InspectedStep { attempt: index, phase: phase + 1 });
            }
            return (index + 1 < attempts.len())
                .then(|| InspectedStep { attempt: index + 1, phase: 0 });
        }
        if phase > 0 {
            return Some(InspectedStep { attempt: index, phase: phase - 1 });
        }
        let before = index.checked_sub(1)?;
        Some(InspectedStep { attempt: before, phase: Phase::count(&attempts[before]) - 1 })
    }

    /// The share of the run at which the present attempt stands.
    #[must_use]
    pub fn progress(&self, place: InspectedStep, recording: &Recording) -> Option<f64> {
        let attempt = self.attempt(place)?;
        let arrived = Phase::of(attempt, place.phase) == Phase::Verdict && attempt.accepted;
        let t = if arrived { attempt.t + attempt.h } else { attempt.t };
        Some(progress_of(recording, own_time(recording, t)))
    }

    /// What is drawn of the present attempt.
    pub fn item<'a>(&self, state: &State, projection: Projection) -> Option<Draw<'a>> {
        let place = state.inspected()?;
        if projection != Projection::Plane {
            return None;
        }
        let attempt = self.attempt(place)?.clone();
        let phase = Phase::of(&attempt, place.phase);
        let palette = state.palette();
        let colour = palette.scene(&state.pane().scene);
        let width = state.scene().view.line_width as f32 * palette.heavier;
        Some(Box::new(move |ui, canvas, shapes| {
            draw(&attempt, phase, palette, (colour, width), ui, canvas, shapes);
        }))
    }

    /// The card that says what is seen, with the buttons that go on and back.
    pub fn ui(&self, ui: &mut Ui, rect: Rect, state: &State, out: &mut Commands) {
        let Some(place) = state.inspected() else { return };
        if let Standing::Failed(message) = self.wish.standing() {
            return card::say(ui, rect, state, message, out);
        }
        match self.attempts() {
            Some(attempts) if attempts.is_empty() => {
                card::say(ui, rect, state, "This particle makes no steps.", out);
            }
            Some(attempts) => {
                let index = place.attempt.min(attempts.len() - 1);
                let place = InspectedStep { attempt: index, ..place };
                let neighbours = [-1, 1].map(|by| self.step(place, by));
                card::ui(ui, rect, state, (place, attempts), neighbours, out);
            }
            None => card::say(ui, rect, state, "Making the steps again…", out),
        }
    }
}

/// t as the solver counts it, of t as it is shown, and the other way round.
fn own_time(recording: &Recording, t: f64) -> f64 {
    recording.scene.direction.own_time(t)
}

/// What there is to be seen of an attempt.
fn window(attempt: &AttemptByHand) -> Window {
    let tips = attempt.stages.iter().map(|stage| tip(attempt, stage.point, stage.slope));
    let points = attempt.stages.iter().map(|stage| stage.point).chain(tips);
    let all = points.chain([attempt.start, attempt.answer]).chain(attempt.embedded);
    let (mut low, mut high) = (attempt.start, attempt.start);
    for point in all.filter(|point| point.iter().all(|x| x.is_finite())) {
        for d in 0..2 {
            low[d] = low[d].min(point[d]);
            high[d] = high[d].max(point[d]);
        }
    }
    let window = Window::between([low, high]);
    let half = (ROOM * window.half[0].max(window.half[1])).max(LEAST);
    let [x, y] = window.centre;
    Window { centre: [x, y - ABOVE * half], half: [half; 2] }
}

fn tip(attempt: &AttemptByHand, from: [f64; 2], slope: [f64; 2]) -> [f64; 2] {
    [0, 1].map(|d| from[d] + ARROW * attempt.h * slope[d])
}

/// `k₁`, `k₂` and so on.
pub fn stage_name(index: usize) -> String {
    let digits = (index + 1).to_string();
    let low = digits.chars().filter_map(|c| char::from_u32('₀' as u32 + c as u32 - '0' as u32));
    format!("k{}", low.collect::<String>())
}

fn draw(
    attempt: &AttemptByHand,
    phase: Phase,
    palette: &Palette,
    (colour, width): (Color32, f32),
    ui: &Ui,
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let mut labels = Labels::new(ui, FontId::new(TEXT, semibold()), card::above(ui.clip_rect()));
    let frame = ui.clip_rect();
    labels.cover(Rect::from_min_size(frame.min, readout::SIZE));
    let start = canvas.at(attempt.start);
    let shown = phase.stages(attempt);
    for (i, stage) in attempt.stages.iter().enumerate().take(shown) {
        let newest = phase == Phase::Stages(i + 1);
        let strength = if newest || phase == Phase::Answers { 1.0 } else { 0.55 };
        let colour = if newest { palette.strong } else { palette.text.gamma_multiply(strength) };
        let from = canvas.at(stage.point);
        let to = canvas.at(tip(attempt, stage.point, stage.slope));
        let dashes = Stroke::new(width, palette.quiet.gamma_multiply(0.7));
        shapes.extend(Shape::dashed_line(&[start, from], dashes, 3.0, 4.0));
        arrow(shapes, from, to, Stroke::new(2.0 * width, colour), Head::Filled);
        shapes.push(Shape::circle_filled(from, 3.0 * width, colour));
        labels.line(from, to);
        if matches!(phase, Phase::Stages(_)) {
            labels.name(from, 3.0 * width, stage_name(i), colour);
        } else {
            labels.point(from, 3.0 * width);
        }
    }
    let radius = 5.0 * width;
    if matches!(phase, Phase::Answers | Phase::Verdict) {
        answers(attempt, phase, palette, (colour, width), canvas, shapes);
        let answer = canvas.at(attempt.answer);
        if let Some(noise) = attempt.noise {
            let drifted = canvas.at([0, 1].map(|d| attempt.answer[d] - noise[d]));
            labels.line(start, drifted);
            labels.name(start + 0.5 * (drifted - start), width, "drift", colour);
            if phase == Phase::Verdict {
                labels.line(drifted, answer);
                let half_way = drifted + 0.5 * (answer - drifted);
                labels.name(half_way, width, "noise", palette.category(1));
            }
        } else {
            labels.line(start, answer);
        }
        if let Some(embedded) = attempt.embedded.map(|at| canvas.at(at)) {
            labels.name(answer, radius, "answer", colour);
            labels.name(embedded, radius, "embedded", palette.text);
        } else if attempt.noise.is_none() || phase == Phase::Verdict {
            labels.name(answer, radius, "answer", colour);
        }
    }
    shapes.push(Shape::circle_filled(start, radius, colour));
    shapes.push(Shape::circle_stroke(start, radius, Stroke::new(1.5, palette.strong)));
    labels.name(start, radius, "start", palette.strong);
    labels.draw(palette, width, shapes);
}

/// The answers with the tolerance around the one that counts, or drift and noise.
fn answers(
    attempt: &AttemptByHand,
    phase: Phase,
    palette: &Palette,
    (colour, width): (Color32, f32),
    canvas: &Canvas<'_>,
    shapes: &mut Vec<Shape>,
) {
    let (start, answer) = (canvas.at(attempt.start), canvas.at(attempt.answer));
    if let Some(noise) = attempt.noise {
        // Noise last, whichever came first: the sum is the same.
        let drifted = canvas.at([0, 1].map(|d| attempt.answer[d] - noise[d]));
        arrow(shapes, start, drifted, Stroke::new(2.5 * width, colour), Head::Filled);
        if phase == Phase::Verdict {
            let stroke = Stroke::new(2.5 * width, palette.category(1));
            arrow(shapes, drifted, answer, stroke, Head::Open);
            shapes.push(Shape::circle_filled(answer, 5.0 * width, colour));
        }
        return;
    }
    shapes.push(Shape::line_segment([start, answer], Stroke::new(2.0 * width, colour)));
    if attempt.tolerance.iter().all(|tolerance| tolerance.is_finite()) {
        let corner =
            |sign: f64| canvas.at([0, 1].map(|d| attempt.answer[d] + sign * attempt.tolerance[d]));
        let box_ = Rect::from_two_pos(corner(-1.0), corner(1.0));
        let stroke = Stroke::new(1.2 * width, palette.quiet);
        shapes.push(Shape::rect_stroke(box_, 0.0, stroke, eframe::egui::StrokeKind::Middle));
    }
    if let Some(embedded) = attempt.embedded.map(|at| canvas.at(at)) {
        let stroke = Stroke::new(1.5 * width, palette.alarm);
        shapes.push(Shape::line_segment([answer, embedded], stroke));
        shapes.push(Shape::circle_filled(embedded, 5.0 * width, palette.ground));
        shapes.push(Shape::circle_stroke(embedded, 5.0 * width, Stroke::new(2.0, palette.text)));
    }
    shapes.push(Shape::circle_filled(answer, 5.0 * width, colour));
    if phase == Phase::Verdict && !attempt.accepted {
        let arm = 8.0 * width;
        let stroke = Stroke::new(2.5 * width, palette.alarm);
        for arm in [vec2(arm, arm), vec2(arm, -arm)] {
            shapes.push(Shape::line_segment([answer - arm, answer + arm], stroke));
        }
    }
}

/// A command that moves to `place`, or nothing at either end.
fn go(place: Option<InspectedStep>, out: &mut Commands) {
    if let Some(place) = place {
        out.push(Command::Inspect(Some(place)));
    }
}
