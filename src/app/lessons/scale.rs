//! A guess on a scale, whose ends and marks are written below its line.

use driftscope_study::lab::Figure;
use driftscope_study::lesson::Guess;
use driftscope_study::session::{Action, Lecture};
use eframe::egui::style::HandleShape;
use eframe::egui::{FontId, Label, Rangef, Rect, RichText, Sense, Slider, Stroke, Ui, pos2, vec2};

use super::LessonView;
use crate::app::command::{Command, Commands};
use crate::app::number;
use crate::app::palette::Palette;
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT, semibold};

/// Length of a mark that has its value written below, in points.
const MARK: f32 = 1.5 * UNIT;
/// Least room between two values, in points.
const APART: f32 = 1.5 * UNIT;
/// Over fewer powers of ten than this 2 and 5 are named, too.
const FEW: f64 = 2.01;
/// Over more powers of ten than this only they are marked, and written as powers.
const MANY: f64 = 4.5;
/// Marks that a scale without powers has about.
const STEPS: f64 = 6.0;

impl LessonView {
    /// A guess on a scale, and beside it what is measured once the answer is shown.
    pub(super) fn scale_ui(
        &mut self,
        ui: &mut Ui,
        state: &State,
        lecture: &Lecture,
        (scale, answer): (&GuessScale<'_>, &Figure),
        out: &mut Commands,
    ) {
        let palette = state.palette();
        let guessed = match lecture.guess {
            Some(Guess::Number(number)) => Some(number),
            _ => None,
        };
        if !lecture.revealed {
            let line = scale.slider_ui(ui, guessed, out);
            scale.marks_ui(ui, line, palette);
            ui.label(match guessed {
                Some(number) => scale.in_words("Your guess", number),
                None => "Drag to guess.".to_owned(),
            });
            return;
        }
        let measured = self.measured(state, lecture, answer);
        let size = vec2(ui.available_width(), ui.spacing().interact_size.y);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let (line, y) = (reach(ui, rect), rect.center().y);
        let stroke = Stroke::new(2.0, palette.line);
        ui.painter().line_segment([pos2(rect.left(), y), pos2(rect.right(), y)], stroke);
        let truth = measured.as_ref().ok().copied();
        for (value, colour, radius) in [(guessed, palette.quiet, 5.0), (truth, palette.accent, 7.0)]
        {
            if let Some(value) = value {
                ui.painter().circle_filled(pos2(scale.place(value, line), y), radius, colour);
            }
        }
        scale.marks_ui(ui, line, palette);
        let (words, colour) = match measured {
            Ok(truth) => (scale.in_words("Measured", truth), palette.strong),
            Err(instead) => instead,
        };
        ui.add(Label::new(RichText::new(words).family(semibold()).color(colour)).wrap());
        if let Some(number) = guessed {
            let words = RichText::new(scale.in_words("Your guess", number)).family(semibold());
            ui.add(Label::new(words.color(palette.strong)).wrap());
        }
    }
}

/// The scale of a guess.
pub struct GuessScale<'a> {
    /// Its ends.
    pub ends: [f64; 2],
    /// Whether it runs through powers.
    pub logarithmic: bool,
    /// In what it counts; may be empty.
    pub unit: &'a str,
}

