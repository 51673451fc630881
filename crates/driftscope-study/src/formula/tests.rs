//! Formulas come to what the solver has found.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_base::expression::Value;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::by_hand::AttemptByHand;
use driftscope_solve::sde::Scheme;
use driftscope_solve::update::{ANSWER, ERROR, Right, THIRD_ORDER_ERROR};
use driftscope_solve::{Controller, MethodRef};

use super::control::{self, controller, know, next_step, tolerance};
use super::step::{error_of_halves, steps_of};
use super::worked::{Evaluated, From};
use super::*;
use crate::networks::Networks;
use crate::run::{RunOptions, run};
use crate::scene::Scene;
use crate::{Experiment, step_by_step};

fn scene(settings: &[String]) -> Scene {
    let common = ["field.kind=exact", "data.name=two-moons", "particles.count=2"];
    let common = common.into_iter().chain(["sampler.precision=f64"]).map(str::to_owned);
    let all: Vec<String> = common.chain(settings.iter().cloned()).collect();
    Scene::with_settings(None, &all).unwrap_or_else(|error| panic!("{settings:?}: {error}"))
}

/// The attempts of the first particle.
fn attempts(scene: &Scene) -> (Experiment, Vec<AttemptByHand>) {
    let experiment =
        Experiment::new(&Arc::new(scene.clone()), &Networks::default()).expect("ready");
    let options = RunOptions::for_window(2);
    let recording = run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
    let made = step_by_step(&experiment, &recording, 0);
    assert!(made.len() > 1, "{} attempts", made.len());
    (experiment, made)
}

/// By how much a value is off a point, in units of the point's size.
fn off(value: Option<Value>, wanted: [f64; 2]) -> f64 {
    let Some(value) = value else { return f64::INFINITY };
    let found = value.coordinates();
    let size = 1.0 + wanted[0].abs().max(wanted[1].abs());
    (found[0] - wanted[0]).hypot(found[1] - wanted[1]) / size
}

fn settings(all: &[&str]) -> Vec<String> {
    all.iter().map(|&setting| setting.to_owned()).collect()
}

#[test]
fn paths_and_forms_are_those_of_the_program() {
    for path in Interpolant::ALL {
        for form in DiffusionForm::ALL {
            let scene = scene(&settings(&[
                &format!("interpolant.kind={}", path.name()),
                &format!("diffusion.form={}", form.name()),
                "diffusion.norm=0.7",
            ]));
            for t in [0.05, 0.3, 0.5, 0.8, 0.96] {
                let mut worked = Worked::default();
                worked.add("t", Value::Scalar(t), 0, Role::Plain);
                worked.add("n", Value::Scalar(0.7), 0, Role::Plain);
                for (name, is) in of_time(&scene) {
                    let value = is.value(&|name| worked.value(name)).expect("known");
                    worked.add(&name, value, 0, Role::Plain);
                }
                let level = path.coefficients(t);
                assert!(off(worked.value(r"\alpha_{t}"), [level.alpha; 2]) < 1e-12, "{path:?}");
                assert!(off(worked.value(r"\sigma_{t}"), [level.sigma; 2]) < 1e-12, "{path:?}");
                let wanted = form.coefficient(path, 0.7, t);
                match worked.value("D_{t}") {
                    None => assert_eq!(form, DiffusionForm::None),
                    value => assert!(off(value, [wanted; 2]) < 1e-12, "{path:?} {form:?}"),
                }
            }
        }
    }
}

