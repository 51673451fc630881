//! What is learned and guided, against closed forms: predictions and their weights, guidance, posteriors,
//! fields with a source of their own, flow maps.
//!
//! `reference/learning.json` was made in f64 with closed forms and quadrature, nearly all of it twice.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::field::{Field, Reversed, Times};
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::data::{Component, Covariance, Level, Mixture, PointSet};
use driftscope_flow::field::{ExactField, GuidanceScale, Guided, SourcedField};
use driftscope_flow::prediction::Prediction;
use driftscope_solve::{MethodRef, OdeSettings, Tolerances, per_particle};
use serde_json::Value;

const LINEAR: Interpolant = Interpolant::Linear;

fn reference() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/learning.json");
    let text = std::fs::read_to_string(path).expect("reference values");
    serde_json::from_str(&text).expect("JSON")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is a number"))
}

fn point(value: &Value) -> [f64; 2] {
    [number(&value[0]), number(&value[1])]
}

fn rows<'a>(all: &'a Value, entry: &str) -> &'a [Value] {
    all[entry]["rows"].as_array().expect("rows")
}

fn path(row: &Value) -> Interpolant {
    Interpolant::named(row["interpolant"].as_str().expect("a name")).expect("a path")
}

fn covariance(value: &Value) -> Covariance {
    let ([xx, xy], [_, yy]) = (point(&value[0]), point(&value[1]));
    Covariance { xx, xy, yy }
}

/// A mixture as the file has it, with `wider` added to every variance.
fn mixture(components: &Value, wider: f64) -> Mixture {
    let components = components.as_array().expect("components");
    let component = |one: &Value| {
        let Covariance { xx, xy, yy } = covariance(&one["cov"]);
        let own = Covariance { xx: xx + wider, xy, yy: yy + wider };
        Component { weight: number(&one["w"]), ..Component::gaussian(point(&one["mean"]), own) }
    };
    let labels: Vec<Option<u32>> =
        components.iter().map(|one| one["label"].as_u64().map(|label| label as u32)).collect();
    let parts: Vec<Component> = components.iter().map(component).collect();
    Mixture::new(parts).expect("a mixture").with_labels(labels)
}

fn data(all: &Value) -> Mixture {
    mixture(&all["mixture"]["components"], 0.0)
}

fn level(path: Interpolant, t: f64) -> Level {
    let at = path.coefficients(t);
    Level { alpha: at.alpha, sigma: at.sigma }
}

/// Equal to 1e-9, relative to what is larger than 1.
#[track_caller]
fn close(found: f64, wanted: f64, what: &str) {
    let apart = (found - wanted).abs();
    assert!(apart <= 1e-9 * wanted.abs().max(1.0), "{what}: {found} is not {wanted}, by {apart:e}");
}

#[track_caller]
fn near(found: [f64; 2], wanted: &Value, what: &str) {
    for (found, wanted) in found.into_iter().zip(point(wanted)) {
        close(found, wanted, what);
    }
}

#[test]
fn predictions_say_each_other_and_have_their_weights() {
    let all = reference();
    let mixture = Arc::new(data(&all));
    for row in rows(&all, "predictions") {
        let (path, t, x) = (path(row), number(&row["t"]), point(&row["x"]));
        close(path.wronskian(t), number(&row["wronskian"]), "W");
        let here = ExactField::new(Arc::clone(&mixture), path).at(t, x);
        near(here.velocity, &row["velocity"], "v");
        near(here.data, &row["x1"], "E[x1|x]");
        near(here.noise, &row["x0"], "E[x0|x]");
        near(here.score, &row["score"], "score");
        close(here.log_density, number(&row["log_density"]), "log density");
        let keys = ["velocity", "x1", "x0", "score"];
        for (from, source) in Prediction::ALL.into_iter().zip(keys) {
            for (to, target) in Prediction::ALL.into_iter().zip(keys) {
                let value = point(&row[source]);
                let found = [0, 1].map(|d| from.converted(to, path, t, x[d], value[d]));
                near(found, &row[target], &format!("{source} to {target} on {path:?} at {t}"));
            }
        }
        for (prediction, key) in [
            (Prediction::Data, "weight_x1"),
            (Prediction::Noise, "weight_x0"),
            (Prediction::Score, "weight_score"),
        ] {
            close(prediction.loss_weight(path, t), number(&row[key]), key);
        }
        close(Prediction::Velocity.loss_weight(path, t), 1.0, "of the velocity");
    }
}

