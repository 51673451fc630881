//! Values on their way to where there is no common memory, with all that they name.
//!
//! A parcel is a row of things, each a byte that tells its kind, its length (32 bits) and its bytes. What the
//! other side has already does not travel again.

use std::any::Any;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use driftscope_base::files::memory;
use driftscope_flow::network::{Model, NetworkId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::own::{Content, Kept, all_kept, arrive};
use crate::recording::Recording;
use crate::scene::{OwnTableau, PointList, TimeList};
use crate::store::{Store, naming};

/// What a thing in a parcel is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Kind {
    /// The networks that the sender has, by their identities.
    Networks,
    /// A network trained here.
    Network,
    /// What the documents of the crew hold by its identity.
    Contents,
    /// Of that: its kind; its file.
    Content,
    /// A file in memory: its path, and whether the program wrote it; what stands in it.
    File,
    /// Blocks of a recording.
    Recording,
    /// Recordings that nobody has any more.
    Forgotten,
    /// What it is all about.
    Value,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Networks,
        Self::Network,
        Self::Contents,
        Self::Content,
        Self::File,
        Self::Recording,
        Self::Forgotten,
        Self::Value,
    ];
}

/// A recording without the blocks that are known where it goes.
#[derive(Serialize, Deserialize)]
struct Piece {
    known: usize,
    recording: Recording,
}

/// Who packs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// It has what documents name.
    Crew,
    /// It has what it was sent.
    Outpost,
}

/// What content is known by: its kind, and its identity.
type ContentKey = (String, u128);

/// What is known of the other side, and held for it.
pub(super) struct Partner {
    /// Which side this is.
    side: Side,
    /// The networks that are there.
    networks: HashSet<NetworkId>,
    /// The content that need not travel: it is there, or came from there.
    contents: HashSet<ContentKey>,
    /// The recordings that it has: how many blocks, and whether that is all.
    recordings: HashMap<u64, (usize, bool, Weak<Recording>)>,
    /// The files that are there, in which state.
    files: HashMap<PathBuf, memory::Version>,
    /// Content of the crew's documents, so that its identity stays known at the outpost.
    held: HashMap<ContentKey, Arc<dyn Any + Send + Sync>>,
}

/// Writes a value down.
fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes)
        .expect("memory takes all, and work can be written down");
    bytes
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    ciborium::from_reader(bytes).map_err(|error| error.to_string())
}

fn add(parcel: &mut Vec<u8>, kind: Kind, bytes: &[u8]) {
    parcel.push(kind as u8);
    let length = u32::try_from(bytes.len()).expect("nothing here has 4 GiB");
    parcel.extend(length.to_le_bytes());
    parcel.extend(bytes);
}

/// Bytes with a head that says what they are.
fn headed<T: Serialize>(head: &T, bytes: &[u8]) -> Vec<u8> {
    let head = encode(head);
    let length = u32::try_from(head.len()).expect("a head is short");
    [&length.to_le_bytes(), &head[..], bytes].concat()
}

/// The head and the bytes.
fn without_head<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, &[u8]), String> {
    let parted = bytes
        .split_first_chunk::<4>()
        .and_then(|(length, rest)| rest.split_at_checked(u32::from_le_bytes(*length) as usize));
    let (head, bytes) = parted.ok_or("a parcel was damaged")?;
    Ok((decode(head)?, bytes))
}

/// The things in a parcel.
fn things(mut parcel: &[u8]) -> impl Iterator<Item = Result<(Kind, &[u8]), String>> {
    std::iter::from_fn(move || {
        let (&kind, rest) = parcel.split_first()?;
        let thing = (|| {
            let kind = *Kind::ALL.get(usize::from(kind))?;
            let (length, rest) = rest.split_first_chunk::<4>()?;
            let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
            parcel = rest;
            Some((kind, bytes))
        })();
        Some(thing.ok_or_else(|| {
            parcel = &[];
            "a parcel was damaged".to_owned()
        }))
    })
}

impl Partner {
    /// Of a side that knows nothing of the other yet.
    pub fn new(side: Side) -> Self {
        Self {
            side,
            networks: HashSet::new(),
            contents: HashSet::new(),
            recordings: HashMap::new(),
            files: HashMap::new(),
            held: HashMap::new(),
        }
    }

