//! Which settings have an effect, and why the others have none.
//!
//! One table for the window's controls, the command line and `summary.json`.

use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::grid::Spacing;
use driftscope_solve::sde::LastStep;
use driftscope_solve::{Recipe, Rule, Tableau};

use super::{Data, Direction, FieldKind, Projection, Scene};

/// Why path, field and diffusion do nothing in the forward direction.
const FORWARDS: &str = "Data → noise follows the linear diffusion of the VP-SDE, which needs no path, field or diffusion form. Choose Generate to use this.";
/// Why distribution, path and diffusion do nothing with a classic field.
pub const CLASSIC: &str = "A classic ODE has no distribution, path, direction or score. Choose Learned or Exact as the field to use this.";
const NO_MODEL: &str = "Only a learned field has a model. Choose Learned as the field to use this.";
const NO_SYSTEM: &str =
    "Only a classic ODE has a system. Choose Classic ODE as the field to use this.";
const OTHER_SYSTEM: &str = "This is the parameter of another system.";

const NOISY: &str = "The SDE scheme makes the steps while there is noise. Set the diffusion form to None to choose an ODE method.";
const NOISY_FORWARDS: &str = "The SDE scheme makes the steps in the forward direction. Choose Generate to use an ODE method.";
const NOISY_TOLERANCE: &str =
    "SDE steps are fixed: there is no error estimate to hold against a tolerance.";
const FIXED: &str = "The steps are fixed, so no tolerance is asked. Turn Adaptive on, or choose a method with an error estimate.";
const NO_PAIR: &str = "This method has no embedded error estimate to set its steps by.";
const NO_VARIANT: &str = "Only DOPRI5 comes with two sets of error weights, and only bosh3 with another dense output in torchdiffeq.";
const NO_LEAST: &str = "There is no least step.";
const NO_COEFFICIENTS: &str = "Only the controllers PI and PID take coefficients.";

const ADAPTIVE: &str = "The error sets the steps. Turn Adaptive off to choose them yourself.";
const ADAPTIVE_TIMES: &str = "The error sets the steps: of these times only the first and the last count, as the interval. Turn Adaptive off to step from one to the next.";
const SIZED: &str = "The step size is given, which sets their number.";
const LISTED: &str = "The steps go from one time of the list to the next.";
const UNEVEN: &str = "The steps are not equal on this grid. Choose their number.";
const NOT_KARRAS: &str = "Only the Karras grid has a ρ.";
const NOT_SHIFTED: &str = "Only the shifted grid has a shift.";

const NOT_DDIM: &str = "Only DDIM mixes fresh noise in by η.";
const NOT_EDM: &str = "Only EDM Heun churns.";
const STILL: &str = "Nothing is churned: S_churn is 0.";

const NO_NOISE: &str =
    "There is no noise: the diffusion form is None. Choose another form to use this.";
const NO_LAST_STEP: &str = "There is no last step. Choose one to set its size.";

const STARTS_AS_NOISE: &str = "The particles start at t = 0, where p_t is N(0, I).";

const IN_PLANE: &str = "The plane is shown whole. Choose Over time as the picture to use this.";
const ONE_DIMENSION: &str = "This system has one dimension, which is drawn over time.";
const WHOLE_TRAILS: &str = "Over time the trails go back to the start.";

/// Why a setting has no effect in a scene, if it has none.
type Idle = fn(&Scene) -> Option<&'static str>;

/// Every key of a scene, in the order of the guide.
pub(super) fn keys() -> impl Iterator<Item = (&'static str, Idle)> {
    let own = |(key, idle): (&'static str, Idle)| {
        let sources = if key == "data.name" { Data::OWN } else { &[] };
        std::iter::once((key, idle))
            .chain(sources.iter().map(|key| (*key, without_classic as Idle)))
    };
    KEYS.iter().copied().flat_map(own)
}

