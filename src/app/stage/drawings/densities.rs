//! The densities that are known exactly: of the data, of all particles at each t, and of one
//! direction over t.

use std::sync::Arc;

use driftscope_base::cancel::{Cancel, Cancelled};
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::{Level, Mixture, TiltedDensity};
use driftscope_flow::field::SourcedField;
use driftscope_study::scene::{Data, Direction, Scene, View};
use driftscope_study::work::Unfinished;
use driftscope_study::{Store, shared};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::drawing::Drawing;
use super::grid::Grid;

/// Points along each side of the target density.
const SIDE: usize = 224;
/// Points along each side of the densities on the way.
const SIDE_ON_THE_WAY: usize = 112;
/// Times at which the densities on the way are known; between them one fades into the next.
pub const TIMES: usize = 49;
/// Columns and rows of the density over time.
const OVER_TIME: [usize; 2] = [192, 224];
/// Points of the densities at both ends.
const EDGE: usize = 240;
/// Closer to t = 1 than this, what has sharp edges has no noise left to draw.
const LAST: f64 = 1.0 - 1e-4;

/// The level of the data themselves.
const DATA: Level = Level { alpha: 1.0, sigma: 0.0 };

/// What decides the pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Process {
    /// Which way it runs.
    pub direction: Direction,
    /// The data.
    pub data: Data,
    /// The label of the class that is sampled, if it is one alone.
    pub class: Option<u32>,
    /// Where particles come from; N(0, I) if none.
    pub source: Option<Data>,
    /// The path.
    pub path: Interpolant,
    /// Half the side of the square that is covered.
    pub extent: f64,
}

impl Process {
    /// What of a scene decides its pictures, over a square with half this side.
    pub fn of(scene: &Scene, extent: f64) -> Self {
        Self {
            direction: scene.direction,
            data: scene.data.clone(),
            class: scene.class(),
            source: scene.source.clone(),
            path: scene.path(),
            extent,
        }
    }

    /// Whether these are the ends of a scene.
    pub fn shows(&self, scene: &Scene) -> bool {
        (&self.data, self.class, &self.source) == (&scene.data, scene.class(), &scene.source)
    }

    /// A scene with these ends.
    fn scene(&self) -> Scene {
        let mut scene = Scene { data: self.data.clone(), ..Scene::default() };
        scene.guidance.label = self.class;
        scene.source.clone_from(&self.source);
        scene.interpolant.kind = self.path;
        scene
    }

    /// The data, of the class alone if one is sampled; none where a mixture of one's own is not one.
    fn mixture(&self) -> Option<Mixture> {
        self.scene().target().ok()
    }

    /// What particles end at: the data, or the source where t falls; N(0, I) if none.
    fn target(&self) -> Option<Mixture> {
        match self.direction {
            Direction::Generate => self.mixture(),
            Direction::Noise | Direction::Encode => self.scene().source_mixture().ok().flatten(),
        }
    }

    /// The distributions on the way; none where there is no exact one.
    fn marginals(&self) -> Option<Marginals> {
        let data = self.mixture()?;
        Some(match self.scene().sourced_field(&data).ok()? {
            Some(field) => Marginals::Sourced(field),
            None => Marginals::OfNoise(data, self.path),
        })
    }
}

/// `p_t` at every t.
enum Marginals {
    /// Of data and N(0, I).
    OfNoise(Mixture, Interpolant),
    /// Of data and a source of their own.
    Sourced(SourcedField),
}

impl Marginals {
    /// A mixture and the level at which it is `p_t`.
    fn at(&self, t: f64) -> (Mixture, Level) {
        match self {
            Self::OfNoise(data, path) => (data.clone(), level(*path, t)),
            Self::Sourced(field) => (field.marginal(t), DATA),
        }
    }
}

/// The density that the particles should arrive at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TargetWanted(pub Process);

impl Drawing for TargetWanted {
    type Made = Grid;

    fn make(&self, _store: &Store, cancel: &Cancel) -> Result<Grid, Unfinished> {
        Ok(target_grid(self.0.target().as_ref(), self.0.extent, cancel)?)
    }
}

/// The tilted density of the class that is sampled, with the scale of its guidance; nothing without a class.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TiltedWanted {
    /// What decides it beside the scale.
    pub process: Process,
    /// w.
    pub scale: f64,
}

impl Drawing for TiltedWanted {
    type Made = Option<Grid>;

    fn make(&self, _store: &Store, _cancel: &Cancel) -> Result<Option<Grid>, Unfinished> {
        let Process { class, extent, .. } = self.process;
        let all = self.process.scene().mixture().ok();
        let tilted = all
            .zip(class)
            .and_then(|(mixture, label)| TiltedDensity::new(&mixture, label, self.scale).ok());
        Ok(tilted.map(|tilted| {
            let across: Vec<f64> = (0..SIDE).map(|k| place(k, SIDE, extent)).collect();
            let up: Vec<f64> = across.iter().map(|x| -x).collect();
            let values = tilted.density_grid(&across, &up);
            Grid::new([SIDE; 2], [[-extent; 2], [extent; 2]], &values)
        }))
    }
}

/// The densities of all particles on the way, at [`TIMES`] times.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MarginalsWanted(pub Process);

impl Drawing for MarginalsWanted {
    type Made = Vec<Grid>;

