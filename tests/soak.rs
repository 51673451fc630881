//! A long lecture in one window: every lesson to its end, scene after scene, slider after slider. Memory and threads stay
//! level, and in a second lecture what lies on the graphics card: a program that plays one keeps what it compiles, so that
//! memory is judged where nothing is drawn.
//!
//! `DRIFTSCOPE_SOAK=60 cargo test --release --workspace --test soak -- --nocapture` lets an hour of frames pass, sixty
//! for each second, as fast as they can be drawn.

#![cfg(target_os = "linux")]

#[path = "shared/dropped.rs"]
mod dropped;
#[path = "shared/graphics.rs"]
mod graphics;

use std::path::{Path, PathBuf};
use std::time::Duration;

use driftscope::app::{Driftscope, Launch};
use eframe::egui::Key;
use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{By, Queryable};
use egui_kittest::wgpu::WgpuTestRenderer;
use egui_wgpu::{RenderState, RendererOptions, WgpuConfiguration};

use self::dropped::drop_file;
use self::graphics::{graphics, ready};

/// Minutes where nothing else is said.
const USUAL: f64 = 1.0;
/// A lecture of fewer is short.
const SHORT: f64 = 10.0;
/// Frames of a second.
const RATE: f64 = 60.0;
/// One of so many frames is drawn on the graphics card as well.
const DRAWN: usize = 120;
/// Frames after each page of a lesson, and after each value of a slider, where what is shown is made anew.
const PAGE: usize = 20;
const VALUE: usize = 3;
/// Where each slider is drawn to.
const VALUES: [f64; 3] = [1e-4, 0.8, 12.0];
/// Rounds at least. The most after the first third, in which everything is there once and the history of 2,000 changes
/// is filled, is compared with the least of the last rounds: what is there comes and goes.
const ROUNDS: usize = 6;
/// Of those at the end.
const LAST: usize = 3;
/// A lecture of less than ten minutes ([`SHORT`]) does not fill the history, which may grow by so many bytes.
const HISTORY: f64 = 48e6;
/// What may be there at the end, as a multiple of that.
const GROWTH: f64 = 1.05;
/// Threads come and go with work.
const SPARE_THREADS: f64 = 8.0;
/// Threads at any moment of a lecture, however many solves are withdrawn for the next: hundreds had piled up behind
/// one that nobody waited for.
const MOST_THREADS: usize = 64;

/// What is there.
#[derive(Clone, Copy, Debug)]
struct Stock {
    /// Resident, in bytes.
    memory: u64,
    threads: usize,
    buffers: usize,
    textures: usize,
}

struct Room {
    harness: Harness<'static, Driftscope>,
    instance: Option<wgpu::Instance>,
    frames: usize,
    /// The most threads there were at once.
    threads: usize,
}

/// The graphics card, where there is one.
fn device() -> Option<(wgpu::Instance, RenderState)> {
    let (instance, setup) = graphics()?;
    let configuration = WgpuConfiguration { wgpu_setup: setup, ..WgpuConfiguration::default() };
    let state =
        ready(RenderState::create(&configuration, &instance, None, RendererOptions::PREDICTABLE));
    Some((instance, state.expect("a device")))
}

impl Room {
    fn open(drawn: bool) -> Self {
        let builder = Harness::builder().with_size([1280.0, 800.0]).with_render_cursor(false);
        let graphics = drawn.then(device).flatten();
        let (instance, builder) = match graphics {
            Some((instance, state)) => {
                (Some(instance), builder.renderer(WgpuTestRenderer::from_render_state(state)))
            }
            None => (None, builder),
        };
        let launch = Launch { own_dialogs: true, ..Launch::default() };
        let harness = builder.build_eframe(move |cc| Driftscope::new(cc, launch));
        Self { harness, instance, frames: 0, threads: 0 }
    }

    fn pass(&mut self, frames: usize) {
        for _ in 0..frames {
            self.harness.step();
            self.frames += 1;
            if self.instance.is_some() && self.frames.is_multiple_of(DRAWN) {
                self.harness.render().expect("drawn");
            }
        }
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.pass(PAGE);
    }

