//! Scenes in pictures: `driftscope render` keeps the scene in every file that it writes.

use std::path::Path;

/// The keyword of the PNG text (a chunk `iTXt`) that holds a scene.
pub const PNG_KEYWORD: &str = "driftscope-scene";
/// The XML element of a WebP's metadata that holds a scene.
pub const XMP_ELEMENT: &str = "driftscope:scene";
/// How the element of an SVG that holds a scene begins.
pub const SVG_ELEMENT: &str = "<metadata id=\"driftscope-scene\">";

/// Endings of the files that are looked into.
pub const PICTURE_ENDINGS: [&str; 5] = ["png", "apng", "svg", "gif", "webp"];

/// Pictures larger than this are not looked into.
pub(super) const LARGEST_BYTES: u64 = 1 << 28;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";
/// What begins an extension of a GIF, and a picture in it; and the label of a comment.
const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const COMMENT: u8 = 0xfe;

/// Whether a file's name says that it is a picture.
pub(super) fn is_picture(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    PICTURE_ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// The text of the scene in a picture, or what is wrong with it.
pub(super) fn text_in(bytes: &[u8]) -> Result<String, &'static str> {
    const DAMAGED: &str = "the picture is damaged";
    const NONE: &str = "this picture was not made by driftscope, or its scene was removed";
    let found = if bytes.starts_with(PNG) {
        in_png(bytes)
    } else if bytes.starts_with(b"GIF8") {
        in_gif(bytes)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        in_webp(bytes)
    } else {
        match std::str::from_utf8(bytes) {
            Ok(text) if text.contains("<svg") => Some(between(text, SVG_ELEMENT, "</metadata>")),
            Ok(_) => Some(None),
            Err(_) => None,
        }
    };
    found.ok_or(DAMAGED)?.ok_or(NONE)
}

/// What is found, if anything: none if the file is damaged, some none if there is no scene.
type Found = Option<Option<String>>;

fn part(bytes: &[u8], start: usize, length: usize) -> Option<&[u8]> {
    bytes.get(start..start.checked_add(length)?)
}

fn in_png(bytes: &[u8]) -> Found {
    let mut at = PNG.len();
    loop {
        let length = u32::from_be_bytes(part(bytes, at, 4)?.try_into().ok()?) as usize;
        let kind = part(bytes, at + 4, 4)?;
        let data = part(bytes, at + 8, length)?;
        part(bytes, at + 8 + length, 4)?;
        if kind == b"IEND" {
            return Some(None);
        }
        let own = data.strip_prefix(PNG_KEYWORD.as_bytes());
        // The keyword ends with a zero; neither compressed nor in a language.
        if let (b"iTXt", Some(text)) = (kind, own.and_then(|rest| rest.strip_prefix(&[0; 5]))) {
            return Some(Some(String::from_utf8(text.to_vec()).ok()?));
        }
        at += 12 + length;
    }
}

fn in_gif(bytes: &[u8]) -> Found {
    let colours = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut at = 13 + colours(*bytes.get(10)?);
    let blocks = |at: &mut usize| {
        let mut all = Vec::new();
        loop {
            let length = usize::from(*bytes.get(*at)?);
            *at += 1;
            if length == 0 {
                return Some(all);
            }
            all.extend(part(bytes, *at, length)?);
            *at += length;
        }
    };
    loop {
        match *bytes.get(at)? {
            EXTENSION => {
                let label = *bytes.get(at + 1)?;
                at += 2;
                let text = blocks(&mut at)?;
                if label == COMMENT {
                    return Some(String::from_utf8(text).ok());
                }
            }
            IMAGE => {
                at += 11 + colours(*bytes.get(at + 9)?);
                blocks(&mut at)?;
            }
            _ => return Some(None),
        }
    }
}

fn in_webp(bytes: &[u8]) -> Found {
    let mut at = 12;
    while at < bytes.len() {
        let kind = part(bytes, at, 4)?;
        let length = u32::from_le_bytes(part(bytes, at + 4, 4)?.try_into().ok()?) as usize;
        let data = part(bytes, at + 8, length)?;
        if kind == b"XMP " {
            let (start, end) = (format!("<{XMP_ELEMENT}>"), format!("</{XMP_ELEMENT}>"));
            return Some(between(std::str::from_utf8(data).ok()?, &start, &end));
        }
        at += 8 + length + length % 2;
    }
    Some(None)
}

/// The text of an element.
fn between(text: &str, start: &str, end: &str) -> Option<String> {
    let (_, rest) = text.split_once(start)?;
    let (inside, _) = rest.split_once(end)?;
    let plain = inside.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    Some(plain.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(chunks: &[(&[u8], &[u8])]) -> Vec<u8> {
        let mut bytes = PNG.to_vec();
        for (kind, data) in chunks {
            bytes.extend((data.len() as u32).to_be_bytes());
            bytes.extend(*kind);
            bytes.extend(*data);
            bytes.extend([0; 4]);
        }
        bytes
    }

    #[test]
    fn a_scene_is_found_and_what_has_none_is_told_from_what_is_damaged() {
        let own = [PNG_KEYWORD.as_bytes(), &[0; 5], b"seed = 7"].concat();
        let whole = png(&[(b"IHDR", &[0; 13]), (b"iTXt", &own), (b"IEND", &[])]);
        assert_eq!(text_in(&whole).expect("a scene"), "seed = 7");
        for length in PNG.len()..whole.len() - 12 - own.len() {
            assert_eq!(text_in(&whole[..length]).expect_err("cut"), "the picture is damaged");
        }
        let foreign = png(&[(b"IHDR", &[0; 13]), (b"iTXt", b"Title\0\0\0\0\0x"), (b"IEND", &[])]);
        let svg = "<svg><metadata>other</metadata></svg>".as_bytes();
        let gif = b"GIF89a\x01\0\x01\0\0\0\0\x3b";
        let webp = b"RIFF\x04\0\0\0WEBP";
        for none in [&foreign, svg, gif, webp, b"words" as &[u8]] {
            let why = text_in(none).expect_err("no scene");
            assert!(why.contains("not made by driftscope"), "{why}");
        }
        let svg = format!("<svg>{SVG_ELEMENT}title = &quot;a &lt; b&quot;</metadata></svg>");
        assert_eq!(text_in(svg.as_bytes()).expect("a scene"), "title = \"a < b\"");
        let gif = b"GIF89a\x01\0\x01\0\0\0\0\x21\xfe\x04seed\x04 = 7\0\x3b";
        assert_eq!(text_in(gif).expect("a scene"), "seed = 7");
        assert_eq!(text_in(&[0x80, 0xff]).expect_err("noise"), "the picture is damaged");
    }
}
