//! A monkey at the window: seeded random actions through the names of its widgets, from every bundled scene and
//! lesson. Nothing panics, no text says NaN, no frame takes the processor for long, memory stays bounded.
//!
//! `DRIFTSCOPE_MONKEY=100000 cargo test --release --workspace --test monkey -- --nocapture` does so many actions;
//! `DRIFTSCOPE_MONKEY_SEED=7` others; `DRIFTSCOPE_MONKEY_WINDOW=291` begins with that window, each of which has 60. A
//! run that fails prints its seed, its window and the shortest list of actions found that still fails.

#![cfg(target_os = "linux")]

#[path = "shared/dropped.rs"]
mod dropped;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

use driftscope::app::{Driftscope, Launch};
use driftscope_study::lesson::LESSONS;
use driftscope_study::scene::{LIBRARY, Scene};
use eframe::egui::accesskit::Role;
use eframe::egui::{
    Event, Key, MissingGlyphPolicy, Modifiers, MouseWheelSource, MouseWheelUnit, Pos2, TouchPhase,
    Vec2, pos2, vec2,
};
use egui_kittest::Harness;
use egui_kittest::kittest::{By, NodeT, Queryable};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use self::dropped::drop_file;

/// Actions where nothing else is said.
const USUAL: usize = 2_000;
/// Actions in one window.
const IN_ONE_WINDOW: usize = 60;
/// A frame may take the processor for this long, without the rasteriser, when it is drawn again: the first one may
/// lay out a page that was never shown, and other processes hold it up.
const LONGEST_FRAME: Duration = Duration::from_millis(100);
/// The first frame after an action may take this long.
const LONGEST_FIRST: Duration = Duration::from_millis(1_500);
/// Resident memory at most, in bytes.
const MOST_MEMORY: u64 = 2 << 30;
/// Roles of what a click does something to.
const CLICKED: &[Role] = &[
    Role::Button,
    Role::CheckBox,
    Role::RadioButton,
    Role::Link,
    Role::Tab,
    Role::MenuItem,
    Role::ComboBox,
];
/// Roles of what has a number.
const NUMBERS: &[Role] = &[Role::Slider, Role::SpinButton];
/// What stands in the window's own file dialog and nowhere else.
const IN_FILE_DIALOG: &str = "New Folder";
/// Windows that are opened in order to shorten a list.
const SHORTENINGS: usize = 80;

/// What is typed into fields.
const TEXTS: &[&str] = &[
    "",
    "abc",
    "-7",
    "0",
    "1e9",
    "1e-9",
    "nan",
    "inf",
    "-inf",
    "1,5",
    "3.7",
    "1e400",
    "tolerance",
    "rtol 1e-4",
    "euler a",
    "ϵ 😀 \u{202e}x",
    "((((",
    "../../etc",
    "100000",
];
/// What is pasted.
const PASTES: &[&str] = &[
    "0,0\n1,1\n2,0.5\n",
    "0, 0.2, 0.5, 0.9, 1",
    "nan,1\n2,inf\n",
    "driftscope:",
    "driftscope:data.name=rings&sampler.method=euler",
    "driftscope:sampler.steps=-1&x=%zz",
    "x,y,label\n0,0,1\n1,1,2\n",
    "",
    "no data at all",
];
/// Keys without a modifier; those that would end the program are not among them.
const KEYS: &[Key] = &[
    Key::Space,
    Key::ArrowLeft,
    Key::ArrowRight,
    Key::ArrowUp,
    Key::ArrowDown,
    Key::Escape,
    Key::Enter,
    Key::Tab,
    Key::Home,
    Key::End,
    Key::PageUp,
    Key::PageDown,
    Key::Delete,
    Key::Backspace,
    Key::A,
    Key::B,
    Key::C,
    Key::D,
    Key::E,
    Key::F,
    Key::G,
    Key::H,
    Key::I,
    Key::J,
    Key::K,
    Key::L,
    Key::M,
    Key::N,
    Key::O,
    Key::P,
    Key::Q,
    Key::R,
    Key::S,
    Key::T,
    Key::U,
    Key::V,
    Key::W,
    Key::X,
    Key::Y,
    Key::Z,
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Plus,
    Key::Minus,
    Key::Questionmark,
    Key::F1,
    Key::F11,
];
/// With Ctrl.
const COMMANDS: &[Key] = &[Key::K, Key::Z, Key::Y, Key::Num0, Key::Plus, Key::Minus];
/// Sizes of the window, in points.
const SIZES: &[[f32; 2]] = &[
    [1280.0, 800.0],
    [1920.0, 1080.0],
    [800.0, 600.0],
    [640.0, 480.0],
    [320.0, 200.0],
    [2560.0, 600.0],
];

