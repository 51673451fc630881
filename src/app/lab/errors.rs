//! Error against t, and the calibration of the solver's estimate.

use driftscope_solve::measure::Band;
use driftscope_study::lab::{ErrorsOverTime, ErrorsQuestion, StepErrors};
use driftscope_study::work::Wish;
use eframe::egui::{Color32, Rect, Ui};
use egui_plot::{HoverPosition, Line, Points};

use super::card::{Card, CardContext};
use super::frame::{
    Head, band, choose, head, inside, log_x, log_x_grid, log10, plain_head, say_if_empty, split,
    toggle,
};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::{self, Cell, Table};
use crate::app::palette::Palette;
use crate::app::plots::frame::{
    decades, leaving_line, log_axis, log_grid, now_line, plot, say, time_axis, time_grid,
    time_range,
};
use crate::app::state::State;

/// Most decades of an axis.
const MOST_DECADES: f64 = 10.0;
/// Most dots of the calibration plot.
const MOST_DOTS: usize = 4_000;

const ABOUT: &str = "Median and 10–90 % band over 64 particles, in double precision, in units of the plane.\nEstimate: what the solver believes of the step under way. True: the same step against DOP853 at 1e-12 from the same point. Global: distance to the reference trajectory so far.";
const ABOUT_CALIBRATION: &str = "One dot a step, estimate against truth; crosses are rejected steps. On the diagonal the solver is right; above it, cautious.\nAn embedded pair estimates the error of its lower-order answer ŷ, while the answer y of higher order is taken over: against y the estimate grows cautious as steps get small, against ŷ it is right.";
const NO_EMBEDDED: &str = "This method's estimate is not that of one embedded answer: it is made by step doubling, of two embedded answers together, or there is none.";

/// Whose true error the estimate is held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Answer {
    #[default]
    TakenOver,
    Embedded,
}

impl Answer {
    const CHOICES: [(Self, &'static str); 2] =
        [(Self::TakenOver, "Of y, taken over"), (Self::Embedded, "Of ŷ, embedded")];

    fn truth(self, step: &StepErrors) -> f64 {
        match self {
            Self::TakenOver => step.local,
            Self::Embedded => step.embedded,
        }
    }

    fn calibration(self, errors: &ErrorsOverTime) -> Option<Band> {
        match self {
            Self::TakenOver => errors.calibration,
            Self::Embedded => errors.embedded_calibration,
        }
    }
}

/// Errors of steps.
pub struct Errors {
    wish: Wish<ErrorsQuestion>,
    shows: [bool; 3],
    answer: Answer,
}

impl Default for Errors {
    fn default() -> Self {
        Self { wish: Wish::default(), shows: [true; 3], answer: Answer::default() }
    }
}

const NAMES: [&str; 3] = ["Estimate", "True", "Global"];

fn colours(palette: &Palette, context: &CardContext<'_>) -> [Color32; 3] {
    [palette.scene(context.scene), palette.quantity(0.55), palette.alarm]
}

impl Card for Errors {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, ErrorsQuestion::new(context.scene));
        let latest = self.wish.latest().cloned();
        let [left, right] = split(rect, 0.58);
        let colours = colours(palette, context);
        let Self { wish, shows, answer } = self;
        let title = Head { title: "Error against t", note: "", about: ABOUT };
        let below = head(ui, left, palette, &title, wish, |ui| {
            for i in (0..3).rev() {
                toggle(ui, &mut shows[i], NAMES[i], colours[i], palette);
            }
        });
        let calibrated = latest.as_ref().and_then(|errors| answer.calibration(errors));
        let note = calibrated
            .map_or_else(String::new, |band| format!("median {}", number::three(band.median)));
        let title = Head { title: "Calibration", note: &note, about: ABOUT_CALIBRATION };
        let second = plain_head(ui, right, palette, &title, |ui| {
            choose(ui, answer, &Answer::CHOICES);
        });
        if say_if_empty(ui, below, palette, wish, latest.is_some()) {
            say_if_empty(ui, second, palette, wish, latest.is_some());
            return;
        }
        let Some(errors) = latest else { return };
        inside(ui, below, "over t", |ui| over_time(ui, context, &errors, *shows, colours));
        if *answer == Answer::Embedded && errors.embedded_calibration.is_none() {
            say(ui, second, palette, NO_EMBEDDED);
            return;
        }
        inside(ui, second, "calibration", |ui| calibration(ui, context, &errors, *answer));
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Error against t"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let mut table = Table::new(&[
            "t",
            "estimate, 10 %",
            "estimate, median",
            "estimate, 90 %",
            "true, 10 %",
            "true, median",
            "true, 90 %",
            "global, 10 %",
            "global, median",
            "global, 90 %",
        ]);
        for (i, t) in found.times.iter().enumerate() {
            let mut row: Vec<Cell> = vec![(*t).into()];
            for bands in [&found.estimate, &found.local, &found.global] {
                row.extend(numbers::band(bands[i].as_ref()));
            }
            table.push(row);
        }
        Some(table)
    }
}

