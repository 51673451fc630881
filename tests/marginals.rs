//! Every diffusion form keeps the marginals `p_t`: clouds of an SDE run at several times against
//! exact draws of `p_t`, by a permutation test of the energy distance.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::field::{Field, Real, ScoredField, Times};
use driftscope_base::interpolant::Interpolant;
use driftscope_base::random::{Purpose, normal_start, stream};
use driftscope_flow::data::{Mixture, toy};
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::field::ExactField;
use driftscope_solve::brownian::Noise;
use driftscope_solve::grid;
use driftscope_solve::measure::permutation_test;
use driftscope_solve::sde::{LastStep, Scheme, SdeProblem};
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks, RunOptions, run};
use rand_distr::{Distribution, StandardNormal};

const PARTICLES: usize = 5_000;
const STEPS: usize = 500;
/// Steps after which clouds are compared; the last is the end of the noisy steps.
const AFTER: [usize; 5] = [100, 200, 300, 400, 500];
/// p can get down to 5e-4.
const PERMUTATIONS: usize = 1_999;
const SIGNIFICANT: f64 = 1e-3;
const DATA: &str = "eight-gaussians";

/// Exact draws of `p_t`, other ones at every time.
fn exact(mixture: &Mixture, path: Interpolant, t: f64, number: u64) -> Vec<[f64; 2]> {
    let mut rng = stream(20, Purpose::Draw, number);
    let level = path.coefficients(t);
    (0..PARTICLES)
        .map(|_| {
            mixture.draw(&mut rng).map(|x1| {
                let x0: f64 = StandardNormal.sample(&mut rng);
                level.alpha * x1 + level.sigma * x0
            })
        })
        .collect()
}

fn variance(cloud: &[[f64; 2]]) -> f64 {
    let mean = [0, 1].map(|d| cloud.iter().map(|p| p[d]).sum::<f64>() / cloud.len() as f64);
    let squares = cloud.iter().map(|p| (p[0] - mean[0]).powi(2) + (p[1] - mean[1]).powi(2));
    squares.sum::<f64>() / (2.0 * cloud.len() as f64)
}

/// The least p over the times of a run.
fn least_p(
    name: &str,
    path: Interpolant,
    clouds: impl Iterator<Item = (f64, Vec<[f64; 2]>)>,
) -> f64 {
    let mixture = toy(DATA).expect("a toy").mixture();
    let mut least = 1.0_f64;
    for (number, (t, cloud)) in clouds.enumerate() {
        let wanted = exact(&mixture, path, t, number as u64);
        let p = permutation_test(&cloud, &wanted, PERMUTATIONS, 0);
        println!(
            "{name}, t = {t:.3}: p = {p:.4}, variance {:.4} of {:.4}",
            variance(&cloud),
            variance(&wanted)
        );
        least = least.min(p);
    }
    least
}

/// A scene's clouds, as the window and the command line would make them.
fn clouds_of_scene(
    path: Interpolant,
    form: DiffusionForm,
    scheme: &str,
) -> Vec<(f64, Vec<[f64; 2]>)> {
    let mut settings = vec![
        format!("data.name={DATA}"),
        "field.kind=exact".to_owned(),
        format!("interpolant.kind={}", path.name()),
        format!("diffusion.form={}", form.name()),
        format!("diffusion.scheme={scheme}"),
        format!("sampler.steps={STEPS}"),
        format!("particles.count={PARTICLES}"),
        "seed=4".to_owned(),
    ];
    if form == DiffusionForm::None {
        settings.extend(["sampler.method=rk4".to_owned(), "time.end=0.96".to_owned()]);
    }
    let scene = Arc::new(Scene::with_settings(None, &settings).expect("a scene"));
    // All steps and the last step's end.
    clouds_of(&scene, STEPS + 2)
}

/// Clouds of a scene after some of its steps.
fn clouds_of(scene: &Arc<Scene>, keyframes: usize) -> Vec<(f64, Vec<[f64; 2]>)> {
    let options = RunOptions { keyframes, logged: 0, ..RunOptions::for_window(PARTICLES) };
    let experiment = Experiment::new(scene, &Networks::default()).expect("ready");
    let recording = run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
    assert!(recording.stopped().is_none());
    AFTER
        .map(|step| {
            let cloud = (0..PARTICLES).map(|particle| {
                let keyframes = recording.keyframes(particle).expect("complete");
                keyframes[step].map(f64::from)
            });
            (recording.times[step], cloud.collect())
        })
        .into()
}

fn passes(path: Interpolant, form: DiffusionForm, scheme: &str) {
    let name = format!("{} {} {scheme}", path.name(), form.name());
    let least = least_p(&name, path, clouds_of_scene(path, form, scheme).into_iter());
    assert!(least > SIGNIFICANT, "{name}: p = {least}");
}