/// What the monkey does.
#[derive(Clone, Debug)]
enum Deed {
    /// Clicks the widget of this name, the n-th of those called so.
    Click(String, usize),
    /// Sets the slider or number of this name.
    Value(String, usize, f64),
    /// Types into the n-th field.
    Type(usize, &'static str),
    Press(Modifiers, Key),
    Paste(&'static str),
    Drop(PathBuf),
    /// Moves the pointer there, as shares of the window.
    Hover([f32; 2]),
    /// Presses at one place and lets go at another.
    Drag([f32; 2], [f32; 2]),
    Wheel([f32; 2], f32),
    Zoom([f32; 2], f32),
    Resize([f32; 2]),
    /// Lets what is under way go on for so many frames.
    Wait(usize),
}

/// Where a window begins.
#[derive(Clone, Copy, Debug)]
enum Start {
    Scene(usize),
    Lesson(usize),
}

impl Start {
    fn all() -> Vec<Self> {
        let scenes = (0..LIBRARY.len()).map(Self::Scene);
        scenes.chain((0..LESSONS.len()).map(Self::Lesson)).collect()
    }

    fn launch(self) -> Launch {
        // Files are asked for in the window, which the monkey closes: it must not write where it likes.
        let usual = Launch { own_dialogs: true, ..Launch::default() };
        match self {
            Self::Scene(index) => {
                let settings = ["particles.count=200".to_owned()];
                let scene = Scene::with_settings(Some(LIBRARY[index].name), &settings);
                Launch { scene: scene.expect("a bundled scene"), ..usual }
            }
            Self::Lesson(index) => Launch { lesson: Some((LESSONS[index].lesson(), 0)), ..usual },
        }
    }
}

impl fmt::Display for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scene(index) => write!(f, "scene {}", LIBRARY[*index].name),
            Self::Lesson(index) => write!(f, "lesson {}", LESSONS[*index].name),
        }
    }
}

/// A source of choices.
struct Dice(ChaCha8Rng);

