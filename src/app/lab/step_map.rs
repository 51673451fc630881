//! The step size over the plane at the current t.

use driftscope_solve::Attempt;
use driftscope_study::Recording;
use eframe::egui::{Rect, RichText, Ui};
use egui_plot::{HoverPosition, MarkerShape, Points};

use super::card::{Card, CardContext};
use super::frame::{Head, inside, plain_head};
use super::picture::{Scale, bar_ui, square, with_bar};
use crate::app::command::Commands;
use crate::app::number;
use crate::app::numbers::Table;
use crate::app::plots::frame::{leaving_words, say};
use crate::app::state::State;
use driftscope_study::session::Leaving;

/// Colours that are told apart.
const SHADES: usize = 24;

const ABOUT: &str = "Each dot is a particle at the current t, coloured by the step it is making. Where dots are dark the solver takes short steps: there the field bends.";

/// The map.
#[derive(Default)]
pub struct StepMap;

impl Card for StepMap {
    fn ui(&mut self, ui: &mut Ui, rect: Rect, context: &CardContext<'_>, _out: &mut Commands) {
        let palette = context.palette;
        let t = context.state.time();
        let note = t.map_or_else(String::new, |t| format!("at t = {t:.2}"));
        let title = Head { title: "Step size h", note: &note, about: ABOUT };
        let leaving = context.state.pane().leaving();
        let below = plain_head(ui, rect, palette, &title, |ui| {
            if let Some(Leaving { particle, t }) = leaving {
                let words = leaving_words(particle, t);
                ui.label(RichText::new("Stability left").color(palette.alarm)).on_hover_text(words);
            }
        });
        let (Some(recording), Some(t)) = (context.state.recording(), t) else {
            say(ui, below, palette, "Nothing has been solved yet.");
            return;
        };
        let dots = steps_under_way(recording, t);
        if dots.is_empty() {
            say(ui, below, palette, "No step is under way at this t.");
            return;
        }
        let sizes: Vec<f64> = every_size(recording);
        let scale = Scale::of(&sizes, true);
        let mut shades: Vec<Vec<[f64; 2]>> = vec![Vec::new(); SHADES];
        for (place, h) in &dots {
            let shade = (scale.share(*h) * (SHADES - 1) as f64).round() as usize;
            shades[shade].push(*place);
        }
        let reach = dots.iter().flat_map(|(place, _)| place).fold(3.0_f64, |r, x| r.max(x.abs()));
        let [plane, bar] = with_bar(below);
        inside(ui, plane, "step map", |ui| {
            let named = |position: &HoverPosition<'_>| match position {
                HoverPosition::NearDataPoint { plot_name, .. } => Some((*plot_name).to_owned()),
                HoverPosition::Elsewhere { .. } => None,
            };
            square("lab step map", palette, reach.min(20.0)).label_formatter(named).show(
                ui,
                |plot| {
                    for (shade, places) in shades.into_iter().enumerate() {
                        let share = shade as f64 / (SHADES - 1) as f64;
                        let dots = Points::new("", places).color(palette.quantity(share));
                        plot.points(dots.radius(2.6).allow_hover(false));
                    }
                    let place = leaving.and_then(|leaving| {
                        let at = recording.keyframe_of_time(leaving.t);
                        Some((leaving, recording.at_keyframe(leaving.particle, at)?))
                    });
                    if let Some((Leaving { particle, t }, at)) = place {
                        let name = format!("particle {particle} leaves stability at t = {t:.3}");
                        let mark = Points::new(name, vec![at]).color(palette.alarm).radius(5.0);
                        plot.points(mark.shape(MarkerShape::Diamond));
                    }
                },
            );
        });
        let most = scale.high / scale.low;
        bar_ui(ui, bar, palette, scale);
        if most < 1.000_001 {
            let words = format!("Every step is {}.", number::three(scale.low));
            ui.painter().text(
                plane.center_top(),
                eframe::egui::Align2::CENTER_TOP,
                words,
                eframe::egui::FontId::proportional(crate::app::theme::TEXT),
                palette.quiet,
            );
        }
    }

    fn rest(&mut self) {}

    fn title(&self) -> &'static str {
        "Step size h"
    }

    fn numbers(&self, state: &State) -> Option<Table> {
        let dots = steps_under_way(state.recording()?, state.time()?);
        let mut table = Table::new(&["x", "y", "h"]);
        for ([x, y], h) in dots {
            table.push([x.into(), y.into(), h.into()]);
        }
        Some(table)
    }
}

/// The lengths of all kept steps that were logged.
fn every_size(recording: &Recording) -> Vec<f64> {
    let kept = |log: &[Attempt]| -> Vec<f64> {
        log.iter().filter(|attempt| attempt.accepted).map(|attempt| attempt.h).collect()
    };
    match &recording.shared_log {
        Some(log) => kept(log),
        None => recording.logs().flat_map(|(_, log)| kept(log)).collect(),
    }
}

/// Where logged particles are at t, and the step each is making.
fn steps_under_way(recording: &Recording, t: f64) -> Vec<([f64; 2], f64)> {
    let own_time = recording.scene.direction.own_time(t);
    let under_way = |log: &[Attempt]| {
        let kept = log.iter().filter(|attempt| attempt.accepted);
        kept.take_while(|attempt| attempt.t <= own_time).last().map(|attempt| attempt.h)
    };
    let frame = recording.keyframe_of_time(t);
    let place = |i: usize| {
        let frames = recording.keyframes(i)?;
        let (below, share) = (frame as usize, frame.fract() as f32);
        let above = (below + 1).min(frames.len() - 1);
        let [a, b] = [frames[below.min(frames.len() - 1)], frames[above]];
        let at = [0, 1].map(|d| f64::from(a[d] + (b[d] - a[d]) * share));
        at.iter().all(|x| x.is_finite()).then_some(at)
    };
    match &recording.shared_log {
        Some(log) => {
            let Some(h) = under_way(log) else { return Vec::new() };
            (0..recording.count().min(512)).filter_map(|i| Some((place(i)?, h))).collect()
        }
        None => {
            recording.logs().filter_map(|(i, log)| Some((place(i)?, under_way(log)?))).collect()
        }
    }
}
