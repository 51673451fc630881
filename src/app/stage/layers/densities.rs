//! The densities that are known exactly: of the data, of all particles at each t, and of one
//! direction over t. The same for all panes, made away from the interface's thread.

use std::sync::Arc;

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::{Level, Mixture};
use driftscope_study::scene::{Data, Direction, Layer, Projection, Scene, View};
use driftscope_study::work::{Dispatcher, Unfinished, Wish};
use driftscope_study::{Store, shared};
use eframe::egui::Context;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::heat::{Grid, Picture, Shown};
use crate::app::palette::{Heat, Theme};
use crate::app::stage::work::{Drawing, ViewTask};

/// Points along each side of the target density.
const SIDE: usize = 224;
/// Points along each side of the densities on the way.
const SIDE_ON_THE_WAY: usize = 112;
/// Times at which the densities on the way are known; between them one fades into the next.
const TIMES: usize = 49;
/// Columns and rows of the density over time.
const OVER_TIME: [usize; 2] = [192, 224];
/// Points of the densities at both ends.
const EDGE: usize = 240;
/// Pictures reach this much beyond the view, for zooming out.
const REACH: f64 = 1.5;
/// Closer to t = 1 than this, what has sharp edges has no noise left to draw.
const LAST: f64 = 1.0 - 1e-4;

/// What decides the pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Which way it runs.
    pub direction: Direction,
    /// The data.
    pub data: Data,
    /// The path.
    pub path: Interpolant,
    /// Half the side of the square that is covered.
    pub extent: f64,
}

impl Process {
    /// The data; none where a mixture of one's own is not one.
    fn mixture(&self) -> Option<Mixture> {
        Scene { data: self.data.clone(), ..Scene::default() }.mixture().ok()
    }
}

/// The density that the particles should arrive at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetWanted(pub Process);

impl Drawing for TargetWanted {
    type Made = Grid;

    fn make(&self, _store: &Store) -> Result<Grid, Unfinished> {
        let generated = self.0.direction == Direction::Generate;
        let target = self.0.mixture().filter(|_| generated);
        Ok(target_grid(target.as_ref(), self.0.extent))
    }
}

/// The densities of all particles on the way, at [`TIMES`] times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarginalsWanted(pub Process);

impl Drawing for MarginalsWanted {
    type Made = Vec<Grid>;

    fn make(&self, _store: &Store) -> Result<Vec<Grid>, Unfinished> {
        let (mixture, path, reach) = (self.0.mixture(), self.0.path, self.0.extent);
        let grid = |k| mixture.as_ref().map(|mixture| marginal(mixture, path, k, reach));
        Ok((0..TIMES).into_par_iter().filter_map(grid).collect())
    }
}

/// The density of one direction over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OverTimeWanted {
    /// What decides it.
    pub process: Process,
    /// [`View::angle`] of the direction.
    pub angle: f64,
}

impl Drawing for OverTimeWanted {
    type Made = Option<OverTime>;

    fn make(&self, _store: &Store) -> Result<Option<OverTime>, Unfinished> {
        let Process { path, extent, .. } = self.process;
        let u = View { angle: self.angle, ..View::default() }.direction();
        Ok(self.process.mixture().map(|mixture| over_time(&mixture, path, u, extent)))
    }
}

/// The density of one direction over time, and at both ends.
#[derive(Serialize, Deserialize)]
pub struct OverTime {
    grid: Grid,
    /// Places along the direction, and the densities there at t = 0 and t = 1.
    #[serde(with = "shared")]
    pub edges: Arc<Vec<[f64; 3]>>,
}

/// All of them.
#[derive(Default)]
pub struct Densities {
    target: Wish<TargetWanted>,
    marginals: Wish<MarginalsWanted>,
    over_time: Wish<OverTimeWanted>,
    pictures: [Picture; 4],
    /// Counts what was made, so that pictures know what is new.
    numbers: [u64; 3],
}

impl Densities {
    /// Starts and collects what the layers of `scene` show; what is there stays until the next is
    /// ready.
    pub fn update(
        &mut self,
        work: &Dispatcher<ViewTask>,
        scene: &Scene,
        projection: Projection,
        extent: f64,
    ) {
        for (number, news) in self.numbers.iter_mut().zip([
            self.target.take_news(work),
            self.marginals.take_news(work),
            self.over_time.take_news(work),
        ]) {
            *number += u64::from(news);
        }
        if scene.classic().is_some() {
            return;
        }
        let process = Process {
            direction: scene.direction,
            data: scene.data.clone(),
            path: scene.path(),
            extent: extent * REACH,
        };
        let layers = scene.view.layers;
        let plane = projection == Projection::Plane;
        // A scene whose mixture is none has been refused; its old picture stays.
        if plane && layers.has(Layer::Target) {
            // The target of the forward direction does not depend on the path, nor that of the
            // other on anything but the data.
            let process = Process { path: Interpolant::Linear, ..process.clone() };
            self.target.ask_when_free(work, TargetWanted(process));
        }
        if plane && layers.has(Layer::Marginal) {
            self.marginals.ask_when_free(work, MarginalsWanted(process));
        } else if !plane {
            let angle = scene.view.angle;
            self.over_time.ask_when_free(work, OverTimeWanted { process, angle });
        }
    }

