//! The stability region, and where a particle's steps land in it.

use driftscope_solve::Method;
use driftscope_solve::measure::{Complex, amplification};
use driftscope_study::lab::{PlaneMap, RegionQuestion, StepEigenvalues};
use driftscope_study::session::Action;
use driftscope_study::work::Wish;
use eframe::egui::{Color32, DragValue, Rect, RichText, Ui, vec2};
use egui_plot::{AxisHints, GridInput, GridMark, HLine, PlotImage, PlotPoint, Points, VLine};

use super::card::{Card, CardContext};
use super::frame::{Head, LABELLED, head, inside};
use super::picture::{Picture, Scale};
use crate::app::command::{Command, Commands};
use crate::app::numbers::{Cell, Table};
use crate::app::plots::frame::{plot, say};
use crate::app::state::State;
use crate::app::theme::UNIT;

const ABOUT: &str = "Shaded: |R(hλ)| ≤ 1, where a step does not let errors grow (for methods that look back, by the root condition). Dots: h times both eigenvalues of ∂v/∂x along the particle's path, dark to bright as t rises. Left of the imaginary axis the flow contracts: a dot there but outside of the shade is a step that expands what should shrink.";

const ABOUT_PARTICLE: &str = "The particle that is pinned on the stage, else the one under the pointer. Another number pins that one.";

/// Room that an axis with its marks and its name takes at most, in points.
const AXIS: f32 = 16.0 * UNIT;

/// The region.
#[derive(Default)]
pub struct StabilityCard {
    region: Wish<RegionQuestion>,
    picture: Picture,
}

impl Card for StabilityCard {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, out: &mut Commands) {
        let palette = context.palette;
        let method = context.scene.sampler.method();
        let chosen = context.state.pane().chosen.as_deref();
        let stability = chosen.and_then(|chosen| chosen.stability.as_ref().ok());
        let step_eigenvalues = stability.map_or(&[][..], |stability| &stability.step_eigenvalues);
        let note = match stability.and_then(|stability| Some((stability.left_at?, stability))) {
            Some((t, stability)) => format!(
                "{}, left the stable region at t = {t:.3} ({} of {} steps)",
                method.get().title,
                stability.unstable,
                step_eigenvalues.len()
            ),
            None => method.get().title.to_owned(),
        };
        let note = context.of_derivatives(&note);
        let title = Head { title: "Stability", note: &note, about: ABOUT };
        let mut particle = context.state.chosen();
        let region = &mut self.region;
        let below = head(ui, rect, palette, &title, region, |ui| {
            let last = context.scene.particles.count.saturating_sub(1);
            let value = DragValue::new(&mut particle).range(0..=last).speed(0.2);
            let field = ui.add(value).on_hover_text(ABOUT_PARTICLE);
            let name = ui.label(RichText::new("Particle").color(palette.quiet));
            field.labelled_by(name.on_hover_text(ABOUT_PARTICLE).id);
        });
        if particle != context.state.chosen() {
            out.push(Command::Act(Action::Pin { particle: Some(particle) }));
        }
        let refusal = chosen.and_then(|chosen| chosen.stability.as_ref().err());
        if let Some(reason) = context.state.failure().or(refusal.map(String::as_str)) {
            say(ui, below, palette, reason);
            return;
        }
        if amplification(&method, Complex::default()).is_none() {
            let words = "A diffusion sampler integrates the linear part of the field exactly: its steps have no stability region in hλ.";
            say(ui, below, palette, words);
            return;
        }
        let half = half_of(&method, step_eigenvalues);
        let reach = (f64::from(half) * reach(below)).ceil();
        self.region.ask(context.work, RegionQuestion { method, half: reach as u32 });
        let Some(map) = self.region.latest().cloned() else { return };
        let shade = palette.quantity(0.35).gamma_multiply(0.35);
        let scale = Scale { low: 0.0, high: 1.0, log: false };
        let texture = self.picture.texture(ui, &map, scale, palette, |_| shade);
        let Some(texture) = texture.map(eframe::egui::TextureHandle::id) else { return };
        let now = context.state.time();
        inside(ui, below, "stability", |ui| {
            let shown = (f64::from(half), &*map, texture);
            complex_plane(ui, context, shown, (step_eigenvalues, now));
        });
    }

    fn rest(&mut self) {
        self.region.rest();
    }

    fn title(&self) -> &'static str {
        "Stability"
    }

    fn numbers(&self, state: &State) -> Option<Table> {
        let chosen = state.pane().chosen.as_deref()?;
        let stability = chosen.stability.as_ref().ok()?;
        let mut table = Table::new(&["t", "h", "Re hλ₁", "Im hλ₁", "Re hλ₂", "Im hλ₂", "outside"]);
        for step in &stability.step_eigenvalues {
            let [a, b] = step.h_lambda;
            let outside = step.unstable.map_or(Cell::Number(f64::NAN), Cell::from);
            let [t, h] = [step.t, step.h].map(Cell::from);
            table.push([t, h, a.re.into(), a.im.into(), b.re.into(), b.im.into(), outside]);
        }
        Some(table)
    }
}

