//! The bundled demonstrations.

use std::sync::LazyLock;

use super::Scene;

/// A demonstration: a scene with a title and two sentences of what to watch.
#[derive(Debug)]
pub struct Bundled {
    /// Name on the command line.
    pub name: &'static str,
    /// Its file.
    pub text: &'static str,
}

macro_rules! library {
    ($($name:literal),* $(,)?) => {
        /// Every demonstration, in menu order.
        pub const LIBRARY: &[Bundled] = &[$(Bundled {
            name: $name,
            text: include_str!(concat!("../../../../assets/scenes/", $name, ".toml")),
        }),*];
    };
}

library![
    "noise-to-data",
    "euler-cuts-corners",
    "same-budget",
    "side-by-side",
    "one-dimension-over-time",
    "error-drives-the-step",
    "where-the-steps-go",
    "batch-against-particle",
    "ode-and-sde",
    "linear-diffusion-forwards",
    "oscillator-energy",
];

/// Every demonstration itself, in menu order, read once.
#[must_use]
pub fn bundled_scenes() -> &'static [Scene] {
    static ALL: LazyLock<Vec<Scene>> =
        LazyLock::new(|| LIBRARY.iter().map(Bundled::scene).collect());
    &ALL
}

/// The demonstration called `name`.
#[must_use]
pub fn bundled(name: &str) -> Option<&'static Bundled> {
    LIBRARY.iter().find(|scene| scene.name == name)
}

impl Bundled {
    /// The scene itself.
    ///
    /// # Panics
    /// Never in a released build: a test reads every bundled scene.
    #[must_use]
    pub fn scene(&self) -> Scene {
        Scene::from_toml(self.text, self.name).expect("bundled scenes are tested")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_demonstration_reads_and_says_what_to_watch() {
        for bundled in LIBRARY {
            let scene = bundled.scene();
            assert!(!scene.title.is_empty(), "{}", bundled.name);
            assert!(scene.about.matches('.').count() >= 2, "{}", bundled.name);
        }
    }

    #[test]
    fn writing_and_reading_gives_the_same_scene() {
        for bundled in LIBRARY {
            let scene = bundled.scene();
            let again = Scene::from_toml(&scene.to_toml(), "again").expect("reads back");
            assert_eq!(scene, again);
        }
    }
}
