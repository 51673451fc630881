//! Work for the laboratory that does not end by itself, for what is measured beside it.

use driftscope_base::cancel::Cancel;
use driftscope_solve::MethodRef;
use driftscope_solve::measure::CloudDistance;
use driftscope_study::lab::{LabError, Setting, sweep_ode, sweep_point, sweep_reference};
use driftscope_study::scene::Scene;
use driftscope_study::work::{Course, Lane, News, Signal, Tell, Turn, Unfinished, Work};
use driftscope_study::{Networks, Store};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What is measured in one turn.
pub trait Measures: Clone + Send + Serialize + DeserializeOwned + 'static {
    /// Measures; `progress` gets the share that is done.
    fn measure(&self, cancel: &Cancel, progress: &mut dyn FnMut(f64)) -> Result<(), LabError>;
}

/// The same as work for a crew, in the laboratory's lane.
#[derive(Clone, Serialize, Deserialize)]
pub struct InLab<M>(pub M);

impl<M: Measures> Work for InLab<M> {
    type Product = ();
    type Course = Self;

    fn lane(&self) -> Lane {
        Lane::Lab
    }

    fn begin(self) -> Self {
        self
    }
}

impl<M: Measures> Course<()> for InLab<M> {
    fn go_on(
        &mut self,
        _store: &Store,
        signal: &Signal,
        tell: &mut Tell<'_, ()>,
    ) -> Result<Turn, Unfinished> {
        self.0.measure(signal.cancel(), &mut |share| tell(News::Progress(share)))?;
        Ok(Turn::Done)
    }
}

/// A sweep that would take minutes; `progress` gets the share that is done.
pub fn long_sweep(cancel: &Cancel, mut progress: impl FnMut(f64)) -> Result<(), LabError> {
    let experiment = sweep_ode(&Scene::default(), &Networks::default())?;
    let reference = sweep_reference(&experiment, 300, cancel)?;
    progress(0.01);
    let method = MethodRef::named("rk4").expect("in the table");
    for (done, steps) in (0..).zip([512; 100]) {
        let what = (method, Setting::Steps(steps));
        sweep_point(&experiment, what, &reference, &CloudDistance::ALL, cancel)?;
        progress(0.01 + f64::from(done) / 101.0);
    }
    Ok(())
}
