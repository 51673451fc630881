//! Strong error of SDE schemes and noisy samplers against a refined path.

use driftscope_solve::sde::Scheme;
use driftscope_study::lab::StrongErrorsQuestion;
use driftscope_study::measure::{Walker, fitted_order};
use driftscope_study::work::Wish;
use eframe::egui::{Color32, Rect, Ui};

use super::card::{Card, CardContext};
use super::frame::{
    Head, choose, column_of_names, dotted, head, inside, log_x, log_x_grid, log10, say_if_empty,
};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::{Cell, Table};
use crate::app::palette::Palette;
use crate::app::plots::frame::{decades, log_axis, log_grid, log_label, plot};
use crate::app::state::State;

const ABOUT: &str = "Strong: RMS distance at the end from SRA1 at an eighth of the smallest step along the same Brownian path; of a sampler that draws noise of its own, on the SDE of the form SBDM that its steps tend to (see Formula). Weak: error of the mean and second moments along the same paths. The number is the fitted slope.";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Kind {
    #[default]
    Strong,
    Weak,
}

/// One line a scheme.
#[derive(Default)]
pub struct Strong {
    kind: Kind,
    wish: Wish<StrongErrorsQuestion>,
}

fn colour(palette: &Palette, walker: Walker) -> Color32 {
    palette.quantity(match walker {
        Walker::Sampler(method) => return palette.method(method),
        Walker::Scheme(Scheme::EulerMaruyama) => 0.15,
        Walker::Scheme(Scheme::StochasticHeun) => 0.55,
        Walker::Scheme(Scheme::Sra1) => 0.95,
    })
}

impl Card for Strong {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        self.wish.ask(context.work, StrongErrorsQuestion::new(context.scene));
        let latest = self.wish.latest().cloned();
        let title = match self.kind {
            Kind::Strong => "Strong error",
            Kind::Weak => "Weak error",
        };
        let kind = &mut self.kind;
        let note = match &latest {
            Some(found) if matches!(found.walkers[0].walker, Walker::Sampler(_)) => {
                let [start, end] = [found.interval.0, found.interval.1].map(number::three);
                format!("the SDE that its steps tend to, t = {start} to {end}")
            }
            None if !context.scene.is_sde() => String::new(),
            _ => context.scene.diffusion.form.title().to_owned(),
        };
        let title = Head { title, note: &note, about: ABOUT };
        let below = head(ui, rect, palette, &title, &mut self.wish, |ui| {
            choose(ui, kind, &[(Kind::Strong, "Strong"), (Kind::Weak, "Weak")]);
        });
        if say_if_empty(ui, below, palette, &self.wish, latest.is_some()) {
            return;
        }
        let Some(found) = latest else { return };
        let curves: Vec<(Walker, Vec<f64>)> = found
            .walkers
            .iter()
            .map(|walked| match self.kind {
                Kind::Strong => (walked.walker, walked.errors.clone()),
                Kind::Weak => (walked.walker, walked.weak_errors.clone()),
            })
            .collect();
        let words: Vec<(String, Color32)> = curves
            .iter()
            .map(|(walker, errors)| {
                let order = fitted_order(&found.sizes, errors);
                (format!("{order:.2} {}", walker.title()), colour(palette, *walker))
            })
            .collect();
        let entries: Vec<(&str, Color32)> =
            words.iter().map(|(words, colour)| (words.as_str(), *colour)).collect();
        let below = column_of_names(ui, below, palette, &entries);
        inside(ui, below, "strong", |ui| {
            let values = curves.iter().flat_map(|(_, errors)| errors).map(|error| log10(*error));
            let range = decades(values, None, 8.0);
            let sizes = found.sizes.iter().map(|size| size.log10());
            let x_range = decades(sizes, None, 4.0);
            plot("lab strong", palette, log_x("step size"), log_axis())
                .x_grid_spacer(|input| log_x_grid(&input))
                .y_grid_spacer(|input| log_grid(&input))
                .label_formatter(log_label("error"))
                .show(ui, |plot| {
                    plot.set_plot_bounds_x(x_range);
                    plot.set_plot_bounds_y(range);
                    for (walker, errors) in &curves {
                        let points: Vec<[f64; 2]> = found
                            .sizes
                            .iter()
                            .zip(errors)
                            .map(|(size, error)| [size.log10(), log10(*error)])
                            .collect();
                        dotted(plot, walker.title(), colour(palette, *walker), &points);
                    }
                });
        });
    }

    fn rest(&mut self) {
        self.wish.rest();
    }

    fn title(&self) -> &'static str {
        "Strong error"
    }

    fn numbers(&self, _state: &State) -> Option<Table> {
        let found = self.wish.latest()?;
        let mut table = Table::new(&["scheme", "step size", "strong error", "weak error"]);
        for walked in &found.walkers {
            for (i, size) in found.sizes.iter().enumerate() {
                let [strong, weak] = [walked.errors[i], walked.weak_errors[i]].map(Cell::from);
                table.push([walked.walker.title().into(), (*size).into(), strong, weak]);
            }
        }
        Some(table)
    }
}
