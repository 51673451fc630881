//! A text as one line that survives mail and chat: `driftscope:1:` and base64url of the deflated text
//! with a check sum.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use thiserror::Error;

/// What every link begins with.
pub const BEGINNING: &str = "driftscope:";
/// The version of the links that are written. Those of earlier versions are read for ever.
pub const VERSION: u32 = 1;
/// The longest text that a link may hold, in bytes.
pub const MOST_BYTES: u64 = 1 << 20;
/// Bytes of the check sum (CRC-32 of the deflated text, little-endian) at the end.
const SUM: usize = 4;

/// Why a line is no link, or which part of it is damaged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DamagedLink {
    /// It begins with something else.
    #[error("a link begins with `{BEGINNING}{VERSION}:`, and this text does not")]
    NotALink,
    /// What stands for the version is no number.
    #[error(
        "the link is damaged: `{BEGINNING}` is followed by {found:?} instead of a version, such as `{VERSION}:`"
    )]
    NoVersion {
        /// What stands there.
        found: String,
    },
    /// A version that this program does not know.
    #[error(
        "the link has version {found}, and this program reads version {VERSION}: it needs a newer program, or is damaged"
    )]
    Newer {
        /// The link's.
        found: String,
    },
    /// A character that no link has.
    #[error(
        "the link is damaged: {character:?}, character {at} of it, is none that a link can have (letters, digits, - and _)"
    )]
    Character {
        /// The character.
        character: char,
        /// Which one it is, counted from 1, spaces and line breaks left out.
        at: usize,
    },
    /// The check sum does not fit.
    #[error(
        "the link is damaged: some of its {length} characters are missing or have changed; copy the whole line again"
    )]
    Changed {
        /// Its characters, spaces and line breaks left out.
        length: usize,
    },
    /// More than a scene is made of.
    #[error("the link holds more than {MOST_BYTES} bytes of text, which no scene needs")]
    TooLarge,
    /// What it holds is not what a link holds.
    #[error("the link holds no text")]
    NotAText,
}

/// Whether `text` is meant as a link, whole or damaged.
#[must_use]
pub fn is_link(text: &str) -> bool {
    let mut found = text.chars().filter(|&c| !is_forgiven(c));
    BEGINNING.chars().all(|c| found.next() == Some(c))
}

/// The line that holds `text`.
///
/// # Panics
/// Never: writing to memory does not fail.
#[must_use]
pub fn line_of(text: &str) -> String {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(text.as_bytes()).and_then(|()| encoder.finish());
    let mut bytes = written.expect("memory takes all that is written");
    let sum = check_sum(&bytes);
    bytes.extend(sum);
    format!("{BEGINNING}{VERSION}:{}", URL_SAFE_NO_PAD.encode(bytes))
}

/// The text of a line. White space within it, as mail programs put there, is overlooked.
///
/// # Errors
/// Which part of the line is damaged, or from a newer program.
pub fn text_of(line: &str) -> Result<String, DamagedLink> {
    let line: String = line.chars().filter(|&c| !is_forgiven(c)).collect();
    let rest = line.strip_prefix(BEGINNING).ok_or(DamagedLink::NotALink)?;
    let (version, rest) = rest.split_once(':').unwrap_or((rest, ""));
    let is_number = !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit());
    let found: String = version.chars().take(12).collect();
    if !is_number || version.len() > 9 {
        return Err(DamagedLink::NoVersion { found });
    }
    if version != VERSION.to_string() {
        return Err(DamagedLink::Newer { found });
    }
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if let Some(character) = rest.chars().find(|&c| !allowed(c)) {
        let at = 1 + line.chars().count() - rest.chars().skip_while(|&c| allowed(c)).count();
        return Err(DamagedLink::Character { character, at });
    }
    let changed = || DamagedLink::Changed { length: line.len() };
    let bytes = URL_SAFE_NO_PAD.decode(rest).map_err(|_| changed())?;
    let (deflated, sum) = bytes.split_last_chunk::<SUM>().ok_or_else(changed)?;
    if check_sum(deflated) != *sum {
        return Err(changed());
    }
    // What is read is limited, not what is said of its size.
    let mut text = Vec::new();
    let mut limited = DeflateDecoder::new(deflated).take(MOST_BYTES + 1);
    limited.read_to_end(&mut text).map_err(|_| DamagedLink::NotAText)?;
    if text.len() as u64 > MOST_BYTES {
        return Err(DamagedLink::TooLarge);
    }
    String::from_utf8(text).map_err(|_| DamagedLink::NotAText)
}

/// White space and what else mail and chat programs put between characters: the zero-width ones and the
/// soft hyphen.
fn is_forgiven(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}')
}

fn check_sum(bytes: &[u8]) -> [u8; SUM] {
    let mut sum = Crc::new();
    sum.update(bytes);
    sum.sum().to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_sum(mut bytes: Vec<u8>) -> String {
        bytes.extend(check_sum(&bytes));
        format!("{BEGINNING}{VERSION}:{}", URL_SAFE_NO_PAD.encode(bytes))
    }

    #[test]
    fn a_text_comes_back() {
        for text in ["", "a", "seed = 7\n", &"0123456789 ü ".repeat(900)] {
            let line = line_of(text);
            assert!(is_link(&line) && !line.contains(char::is_whitespace), "{line}");
            assert_eq!(text_of(&line).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_mail_programs_do_to_a_line_is_forgiven() {
        let line = line_of("seed = 7\n[sampler]\nsteps = 12\n");
        let broken: Vec<String> = line
            .as_bytes()
            .chunks(20)
            .map(|part| String::from_utf8_lossy(part).into_owned())
            .collect();
        for joint in ["\n", "\r\n  ", " ", "\u{200b}", "\u{ad}\n"] {
            let mailed = format!("\u{feff}  {}\n\n", broken.join(joint));
            assert!(is_link(&mailed));
            assert_eq!(text_of(&mailed), text_of(&line));
        }
        // Within the beginning too.
        assert_eq!(text_of(&line.replacen("scope", "sc\nope", 1)), text_of(&line));
    }

    #[test]
    fn what_is_wrong_is_said() {
        let line = line_of("seed = 7\n");
        let said = |line: &str| text_of(line).expect_err("refused").to_string();
        assert!(said("seed = 7").contains("begins with"));
        assert!(said("driftscope:").contains("instead of a version"));
        assert!(said("driftscope:x:abc").contains("instead of a version"));
        assert!(said("driftscope:99999999999999999999:abc").contains("instead of a version"));
        assert!(said(&line.replacen(":1:", ":2:", 1)).contains("version 2"));
        assert!(said(&line[..line.len() - 3]).contains("missing or have changed"));
        assert!(said("driftscope:1:").contains("missing or have changed"));
        assert!(said("driftscope:1:A").contains("missing or have changed"));
        let wrong = said("driftscope:1:ab+d");
        assert!(wrong.contains("'+', character 16 "), "{wrong}");
        // A text that inflates to 64 MiB from 64 kB.
        let bomb = line_of(&"a".repeat(64 << 20));
        assert!(bomb.len() < 100_000 && said(&bomb).contains("more than 1048576 bytes"));
        assert!(said(&with_sum(vec![0xff; 9])).contains("no text"));
        let not_utf8 = {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&[0xff, 0xfe]).expect("memory");
            with_sum(encoder.finish().expect("memory"))
        };
        assert!(said(&not_utf8).contains("no text"));
    }
}