fn over_time(
    ui: &mut Ui,
    context: &CardContext<'_>,
    errors: &ErrorsOverTime,
    shows: [bool; 3],
    colours: [Color32; 3],
) {
    let palette = context.palette;
    let series = [&errors.estimate, &errors.local, &errors.global];
    let values = series.iter().zip(shows).filter(|(_, shown)| *shown).flat_map(|(bands, _)| {
        bands.iter().flatten().flat_map(|band| [log10(band.low), log10(band.high)])
    });
    let range = decades(values, None, MOST_DECADES);
    let floor = *range.start();
    let span = context.scene.time_span();
    let leaving = context.state.pane().chosen.as_ref().and_then(|chosen| chosen.leaving());
    plot("lab errors", palette, time_axis(span), log_axis())
        .x_grid_spacer(move |_| time_grid(span))
        .y_grid_spacer(|input| log_grid(&input))
        .label_formatter(crate::app::plots::frame::log_label("error"))
        .show(ui, |plot| {
            plot.set_plot_bounds_x(time_range(span));
            plot.set_plot_bounds_y(range);
            for i in (0..3).filter(|&i| shows[i]) {
                band(plot, NAMES[i], colours[i], (&errors.times, series[i]), floor);
            }
            leaving_line(plot, palette, (leaving, span));
            now_line(plot, palette, context.state.time());
        });
}

fn calibration(ui: &mut Ui, context: &CardContext<'_>, errors: &ErrorsOverTime, answer: Answer) {
    let palette = context.palette;
    let all = errors.particles.iter().flatten();
    let stride = (all.clone().count() / MOST_DOTS).max(1);
    let dots = |accepted: bool| -> Vec<[f64; 2]> {
        let steps = all.clone().step_by(stride).filter(|step| step.accepted == accepted);
        steps
            .map(|step| [log10(answer.truth(step)), log10(step.estimate)])
            .filter(|dot| dot.iter().all(|x| x.is_finite()))
            .collect()
    };
    let (accepted, rejected) = (dots(true), dots(false));
    let values = accepted.iter().chain(&rejected).flatten().copied();
    let range = decades(values, None, MOST_DECADES);
    // The last mark's name is within the frame.
    let (low, high) = (*range.start(), range.end() + 0.06 * (range.end() - range.start()));
    let colour = palette.scene(context.scene).gamma_multiply(0.7);
    plot("lab calibration", palette, log_x("true error of a step"), log_axis().label("estimate"))
        .x_grid_spacer(|input| log_x_grid(&input))
        .y_grid_spacer(|input| log_grid(&input))
        .label_formatter(|position| match position {
            HoverPosition::NearDataPoint { plot_name, position, .. } if !plot_name.is_empty() => {
                let [x, y] = [position.x, position.y].map(|e| number::three(10.0_f64.powf(e)));
                Some(format!("{plot_name}\nestimate {y}\ntrue {x}"))
            }
            _ => None,
        })
        .show(ui, |plot| {
            plot.set_plot_bounds_x(low..=high);
            plot.set_plot_bounds_y(low..=high);
            let diagonal = Line::new("", vec![[low, low], [high, high]]).color(palette.quiet);
            plot.line(diagonal.width(1.0).allow_hover(false));
            plot.points(Points::new("kept step", accepted).color(colour).radius(1.6));
            let crosses = Points::new("rejected step", rejected)
                .color(palette.alarm)
                .shape(egui_plot::MarkerShape::Cross)
                .radius(3.0);
            plot.points(crosses);
        });
}
