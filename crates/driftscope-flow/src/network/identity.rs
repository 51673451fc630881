//! What a network is known by.

use std::fmt;
use std::hash::Hasher;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use siphasher::sip128::{Hasher128, SipHasher24};
use thiserror::Error;

use super::Model;
use crate::prediction::Prediction;

/// The identity of a network: a hash of all that decides its velocities. Equal networks have the same
/// on every machine; that two others ever do is left to chance, at 2⁻¹²⁸ a pair.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NetworkId(u128);

/// A text that is no identity.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the identity of a trained network is 32 digits from 0 to f, not `{0}`")]
pub struct NotAnIdentity(String);

impl Model {
    /// What the network is known by: its weights, the path it was trained on and what its outputs mean, not
    /// how it came to be.
    #[must_use]
    pub fn id(&self) -> NetworkId {
        let mut hasher = SipHasher24::new();
        hasher.write(self.description.interpolant.name().as_bytes());
        let weights = &self.weights;
        let sizes = weights.architecture;
        for size in [sizes.hidden, sizes.depth, sizes.time_features] {
            hasher.write(&(size as u64).to_le_bytes());
        }
        let settings = &self.description.settings;
        // The usual ones go without saying, so that a network keeps its name.
        for (unusual, word) in [
            (!sizes.activation.is_usual(), sizes.activation.name()),
            (sizes.labels > 0, "labels"),
            (sizes.flow_map, "flow map"),
            (!settings.objective.learns_every_step(), "jumps"),
            (settings.prediction != Prediction::Velocity, settings.prediction.name()),
        ] {
            if unusual {
                hasher.write(word.as_bytes());
            }
        }
        for frequency in &weights.frequencies {
            hasher.write(&frequency.to_le_bytes());
        }
        for number in weights.layers.iter().flat_map(|layer| layer.weight.iter().chain(&layer.bias))
        {
            hasher.write(&number.to_le_bytes());
        }
        NetworkId(hasher.finish128().as_u128())
    }
}

impl NetworkId {
    /// What is known by the bytes of several parts.
    pub(crate) fn of_parts<const N: usize>(parts: [&[u8]; N]) -> Self {
        let mut hasher = SipHasher24::new();
        for part in parts {
            hasher.write(&(part.len() as u64).to_le_bytes());
            hasher.write(part);
        }
        Self(hasher.finish128().as_u128())
    }
}

impl fmt::Display for NetworkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for NetworkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for NetworkId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NetworkId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl FromStr for NetworkId {
    type Err = NotAnIdentity;

    fn from_str(text: &str) -> Result<Self, NotAnIdentity> {
        let digits = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
        let id = digits.then(|| u128::from_str_radix(text, 16).ok()).flatten();
        id.map(Self).ok_or_else(|| NotAnIdentity(text.to_owned()))
    }
}