impl Dice {
    fn of(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn below(&mut self, count: usize) -> usize {
        self.0.random_range(0..count.max(1))
    }

    fn share(&mut self) -> f32 {
        self.0.random()
    }

    fn place(&mut self) -> [f32; 2] {
        [self.share(), self.share()]
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// A window with a monkey at it.
struct Cage {
    harness: Harness<'static, Driftscope>,
    /// Of frames that were drawn again where they were slow.
    slowest: Duration,
    /// Of the first frames after an action.
    longest_first: Duration,
}

impl Cage {
    fn open(start: Start) -> Self {
        let launch = start.launch();
        let mut harness = Harness::builder()
            .with_size([1280.0, 800.0])
            .build_eframe(move |cc| Driftscope::new(cc, launch));
        // As in the program: what a person types may have letters that no font has.
        harness.ctx.set_missing_glyph_policy(MissingGlyphPolicy::Tofu);
        harness.run_steps(4);
        Self { harness, slowest: Duration::ZERO, longest_first: Duration::ZERO }
    }

    /// Names of the widgets with one of these roles, with which of those called so each is.
    fn named(&self, roles: &[Role]) -> Vec<(String, usize)> {
        let mut found: Vec<(String, usize)> = Vec::new();
        let wanted =
            By::new().predicate(|node| roles.contains(&node.role()) && !node.is_disabled());
        for node in self.harness.query_all(wanted) {
            let name = node.accesskit_node().label().unwrap_or_default();
            let before = found.iter().filter(|(other, _)| *other == name).count();
            found.push((name, before));
        }
        found
    }

    /// Something to do, of what there is to be done now.
    fn choose(&self, dice: &mut Dice, files: &[PathBuf]) -> Deed {
        match dice.below(100) {
            0..45 => {
                let all = self.named(CLICKED);
                let (name, which) = all.get(dice.below(all.len())).cloned().unwrap_or_default();
                Deed::Click(name, which)
            }
            45..63 => {
                let all = self.named(NUMBERS);
                let (name, which) = all.get(dice.below(all.len())).cloned().unwrap_or_default();
                let value = match dice.below(8) {
                    0 => -1.0,
                    1 => 0.0,
                    2 => 1e9,
                    3 => f64::NAN,
                    4 => 1e-9,
                    _ => 10.0_f64.powf(f64::from(4.0 * dice.share() - 2.0)),
                };
                Deed::Value(name, which, value)
            }
            63..68 => Deed::Type(dice.below(4), dice.one(TEXTS)),
            68..78 => Deed::Press(Modifiers::NONE, dice.one(KEYS)),
            78..81 => Deed::Press(Modifiers::COMMAND, dice.one(COMMANDS)),
            81..83 => Deed::Paste(dice.one(PASTES)),
            83..85 => Deed::Drop(files[dice.below(files.len())].clone()),
            85..88 => Deed::Hover(dice.place()),
            88..91 => Deed::Drag(dice.place(), dice.place()),
            91..93 => Deed::Wheel(dice.place(), 400.0 * dice.share() - 200.0),
            93..94 => Deed::Zoom(dice.place(), 0.5 + dice.share()),
            94..96 => Deed::Resize(dice.one(SIZES)),
            _ => Deed::Wait(1 + dice.below(12)),
        }
    }

    /// Does it; what is not there any more is passed over.
    fn perform(&mut self, deed: &Deed) {
        let harness = &mut self.harness;
        let within = |[x, y]: [f32; 2], harness: &Harness<'_, Driftscope>| -> Pos2 {
            let size = harness.ctx.content_rect().size();
            pos2(x * size.x, y * size.y)
        };
        match deed {
            Deed::Click(name, which) => {
                let called = By::new().predicate(|node| {
                    CLICKED.contains(&node.role()) && node.label().unwrap_or_default() == *name
                });
                if let Some(node) = harness.query_all(called).nth(*which) {
                    node.click_accesskit();
                }
            }
            Deed::Value(name, which, value) => {
                let called = By::new().predicate(|node| {
                    NUMBERS.contains(&node.role()) && node.label().unwrap_or_default() == *name
                });
                if let Some(node) = harness.query_all(called).nth(*which) {
                    node.set_value_accesskit(*value);
                }
            }
            Deed::Type(which, text) => {
                let fields = || By::new().predicate(|node| node.role() == Role::TextInput);
                if let Some(node) = harness.query_all(fields()).nth(*which) {
                    node.focus();
                }
                harness.step();
                harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
                harness.event(Event::Text((*text).to_owned()));
                harness.step();
                harness.key_press(Key::Enter);
            }
            Deed::Press(modifiers, key) => harness.key_press_modifiers(*modifiers, *key),
            Deed::Paste(text) => harness.event(Event::Paste((*text).to_owned())),
            Deed::Drop(path) => {
                drop_file(harness, path);
            }
            Deed::Hover(place) => harness.hover_at(within(*place, harness)),
            Deed::Drag(from, to) => {
                let [from, to] = [*from, *to].map(|place| within(place, harness));
                harness.hover_at(from);
                harness.drag_at(from);
                harness.step();
                for k in 1..=3 {
                    harness.hover_at(from + (to - from) * (k as f32 / 3.0));
                    harness.step();
                }
                harness.drop_at(to);
            }
            Deed::Wheel(place, by) => {
                harness.hover_at(within(*place, harness));
                harness.event(Event::MouseWheel {
                    unit: MouseWheelUnit::Point,
                    delta: vec2(0.3 * by, *by),
                    phase: TouchPhase::Move,
                    source: MouseWheelSource::Wheel,
                    modifiers: Modifiers::NONE,
                });
            }
            Deed::Zoom(place, factor) => {
                harness.hover_at(within(*place, harness));
                harness.event(Event::Zoom(*factor));
            }
            Deed::Resize(size) => {
                harness.set_size(Vec2::from(*size));
            }
            Deed::Wait(frames) => {
                for _ in 0..*frames {
                    std::thread::sleep(Duration::from_millis(4));
                    harness.step();
                }
            }
        }
    }

    /// A frame or two after a deed, and what is wrong with them.
    fn look(&mut self) -> Result<(), String> {
        let mut shortest = Duration::MAX;
        // A frame that another process held up is quicker the next time.
        for frame in 0..4 {
            let began = processor_time();
            self.harness.step();
            let took = processor_time().saturating_sub(began);
            if frame == 0 {
                self.longest_first = self.longest_first.max(took);
                if took >= LONGEST_FIRST {
                    return Err(format!("the first frame took {} ms", took.as_millis()));
                }
            }
            shortest = shortest.min(took);
            if shortest < LONGEST_FRAME {
                break;
            }
        }
        self.slowest = self.slowest.max(shortest);
        if shortest >= LONGEST_FRAME {
            return Err(format!("a frame took {} ms of the processor", shortest.as_millis()));
        }
        let texts = By::new().predicate(|node| node.value().is_some() || node.label().is_some());
        for node in self.harness.query_all(texts) {
            let node = node.accesskit_node();
            let words = [node.value(), node.label()];
            let typed = node.role() == Role::TextInput || node.role() == Role::MultilineTextInput;
            let wrong = words.iter().flatten().find(|words| words.contains("NaN"));
            if let Some(words) = wrong.filter(|_| !typed) {
                return Err(format!("it says {words:?}"));
            }
        }
        let memory = resident();
        if memory > MOST_MEMORY {
            return Err(format!("{} MiB of memory are resident", memory >> 20));
        }
        self.close_file_dialog();
        Ok(())
    }

    /// The monkey must not write files where it likes.
    fn close_file_dialog(&mut self) {
        if self.harness.query_by_label(IN_FILE_DIALOG).is_some() {
            if let Some(cancel) = self.harness.query_all_by_label("Cancel").last() {
                cancel.click_accesskit();
            }
            self.harness.run_steps(2);
        }
    }
}

/// Processor time of this thread, which draws.
fn processor_time() -> Duration {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock is one that Linux has, and the time is written where there is room for it.
    #[expect(unsafe_code, reason = "std has no clock of a thread's processor time")]
    let code = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut now) };
    assert_eq!(code, 0, "Linux has this clock");
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}

