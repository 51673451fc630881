//! What a part of a text is written with. A formula names it by `\textcolor{accent}{…}`; which colour that
//! is, is decided where it is drawn.

use ratex_types::color::Color;

/// Terms of a formula that can be lit one by one.
pub const TERMS: usize = 8;
/// Their names in a formula.
const TERM_NAMES: [&str; TERMS] = ["one", "two", "three", "four", "five", "six", "seven", "eight"];

/// What something is written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ink {
    /// As what stands around it.
    Text,
    /// What is read first.
    Strong,
    /// What is read last.
    Quiet,
    /// What can be acted upon.
    Accent,
    /// What is wrong.
    Alarm,
    /// A term of a formula, below [`TERMS`].
    Term(u8),
}

/// All inks that a formula can name, besides the terms.
const NAMED: [(&str, Ink); 5] = [
    ("text", Ink::Text),
    ("strong", Ink::Strong),
    ("quiet", Ink::Quiet),
    ("accent", Ink::Accent),
    ("alarm", Ink::Alarm),
];

impl Ink {
    /// The ink of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let own = NAMED.iter().find(|(own, _)| *own == name).map(|(_, ink)| *ink);
        let term = || TERM_NAMES.iter().position(|own| *own == name);
        own.or_else(|| term().map(|index| Self::Term(index as u8)))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Term(index) => TERM_NAMES[usize::from(index) % TERMS],
            _ => NAMED.iter().find(|(_, ink)| *ink == self).map_or("text", |(name, _)| name),
        }
    }

    /// The names of all.
    pub(super) fn names() -> String {
        let names: Vec<&str> = NAMED.iter().map(|(name, _)| *name).chain(TERM_NAMES).collect();
        names.join(", ")
    }

    /// The colour that stands for it while a formula is laid out, as LaTeX writes it.
    pub(super) fn stand_in(self) -> String {
        format!("#{:02x}00a7", self.index())
    }

    /// The ink that a colour stands for: black, which formulas begin with, for that of the text around.
    pub(super) fn of(colour: Color) -> Option<Self> {
        if colour == Color::BLACK {
            return Some(Self::Text);
        }
        let mut all = NAMED.iter().map(|(_, ink)| *ink).chain((0..TERMS as u8).map(Self::Term));
        all.find(|ink| Color::parse(&ink.stand_in()) == Some(colour))
    }

    fn index(self) -> usize {
        match self {
            Self::Term(index) => NAMED.len() + usize::from(index) % TERMS,
            _ => NAMED.iter().position(|(_, ink)| *ink == self).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ink_has_a_name_and_a_colour_that_stands_for_it() {
        for name in Ink::names().split(", ") {
            let ink = Ink::named(name).expect("an ink");
            assert_eq!(ink.name(), name);
            let colour = Color::parse(&ink.stand_in()).expect("a colour");
            assert_eq!(Ink::of(colour), Some(ink));
        }
        assert_eq!(Ink::of(Color::BLACK), Some(Ink::Text));
        assert_eq!(Ink::of(Color::WHITE), None);
        assert_eq!(Ink::named("red"), None);
    }
}
