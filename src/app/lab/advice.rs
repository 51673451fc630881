//! Which setting to use: the cheapest that reaches a goal.

use driftscope_study::lab::{Advice, AdviseQuestion, Goal, Tried};
use driftscope_study::work::Wish;
use eframe::egui::{Button, DragValue, Grid, Label, Rect, RichText, ScrollArea, Ui};
use egui_plot::{HLine, Line, LineStyle, Points};

use super::card::{Card, CardContext};
use super::frame::{Head, choose, inside, log_x, log_x_grid, log10, two_halves};
use super::settings::{hovered, load, used, words};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::{Cell, Table};
use crate::app::plots::frame::{decades, log_axis, log_grid, plot};
use crate::app::state::State;
use crate::app::theme::{UNIT, semibold};

const ABOUT: &str = "The cheapest setting that reaches the goal, over all methods without noise: 1 to 512 fixed steps on the scene's own grid, or rtol from 1e-1 to 1e-11 with atol = rtol/1000, in double precision. Each method goes on to its next finer setting only while that may still be the cheapest; rings are settings that their first particles ruled out. The line joins what nothing cheaper is more accurate than. Click a dot to load its setting.";
const ABOUT_ANSWER: &str =
    "The best, and the cheapest setting of other methods that costs at most twice as much.";
const ERRORS: std::ops::RangeInclusive<f64> = 1e-12..=1e3;
const TIMES: std::ops::RangeInclusive<f64> = 1.0..=1e3;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Error,
    Distance,
}

/// What is advised.
pub struct AdviceCard {
    kind: Kind,
    error: f64,
    times: f64,
    wish: Wish<AdviseQuestion>,
}

impl Default for AdviceCard {
    fn default() -> Self {
        Self { kind: Kind::Error, error: 1e-3, times: 1.5, wish: Wish::default() }
    }
}

impl AdviceCard {
    fn goal(&self) -> Goal {
        match self.kind {
            Kind::Error => Goal::Global(self.error),
            Kind::Distance => Goal::Distance(self.times),
        }
    }
}

impl Card for AdviceCard {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, AdviseQuestion::new(context.scene, self.goal()));
        let tried = self.wish.latest().map_or(0, |advice| advice.tried.len());
        let note = format!("{} settings tried", number::count(tried as u64));
        let title = Head { title: "Which setting?", note: "", about: ABOUT };
        let beside = Head { title: "Advice", note: &note, about: ABOUT_ANSWER };
        let heads = [&title, &beside];
        let Self { kind, error, times, wish } = self;
        let shown = two_halves(ui, (rect, 0.52), palette, heads, wish, |ui| {
            goal_ui(ui, kind, error, times);
        });
        let Some((advice, [below, answer])) = shown else { return };
        inside(ui, below, "tried", |ui| self.plot_ui(ui, context, &advice, out));
        let busy = self.wish.is_busy();
        inside(ui, answer, "advice", |ui| {
            ScrollArea::vertical().show(ui, |ui| answer_ui(ui, context, (&advice, busy), out));
        });
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Which setting?"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let advice = self.wish.latest()?;
        let mut table = Table::new(&[
            "method",
            "setting",
            "evaluations per particle",
            "error",
            "particles",
            "reaches the goal",
            "on the Pareto line",
        ]);
        let line = advice.pareto();
        for tried in &advice.tried {
            let yes = |is: bool| Cell::from(if is { "yes" } else { "no" });
            let mut row: Vec<Cell> = vec![tried.method.get().title.into()];
            row.extend([tried.setting.to_string().into(), tried.nfe.into(), tried.error.into()]);
            row.extend([tried.particles.into(), yes(tried.reaches), yes(line.contains(&tried))]);
            table.push(row);
        }
        Some(table)
    }
}

