//! The format's version, and what it allows.

/// The version of the format that this program writes and reads.
pub const FORMAT_VERSION: u32 = 1;
/// The largest file that is read, in bytes.
pub const MAX_FILE_BYTES: u64 = 64 << 20;