/// Half the side of the part of the plane that is shown; it changes in jumps. The usual regions reach to
/// −2 to −4, those of methods that look back not so far, and would hardly be seen.
fn half_of(method: &Method, step_eigenvalues: &[StepEigenvalues]) -> u32 {
    let reaches = |re: f64| amplification(method, Complex::new(re, 0.0)).is_some_and(|r| r <= 1.0);
    let least = [1, 2].into_iter().find(|half| !reaches(-f64::from(*half))).unwrap_or(4);
    let mut sizes: Vec<f64> = step_eigenvalues
        .iter()
        .flat_map(|landing| landing.h_lambda)
        .map(Complex::abs)
        .filter(|size| size.is_finite())
        .collect();
    sizes.sort_unstable_by(f64::total_cmp);
    let most = driftscope_solve::measure::quantile(&sizes, 0.97);
    let mut halves = [1, 2, 4, 6, 10, 20, 50].into_iter().filter(|half| *half >= least);
    halves.find(|half| most < f64::from(*half)).unwrap_or(least)
}

/// How far beyond the part that is asked for a plot in `rect` shows the plane, at most, as its axes have one scale:
/// so many times.
fn reach(rect: Rect) -> f64 {
    let [width, height] = [rect.width(), rect.height()];
    let [least_width, least_height] = [width, height].map(|side| (side - AXIS).max(AXIS));
    f64::from((width / least_height).max(height / least_width)).max(1.0)
}

fn complex_plane(
    ui: &mut Ui,
    context: &CardContext<'_>,
    (extent, map, texture): (f64, &PlaneMap, eframe::egui::TextureId),
    (step_eigenvalues, now): (&[StepEigenvalues], Option<f64>),
) {
    let palette = context.palette;
    let step = match extent {
        far if far > 15.0 => 10.0,
        near if near < 3.0 => 1.0,
        _ => 2.0,
    };
    let grid = move |input: GridInput| -> Vec<GridMark> {
        let [first, last] =
            [(input.bounds.0 / step).ceil(), (input.bounds.1 / step).floor()].map(|k| k as i64);
        (first..=last).map(|k| GridMark { value: k as f64 * step, step_size: step }).collect()
    };
    let whole = |value: f64| format!("{}", value.round() as i64).replace('-', "−");
    let x = AxisHints::new_x()
        .label("Re hλ")
        .min_thickness(LABELLED)
        .formatter(move |mark, _| whole(mark.value));
    let y = AxisHints::new_y()
        .label("Im hλ")
        .formatter(move |mark, _| format!("{}i", whole(mark.value)));
    let (start, end) = context.scene.time_span();
    // Particles far from each other would hide behind one another in one colour.
    let shades = 16;
    let mut dots: Vec<Vec<[f64; 2]>> = vec![Vec::new(); shades + 1];
    let mut outside: Vec<[f64; 2]> = Vec::new();
    let mut current: Vec<[f64; 2]> = Vec::new();
    for landing in step_eigenvalues {
        let share = ((landing.t - start) / (end - start)).clamp(0.0, 1.0);
        let places = landing.h_lambda.map(|z| [z.re.clamp(-extent, extent), z.im]);
        dots[(share * shades as f64) as usize].extend(places);
        if landing.unstable == Some(true) {
            outside.extend(places);
        }
        if now.is_some_and(|now| now >= landing.t && now < landing.t + landing.h) {
            current = places.to_vec();
        }
    }
    plot("lab stability", palette, x, y)
        .data_aspect(1.0)
        .x_grid_spacer(grid)
        .y_grid_spacer(grid)
        .label_formatter(|_| None)
        .show(ui, |plot| {
            plot.set_plot_bounds_x(-extent..=extent);
            plot.set_plot_bounds_y(-extent..=extent);
            let size = vec2(2.0 * map.extent as f32, 2.0 * map.extent as f32);
            let centre = PlotPoint::new(0.0, 0.0);
            plot.image(PlotImage::new("", texture, centre, size).allow_hover(false));
            plot.vline(VLine::new("", 0.0).color(palette.quiet).width(1.0).allow_hover(false));
            plot.hline(HLine::new("", 0.0).color(palette.grid).width(1.0).allow_hover(false));
            for (shade, places) in dots.into_iter().enumerate() {
                // The bright end would be lost on a light ground.
                let colour = palette.quantity(shade as f64 / shades as f64);
                let colour: Color32 = palette.word(colour, palette.ground);
                plot.points(Points::new("", places).color(colour).radius(3.0).allow_hover(false));
            }
            let ring = |places, colour, radius| {
                Points::new("", places)
                    .color(colour)
                    .filled(false)
                    .radius(radius)
                    .allow_hover(false)
            };
            plot.points(ring(outside, palette.alarm, 5.0));
            plot.points(ring(current, palette.strong, 8.0));
        });
}
