//! Formulas where they act: all of them can be read, and in the window their terms light up as they are
//! drawn.

#[path = "shared/wait.rs"]
mod wait;

use std::collections::HashSet;
use std::sync::Arc;

use driftscope::app::text::Formula;
use driftscope::app::{Driftscope, Launch};
use driftscope_base::cancel::Cancel;
use driftscope_base::interpolant::Interpolant;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::field::SYSTEMS;
use driftscope_solve::MethodRef;
use driftscope_solve::by_hand::AttemptByHand;
use driftscope_solve::sde::{LastStep, Scheme};
use driftscope_study::formula::{Sheet, Shown, general, of_attempt};
use driftscope_study::lesson::Lesson;
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks, RunOptions, run, step_by_step};
use eframe::egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use self::wait::wait;

fn scene(settings: &[String]) -> Scene {
    let common = ["field.kind=exact", "data.name=two-moons", "particles.count=2"];
    let all: Vec<String> =
        common.into_iter().map(str::to_owned).chain(settings.iter().cloned()).collect();
    Scene::with_settings(None, &all).unwrap_or_else(|error| panic!("{settings:?}: {error}"))
}

fn attempts(scene: &Scene) -> Vec<AttemptByHand> {
    let experiment =
        Experiment::new(&Arc::new(scene.clone()), &Networks::default()).expect("ready");
    let options = RunOptions::for_window(2);
    let recording = run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs");
    step_by_step(&experiment, &recording, 0)
}

/// Reads every formula of a sheet that was not read before.
fn read(sheet: &Sheet, known: &mut HashSet<String>, wher: &str) {
    assert!(!sheet.sections.is_empty(), "{wher}");
    for section in &sheet.sections {
        assert!(!section.lines.is_empty(), "{wher}: {}", section.title);
        for line in &section.lines {
            let pieces = line.pieces.iter().map(|piece| piece.latex.clone());
            for latex in pieces.chain([line.latex()]) {
                if known.insert(latex.clone())
                    && let Err(fault) = Formula::new(&latex, true)
                {
                    panic!("{wher}: {fault}\n{latex}");
                }
            }
        }
    }
}

/// What a scene says in general, and every phase of its first and a later attempt.
fn read_all(settings: &[String], known: &mut HashSet<String>) {
    let (scene, wher) = (scene(settings), format!("{settings:?}"));
    let (first, last) = scene.interval(1.0);
    for share in [0.0, 0.3, 1.0] {
        let t = scene.direction.own_time(first + share * (last - first));
        read(&general(&scene, t, 0.1 * (last - first)), known, &wher);
    }
    let attempts = attempts(&scene);
    for index in [0, 1, 4, attempts.len() - 1] {
        let index = index.min(attempts.len() - 1);
        for phase in 0..attempts[index].stages.len() + 3 {
            let shown = Shown { scene: &scene, attempts: &attempts, index, phase };
            read(&of_attempt(&shown), known, &wher);
        }
    }
}

#[test]
fn every_formula_can_be_read() {
    let mut known = HashSet::new();
    let own = |settings: &[&str]| settings.iter().map(|&s| s.to_owned()).collect::<Vec<_>>();
    for path in Interpolant::ALL {
        let path = format!("interpolant.kind={}", path.name());
        for method in MethodRef::of_any_field() {
            for adaptive in [false, true] {
                if adaptive && !method.can_adapt() {
                    continue;
                }
                let method = format!("sampler.method={}", method.name);
                let adaptive = format!("sampler.adaptive={adaptive}");
                let all = own(&[&path, &method, &adaptive, "sampler.steps=6", "sampler.rtol=1e-2"]);
                read_all(&all, &mut known);
            }
        }
        for form in DiffusionForm::ALL.into_iter().skip(1) {
            for scheme in Scheme::ALL {
                for last in LastStep::ALL {
                    let form = format!("diffusion.form={}", form.name());
                    let scheme = format!("diffusion.scheme={}", scheme.name());
                    let last = format!("diffusion.last_step={}", last.title().to_lowercase());
                    read_all(&own(&[&path, &form, &scheme, &last, "sampler.steps=5"]), &mut known);
                }
            }
        }
    }
    for system in SYSTEMS {
        let system = format!("field.system={}", system.name);
        let method = "sampler.method=midpoint";
        read_all(&own(&["field.kind=classic", &system, method, "sampler.steps=200"]), &mut known);
    }
    for more in [
        &["direction=noise", "sampler.steps=5"][..],
        &["direction=noise", "sampler.steps=5", "diffusion.scheme=sra1"],
        &["direction=encode"],
        &["direction=encode", "sampler.method=rk4", "sampler.adaptive=true"],
        &["sampler.method=ddim", "sampler.eta=0.5", "sampler.steps=6"],
        &["sampler.method=edm-heun", "sampler.s_churn=5", "sampler.steps=6"],
        &["sampler.controller=pid", "sampler.norm=max"],
        &["sampler.controller=i-scipy", "sampler.scope=whole-batch"],
    ] {
        read_all(&own(more), &mut known);
    }
    println!("{} formulas", known.len());
    assert!(known.len() > 300, "{}", known.len());
}