/// What the formula says of every attempt: the answer, and the error where there is an estimate.
fn holds(scene: &Scene, made: &[AttemptByHand], wher: &str) {
    let doubled = scene.doubles_steps();
    // Newton's iteration ends with a correction after its last evaluation, which stiffness multiplies.
    let within = if scene.sampler.method().rule.iterates() { 1e-8 } else { 1e-12 };
    for (index, attempt) in made.iter().enumerate() {
        let wher = format!("{wher}, attempt {index} at {}", attempt.t);
        let steps = steps_of(scene, made, index);
        let last = steps.last().expect("a step");
        let off_answer = off(last.worked.value(ANSWER), attempt.answer);
        assert!(off_answer < within, "{wher}: off by {off_answer:e} {:?}", last.update);
        assert_eq!(steps.len(), if doubled { 3 } else { 1 }, "{wher}");
        let Some(embedded) = attempt.embedded else { continue };
        let error = [0, 1].map(|d| attempt.answer[d] - embedded[d]);
        let found = if doubled {
            let mut worked = last.worked.clone();
            let whole = &steps[0].worked.quantities;
            let whole = whole.iter().rfind(|quantity| quantity.role == Role::Answer);
            let whole = whole.expect("an answer of the whole");
            worked.add(&whole.name, whole.value, 0, Role::Plain);
            let equation = error_of_halves(scene.sampler.method().order);
            let Right::Is(right) = equation.right else { panic!() };
            right.value(&|name| worked.value(name))
        } else {
            let has = last.update.equations.iter().any(|equation| equation.left == ERROR);
            if !has {
                // Where a method that looks back begins.
                let rule = scene.sampler.method().rule;
                assert!(
                    rule.looks_back() && last.update.remark.is_some()
                        || error.iter().all(|error| error.abs() < f64::MIN_POSITIVE),
                    "{wher}"
                );
                continue;
            }
            last.worked.value(ERROR)
        };
        let off_error = off(found, error);
        assert!(off_error < within, "{wher}: the error is off by {off_error:e}");
    }
}

#[test]
fn the_formula_of_every_method_comes_to_the_answer_of_every_step() {
    for path in Interpolant::ALL {
        for method in MethodRef::of_odes() {
            for adaptive in [false, true] {
                if adaptive && !method.can_adapt() {
                    continue;
                }
                let scene = scene(&settings(&[
                    &format!("interpolant.kind={}", path.name()),
                    &format!("sampler.method={}", method.name),
                    &format!("sampler.adaptive={adaptive}"),
                    "sampler.steps=9",
                    "sampler.rtol=1e-3",
                    "sampler.atol=1e-4",
                    "time.end=0.98",
                ]));
                let (_, made) = attempts(&scene);
                let wher = format!("{} on {}, adaptive {adaptive}", method.name, path.name());
                holds(&scene, &made, &wher);
            }
        }
    }
}

#[test]
fn formulas_hold_to_the_very_ends_backwards_and_for_a_whole_batch() {
    for more in [
        &["sampler.method=dpmpp-2m", "sampler.steps=6"][..],
        &["sampler.method=unipc-2", "sampler.steps=6"],
        &["sampler.method=edm-heun", "sampler.steps=6"],
        &["sampler.method=dpm-solver-2", "sampler.steps=6"],
        &["sampler.method=ab4", "sampler.grid=karras", "sampler.steps=9"],
        &["direction=encode", "sampler.method=rk4", "sampler.steps=5"],
        &["direction=encode", "sampler.method=ab2", "sampler.steps=5"],
        &["sampler.scope=whole-batch", "sampler.rtol=1e-3"],
        &["sampler.error_weights=torchdiffeq", "sampler.rtol=1e-3"],
        &["field.kind=classic", "field.system=van-der-pol", "sampler.rtol=1e-3"],
        &["field.kind=classic", "field.system=stiff-cosine", "sampler.method=trapezoid"],
    ] {
        let scene = scene(&settings(more));
        holds(&scene, &attempts(&scene).1, &format!("{more:?}"));
    }
}