/// The same without those of data of one's own, which follow the name.
const KEYS: &[(&str, Idle)] = &[
    ("title", always),
    ("about", always),
    ("seed", always),
    ("direction", without_classic),
    ("data.name", |s| without_classic(s).or(s.data.own().map(|own| own.words().instead))),
    ("interpolant.kind", with_process),
    ("field.kind", generating),
    ("field.model", |s| generating(s).or((s.field.kind != FieldKind::Learned).then_some(NO_MODEL))),
    ("field.system", with_system),
    ("field.mu", |s| with_parameter(s, "mu")),
    ("field.ratio", |s| with_parameter(s, "ratio")),
    ("field.lambda", |s| with_parameter(s, "lambda")),
    ("sampler.method", with_ode),
    ("sampler.adaptive", |s| with_ode(s).or((!s.sampler.method.can_adapt()).then_some(NO_PAIR))),
    ("sampler.steps", |s| {
        let listed = (s.sampler.spacing() == Spacing::List).then_some(LISTED);
        with_fixed_steps(s).or(listed).or(s.sampler.step_size.map(|_| SIZED))
    }),
    ("sampler.step_size", |s| {
        with_fixed_steps(s).or((s.sampler.spacing() != Spacing::Uniform).then_some(UNEVEN))
    }),
    ("sampler.grid", with_fixed_steps),
    ("sampler.times", |s| {
        let inner = s.sampler.times.as_ref().is_some_and(|times| times.len() > 2);
        with_fixed_steps(s).filter(|_| inner).map(|_| ADAPTIVE_TIMES)
    }),
    ("sampler.rho", |s| {
        with_fixed_steps(s).or((s.sampler.spacing() != Spacing::Karras).then_some(NOT_KARRAS))
    }),
    ("sampler.shift", |s| {
        with_fixed_steps(s).or((s.sampler.spacing() != Spacing::Shifted).then_some(NOT_SHIFTED))
    }),
    ("sampler.atol", with_tolerance),
    ("sampler.rtol", with_tolerance),
    ("sampler.scope", with_step_control),
    ("sampler.end", with_step_control),
    ("sampler.error_weights", |s| {
        let tableau = s.sampler.method.tableau();
        let varies = tableau.is_some_and(Tableau::has_torchdiffeq_variant);
        with_ode(s).or((!varies).then_some(NO_VARIANT))
    }),
    ("sampler.controller", with_step_control),
    ("sampler.norm", with_step_control),
    ("sampler.safety", with_step_control),
    ("sampler.min_factor", with_step_control),
    ("sampler.max_factor", with_step_control),
    ("sampler.pcoeff", with_coefficients),
    ("sampler.icoeff", with_coefficients),
    ("sampler.dcoeff", with_coefficients),
    ("sampler.first_step", with_step_control),
    ("sampler.min_step", with_step_control),
    ("sampler.max_step", with_step_control),
    ("sampler.min_step_policy", |s| {
        with_step_control(s).or((s.sampler.min_step == 0.0).then_some(NO_LEAST))
    }),
    ("sampler.max_attempts", with_step_control),
    ("sampler.eta", |s| with_recipe(s, Recipe::Ddim, NOT_DDIM)),
    ("sampler.s_churn", |s| with_recipe(s, Recipe::EdmHeun, NOT_EDM)),
    ("sampler.s_min", with_churn),
    ("sampler.s_max", with_churn),
    ("sampler.s_noise", with_churn),
    ("sampler.precision", always),
    ("diffusion.form", with_process),
    ("diffusion.norm", with_noise),
    ("diffusion.scheme", |s| without_classic(s).or((!s.is_sde()).then_some(NO_NOISE))),
    ("diffusion.last_step", with_noise),
    ("diffusion.last_step_size", |s| {
        with_noise(s).or((s.diffusion.last_step == LastStep::None).then_some(NO_LAST_STEP))
    }),
    ("time.start", always),
    ("time.end", always),
    ("particles.count", always),
    ("particles.start", |s| without_classic(s).or(starts_as_noise(s).then_some(STARTS_AS_NOISE))),
    ("view.trail", |s| (s.view.projection == Projection::OverTime).then_some(WHOLE_TRAILS)),
    ("view.colour", always),
    ("view.layers", always),
    ("view.projection", in_two_dimensions),
    ("view.angle", |s| {
        let plane = s.view.projection == Projection::Plane;
        in_two_dimensions(s).or(plane.then_some(IN_PLANE))
    }),
    ("view.overlap", always),
    ("view.point_size", always),
    ("view.line_width", always),
    ("view.speed", always),
    ("view.repeat", always),
    ("view.clock", always),
    ("view.keep_evaluations", with_fixed_steps),
    ("panes", always),
];

