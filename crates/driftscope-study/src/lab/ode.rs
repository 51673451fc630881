//! What the laboratory measures: a scene's probability-flow ODE, and the truth beside it.

use std::sync::Arc;

use driftscope_base::field::ScoredField;
use driftscope_flow::diffusion::DiffusionForm;
use driftscope_solve::{End, MethodRef, OdeSettings, Tolerances};

use super::error::LabError;
use crate::experiment::Experiment;
use crate::networks::Networks;
use crate::scene::{Direction, FieldKind, Scene};

impl Experiment {
    /// A scene's probability-flow ODE: without noise, the interval that of the ODE.
    ///
    /// # Errors
    /// [`LabError::Refused`] if the scene or its network is refused, and where t falls: in the forward
    /// direction, which is noise and nothing else, and where data are encoded, since what is measured is
    /// measured over rising t.
    pub fn of_ode(scene: &Scene, networks: &Networks) -> Result<Self, LabError> {
        match scene.direction {
            Direction::Generate => {}
            Direction::Noise => {
                return Err(LabError::refused(
                    "The forward direction is an SDE: there is no one true path to compare with.",
                ));
            }
            Direction::Encode => {
                return Err(LabError::refused(
                    "This is measured on the way from noise to data: choose the direction generate, which follows the same ODE.",
                ));
            }
        }
        Ok(Self::new(&Arc::new(without_noise(scene)), networks)?)
    }

    /// The same scene with the exact field.
    ///
    /// # Errors
    /// [`LabError::Refused`] if the scene is refused with it, or pushed away from a bad model, which no exact
    /// field is.
    pub fn with_exact_field(&self) -> Result<Self, LabError> {
        self.unguided()?;
        let mut scene = (*self.scene).clone();
        scene.field.kind = FieldKind::Exact;
        // Asked for its field alone, which need not go on where the scene's own sampler would.
        scene.sampler.end = End::Clamp;
        scene.time.end = Some(self.interval.1.min(self.exact_last_time()));
        Ok(self.variant(scene)?)
    }

    /// Refuses data that have no density.
    ///
    /// # Errors
    /// [`LabError::Refused`] for points without a kernel.
    pub(super) fn with_density(&self) -> Result<(), LabError> {
        if !self.mixture.is_of_points() {
            return Ok(());
        }
        Err(LabError::refused(
            "Points without a kernel have no density: set data.kernel above 0 for this measurement.",
        ))
    }

    /// The field with its score.
    ///
    /// # Errors
    /// [`LabError::Refused`] for a classic ODE and with a source of its own.
    pub(super) fn scored(&self) -> Result<&dyn ScoredField<f64>, LabError> {
        self.with_distribution()?;
        self.process().ok_or_else(|| {
            LabError::refused(
                "With a source of its own there is no score to add noise by: leave the source out, which is N(0, I) then.",
            )
        })
    }

    /// Refuses what has no distribution.
    ///
    /// # Errors
    /// [`LabError::Refused`] for a classic ODE.
    pub(super) fn with_distribution(&self) -> Result<(), LabError> {
        if self.scene.classic().is_none() {
            return Ok(());
        }
        Err(LabError::refused(
            "A classic ODE has no distribution; choose a learned or exact field.",
        ))
    }

    /// Refuses what is guided away from the `p_t` of the data.
    ///
    /// # Errors
    /// [`LabError::Refused`] where the scale of guidance is not 1.
    pub(super) fn unguided(&self) -> Result<(), LabError> {
        if !self.scene.is_guided() {
            return Ok(());
        }
        Err(LabError::refused(
            "Guidance leads to another distribution than that of the data, and its p_t is not theirs: set guidance.scale to 1 for this measurement.",
        ))
    }
}

/// The scene as an ODE.
fn without_noise(scene: &Scene) -> Scene {
    let mut ode = scene.clone();
    ode.diffusion.form = DiffusionForm::None;
    if ode.is_stochastic() {
        ode.sampler.draw_none();
    }
    ode
}

/// The settings that count as the truth: DOP853 at 1e-12.
#[must_use]
pub(super) fn tight(interval: (f64, f64)) -> OdeSettings {
    let method = MethodRef::named("dop853").expect("the table has dop853");
    OdeSettings {
        max_attempts: 100_000,
        ..OdeSettings::new(method, Tolerances { atol: 1e-12, rtol: 1e-12 }, interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_field_of_a_scene_whose_own_field_goes_on_is_there() {
        // The network of the checkerboard goes on beyond t = 1, its exact field ends there.
        let settings = ["data.name=checkerboard", "sampler.end=overshoot"].map(str::to_owned);
        let scene = Scene::with_settings(None, &settings).expect("a scene");
        let ode = Experiment::of_ode(&scene, &Networks::default()).expect("ready");
        assert!(ode.with_exact_field().is_ok());
    }
}