    /// A parcel for the other side: the value, and what it names that is not there yet.
    pub fn pack<T: Serialize>(&mut self, store: &Store, value: &T) -> Vec<u8> {
        let (value, named) = naming(|| encode(value));
        let mut parcel = Vec::with_capacity(value.len() + 64);
        let here = store.networks.all();
        let has = |id: &NetworkId| self.side == Side::Crew || self.networks.contains(id);
        let kept: Vec<NetworkId> = here.iter().map(|(id, _)| *id).filter(has).collect();
        add(&mut parcel, Kind::Networks, &encode(&kept));
        for (id, model) in here {
            if self.networks.insert(id) {
                let bytes = model.to_bytes().expect("what was trained here can be written");
                add(&mut parcel, Kind::Network, &bytes);
            }
        }
        // What is made at an outpost is the crew's from now on.
        store.networks.forget(|id| kept.contains(&id));
        let contents = all_kept();
        let key = |kept: &Kept| (kept.what.to_owned(), kept.id);
        if self.side == Side::Crew {
            let all: Vec<ContentKey> = contents.iter().map(key).collect();
            self.contents.retain(|key| all.contains(key));
            add(&mut parcel, Kind::Contents, &encode(&all));
        }
        for kept in contents {
            if self.contents.insert(key(&kept)) {
                add(&mut parcel, Kind::Content, &headed(&kept.what, &kept.to_file()));
            }
        }
        // What the program writes is made at outposts, and goes to the person by way of the crew.
        for file in memory::newer_than(0) {
            let from_here = file.written == (self.side == Side::Outpost);
            if from_here && self.files.insert(file.path.clone(), file.version) != Some(file.version)
            {
                let thing = headed(&(&file.path, file.written), &file.bytes);
                add(&mut parcel, Kind::File, &thing);
            }
        }
        for recording in named {
            let there = (recording.blocks.len(), recording.complete);
            let known = self.recordings.get(&recording.id).map_or(0, |known| known.0);
            let known = known.min(there.0);
            let all = self.recordings.get(&recording.id).map(|known| (known.0, known.1));
            if all.is_some_and(|all| all.0 > there.0 || all == there) {
                continue;
            }
            let entry = (there.0, there.1, Arc::downgrade(&recording));
            self.recordings.insert(recording.id, entry);
            let mut rest = (*recording).clone();
            rest.blocks.drain(..known);
            add(&mut parcel, Kind::Recording, &encode(&Piece { known, recording: rest }));
        }
        let gone: Vec<u64> = self
            .recordings
            .iter()
            .filter(|(_, (_, _, here))| here.strong_count() == 0)
            .map(|(id, _)| *id)
            .collect();
        if !gone.is_empty() {
            self.recordings.retain(|id, _| !gone.contains(id));
            add(&mut parcel, Kind::Forgotten, &encode(&gone));
        }
        add(&mut parcel, Kind::Value, &value);
        parcel
    }

    /// Takes a parcel of the other side apart: the value, once all that came with it is where it belongs.
    ///
    /// # Errors
    /// If it is damaged.
    pub fn unpack<T: DeserializeOwned>(
        &mut self,
        store: &Store,
        parcel: &[u8],
    ) -> Result<T, String> {
        // Until the value that holds it has been read.
        let mut arrived_here = Vec::new();
        for thing in things(parcel) {
            let (kind, bytes) = thing?;
            match kind {
                Kind::Networks => {
                    self.networks = decode(bytes)?;
                    if self.side == Side::Outpost {
                        store.networks.forget(|id| self.networks.contains(&id));
                    }
                }
                Kind::Network => {
                    let model = Model::from_bytes(bytes, "a network that was sent");
                    store.networks.keep(Arc::new(model.map_err(|error| error.to_string())?));
                }
                Kind::Contents => {
                    let all: HashSet<ContentKey> = decode(bytes)?;
                    self.held.retain(|key, _| all.contains(key));
                    self.contents.retain(|key| all.contains(key));
                }
                Kind::Content => {
                    let (what, file) = without_head::<String>(bytes)?;
                    let (id, content) = arrived(&what, file)?;
                    if self.side == Side::Outpost {
                        self.contents.insert((what.clone(), id));
                        self.held.insert((what, id), content);
                    } else {
                        arrived_here.push(content);
                    }
                }
                Kind::File => {
                    let ((path, written), content) = without_head::<(PathBuf, bool)>(bytes)?;
                    let version = memory::keep(&path, content, written);
                    self.files.insert(path, version);
                }
                Kind::Recording => {
                    let Piece { known, mut recording } = decode(bytes)?;
                    if let Some(before) = store.kept(recording.id) {
                        let known = before.blocks.get(..known).ok_or("a recording has a gap")?;
                        recording.blocks.splice(..0, known.iter().cloned());
                    }
                    store.keep(Arc::new(recording));
                }
                Kind::Forgotten => {
                    decode::<Vec<u64>>(bytes)?.into_iter().for_each(|id| store.forget(id));
                }
                Kind::Value => return decode(bytes),
            }
        }
        Err("a parcel was empty".to_owned())
    }
}

/// Takes in content by what it is called.
fn arrived(what: &str, file: &[u8]) -> Result<(u128, Arc<dyn Any + Send + Sync>), String> {
    match what {
        PointList::WHAT => arrive::<PointList>(file),
        TimeList::WHAT => arrive::<TimeList>(file),
        OwnTableau::WHAT => arrive::<OwnTableau>(file),
        _ => Err(format!("nobody knows what {what} are")),
    }
}
