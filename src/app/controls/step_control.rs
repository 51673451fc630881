//! How steps are spread, and how the error sets them.

use driftscope_solve::ControllerKind;
use driftscope_solve::grid::Spacing;
use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::{Named, Range, Settings};
use eframe::egui::Ui;

use super::row::{Row, Scale, fold};
use super::setting::Setting;
use crate::app::number;

/// The group.
pub fn ui(ui: &mut Ui, scene: &mut Scene) {
    fold(ui, "Step control", false, |ui| {
        tick_ui(ui, scene);
        adaptive_ui(ui, scene);
        for key in ["sampler.error_weights", "sampler.precision"] {
            Setting::of(scene, key).segments(ui, scene);
        }
        grid_ui(ui, scene);
        Setting::of(scene, "view.keep_evaluations").tick(ui, scene);
    });
}

/// Whether the error sets the steps; not where the scene would be impossible so.
fn tick_ui(ui: &mut Ui, scene: &mut Scene) {
    let adaptive = scene.is_adaptive();
    let mut other = scene.clone();
    let habit = scene.sampler.method().adaptive_by_default;
    other.sampler.adaptive = (adaptive == habit).then_some(!adaptive);
    let problem = other.check().err().map(|problem| problem.to_string());
    let row = Setting::of(scene, "sampler.adaptive").unless(problem.as_deref()).row();
    let mut on = adaptive;
    if row.tick(ui, &mut on) {
        scene.sampler.adaptive = other.sampler.adaptive;
    }
}

/// What only adaptive solves look at.
fn adaptive_ui(ui: &mut Ui, scene: &mut Scene) {
    for key in ["sampler.scope", "sampler.norm", "sampler.end"] {
        Setting::of(scene, key).segments(ui, scene);
    }
    controller_ui(ui, scene);
    Setting::of(scene, "sampler.first_step").number(ui, scene);
    let least = Setting::of(scene, "sampler.min_step").number(ui, scene);
    let greatest = Setting::of(scene, "sampler.max_step").number(ui, scene);
    if least || greatest {
        let sampler = &mut scene.sampler;
        sampler.max_step = sampler.max_step.map(|greatest| greatest.max(sampler.min_step));
    }
    Setting::of(scene, "sampler.max_attempts").number(ui, scene);
    Setting::of(scene, "sampler.min_step_policy").segments(ui, scene);
}

fn controller_ui(ui: &mut Ui, scene: &mut Scene) {
    Setting::of(scene, "sampler.controller").menu_of(
        ui,
        scene,
        |_| true,
        |scene, name| {
            scene.sampler.controller = ControllerKind::named(name).unwrap_or_default();
            // Coefficients belong to the controller they were chosen for.
            (scene.sampler.pcoeff, scene.sampler.icoeff, scene.sampler.dcoeff) = (None, None, None);
        },
    );
    for key in ["sampler.safety", "sampler.min_factor", "sampler.max_factor"] {
        Setting::of(scene, key).number(ui, scene);
    }
    let kind = scene.sampler.controller;
    if !kind.takes_coefficients() {
        return;
    }
    for key in ["sampler.pcoeff", "sampler.icoeff"] {
        Setting::of(scene, key).number(ui, scene);
    }
    if kind != ControllerKind::Pi {
        Setting::of(scene, "sampler.dcoeff").number(ui, scene);
    }
}

/// How fixed steps are spread.
fn grid_ui(ui: &mut Ui, scene: &mut Scene) {
    let listed = scene.sampler.times.is_some();
    Setting::of(scene, "sampler.grid").menu_of(
        ui,
        scene,
        |choice| listed || choice.name != Spacing::List.name(),
        |scene, name| {
            let spacing = Spacing::named(name).unwrap_or_default();
            scene.sampler.grid = (spacing != Spacing::Uniform).then_some(spacing);
            // Each of the two has a usual ρ of its own, and the other's is of no use to it.
            let usual = Scene::default().sampler.rho;
            let is = |rho: f64| (scene.sampler.rho - rho).abs() < 1e-9;
            match spacing {
                Spacing::PolyExponential if is(usual) => scene.sampler.rho = 1.0,
                Spacing::Karras if is(1.0) => scene.sampler.rho = usual,
                _ => {}
            }
            if spacing != Spacing::List {
                scene.sampler.times = None;
            }
            if spacing != Spacing::Uniform {
                scene.sampler.step_size = None;
            }
        },
    );
    let spacing = scene.sampler.spacing();
    match spacing {
        Spacing::Karras | Spacing::PolyExponential => {
            Setting::of(scene, "sampler.rho").slider(ui, scene);
        }
        Spacing::Shifted => {
            Setting::of(scene, "sampler.shift").slider(ui, scene);
        }
        Spacing::Ays => Setting::of(scene, "sampler.ays").segments(ui, scene),
        _ => {}
    }
    if spacing.is_by_level() {
        levels_ui(ui, scene);
    }
}

/// The levels between which a grid by level goes.
fn levels_ui(ui: &mut Ui, scene: &mut Scene) {
    let parameter = Scene::parameter("sampler.levels");
    let usual = [Spacing::HIGHEST_LEVEL, Spacing::LOWEST_LEVEL];
    let [mut highest, mut lowest] = scene.sampler.levels.unwrap_or(usual);
    let scale = Scale {
        slider: 1e-4..=1e3,
        allowed: Range::above(0.0),
        logarithmic: true,
        whole: false,
        format: &number::three,
    };
    let refused = parameter.idle(scene);
    let row = |name| Row::new(name, parameter.about).disabled(refused);
    let up = row("Highest σ/α").slider(ui, &mut highest, &scale);
    let down = row("Lowest σ/α").slider(ui, &mut lowest, &scale);
    if up || down {
        // One pushes the other along.
        let levels = if up {
            [highest, lowest.min(0.5 * highest)]
        } else {
            [highest.max(2.0 * lowest), lowest]
        };
        scene.sampler.levels = Some(levels);
    }
}
