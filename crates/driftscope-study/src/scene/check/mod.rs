//! Which values a scene may have: each by its range in the table of parameters, then the rules about
//! several of them.

mod guidance;
mod process;
mod reading;
mod rules;
mod sampler;
mod times;

use driftscope_flow::field::SYSTEMS;
use driftscope_flow::network::{ArchitectureError, TrainingError, WeightsError};

use super::pane::MOST_PANES;
use super::parameters::Settings;
use super::problem::{PANES, Problem, refuse};
use super::{FieldKind, Scene};

impl Scene {
    /// Checks every value.
    ///
    /// # Errors
    /// The first value that is out of range, or that goes against another one.
    pub fn check(&self) -> Result<(), Problem> {
        self.check_to_train()?;
        self.check_network()?;
        (1..self.pane_count()).try_for_each(|index| {
            self.pane(index).check_network().map_err(|problem| in_pane(index, &problem))
        })
    }

    /// The same of a scene to train a network on, which therefore need not be there.
    ///
    /// # Errors
    /// As [`Self::check`].
    pub fn check_to_train(&self) -> Result<(), Problem> {
        self.check_own()?;
        if self.pane_count() > MOST_PANES {
            let allowed = format!("at most {MOST_PANES} panes, the scene's own included");
            return refuse(PANES, format!("{} panes", self.pane_count()), allowed);
        }
        for index in 1..self.pane_count() {
            let pane = self.pane(index);
            pane.check_own().map_err(|problem| in_pane(index, &problem))?;
            let classic = [self, &pane].iter().any(|scene| scene.field.kind == FieldKind::Classic);
            if classic && pane.field != self.field {
                let value = pane.field.system;
                let allowed = "the same in all panes where one is a classic ODE".to_owned();
                return Err(in_pane(index, &Problem { key: "field", value, allowed }));
            }
        }
        Ok(())
    }

    /// Checks the scene without its other panes.
    fn check_own(&self) -> Result<(), Problem> {
        self.check_system()?;
        self.check_reading()?;
        // Also where a classic field has no use for it.
        let mixture = self.mixture()?;
        Self::parameters().iter().try_for_each(|parameter| parameter.check(self))?;
        self.check_training()?;
        self.check_sampler()?;
        self.check_last_step()?;
        if self.field.kind == FieldKind::Classic {
            return self.check_classic();
        }
        self.check_guidance(&mixture)?;
        self.check_process(&mixture)
    }

    /// The classic system, also where another field is shown.
    fn check_system(&self) -> Result<(), Problem> {
        if !SYSTEMS.iter().any(|system| system.name == self.field.system) {
            return refuse("field.system", &self.field.system, one_of("field.system"));
        }
        Ok(())
    }

    /// Rules about several settings of a training.
    fn check_training(&self) -> Result<(), Problem> {
        self.training.validate().map_err(|error| {
            let (name, value, allowed) = match error {
                TrainingError::Setting { name, value, allowed } => (name, value, allowed),
                TrainingError::Weights(WeightsError::Architecture(
                    ArchitectureError::OddTimeFeatures(count),
                )) => {
                    let allowed = "an even number, one sine and one cosine for each frequency";
                    ("time_features", count.to_string(), allowed.to_owned())
                }
                // All else is in its row's range.
                other => ("steps", self.training.steps.to_string(), other.to_string()),
            };
            let key = Self::find(&format!("training.{name}")).map_or("training", |row| row.key);
            Problem { key, value, allowed }
        })
    }

    /// Whether there is a network for it where it needs one.
    fn check_network(&self) -> Result<(), Problem> {
        if let Some(own) = self.data.own()
            && self.needs_network()
            && self.field.model.is_none()
        {
            let what = own.words().what;
            let allowed =
                format!("{what} has no bundled model: use \"exact\", or name a field.model");
            return refuse("field.kind", "learned", allowed);
        }
        Ok(())
    }
}

/// The names that a setting may have.
fn one_of(key: &str) -> String {
    let choices = Scene::parameter(key).choices();
    let names: Vec<&str> = choices.iter().map(|choice| choice.name).collect();
    format!("one of {}", names.join(", "))
}

/// What is wrong with a pane, said of the scene it belongs to.
fn in_pane(index: usize, problem: &Problem) -> Problem {
    let Problem { key, value, allowed } = problem;
    let value = format!("{PANES}[{index}].{key} = {value}");
    Problem { key: PANES, value, allowed: allowed.clone() }
}
