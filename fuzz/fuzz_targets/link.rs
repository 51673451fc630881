#![no_main]
//! Links: any line; the line of any text; and any bytes under a check sum that fits.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use driftscope_fuzz::{accepted, begin, is_refusal};
use driftscope_study::link;
use driftscope_study::scene::Scene;
use flate2::Crc;
use libfuzzer_sys::fuzz_target;

fn opens(line: &str) {
    let _ = link::is_link(line);
    match Scene::with_settings(Some(line), &[]) {
        Ok(scene) => accepted(scene),
        Err(error) => is_refusal(&error),
    }
}

fuzz_target!(init: begin(), |bytes: &[u8]| {
    match bytes.split_first() {
        Some((b'b', bytes)) => {
            let mut sum = Crc::new();
            sum.update(bytes);
            let whole = [bytes, &sum.sum().to_le_bytes()].concat();
            opens(&format!("driftscope:1:{}", URL_SAFE_NO_PAD.encode(whole)));
        }
        Some((b't', bytes)) => {
            if let Ok(text) = std::str::from_utf8(bytes) {
                let line = link::line_of(text);
                assert_eq!(link::text_of(&line).as_deref(), Ok(text));
                opens(&line);
            }
        }
        _ => {
            if let Ok(line) = std::str::from_utf8(bytes)
                && link::is_link(line)
            {
                opens(line);
            }
        }
    }
});
