//! Texts with formulas: Markdown with `LaTeX` between `$…$` and `$$…$$`, set in the program's own faces and
//! those of `KaTeX`. A [`Document`] is read once; [`ui()`] sets it in a window, [`html`] writes it for a page.

pub mod faces;
mod flow;
mod formula;
pub mod html;
mod ink;
mod inline;
mod markdown;
mod outline;
mod paragraph;
mod sheet;
mod show;
mod style;
mod symbols;

pub use self::faces::{FACES, italic, semibold};
pub use self::formula::Formula;
pub use self::ink::{Ink, TERMS};
pub use self::markdown::{Alignment, Block, Document, Look, Math, Span};
pub use self::show::ui;
pub use self::style::Style;
pub use self::symbols::with_symbols;