impl Scene {
    /// Why the setting `key` (as in scene files, such as `sampler.rtol`) has no effect in this scene
    /// as the others stand; none if it has one. Panes are scenes of their own ([`Scene::pane`]).
    ///
    /// # Panics
    /// If no scene has such a key.
    #[must_use]
    pub fn idle(&self, key: &str) -> Option<&'static str> {
        let entry = keys().find(|(name, _)| *name == key);
        let (_, idle) = entry.unwrap_or_else(|| panic!("no scene has the key {key}"));
        idle(self)
    }

    /// What decides a run over `interval`, with what stood in for absent values spelt out: all
    /// settings but those without effect, those of the picture, and the panes beside.
    #[must_use]
    pub fn in_force(&self, interval: (f64, f64)) -> toml::Table {
        let mut scene = self.pane(0).resolved(interval);
        let [p, i, d] = scene.sampler.control().coefficients;
        let sampler = &mut scene.sampler;
        (sampler.pcoeff, sampler.icoeff, sampler.dcoeff) = (Some(p), Some(i), Some(d));
        if let Some(classic) = scene.classic()
            && let Some(parameter) = &classic.system().parameter
            && let Some(value) = scene.field.parameter_mut(parameter.key)
        {
            value.get_or_insert(parameter.usual);
        }
        let mut table = scene.to_table();
        for (key, _) in keys().filter(|(_, idle)| idle(&scene).is_some()) {
            remove(&mut table, key);
        }
        for key in ["title", "about", "view"] {
            remove(&mut table, key);
        }
        table
    }
}

/// Takes a dotted key out, and its section if nothing is left there.
fn remove(table: &mut toml::Table, key: &str) {
    let Some((section, rest)) = key.split_once('.') else {
        table.remove(key);
        return;
    };
    if let Some(toml::Value::Table(inner)) = table.get_mut(section) {
        remove(inner, rest);
        if inner.is_empty() {
            table.remove(section);
        }
    }
}

fn always(_: &Scene) -> Option<&'static str> {
    None
}

fn without_classic(scene: &Scene) -> Option<&'static str> {
    (scene.field.kind == FieldKind::Classic).then_some(CLASSIC)
}

fn generating(scene: &Scene) -> Option<&'static str> {
    (scene.direction == Direction::Noise).then_some(FORWARDS)
}

/// What only a noising process has, and only on the way to the data.
fn with_process(scene: &Scene) -> Option<&'static str> {
    without_classic(scene).or(generating(scene))
}

fn with_system(scene: &Scene) -> Option<&'static str> {
    (scene.field.kind != FieldKind::Classic).then_some(NO_SYSTEM)
}

fn with_parameter(scene: &Scene, key: &str) -> Option<&'static str> {
    let classic = scene.classic();
    let parameter = classic.as_ref().and_then(|classic| classic.system().parameter.as_ref());
    let own = parameter.is_some_and(|parameter| parameter.key == key);
    with_system(scene).or((!own).then_some(OTHER_SYSTEM))
}

fn with_ode(scene: &Scene) -> Option<&'static str> {
    let noisy = if scene.direction == Direction::Noise { NOISY_FORWARDS } else { NOISY };
    scene.is_sde().then_some(noisy)
}

fn with_fixed_steps(scene: &Scene) -> Option<&'static str> {
    scene.is_adaptive().then_some(ADAPTIVE)
}

