//! The faces of formulas: those of `KaTeX`, named as there.

use std::sync::Arc;

use eframe::egui::{FontData, FontDefinitions, FontFamily};
use ratex_font::FontId as Id;

use crate::app::fonts::FontFile;

/// A face for formulas.
#[derive(Debug)]
pub struct Face {
    /// The name under which egui, SVG and HTML know it.
    pub name: &'static str,
    /// The TrueType file.
    pub file: FontFile,
    id: Id,
}

macro_rules! face {
    ($id:ident, $file:literal, $when:ident, $folder:literal) => {
        Face {
            name: concat!("KaTeX_", $file),
            file: FontFile::$when(
                concat!("KaTeX_", $file),
                include_bytes!(concat!($folder, "/KaTeX_", $file, ".ttf")),
            ),
            id: Id::$id,
        }
    };
    ($id:ident, $file:literal, held) => {
        face!($id, $file, held, "fonts")
    };
    ($id:ident, $file:literal) => {
        face!($id, $file, later, "fonts/later")
    };
}

/// Every face there is; formulas that want another one are refused.
pub static FACES: [Face; 15] = [
    face!(MainRegular, "Main-Regular"),
    face!(MainBold, "Main-Bold"),
    face!(MainItalic, "Main-Italic"),
    face!(MainBoldItalic, "Main-BoldItalic"),
    // Symbols stand among the words of the window.
    face!(MathItalic, "Math-Italic", held),
    face!(MathBoldItalic, "Math-BoldItalic"),
    face!(AmsRegular, "AMS-Regular"),
    face!(CaligraphicRegular, "Caligraphic-Regular"),
    face!(ScriptRegular, "Script-Regular"),
    face!(SansSerifRegular, "SansSerif-Regular"),
    face!(TypewriterRegular, "Typewriter-Regular"),
    face!(Size1Regular, "Size1-Regular"),
    face!(Size2Regular, "Size2-Regular"),
    face!(Size3Regular, "Size3-Regular"),
    face!(Size4Regular, "Size4-Regular"),
];

impl PartialEq for Face {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Face {
    /// The family that egui finds it under.
    #[must_use]
    pub fn family(&self) -> FontFamily {
        FontFamily::Name(self.name.into())
    }
}

/// The face of formulas that a family of egui's is; none where it is one of words.
#[must_use]
pub fn of(family: &FontFamily) -> Option<&'static Face> {
    let FontFamily::Name(name) = family else { return None };
    FACES.iter().find(|face| *face.name == **name)
}

/// The face, and the letter of its file that a glyph of a laid out formula is.
pub(super) fn glyph(font: &str, code: u32) -> Option<(&'static Face, char)> {
    let id = Id::parse(font)?;
    let face = FACES.iter().find(|face| face.id == id)?;
    Some((face, ratex_font::katex_ttf_glyph_char(id, code)))
}

/// The heavier face, for headings and what is stressed.
#[must_use]
pub fn semibold() -> FontFamily {
    FontFamily::Name("semibold".into())
}

/// The face of symbols in formulas.
#[must_use]
pub fn math_italic() -> FontFamily {
    FontFamily::Name("KaTeX_Math-Italic".into())
}

/// The slanted face, for emphasis.
#[must_use]
pub fn italic() -> FontFamily {
    FontFamily::Name("italic".into())
}

/// Adds the faces of formulas. Those that have not come look like words until then.
pub fn install(fonts: &mut FontDefinitions) {
    for face in &FACES {
        let Some(bytes) = face.file.bytes() else {
            let words = fonts.families[&FontFamily::Proportional].clone();
            fonts.families.insert(face.family(), words);
            continue;
        };
        let mut data = FontData::from_static(bytes);
        // Pieces of tall brackets fit together as they were drawn, and hinting would move them apart.
        data.tweak.hinting = Some(false);
        fonts.font_data.insert(face.name.to_owned(), Arc::new(data));
        fonts.families.insert(face.family(), vec![face.name.to_owned()]);
    }
}
