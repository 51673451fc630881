use driftscope_base::field::ScoredField;

use super::*;
use crate::data::{Component, Mixture};
use crate::field::ExactField;
use crate::network::Word;
use crate::network::foreign::TimeInput;

/// A network that predicts exactly what it should.
#[derive(Debug)]
struct Exactly {
    /// The network's own data.
    data: Arc<Mixture>,
    convention: Convention,
}

/// `ln(σ/α)` of DDPM's levels, by the product of 1 − β.
fn ddpm() -> Vec<f64> {
    let mut product = 1.0;
    (0..1000)
        .map(|i| {
            product *= 1.0 - (1e-4 + 0.0199 * f64::from(i) / 999.0);
            0.5 * (1.0 / product - 1.0_f64).ln()
        })
        .collect()
}

impl Exactly {
    /// α and σ at what the network is given as its time.
    fn level(&self, time: f64) -> (f64, f64, Option<(Interpolant, f64)>) {
        let time = time / self.convention.time_scale;
        let ratio = match self.convention.time {
            TimeInput::Sigma => time,
            TimeInput::LogSnr => (-0.5 * time).exp(),
            TimeInput::QuarterLogSigma => (4.0 * time).exp(),
            _ => f64::NAN,
        };
        let Noising::Path(path) = self.convention.noising else { return (1.0, ratio, None) };
        let t = match self.convention.time {
            TimeInput::T => time,
            TimeInput::Reversed => 1.0 - time,
            TimeInput::Index if path == Interpolant::Vp => {
                let table = ddpm();
                let low = (time.floor() as usize).min(998);
                let ratio = table[low] + (time - low as f64) * (table[low + 1] - table[low]);
                path.time_of_level(1.0, ratio.exp())
            }
            TimeInput::Index => 1.0 - time / 1000.0,
            _ => path.time_of_level(1.0, ratio),
        };
        let level = path.coefficients(t);
        (level.alpha, level.sigma, Some((path, t)))
    }
}

impl ForeignNetwork for Exactly {
    fn evaluate(&self, times: &[f32], points: &[f32], outputs: &mut [f32]) {
        let double = |values: &[f32]| values.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
        let mut out = vec![0.0; outputs.len()];
        self.evaluate_f64(&double(times), &double(points), &mut out);
        outputs.iter_mut().zip(out).for_each(|(output, value)| *output = value as f32);
    }

    fn evaluate_f64(&self, times: &[f64], points: &[f64], outputs: &mut [f64]) {
        let count = times.len();
        for i in 0..count {
            let (alpha, sigma, at) = self.level(times[i]);
            let mut point = [points[i], points[count + i]];
            if let ForeignOutput::Edm { sigma_data } = self.convention.prediction {
                point = point.map(|x| x * sigma.hypot(sigma_data));
            }
            // The same level on the Linear path.
            let t = alpha / (alpha + sigma);
            let linear = point.map(|x| x / (alpha + sigma));
            let values = ExactField::new(Arc::clone(&self.data), Interpolant::Linear).at(t, linear);
            for d in 0..2 {
                let noise = linear[d] - t * values.velocity[d];
                let data = linear[d] + (1.0 - t) * values.velocity[d];
                outputs[d * count + i] = match self.convention.prediction {
                    ForeignOutput::Data => data,
                    ForeignOutput::Noise => noise,
                    // No score is infinite, whatever a Gaussian's is without noise.
                    ForeignOutput::Score => -noise / sigma.max(1e-9),
                    ForeignOutput::Velocity(towards) => {
                        let (path, t) = at.expect("velocities have a path");
                        let level = path.coefficients(t);
                        // No velocity of a network is infinite.
                        let d_sigma = level.sigma_d_sigma / level.sigma.max(1e-9);
                        let d_sigma =
                            if level.sigma > 0.0 { d_sigma } else { level.d_sigma.max(-1.0) };
                        let v = level.d_alpha * data + d_sigma * noise;
                        if towards == Towards::Data { v } else { -v }
                    }
                    ForeignOutput::Edm { sigma_data } => {
                        let total = sigma.hypot(sigma_data);
                        let skip = (sigma_data / total).powi(2);
                        (data - skip * point[d]) / (sigma * sigma_data / total)
                    }
                };
            }
        }
    }

    fn about(&self) -> String {
        "exact".to_owned()
    }
}

fn mixture(spread: f64, shift: [f64; 2]) -> Arc<Mixture> {
    let gaussian = |x: f64, y: f64, std: f64| {
        let mean = [(x - shift[0]) / spread, (y - shift[1]) / spread];
        Component::isotropic(mean, std / spread)
    };
    Arc::new(Mixture::new(vec![gaussian(1.0, 0.5, 0.4), gaussian(-1.2, 0.1, 0.3)]).expect("fine"))
}