/// What belongs to step-size control.
fn with_step_control(scene: &Scene) -> Option<&'static str> {
    with_ode(scene).or((!scene.is_adaptive()).then_some(FIXED))
}

fn with_tolerance(scene: &Scene) -> Option<&'static str> {
    scene.is_sde().then_some(NOISY_TOLERANCE).or(with_step_control(scene))
}

fn with_coefficients(scene: &Scene) -> Option<&'static str> {
    let taken = scene.sampler.controller.takes_coefficients();
    with_step_control(scene).or((!taken).then_some(NO_COEFFICIENTS))
}

fn with_recipe(scene: &Scene, recipe: Recipe, otherwise: &'static str) -> Option<&'static str> {
    let own = matches!(scene.sampler.method.rule, Rule::Diffusion(own) if own == recipe);
    with_ode(scene).or((!own).then_some(otherwise))
}

fn with_churn(scene: &Scene) -> Option<&'static str> {
    with_recipe(scene, Recipe::EdmHeun, NOT_EDM).or((scene.sampler.s_churn == 0.0).then_some(STILL))
}

/// What belongs to noise added on the way to the data.
fn with_noise(scene: &Scene) -> Option<&'static str> {
    with_process(scene).or((scene.diffusion.form == DiffusionForm::None).then_some(NO_NOISE))
}

/// Whether `p_t` is N(0, I) at the first t.
fn starts_as_noise(scene: &Scene) -> bool {
    let first = scene.direction.own_time(scene.interval(1.0).0);
    scene.path().coefficients(first).alpha == 0.0
}