#[test]
fn conditional_paths_have_their_velocity_and_score() {
    let all = reference();
    for row in rows(&all, "conditional_velocity") {
        let (path, t) = (path(row), number(&row["t"]));
        let (x, x1) = (point(&row["x"]), point(&row["x1"]));
        for (to, key) in [
            (Prediction::Velocity, "conditional_velocity"),
            (Prediction::Score, "conditional_score"),
        ] {
            let found = [0, 1].map(|d| Prediction::Data.converted(to, path, t, x[d], x1[d]));
            near(found, &row[key], key);
        }
        // The same from the pair itself.
        let at = path.coefficients(t);
        let x0 = [0, 1].map(|d| (x[d] - at.alpha * x1[d]) / at.sigma);
        let found = [0, 1].map(|d| Prediction::Velocity.target(&at, x0[d], x1[d]));
        near(found, &row["conditional_velocity"], "the target");
    }
}

#[test]
fn guided_fields_and_the_classes_of_a_point() {
    let all = reference();
    let mixture = Arc::new(data(&all));
    let all_classes = ExactField::new(Arc::clone(&mixture), LINEAR);
    assert_eq!(mixture.labels(), [0, 1, 2]);
    for row in rows(&all, "cfg") {
        let (x, t) = (point(&row["x"]), number(&row["t"]));
        let label = row["label"].as_u64().expect("a label") as u32;
        let own = Arc::new(mixture.given(label).expect("a class"));
        let own = ExactField::new(own, LINEAR);
        near(all_classes.at(t, x).velocity, &row["v_unconditional"], "of all");
        near(own.at(t, x).velocity, &row["v_conditional"], "of the class");
        let shares = mixture.label_posterior(level(LINEAR, t), x);
        for (place, (of, share)) in shares.iter().enumerate() {
            assert_eq!(*of, place as u32);
            close(*share, number(&row["label_posterior"][place]), "p(c|x)");
        }
        for (scale, wanted) in row["guided"].as_object().expect("scales") {
            let guidance = GuidanceScale::everywhere(scale.parse().expect("a scale"));
            let field = Guided::new(all_classes.clone(), own.clone(), guidance);
            near(field.at(t, x).velocity, wanted, "guided");
            let mut velocity = [0.0; 2];
            field.velocity(Times::Shared(t), &x, &mut velocity);
            near(velocity, wanted, "guided, of a batch");
            // The means and the score follow the same rule, so that they still say each other.
            let here = field.at(t, x);
            for d in 0..2 {
                let says = |to| Prediction::Velocity.converted(to, LINEAR, t, x[d], velocity[d]);
                close(says(Prediction::Data), here.data[d], "guided E[x1|x]");
                close(says(Prediction::Noise), here.noise[d], "guided E[x0|x]");
                close(says(Prediction::Score), here.score[d], "guided score");
            }
        }
        // v_w = v_∅ + w b ∇log p(c|x_t), by differences of the classes' shares.
        let step = 1e-4;
        let log = |x| mixture.label_posterior(level(LINEAR, t), x)[label as usize].1.ln();
        for d in 0..2 {
            let moved = |by: f64| {
                let mut at = x;
                at[d] += by;
                log(at)
            };
            let slope = (8.0 * (moved(step) - moved(-step)) - moved(2.0 * step)
                + moved(-2.0 * step))
                / (12.0 * step);
            let wanted = own.at(t, x).velocity[d] - all_classes.at(t, x).velocity[d];
            let found = LINEAR.score_weight(t) * slope;
            assert!((found - wanted).abs() < 1e-6 * wanted.abs().max(1.0), "{found} {wanted}");
        }
    }
}

