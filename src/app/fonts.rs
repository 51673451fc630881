//! Files of fonts: in the program, or, in a page, fetched once its window is there. Those lie in folders `later`.

use std::sync::OnceLock;

/// A TrueType file.
#[derive(Debug)]
pub struct FontFile {
    /// Its name, without `.ttf`.
    pub name: &'static str,
    held: Option<&'static [u8]>,
    come: OnceLock<Vec<u8>>,
}

impl FontFile {
    /// A file that is always there.
    #[must_use]
    pub const fn held(name: &'static str, bytes: &'static [u8]) -> Self {
        Self { name, held: Some(bytes), come: OnceLock::new() }
    }

    /// A file that the first picture can do without: a page, which is loaded before anything is seen, does not
    /// hold it.
    #[must_use]
    pub const fn later(name: &'static str, bytes: &'static [u8]) -> Self {
        let held = if cfg!(target_arch = "wasm32") { None } else { Some(bytes) };
        Self { name, held, come: OnceLock::new() }
    }

    /// Its bytes; none before they have come.
    #[must_use]
    pub fn bytes(&'static self) -> Option<&'static [u8]> {
        self.held.or_else(|| self.come.get().map(Vec::as_slice))
    }

    /// Takes the bytes that have come. Windows have them once `theme::install` is called again.
    pub fn bring(&'static self, bytes: Vec<u8>) {
        // Whoever brings them again brings the same.
        let _ = self.come.set(bytes);
    }
}