    /// Whether anything wished for is still being made.
    pub fn busy(&self) -> bool {
        self.target.is_busy() || self.marginals.is_busy() || self.over_time.is_busy()
    }

    /// The density that the particles should arrive at.
    pub fn target(&mut self, ctx: &Context, theme: Theme) -> Option<Shown> {
        let grid = self.target.latest()?;
        Some(self.pictures[0].show(ctx, (self.numbers[0], grid), Heat::Exact, theme))
    }

    /// The density of all particles at t: two of those that are known, one fading into the other.
    pub fn marginal(&mut self, ctx: &Context, theme: Theme, t: f64) -> Option<[Shown; 2]> {
        let grids = self.marginals.latest().filter(|grids| grids.len() == TIMES)?;
        let place = t.clamp(0.0, 1.0) * (TIMES - 1) as f64;
        let below = (place as usize).min(TIMES - 2);
        let fraction = (place - below as f64) as f32;
        let round = self.numbers[1] * TIMES as u64;
        let shown = [below, below + 1].map(|k| {
            // Even and odd times have a texture each, so that only one changes at a time.
            let picture = &mut self.pictures[1 + k % 2];
            picture.show(ctx, (round + k as u64, &grids[k]), Heat::Exact, theme)
        });
        let [mut lower, mut upper] = shown;
        // Together they cover about as much as either alone.
        lower.opacity = 1.0 - fraction * fraction;
        upper.opacity = 1.0 - (1.0 - fraction) * (1.0 - fraction);
        Some([lower, upper])
    }

    /// The density of one direction over time.
    pub fn over_time(
        &mut self,
        ctx: &Context,
        theme: Theme,
    ) -> Option<(Shown, Arc<Vec<[f64; 3]>>)> {
        let made = self.over_time.latest()?.as_ref().as_ref()?;
        let number = self.numbers[2];
        let shown = self.pictures[3].show(ctx, (number, &made.grid), Heat::Exact, theme);
        Some((shown, Arc::clone(&made.edges)))
    }
}

/// The middle of the `k`-th of `count` parts of [−reach, reach].
fn place(k: usize, count: usize, reach: f64) -> f64 {
    ((k as f64 + 0.5) / count as f64 * 2.0 - 1.0) * reach
}

/// The density of the mixture, of N(0, I) if there is none.
fn target_grid(target: Option<&Mixture>, reach: f64) -> Grid {
    let density = |x: f64, y: f64| match target {
        Some(mixture) => mixture.density([x, y]),
        None => (-0.5 * (x * x + y * y)).exp(),
    };
    let at = |k| place(k, SIDE, reach);
    let values: Vec<f64> =
        (0..SIDE * SIDE).into_par_iter().map(|i| density(at(i % SIDE), -at(i / SIDE))).collect();
    Grid::new([SIDE; 2], [[-reach; 2], [reach; 2]], &values)
}

/// The time of the `k`-th density on the way.
fn time(k: usize) -> f64 {
    (k as f64 / (TIMES - 1) as f64).min(LAST)
}

fn level(path: Interpolant, t: f64) -> Level {
    let coefficients = path.coefficients(t);
    Level { alpha: coefficients.alpha, sigma: coefficients.sigma }
}

fn marginal(mixture: &Mixture, path: Interpolant, k: usize, reach: f64) -> Grid {
    let prepared = mixture.prepare(level(path, time(k)));
    let at = |k| place(k, SIDE_ON_THE_WAY, reach);
    let values: Vec<f64> = (0..SIDE_ON_THE_WAY * SIDE_ON_THE_WAY)
        .map(|i| {
            let point = [at(i % SIDE_ON_THE_WAY), -at(i / SIDE_ON_THE_WAY)];
            prepared.posterior(point).log_density.exp()
        })
        .collect();
    Grid::new([SIDE_ON_THE_WAY; 2], [[-reach; 2], [reach; 2]], &values)
}

fn over_time(mixture: &Mixture, path: Interpolant, u: [f64; 2], reach: f64) -> OverTime {
    let [columns, rows] = OVER_TIME;
    let mut values = vec![0.0; columns * rows];
    let densities: Vec<Vec<f64>> = (0..columns)
        .into_par_iter()
        .map(|k| {
            let t = ((k as f64 + 0.5) / columns as f64).min(LAST);
            let density = mixture.project(level(path, t), u);
            let column: Vec<f64> = (0..rows).map(|i| density.at(-place(i, rows, reach))).collect();
            // Each t by its own largest value: the noise is as dense as the data are.
            let top = column.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
            column.into_iter().map(|value| value / top).collect()
        })
        .collect();
    for (k, column) in densities.iter().enumerate() {
        for (i, value) in column.iter().enumerate() {
            values[i * columns + k] = *value;
        }
    }
    let ends = [0.0, LAST].map(|t| mixture.project(level(path, t), u));
    let edges = (0..EDGE)
        .map(|k| {
            let s = place(k, EDGE, reach);
            [s, ends[0].at(s), ends[1].at(s)]
        })
        .collect();
    let corners = [[0.0, -reach], [1.0, reach]];
    let grid = Grid::with_top(OVER_TIME, corners, &values, 1.0);
    OverTime { grid, edges: Arc::new(edges) }
}
