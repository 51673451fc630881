//! Presets of the practitioner's guide.

use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::{End, MethodRef};

use super::Scene;

/// Sampler settings with a name.
#[derive(Debug)]
pub struct Preset {
    /// Name in menus.
    pub title: &'static str,
    /// What it buys and costs, for a tooltip.
    pub about: &'static str,
    method: &'static str,
    steps: Option<usize>,
    tolerances: Option<(f64, f64)>,
}

/// Every preset, in menu order.
pub const PRESETS: &[Preset] = &[
    Preset {
        title: "High quality",
        about: "dopri5, atol 1e-6, rtol 1e-5: the error sets the steps. Seven stages of memory.",
        method: "dopri5",
        steps: None,
        tolerances: Some((1e-6, 1e-5)),
    },
    Preset {
        title: "Balanced",
        about: "rk4, 15 steps: 60 evaluations, four stages of memory.",
        method: "rk4",
        steps: Some(15),
        tolerances: None,
    },
    Preset {
        title: "Fast",
        about: "euler, 10 large steps: 10 evaluations, one stage of memory.",
        method: "euler",
        steps: Some(10),
        tolerances: None,
    },
];

impl Preset {
    /// Puts the preset's sampler into `scene`; presets are about ODEs, so diffusion is turned off.
    pub fn apply(&self, scene: &mut Scene) {
        let sampler = &mut scene.sampler;
        sampler.set_method(MethodRef::named(self.method).unwrap_or_default());
        sampler.adaptive = None;
        sampler.step_size = None;
        sampler.leave_list();
        // Equal steps: a schedule that another sampler came with is no part of it.
        (sampler.grid, sampler.levels) = (None, None);
        if let Some(steps) = self.steps {
            sampler.steps = steps;
        }
        if let Some((atol, rtol)) = self.tolerances {
            (sampler.atol, sampler.rtol) = (atol, rtol);
        }
        scene.diffusion.form = DiffusionForm::None;
        // The end was chosen for a field that another method may not leave.
        if scene.check().is_err() {
            scene.sampler.end = End::default();
        }
    }

    /// Whether `scene` stands as this preset would leave it.
    #[must_use]
    pub fn is_in_force(&self, scene: &Scene) -> bool {
        let mut after = scene.clone();
        self.apply(&mut after);
        after == *scene
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_is_what_it_says_whatever_was_there_before() {
        let read = |settings: &[&str]| {
            let settings: Vec<String> = settings.iter().map(|&s| s.to_owned()).collect();
            Scene::with_settings(None, &settings).expect("a scene")
        };
        for before in [
            &["sampler.method=euler", "sampler.times=[0, 0.3, 1]"][..],
            &["sampler.method=euler", "sampler.step_size=0.25"],
            &[
                "field.kind=exact",
                "data.name=checkerboard",
                "sampler.method=euler",
                "sampler.end=overshoot",
            ],
            &["sampler.method=ddim", "sampler.eta=1"],
        ] {
            for preset in PRESETS {
                let mut scene = read(before);
                preset.apply(&mut scene);
                assert!(scene.check().is_ok(), "{}: {before:?}", preset.title);
                assert!(!scene.is_stochastic());
                let steps = scene.grid(scene.interval(1.0)).len() - 1;
                assert!(preset.steps.is_none_or(|wanted| steps == wanted), "{before:?}");
            }
        }
    }

    #[test]
    fn every_preset_names_a_method_and_is_in_force_once_applied() {
        for preset in PRESETS {
            assert!(MethodRef::named(preset.method).is_some());
            let mut scene = Scene::default();
            preset.apply(&mut scene);
            assert!(preset.is_in_force(&scene));
        }
    }
}