impl AdviceCard {
    fn plot_ui(&self, ui: &mut Ui, context: &CardContext<'_>, advice: &Advice, out: &mut Commands) {
        let palette = context.palette;
        let place = |tried: &Tried| [log10(tried.nfe), log10(tried.error)];
        let seen: Vec<&Tried> =
            advice.tried.iter().filter(|tried| tried.error.is_finite()).collect();
        let (goal, quantity) = match self.goal() {
            Goal::Global(error) => (error, "global error"),
            Goal::Distance(times) => (times, "distance, in floors"),
        };
        let ys = seen.iter().map(|tried| place(tried)[1]).chain([log10(goal)]);
        let y_range = decades(ys, None, 14.0);
        let x_range = decades(seen.iter().map(|tried| place(tried)[0]), None, 8.0);
        // Fewer evaluations than one there are none.
        let x_range = x_range.start().max(-0.1)..=*x_range.end();
        let most = self.goal().particles();
        let line: Vec<[f64; 2]> = advice.pareto().into_iter().map(place).collect();
        let shown = plot("lab advice", palette, log_x("evaluations per particle"), log_axis())
            .x_grid_spacer(|input| log_x_grid(&input))
            .y_grid_spacer(|input| log_grid(&input))
            .show(ui, |plot| {
                plot.set_plot_bounds_x(x_range);
                plot.set_plot_bounds_y(y_range);
                let dashed = HLine::new("", log10(goal)).color(palette.now);
                plot.hline(dashed.style(LineStyle::dashed_loose()).allow_hover(false));
                plot.line(Line::new("", line).color(palette.quiet).width(1.6).allow_hover(false));
                for tried in &seen {
                    let whole = tried.particles == most;
                    let dot = Points::new("", vec![place(tried)])
                        .color(palette.method(tried.method))
                        .filled(whole)
                        .radius(if whole { 3.5 } else { 2.5 });
                    plot.points(dot.allow_hover(false));
                }
                if let Some(best) = advice.best() {
                    let ring = Points::new("", vec![place(best)]).color(palette.strong);
                    plot.points(ring.filled(false).radius(8.0).allow_hover(false));
                }
            });
        let places = seen.iter().map(|tried| place(tried));
        let Some(index) = hovered(&shown, places) else { return };
        let tried = seen[index];
        let about = format!(
            "{}, {}\n{} evaluations\n{quantity} {}{}",
            tried.method.get().title,
            words(tried.setting),
            number::mean(tried.nfe),
            number::three(tried.error),
            if tried.particles == most {
                String::new()
            } else {
                format!(" over {} particles, which ruled it out", tried.particles)
            },
        );
        load(ui, context, &shown.response, &about, (tried.setting, tried.method), out);
    }
}

/// What is to be reached: of which kind, and a number that can be dragged or typed. The line is laid out from the right.
fn goal_ui(ui: &mut Ui, kind: &mut Kind, error: &mut f64, times: &mut f64) {
    let (value, range, about) = match kind {
        Kind::Error => (error, ERRORS, "Global error at the end, in units of the plane"),
        Kind::Distance => (times, TIMES, "Sliced W2 to the data, in multiples of its floor"),
    };
    let speed = 0.01 * *value;
    let shown = DragValue::new(value).range(range).speed(speed);
    let shown = shown.custom_formatter(|value, _| number::three(value));
    ui.add(shown).on_hover_text(about);
    ui.label("≤");
    choose(ui, kind, &[(Kind::Error, "Global error"), (Kind::Distance, "Distance")]);
}

fn answer_ui(
    ui: &mut Ui,
    context: &CardContext<'_>,
    (advice, busy): (&Advice, bool),
    out: &mut Commands,
) {
    let palette = context.palette;
    if advice.best().is_none() {
        let said = if busy { "Nothing reaches it so far." } else { "No method reaches it." };
        ui.label(RichText::new(said).color(palette.quiet));
        return;
    }
    Grid::new("advice").num_columns(5).spacing([2.0 * UNIT, 1.5 * UNIT]).show(ui, |ui| {
        for name in ["method", "setting", "evaluations", "error", ""] {
            ui.label(RichText::new(name).color(palette.quiet));
        }
        ui.end_row();
        for (rank, tried) in advice.best().into_iter().chain(advice.runners_up()).enumerate() {
            let strong = |words: String| {
                let text = RichText::new(words);
                if rank == 0 { text.family(semibold()).color(palette.strong) } else { text }
            };
            let method = RichText::new(tried.method.get().title)
                .color(palette.word(palette.method(tried.method), palette.ground));
            ui.add(Label::new(if rank == 0 { method.family(semibold()) } else { method }));
            for cell in [words(tried.setting), number::mean(tried.nfe), number::three(tried.error)]
            {
                ui.label(strong(cell));
            }
            if ui.add(Button::new("Use").small()).clicked() {
                out.push(used(context, (tried.setting, tried.method)));
            }
            ui.end_row();
        }
    });
    ui.add_space(2.0 * UNIT);
    ui.label(
        RichText::new("Use puts a setting into the scene; Copy as then gives its code.")
            .color(palette.quiet),
    );
}