/// Resident memory of this process, in bytes.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

/// What came of a list of deeds.
enum Outcome {
    Well { slowest: [Duration; 2] },
    Fault { what: String, done: Vec<Deed> },
}

/// Does what `next` says until it says nothing more or something is wrong.
fn run(start: Start, mut next: impl FnMut(&Cage, usize) -> Option<Deed>) -> Outcome {
    let mut done = Vec::new();
    let caught = catch_unwind(AssertUnwindSafe(|| {
        let mut cage = Cage::open(start);
        cage.look()?;
        while let Some(deed) = next(&cage, done.len()) {
            done.push(deed);
            cage.perform(&done[done.len() - 1]);
            cage.look()?;
        }
        Ok([cage.slowest, cage.longest_first])
    }));
    match caught {
        Ok(Ok(slowest)) => Outcome::Well { slowest },
        Ok(Err(what)) => Outcome::Fault { what, done },
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
            Outcome::Fault { what: format!("panic: {}", text.unwrap_or_default()), done }
        }
    }
}

/// Whether two faults are one and the same, whatever the numbers in their words.
fn is_alike(one: &str, other: &str) -> bool {
    let words = |text: &str| text.replace(|letter: char| letter.is_ascii_digit(), "");
    words(one) == words(other)
}

/// A shorter list that still leads to the same fault: halves, quarters and so on are left out as long as it does.
fn shortened(start: Start, mut deeds: Vec<Deed>, fault: &str) -> Vec<Deed> {
    let fails = |deeds: &[Deed]| match run(start, |_, k| deeds.get(k).cloned()) {
        Outcome::Fault { what, .. } => is_alike(&what, fault),
        Outcome::Well { .. } => false,
    };
    let (mut part, mut tries) = (deeds.len().div_ceil(2), 0);
    while part > 0 && tries < SHORTENINGS {
        let mut from = 0;
        while from < deeds.len() && tries < SHORTENINGS {
            let mut fewer = deeds.clone();
            fewer.drain(from..(from + part).min(deeds.len()));
            tries += 1;
            if fails(&fewer) {
                deeds = fewer;
            } else {
                from += part;
            }
        }
        part /= 2;
    }
    deeds
}

