//! Mode coverage and distances, repeated over seeds.

use driftscope_solve::measure::Floored;
use driftscope_study::lab::{Coverage, CoverageQuestion};
use driftscope_study::work::Wish;
use eframe::egui::{Align2, FontId, Grid, Rect, RichText, Stroke, Ui, pos2};

use super::card::{Card, CardContext};
use super::frame::{Head, inside, two_halves};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::{self, Cell, Table};
use crate::app::palette::Palette;
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT, semibold};

const ABOUT: &str = "The share of particles in each mode over 12 seeds (dot: mean, line: twice the standard deviation), beside the data's weight (frame). Modes are the mixture's components, joined where they overlap.";
const ABOUT_TABLE: &str = "Mean and standard deviation over seeds. Floor: what two draws of the data of the same size have; its spread is 2.9 standard deviations over the pairs of draws to either side. Precision: the share of samples among the data; recall: of data among the samples (Kynkäänniemi et al. 2019, third neighbour).";

/// Shares and figures.
#[derive(Default)]
pub struct CoverageCard {
    wish: Wish<CoverageQuestion>,
}

impl Card for CoverageCard {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, CoverageQuestion::new(context.scene));
        let latest = self.wish.latest().cloned();
        let note = latest.as_ref().map_or_else(String::new, |found| {
            let modes = found.modes.weights.len();
            format!("{modes} {}", number::plural(modes as f64, "mode", "modes"))
        });
        let title = Head { title: "Mode coverage", note: &note, about: ABOUT };
        let note = latest.as_ref().map_or_else(String::new, |found| {
            let particles = number::count(found.count as u64);
            format!("{} seeds of {particles} particles", found.seeds.len())
        });
        let beside = Head { title: "Distance to the data", note: &note, about: ABOUT_TABLE };
        let heads = [&title, &beside];
        let shown = two_halves(ui, (rect, 0.46), palette, heads, &mut self.wish, |_| {});
        let Some((found, [below, second])) = shown else { return };
        shares(ui, below, context, &found);
        inside(ui, second, "figures", |ui| figures(ui, palette, &found));
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Mode coverage"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let modes = 1..=found.modes.weights.len();
        let shares: Vec<String> = modes.map(|mode| format!("share of mode {mode}")).collect();
        let mut columns = vec!["seed"];
        columns.extend(shares.iter().map(String::as_str));
        columns.extend(["precision", "recall"]);
        columns.extend(["sliced W2", "its floor", "its floor, least", "its floor, most"]);
        columns.extend(["energy", "floor of energy", "least of it", "most of it"]);
        let mut table = Table::new(&columns);
        let exact: Vec<Cell> = found.modes.weights.iter().map(|weight| (*weight).into()).collect();
        for seed in &found.seeds {
            let mut row: Vec<Cell> = vec![Cell::Count(seed.seed)];
            row.extend(seed.shares.iter().map(|share| Cell::Number(*share)));
            row.extend([seed.overlap.precision.into(), seed.overlap.recall.into()]);
            row.extend(numbers::floored(Some(&seed.sliced_w2)));
            row.extend(numbers::floored(Some(&seed.energy)));
            table.push(row);
        }
        let mut row: Vec<Cell> = vec!["exact".into()];
        row.extend(exact);
        row.resize(columns.len(), Cell::Number(f64::NAN));
        table.push(row);
        Some(table)
    }
}

/// Mean and standard deviation.
fn spread(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let values: Vec<f64> = values.collect();
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (mean, (squares / (values.len() as f64 - 1.0).max(1.0)).sqrt())
}

