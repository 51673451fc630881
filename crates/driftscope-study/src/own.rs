//! What a document holds itself or names by a file: points, a tableau, a schedule.
//!
//! In memory a document always holds the content, read and checked. Written down it is the name of the
//! file it came from, the content itself where that is small, or else its identity, under which this
//! program knows it for as long as a document holds it.

use std::any::{Any, TypeId};
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use driftscope_base::files;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeOwned, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use siphasher::sip128::{Hasher128, SipHasher24};
use thiserror::Error;

/// What stands before the identity of content that is not written out.
pub(crate) const KEPT: &str = "kept:";

/// Content that a document can hold or name by a file. Written down it is a list or a table.
pub trait Content: PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// What a sentence calls it, such as "points".
    const WHAT: &'static str;
    /// The largest file that is read, in bytes.
    const MOST_BYTES: u64;
    /// How the file ends that it is written to, such as `csv`.
    const ENDING: &'static str;

    /// Reads it from a file's content; `path` tells which kind of file it is.
    ///
    /// # Errors
    /// What is wrong, on which line, and what is allowed.
    fn from_file(bytes: &[u8], path: &Path) -> Result<Self, String>;

    /// The file that [`Self::from_file`] reads back, ending in [`Self::ENDING`].
    fn to_file(&self) -> Vec<u8>;

    /// Whether a document writes it out itself.
    fn is_small(&self) -> bool {
        true
    }
}

/// Why a document does not have its content.
#[derive(Debug, Error)]
pub enum OwnError {
    /// The file could not be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is too large.
    #[error("{path} holds no {what}: it is larger than {most} bytes")]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
        /// The most that is read.
        most: u64,
    },
    /// The file holds something else.
    #[error("{path}: {message}")]
    Refused {
        /// The file.
        path: PathBuf,
        /// What is wrong, where, and what is allowed.
        message: String,
    },
    /// It was made in another window, or no document holds it any more.
    #[error(
        "{KEPT}{id} is not here: {what} made in another window have to be saved there with their scene, or named by a file"
    )]
    Unknown {
        /// What is named.
        id: String,
        /// What it should be.
        what: &'static str,
    },
}

/// Content of a document, and what the document calls it.
pub struct Own<T> {
    name: Name,
    content: Arc<T>,
}

/// How content is written down.
#[derive(Clone, PartialEq, Eq)]
enum Name {
    /// Written out.
    Itself,
    /// By the file it came from.
    File(PathBuf),
    /// By its identity.
    Kept(u128),
}

impl<T: Content> Own<T> {
    /// Content that came from no file.
    #[must_use]
    pub fn new(content: T) -> Self {
        if content.is_small() {
            return Self { name: Name::Itself, content: Arc::new(content) };
        }
        let id = identity(&content);
        let content = keep((TypeId::of::<T>(), id), content);
        Self { name: Name::Kept(id), content }
    }

    /// The content of a file. A file that has not changed is read once as long as a document holds it.
    ///
    /// # Errors
    /// If the file cannot be read or holds something else.
    pub fn read(path: &Path) -> Result<Self, OwnError> {
        let failed = |source| OwnError::Read { path: path.to_owned(), source };
        let bytes = files::read_bytes(path, T::MOST_BYTES).map_err(failed)?;
        let bytes = bytes.ok_or_else(|| OwnError::TooLarge {
            path: path.to_owned(),
            what: T::WHAT,
            most: T::MOST_BYTES,
        })?;
        let content = T::from_file(&bytes, path)
            .map_err(|message| OwnError::Refused { path: path.to_owned(), message })?;
        Ok(Self { name: Name::File(path.to_owned()), content: Arc::new(content) })
    }

