//! Strong orders of the SDE schemes, measured along one Brownian path per particle.

use std::sync::Arc;

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::toy;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::sde::Scheme;
use driftscope_study::measure::{StrongSetting, Walker, strong_order};

/// Measures every scheme's order and holds it against `wanted`.
fn check(name: &str, setting: &StrongSetting, wanted: impl Fn(Scheme) -> f64) {
    assert!(setting.steps.len() >= 5);
    let mut wrong = 0;
    for measured in strong_order(setting) {
        let Walker::Scheme(scheme) = measured.walker else { panic!("schemes alone") };
        let (found, wanted) = (measured.order, wanted(scheme));
        let errors: Vec<_> = measured.errors.iter().map(|error| format!("{error:.1e}")).collect();
        println!("{name}: {} {found:.3} of {wanted}: {errors:?}", scheme.title());
        wrong += u32::from((found - wanted).abs() >= 0.15);
    }
    assert_eq!(wrong, 0, "{name}");
}

/// The field of one Gaussian is linear in x. What is left of SRA1's error at order 1.5 carries the
/// second derivative of the drift, so that here it is of order 2.
#[test]
fn orders_on_one_gaussian() {
    let wanted = |scheme| if scheme == Scheme::Sra1 { 2.0 } else { 1.0 };
    check("constant", &StrongSetting::default(), wanted);
    // With D changing in time the terms in g(t) − g(t + h) matter too.
    for form in [DiffusionForm::Sigma, DiffusionForm::IncreasingDecreasing] {
        let setting = StrongSetting { diffusion: (form, 1.0), ..StrongSetting::default() };
        check(form.name(), &setting, wanted);
    }
}

#[test]
fn orders_where_the_drift_is_curved() {
    for (name, path, form) in [
        ("eight-gaussians", Interpolant::Linear, DiffusionForm::Constant),
        ("eight-gaussians", Interpolant::Gvp, DiffusionForm::Sigma),
        ("two-moons", Interpolant::Linear, DiffusionForm::Sigma),
    ] {
        let setting = StrongSetting {
            mixture: Arc::new(toy(name).expect("a toy").mixture()),
            interpolant: path,
            diffusion: (form, 1.0),
            interval: (0.1, 0.6),
            steps: vec![16, 32, 64, 128, 256, 512],
            refinement: 8,
            particles: 500,
            ..StrongSetting::default()
        };
        check(&format!("{name} {} {}", path.name(), form.name()), &setting, Scheme::order);
    }
}