fn shares(ui: &Ui, rect: Rect, context: &CardContext<'_>, found: &Coverage) {
    let palette = context.palette;
    let modes = found.modes.weights.len();
    let shares: Vec<(f64, f64)> =
        (0..modes).map(|mode| spread(found.seeds.iter().map(|seed| seed.shares[mode]))).collect();
    let weights = found.modes.weights.iter().copied();
    let tallest = shares.iter().map(|(mean, s)| mean + 2.0 * s).chain(weights).fold(0.0, f64::max);
    let plane = Rect::from_min_max(
        pos2(rect.left() + 10.0 * UNIT, rect.top() + 2.0 * UNIT),
        pos2(rect.right(), rect.bottom() - 6.0 * UNIT),
    );
    let y = |share: f64| plane.bottom() - (share / (1.08 * tallest)) as f32 * plane.height();
    let font = FontId::proportional(TEXT);
    let painter = ui.painter();
    for share in [0.0, tallest] {
        let at = pos2(plane.left() - 1.5 * UNIT, y(share));
        let words = format!("{:.0}{}%", 100.0 * share, number::THIN);
        painter.text(at, Align2::RIGHT_CENTER, words, font.clone(), palette.quiet);
        let line = [pos2(plane.left(), y(share)), pos2(plane.right(), y(share))];
        painter.line_segment(line, Stroke::new(1.0, palette.grid));
    }
    let width = (plane.width() / modes as f32).min(20.0 * UNIT);
    let colour = palette.scene(context.scene);
    for (mode, (mean, deviation)) in shares.into_iter().enumerate() {
        let centre = plane.left() + (mode as f32 + 0.5) * width;
        let half = 0.36 * width;
        let bar = |share: f64| {
            Rect::from_min_max(pos2(centre - half, y(share)), pos2(centre + half, plane.bottom()))
        };
        painter.rect_filled(bar(mean), 2.0, colour.gamma_multiply(0.45));
        let frame = Stroke::new(1.5, palette.strong);
        let weight = y(found.modes.weights[mode]);
        painter.line_segment([pos2(centre - half, weight), pos2(centre + half, weight)], frame);
        let whisker = [
            pos2(centre, y(mean + 2.0 * deviation)),
            pos2(centre, y((mean - 2.0 * deviation).max(0.0))),
        ];
        painter.line_segment(whisker, Stroke::new(1.5, colour));
        painter.circle_filled(pos2(centre, y(mean)), 3.0, colour);
        // With many modes every fifth is numbered.
        if modes <= 12 || (mode + 1) % 5 == 0 {
            let at = pos2(centre, plane.bottom() + UNIT);
            painter.text(at, Align2::CENTER_TOP, mode + 1, font.clone(), palette.quiet);
        }
    }
}

fn figures(ui: &mut Ui, palette: &Palette, found: &Coverage) {
    let distance = |name: &str, pick: fn(&driftscope_study::lab::Repeated) -> Floored| {
        let (mean, deviation) = spread(found.seeds.iter().map(|seed| pick(seed).value));
        let floor = found.seeds.first().map(pick);
        let inside = found.seeds.iter().filter(|seed| pick(seed).is_at_floor()).count();
        let (floor, range) = floor.map_or((f64::NAN, [f64::NAN; 2]), |f| (f.floor, f.spread));
        [
            name.to_owned(),
            format!("{} ± {}", number::three(mean), number::three(deviation)),
            number::three(floor),
            format!("{} to {}", number::three(range[0]), number::three(range[1])),
            format!("{inside} of {}", found.seeds.len()),
        ]
    };
    let share = |name: &str, pick: fn(&driftscope_study::measure::Overlap) -> f64| {
        let (mean, deviation) = spread(found.seeds.iter().map(|seed| pick(&seed.overlap)));
        let (exact, range) = spread(found.exact.iter().map(pick));
        let inside = found
            .seeds
            .iter()
            .filter(|seed| (pick(&seed.overlap) - exact).abs() <= 2.0 * range)
            .count();
        [
            name.to_owned(),
            format!("{mean:.3} ± {deviation:.3}"),
            format!("{exact:.3}"),
            format!("{:.3} to {:.3}", exact - 2.0 * range, (exact + 2.0 * range).min(1.0)),
            format!("{inside} of {}", found.seeds.len()),
        ]
    };
    let rows = [
        distance("Sliced W2", |seed| seed.sliced_w2),
        distance("Energy distance", |seed| seed.energy),
        share("Precision", |overlap| overlap.precision),
        share("Recall", |overlap| overlap.recall),
    ];
    Grid::new("figures").num_columns(5).spacing([4.0 * UNIT, 2.0 * UNIT]).show(ui, |ui| {
        for name in ["", "samples", "floor", "spread of the floor", "inside"] {
            ui.label(RichText::new(name).color(palette.quiet));
        }
        ui.end_row();
        for row in rows {
            for (i, cell) in row.into_iter().enumerate() {
                let text = RichText::new(cell);
                ui.label(match i {
                    0 => text.color(palette.text),
                    1 => text.color(palette.strong).family(semibold()),
                    _ => text.color(palette.quiet),
                });
            }
            ui.end_row();
        }
    });
}
