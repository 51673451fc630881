//! Programs that are killed while they write: whoever looks afterwards finds the old file or the new one, whole.
//!
//! `DRIFTSCOPE_KILLS=252 cargo test --release --workspace --test killed -- --nocapture` kills so many.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Kills where nothing else is said.
const USUAL: usize = 48;

/// Something that writes: what it is called with besides the place, and a setting by which the new file differs
/// from the old one.
struct Work {
    arguments: &'static [&'static str],
    new: &'static [&'static str],
    /// What it is told to write.
    out: &'static str,
    /// What is looked at afterwards, below that place where it is a folder.
    file: &'static str,
}

const WORKS: [Work; 5] = [
    Work {
        arguments: &["train", "--data", "two-moons", "--hidden", "32", "--steps", "1500"],
        new: &["--set", "training.seed=1"],
        out: "model.safetensors",
        file: "",
    },
    Work {
        arguments: &["sample", "--set", "particles.count=4000"],
        new: &["--set", "seed=1"],
        out: "samples",
        file: "trajectories.csv",
    },
    Work {
        arguments: &["render", "--set", "particles.count=300"],
        new: &["--set", "seed=1"],
        out: "picture.svg",
        file: "",
    },
    Work {
        arguments: &["render", "--set", "particles.count=100", "--size", "320x240"],
        new: &["--set", "seed=1"],
        out: "film.gif",
        file: "",
    },
    Work {
        arguments: &["handout", "--scene", "ode-and-sde"],
        new: &["--set", "seed=1"],
        out: "page.html",
        file: "",
    },
];

impl Work {
    fn start(&self, folder: &Path, new: bool) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_driftscope"));
        command.args(self.arguments).args(if new { self.new } else { &[] });
        command
            .arg("--out")
            .arg(folder.join(self.out))
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    fn file(&self, folder: &Path) -> PathBuf {
        let out = folder.join(self.out);
        if self.file.is_empty() { out } else { out.join(self.file) }
    }

    /// What it writes when it is let, and how long that takes.
    fn whole(&self, new: bool) -> (Vec<u8>, Duration) {
        let folder = tempfile::tempdir().expect("a folder");
        let began = Instant::now();
        let output = self.start(folder.path(), new).output().expect("the program starts");
        let took = began.elapsed();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{:?}: {said}", self.arguments);
        (std::fs::read(self.file(folder.path())).expect("written"), took)
    }
}

fn kills() -> usize {
    let asked = std::env::var("DRIFTSCOPE_KILLS").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or(USUAL)
}

#[test]
fn the_old_file_or_the_new_one_is_there_whole() {
    let kills = kills() / (WORKS.len() + 1);
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for work in &WORKS {
        let (old, _) = work.whole(false);
        let (new, took) = work.whole(true);
        assert!(old != new, "{:?}: nothing tells them apart", work.arguments);
        let (mut olds, mut in_time) = (0, 0);
        for _ in 0..kills {
            let folder = tempfile::tempdir().expect("a folder");
            let file = work.file(folder.path());
            std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            std::fs::write(&file, &old).expect("written");
            let mut child = work.start(folder.path(), true).spawn().expect("the program starts");
            // Most often while it works, and around the time when it writes.
            let share = if rng.random_bool(0.5) { 0.0..1.0 } else { 0.85..1.1 };
            std::thread::sleep(took.mul_f64(rng.random_range(share)));
            child.kill().expect("killed");
            in_time += usize::from(!child.wait().expect("it ends").success());
            let found = std::fs::read(&file).expect("it is there");
            assert!(found == old || found == new, "{:?}: {} bytes", work.arguments, found.len());
            olds += usize::from(found == old);
        }
        println!(
            "{}: {in_time} of {kills} killed before they ended, {olds} times the old file, {} times the new one",
            work.arguments[0],
            kills - olds
        );
        assert!(in_time > 0, "{:?}: none was killed in time", work.arguments);
    }
}

/// A sweep writes its table after every solve.
#[test]
fn the_table_of_a_sweep_is_whole_whenever_it_is_killed() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let kills = kills() / (WORKS.len() + 1);
    let mut rows = 0;
    for _ in 0..kills {
        let folder = tempfile::tempdir().expect("a folder");
        let mut child = Command::new(env!("CARGO_BIN_EXE_driftscope"))
            .args(["sweep", "--set", "particles.count=200", "--set", "field.kind=exact"])
            .args(["--methods", "euler,heun,rk4,dopri5", "--out"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(rng.random_range(100..1_500)));
        child.kill().expect("killed");
        child.wait().expect("it ends");
        let Ok(text) = std::fs::read_to_string(folder.path().join("work_precision.csv")) else {
            continue;
        };
        assert!(text.ends_with('\n'), "{text:?}");
        for line in text.lines() {
            assert_eq!(line.split(',').count(), 7, "{line:?}");
        }
        rows += text.lines().count() - 1;
    }
    println!("sweep: {rows} rows whole after {kills} kills");
    assert!(rows > 0, "every one was killed before its first solve");
}
