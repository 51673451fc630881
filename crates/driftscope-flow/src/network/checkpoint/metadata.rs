//! The description of a model as safetensors metadata: a map of texts.

use std::collections::HashMap;

use driftscope_base::interpolant::Interpolant;

use super::error::CheckpointError;
use super::format::FORMAT_VERSION;
use super::model::{Description, Model};
use crate::network::training::TrainingSettings;
use crate::network::{Activation, Architecture, LossRef};
use crate::prediction::Prediction;

/// The key of each entry of the metadata.
mod key {
    pub const FORMAT_VERSION: &str = "format_version";
    pub const HIDDEN: &str = "hidden";
    pub const DEPTH: &str = "depth";
    pub const TIME_FEATURES: &str = "time_features";
    pub const TIME_FREQUENCIES: &str = "time_frequencies";
    pub const ACTIVATION: &str = "activation";
    pub const PREDICTION: &str = "prediction";
    pub const LABELS: &str = "labels";
    pub const DATA: &str = "data";
    pub const SOURCE: &str = "source";
    pub const INTERPOLANT: &str = "interpolant";
    pub const COMMAND: &str = "command";
    pub const STEPS: &str = "steps";
    pub const TRAINING: &str = "training";
    pub const BATCH: &str = "batch";
    pub const LEARNING_RATE: &str = "learning_rate";
    pub const SEED: &str = "seed";
    pub const EMA_DECAY: &str = "ema_decay";
    pub const LOSS: &str = "loss";
    pub const FINAL_LOSS: &str = "final_loss";
}

/// Settings that have entries of their own.
const OWN_ENTRIES: [&str; 9] = [
    key::HIDDEN,
    key::DEPTH,
    key::TIME_FEATURES,
    key::ACTIVATION,
    key::PREDICTION,
    key::BATCH,
    key::LEARNING_RATE,
    key::SEED,
    key::EMA_DECAY,
];

impl Model {
    /// The entries that describe this model.
    pub(super) fn metadata(&self) -> HashMap<String, String> {
        let Architecture { hidden, depth, time_features, activation, labels, .. } =
            self.weights.architecture;
        let description = &self.description;
        let settings = &description.settings;
        let frequencies: Vec<String> =
            self.weights.frequencies.iter().map(ToString::to_string).collect();
        let loss = settings.loss;
        let unusual = unusual(settings, description.steps);
        // What goes without saying is left out.
        let further = [
            (key::LABELS, (labels > 0).then(|| labels.to_string())),
            (key::SOURCE, description.source.clone()),
            (key::LOSS, (!loss.is_usual()).then(|| loss.name.to_owned())),
            (key::TRAINING, (unusual != "{}").then_some(unusual)),
        ];
        [
            (key::FORMAT_VERSION, FORMAT_VERSION.to_string()),
            (key::HIDDEN, hidden.to_string()),
            (key::DEPTH, depth.to_string()),
            (key::TIME_FEATURES, time_features.to_string()),
            (key::TIME_FREQUENCIES, frequencies.join(" ")),
            (key::ACTIVATION, activation.name().to_owned()),
            (key::PREDICTION, settings.prediction.name().to_owned()),
            (key::DATA, description.data.clone()),
            (key::INTERPOLANT, description.interpolant.name().to_owned()),
            (key::COMMAND, description.command.clone()),
            (key::STEPS, description.steps.to_string()),
            (key::BATCH, settings.batch.to_string()),
            (key::LEARNING_RATE, settings.learning_rate.to_string()),
            (key::SEED, settings.seed.to_string()),
            (key::EMA_DECAY, settings.ema_decay.to_string()),
            (key::FINAL_LOSS, description.final_loss.to_string()),
        ]
        .into_iter()
        .chain(further.into_iter().filter_map(|(key, value)| Some((key, value?))))
        .map(|(key, value)| (key.to_owned(), value))
        .collect()
    }
}

/// The settings without entries of their own that are not the usual ones, as JSON. `taken` are the steps
/// that were taken, which are those of the whole training unless something else is said.
fn unusual(settings: &TrainingSettings, taken: u64) -> String {
    let mut map = settings.unusual();
    map.retain(|key, _| !OWN_ENTRIES.contains(&key.as_str()) && key != key::LOSS);
    map.remove(key::STEPS);
    if settings.steps != taken {
        map.insert(key::STEPS.to_owned(), settings.steps.into());
    }
    serde_json::Value::Object(map).to_string()
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
        let activation = self.one_of(key::ACTIVATION, &Activation::ALL.map(|word| word.name))?;
        let labels = match self.map.get(key::LABELS) {
            Some(_) => usize::try_from(self.whole(key::LABELS)?).unwrap_or(usize::MAX),
            None => 0,
        };
        let size =
            |key| Ok::<_, CheckpointError>(usize::try_from(self.whole(key)?).unwrap_or(usize::MAX));
        let architecture = Architecture {
            hidden: size(key::HIDDEN)?,
            depth: size(key::DEPTH)?,
            time_features: size(key::TIME_FEATURES)?,
            activation: Activation::named(&activation).expect("one of those it was compared with"),
            labels,
            flow_map: self.settings()?.objective.is_flow_map(),
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

    /// How it was trained.
    fn settings(&self) -> Result<TrainingSettings, CheckpointError> {
        let size =
            |key| Ok::<_, CheckpointError>(usize::try_from(self.whole(key)?).unwrap_or(usize::MAX));
        let unusual = self.map.get(key::TRAINING).map_or("{}", String::as_str);
        let said: serde_json::Map<String, serde_json::Value> = serde_json::from_str(unusual)
            .map_err(|_| self.unsupported(key::TRAINING, "an object of settings"))?;
        let steps = said.contains_key(key::STEPS);
        let settings: TrainingSettings = serde_json::from_value(said.into())
            .map_err(|error| self.unsupported(key::TRAINING, format!("settings ({error})")))?;
        let activation = self.one_of(key::ACTIVATION, &Activation::ALL.map(|word| word.name))?;
        let prediction = self.one_of(key::PREDICTION, &Prediction::ALL.map(Prediction::name))?;
        let loss = match self.map.get(key::LOSS) {
            // Files that do not name it were trained on the squared error.
            None => LossRef::default(),
            Some(name) => LossRef::named(name).ok_or_else(|| {
                let names: Vec<_> = LossRef::all().map(|loss| loss.name).collect();
                self.unsupported(key::LOSS, names.join(", "))
            })?,
        };
        Ok(TrainingSettings {
            hidden: size(key::HIDDEN)?,
            depth: size(key::DEPTH)?,
            time_features: size(key::TIME_FEATURES)?,
            activation: Activation::named(&activation).expect("one of those it was compared with"),
            prediction: Prediction::named(&prediction).expect("one of those it was compared with"),
            batch: size(key::BATCH)?,
            steps: if steps { settings.steps } else { self.whole(key::STEPS)? },
            learning_rate: self.number(key::LEARNING_RATE)?,
            seed: self.whole(key::SEED)?,
            ema_decay: self.number(key::EMA_DECAY)?,
            loss,
            ..settings
        })
    }

    pub fn description(&self) -> Result<Description, CheckpointError> {
        Ok(Description {
            data: self.text(key::DATA)?.to_owned(),
            source: self.map.get(key::SOURCE).cloned(),
            interpolant: self.interpolant()?,
            command: self.text(key::COMMAND)?.to_owned(),
            steps: self.whole(key::STEPS)?,
            settings: self.settings()?,
            final_loss: self.number(key::FINAL_LOSS)?,
        })
    }
}
