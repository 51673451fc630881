use driftscope_solve::grid::Spacing;

use super::super::{Data, FieldKind, Pane, Scene};
use super::*;
use crate::own::Own;
use crate::scene::test_support::{keys, scene};

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
        "sampler.levels=[9, 0.1]",
        "sampler.ays=svd",
        "sampler.mu=0.5",
        "sampler.eta_sde=0.5",
        "sampler.tau=0.5",
        "sampler.predictor=3",
        "sampler.corrector=3",
        "sampler.order=2",
        "sampler.solver_type=heun",
        "sampler.b=bh1",
        "sampler.final_order=lower",
        "sampler.kappa=2",
        "sampler.variable=flow",
        "sampler.integral_points=200",
        "sampler.precision=f64",
        "particles.start=marginal",
        "training.seconds=5",
        "training.stop_after=3",
        "source.name=rings",
        "guidance.scale=2",
        "guidance.interval=[0.25, 0.75]",
        "guidance.bad=bad.safetensors",
    ]);
    full.guidance.label = Some(0);
    full.sampler.grid = Some(Spacing::List);
    full.sampler.step_size = Some(0.1);
    full.sampler.times_in = crate::scene::TimesIn::Level;
    (full.sampler.pcoeff, full.sampler.icoeff) = (Some(0.1), Some(0.1));
    (full.sampler.dcoeff, full.field.mu) = (Some(0.1), Some(1.0));
    (full.field.ratio, full.field.lambda) = (Some(2.0), Some(2.0));
    (full.time.start, full.time.end) = (Some(0.0), Some(1.0));
    for key in driftscope_flow::network::foreign::KEYS {
        full.field.reading.state(key, Some("1".to_owned()));
    }
    full.panes.push(Pane::default());
    let tableau = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/tableaus/ralston.toml");
    full.sampler.tableau = Some(Own::read(tableau.as_ref()).expect("a tableau"));
    let mut wanted = Vec::new();
    keys(&full.to_table(), "", &mut wanted);
    // Of a training only what is unusual is written into a scene.
    let training = toml::Table::try_from(&full.training).expect("settings");
    keys(&training, "training.", &mut wanted);
    // Data of one's own are of one source at a time.
    for choice in Data::choices() {
        let mut other = full.clone();
        other.data.choose(choice.name);
        keys(&other.to_table(), "", &mut wanted);
    }
    let points = scene(&["data.points=[[0, 0], [1, 1]]", "data.kernel=0.1", "field.kind=exact"]);
    keys(&points.to_table(), "", &mut wanted);
    for own in ["source.points=[[0, 0], [1, 1]]", "source.mixture=[{mean=[0, 0], std=1}]"] {
        let mut other = scene(&[own, "field.kind=exact"]);
        other.source.as_mut().expect("a source").kernel = Some(0.1);
        keys(&other.to_table(), "", &mut wanted);
    }
    let mut found: Vec<String> =
        Scene::parameters().iter().map(|parameter| parameter.key.to_owned()).collect();
    wanted.sort();
    wanted.dedup();
    found.sort();
    assert_eq!(found, wanted);
}

#[test]
fn every_parameter_of_a_classic_ode_is_a_key() {
    for system in driftscope_flow::field::SYSTEMS {
        let Some(own) = &system.parameter else { continue };
        let parameter = Scene::parameter(&format!("field.{}", own.key));
        let number = parameter.real().expect("a number");
        assert_eq!(number.range, own.range.clone().into(), "{own:?}");
        assert_eq!(number.in_force(&Scene::default()), Some(own.usual), "{own:?}");
        assert_eq!(parameter.default_in_words(), written(own.usual));
        assert_eq!((parameter.title, parameter.about), (own.symbol, own.about));
    }
}

/// Words, defaults and sliders of a row.
fn is_sound<O: Settings>(parameter: &Parameter<O>) {
    fn numbers<O: Default, T: Numeric>(key: &str, number: &Number<O, T>) {
        let usual = number.in_force(&O::default());
        assert!(usual.is_none_or(|value| number.range.contains(value)), "{key}: its default");
        assert!(usual.is_some() || number.absent.is_some(), "{key}: what holds?");
        if let Some(slider) = &number.slider {
            for end in [*slider.start(), *slider.end()] {
                assert!(number.range.contains(end), "{key}: {end}");
            }
            let logarithmic = number.scale == Scale::Logarithmic;
            assert!(!logarithmic || slider.start().to_string() != "0", "{key}: no logarithm of 0");
        }
    }
    let key = parameter.key;
    assert!(!parameter.title.is_empty() && !parameter.about.is_empty(), "{key}");
    match &parameter.kind {
        Kind::Real(number) => numbers(key, number),
        Kind::Whole(number) => numbers(key, number),
        Kind::Choice(choices) => {
            let usual = (choices.access.get)(&O::default());
            assert!(usual.is_some() || choices.absent.is_some(), "{key}: what holds?");
            assert!(usual.is_none_or(|name| choices.named(name).is_some()), "{key}: {usual:?}");
        }
        Kind::Switch(switch) => {
            assert!((switch.access.get)(&O::default()).is_some() || switch.absent.is_some());
        }
        Kind::Text(_) | Kind::List(_) => {
            assert!(parameter.written(&O::default()).is_some() || parameter.absent().is_some());
        }
    }
    let choices = parameter.choices();
    for (i, choice) in choices.iter().enumerate() {
        assert!(!choice.title.is_empty() && !choice.about.is_empty(), "{key}: {}", choice.name);
        assert!(choices[..i].iter().all(|other| other.name != choice.name), "{key}: twice");
    }
    assert!(parameter.title.chars().count() <= 20, "{key} has a short name");
    assert_eq!(O::find(key).map(|found| found.title), Some(parameter.title), "{key} stands twice");
}