#[test]
fn autoguided_fields() {
    let all = reference();
    let components = &all["mixture"]["components"];
    let [good, bad] =
        [0.0, 0.3].map(|wider| ExactField::new(Arc::new(mixture(components, wider)), LINEAR));
    for row in rows(&all, "autoguidance") {
        let (x, t) = (point(&row["x"]), number(&row["t"]));
        near(good.at(t, x).velocity, &row["good"], "good");
        near(bad.at(t, x).velocity, &row["bad"], "bad");
        for (scale, wanted) in row["guided"].as_object().expect("scales") {
            let guidance = GuidanceScale::everywhere(scale.parse().expect("a scale"));
            let field = Guided::new(bad.clone(), good.clone(), guidance);
            near(field.at(t, x).velocity, wanted, "autoguided");
        }
    }
}

#[test]
fn data_once_a_noisy_point_has_been_seen() {
    let all = reference();
    let mixture = data(&all);
    for row in rows(&all, "posterior") {
        let (x, t) = (point(&row["x"]), number(&row["t"]));
        let posterior = mixture.data_posterior(level(LINEAR, t), x);
        for (k, part) in posterior.parts().iter().enumerate() {
            assert_eq!(part.component, k);
            close(part.weight, number(&row["weights"][k]), "a responsibility");
            near(part.mean(), &row["component_means"][k], "mean of a component");
            let (found, wanted) = (part.covariance(), covariance(&row["component_covariances"][k]));
            close(found.xx, wanted.xx, "xx of a component");
            close(found.xy, wanted.xy, "xy of a component");
            close(found.yy, wanted.yy, "yy of a component");
        }
        near(posterior.mean(), &row["mean"], "mean");
        let wanted = covariance(&row["covariance"]);
        for found in [posterior.covariance(), mixture.posterior_covariance(level(LINEAR, t), x)] {
            close(found.xx, wanted.xx, "xx");
            close(found.xy, wanted.xy, "xy");
            close(found.yy, wanted.yy, "yy");
        }
        let mean = posterior.mean();
        let velocity = [0, 1]
            .map(|d| Prediction::Data.converted(Prediction::Velocity, LINEAR, t, x[d], mean[d]));
        near(velocity, &row["velocity"], "the mean of the conditional velocities");
    }
}

#[test]
fn points_and_how_many_of_them_matter() {
    let all = reference();
    let points: Vec<[f64; 2]> =
        all["empirical"]["points"].as_array().expect("points").iter().map(point).collect();
    for row in rows(&all, "empirical") {
        let (x, t) = (point(&row["x"]), number(&row["t"]));
        let set = PointSet { points: points.clone(), labels: Vec::new() };
        let mixture = set.mixture(number(&row["kernel"])).expect("points");
        let here = ExactField::new(Arc::new(mixture.clone()), LINEAR).at(t, x);
        near(here.data, &row["x1"], "E[x1|x]");
        near(here.velocity, &row["velocity"], "v");
        let posterior = mixture.data_posterior(level(LINEAR, t), x);
        for (part, wanted) in posterior.parts().iter().zip(row["weights"].as_array().expect("12")) {
            close(part.weight, number(wanted), "a weight");
        }
        close(posterior.effective_parts(), number(&row["effective_points"]), "1/Σw²");
        near(posterior.mean(), &row["x1"], "the mean of what is left");
        // The two ways to the covariance.
        let (one, other) =
            (posterior.covariance(), mixture.posterior_covariance(level(LINEAR, t), x));
        close(one.xx, other.xx, "xx");
        close(one.xy, other.xy, "xy");
        close(one.yy, other.yy, "yy");
    }
}

