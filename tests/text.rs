//! Texts with formulas as a reader sees them: pages under a software Vulkan, held against those in
//! `tests/snapshots`, each of which was looked at, and the same page as SVG.
//!
//! Pages are skipped where there is no graphics adapter, unless `DRIFTSCOPE_REQUIRE_GPU=1` demands one.

#[path = "shared/graphics.rs"]
mod graphics;

use std::time::Instant;

use driftscope::app::palette::{Palette, Theme};
use driftscope::app::picture::{Textures, rasterise, svg};
use driftscope::app::text::{self, Document};
use driftscope::app::theme;
use eframe::egui::{self, Frame, Margin};
use egui_kittest::kittest::Queryable;
use egui_kittest::{Harness, OsThreshold, SnapshotOptions, SnapshotResults};

use self::graphics::graphics;

const PAGE: &str = include_str!("shared/page.md");

fn page(theme: Theme, size: f32, room: [f32; 2]) -> Harness<'static, ()> {
    let document = Document::parse(PAGE);
    let mut installed = false;
    Harness::builder().with_size(room).with_render_cursor(false).wgpu().build_ui(move |ui| {
        if !std::mem::replace(&mut installed, true) {
            theme::install(ui.ctx());
            theme::choose(ui.ctx(), theme);
            return;
        }
        let palette = Palette::of(theme);
        let frame = Frame::new().fill(palette.ground).inner_margin(Margin::same(24));
        egui::CentralPanel::default().frame(frame).show(ui, |ui| {
            text::ui(ui, &document, &palette.text_style(size));
        });
    })
}

#[test]
fn pages() {
    if graphics().is_none() {
        return;
    }
    let mut results = SnapshotResults::new();
    for (name, theme, size, room) in [
        ("text-dark-20", Theme::Dark, 20.0, [900.0, 1140.0]),
        ("text-light-34", Theme::Light, 34.0, [1200.0, 2000.0]),
    ] {
        let mut harness = page(theme, size, room);
        harness.run_steps(4);
        let options =
            SnapshotOptions::new().threshold(1.5).max_failed_pixels(OsThreshold::new(1_500_usize));
        harness.snapshot_options(name, &options);
        results.extend_harness(&mut harness);
    }
}

#[test]
fn a_screen_reader_has_the_words() {
    if graphics().is_none() {
        return;
    }
    let mut harness = page(Theme::Dark, 20.0, [900.0, 1500.0]);
    harness.run_steps(4);
    // Formulas are read out as LaTeX.
    harness.get_by_label_contains(r"\frac{d\mathbf{x}_t}{dt}");
    harness.get_by_label("https://example.org");
}

#[test]
fn a_page_is_set_once() {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    let document = Document::parse(PAGE);
    let style = Palette::of(Theme::Dark).text_style(20.0);
    let mut times = Vec::new();
    for _ in 0..50 {
        let _ = ctx.run_ui(egui::RawInput::default(), |ui| {
            let began = Instant::now();
            text::ui(ui, &document, &style);
            times.push(began.elapsed());
        });
    }
    let first = times[0];
    times.drain(..3);
    times.sort();
    let usual = times[times.len() / 2];
    println!("first frame {first:?}, then {usual:?}");
    assert!(usual * 5 < first, "first {first:?}, then {usual:?}");
}

/// What a page consists of, drawn without a window.
fn drawn(theme: Theme, size: f32, room: [f32; 2]) -> (egui::Context, egui::FullOutput, Textures) {
    let ctx = egui::Context::default();
    theme::install(&ctx);
    let (document, style) = (Document::parse(PAGE), Palette::of(theme).text_style(size));
    let mut textures = Textures::default();
    let screen_rect = Some(egui::Rect::from_min_size(egui::Pos2::ZERO, room.into()));
    let mut output = ctx.run_ui(egui::RawInput { screen_rect, ..Default::default() }, |ui| {
        text::ui(ui, &document, &style);
    });
    textures.update(std::mem::take(&mut output.textures_delta));
    (ctx, output, textures)
}

#[test]
fn pictures_have_the_letters_of_formulas() {
    let room = [900.0, 1200.0];
    let (ctx, output, textures) = drawn(Theme::Light, 20.0, room);
    let ground = Palette::of(Theme::Light).ground;
    let svg = svg(&output.shapes, &textures, (room, 1.0), ground, "");
    let document = Document::parse(PAGE);
    let faces = text::html::faces(&[&document]);
    assert!(faces.len() > 5, "{faces:?}");
    for face in faces {
        let brought = format!("@font-face{{font-family:\"{}\"", face.name);
        assert_eq!(svg.matches(&brought).count(), 1, "{}", face.name);
        assert!(svg.contains(&format!("font-family=\"{}\"", face.name)), "{}", face.name);
    }
    assert!(svg.contains("font-style=\"italic\""));
    // The bar of a fraction is whole pixels of one colour.
    let primitives = ctx.tessellate(output.shapes, 1.0);
    let size = [room[0] as u32, room[1] as u32];
    let picture = rasterise(&primitives, &textures, (size, 1.0), ground);
    let ink = Palette::of(Theme::Light).text;
    let pixels: Vec<[u8; 3]> = picture.pixels().collect();
    let longest = pixels.split(|pixel| *pixel != [ink.r(), ink.g(), ink.b()]).map(<[_]>::len).max();
    // The radical's over the mean square error is the longest there is.
    assert!((150..260).contains(&longest.unwrap_or(0)), "{longest:?}");
}
