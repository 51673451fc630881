//! The likelihood by the probability-flow ODE, beside the exact density.

use std::sync::Arc;

use driftscope_study::lab::{LikelihoodMap, LikelihoodQuestion, PlaneMap};
use driftscope_study::work::Wish;
use eframe::egui::{Align2, FontId, Rect, Ui, pos2};

use super::card::{Card, CardContext};
use super::frame::{Head, choose, head, say_if_empty};
use super::picture::{Picture, Scale};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::{Cell, Table};
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT};

const ABOUT: &str = "log p₁(x) = log p₀(x₀) − ∫ ∇·v(x_t, t) dt along the trajectory that ends at x (Chen et al. 2018; Song et al. 2021, eq. 39), with the exact divergence, shown as a density. Hutchinson's estimate replaces the divergence by εᵀJε for one random ε: it is right on average only, and the map shows by how much log p₁ moves.";

/// The maps of one answer, ready to be drawn.
struct Maps {
    flow: Arc<PlaneMap>,
    exact: Arc<PlaneMap>,
    third: [Arc<PlaneMap>; 2],
    numbers: [f64; 3],
}

impl Maps {
    fn of(map: &LikelihoodMap) -> Self {
        let with = |plane: &PlaneMap, change: &dyn Fn(usize, f64) -> f64| {
            let values = plane.values.iter().enumerate().map(|(i, value)| change(i, *value));
            Arc::new(PlaneMap { values: values.collect(), ..*plane })
        };
        let density = |_, log: f64| log.exp();
        // Beyond the data both are as good as 0, and their logarithms say nothing.
        let top = map.exact.values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let inhabited = |i: usize| map.exact.values[i] > top - 12.0;
        let third = [
            with(&map.flow, &|i, log| {
                if inhabited(i) { (log - map.exact.values[i]).abs() } else { f64::NAN }
            }),
            with(&map.hutchinson, &|i, value| if inhabited(i) { value } else { f64::NAN }),
        ];
        Self {
            flow: with(&map.flow, &density),
            exact: with(&map.exact, &density),
            third,
            numbers: [map.integral, map.median_error, map.hutchinson_error],
        }
    }
}

/// The three maps.
#[derive(Default)]
pub struct Likelihood {
    wish: Wish<LikelihoodQuestion>,
    maps: Option<(Arc<LikelihoodMap>, Maps)>,
    third: usize,
    pictures: [Picture; 3],
}

impl Card for Likelihood {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, LikelihoodQuestion::new(context.scene));
        let latest = self.wish.latest().cloned();
        if let Some(latest) = latest
            && self.maps.as_ref().is_none_or(|(before, _)| !Arc::ptr_eq(before, &latest))
        {
            let maps = Maps::of(&latest);
            self.maps = Some((latest, maps));
        }
        let there = self.maps.is_some();
        let note = self.maps.as_ref().map_or_else(String::new, |(_, maps)| {
            let [integral, median, hutchinson] = maps.numbers;
            format!(
                "integral {integral:.3} · |Δ log p| {} in the median · Hutchinson's ± {}",
                number::three(median),
                number::three(hutchinson)
            )
        });
        let note = context.of_derivatives(&note);
        let title = Head { title: "Likelihood", note: &note, about: ABOUT };
        let third = &mut self.third;
        let below = head(ui, rect, palette, &title, &mut self.wish, |ui| {
            choose(ui, third, &[(0, "Difference"), (1, "Hutchinson")]);
        });
        if say_if_empty(ui, below, palette, &self.wish, there) {
            return;
        }
        let Some((_, maps)) = &self.maps else { return };
        let density = Scale { low: 0.0, ..Scale::of(&maps.exact.values, false) };
        let third_map = &maps.third[self.third];
        let third_scale = Scale::of(&third_map.values, true);
        let names = ["lab flow density", "lab exact density", "lab likelihood error"];
        let titles = [
            "Density by the flow",
            "Exact density",
            ["|Δ log p|", "Hutchinson: log p₁ ±"][self.third],
        ];
        let all = [(&maps.flow, density), (&maps.exact, density), (third_map, third_scale)];
        let width = (below.width() - 8.0 * UNIT) / 3.0;
        for (i, (map, scale)) in all.into_iter().enumerate() {
            let left = below.left() + i as f32 * (width + 4.0 * UNIT);
            let font = FontId::proportional(TEXT);
            let at = pos2(left, below.top());
            ui.painter().text(at, Align2::LEFT_TOP, titles[i], font, palette.text);
            let place = Rect::from_min_max(
                pos2(left, below.top() + 5.5 * UNIT),
                pos2(left + width, below.bottom()),
            );
            self.pictures[i].ui(ui, place, palette, (names[i], map, scale), |_| {});
        }
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Likelihood"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let maps = [&found.flow, &found.exact, &found.hutchinson];
        let mut table =
            Table::new(&["x", "y", "log p, flow", "log p, exact", "log p, Hutchinson ±"]);
        let points = PlaneMap::points(found.flow.extent, found.flow.side);
        for (i, [x, y]) in points.into_iter().enumerate() {
            let mut row: Vec<Cell> = vec![x.into(), y.into()];
            row.extend(maps.iter().map(|map| Cell::Number(map.values[i])));
            table.push(row);
        }
        Some(table)
    }
}