fn in_two_dimensions(scene: &Scene) -> Option<&'static str> {
    let one = scene.classic().is_some_and(|classic| classic.system().one_dimensional);
    one.then_some(ONE_DIMENSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene(settings: &[&str]) -> Scene {
        let settings: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
        Scene::with_settings(None, &settings).expect("a scene")
    }

    /// Dotted keys of a table, whose lists and own mixtures are values.
    fn keys(table: &toml::Table, before: &str, found: &mut Vec<String>) {
        for (key, value) in table {
            let key = format!("{before}{key}");
            match value {
                toml::Value::Table(inner) => keys(inner, &format!("{key}."), found),
                _ => found.push(key),
            }
        }
    }

    #[test]
    fn every_key_of_a_scene_stands_in_the_table_once() {
        let mut full = scene(&[
            "data.mixture=[{mean=[0, 0], std=1}]",
            "field.model=model.safetensors",
            "sampler.method=euler",
            "sampler.adaptive=false",
            "sampler.times=[0, 0.5, 1]",
            "sampler.first_step=0.1",
            "sampler.max_step=0.5",
            "sampler.s_max=3",
            "sampler.precision=f64",
            "particles.start=marginal",
        ]);
        full.sampler.grid = Some(Spacing::List);
        full.sampler.step_size = Some(0.1);
        (full.sampler.pcoeff, full.sampler.icoeff) = (Some(0.1), Some(0.1));
        (full.sampler.dcoeff, full.field.mu) = (Some(0.1), Some(1.0));
        (full.field.ratio, full.field.lambda) = (Some(2.0), Some(2.0));
        (full.time.start, full.time.end) = (Some(0.0), Some(1.0));
        full.panes.push(super::super::Pane::default());
        let mut wanted = Vec::new();
        keys(&full.to_table(), "", &mut wanted);
        // What is below the key of a source is that source's.
        let of_source = |key: &String| Data::OWN.iter().any(|own| key.starts_with(own));
        wanted.retain(|key| !of_source(key));
        wanted.extend(Data::OWN.iter().map(|&key| key.to_owned()));
        let mut found: Vec<String> = super::keys().map(|(key, _)| key.to_owned()).collect();
        wanted.sort();
        found.sort();
        assert_eq!(found, wanted);
    }

    /// What is set away from its usual value and said to be idle changes nothing of a run, and what
    /// is said to be in force does.
    #[test]
    fn what_is_idle_changes_no_number() {
        use std::sync::Arc;

        use driftscope_base::cancel::Cancel;

        use crate::experiment::Experiment;
        use crate::networks::Networks;
        use crate::recording::Recording;
        use crate::run::{RunOptions, run};

        const CHANGES: &[(&str, &str)] = &[
            ("data.name", "rings"),
            ("interpolant.kind", "gvp"),
            ("field.system", "decay"),
            ("field.mu", "5"),
            ("field.ratio", "30"),
            ("field.lambda", "9"),
            ("sampler.method", "rk4"),
            ("sampler.adaptive", "false"),
            ("sampler.steps", "7"),
            ("sampler.step_size", "0.11"),
            ("sampler.grid", "cosine"),
            ("sampler.rho", "3"),
            ("sampler.shift", "5"),
            ("sampler.atol", "1e-2"),
            ("sampler.rtol", "1e-2"),
            ("sampler.scope", "whole-batch"),
            ("sampler.error_weights", "torchdiffeq"),
            ("sampler.controller", "i-scipy"),
            ("sampler.norm", "max"),
            ("sampler.safety", "0.5"),
            ("sampler.min_factor", "0.9"),
            ("sampler.max_factor", "1.1"),
            ("sampler.pcoeff", "0.05"),
            ("sampler.icoeff", "0.9"),
            ("sampler.dcoeff", "0.07"),
            ("sampler.first_step", "0.003"),
            ("sampler.max_step", "0.05"),
            ("sampler.max_attempts", "2"),
            ("sampler.eta", "0.7"),
            ("sampler.s_churn", "5"),
            ("sampler.s_min", "1.5"),
            ("sampler.s_max", "1.2"),
            ("sampler.s_noise", "1.2"),
            ("diffusion.form", "sigma"),
            ("diffusion.norm", "0.4"),
            ("diffusion.scheme", "heun"),
            ("diffusion.last_step", "tweedie"),
            ("diffusion.last_step_size", "0.1"),
        ];
        // Each of them makes some settings idle and others not.
        const SCENES: &[&[&str]] = &[
            &["sampler.rtol=1e-3"],
            &["sampler.controller=pi", "sampler.rtol=1e-3"],
            &["sampler.controller=pid", "sampler.rtol=1e-3"],
            &["sampler.method=tsit5", "sampler.rtol=1e-3"],
            &["sampler.method=heun", "sampler.steps=9"],
            &["sampler.method=euler", "sampler.step_size=0.2"],
            &["sampler.method=euler", "sampler.grid=karras", "sampler.steps=9"],
            &["sampler.method=euler", "sampler.grid=shifted", "sampler.steps=9"],
            &["sampler.method=ddim", "sampler.steps=9"],
            &["sampler.method=edm-heun", "sampler.steps=9"],
            &["sampler.method=edm-heun", "sampler.steps=9", "sampler.s_churn=3"],
            &["diffusion.form=linear", "sampler.steps=9"],
            &["diffusion.form=linear", "sampler.steps=9", "diffusion.last_step=none"],
            &["direction=noise", "sampler.steps=9"],
            &["field.kind=classic", "field.system=van-der-pol"],
            &["field.kind=classic", "field.system=stiff-linear", "sampler.rtol=1e-3"],
            &["field.kind=classic", "field.system=stiff-cosine", "sampler.rtol=1e-3"],
            &["field.kind=classic", "sampler.method=rk4", "sampler.steps=9"],
        ];
        let record = |settings: &[&str]| -> Option<Recording> {
            let common = ["particles.count=6", "field.kind=exact", "data.name=two-moons"];
            let all: Vec<String> =
                common.iter().chain(settings).map(|&setting| setting.to_owned()).collect();
            // Some changes are refused in some scenes, which says enough.
            let scene = Arc::new(Scene::with_settings(None, &all).ok()?);
            let options = RunOptions::for_window(6);
            let experiment = Experiment::new(&scene, &Networks::default()).expect("ready");
            Some(run(&experiment, 1, &options, &Cancel::default(), |_| {}).expect("runs"))
        };
        // Of NaN as well, where particles stop.
        let numbers = |recording: &Recording| -> (Vec<[u64; 2]>, Vec<u32>) {
            let ends = recording.ends().map(|end| end.map(f64::to_bits)).collect();
            (ends, recording.counts().map(|counts| counts.nfe).collect())
        };
        let (mut idle, mut effective) = (Vec::new(), Vec::new());
        for settings in SCENES {
            let plain = record(settings).expect("a scene");
            for (key, value) in CHANGES {
                let setting = format!("{key}={value}");
                let Some(changed) = record(&[*settings, &[setting.as_str()]].concat()) else {
                    continue;
                };
                let reason = changed.scene.idle(key);
                if numbers(&plain) == numbers(&changed) {
                    idle.extend(reason.map(|_| *key));
                } else {
                    assert!(reason.is_none(), "{settings:?} {setting} has an effect: {reason:?}");
                    effective.push(*key);
                }
            }
        }
        for (key, _) in CHANGES {
            assert!(idle.contains(key), "{key} was never idle");
            assert!(effective.contains(key), "{key} never had an effect");
        }
    }

    #[test]
    fn given_are_settings_of_the_command_line_and_unusual_ones_of_a_file() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("scene.toml");
        let text = "[sampler]\nsteps = 20\nrtol = 1e-5\ngrid = \"uniform\"\n[view]\ntrail = 0.5\n";
        std::fs::write(&file, text).expect("written");
        let given = |settings: &[&str]| -> Vec<&str> {
            let settings: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
            let (_, given) = Scene::with_given(file.to_str(), &settings).expect("a scene");
            given.keys().collect()
        };
        assert_eq!(given(&[]), ["sampler.steps"], "the others are as usual");
        assert_eq!(given(&["sampler.rtol=1e-5"]), ["sampler.steps", "sampler.rtol"]);
        assert_eq!(given(&["view.trail=0.5"]), ["sampler.steps", "view.trail"]);
        assert_eq!(given(&["diffusion={norm=1.0}"]), ["sampler.steps", "diffusion.norm"]);
        // A saved scene spells every setting out.
        scene(&["sampler.method=heun", "sampler.eta=0.5"]).save(&file).expect("saved");
        assert_eq!(given(&[]), ["sampler.method", "sampler.eta"]);
        let resolved = scene(&[]).resolved((0.0, 1.0));
        resolved.save(&file).expect("saved");
        assert_eq!(given(&[]), [""; 0]);
    }

    #[test]
    fn what_was_in_force_is_spelt_out_and_nothing_else() {
        let in_force = |settings: &[&str]| {
            let mut found = Vec::new();
            keys(&scene(settings).in_force((0.0, 1.0)), "", &mut found);
            found
        };
        let has = |keys: &[String], key: &str| keys.iter().any(|found| found == key);
        let fixed = in_force(&["sampler.method=euler", "sampler.step_size=0.1"]);
        for key in ["sampler.method", "sampler.step_size", "sampler.grid", "time.end", "seed"] {
            assert!(has(&fixed, key), "{key}: {fixed:?}");
        }
        for key in ["sampler.steps", "sampler.rtol", "sampler.eta", "diffusion.norm", "view.trail"]
        {
            assert!(!has(&fixed, key), "{key}: {fixed:?}");
        }
        let controlled = in_force(&["sampler.controller=pi"]);
        assert!(has(&controlled, "sampler.pcoeff") && !has(&in_force(&[]), "sampler.pcoeff"));
        assert!(has(&controlled, "sampler.rtol") && !has(&controlled, "sampler.grid"));
        let noisy = in_force(&["diffusion.form=sigma"]);
        assert!(has(&noisy, "diffusion.norm") && !has(&noisy, "sampler.method"));
        let classic = in_force(&["field.kind=classic", "field.system=van-der-pol"]);
        assert!(has(&classic, "field.mu") && !has(&classic, "data.name"));
    }
}