    /// What has this name in a document: the identity of what is known, or a file.
    ///
    /// # Errors
    /// If the file cannot be read or holds something else, or nothing is known by that identity.
    pub(crate) fn named(name: &str) -> Result<Self, OwnError> {
        let Some(id) = name.strip_prefix(KEPT) else {
            let path = Path::new(name);
            let changed = files::changed(path);
            let key = (TypeId::of::<T>(), path.to_owned(), changed);
            if let Some(content) = known(&mut held().by_file, &key) {
                return Ok(Self { name: Name::File(path.to_owned()), content });
            }
            let own = Self::read(path)?;
            let content: Arc<dyn Any + Send + Sync> = own.content.clone();
            held().by_file.insert(key, Arc::downgrade(&content));
            return Ok(own);
        };
        let unknown = || OwnError::Unknown { id: id.to_owned(), what: T::WHAT };
        let number = u128::from_str_radix(id, 16).map_err(|_| unknown())?;
        let content =
            known(&mut held().by_identity, &(TypeId::of::<T>(), number)).ok_or_else(unknown)?;
        Ok(Self { name: Name::Kept(number), content })
    }

    /// The same as a document at `path` would name it: what is not written out goes into a file beside it, and
    /// a file is named as seen from there.
    ///
    /// # Errors
    /// If that file cannot be written.
    pub fn beside(&self, path: &Path) -> io::Result<Self> {
        match &self.name {
            Name::Itself => return Ok(self.clone()),
            Name::File(file) => {
                let name = Name::File(name_from(file, path));
                return Ok(Self { name, content: Arc::clone(&self.content) });
            }
            Name::Kept(_) => {}
        }
        let path = path.with_extension(T::ENDING);
        files::write_atomically(&path, &self.content.to_file())?;
        let name = path.file_name().map_or(path.clone(), PathBuf::from);
        Ok(Self { name: Name::File(name), content: Arc::clone(&self.content) })
    }
}

impl<T> Own<T> {
    /// The content.
    #[must_use]
    pub fn content(&self) -> &Arc<T> {
        &self.content
    }

    /// The file it came from, if a document names it by one.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        match &self.name {
            Name::File(path) => Some(path),
            Name::Itself | Name::Kept(_) => None,
        }
    }
}

/// Lets the name of a file in a scene file be seen from its folder.
pub(crate) fn seen_from(value: &mut toml::Value, folder: &Path) {
    if let toml::Value::String(name) = value
        && !name.starts_with(KEPT)
    {
        // An absolute path stays as it is; a relative one is made absolute, so that the scene can be
        // saved elsewhere.
        let there = folder.join(&*name);
        *name = files::absolute(&there).unwrap_or(there).display().to_string();
    }
}

/// The name of a file in a document that is written to `document`: as seen from its folder if it lies in
/// there, else in full.
pub(crate) fn name_from(file: &Path, document: &Path) -> PathBuf {
    let absolute = |path: &Path| files::absolute(path).ok();
    let relative = !file.is_absolute();
    let Some((file, document)) = absolute(file).zip(absolute(document)).filter(|_| relative) else {
        return file.to_owned();
    };
    match document.parent().and_then(|folder| file.strip_prefix(folder).ok()) {
        Some(inside) => inside.to_owned(),
        None => file,
    }
}

/// The most content that [`in_full`] writes out, in bytes of its file.
const MOST_IN_FULL: usize = 1 << 18;

thread_local! {
    static IN_FULL: Cell<bool> = const { Cell::new(false) };
}

/// Writes or reads a document that has to make sense where this one's files and memory are not: its
/// content is written out whatever its size, and refused where it is only named.
pub(crate) fn in_full<R>(work: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            IN_FULL.set(self.0);
        }
    }
    let _restore = Restore(IN_FULL.replace(true));
    work()
}

fn identity<T: Content>(content: &T) -> u128 {
    let mut hasher = SipHasher24::new();
    hasher.write(&content.to_file());
    hasher.finish128().as_u128()
}

type Weakly = Weak<dyn Any + Send + Sync>;
type FileKey = (TypeId, PathBuf, Option<files::Version>);
type KeptKey = (TypeId, u128);