impl GuessScale<'_> {
    /// The slider of a guess; from where to where its handle goes.
    fn slider_ui(&self, ui: &mut Ui, guessed: Option<f64>, out: &mut Commands) -> Rangef {
        let [least, greatest] = self.ends;
        let middle = if self.logarithmic {
            (least * greatest).sqrt()
        } else {
            f64::midpoint(least, greatest)
        };
        let mut value = guessed.unwrap_or(middle);
        ui.spacing_mut().slider_width = ui.available_width();
        let slider = Slider::new(&mut value, least..=greatest).logarithmic(self.logarithmic);
        let response = ui.add(slider.show_value(false));
        ui.ctx().accesskit_node_builder(response.id, |node| node.set_label("Your guess"));
        if response.changed() {
            let guess = Some(Guess::Number(value));
            out.push(Command::Act(Action::Guess { guess }));
        }
        reach(ui, response.rect)
    }

    /// Where a value lies, 0 to 1.
    fn share(&self, value: f64) -> f64 {
        let [least, greatest] = self.ends;
        let share = if self.logarithmic {
            (value / least).ln() / (greatest / least).ln()
        } else {
            (value - least) / (greatest - least)
        };
        share.clamp(0.0, 1.0)
    }

    /// Where a value lies on a line that reaches so far.
    fn place(&self, value: f64, line: Rangef) -> f32 {
        line.min + self.share(value) as f32 * line.span()
    }

    /// How many powers of ten lie between the ends of a scale that runs through powers.
    fn powers(&self) -> f64 {
        let [least, greatest] = self.ends;
        if self.logarithmic { (greatest / least).log10() } else { 0.0 }
    }

    /// What is marked between the ends, and whether its value is written.
    fn marks(&self) -> Vec<(f64, bool)> {
        let [least, greatest] = self.ends;
        let mut marks = Vec::new();
        if self.logarithmic {
            let powers = self.powers();
            let (first, last) = (least.log10().floor() as i32, greatest.log10().ceil() as i32);
            for power in first..=last {
                for digit in 1..=9 {
                    let named = digit == 1 || powers < FEW && (digit == 2 || digit == 5);
                    if named || powers < MANY {
                        marks.push((f64::from(digit) * 10_f64.powi(power), named));
                    }
                }
            }
        } else {
            let rough = (greatest - least) / STEPS;
            let power = 10_f64.powf(rough.log10().floor());
            let round = [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power);
            let step = round.into_iter().find(|step| *step >= rough).unwrap_or(rough);
            let (first, last) = ((least / step).ceil() as i64, (greatest / step).floor() as i64);
            marks.extend((first..=last).map(|count| (count as f64 * step, true)));
        }
        let is_between = |value: f64| (0.001..0.999).contains(&self.share(value));
        marks.retain(|(value, _)| is_between(*value));
        marks
    }

    /// Draws the ends and the marks below a line that reaches so far, and says what they are.
    fn marks_ui(&self, ui: &mut Ui, line: Rangef, palette: &Palette) {
        let font = FontId::proportional(TEXT);
        let height = MARK + ui.text_style_height(&eframe::egui::TextStyle::Body);
        let size = vec2(ui.available_width(), height);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let painter = ui.painter();
        let mut taken: Vec<Rangef> = Vec::new();
        // The ends come first: what has no room beside them is marked, but not written.
        for (value, named) in self.ends.map(|end| (end, true)).into_iter().chain(self.marks()) {
            let x = self.place(value, line);
            let length = if named { MARK } else { 0.5 * MARK };
            let stroke = Stroke::new(palette.heavier, palette.quiet);
            painter.line_segment([pos2(x, rect.top()), pos2(x, rect.top() + length)], stroke);
            if !named {
                continue;
            }
            let galley = painter.layout_no_wrap(self.mark(value), font.clone(), palette.quiet);
            let half = 0.5 * galley.size().x;
            let middle = x.min(rect.right() - half).max(rect.left() + half);
            let room = Rangef::new(middle - half - 0.5 * APART, middle + half + 0.5 * APART);
            if taken.iter().all(|other| !other.intersects(room)) {
                painter.galley(pos2(middle - half, rect.top() + MARK), galley, palette.quiet);
                taken.push(room);
            }
        }
        let words = match (self.unit, self.logarithmic) {
            ("", false) => return,
            ("", true) => "logarithmic scale".to_owned(),
            (unit, false) => unit.to_owned(),
            (unit, true) => format!("{unit}, logarithmic scale"),
        };
        ui.vertical_centered(|ui| {
            ui.add(Label::new(RichText::new(words).color(palette.quiet)).wrap());
        });
    }

    /// A value as it is written at its mark.
    fn mark(&self, value: f64) -> String {
        let power = value.log10();
        let is_power = (power - power.round()).abs() < 1e-6;
        let plain = (1e-3..1e6).contains(&value.abs()) || value == 0.0;
        if is_power && (self.powers() > MANY || !plain) {
            return number::power_of_ten(power.round() as i32);
        }
        if !plain {
            return number::scientific(value);
        }
        if value >= 1e4 {
            return number::count(value.round() as u64);
        }
        // Without what is left from adding up steps.
        let rounded = (value * 1e6).round() / 1e6;
        format!("{rounded}").replace('-', "−")
    }

    fn in_words(&self, title: &str, value: f64) -> String {
        format!("{title}: {}", with_unit(value, self.unit))
    }
}

/// From where to where the handle of a slider goes that takes all of `rect`.
fn reach(ui: &Ui, rect: Rect) -> Rangef {
    // As egui has it.
    let radius = rect.height() / 2.5;
    let half = match ui.visuals().handle_shape {
        HandleShape::Circle => radius,
        HandleShape::Rect { aspect_ratio } => radius * aspect_ratio,
    };
    rect.x_range().shrink(half)
}

/// A number and in what it counts, which may be nothing.
pub fn with_unit(value: f64, unit: &str) -> String {
    // What is counted is written whole.
    let whole = value.fract() == 0.0 && value.abs() < 1e5;
    let number = if whole { format!("{value:.0}") } else { number::three(value) };
    if unit.is_empty() { number } else { format!("{number} {unit}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values that are written between the ends.
    fn written(ends: [f64; 2], logarithmic: bool) -> Vec<String> {
        let scale = GuessScale { ends, logarithmic, unit: "" };
        let marks = scale.marks().into_iter().filter(|(_, named)| *named);
        marks.map(|(value, _)| scale.mark(value)).collect()
    }

    #[test]
    fn scales_have_a_few_marks_between_their_ends() {
        assert_eq!(written([10.0, 300.0], true), ["20", "50", "100", "200"]);
        assert_eq!(written([64.0, 10_000.0], true), ["100", "1000"]);
        assert_eq!(written([0.01, 10.0], true), ["0.1", "1"]);
        assert_eq!(written([1e-6, 1.0], true), ["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹"]);
        assert_eq!(written([0.02, 1.2], false), ["0.2", "0.4", "0.6", "0.8", "1"]);
        assert_eq!(written([-1.0, 1.0], false), ["−0.5", "0", "0.5"]);
    }

    #[test]
    fn no_space_stands_where_there_is_no_unit() {
        assert_eq!(with_unit(1.59, ""), "1.59");
        assert_eq!(with_unit(62.0, "evaluations"), "62 evaluations");
    }
}