/// What is drawn by the methods that draw noise is the run's own: with it, their formulas hold.
#[test]
fn formulas_with_noise_of_the_method_hold() {
    for more in [
        ["sampler.method=ddim", "sampler.eta=0.6"],
        ["sampler.method=edm-heun", "sampler.s_churn=3"],
        ["sampler.method=dpm-solver-2", "sampler.eta=0.6"],
        ["sampler.method=dpmpp-2s", "sampler.eta=0.6"],
        ["sampler.method=euler-a-flow", "sampler.eta=0.6"],
        ["sampler.method=er-sde", "sampler.order=1"],
    ] {
        let mut all = settings(&more);
        all.extend(settings(&["sampler.steps=8", "interpolant.kind=gvp"]));
        let scene = scene(&all);
        let (experiment, made) = attempts(&scene);
        let noise = experiment.paths::<f64>(&experiment.grid(), 0, 1);
        let mut drawn = 0;
        for (index, attempt) in made.iter().enumerate() {
            let step = steps_of(&scene, &made, index).remove(0);
            let mut known = Worked::default();
            let z = [noise.z[index][0], noise.z[index][1]];
            known.add("z", Value::Vector(z), 0, Role::Plain);
            let from = From { start: attempt.start, t: attempt.t, h: attempt.h };
            let evaluated = Evaluated { stages: &attempt.stages, before: &made[..index] };
            let worked = Worked::out(known, &step.update, from, evaluated);
            let off = off(worked.value(ANSWER), attempt.answer);
            assert!(off < 1e-12, "{more:?} {index}: {off:e}");
            let mut names = 0;
            for equation in &step.update.equations {
                if let Right::Is(right) = &equation.right {
                    right.each_name(&mut |name| names += usize::from(name == "z"));
                }
            }
            drawn += names;
        }
        assert!(drawn > 4, "{more:?}: {drawn} steps draw noise");
    }
}

#[test]
fn noisy_steps_are_drift_and_the_noise_that_their_formula_says() {
    for path in Interpolant::ALL {
        for form in DiffusionForm::ALL.into_iter().skip(1) {
            for scheme in Scheme::ALL {
                let scene = scene(&settings(&[
                    &format!("interpolant.kind={}", path.name()),
                    &format!("diffusion.form={}", form.name()),
                    &format!("diffusion.scheme={}", scheme.name()),
                    "sampler.steps=6",
                ]));
                let (experiment, made) = attempts(&scene);
                let wher = format!("{path:?} {form:?} {scheme:?}");
                let noise = experiment.paths::<f64>(&experiment.grid(), 0, 1);
                let mut noisy = 0;
                for (index, attempt) in made.iter().enumerate() {
                    let step = steps_of(&scene, &made, index).remove(0);
                    let off_answer = off(step.worked.value(ANSWER), attempt.answer);
                    assert!(off_answer < 1e-12, "{wher} {index}: {off_answer:e}");
                    let Some(moved) = attempt.noise else { continue };
                    noisy += 1;
                    if scheme == Scheme::Sra1 {
                        continue;
                    }
                    // √(2D) ΔW with D as it is written down.
                    let mut known = Worked::default();
                    known.add("t", Value::Scalar(attempt.t), 0, Role::Plain);
                    known.add("n", Value::Scalar(1.0), 0, Role::Plain);
                    for (name, is) in of_time(&scene) {
                        let value = is.value(&|name| known.value(name)).expect("known");
                        known.add(&name, value, 0, Role::Plain);
                    }
                    let d = known.value("D_{t}").expect("noise").coordinates()[0];
                    let z = [noise.z[index][0], noise.z[index][1]];
                    let wanted = z.map(|z| (2.0 * d * attempt.h).sqrt() * z);
                    let off_noise = off(Some(Value::Vector(moved)), wanted);
                    assert!(off_noise < 1e-12, "{wher} {index}: {off_noise:e}");
                }
                assert_eq!(noisy, 6, "{wher}");
            }
        }
    }
}

