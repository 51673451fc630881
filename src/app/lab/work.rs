//! The work–precision diagram.

use driftscope_solve::measure::{CloudDistance, Floored, pareto};
use driftscope_solve::{Family, MethodRef};
use driftscope_study::lab::{
    Floors, OwnPointQuestion, SAMPLERS_BETWEEN, Sweep, SweepPoint, SweepQuestion,
};
use driftscope_study::work::Wish;
use eframe::egui::{
    Align, Align2, Color32, FontId, Layout, Rect, RichText, ScrollArea, Ui, UiBuilder, pos2, vec2,
};
use egui_plot::{FilledArea, HLine, Line, LineStyle, MarkerShape, PlotPoint, Points};

use super::card::{Card, CardContext};
use super::frame::{
    Head, choose, dotted, head, inside, log_x, log_x_grid, log10, name_ends, say_if_empty, toggle,
};
use super::settings::{hovered, load, words};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::{self, Cell, Table};
use crate::app::palette::Palette;
use crate::app::plots::frame::{decades, log_axis, log_grid, plot};
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT};

/// So many lines have names beside them.
const MOST_NAMED: usize = 6;
/// Methods shown at first, beside the scene's own.
const USUAL: [&str; 4] = ["euler", "heun", "rk4", "dopri5"];

const ABOUT: &str = "Each dot is a solve of 200 particles in double precision: fixed steps doubled from 4 to 128, or rtol from 1e-1 to 1e-8 with atol = rtol/1000. Global error: RMS distance from DOP853 at 1e-12; of a method that draws noise its strong error, from SRA1 along the same Brownian paths between t = 0.05 and 0.95. Click a dot to load its setting; the ring marks the present one. Families: of each kind of method only what none of its kind beats. Pareto: what nothing at all that was measured beats.";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Error {
    Global,
    Cloud(CloudDistance),
}

