//! The scene of a measurement.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::scene::{Diffusion, Particles, Sampler, Scene};

/// The scene that is measured. Equal to another when the measurement would be the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(#[serde(with = "crate::shared")] pub Arc<Scene>);

impl Subject {
    /// Whatever the scene says counts.
    #[must_use]
    pub fn whole(scene: &Arc<Scene>) -> Self {
        Self(Arc::clone(scene))
    }

    /// The same with at most `most` particles.
    #[must_use]
    pub fn sample(scene: &Scene, most: usize) -> Self {
        let mut scene = scene.clone();
        scene.particles.count = scene.particles.count.min(most);
        Self(Arc::new(scene))
    }

    /// So many particles of an ODE that is solved by many methods: the scene's own method, steps and tolerances
    /// make no difference.
    #[must_use]
    pub fn swept(scene: &Scene, particles: usize) -> Self {
        let mut scene = scene.clone();
        let usual = Sampler::default();
        let sampler = &mut scene.sampler;
        sampler.set_method(usual.method());
        sampler.steps = usual.steps;
        (sampler.rtol, sampler.atol, sampler.step_size) = (usual.rtol, usual.atol, None);
        scene.particles.count = particles;
        Self(Arc::new(scene))
    }

    /// The field and its interval alone count, not the sampler.
    #[must_use]
    pub fn field(scene: &Scene) -> Self {
        let mut scene = scene.clone();
        scene.particles = Particles { start: Some(scene.start()), ..Particles::default() };
        if let (Some(times), true) = (scene.listed_times(), scene.time.start.is_none()) {
            scene.time.start = times.first().copied();
            scene.time.end = times.last().copied();
        }
        scene.sampler = Sampler::default();
        scene.diffusion = Diffusion::default();
        Self(Arc::new(scene))
    }
}

impl From<Scene> for Subject {
    fn from(scene: Scene) -> Self {
        Self(Arc::new(scene))
    }
}

impl PartialEq for Subject {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.records_like(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sampler_does_not_change_the_field() {
        let scene = Scene::default();
        let mut other = scene.clone();
        other.sampler.rtol = 1e-2;
        other.particles.count = 7;
        assert!(Subject::field(&scene) == Subject::field(&other));
        let (one, two) = (Arc::new(scene), Arc::new(other));
        assert!(Subject::whole(&one) != Subject::whole(&two));
    }
}