    fn make(&self, _store: &Store, cancel: &Cancel) -> Result<Vec<Grid>, Unfinished> {
        let (marginals, reach) = (self.0.marginals(), self.0.extent);
        let Some(marginals) = marginals else { return Ok(Vec::new()) };
        let grid = |k| {
            cancel.check()?;
            Ok(marginal(&marginals, k, reach))
        };
        (0..TIMES).into_par_iter().map(grid).collect()
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

    fn make(&self, _store: &Store, cancel: &Cancel) -> Result<Option<OverTime>, Unfinished> {
        let extent = self.process.extent;
        let u = View { angle: self.angle, ..View::default() }.direction();
        let Some(marginals) = self.process.marginals() else { return Ok(None) };
        Ok(Some(over_time(&marginals, u, extent, cancel)?))
    }
}

/// The density of one direction over time, and at both ends.
#[derive(Serialize, Deserialize)]
pub struct OverTime {
    /// The density, over t and the direction.
    pub grid: Grid,
    /// Places along the direction, and the densities there at t = 0 and t = 1.
    #[serde(with = "shared")]
    pub edges: Arc<Vec<[f64; 3]>>,
}

/// The middle of the `k`-th of `count` parts of [−reach, reach].
fn place(k: usize, count: usize, reach: f64) -> f64 {
    ((k as f64 + 0.5) / count as f64 * 2.0 - 1.0) * reach
}

/// The density of the mixture, of N(0, I) if there is none.
fn target_grid(target: Option<&Mixture>, reach: f64, cancel: &Cancel) -> Result<Grid, Cancelled> {
    let density = |x: f64, y: f64| match target {
        Some(mixture) => mixture.density([x, y]),
        None => (-0.5 * (x * x + y * y)).exp(),
    };
    let at = |k| place(k, SIDE, reach);
    let corners = [[-reach; 2], [reach; 2]];
    if let Some(mixture) = target.filter(|mixture| mixture.is_cloud()) {
        // Single points have no density: nothing is drawn.
        if mixture.check(DATA).is_err() {
            return Ok(Grid::with_top([SIDE; 2], corners, &vec![0.0; SIDE * SIDE], 1.0));
        }
        let across: Vec<f64> = (0..SIDE).map(at).collect();
        let up: Vec<f64> = (0..SIDE).map(|k| -at(k)).collect();
        // Every band needs the factors of all columns: no more of them than can be made at a time.
        let bands = up.par_chunks(SIDE.div_ceil(rayon::current_num_threads().clamp(1, 8)));
        let values: Vec<f64> =
            bands.flat_map_iter(|up| mixture.density_grid(DATA, &across, up)).collect();
        return Ok(Grid::new([SIDE; 2], corners, &values));
    }
    let row = |j| {
        cancel.check()?;
        Ok((0..SIDE).map(|i| density(at(i), -at(j))).collect())
    };
    let rows: Vec<Vec<f64>> = (0..SIDE).into_par_iter().map(row).collect::<Result<_, _>>()?;
    Ok(Grid::new([SIDE; 2], corners, &rows.concat()))
}

/// The time of the `k`-th density on the way.
fn time(k: usize) -> f64 {
    (k as f64 / (TIMES - 1) as f64).min(LAST)
}

fn level(path: Interpolant, t: f64) -> Level {
    let coefficients = path.coefficients(t);
    Level { alpha: coefficients.alpha, sigma: coefficients.sigma }
}

fn marginal(marginals: &Marginals, k: usize, reach: f64) -> Grid {
    let across: Vec<f64> = (0..SIDE_ON_THE_WAY).map(|k| place(k, SIDE_ON_THE_WAY, reach)).collect();
    let up: Vec<f64> = across.iter().map(|x| -x).collect();
    let (mixture, level) = marginals.at(time(k));
    let values = mixture.density_grid(level, &across, &up);
    Grid::new([SIDE_ON_THE_WAY; 2], [[-reach; 2], [reach; 2]], &values)
}

fn over_time(
    marginals: &Marginals,
    u: [f64; 2],
    reach: f64,
    cancel: &Cancel,
) -> Result<OverTime, Cancelled> {
    let along = |t| {
        let (mixture, level) = marginals.at(t);
        mixture.project(level, u)
    };
    let [columns, rows] = OVER_TIME;
    let mut values = vec![0.0; columns * rows];
    let densities: Vec<Vec<f64>> = (0..columns)
        .into_par_iter()
        .map(|k| {
            cancel.check()?;
            let t = ((k as f64 + 0.5) / columns as f64).min(LAST);
            let density = along(t);
            let column: Vec<f64> = (0..rows).map(|i| density.at(-place(i, rows, reach))).collect();
            // Each t by its own largest value: the noise is as dense as the data are.
            let top = column.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
            Ok(column.into_iter().map(|value| value / top).collect())
        })
        .collect::<Result<_, _>>()?;
    for (k, column) in densities.iter().enumerate() {
        for (i, value) in column.iter().enumerate() {
            values[i * columns + k] = *value;
        }
    }
    let ends = [0.0, LAST].map(along);
    let edges = (0..EDGE)
        .map(|k| {
            let s = place(k, EDGE, reach);
            [s, ends[0].at(s), ends[1].at(s)]
        })
        .collect();
    let corners = [[0.0, -reach], [1.0, reach]];
    let grid = Grid::with_top(OVER_TIME, corners, &values, 1.0);
    Ok(OverTime { grid, edges: Arc::new(edges) })
}