impl Error {
    fn quantity(self) -> &'static str {
        match self {
            Self::Global => "global error",
            Self::Cloud(CloudDistance::SlicedW2) => "sliced W2",
            Self::Cloud(CloudDistance::Energy) => "energy distance",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cost {
    Evaluations,
    Time,
}

/// The diagram.
pub struct WorkPrecision {
    methods: Vec<MethodRef>,
    error: Error,
    cost: Cost,
    /// Whether families stand for their methods.
    families: bool,
    /// Whether the Pareto line is drawn.
    pareto: bool,
    sweep: Wish<SweepQuestion>,
    own: Wish<OwnPointQuestion>,
}

impl Default for WorkPrecision {
    fn default() -> Self {
        Self {
            methods: USUAL.iter().filter_map(|name| MethodRef::named(name)).collect(),
            error: Error::Global,
            cost: Cost::Evaluations,
            families: false,
            pareto: false,
            sweep: Wish::default(),
            own: Wish::default(),
        }
    }
}

impl WorkPrecision {
    fn value(&self, point: &SweepPoint) -> f64 {
        match self.error {
            Error::Global => point.global_error,
            Error::Cloud(CloudDistance::SlicedW2) => value(point.sliced_w2),
            Error::Cloud(CloudDistance::Energy) => value(point.energy),
        }
    }

    fn place(&self, point: &SweepPoint) -> [f64; 2] {
        let cost = match self.cost {
            Cost::Evaluations => point.nfe,
            Cost::Time => point.elapsed.as_secs_f64() * 1e3,
        };
        [log10(cost), log10(self.value(point))]
    }

    /// The lines that no solver gets below: name and value.
    fn floors(&self, floors: &Floors) -> Vec<(&'static str, f64)> {
        let of = |measured: Option<Floored>| {
            let measured = measured?;
            Some(vec![
                ("two draws of the data", measured.floor),
                ("no solver error", measured.value),
            ])
        };
        match self.error {
            Error::Global => floors.model.map(|model| ("model error", model)).into_iter().collect(),
            Error::Cloud(CloudDistance::SlicedW2) => of(floors.sliced_w2).unwrap_or_default(),
            Error::Cloud(CloudDistance::Energy) => of(floors.energy).unwrap_or_default(),
        }
    }

    /// Where distances between two draws of the data lie, if that is what is shown.
    fn spread(&self, floors: &Floors) -> Option<[f64; 2]> {
        let floor = match self.error {
            Error::Global => None,
            Error::Cloud(CloudDistance::SlicedW2) => floors.sliced_w2,
            Error::Cloud(CloudDistance::Energy) => floors.energy,
        };
        floor.map(|floor| floor.spread)
    }

    /// From where on more work is wasted, in words.
    fn verdict(&self, found: &Sweep) -> Option<String> {
        let (enough, what) = match self.error {
            Error::Global => (found.floors.model?, "the model's own error"),
            Error::Cloud(distance) => {
                let floor = match distance {
                    CloudDistance::SlicedW2 => found.floors.sliced_w2?,
                    CloudDistance::Energy => found.floors.energy?,
                };
                // Within the luck of a draw of what no solver error at all would leave.
                (floor.value + 0.5 * (floor.spread[1] - floor.floor), "what no solver can improve")
            }
        };
        let good = found.points.iter().filter(|point| self.value(point) <= enough);
        let cheapest = good.min_by(|a, b| a.nfe.total_cmp(&b.nfe))?;
        Some(format!(
            "From {} evaluations on ({}) the error is below {what}: more are wasted.",
            number::mean(cheapest.nfe),
            cheapest.method.get().title,
        ))
    }
}

fn value(measured: Option<Floored>) -> f64 {
    measured.map_or(f64::NAN, |measured| measured.value)
}

impl Card for WorkPrecision {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, out: &mut Commands) {
        let palette = context.palette;
        let mut methods = self.methods.clone();
        if !methods.contains(&context.scene.sampler.method()) {
            methods.push(context.scene.sampler.method());
        }
        methods.retain(|&method| SweepQuestion::has_row(context.scene, method));
        self.own.ask(context.work, OwnPointQuestion::new(context.scene));
        self.sweep.ask(context.work, SweepQuestion::new(context.scene, methods));
        let latest = self.sweep.latest().cloned();
        let shown = latest.iter().flat_map(|found| &found.points);
        let strong = self.error == Error::Global && shown.into_iter().any(|point| point.draws);
        let (first, last) = SAMPLERS_BETWEEN;
        let note = format!("with noise: strong error, t within {first} to {last}");
        let note = if strong { &note } else { "" };
        let title = Head { title: "Work and precision", note, about: ABOUT };
        let (mut error, mut cost) = (self.error, self.cost);
        let mut below = head(ui, rect, palette, &title, &mut self.sweep, |ui| {
            let options = [
                (Error::Global, "Global"),
                (Error::Cloud(CloudDistance::SlicedW2), "W2"),
                (Error::Cloud(CloudDistance::Energy), "Energy"),
            ];
            choose(ui, &mut error, &options);
        });
        let line = Rect::from_min_size(below.min, vec2(below.width(), 6.0 * UNIT));
        let layout = Layout::left_to_right(Align::Center);
        let mut options = ui.new_child(UiBuilder::new().max_rect(line).layout(layout));
        methods_menu(&mut options, &mut self.methods, palette);
        // Laid out from the left, so the last comes first.
        choose(
            &mut options,
            &mut cost,
            &[(Cost::Time, "Time"), (Cost::Evaluations, "Evaluations")],
        );
        toggle(&mut options, &mut self.pareto, "Pareto", palette.strong, palette);
        toggle(&mut options, &mut self.families, "Families", palette.text, palette);
        // The topmost mark's name reaches above the plot.
        below.min.y = line.bottom() + 3.0 * UNIT;
        (self.error, self.cost) = (error, cost);
        if say_if_empty(ui, below, palette, &self.sweep, latest.is_some()) {
            return;
        }
        let Some(found) = latest else { return };
        let verdict = self.verdict(&found);
        let mut area = below;
        if let Some(words) = &verdict {
            let font = FontId::proportional(TEXT);
            let galley = ui.painter().layout(words.clone(), font, palette.text, area.width());
            let height = galley.size().y;
            ui.painter().galley(area.min, galley, palette.text);
            area.min.y += height + 3.0 * UNIT;
        }
        let own = self.own.latest().cloned();
        inside(ui, area, "work", |ui| self.plot_ui(ui, context, &found, own.as_deref(), out));
    }

    fn rest(&mut self) {
        self.sweep.rest();
        self.own.rest();
    }

    fn title(&self) -> &'static str {
        "Work and precision"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.sweep.latest()?;
        let mut table = Table::new(&[
            "method",
            "setting",
            "evaluations per particle",
            "global error",
            "sliced W2",
            "floor of sliced W2",
            "least of it",
            "most of it",
            "energy",
            "floor of energy",
            "least of energy's",
            "most of energy's",
        ]);
        for point in &found.points {
            let mut row: Vec<Cell> = vec![point.method.get().title.into()];
            row.extend([point.setting.to_string().into(), point.nfe.into()]);
            row.push(point.global_error.into());
            row.extend(numbers::floored(point.sliced_w2.as_ref()));
            row.extend(numbers::floored(point.energy.as_ref()));
            table.push(row);
        }
        Some(table)
    }
}

