//! Adaptive steps of every method that can judge them, beside explicit Runge–Kutta methods.

use std::sync::atomic::{AtomicU32, Ordering};

use driftscope_base::cancel::Cancel;
use driftscope_base::field::{Field, Real, Times};
use driftscope_base::interpolant::Interpolant;
use driftscope_solve::{
    Adapting, Attempt, End, Keep, METHODS, MethodRef, NoiseSetting, NotAdaptive, OdeSettings,
    SamplerKnobs, Stop, Tolerances, Track, per_particle, whole_batch,
};

/// A field by formula, which counts the points at which it is evaluated.
struct Formula<F> {
    velocity: F,
    evaluated: AtomicU32,
}

impl<F: Fn(f64, [f64; 2]) -> [f64; 2]> Formula<F> {
    fn new(velocity: F) -> Self {
        Self { velocity, evaluated: AtomicU32::new(0) }
    }
}

impl<S: Real, F: Fn(f64, [f64; 2]) -> [f64; 2] + Send + Sync> Field<S> for Formula<F> {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        let count = points.len() / 2;
        for i in 0..count {
            let point = [points[i].to_f64(), points[count + i].to_f64()];
            let [x, y] = (self.velocity)(times.at(i), point);
            velocities[i] = S::from_f64(x);
            velocities[count + i] = S::from_f64(y);
        }
        self.evaluated.fetch_add(count as u32, Ordering::Relaxed);
    }
}

/// x'' = −x: back after 2π.
fn oscillator() -> impl Field<f64> {
    Formula::new(|_, [x, y]| [y, -x])
}

/// Stiff from the start: x' = −1000(x − cos t), y' = −y.
fn stiff_cosine(t: f64, [x, y]: [f64; 2]) -> [f64; 2] {
    [-1000.0 * (x - t.cos()), -y]
}

fn van_der_pol(_: f64, [x, y]: [f64; 2]) -> [f64; 2] {
    [y, 100.0 * (1.0 - x * x) * y - x]
}

/// Where the noise of the linear path flows to N(m, s²), off its axes: exactly x₀ ↦ m + s·x₀ at 1.
fn to_gaussian(t: f64, point: [f64; 2]) -> [f64; 2] {
    let spread = 0.5;
    let variance = (1.0 - t).powi(2) + (spread * t).powi(2);
    let growth = (spread * spread * t - (1.0 - t)) / variance;
    [0, 1].map(|d| {
        let mean = [1.0, -0.5][d];
        mean + growth * (point[d] - t * mean)
    })
}

fn both(rtol: f64) -> Tolerances {
    Tolerances { atol: rtol, rtol }
}

fn named(name: &str) -> MethodRef {
    MethodRef::named(name).expect("in the table")
}

/// Methods that adapt, but not as explicit ones with an embedded pair do.
fn newly_adaptive() -> impl Iterator<Item = MethodRef> {
    MethodRef::of_any_field()
        .filter(|method| method.can_adapt() && method.embedded_tableau().is_none())
}