/// Every convention that goes together, with data as they are and scaled.
fn conventions() -> Vec<Convention> {
    let mut all = Vec::new();
    let exploding = [Noising::exploding()];
    for noising in Interpolant::ALL.map(Noising::Path).into_iter().chain(exploding) {
        for prediction in [
            ForeignOutput::Velocity(Towards::Data),
            ForeignOutput::Velocity(Towards::Noise),
            ForeignOutput::Data,
            ForeignOutput::Noise,
            ForeignOutput::Score,
            ForeignOutput::Edm { sigma_data: 0.5 },
        ] {
            for Word { value: time, .. } in TimeInput::ALL {
                for (time_scale, scale, shift) in [(1.0, 1.0, [0.0; 2]), (2.5, 1.7, [0.3, -0.2])] {
                    let one = Convention { prediction, noising, time, time_scale, scale, shift };
                    if one.check().is_ok() {
                        all.push(one);
                    }
                }
            }
        }
    }
    all
}

fn field(convention: Convention, to: Interpolant) -> ForeignField {
    let data = mixture(convention.scale, convention.shift);
    ForeignField::new(Arc::new(Exactly { data, convention }), convention, to)
}

#[test]
fn exact_networks_of_every_convention_give_the_exact_field() {
    let all = conventions();
    assert!(all.len() > 150, "{}", all.len());
    let points = [0.3, 1.4, -0.9, 0.0, -0.7, 0.2, 1.1, 0.05];
    for convention in all {
        for to in Interpolant::ALL {
            let (field, exact) =
                (field(convention, to), ExactField::new(mixture(1.0, [0.0; 2]), to));
            for t in [0.03, 0.1, 0.35, 0.6, 0.9, 0.97] {
                let level = to.coefficients(t);
                // Beyond these levels some networks are held.
                if !(0.02..50.0).contains(&(level.sigma / level.alpha)) {
                    continue;
                }
                let (mut v, mut s) = ([0.0_f64; 8], [0.0_f64; 8]);
                field.velocity_and_score(Times::Shared(t), &points, &mut v, &mut s);
                for i in 0..4 {
                    let here = exact.at(t, [points[i], points[4 + i]]);
                    for d in 0..2 {
                        let tell = format!("{convention:?} to {to:?} at {t}");
                        let (v, s) = (v[4 * d + i], s[4 * d + i]);
                        let size = 1.0 + here.velocity[d].abs();
                        assert!((v - here.velocity[d]).abs() < 1e-6 * size, "{tell}: {v}");
                        let size = 1.0 + here.score[d].abs();
                        assert!((s - here.score[d]).abs() < 1e-5 * size, "{tell}: {s}");
                    }
                }
            }
        }
    }
}

#[test]
fn the_ends_are_finite_and_held() {
    for convention in conventions() {
        for to in Interpolant::ALL {
            let field = field(convention, to);
            let last = Field::<f64>::last_time(&field).min(1.0);
            for t in [0.0, 1e-6, 0.005, last - 1e-4, last] {
                let points = [0.6_f64, -1.3];
                let (mut v, mut s) = ([0.0; 2], [0.0; 2]);
                field.velocity_and_score(Times::Each(&[t]), &points, &mut v, &mut s);
                let finite = v.iter().chain(&s).all(|value: &f64| value.is_finite());
                assert!(finite, "{convention:?} to {to:?} at {t}: {v:?} {s:?}");
            }
        }
    }
    // From where a network that predicts data is held, the straight way ends on what it predicts.
    let all = conventions();
    let data = all.iter().find(|one| one.prediction == ForeignOutput::Data).expect("there is one");
    let field = field(*data, Interpolant::Linear);
    let (mut x, mut v) = ([0.9_f64, 0.4], [0.0; 2]);
    let at = |x: [f64; 2]| {
        let values = ExactField::new(mixture(1.0, [0.0; 2]), Interpolant::Linear).at(0.99, x);
        [0, 1].map(|d| x[d] + 0.01 * values.velocity[d])
    };
    let goal = at(x);
    field.velocity(Times::Shared(0.99), &x, &mut v);
    x = [0, 1].map(|d| x[d] + 0.01 * v[d]);
    assert!((0..2).all(|d| (x[d] - goal[d]).abs() < 1e-9), "{x:?} {goal:?}");
}

#[test]
fn derivatives_are_those_of_the_exact_field() {
    let all = conventions();
    let times = [0.4, 0.7];
    let points = [0.3, 0.9, -0.5, 0.2];
    let exact = ExactField::new(mixture(1.0, [0.0; 2]), Interpolant::Gvp);
    let h = 1e-5;
    for convention in all.iter().step_by(7) {
        let field = field(*convention, Interpolant::Gvp);
        let (mut v, mut by_x, mut by_y) = ([0.0_f64; 4], [0.0_f64; 4], [0.0_f64; 4]);
        let by = [&mut by_x[..], &mut by_y[..]];
        assert!(field.jacobian(Times::Each(&times), &points, &mut v, by));
        for i in 0..2 {
            let at =
                |x: f64, y: f64| exact.at(times[i], [points[i] + x, points[2 + i] + y]).velocity;
            for (by, [ahead, behind]) in
                [(by_x, [at(h, 0.0), at(-h, 0.0)]), (by_y, [at(0.0, h), at(0.0, -h)])]
            {
                for row in 0..2 {
                    let slope = (ahead[row] - behind[row]) / (2.0 * h);
                    // The default step of 5e-3 of a network in f32.
                    let found = by[2 * row + i];
                    assert!((found - slope).abs() < 5e-3 * (1.0 + slope.abs()), "{found} {slope}");
                }
            }
        }
    }
}
