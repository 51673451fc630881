//! The description of a model as safetensors metadata: a map of texts.

use std::collections::HashMap;

use driftscope_base::interpolant::Interpolant;

use super::error::CheckpointError;
use super::format::FORMAT_VERSION;
use super::model::{Description, Model};
use crate::network::Architecture;

const ACTIVATION: &str = "silu";
const PREDICTION: &str = "velocity";

/// The key of each entry of the metadata.
mod key {
    pub const FORMAT_VERSION: &str = "format_version";
    pub const HIDDEN: &str = "hidden";
    pub const DEPTH: &str = "depth";
    pub const TIME_FEATURES: &str = "time_features";
    pub const TIME_FREQUENCIES: &str = "time_frequencies";
    pub const ACTIVATION: &str = "activation";
    pub const PREDICTION: &str = "prediction";
    pub const DATA: &str = "data";
    pub const INTERPOLANT: &str = "interpolant";
    pub const COMMAND: &str = "command";
    pub const STEPS: &str = "steps";
    pub const BATCH: &str = "batch";
    pub const LEARNING_RATE: &str = "learning_rate";
    pub const SEED: &str = "seed";
    pub const EMA_DECAY: &str = "ema_decay";
    pub const LOSS: &str = "loss";
    pub const FINAL_LOSS: &str = "final_loss";
}

impl Model {
    /// The entries that describe this model.
    pub(super) fn metadata(&self) -> HashMap<String, String> {
        let Architecture { hidden, depth, time_features } = self.weights.architecture;
        let description = &self.description;
        let frequencies: Vec<String> =
            self.weights.frequencies.iter().map(ToString::to_string).collect();
        let loss = description.loss.iter().map(|name| (key::LOSS.to_owned(), name.clone()));
        [
            (key::FORMAT_VERSION, FORMAT_VERSION.to_string()),
            (key::HIDDEN, hidden.to_string()),
            (key::DEPTH, depth.to_string()),
            (key::TIME_FEATURES, time_features.to_string()),
            (key::TIME_FREQUENCIES, frequencies.join(" ")),
            (key::ACTIVATION, ACTIVATION.to_owned()),
            (key::PREDICTION, PREDICTION.to_owned()),
            (key::DATA, description.data.clone()),
            (key::INTERPOLANT, description.interpolant.name().to_owned()),
            (key::COMMAND, description.command.clone()),
            (key::STEPS, description.steps.to_string()),
            (key::BATCH, description.batch.to_string()),
            (key::LEARNING_RATE, description.learning_rate.to_string()),
            (key::SEED, description.seed.to_string()),
            (key::EMA_DECAY, description.ema_decay.to_string()),
            (key::FINAL_LOSS, description.final_loss.to_string()),
        ]
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .chain(loss)
        .collect()
    }
}

/// The metadata of one file.
pub(super) struct Entries<'a> {
    pub origin: &'a str,
    pub map: &'a HashMap<String, String>,
}

impl Entries<'_> {
    fn text(&self, key: &'static str) -> Result<&str, CheckpointError> {
        self.map
            .get(key)
            .map(String::as_str)
            .ok_or_else(|| CheckpointError::MissingEntry { origin: self.origin.to_owned(), key })
    }

    fn unsupported(&self, key: &'static str, allowed: impl Into<String>) -> CheckpointError {
        CheckpointError::Unsupported {
            origin: self.origin.to_owned(),
            key,
            found: self.map.get(key).cloned().unwrap_or_default(),
            allowed: allowed.into(),
        }
    }

    /// The entry must be one of the allowed texts.
    fn one_of(&self, key: &'static str, allowed: &[&str]) -> Result<String, CheckpointError> {
        let found = self.text(key)?;
        if allowed.contains(&found) {
            Ok(found.to_owned())
        } else {
            Err(self.unsupported(key, allowed.join(", ")))
        }
    }

    fn whole(&self, key: &'static str) -> Result<u64, CheckpointError> {
        let parsed = self.text(key)?.parse();
        parsed.map_err(|_| self.unsupported(key, "a whole number"))
    }

    fn number(&self, key: &'static str) -> Result<f64, CheckpointError> {
        match self.text(key)?.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(number),
            _ => Err(self.unsupported(key, "a finite number")),
        }
    }

    pub fn architecture(&self) -> Result<(Architecture, Vec<f64>), CheckpointError> {
        self.one_of(key::FORMAT_VERSION, &[&FORMAT_VERSION.to_string()])?;
        self.one_of(key::ACTIVATION, &[ACTIVATION])?;
        self.one_of(key::PREDICTION, &[PREDICTION])?;
        let size =
            |key| Ok::<_, CheckpointError>(usize::try_from(self.whole(key)?).unwrap_or(usize::MAX));
        let architecture = Architecture {
            hidden: size(key::HIDDEN)?,
            depth: size(key::DEPTH)?,
            time_features: size(key::TIME_FEATURES)?,
        };
        // Before anything is made of these sizes.
        architecture.validate().map_err(|error| CheckpointError::Weights {
            origin: self.origin.to_owned(),
            source: error.into(),
        })?;
        let frequencies = self.text(key::TIME_FREQUENCIES)?.split_whitespace();
        let frequencies: Result<Vec<f64>, _> = frequencies.map(str::parse).collect();
        let frequencies = frequencies
            .map_err(|_| self.unsupported(key::TIME_FREQUENCIES, "a list of numbers"))?;
        Ok((architecture, frequencies))
    }

    fn interpolant(&self) -> Result<Interpolant, CheckpointError> {
        let name = self.one_of(key::INTERPOLANT, &Interpolant::ALL.map(Interpolant::name))?;
        Ok(Interpolant::named(&name).expect("one of the names it was compared with"))
    }

    pub fn description(&self) -> Result<Description, CheckpointError> {
        Ok(Description {
            data: self.text(key::DATA)?.to_owned(),
            interpolant: self.interpolant()?,
            command: self.text(key::COMMAND)?.to_owned(),
            steps: self.whole(key::STEPS)?,
            batch: self.whole(key::BATCH)?,
            learning_rate: self.number(key::LEARNING_RATE)?,
            seed: self.whole(key::SEED)?,
            ema_decay: self.number(key::EMA_DECAY)?,
            // Files that do not name it were trained on the squared error.
            loss: self.map.get(key::LOSS).cloned(),
            final_loss: self.number(key::FINAL_LOSS)?,
        })
    }
}