#[test]
fn a_mixture_as_the_source() {
    let all = reference();
    let source = mixture(&all["mixture_source"]["source"], 0.0);
    let field = SourcedField::new(&source, &data(&all), LINEAR).expect("both are Gaussians");
    for row in rows(&all, "mixture_source") {
        let (x, t) = (point(&row["x"]), number(&row["t"]));
        let here = field.at(t, x);
        near(here.data, &row["x1"], "E[x1|x]");
        near(here.noise, &row["x0"], "E[x0|x]");
        near(here.velocity, &row["velocity"], "v");
        near(here.score, &row["score"], "score");
        let mut velocity = [0.0; 2];
        field.velocity(Times::Shared(t), &x, &mut velocity);
        near(velocity, &row["velocity"], "v of a batch");
        let sigma = LINEAR.coefficients(t).sigma;
        near(here.noise.map(|m0| -m0 / sigma), &row["minus_x0_over_sigma"], "−m0/σ");
        // Its p_t is a mixture again.
        let marginal = field.ends().marginal(level(LINEAR, t));
        close(marginal.log_density(x), here.log_density, "log density");
        // Velocity and means say each other whatever the source.
        for (d, &x) in x.iter().enumerate() {
            let says = |to| Prediction::Velocity.converted(to, LINEAR, t, x, here.velocity[d]);
            close(says(Prediction::Data), here.data[d], "E[x1|x] of v");
            close(says(Prediction::Noise), here.noise[d], "E[x0|x] of v");
        }
    }
}

/// `x1 = 0.3 x0`: velocity and means still say each other, −m0/σ is not the score.
#[test]
fn without_independence_the_noise_is_no_score() {
    let all = reference();
    for row in rows(&all, "gaussian_ot") {
        let t = number(&row["t"]);
        let at = LINEAR.coefficients(t);
        let k = 0.3 * t + 1.0 - t;
        let velocity = Prediction::Velocity.target(&at, 1.0 / k, 0.3 / k);
        close(velocity, number(&row["velocity_per_x"]), "v");
        let says = |to| Prediction::Velocity.converted(to, LINEAR, t, 1.0, velocity);
        close(says(Prediction::Data), 0.3 / k, "E[x1|x]");
        close(says(Prediction::Noise), 1.0 / k, "E[x0|x]");
        close(says(Prediction::Score), number(&row["minus_x0_over_sigma_per_x"]), "−m0/σ");
        let score = number(&row["score_per_x"]);
        close(score, -1.0 / (k * k), "the score");
        assert!((says(Prediction::Score) - score).abs() > 0.1, "they would be equal");
    }
}

/// `X_{s→t}(x)` by DOP853.
fn flow(field: &ExactField, x: [f64; 2], s: f64, t: f64) -> [f64; 2] {
    let backwards = Reversed::new(field, (t, s));
    let field: &dyn Field<f64> = if t < s { &backwards } else { field };
    let span = (s.min(t), s.max(t));
    let method = MethodRef::named("dop853").expect("in the table");
    let tolerances = Tolerances { atol: 1e-13, rtol: 1e-13 };
    let settings =
        OdeSettings { max_attempts: 100_000, ..OdeSettings::new(method, tolerances, span) };
    let track = per_particle::solve(field, &settings, &[span.1], &x, 0, &Cancel::default());
    track.expect("not cancelled").ends[0]
}

#[test]
fn flow_maps_and_average_velocities() {
    let all = reference();
    let mixture = Arc::new(data(&all));
    let mut backwards = 0;
    for row in rows(&all, "flow_map") {
        let (s, t, x) = (number(&row["s"]), number(&row["t"]), point(&row["x"]));
        let end = flow(&ExactField::new(Arc::clone(&mixture), path(row)), x, s, t);
        near(end, &row["map"], "X");
        let average = [0, 1].map(|d| (end[d] - x[d]) / (t - s));
        near(average, &row["average_velocity"], "u");
        backwards += usize::from(t < s);
    }
    assert!(backwards > 0, "one pair runs backwards");
}