#[test]
fn the_error_ratio_and_the_next_step_are_those_of_their_formulas() {
    let mut rejected = 0;
    for method in ["heun", "bosh3", "dopri5", "tsit5", "dop853"] {
        for kind in ["i-torchdiffeq", "i-scipy", "i-diffrax", "pi", "pid"] {
            for norm in ["rms", "max"] {
                let scene = scene(&settings(&[
                    &format!("sampler.method={method}"),
                    &format!("sampler.controller={kind}"),
                    &format!("sampler.norm={norm}"),
                    "sampler.adaptive=true",
                    "sampler.rtol=1e-3",
                    "sampler.first_step=0.3",
                ]));
                let (_, made) = attempts(&scene);
                for (index, attempt) in made.iter().enumerate() {
                    let wher = format!("{method} {kind} {norm} {index}");
                    let mut worked = steps_of(&scene, &made, index).remove(0).worked;
                    let found = tolerance().value(&|name| match name {
                        r"\mathrm{atol}" => Some(Value::Scalar(scene.sampler.atol)),
                        r"\mathrm{rtol}" => Some(Value::Scalar(scene.sampler.rtol)),
                        name => worked.value(name),
                    });
                    assert!(off(found, attempt.tolerance) < 1e-12, "{wher}");
                    let norm_of = |error: &str| {
                        let error = worked.value(error)?.coordinates();
                        let [x, y] = [0, 1].map(|d| error[d] / attempt.tolerance[d]);
                        let rms = (0.5 * (x * x + y * y)).sqrt();
                        Some(if norm == "max" { x.abs().max(y.abs()) } else { rms })
                    };
                    let fifth = norm_of(ERROR).expect("an estimate");
                    let ratio = norm_of(THIRD_ORDER_ERROR).map_or(fifth, |third| {
                        fifth * fifth / (fifth * fifth + 0.01 * third * third).sqrt()
                    });
                    let error = (ratio - attempt.error_ratio).abs();
                    assert!(error < 1e-6 * attempt.error_ratio, "{wher}: {error:e}");
                    know(&mut worked, &scene, &made, index);
                    let after_rejection = index > 0 && !made[index - 1].accepted;
                    let controller: Controller = controller(&scene);
                    let judged = (attempt.accepted, after_rejection);
                    let next = next_step(&controller, judged, attempt.error_ratio);
                    let next = next.value(&|name| worked.value(name)).expect("known");
                    let wanted = worked.value(control::NEXT).expect("known").coordinates()[0];
                    assert!(off(Some(next), [wanted; 2]) < 1e-12, "{wher}: {next:?} {wanted}");
                    rejected += usize::from(!attempt.accepted);
                }
            }
        }
    }
    assert!(rejected > 20, "{rejected}");
}

#[test]
fn terms_are_shown_when_they_are_drawn() {
    let scene = scene(&settings(&["sampler.method=rk4", "sampler.steps=5"]));
    let (_, made) = attempts(&scene);
    for phase in 0..made[2].stages.len() + 3 {
        let sheet = of_attempt(&Shown { scene: &scene, attempts: &made, index: 2, phase });
        let lines = sheet.sections.iter().flat_map(|section| &section.lines);
        let answer = lines.rev().find(|line| line.is_answer).expect("the answer's line");
        let shown = |name: &str| {
            let place = answer.pieces.iter().position(|piece| piece.latex == name).expect(name);
            answer.number(place).expect(name).shown
        };
        for (k, name) in ["k_{1}", "k_{2}", "k_{3}", "k_{4}"].into_iter().enumerate() {
            assert_eq!(shown(name), phase > k, "{name} in phase {phase}");
        }
        assert!(shown("h") && shown("x_{t}"));
        assert_eq!(shown(ANSWER), phase > 4, "the answer in phase {phase}");
        let at_work = sheet.sections.iter().flat_map(|section| &section.lines);
        let at_work: Vec<String> =
            at_work.filter(|line| line.at_work).map(|line| line.pieces[0].latex.clone()).collect();
        let wanted = match phase {
            1..=4 => vec![format!("k_{{{phase}}}")],
            5 => vec![ANSWER.to_owned()],
            _ => Vec::new(),
        };
        assert_eq!(at_work, wanted, "phase {phase}");
    }
}

#[test]
fn an_idle_sampler_has_no_part_in_the_noise_of_a_form() {
    let of = |settings: &[&str]| {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let scene = Scene::with_settings(None, &settings).expect("a scene");
        super::process::limit_of(&scene).is_some()
    };
    assert!(of(&["sampler.method=ddim", "sampler.eta=1"]));
    assert!(!of(&["sampler.method=ddim"]));
    for method in ["ddim", "er-sde"] {
        let method = format!("sampler.method={method}");
        assert!(!of(&["diffusion.form=constant", "diffusion.norm=2", &method]));
    }
}
