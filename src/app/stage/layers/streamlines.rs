//! The velocity field at the current t as streamlines, along which marks run as playback goes on.

use std::f32::consts::TAU;
use std::sync::Arc;

use driftscope_study::work::{Dispatcher, Wish};
use eframe::egui::{Color32, Context, Mesh, Painter, Pos2, Rect, Shape, Ui, vec2};

use crate::app::palette::Palette;
use crate::app::stage::canvas::Canvas;
use crate::app::stage::context::LayerContext;
use crate::app::stage::drawings::extract::{self, Extract};
use crate::app::stage::drawings::streamlines::{FoundLines, Line, LinesWanted};
use crate::app::stage::viewport::Window;
use crate::app::stage::work::ViewTask;

/// Lines side by side along the shorter side of the view, about.
const ALONG: f64 = 26.0;
/// Lines stay where they were begun while the moment shown moves on by no more than this, in the
/// time steps of [`Extract`]; beyond that the fields have little in common.
const AKIN: i64 = 5;
/// How long lines take to come and to go, in seconds.
const FADE: f64 = 0.26;
/// Where on its way from one to the next a mark is brightest: behind it the tail.
const HEAD: f32 = 0.86;
/// Opacity between the marks, and on them.
const OPACITY: [f32; 2] = [0.13, 0.95];
/// Half of the width between the marks, and on them, in points.
const HALF_WIDTH: [f32; 2] = [0.55, 1.35];
/// Points of a line over which it fades in and out at its ends.
const TAPER: f32 = 5.0;

/// The streamlines of one pane.
#[derive(Default)]
pub struct Streamlines {
    wish: Wish<LinesWanted>,
    /// The window's time at the last frame, in seconds.
    now: f64,
    /// Which answer of the wish the lines are.
    edition: u64,
    flow: Option<(Extract, Arc<Flow>)>,
}

/// A line of a picture.
struct Shown {
    line: Arc<Line>,
    /// Since when it is there, if it was not from the start, in seconds of the window's time; since when
    /// it is gone.
    since: Option<f64>,
    gone: Option<f64>,
}

/// The streamlines at one moment.
pub struct Flow {
    lines: Vec<Shown>,
    /// Time from one mark to the next, the same throughout a run.
    period: f64,
}

impl Streamlines {
    /// Starts and collects the lines.
    pub fn update(
        &mut self,
        ctx: &Context,
        work: &Dispatcher<ViewTask>,
        context: &LayerContext<'_>,
        seen: Window,
    ) {
        self.now = ctx.input(|input| input.time);
        self.wish.take_news(work);
        if self.edition != self.wish.edition()
            && let Some((wanted, found)) = self.wish.answered()
        {
            self.edition = self.wish.edition();
            let extract = &wanted.extract;
            let before = self.before(extract);
            let flow = found.as_ref().as_ref().map(|found| Flow::after(before, found, self.now));
            self.flow = flow.map(|flow| (extract.clone(), Arc::new(flow)));
        }
        let extract = Extract::of(context, seen, (ALONG, extract::FINE));
        let seeds = self.before(&extract).map_or_else(Vec::new, Flow::seeds);
        self.wish.ask_when_free(work, LinesWanted { extract, seeds });
        if self.flow().is_some_and(|flow| flow.is_changing(self.now)) {
            ctx.request_repaint();
        }
    }

    /// What is there, if its lines go over into those of `extract`.
    fn before(&self, extract: &Extract) -> Option<&Flow> {
        let (made, flow) = self.flow.as_ref()?;
        made.is_akin(extract, AKIN).then_some(&**flow)
    }

    /// Whether anything wished for is still being made, or on its way in or out.
    pub fn busy(&self) -> bool {
        self.wish.is_busy() || self.flow().is_some_and(|flow| flow.is_changing(self.now))
    }

    /// What was made last.
    pub fn flow(&self) -> Option<&Arc<Flow>> {
        self.flow.as_ref().map(|(_, flow)| flow)
    }
}

impl Flow {
    /// Where the lines that are there were begun.
    fn seeds(&self) -> Vec<[f64; 2]> {
        let there = self.lines.iter().filter(|shown| shown.gone.is_none());
        there.map(|shown| shown.line.seed).collect()
    }

    /// What was found, coming in where `before` was, whose lines go.
    fn after(before: Option<&Self>, found: &FoundLines, now: f64) -> Self {
        let shown = || before.iter().flat_map(|flow| &flow.lines);
        let mut lines: Vec<Shown> = found
            .lines
            .iter()
            .map(|line| {
                let same = shown().find(|shown| shown.gone.is_none() && shown.line.is_same(line));
                let since = match (before, same) {
                    (None, _) => None,
                    (Some(_), Some(same)) => same.since,
                    (Some(_), None) => Some(now),
                };
                Shown { line: Arc::new(line.clone()), since, gone: None }
            })
            .collect();
        let stays = |line: &Line| lines.iter().any(|shown| shown.line.is_same(line));
        let leaving: Vec<Shown> = shown()
            .filter(|shown| shown.gone.is_none_or(|gone| now - gone < FADE))
            .filter(|shown| shown.gone.is_some() || !stays(&shown.line))
            .map(|shown| Shown {
                line: Arc::clone(&shown.line),
                since: shown.since,
                gone: shown.gone.or(Some(now)),
            })
            .collect();
        lines.extend(leaving);
        Self { lines, period: found.period }
    }
}