#[test]
fn every_row_says_all_there_is_to_say() {
    Scene::parameters().iter().for_each(is_sound);
}

/// What has to stand beside an end of a range, so that no rule about several settings refuses it.
fn companions(key: &str) -> &'static [&'static str] {
    match key {
        "sampler.pcoeff" => &["sampler.icoeff=10", "sampler.dcoeff=1"],
        "sampler.icoeff" => &["sampler.pcoeff=10", "sampler.dcoeff=1"],
        "sampler.dcoeff" => &["sampler.pcoeff=1", "sampler.icoeff=10"],
        "diffusion.last_step_size" => &["diffusion.form=sigma", "field.kind=exact"],
        "time.start" | "time.end" => &["field.kind=classic"],
        _ => &[],
    }
}

/// A scene in which the key has a place: numbers of data of one's own have none where others are
/// sampled.
fn with_place(key: &str) -> Scene {
    let mut scene = scene(companions(key));
    let own =
        Data::choices().into_iter().find(|choice| Scene::parameter(key).belongs_to(choice.name));
    if let Some(own) = own.filter(|own| own.name.starts_with("data.")) {
        scene.data.choose(own.name);
        scene.field.kind = FieldKind::Exact;
    }
    if key == "source.kernel" {
        let points = super::super::test_support::scene(&["source.points=[[0, 0], [1, 1]]"]);
        scene.source = points.source;
    }
    scene
}

/// The ends of a range are allowed, what lies beyond them is refused by its key.
fn ends_are_held<T: Numeric>(
    key: &str,
    number: &Number<Scene, T>,
    beyond: impl Fn(T, bool) -> Option<T>,
) -> usize {
    let with = |value: T| {
        let mut scene = with_place(key);
        (number.access.set)(&mut scene, Some(value));
        scene
    };
    let mut held = 0;
    let ends = [(number.range.least(), false), (number.range.greatest(), true)];
    for (end, up) in ends.into_iter().filter_map(|(end, up)| Some((end?, up))) {
        let found = with(end).check();
        // Of a time that begins where the other ends nothing can be shown.
        let alone = number.alone || key.starts_with("diffusion.");
        assert!(!alone || found.is_ok(), "{key} = {end}: {found:?}");
        if let Some(outside) = beyond(end, up) {
            let problem = with(outside).check().expect_err(key);
            assert_eq!(problem.key, key, "{outside}");
            assert!(problem.value == outside.to_string(), "{problem}");
            held += 1;
        }
    }
    held
}

#[test]
fn ends_of_ranges_are_allowed_and_what_lies_beyond_is_refused_by_its_key() {
    let mut held = 0;
    for parameter in Scene::parameters() {
        let key = parameter.key;
        held +=
            match &parameter.kind {
                Kind::Real(number) => ends_are_held(key, number, |end, up| {
                    Some(if up { end.next_up() } else { end.next_down() })
                }),
                Kind::Whole(number) => ends_are_held(key, number, |end, up| {
                    if up { end.checked_add(1) } else { end.checked_sub(1) }
                }),
                _ => continue,
            };
        if let Some(number) = parameter.real() {
            let nothing = [f64::NAN, f64::INFINITY];
            let low = if number.range.least().is_none() { &[0.0, -1.0][..] } else { &[] };
            for &value in nothing.iter().chain(low) {
                let mut scene = with_place(key);
                (number.access.set)(&mut scene, Some(value));
                assert_eq!(scene.check().expect_err(key).key, key, "{value}");
            }
        }
    }
    assert!(held > 40, "only {held} ends");
}

#[test]
fn setting_a_value_changes_that_key_alone() {
    for parameter in Scene::parameters() {
        let key = parameter.key;
        let placed = key.starts_with("data.") || key == "source.kernel";
        let usual = if placed { with_place(key) } else { Scene::default() };
        let check = |set: &dyn Fn(&mut Scene, bool), written: &str| {
            let mut scene = usual.clone();
            set(&mut scene, true);
            assert_eq!(parameter.written(&scene).as_deref(), Some(written), "{key}");
            for change in usual.changes_to(&scene) {
                assert_eq!(change.key, key);
                let value = change.value.expect("a value");
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let same = value == written
                    || value.parse::<f64>().ok().zip(written.parse().ok()).is_some_and(
                        |(found, wanted): (f64, f64)| found.to_bits() == wanted.to_bits(),
                    );
                assert!(same, "{key}: {value} is not {written}");
            }
            set(&mut scene, false);
            assert_eq!(scene, usual, "{key} goes back");
        };
        match &parameter.kind {
            Kind::Real(Number { range, access, .. }) => {
                let ends = [range.least(), range.greatest(), Some(0.375)];
                for value in ends.into_iter().flatten() {
                    check(&|scene, on| (access.set)(scene, on.then_some(value)), &written(value));
                }
            }
            Kind::Whole(Number { range, access, .. }) => {
                for value in [range.least(), range.greatest()].into_iter().flatten() {
                    let set = |scene: &mut Scene, on: bool| {
                        (access.set)(scene, on.then_some(value));
                    };
                    check(&set, &value.to_string());
                }
            }
            Kind::Switch(Switch { access, .. }) => {
                for value in [true, false] {
                    let set = |scene: &mut Scene, on: bool| {
                        (access.set)(scene, on.then_some(value));
                    };
                    check(&set, &value.to_string());
                }
            }
            Kind::Choice(Choices { all, access, .. }) => {
                for Choice { name, .. } in all() {
                    check(&|scene, on| (access.set)(scene, on.then_some(name)), name);
                }
            }
            Kind::Text(_) | Kind::List(_) => {}
        }
    }
}
