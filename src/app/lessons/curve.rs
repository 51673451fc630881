//! A curve that is drawn by hand before the true one is shown.

use driftscope_study::lesson::Guess;
use driftscope_study::session::{Action, Lecture};
use eframe::egui::{Align2, FontId, Rect, Sense, Shape, Stroke, StrokeKind, Ui, vec2};

use super::LessonView;
use crate::app::command::{Command, Commands};
use crate::app::plots::PlotKind;
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT};

/// Height of the field, in points.
const HEIGHT: f32 = 34.0 * UNIT;
/// Columns in which a curve has one height each.
const COLUMNS: usize = 64;

impl LessonView {
    /// The field a curve is drawn into; the true one joins it once it is revealed.
    pub(super) fn curve_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lecture: &Lecture,
        plot: &str,
        out: &mut Commands,
    ) {
        let palette = state.palette();
        let size = vec2(ui.available_width(), HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Draw your curve"));
        let field = Rect::from_min_max(rect.min, rect.max - vec2(0.0, 5.0 * UNIT));
        ui.painter().rect(
            field,
            4.0,
            palette.panel,
            Stroke::new(1.0, palette.quiet),
            StrokeKind::Inside,
        );
        let font = FontId::proportional(TEXT);
        for (at, anchor, words) in [
            (field.left_bottom(), Align2::LEFT_TOP, "t = 0"),
            (field.right_bottom(), Align2::RIGHT_TOP, "t = 1"),
        ] {
            ui.painter().text(at, anchor, words, font.clone(), palette.quiet);
        }
        if !lecture.revealed {
            if let Some(at) = response.interact_pointer_pos() {
                self.draw(at, field);
            }
            if response.drag_stopped() || response.clicked() {
                let guess = Some(Guess::Curve(self.drawn.clone()));
                out.push(Command::Act(Action::Guess { guess }));
            }
        }
        let place = |[t, height]: [f64; 2]| field.lerp_inside(vec2(t as f32, 1.0 - height as f32));
        let drawn = match &lecture.guess {
            Some(Guess::Curve(curve)) if !response.dragged() => curve,
            _ => &self.drawn,
        };
        if drawn.is_empty() && !lecture.revealed {
            let words = "Drag here to draw what you expect.";
            let middle = field.center();
            ui.painter().text(middle, Align2::CENTER_CENTER, words, font, palette.quiet);
        }
        let line = drawn.iter().copied().map(place).collect();
        ui.painter().add(Shape::line(line, Stroke::new(2.5, palette.quiet)));
        if lecture.revealed {
            let line = truth(state, plot).into_iter().map(place).collect();
            let colour = palette.scene(&state.pane().scene);
            ui.painter().add(Shape::line(line, Stroke::new(2.5, colour)));
        }
    }

    /// Takes the height of the curve at the pointer.
    fn draw(&mut self, at: eframe::egui::Pos2, field: Rect) {
        let share = (at - field.min) / field.size();
        let height = f64::from(1.0 - share.y.clamp(0.0, 1.0));
        let column = (share.x.clamp(0.0, 1.0) * (COLUMNS - 1) as f32).round();
        let t = f64::from(column) / (COLUMNS - 1) as f64;
        let place = self.drawn.partition_point(|&[before, _]| before < t);
        match self.drawn.get_mut(place) {
            Some(point) if (point[0] - t).abs() < 1e-9 => point[1] = height,
            _ => self.drawn.insert(place, [t, height]),
        }
    }
}

/// The true curve, over the same field: its heights run from its least to its greatest value, as powers
/// where it spans more than one.
fn truth(state: &State, plot: &str) -> Vec<[f64; 2]> {
    let kind = PlotKind::OF_SCENES.into_iter().find(|kind| kind.name() == plot);
    let Some(curve) = kind.map(|kind| kind.curve(state)) else { return Vec::new() };
    let finite = || curve.iter().map(|&[_, value]| value).filter(|value| value.is_finite());
    let (least, greatest) = (finite().fold(f64::INFINITY, f64::min), finite().fold(0.0, f64::max));
    let powers = least > 0.0 && greatest > 10.0 * least;
    let height = |value: f64| {
        let share =
            if powers { (value / least).ln() / (greatest / least).ln() } else { value / greatest };
        0.05 + 0.9 * share.clamp(0.0, 1.0)
    };
    curve.iter().filter(|point| point[1].is_finite()).map(|&[t, v]| [t, height(v)]).collect()
}

#[cfg(test)]
mod tests {
    use eframe::egui::pos2;

    use super::*;

    #[test]
    fn a_curve_has_one_height_in_each_column() {
        let field = Rect::from_min_size(pos2(0.0, 0.0), vec2(630.0, 100.0));
        let mut view = LessonView::default();
        for (x, y) in [(0.0, 0.0), (630.0, 100.0), (300.0, 50.0), (301.0, 25.0), (-9.0, 900.0)] {
            view.draw(pos2(x, y), field);
        }
        assert_eq!(view.drawn.len(), 3);
        assert!(view.drawn.is_sorted_by(|a, b| a[0] < b[0]));
        assert!(view.drawn[0][1].abs() < 1e-9 && (view.drawn[1][1] - 0.75).abs() < 1e-6);
    }
}