impl WorkPrecision {
    fn plot_ui(
        &self,
        ui: &mut Ui,
        context: &CardContext<'_>,
        found: &Sweep,
        own: Option<&SweepPoint>,
        out: &mut Commands,
    ) {
        let palette = context.palette;
        let places = found.points.iter().map(|point| self.place(point));
        let levels = self.floors(&found.floors);
        let [xs, ys]: [Vec<f64>; 2] = [0, 1].map(|d| places.clone().map(|p| p[d]).collect());
        let level_values = levels.iter().map(|(_, value)| log10(*value));
        let y_range = decades(ys.into_iter().chain(level_values), None, 14.0);
        let x_range = decades(xs.into_iter(), None, 8.0);
        let quantity = match self.cost {
            Cost::Evaluations => "evaluations per particle",
            Cost::Time => "wall time in the background, ms",
        };
        let floor_y = *y_range.start();
        let spread = self.spread(&found.floors);
        let ends = [*x_range.start(), *x_range.end()];
        let lines = self.lines(found, palette);
        let shown = plot("lab work", palette, log_x(quantity), log_axis())
            .x_grid_spacer(|input| log_x_grid(&input))
            .y_grid_spacer(|input| log_grid(&input))
            .show(ui, |plot| {
                plot.set_plot_bounds_x(x_range);
                plot.set_plot_bounds_y(y_range);
                if let Some([low, high]) = spread {
                    let low = if low > 0.0 { low.log10().max(floor_y) } else { floor_y };
                    let band = FilledArea::new("", &ends, &[low; 2], &[high.log10(); 2]);
                    let colour = palette.quiet.gamma_multiply(0.18);
                    plot.add(band.fill_color(colour).allow_hover(false));
                }
                for (_, value) in &levels {
                    let line = HLine::new("", log10(*value)).color(palette.quiet);
                    plot.hline(line.style(LineStyle::dashed_loose()).allow_hover(false));
                }
                for (name, colour, points) in &lines {
                    dotted(plot, name, *colour, points);
                }
                if self.pareto {
                    let all = found.points.iter().map(|point| self.place(point));
                    let line = Line::new("", lower_left(all)).color(palette.strong).width(1.2);
                    plot.line(line.style(LineStyle::dashed_dense()).allow_hover(false));
                }
                if let Some(own) = own {
                    let ring = Points::new("", vec![self.place(own)])
                        .color(palette.strong)
                        .filled(false)
                        .shape(MarkerShape::Circle)
                        .radius(8.0);
                    plot.points(ring.allow_hover(false));
                }
            });
        let frame = shown.response.rect;
        let seen = |[x, y]: [f64; 2]| {
            shown.transform.position_from_point(&PlotPoint::new(x, y.max(floor_y)))
        };
        let mut taken: Vec<Rect> = own
            .map(|own| Rect::from_center_size(seen(self.place(own)), vec2(20.0, 20.0)))
            .into_iter()
            .collect();
        for (name, value) in &levels {
            let place = PlotPoint::new(0.0, log10(*value).max(floor_y));
            let at = pos2(frame.right() - UNIT, shown.transform.position_from_point(&place).y);
            let font = FontId::proportional(TEXT);
            let painter = ui.painter();
            taken.push(painter.text(at, Align2::RIGHT_BOTTOM, name, font, palette.quiet));
        }
        // Names of more lie over each other; a dot says what it is when the pointer is near.
        if lines.len() <= MOST_NAMED {
            let end = |(name, colour, points): &(&'static str, Color32, Vec<[f64; 2]>)| {
                let last = points.iter().rev().find(|at| at.iter().all(|x| x.is_finite()))?;
                Some((seen(*last), *name, palette.word(*colour, palette.ground)))
            };
            let ends: Vec<_> = lines.iter().filter_map(end).collect();
            name_ends(ui, frame, &ends, &taken);
        }
        let places = found.points.iter().map(|point| self.place(point));
        let Some(index) = hovered(&shown, places) else { return };
        let point = &found.points[index];
        let about = format!(
            "{}, {}\n{} evaluations, {}\n{} {}",
            point.method.get().title,
            words(point.setting),
            number::mean(point.nfe),
            number::duration(point.elapsed),
            match self.error {
                Error::Global if point.draws => "strong error",
                error => error.quantity(),
            },
            number::three(self.value(point)),
        );
        load(ui, context, &shown.response, &about, (point.setting, point.method), out);
    }