#[test]
fn every_form_keeps_the_marginals_on_linear() {
    for form in DiffusionForm::ALL {
        passes(Interpolant::Linear, form, "euler-maruyama");
    }
}

#[test]
fn every_scheme_keeps_the_marginals() {
    for scheme in ["heun", "sra1"] {
        passes(Interpolant::Linear, DiffusionForm::Sigma, scheme);
    }
}

#[test]
fn sbdm_and_sigma_keep_the_marginals_on_gvp_and_vp() {
    for path in [Interpolant::Gvp, Interpolant::Vp] {
        for form in [DiffusionForm::Sbdm, DiffusionForm::Sigma] {
            passes(path, form, "euler-maruyama");
        }
    }
}

/// An exact field whose score, or not, has the wrong sign.
struct Signed(ExactField, f64);

impl<S: Real> Field<S> for Signed {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        self.0.velocity(times, points, velocities);
    }
}

impl<S: Real> ScoredField<S> for Signed {
    fn velocity_and_score(
        &self,
        times: Times<'_>,
        x: &[S],
        velocities: &mut [S],
        scores: &mut [S],
    ) {
        self.0.velocity_and_score(times, x, velocities, scores);
        for score in scores {
            *score = S::from_f64(self.1) * *score;
        }
    }
}

/// The least p of a run of the solver itself with the score times `sign`.
fn least_p_with_sign(form: DiffusionForm, sign: f64) -> f64 {
    let path = Interpolant::Linear;
    let mixture = Arc::new(toy(DATA).expect("a toy").mixture());
    let start = if form.diverges_at_start(path) { Scene::SBDM_START } else { 0.0 };
    let times = grid::uniform(start, 0.96, STEPS);
    let points: Vec<[f64; 2]> = (0..PARTICLES as u64).map(|i| normal_start(5, i)).collect();
    let mut streams: Vec<_> = (0..PARTICLES as u64).map(|i| stream(5, Purpose::Path, i)).collect();
    let noise = Noise::of_paths(&times, &mut streams, false);
    let starts: Vec<f64> = [0, 1].iter().flat_map(|&d| points.iter().map(move |p| p[d])).collect();
    let track = SdeProblem {
        field: &Signed(ExactField::new(mixture, path), sign),
        diffusion: &|t| form.coefficient(path, 1.0, t),
        level_at_end: (0.96, 0.04),
        scheme: Scheme::EulerMaruyama,
        last_step: (LastStep::None, 0.0),
        grid: &times,
        keyframes: &times,
    }
    .solve(&starts, &noise, 0, &Cancel::default())
    .expect("not cancelled");
    let cloud = |step: usize| {
        (0..PARTICLES).map(|i| track.positions[i * times.len() + step].map(f64::from)).collect()
    };
    let name = format!("{} with score times {sign}", form.name());
    least_p(&name, path, AFTER.into_iter().map(|step| (times[step], cloud(step))))
}

#[test]
fn a_score_of_the_wrong_sign_is_found_out() {
    for form in [DiffusionForm::Constant, DiffusionForm::Sigma] {
        assert!(least_p_with_sign(form, 1.0) > SIGNIFICANT);
        assert!(least_p_with_sign(form, -1.0) <= SIGNIFICANT);
    }
}

/// A factor of two, such as lies between D and g² = 2D, is found out as well.
#[test]
fn half_the_score_is_found_out() {
    assert!(least_p_with_sign(DiffusionForm::Sigma, 0.5) <= SIGNIFICANT);
}

/// Samplers that draw noise of their own, with the setting that makes them.
#[test]
fn every_noisy_sampler_keeps_the_marginals() {
    for (method, noisy) in [
        ("ddim", "sampler.eta=0.7"),
        ("dpm-solver-2", "sampler.eta=0.7"),
        ("dpmpp-2s", "sampler.eta=0.7"),
        ("dpmpp-sde", "sampler.eta=0.7"),
        ("euler-a-flow", "sampler.eta=0.7"),
        ("dpmpp-2m", "sampler.eta_sde=0.7"),
        ("dpmpp-3m", "sampler.eta_sde=0.7"),
        ("sa-solver", "sampler.tau=0.8"),
        ("er-sde", "sampler.integral_points=0"),
    ] {
        let settings = [
            format!("data.name={DATA}"),
            "field.kind=exact".to_owned(),
            format!("sampler.method={method}"),
            noisy.to_owned(),
            "time.start=0.02".to_owned(),
            "time.end=0.96".to_owned(),
            format!("sampler.steps={STEPS}"),
            format!("particles.count={PARTICLES}"),
            "seed=4".to_owned(),
        ];
        let scene = Arc::new(Scene::with_settings(None, &settings).expect("a scene"));
        let clouds = clouds_of(&scene, STEPS + 1);
        let least = least_p(method, Interpolant::Linear, clouds.into_iter());
        assert!(least > SIGNIFICANT, "{method}: p = {least}");
    }
}