/// Files that are dropped: good ones of every kind, and damaged ones.
fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let assets = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    let mut all = Vec::new();
    let mut write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("written");
        all.push(path);
    };
    for name in ["models/two-moons.safetensors", "scenes/side-by-side.toml", "lessons/tour.toml"] {
        let bytes = std::fs::read(assets.join(name)).expect("a bundled file");
        let short = name.rsplit('/').next().unwrap_or(name);
        write(short, &bytes);
        write(&format!("cut-{short}"), &bytes[..bytes.len() / 3]);
    }
    write("points.csv", b"x,y\n0,0\n1,0.5\n-1,2\n");
    write("wrong.csv", b"x,y\n0,zero\n");
    write("times.csv", b"0\n0.3\n0.7\n1\n");
    write("noise.bin", &[0x8f; 300]);
    write("empty.safetensors", b"");
    write("picture.png", b"\x89PNG\r\n\x1a\nbroken");
    all.push(folder.join("not-there.toml"));
    all
}

#[test]
fn nothing_a_monkey_does_breaks_the_window() {
    let number = |name: &str, usual: u64| -> u64 {
        std::env::var(name).ok().map_or(usual, |text| text.parse().expect("a whole number"))
    };
    let actions = number("DRIFTSCOPE_MONKEY", USUAL as u64) as usize;
    let seed = number("DRIFTSCOPE_MONKEY_SEED", 0);
    let folder = tempfile::tempdir().expect("a folder");
    let files = files(folder.path());
    // What is written without being asked where goes there.
    std::env::set_current_dir(folder.path()).expect("it is there");
    let starts = Start::all();
    let mut slowest = [Duration::ZERO; 2];
    let most = resident();
    let from = number("DRIFTSCOPE_MONKEY_WINDOW", 0) as usize;
    for window in from..from + actions.div_ceil(IN_ONE_WINDOW) {
        let start = starts[window % starts.len()];
        let own_seed = seed.wrapping_mul(1 << 32).wrapping_add(window as u64);
        let mut dice = Dice::of(own_seed);
        let so_many = IN_ONE_WINDOW.min(actions - (window - from) * IN_ONE_WINDOW);
        let outcome = run(start, |cage, k| (k < so_many).then(|| cage.choose(&mut dice, &files)));
        match outcome {
            Outcome::Well { slowest: own } => {
                slowest = [0, 1].map(|kind| slowest[kind].max(own[kind]));
            }
            Outcome::Fault { what, done } => {
                let count = done.len();
                let shortest = shortened(start, done, &what);
                panic!(
                    "{start}, seed {seed}, window {window}, {what} after {count} actions; of these do: {shortest:#?}"
                );
            }
        }
    }
    let [slowest, first] = slowest.map(|time| 1e3 * time.as_secs_f64());
    let [before, after] = [most, resident()].map(|bytes| bytes >> 20);
    println!(
        "{actions} actions; processor time of the slowest first frame {first:.0} ms, drawn again {slowest:.0} ms; memory {before} to {after} MiB"
    );
}