    /// What is joined by a line: the settings of each method, or of each family what none of its own beats.
    fn lines(
        &self,
        found: &Sweep,
        palette: &Palette,
    ) -> Vec<(&'static str, Color32, Vec<[f64; 2]>)> {
        let places = |of: &dyn Fn(&SweepPoint) -> bool| -> Vec<[f64; 2]> {
            found.points.iter().filter(|point| of(point)).map(|point| self.place(point)).collect()
        };
        let mut lines: Vec<(&'static str, Color32, Vec<[f64; 2]>)> = if self.families {
            let of = |(index, family): (usize, Family)| {
                let own = places(&|point| point.method.family() == family);
                (family.title(), palette.category(index), lower_left(own.into_iter()))
            };
            Family::ALL.into_iter().enumerate().map(of).collect()
        } else {
            let mut methods: Vec<MethodRef> =
                found.points.iter().map(|point| point.method).collect();
            methods.sort_by_key(|method| method.index());
            methods.dedup();
            let of = |method: MethodRef| {
                let own = places(&|point| point.method == method);
                (method.get().title, palette.method(method), own)
            };
            methods.into_iter().map(of).collect()
        };
        lines.retain(|(.., line)| !line.is_empty());
        lines
    }
}

/// Of places those that no other is left of and below at once, from the left.
fn lower_left(places: impl Iterator<Item = [f64; 2]>) -> Vec<[f64; 2]> {
    let places: Vec<[f64; 2]> = places.collect();
    pareto(&places).into_iter().map(|index| places[index]).collect()
}

/// Methods by families; a family's tick is that of all its methods.
fn methods_menu(ui: &mut Ui, chosen: &mut Vec<MethodRef>, palette: &Palette) {
    ui.menu_button("Methods", |ui| {
        // There are more than a small window is high.
        let room = 0.7 * ui.ctx().content_rect().height();
        ScrollArea::vertical().max_height(room).show(ui, |ui| {
            for family in Family::ALL {
                let own: Vec<MethodRef> =
                    MethodRef::of_any_field().filter(|method| method.family() == family).collect();
                if own.is_empty() {
                    continue;
                }
                let mut all = own.iter().all(|method| chosen.contains(method));
                let title = RichText::new(family.title()).color(palette.quiet);
                if ui.checkbox(&mut all, title).changed() {
                    chosen.retain(|method| !own.contains(method));
                    chosen.extend(own.iter().filter(|_| all));
                }
                ui.indent(family.title(), |ui| {
                    for method in own {
                        let mut on = chosen.contains(&method);
                        let colour = palette.word(palette.method(method), palette.panel);
                        let text = RichText::new(method.get().title).color(colour);
                        if ui.checkbox(&mut on, text).changed() {
                            chosen.retain(|other| *other != method);
                            chosen.extend(on.then_some(method));
                        }
                    }
                });
            }
        });
    });
}