#[test]
fn the_terms_of_meanflow() {
    let all = reference();
    let field = ExactField::new(Arc::new(data(&all)), LINEAR);
    for row in rows(&all, "meanflow_terms") {
        let (s, t, x) = (number(&row["s"]), number(&row["t"]), point(&row["x"]));
        let end = flow(&field, x, s, t);
        let velocity = field.at(s, x).velocity;
        near(velocity, &row["v"], "v");
        let average = [0, 1].map(|d| (end[d] - x[d]) / (t - s));
        near(average, &row["u"], "u");
        // u = v + (t − s) Du
        let slope = [0, 1].map(|d| (average[d] - velocity[d]) / (t - s));
        near(slope, &row["total_derivative"], "Du");
        // The same by differences along the path.
        let along = |by: f64| {
            let there = flow(&field, x, s, s + by);
            [0, 1].map(|d| (end[d] - there[d]) / (t - s - by))
        };
        let step = 5e-3;
        let moved = [1.0, 2.0, 3.0].map(|k| (along(k * step), along(-k * step)));
        for d in 0..2 {
            let [one, two, three] = moved.map(|(ahead, behind)| ahead[d] - behind[d]);
            let found = (45.0 * one - 9.0 * two + three) / (60.0 * step);
            let wanted = point(&row["total_derivative"])[d];
            assert!((found - wanted).abs() < 1e-6 * wanted.abs().max(1.0), "{found} {wanted}");
        }
    }
}

#[test]
fn the_flow_of_one_gaussian_and_how_straight_it_is() {
    let all = reference();
    let gaussian = Mixture::new([Component::isotropic([2.0, 0.0], 0.3)]).expect("a mixture");
    let field = ExactField::new(Arc::new(gaussian), LINEAR);
    for row in rows(&all, "single_gaussian") {
        let (s, t, x) = (number(&row["s"]), number(&row["t"]), point(&row["x"]));
        near(flow(&field, x, s, t), &row["map"], "X");
    }
    // Velocity and map are affine in x: the mean of a square over N(m, r²I) is that over m ± r e_k, two to
    // each axis, with the middle once less.
    let square = |[x, y]: [f64; 2]| x * x + y * y;
    let mean_square = |at: &dyn Fn([f64; 2]) -> [f64; 2], m: [f64; 2], r: f64| {
        let axes = [[r, 0.0], [-r, 0.0], [0.0, r], [0.0, -r]];
        let sum: f64 = axes.map(|[dx, dy]| square(at([m[0] + dx, m[1] + dy]))).iter().sum();
        0.5 * sum - square(at(m))
    };
    let cost = |x: [f64; 2]| {
        let end = flow(&field, x, 0.0, 1.0);
        [end[0] - x[0], end[1] - x[1]]
    };
    let cost = mean_square(&cost, [0.0; 2], 1.0);
    close(cost, number(&all["single_gaussian"]["cost"]), "E|X1 − X0|²");
    // Simpson's rule in t.
    let parts = 2_000;
    let speed: f64 = (0..=parts)
        .map(|k| {
            let t = f64::from(k) / f64::from(parts);
            let weight = if k == 0 || k == parts { 1.0 } else { f64::from(2 + 2 * (k % 2)) };
            let deviation = (1.0 - t).hypot(0.3 * t);
            let at = |x: [f64; 2]| field.at(t, x).velocity;
            weight * mean_square(&at, [2.0 * t, 0.0], deviation)
        })
        .sum::<f64>()
        / (3.0 * f64::from(parts));
    close(speed - cost, number(&all["single_gaussian"]["straightness"]), "S");
}
