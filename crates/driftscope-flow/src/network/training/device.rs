//! Where burn computes: named here, and nowhere else.

use std::fmt;
use std::str::FromStr;

#[cfg(feature = "burn")]
use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::error::TrainingError;

/// The backend that burn trains on; without burn there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ComputeDevice {
    /// burn-ndarray, with the cargo feature `ndarray`.
    #[cfg(feature = "ndarray")]
    Ndarray,
    /// burn-flex, burn's successor to burn-ndarray, with the cargo feature `flex`.
    #[cfg(feature = "flex")]
    Flex,
}

impl ComputeDevice {
    /// Every device that this build has, the default first.
    pub const ALL: &[Self] = &[
        #[cfg(feature = "ndarray")]
        Self::Ndarray,
        #[cfg(feature = "flex")]
        Self::Flex,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(feature = "ndarray")]
            Self::Ndarray => "ndarray",
            #[cfg(feature = "flex")]
            Self::Flex => "flex",
        }
    }

    /// burn's handle, without automatic differentiation.
    #[cfg(feature = "burn")]
    #[must_use]
    pub fn burn_device(self) -> Device {
        match self {
            // burn deprecates it in favour of flex; it stays the default as long as burn has it.
            #[cfg(feature = "ndarray")]
            #[expect(deprecated, reason = "burn-ndarray is the backend that was asked for")]
            Self::Ndarray => Device::ndarray(),
            #[cfg(feature = "flex")]
            Self::Flex => Device::flex(),
        }
    }
}

#[cfg(feature = "burn")]
impl Default for ComputeDevice {
    fn default() -> Self {
        Self::ALL[0]
    }
}

impl fmt::Display for ComputeDevice {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for ComputeDevice {
    type Err = TrainingError;

    fn from_str(name: &str) -> Result<Self, TrainingError> {
        let found = Self::ALL.iter().find(|device| device.name() == name);
        found.copied().ok_or_else(|| TrainingError::Device {
            name: name.to_owned(),
            allowed: Self::ALL.iter().map(|device| device.name()).collect::<Vec<_>>().join(", "),
        })
    }
}