fn solve(field: &dyn Field<f64>, settings: &OdeSettings, start: [f64; 2]) -> (Track, Vec<Attempt>) {
    let keyframes = [settings.start_time, settings.end_time];
    let mut track = per_particle::solve(field, settings, &keyframes, &start, 1, &Cancel::default())
        .expect("not cancelled");
    let log = track.logs.remove(0);
    (track, log)
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[test]
fn all_methods_adapt_but_samplers_that_look_back_and_those_say_why_not() {
    for method in METHODS {
        let without = method.rule.adapting();
        if method.needs_noising_process() && method.rule.looks_back() {
            assert_eq!(without, Err(NotAdaptive::NothingToCompare));
        } else {
            assert!(without.is_ok(), "{}", method.name);
        }
    }
    let count = newly_adaptive().count();
    assert_eq!(count, 4 + 2 + 3 + 6, "explicit, Adams, implicit, diffusion");
    let noisy = SamplerKnobs { eta: 0.5, s_churn: 1.0, ..SamplerKnobs::default() };
    let of = |name: &str| named(name).adapting(&noisy);
    assert_eq!(of("ddim"), Err(NotAdaptive::DrawsNoise(NoiseSetting::Eta)));
    assert_eq!(of("edm-heun"), Err(NotAdaptive::DrawsNoise(NoiseSetting::Churn)));
    assert_eq!(of("dpm-solver-2"), Err(NotAdaptive::DrawsNoise(NoiseSetting::Eta)));
    assert_eq!(of("er-sde"), Err(NotAdaptive::DrawsNoise(NoiseSetting::Always)));
    assert_eq!(of("rk4"), Ok(Adapting::StepDoubling));
    assert_eq!(of("ab4"), Ok(Adapting::OwnEstimate { order: 4 }));
}

/// The error follows the tolerance, in steps that grow in number as the order says.
#[test]
fn errors_fall_with_the_tolerance() {
    for method in newly_adaptive() {
        let diffusion = method.needs_noising_process();
        let (field, span, start): (Box<dyn Field<f64>>, _, _) = if diffusion {
            (Box::new(Formula::new(to_gaussian)), (0.0, 1.0), [0.8, -1.2])
        } else {
            (Box::new(oscillator()), (0.0, std::f64::consts::TAU), [1.0, 0.0])
        };
        let truth = if diffusion { [1.4, -1.1] } else { start };
        let tolerances = if method.order == 1 { [1e-3, 1e-4, 1e-5] } else { [1e-4, 1e-6, 1e-8] };
        let mut found = Vec::new();
        for rtol in tolerances {
            let settings = OdeSettings {
                max_attempts: 1_000_000,
                ..OdeSettings::new(method, both(rtol), span)
            };
            let (track, log) = solve(&*field, &settings, start);
            assert!(track.stops.is_empty(), "{method:?}: {:?}", track.stops);
            found.push((distance(track.ends[0], truth), log.len()));
        }
        println!("{:>18}: {found:?}", method.name);
        let total = tolerances[0] / tolerances[2];
        for pair in found.windows(2) {
            assert!(pair[1].0 < 0.6 * pair[0].0, "{method:?}: {found:?}");
        }
        // An error of order p + 1 a step, held at the tolerance, leaves p/(p + 1) of it over an interval.
        let order = f64::from(method.order);
        let wanted = total.powf(order / (order + 1.0));
        let fell = found[0].0 / found[2].0;
        assert!(fell > 0.2 * wanted, "{method:?}: {fell} of {wanted}, {found:?}");
        assert!(found[2].0 < 300.0 * tolerances[2].powf(order / (order + 1.0)), "{found:?}");
    }
}

#[test]
fn implicit_methods_cross_stiff_fields_in_far_fewer_steps() {
    let tight = OdeSettings {
        max_attempts: 1_000_000,
        ..OdeSettings::new(named("dopri5"), both(1e-9), (0.0, 100.0))
    };
    let (reference, _) = solve(&Formula::new(van_der_pol), &tight, [2.0, 0.0]);
    for (name, most) in [("implicit-euler", 1e-1), ("implicit-midpoint", 3e-2), ("trapezoid", 3e-2)]
    {
        let of = |name: &str, rtol: f64| {
            let method = named(name);
            let settings = OdeSettings { method, tolerances: both(rtol), ..tight };
            let cosine = solve(&Formula::new(stiff_cosine), &settings, [1.0, 1.0]);
            let pol = solve(&Formula::new(van_der_pol), &settings, [2.0, 0.0]);
            for (track, _) in [&cosine, &pol] {
                assert!(track.stops.is_empty(), "{name}: {:?}", track.stops);
            }
            let pol_error = distance(pol.0.ends[0], reference.ends[0]);
            let cosine_error = (cosine.0.ends[0][0] - 100_f64.cos()).abs();
            ([cosine.1.len(), pol.1.len()], [cosine_error, pol_error])
        };
        let (steps, errors) = of(name, 1e-3);
        let (explicit, _) = of("dopri5", 1e-3);
        println!("{name}: {steps:?} against {explicit:?}, {errors:?}");
        assert!(
            10 * steps[0] < explicit[0] && 10 * steps[1] < explicit[1],
            "{steps:?} {explicit:?}"
        );
        assert!(errors.iter().all(|error| *error < most), "{name}: {errors:?}");
        let (_, tighter) = of(name, 1e-6);
        println!("{name} at 1e-6: {tighter:?}");
        // With few steps the cosine may be met by chance at one time.
        assert!(
            tighter[0] < 1e-3 && tighter[1] < 0.3 * errors[1],
            "{name}: {errors:?} {tighter:?}"
        );
    }
}

/// What is billed is what was evaluated, half steps and rejected attempts included.
#[test]
fn every_evaluation_is_billed() {
    for method in newly_adaptive() {
        for first_step in [None, Some(0.4)] {
            let diffusion = method.needs_noising_process();
            let velocity = if diffusion { to_gaussian } else { van_der_pol };
            let field = Formula::new(velocity);
            let settings = OdeSettings {
                first_step,
                max_attempts: 300,
                ..OdeSettings::new(method, both(1e-3), (0.0, 1.0))
            };
            let (track, log) = solve(&field, &settings, [1.0, 0.5]);
            let evaluated = field.evaluated.load(Ordering::Relaxed);
            let counts = track.counts[0];
            assert_eq!(counts.nfe, evaluated, "{method:?}");
            assert_eq!(log.last().expect("attempts").nfe, counts.nfe, "{method:?}");
            assert_eq!((counts.accepted + counts.rejected) as usize, log.len());
            assert!(first_step.is_none() || counts.rejected > 0, "{method:?}: none was rejected");
            // The log says which were kept: those within the tolerance, by the errors it shows.
            for pair in log.windows(2) {
                let arrived = if pair[0].accepted { pair[0].t + pair[0].h } else { pair[0].t };
                assert!((pair[1].t - arrived).abs() < 1e-15, "{method:?}");
                assert_eq!(
                    pair[0].accepted,
                    pair[0].error_ratio <= 1.0,
                    "{method:?} {:?}",
                    pair[0]
                );
            }
        }
    }
}

#[test]
fn explicit_doubling_costs_what_the_books_say() {
    let counted = |name: &str| {
        let settings = OdeSettings {
            first_step: Some(0.01),
            max_step: 0.01,
            ..OdeSettings::new(named(name), both(1.0), (0.0, 0.1))
        };
        let (track, log) = solve(&oscillator(), &settings, [1.0, 0.0]);
        (track.counts[0].nfe, log.len() as u32)
    };
    // The whole step and the first half share their first evaluation.
    for (name, stages) in [("euler", 1), ("heun3", 3), ("rk4", 4)] {
        let (nfe, steps) = counted(name);
        assert_eq!(nfe, (3 * stages - 1) * steps, "{name}");
    }
}

/// Newton's iteration does not converge for long steps; shorter ones arrive.
#[test]
fn where_newton_fails_the_step_shrinks() {
    let steep = |_: f64, [x, y]: [f64; 2]| [-(40.0 * x).sinh().clamp(-1e9, 1e9), -y];
    for name in ["implicit-euler", "implicit-midpoint", "trapezoid"] {
        let settings = OdeSettings {
            first_step: Some(1.0),
            ..OdeSettings::new(named(name), both(1e-3), (0.0, 1.0))
        };
        let (track, log) = solve(&Formula::new(steep), &settings, [0.9, 1.0]);
        assert!(track.stops.is_empty(), "{name}: {:?}", track.stops);
        let failed = log.iter().filter(|attempt| attempt.error_ratio.is_infinite());
        assert!(failed.clone().count() > 0, "{name}: {log:?}");
        assert!(failed.clone().all(|attempt| !attempt.accepted));
        assert!((track.ends[0][1] - (-1_f64).exp()).abs() < 1e-2, "{name}: {:?}", track.ends);
    }
}

/// Where no step however short can be solved, the solve says so and keeps where it was.
#[test]
fn what_newton_never_solves_stops_as_unsolved() {
    // From t = 0.5 on the field leaves no solution of the equation: it jumps over it.
    let jumps = |t: f64, [x, _]: [f64; 2]| {
        [
            if t < 0.5 {
                1.0
            } else if x < 0.5 {
                1e30
            } else {
                -1e30
            },
            0.0,
        ]
    };
    let settings = OdeSettings::new(named("implicit-euler"), both(1e-6), (0.0, 1.0));
    let (track, _) = solve(&Formula::new(jumps), &settings, [0.0, 0.0]);
    let (_, stop) = track.stops[0];
    assert!(matches!(stop, Stop::NotSolved { t } if t > 0.4 && t <= 0.5), "{stop:?}");
    assert!((track.ends[0][0] - 0.5).abs() < 0.1);
}

#[test]
fn one_particle_is_a_batch_and_a_batch_keeps_to_one_step() {
    for method in newly_adaptive() {
        let diffusion = method.needs_noising_process();
        let velocity = if diffusion { to_gaussian } else { |_: f64, [x, y]: [f64; 2]| [y, -x] };
        let field = Formula::new(velocity);
        let settings = OdeSettings::new(method, both(1e-3), (0.1, 0.9));
        let keyframes = [0.1, 0.2, 0.33, 0.7, 0.9];
        let cancel = Cancel::default();
        let whole = |tiles: &[Vec<f64>]| {
            whole_batch::solve(&field, &settings, &keyframes, tiles, 0, &cancel).expect("runs")
        };
        let each = |starts: &[f64]| {
            per_particle::solve(&field, &settings, &keyframes, starts, 9, &cancel).expect("runs")
        };
        let (alone, own) = (whole(&[vec![0.9, -0.4]]), each(&[0.9, -0.4]));
        assert_eq!(alone.tracks[0].positions, own.positions, "{method:?}");
        assert_eq!((alone.tracks[0].ends[0], &alone.log), (own.ends[0], &own.logs[0]));
        assert_eq!(alone.tracks[0].counts, own.counts, "{method:?}");
        // Three particles in two tiles, and the same ones each by itself.
        let (together, apart) = (
            whole(&[vec![0.9, -1.5, -0.4, 2.0], vec![0.1, 0.3]]),
            each(&[0.9, -1.5, 0.1, -0.4, 2.0, 0.3]),
        );
        assert_eq!(apart.positions[..5], own.positions[..], "{method:?}");
        let ends = together.tracks.iter().flat_map(|track| &track.ends);
        for (a, b) in ends.zip(&apart.ends) {
            assert!(distance(*a, *b) < 0.02, "{method:?}: {a:?} {b:?}");
        }
        let largest: Vec<f32> = together
            .tracks
            .iter()
            .flat_map(|track| track.counts.iter().map(|counts| counts.largest_error))
            .collect();
        assert!(largest.iter().all(|ratio| ratio.is_finite()), "{method:?}");
        // Each particle has its own.
        assert!((largest[0] - largest[1]).abs() > 1e-6, "{method:?}: {largest:?}");
    }
}

/// Positions within steps, which are made in halves, and beyond an end that is overshot.
#[test]
fn positions_within_steps_lie_on_the_curve() {
    for method in newly_adaptive() {
        if method.needs_noising_process() {
            continue;
        }
        let rtol = if method.order == 1 { 1e-5 } else { 1e-7 };
        let keyframes: Vec<f64> = (0..=200).map(|k| f64::from(k) * 0.02).collect();
        for end in [End::Clamp, End::Overshoot] {
            let settings = OdeSettings {
                end,
                max_attempts: 1_000_000,
                ..OdeSettings::new(method, both(rtol), (0.0, 4.0))
            };
            let track = per_particle::solve(
                &oscillator(),
                &settings,
                &keyframes,
                &[1.0, 0.0],
                0,
                &Cancel::default(),
            )
            .expect("runs");
            let off = |t: f64, at: [f64; 2]| distance(at, [t.cos(), -t.sin()]);
            let at = track.positions.iter().map(|at| at.map(f64::from));
            let worst = keyframes.iter().zip(at).map(|(&t, at)| off(t, at)).fold(0.0, f64::max);
            let last = off(4.0, track.ends[0]);
            let order = f64::from(method.order);
            let allowed = 300.0 * rtol.powf(order / (order + 1.0));
            assert!(worst < allowed && last < allowed, "{method:?} {end:?}: {worst:e} {last:e}");
            // The line of Euler's and the slopes of Adams' are there anyway.
            let free = ["euler", "ab2", "ab4"].contains(&method.name);
            assert_eq!(track.counts[0].dense_nfe == 0, free, "{method:?}");
        }
    }
}

/// Steps of one length, by limits, under the step-size control: inner positions and an end that is
/// overshot have the order of the method.
#[test]
fn steps_of_one_length_have_the_order_of_the_method() {
    for method in newly_adaptive() {
        let diffusion = method.needs_noising_process();
        let velocity = if diffusion { to_gaussian } else { |_: f64, [x, y]: [f64; 2]| [y, -x] };
        let field = Formula::new(velocity);
        let (start, end) = (0.1, 0.9);
        let from = [0.9, -0.3];
        let tight = OdeSettings {
            max_attempts: 100_000,
            ..OdeSettings::new(named("dop853"), both(1e-13), (start, end))
        };
        let truth = |t: f64| {
            let settings = OdeSettings { end_time: t, ..tight };
            solve(&field, &settings, from).0.ends[0]
        };
        let errors = |steps: u32| {
            let h = (end - start) / (f64::from(steps) - 0.4);
            let settings = OdeSettings {
                end: End::Overshoot,
                first_step: Some(h),
                max_step: h,
                tolerances: both(1e3),
                method,
                ..tight
            };
            let middle = start + (f64::from(steps / 2) + 0.3) * h;
            let (keyframes, cancel) = ([start, middle, end], Cancel::default());
            let keep = Keep { logged: 1, attempts: usize::MAX, precise: true };
            let track = per_particle::solve(&field, &settings, &keyframes, &from, keep, &cancel)
                .expect("runs");
            assert_eq!(track.logs[0].len(), steps as usize, "{method:?}");
            let kept = track.precise.expect("kept");
            [distance(kept[1], truth(middle)), distance(track.ends[0], truth(end))]
        };
        let (coarse, fine) = (errors(40), errors(160));
        for (coarse, fine) in coarse.into_iter().zip(fine) {
            let found = (coarse / fine).log2() / 2.0;
            println!("{method:?}: {found:.2} of {}", method.order);
            assert!(found > f64::from(method.order) - 0.25, "{method:?}: {found}");
        }
    }
}

/// Keyframes cost evaluations of their own, but change no step.
#[test]
fn keyframes_change_no_step() {
    for method in newly_adaptive() {
        let velocity = if method.needs_noising_process() { to_gaussian } else { van_der_pol };
        let field = Formula::new(velocity);
        let settings = OdeSettings::new(method, both(1e-3), (0.1, 0.9));
        let run = |keyframes: &[f64]| {
            let start = [0.4, 0.3];
            let cancel = Cancel::default();
            per_particle::solve(&field, &settings, keyframes, &start, 1, &cancel).expect("runs")
        };
        let (with, without) = (run(&[0.1, 0.15, 0.5, 0.81, 0.9]), run(&[0.1, 0.9]));
        assert_eq!(with.logs, without.logs, "{method:?}");
        assert_eq!(with.ends, without.ends, "{method:?}");
    }
}

#[test]
fn single_precision_follows_double() {
    for method in newly_adaptive() {
        let diffusion = method.needs_noising_process();
        let velocity = if diffusion { to_gaussian } else { |_: f64, [x, y]: [f64; 2]| [y, -x] };
        let field = Formula::new(velocity);
        let settings = OdeSettings {
            path: Interpolant::Linear,
            ..OdeSettings::new(method, both(1e-4), (0.1, 0.9))
        };
        let cancel = Cancel::default();
        let single =
            per_particle::solve(&field, &settings, &[0.1, 0.9], &[0.5_f32, 0.2], 0, &cancel);
        let (double, _) = solve(&field, &settings, [0.5, 0.2]);
        let (a, b) = (single.expect("runs").ends[0], double.ends[0]);
        assert!(distance(a, b) < 1e-3, "{method:?}: {a:?} {b:?}");
    }
}
