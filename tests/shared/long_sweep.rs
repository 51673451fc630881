//! Work for the laboratory that does not end by itself, for what is measured beside it.

use driftscope_base::cancel::Cancel;
use driftscope_solve::MethodRef;
use driftscope_solve::measure::CloudDistance;
use driftscope_study::Networks;
use driftscope_study::lab::{LabError, Setting, sweep_ode, sweep_point, sweep_reference};
use driftscope_study::scene::Scene;

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