impl Shown {
    /// How much of it is there, 0 to 1.
    fn presence(&self, now: f64) -> f32 {
        let share = |since: f64| ((now - since) / FADE).clamp(0.0, 1.0) as f32;
        self.since.map_or(1.0, share) * (1.0 - self.gone.map_or(0.0, share))
    }
}

impl Flow {
    /// Whether lines are coming or going.
    fn is_changing(&self, now: f64) -> bool {
        let recent = |moment: Option<f64>| moment.is_some_and(|then| now - then < FADE);
        self.lines.iter().any(|shown| recent(shown.since) || recent(shown.gone))
    }

    /// Draws the lines and their marks where they are `elapsed` after the run began.
    pub fn draw(
        &self,
        elapsed: f64,
        palette: &Palette,
        width: f32,
        ui: &Ui,
        canvas: &Canvas<'_>,
        shapes: &mut Vec<Shape>,
    ) {
        let seen = ui.clip_rect().expand(8.0);
        let pixel = 1.0 / ui.ctx().pixels_per_point();
        let now = ui.input(|input| input.time);
        let mut mesh = Mesh::default();
        for shown in &self.lines {
            let presence = shown.presence(now);
            let line = &shown.line;
            let path: Vec<Pos2> = line.places.iter().map(|place| canvas.at(place.at)).collect();
            if presence <= 0.0 || !Rect::from_points(&path).intersects(seen) {
                continue;
            }
            // Marks of neighbouring lines should not march in step.
            let offset = f64::from(scatter(line.seed));
            let last = path.len() as f32 - 1.0;
            let strokes = path.iter().zip(&line.places).enumerate().map(|(i, (at, place))| {
                let turns = (elapsed - place.time) / self.period + offset;
                let mark = mark_at(1.0 - turns.rem_euclid(1.0) as f32);
                let ends = ((i as f32).min(last - i as f32) / TAPER).min(1.0);
                Stroked { at: *at, mark, strength: presence * ends }
            });
            let strokes: Vec<Stroked> = strokes.collect();
            ribbon(&mut mesh, &strokes, palette.text, width, pixel);
        }
        shapes.push(Shape::mesh(mesh));
    }
}

/// A piece of streamline with one mark, for a legend.
pub fn mark([from, to]: [Pos2; 2], palette: &Palette, painter: &Painter) {
    let count = 12;
    let strokes: Vec<Stroked> = (0..=count)
        .map(|i| {
            let share = i as f32 / count as f32;
            Stroked { at: from + share * (to - from), mark: mark_at(share), strength: 1.0 }
        })
        .collect();
    let mut mesh = Mesh::default();
    ribbon(&mut mesh, &strokes, palette.text, 1.0, 1.0 / painter.ctx().pixels_per_point());
    painter.add(Shape::mesh(mesh));
}

/// A point of a line as it is drawn.
struct Stroked {
    at: Pos2,
    /// How much of a mark is here, 0 to 1.
    mark: f32,
    /// Opacity of all, 0 to 1.
    strength: f32,
}

/// How much of a mark is at a share of the way from where the one before has passed to where this
/// one's front is: a rising tail, a head, a steep front.
fn mark_at(share: f32) -> f32 {
    if share < HEAD {
        (share / HEAD).powi(2)
    } else {
        0.5 + 0.5 * (TAU / 2.0 * (share - HEAD) / (1.0 - HEAD)).cos()
    }
}

/// A number from 0 to 1 that belongs to a place and looks like chance.
fn scatter([x, y]: [f64; 2]) -> f32 {
    ((x * 12.9898 + y * 78.233).sin() * 43758.5453).rem_euclid(1.0) as f32
}

/// Adds a line whose edges fade over a pixel.
fn ribbon(mesh: &mut Mesh, strokes: &[Stroked], colour: Color32, width: f32, pixel: f32) {
    let first = mesh.vertices.len() as u32;
    for (i, stroke) in strokes.iter().enumerate() {
        let [before, after] = [i.saturating_sub(1), (i + 1).min(strokes.len() - 1)];
        let way = (strokes[after].at - strokes[before].at).normalized();
        let across = vec2(-way.y, way.x);
        let mix = |[between, on]: [f32; 2]| between + (on - between) * stroke.mark;
        let half = width * mix(HALF_WIDTH);
        let ink = colour.gamma_multiply(stroke.strength * mix(OPACITY));
        // Thinner than a pixel it pales instead.
        let core = (half - 0.5 * pixel).max(0.0);
        let ink = ink.gamma_multiply((2.0 * half / pixel).min(1.0));
        let offsets: [(f32, Color32); 4] = [
            (-core - pixel, Color32::TRANSPARENT),
            (-core, ink),
            (core, ink),
            (core + pixel, Color32::TRANSPARENT),
        ];
        for (offset, ink) in offsets {
            mesh.colored_vertex(stroke.at + offset * across, ink);
        }
    }
    for i in 0..strokes.len() as u32 - 1 {
        let [a, b] = [first + 4 * i, first + 4 * (i + 1)];
        for k in 0..3 {
            mesh.add_triangle(a + k, a + k + 1, b + k);
            mesh.add_triangle(a + k + 1, b + k, b + k + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_has_a_steep_front_and_a_long_tail() {
        let shares: Vec<f32> = (0..=100).map(|i| mark_at(i as f32 / 100.0)).collect();
        let top = shares.iter().copied().fold(0.0, f32::max);
        let head = shares.iter().position(|&mark| mark >= top).expect("there is a largest");
        assert!(head > 75 && top > 0.98, "head at {head}, {top}");
        assert!(shares[0] < 1e-6 && shares[100] < 1e-6);
    }
}