/// What documents hold, as long as they do.
#[derive(Default)]
struct Held {
    by_file: HashMap<FileKey, Weakly>,
    by_identity: HashMap<KeptKey, Weakly>,
    /// Of every type that is held by its identity: what it is called, and how its file is written.
    kinds: HashMap<TypeId, (&'static str, ToFile)>,
}

type ToFile = fn(&(dyn Any + Send + Sync)) -> Option<Vec<u8>>;

static HELD: LazyLock<Mutex<Held>> = LazyLock::new(Mutex::default);

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn known<K: Eq + std::hash::Hash, T: Content>(
    among: &mut HashMap<K, Weakly>,
    key: &K,
) -> Option<Arc<T>> {
    among.retain(|_, content| content.strong_count() > 0);
    among.get(key)?.upgrade()?.downcast().ok()
}

fn keep<T: Content>(key: KeptKey, content: T) -> Arc<T> {
    let mut held = held();
    held.kinds.insert(key.0, (T::WHAT, |content| Some(content.downcast_ref::<T>()?.to_file())));
    let kept = &mut held.by_identity;
    if let Some(content) = known(kept, &key) {
        return content;
    }
    let content = Arc::new(content);
    let any: Arc<dyn Any + Send + Sync> = content.clone();
    kept.insert(key, Arc::downgrade(&any));
    content
}

/// Content that is held by its identity: what is needed to know it elsewhere.
pub(crate) struct Kept {
    /// [`Content::WHAT`].
    pub what: &'static str,
    /// Its identity.
    pub id: u128,
    content: Arc<dyn Any + Send + Sync>,
    to_file: ToFile,
}

impl Kept {
    /// The file that [`arrive`] reads.
    pub fn to_file(&self) -> Vec<u8> {
        (self.to_file)(&*self.content).expect("it was kept with what writes its type")
    }
}

/// All that documents hold by its identity now.
pub(crate) fn all_kept() -> Vec<Kept> {
    let held = held();
    let alive = held.by_identity.iter().filter_map(|(key, content)| {
        let (what, to_file) = *held.kinds.get(&key.0)?;
        Some(Kept { what, id: key.1, content: content.upgrade()?, to_file })
    });
    alive.collect()
}

/// Takes in content from elsewhere: its identity, by which it is known as long as somebody holds it.
pub(crate) fn arrive<T: Content>(
    bytes: &[u8],
) -> Result<(u128, Arc<dyn Any + Send + Sync>), String> {
    let content = T::from_file(bytes, &Path::new("arrived").with_extension(T::ENDING))?;
    let id = identity(&content);
    Ok((id, keep((TypeId::of::<T>(), id), content)))
}

impl<T> Clone for Own<T> {
    fn clone(&self) -> Self {
        Self { name: self.name.clone(), content: Arc::clone(&self.content) }
    }
}

impl<T: PartialEq> PartialEq for Own<T> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && (Arc::ptr_eq(&self.content, &other.content) || self.content == other.content)
    }
}

impl<T> fmt::Debug for Own<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Name::Itself => f.write_str("written out"),
            Name::File(path) => path.fmt(f),
            Name::Kept(id) => write!(f, "{KEPT}{id:032x}"),
        }
    }
}

impl<T: Content> Serialize for Own<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if IN_FULL.get() {
            let bytes = self.content.to_file().len();
            if bytes > MOST_IN_FULL {
                let what = T::WHAT;
                return Err(serde::ser::Error::custom(format_args!("{bytes} bytes of {what}")));
            }
            return self.content.serialize(serializer);
        }
        match &self.name {
            Name::Itself => self.content.serialize(serializer),
            Name::File(path) => path.serialize(serializer),
            Name::Kept(id) => serializer.collect_str(&format_args!("{KEPT}{id:032x}")),
        }
    }
}

impl<'de, T: Content> Deserialize<'de> for Own<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OwnVisitor(std::marker::PhantomData))
    }
}

struct OwnVisitor<T>(std::marker::PhantomData<T>);

impl<'de, T: Content> Visitor<'de> for OwnVisitor<T> {
    type Value = Own<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, or the name of a file", T::WHAT)
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Own<T>, E> {
        if IN_FULL.get() {
            let what = T::WHAT;
            return Err(E::custom(format_args!("{what} are only named here, by {name:?}")));
        }
        Own::named(name).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Own<T>, A::Error> {
        T::deserialize(SeqAccessDeserializer::new(list)).map(Own::new)
    }

    fn visit_map<A: MapAccess<'de>>(self, table: A) -> Result<Own<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(table)).map(Own::new).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests;
