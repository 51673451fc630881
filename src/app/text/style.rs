//! How a text looks.

use eframe::egui::Color32;

use super::ink::{Ink, TERMS};

/// Sizes and colours of a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// Size of ordinary text, in points.
    pub size: f32,
    /// Ordinary text.
    pub text: Color32,
    /// Headings, and what is stressed.
    pub strong: Color32,
    /// What is read last: quotes, numbers of lists.
    pub quiet: Color32,
    /// Links.
    pub accent: Color32,
    /// Formulas that cannot be read.
    pub alarm: Color32,
    /// Lines of tables and beside quotes.
    pub line: Color32,
    /// Ground of code.
    pub code_ground: Color32,
    /// Terms of formulas, by the number in [`Ink::Term`].
    pub terms: [Color32; TERMS],
}

impl Style {
    /// The colour of an ink.
    #[must_use]
    pub fn colour(&self, ink: Ink) -> Color32 {
        match ink {
            Ink::Text => self.text,
            Ink::Strong => self.strong,
            Ink::Quiet => self.quiet,
            Ink::Accent => self.accent,
            Ink::Alarm => self.alarm,
            Ink::Term(index) => self.terms[usize::from(index) % TERMS],
        }
    }
}

/// Formulas are so much larger than the words around them: the small letters of their faces are lower
/// than those of IBM Plex Sans (0.431 and 0.516 of the size), the capitals hardly are.
pub(super) const FORMULA: f32 = 1.14;
