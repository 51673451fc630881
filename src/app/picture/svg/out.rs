//! The text of an SVG file in the making.

use std::fmt::{Arguments, Write};

use eframe::egui::{Color32, Rect};

use crate::app::picture::base64::base64;
use crate::app::text::faces::Face;

/// The element that holds a scene, as it begins.
const METADATA: &str = "<metadata id=\"driftscope-scene\">";

/// The text so far.
pub struct Out {
    text: String,
    clips: usize,
    clipped: bool,
    faces: Vec<&'static Face>,
}

impl Out {
    /// A file that holds nothing yet but its scene.
    pub fn new([width, height]: [f32; 2], scale: f32, scene: &str) -> Self {
        let [wide, high] = [width, height].map(|side| (side * scale).round());
        let mut out = Self { text: String::new(), clips: 0, clipped: false, faces: Vec::new() };
        out.put(format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{high}\" viewBox=\"0 0 {width} {height}\">\n{METADATA}{}</metadata>\n",
            escaped(scene)
        ));
        out
    }

    /// Appends.
    pub fn put(&mut self, words: Arguments<'_>) {
        self.text.write_fmt(words).expect("a string takes all that is written");
    }

    /// What follows is seen within this rectangle, or everywhere.
    pub fn clip(&mut self, rect: Option<Rect>) {
        if std::mem::replace(&mut self.clipped, rect.is_some()) {
            self.text.push_str("</g>\n");
        }
        let Some(rect) = rect else { return };
        self.clips += 1;
        let (number, place) = (self.clips, box_of(rect));
        self.put(format_args!(
            "<clipPath id=\"c{number}\"><rect {place}/></clipPath>\n<g clip-path=\"url(#c{number})\">\n"
        ));
    }

    /// A filled rectangle with round corners.
    pub fn rectangle(&mut self, rect: Rect, radius: f32, fill: Color32) {
        let (place, fill) = (box_of(rect), paint("fill", fill));
        let round =
            if radius > 0.0 { format!(" rx=\"{}\"", length(radius)) } else { String::new() };
        self.put(format_args!("<rect {place}{round}{fill}/>\n"));
    }

    /// The file brings this face along.
    pub fn face(&mut self, face: &'static Face) {
        if !self.faces.contains(&face) {
            self.faces.push(face);
        }
    }

    /// The whole text.
    pub fn finish(mut self) -> String {
        self.clip(None);
        for face in std::mem::take(&mut self.faces) {
            let Some(bytes) = face.file.bytes() else { continue };
            let (name, data) = (face.name, base64(bytes));
            self.put(format_args!(
                "<style>@font-face{{font-family:\"{name}\";src:url(data:font/ttf;base64,{data})}}</style>\n"
            ));
        }
        self.text.push_str("</svg>\n");
        self.text
    }
}

/// A length or place, to a hundredth of a point.
pub fn length(x: f32) -> f32 {
    let rounded = (x * 100.0).round() / 100.0;
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// The attributes of a rectangle's place.
pub fn box_of(rect: Rect) -> String {
    let [x, y, width, height] = [rect.left(), rect.top(), rect.width(), rect.height()].map(length);
    format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"")
}

/// A colour as an attribute, with its opacity where it has one. SVG wants colours without regard to their
/// opacity, egui has them premultiplied.
pub fn paint(attribute: &str, colour: Color32) -> String {
    let [r, g, b, a] = straight(colour);
    let opacity = if a == 255 {
        String::new()
    } else {
        format!(" {attribute}-opacity=\"{:.3}\"", f32::from(a) / 255.0)
    };
    format!(" {attribute}=\"#{r:02x}{g:02x}{b:02x}\"{opacity}")
}

/// The colour without regard to its opacity, and that.
pub fn straight(colour: Color32) -> [u8; 4] {
    let [r, g, b, a] = colour.to_array();
    let whole = |part: u8| (f32::from(part) * 255.0 / f32::from(a.max(1))).round().min(255.0) as u8;
    [whole(r), whole(g), whole(b), a]
}

/// Text that XML does not take for something else. What XML cannot hold at all is left out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(character),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if character.is_control() => {}
            _ => out.push(character),
        }
    }
    out
}
