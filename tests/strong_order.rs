//! Strong orders of the SDE schemes, measured along one Brownian path per particle.

use std::sync::Arc;

use driftscope::data::{Component, Mixture};
use driftscope::diffusion::DiffusionForm;
use driftscope::interpolant::Interpolant;
use driftscope::measure::{StrongSetting, strong_order};

fn check(name: &str, setting: &StrongSetting) {
    assert!(setting.steps.len() >= 5);
    for measured in strong_order(setting) {
        let (found, wanted) = (measured.order, measured.scheme.order());
        println!("{name}: {} {found:.3} {:.2?}", measured.scheme.title(), measured.errors);
        assert!((found - wanted).abs() < 0.15, "{name}: {:?} {found}", measured.scheme);
    }
}

#[test]
fn schemes_have_their_strong_order_on_a_gaussian() {
    check("D = 1", &StrongSetting::default());
}

/// With D changing in time the terms in g(t) − g(t + h) matter too.
#[test]
fn orders_hold_where_the_noise_changes_in_time() {
    for form in [DiffusionForm::Sigma, DiffusionForm::Sbdm, DiffusionForm::IncreasingDecreasing] {
        let setting = StrongSetting { diffusion: (form, 1.0), ..StrongSetting::default() };
        check(form.name(), &setting);
    }
}

/// On a mixture the drift is no longer linear in x.
#[test]
fn orders_hold_where_the_drift_is_curved() {
    let blobs = [[1.0, 0.0], [-1.0, 0.5]].map(|mean| Component::isotropic(mean, 0.6));
    let setting = StrongSetting {
        mixture: Arc::new(Mixture::new(blobs).expect("a mixture")),
        interpolant: Interpolant::Gvp,
        diffusion: (DiffusionForm::Sigma, 1.0),
        ..StrongSetting::default()
    };
    check("two blobs on GVP", &setting);
}