    /// A lesson or a scene, as a file that is dropped; a lesson is gone through to its end.
    fn show(&mut self, path: &Path, pages: usize) {
        drop_file(&mut self.harness, path);
        self.pass(PAGE);
        for _ in 0..pages {
            self.press(Key::PageDown);
        }
    }

    /// Draws every slider there is to a few places.
    fn sliders(&mut self) {
        let sliders = || By::new().predicate(|node| node.role() == Role::Slider);
        let count = self.harness.query_all(sliders()).count();
        for which in 0..count {
            for value in VALUES {
                if let Some(node) = self.harness.query_all(sliders()).nth(which) {
                    node.set_value_accesskit(value);
                }
                self.pass(VALUE);
                self.threads = self.threads.max(threads());
            }
        }
    }

    /// What is there once nothing is under way.
    fn stock(&mut self) -> Stock {
        for _ in 0..400 {
            self.pass(1);
            if self.harness.state().is_settled() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let report = self.instance.as_ref().and_then(wgpu::Instance::generate_report);
        let hub = report.as_ref().map(wgpu::wgc::global::GlobalReport::hub_report);
        Stock {
            memory: resident(),
            threads: threads(),
            buffers: hub.map_or(0, |hub| hub.buffers.num_allocated),
            textures: hub.map_or(0, |hub| hub.textures.num_allocated),
        }
    }
}

/// Threads of this process.
fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").expect("Linux").count()
}

/// Resident memory of this process, in bytes.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.expect("a number of pages") * 4096
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(folder);
    let entries = std::fs::read_dir(folder).expect("it is there");
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    all.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    all.sort();
    all
}

/// How long a lecture lasts, in minutes.
fn minutes() -> f64 {
    let minutes = std::env::var("DRIFTSCOPE_SOAK").ok();
    minutes.map_or(USUAL, |text| text.parse().expect("a number of minutes"))
}

/// What is there after each round of a lecture.
fn lecture(minutes: f64, drawn: bool) -> Vec<Stock> {
    let (lessons, scenes) = (files("lessons"), files("scenes"));
    let mut room = Room::open(drawn);
    let mut stocks: Vec<Stock> = Vec::new();
    // A short lecture has a few of each, so that it has rounds as well.
    let few = if minutes < SHORT { 7 } else { 1 };
    loop {
        for lesson in lessons.iter().step_by(few) {
            room.show(lesson, 12);
            room.press(Key::Escape);
        }
        for scene in scenes.iter().step_by(few) {
            room.show(scene, 0);
            room.sliders();
        }
        let now = room.stock();
        stocks.push(now);
        let passed = room.frames as f64 / RATE / 60.0;
        let round = stocks.len();
        println!("round {round}, {passed:.1} minutes: {now:?}, {} threads at most", room.threads);
        assert!(room.threads <= MOST_THREADS, "{} threads at once", room.threads);
        if stocks.len() >= ROUNDS && passed >= minutes {
            return stocks;
        }
    }
}

/// Compares the most of the first rounds with the least of the last.
fn assert_level(what: &str, stocks: &[Stock], of: fn(&Stock) -> f64, spare: f64) {
    let first = stocks[..stocks.len() / 3].iter().map(of).fold(0.0, f64::max);
    let last = stocks[stocks.len() - LAST..].iter().map(of).fold(f64::INFINITY, f64::min);
    assert!(last <= first * GROWTH + spare, "{what}: {first} at first, {last} at last");
}

// In one test, so that neither lecture is in the other's memory while that is measured.
#[test]
fn a_long_lecture_leaves_memory_threads_and_graphics_level() {
    let minutes = minutes();
    let history = if minutes < SHORT { HISTORY } else { 0.0 };
    let stocks = lecture(minutes, false);
    assert_level("memory", &stocks, |stock| stock.memory as f64, history);
    assert_level("threads", &stocks, |stock| stock.threads as f64, SPARE_THREADS);
    let stocks = lecture(minutes, true);
    assert_level("threads", &stocks, |stock| stock.threads as f64, SPARE_THREADS);
    assert_level("buffers", &stocks, |stock| stock.buffers as f64, 0.0);
    assert_level("textures", &stocks, |stock| stock.textures as f64, 0.0);
}
