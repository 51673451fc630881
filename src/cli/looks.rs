//! Arguments that say how something is shown.

use crate::app::palette;

/// The themes of the window.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Theme {
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
    /// Black on white with heavier lines.
    Projector,
}

impl From<Theme> for palette::Theme {
    fn from(theme: Theme) -> Self {
        match theme {
            Theme::Dark => Self::Dark,
            Theme::Light => Self::Light,
            Theme::Projector => Self::Projector,
        }
    }
}

/// Reads a share of the run.
pub fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a number from 0 to 1 is needed".into()),
    }
}
