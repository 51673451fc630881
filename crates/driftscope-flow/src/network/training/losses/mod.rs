//! The table of losses. A file here and an entry in the table add one to the window's menu, the command
//! line, the description in model files and the tests of the gradient.

mod squared;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::loss::{Loss, LossRef};

/// Every loss, in the order of the menu; the first is the usual one.
pub static LOSSES: &[&Loss] = &[&squared::SQUARED];

impl LossRef {
    /// The loss called `name`, if the table has it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|loss| loss.name == name)
    }

    /// Every loss, in the order of the menu.
    pub fn all() -> impl Iterator<Item = Self> {
        LOSSES.iter().map(|loss| Self(loss))
    }

    /// Whether it is the usual one, which need not be named.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for LossRef {
    fn default() -> Self {
        Self(LOSSES[0])
    }
}

impl Serialize for LossRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name)
    }
}

impl<'de> Deserialize<'de> for LossRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| {
            let names: Vec<_> = LOSSES.iter().map(|loss| format!("`{}`", loss.name)).collect();
            let allowed = names.join(", ");
            serde::de::Error::custom(format!("unknown loss `{name}`, expected one of {allowed}"))
        })
    }
}