fn window(launch: Launch, size: [f32; 2]) -> Harness<'static, Driftscope> {
    let mut harness =
        Harness::builder().with_size(size).build_eframe(move |cc| Driftscope::new(cc, launch));
    wait(&mut harness, "the engine to answer", |harness| {
        harness.state().state().shown().is_some_and(|shown| shown.recording.complete)
    });
    harness
}

/// The lines of formulas that are on the screen, with the numbers that are shown.
fn lines(harness: &Harness<'_, Driftscope>, begin: &str) -> Vec<String> {
    let all = harness.query_all_by_label_contains(begin);
    let words = all.filter_map(|node| {
        let node = node.accesskit_node();
        node.value().or_else(|| node.label())
    });
    words.filter(|words| words.starts_with(begin)).collect()
}

fn rk4() -> Launch {
    let settings = ["sampler.method=rk4", "sampler.steps=5", "particles.count=20"];
    let scene = scene(&settings.map(str::to_owned));
    Launch { scene, at: Some(0.5), pin: Some(7), ..Launch::default() }
}

#[test]
fn terms_light_up_step_by_step() {
    let mut harness = window(rk4(), [1280.0, 800.0]);
    harness.get_by_label("Step by step").click();
    wait(&mut harness, "the steps", |harness| {
        harness.query_all_by_label_contains("x_{t+h} = x_{t}").next().is_some()
    });
    for phase in 0..7 {
        let answer = lines(&harness, "x_{t+h} =");
        let answer = answer.first().expect("the line of the answer");
        for k in 1..=4 {
            let lit = answer.contains(&format!("; k_{{{k}}} = ("));
            assert_eq!(lit, phase >= k, "k_{k} in phase {phase}: {answer}");
        }
        assert!(answer.contains("; h = 0.200"), "{answer}");
        assert_eq!(answer.contains("; x_{t+h} = ("), phase >= 5, "phase {phase}: {answer}");
        let stages: Vec<usize> =
            (1..=4).filter(|k| !lines(&harness, &format!("k_{{{k}}} = v")).is_empty()).collect();
        let wanted = if (1..=4).contains(&phase) { vec![phase] } else { Vec::new() };
        assert_eq!(stages, wanted, "the evaluation written out in phase {phase}");
        harness.key_press(Key::ArrowRight);
        harness.run_steps(2);
    }
}

#[test]
fn the_card_stands_beside_the_stage_and_knows_the_pinned_particle() {
    for size in [[1280.0, 800.0], [800.0, 600.0]] {
        let mut harness = window(rk4(), size);
        assert!(harness.query_by_label("Path: Linear").is_none());
        harness.key_press(Key::M);
        wait(&mut harness, "the pinned particle's numbers", |harness| {
            lines(harness, "x_{t+h} =").iter().any(|line| line.contains("; k_{4} = ("))
        });
        assert!(harness.query_by_label("Path: Linear").is_some(), "{size:?}");
        assert!(harness.query_by_label("Step: RK4").is_some(), "{size:?}");
        let path = lines(&harness, r"\sigma_{t} = 1 - t");
        assert!(path[0].contains(r"; \sigma_{t} = 0.600; t = 0.400"), "{path:?}");
        // The particle is let go: t and h remain.
        harness.key_press(Key::Escape);
        harness.run_steps(2);
        assert!(harness.query_by_label("Path: Linear").is_none(), "Esc puts the card away");
        harness.key_press(Key::Escape);
        harness.key_press(Key::M);
        harness.run_steps(3);
        let answer = lines(&harness, "x_{t+h} =");
        assert!(answer[0].contains("; h = 0.200"), "{answer:?}");
        assert!(!answer[0].contains("k_{4} ="), "{answer:?}");
    }
}

#[test]
fn a_lesson_shows_the_formula() {
    let text = r#"
title = "Formula"
about = "A test."
[[step]]
set = ["field.kind=exact", "sampler.method=heun", "sampler.steps=4", "particles.count=20", "pin=3", "inspect=1", "card=formula"]
text = "Look."
"#;
    let lesson = Lesson::from_toml(text, "here").expect("a lesson");
    let launch = Launch { lesson: Some((lesson, 0)), ..Launch::default() };
    let mut harness = window(launch, [1280.0, 800.0]);
    let says = |harness: &Harness<'_, Driftscope>, what: &str| {
        lines(harness, "k_{2} = v").iter().any(|line| line.contains(what))
    };
    // The step is worked out beside the frames.
    wait(&mut harness, "the particle", |harness| says(harness, "; x_{t} = ("));
    assert!(says(&harness, "; h = 0.250") && !says(&harness, "; k_{1} = ("));
    harness.key_press(Key::ArrowRight);
    wait(&mut harness, "the first stage", |harness| says(harness, "; k_{1} = ("));
    assert!(!says(&harness, "; k_{2} = ("));
}
