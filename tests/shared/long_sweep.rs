//! Work for the laboratory that does not end by itself, for what is measured beside it.

use driftscope_solve::MethodRef;
use driftscope_solve::measure::CloudDistance;
use driftscope_study::engine::lab::{
    LabError, Report, Setting, sweep_point, sweep_reference, sweep_subject,
};
use driftscope_study::scene::Scene;

/// A sweep that would take minutes.
pub fn long_sweep(report: &Report<()>) -> Result<(), LabError> {
    let subject = sweep_subject(&Scene::default(), None)?;
    let reference = sweep_reference(&subject, 300, &report.cancel)?;
    report.progress(0.01);
    let method = MethodRef::named("rk4").expect("in the table");
    for (done, steps) in (0..).zip([512; 100]) {
        let what = (method, Setting::Steps(steps));
        sweep_point(&subject, what, &reference, &CloudDistance::ALL, &report.cancel)?;
        report.progress(0.01 + f64::from(done) / 101.0);
    }
    Ok(())
}
