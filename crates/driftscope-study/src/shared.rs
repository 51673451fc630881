//! How what lies in an `Arc` is written and read: as if it did not.
//!
//! To be named in `#[serde(with = "…")]`. (Serde's own feature `rc` would do the same for all crates of
//! the build.)

#![allow(clippy::missing_errors_doc, reason = "they fail as what writes or reads does")]

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Writes what lies in the `Arc`.
///
/// # Errors
/// Those of the serializer.
pub fn serialize<T, S>(value: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Serialize + ?Sized,
    S: Serializer,
{
    T::serialize(value, serializer)
}

/// Reads it and lays it into an `Arc` of its own.
///
/// # Errors
/// Those of the deserializer.
pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Arc<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    T::deserialize(deserializer).map(Arc::new)
}

/// The same for a slice.
pub mod slice {
    use super::{Arc, Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the slice.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<T, S>(value: &Arc<[T]>, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize,
        S: Serializer,
    {
        value[..].serialize(serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Arc<[T]>, D::Error>
    where
        T: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Vec::deserialize(deserializer).map(Arc::from)
    }
}

/// The same for a slice that may be missing.
pub mod optional_slice {
    use super::{Arc, Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the slice, if there is one.
    ///
    /// # Errors
    /// Those of the serializer.
    #[allow(clippy::ref_option, reason = "this is how serde hands it over")]
    pub fn serialize<T, S>(value: &Option<Arc<[T]>>, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize,
        S: Serializer,
    {
        value.as_deref().serialize(serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<Arc<[T]>>, D::Error>
    where
        T: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Option::<Vec<T>>::deserialize(deserializer)?.map(Arc::from))
    }
}

/// The same for what may be missing.
pub mod optional {
    use super::{Arc, Deserialize, Deserializer, Serialize, Serializer};

    /// Writes it, if there is one.
    ///
    /// # Errors
    /// Those of the serializer.
    #[allow(clippy::ref_option, reason = "this is how serde hands it over")]
    pub fn serialize<T, S>(value: &Option<Arc<T>>, serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize,
        S: Serializer,
    {
        value.as_deref().serialize(serializer)
    }

    /// Reads it.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Option<Arc<T>>, D::Error>
    where
        T: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Option::<T>::deserialize(deserializer)?.map(Arc::new))
    }
}

/// The same for a list of several.
pub mod list {
    use super::{Arc, Deserialize, Deserializer, Serialize, Serializer};

    /// Writes what lies in the `Arc`s.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<T, S>(values: &[Arc<T>], serializer: S) -> Result<S::Ok, S::Error>
    where
        T: Serialize,
        S: Serializer,
    {
        serializer.collect_seq(values.iter().map(|value| &**value))
    }

    /// Reads them.
    ///
    /// # Errors
    /// Those of the deserializer.
    pub fn deserialize<'de, T, D>(deserializer: D) -> Result<Vec<Arc<T>>, D::Error>
    where
        T: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::deserialize(deserializer)?.into_iter().map(Arc::new).collect())
    }
}
