//! What goes with a choice: settings that would mean nothing beside it go back to their usual.

use driftscope_flow::network::TimeDensity;
use driftscope_solve::MethodRef;
use driftscope_study::scene::parameters::{Kind, Named, Settings};
use driftscope_study::scene::{FieldKind, Scene, Time};

use super::density;

/// Lets the setting `key` of a scene be the choice called `name`, or none if that is empty.
///
/// # Panics
/// If no scene has such a key.
pub fn choose(scene: &mut Scene, key: &str, name: &'static str) {
    match key {
        "data.name" => {
            scene.data.choose(name);
            // A model file belongs to the distribution it was trained on.
            scene.field.follow(None);
            scene.suit_data();
        }
        "field.kind" => set_kind(scene, FieldKind::named(name).unwrap_or_default()),
        "field.system" => {
            name.clone_into(&mut scene.field.system);
            scene.time = Time::default();
            scene.sampler.step_size = None;
        }
        "training.times" => set_times(scene, TimeDensity::named(name).unwrap_or_default()),
        "sampler.method" => set_method(scene, MethodRef::named(name).unwrap_or_default()),
        key => {
            if let Kind::Choice(choices) = &Scene::parameter(key).kind {
                // What stands for none has no name.
                (choices.access.set)(scene, Some(name).filter(|name| !name.is_empty()));
            }
        }
    }
}

fn set_method(scene: &mut Scene, method: MethodRef) {
    let evaluations = scene.sampler.steps * scene.evaluations_per_step();
    scene.sampler.set_method(method);
    scene.sampler.adaptive = None;
    if scene.view.keep_evaluations {
        let per_step = scene.evaluations_per_step().max(1);
        scene.sampler.steps = (evaluations as f64 / per_step as f64).round().max(1.0) as usize;
        scene.sampler.step_size = None;
    }
}

/// Changes the density of times; one that is drawn begins with the one that was there.
fn set_times(scene: &mut Scene, times: TimeDensity) {
    let training = &mut scene.training;
    if times == TimeDensity::Drawn && training.times != times {
        training.times_density = density::heights(training);
    }
    training.times = times;
}

/// Changes the field; what belongs to the other world goes back to its usual.
fn set_kind(scene: &mut Scene, kind: FieldKind) {
    let crosses = (kind == FieldKind::Classic) != (scene.field.kind == FieldKind::Classic);
    scene.field.kind = kind;
    if !crosses {
        return;
    }
    // Times of one mean nothing to the other.
    scene.time = Time::default();
    scene.suit_field();
}
