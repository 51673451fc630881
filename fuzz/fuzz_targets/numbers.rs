#![no_main]
//! The tables of `--init`, `--points` and `--noise`, as the command line reads them.

use driftscope_fuzz::{begin, file};
use libfuzzer_sys::fuzz_target;

#[allow(dead_code)]
#[path = "../../src/cli/starts.rs"]
mod starts;
#[allow(dead_code, unused_imports)]
#[path = "../../src/cli/table.rs"]
mod table;

/// What tables are printed by; no target prints one.
mod output {
    pub fn print(_bytes: &[u8]) -> anyhow::Result<()> {
        Ok(())
    }
}

fuzz_target!(init: begin(), |bytes: &[u8]| {
    let path = file("numbers.csv", bytes);
    if let Ok(points) = starts::read_starts(&path) {
        assert!(!points.is_empty() && points.iter().flatten().all(|x| x.abs() <= 1e6));
    }
    if let Ok(file) = table::NumberFile::open(&path) {
        let name = file.name().to_owned();
        if let Ok(rows) = file.rows(["step", "particle", "draw", "zx", "zy"]) {
            for row in rows {
                assert!(row.values.iter().all(|value| value.is_finite()));
                let _ = row.whole(0, "step", &name);
            }
        }
    }
});
