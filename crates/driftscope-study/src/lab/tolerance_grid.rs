//! What the two tolerances buy: evaluations and global error over atol × rtol.

use driftscope_base::cancel::Cancel;
use driftscope_solve::measure::Band;
use serde::{Deserialize, Serialize};

use super::error::LabError;
use super::measurement::{Measurement, Report};
use super::reference::Reference;
use super::subject::Subject;
use super::sweep::{Setting, sweep_ode, sweep_point, sweep_reference};
use super::trace::traces;
use crate::experiment::Experiment;
use crate::scene::Scene;
use crate::store::Store;

/// Particles whose steps tell which tolerance is in force.
const TRACED: usize = 8;

/// One pair of tolerances.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Evaluations per particle, on average.
    pub nfe: f64,
    /// Root mean square global error at the end; NaN if a particle did not arrive.
    pub global_error: f64,
    /// The share of the relative tolerance in what was allowed: the median over steps of
    /// `rtol·|y|/(atol + rtol·|y|)`. Above ½ rtol is in force, below atol.
    pub relative: f64,
}

/// Cells over both tolerances; those not measured yet are absent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToleranceGrid {
    /// Absolute tolerances, falling.
    pub atols: Vec<f64>,
    /// Relative tolerances, falling.
    pub rtols: Vec<f64>,
    /// `cells[i][j]` belongs to the i-th atol and the j-th rtol.
    pub cells: Vec<Vec<Option<Cell>>>,
}

/// Measures a grid, showing it after every cell; the tightest cells, which cost most, last.
///
/// # Errors
/// [`LabError::Refused`] if the scene's method does not adapt, [`LabError::Cancelled`] if `cancel`
/// was raised.
pub fn tolerance_grid(
    experiment: &Experiment,
    reference: &Reference,
    (atols, rtols): (&[f64], &[f64]),
    cancel: &Cancel,
    show: impl Fn(&ToleranceGrid, f64),
) -> Result<ToleranceGrid, LabError> {
    if !experiment.scene.is_adaptive() {
        return Err(LabError::refused(
            "Fixed steps ask no tolerance. Choose a method with step-size control, such as DOPRI5.",
        ));
    }
    let mut grid = ToleranceGrid {
        atols: atols.to_vec(),
        rtols: rtols.to_vec(),
        cells: vec![vec![None; rtols.len()]; atols.len()],
    };
    let mut places: Vec<(usize, usize)> =
        (0..atols.len()).flat_map(|i| (0..rtols.len()).map(move |j| (i, j))).collect();
    places.sort_by_key(|&(i, j)| i + j);
    let all = places.len() as f64;
    for (done, (i, j)) in places.into_iter().enumerate() {
        let setting = Setting::Tolerance { rtol: rtols[j], atol: atols[i] };
        let method = experiment.scene.sampler.method();
        let point = sweep_point(experiment, (method, setting), reference, &[], cancel)?;
        let mut traced = experiment.clone();
        traced.scene = std::sync::Arc::new(setting.of(&experiment.scene, method));
        let steps = traces(&traced, TRACED, cancel)?;
        let shares = steps
            .iter()
            .flatten()
            .flat_map(|step| step.tolerance.map(|tolerance| 1.0 - (atols[i] / tolerance).min(1.0)));
        let relative = Band::of(shares).map_or(f64::NAN, |band| band.median);
        let Cell { .. } = *grid.cells[i][j].insert(Cell {
            nfe: point.nfe,
            global_error: point.global_error,
            relative,
        });
        show(&grid, (done + 1) as f64 / all);
    }
    Ok(grid)
}

/// Particles of [`TolerancesQuestion`].
const SAMPLE: usize = 64;
/// Its tolerances run from 1e-1 to ten to the minus this, along both sides.
const DECADES: i32 = 8;

/// Work and error of a scene's method over atol and rtol from 1e-1 to 1e-8, of 64 particles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TolerancesQuestion {
    /// Its scene.
    pub of: Subject,
}

impl TolerancesQuestion {
    /// Of a scene, whose own tolerances make no difference.
    #[must_use]
    pub fn new(scene: &Scene) -> Self {
        let mut scene = scene.clone();
        (scene.sampler.rtol, scene.sampler.atol) = (1e-3, 1e-6);
        scene.particles.count = SAMPLE;
        Self { of: scene.into() }
    }
}

impl Measurement for TolerancesQuestion {
    type Answer = ToleranceGrid;

    const PATIENT: bool = true;

    fn measure(
        &self,
        store: &Store,
        report: &Report<'_, ToleranceGrid>,
    ) -> Result<ToleranceGrid, LabError> {
        let experiment = sweep_ode(&self.of.0, &store.networks)?;
        let reference = sweep_reference(&experiment, SAMPLE, report.cancel)?;
        let values: Vec<f64> =
            (1..=DECADES).map(|k| format!("1e-{k}").parse().unwrap_or(1.0)).collect();
        let show = |grid: &ToleranceGrid, share| report.show(grid.clone(), share);
        tolerance_grid(&experiment, &reference, (&values, &values), report.cancel, show)
    }
}
