//! Every step of every lesson as from the back row: how small its words are, and how well they stand out.

#[path = "shared/wait.rs"]
mod wait;

use std::collections::BTreeSet;

use driftscope::app::palette::Theme;
use driftscope::app::{Driftscope, Launch};
use driftscope_study::lesson::LESSONS;
use eframe::egui::epaint::{ClippedShape, Shape, TextShape};
use eframe::egui::text::LayoutSection;
use eframe::egui::{Color32, FontFamily, Key, Pos2, Rangef, Rect, Rgba, vec2};
use egui_kittest::Harness;

use self::wait::wait;

/// A window of 1280 by 720 points of the display, in its own points, and in those of presenter mode.
const SIZE: [[f32; 2]; 2] = [[1280.0, 720.0], [896.0, 504.0]];
/// Smallest words, in points, and those of presenter mode.
const LEAST: [f32; 2] = [14.0, 20.0];
/// Smallest letters of formulas, which have indices: so much of the smallest words.
const INDEX: f32 = 0.5;
/// WCAG AA: least contrast of words, and of those of 24 points and more.
const CONTRAST: [f32; 2] = [4.5, 3.0];
/// Points from which words are large.
const LARGE: f32 = 24.0;

/// Luminance as WCAG 2 defines it, 0 to 1.
fn luminance(colour: Color32) -> f32 {
    let [red, green, blue, _] = Rgba::from(colour).to_array();
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn contrast(one: Color32, other: Color32) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// What is painted, from the lowest to the topmost.
fn flattened(shapes: &[ClippedShape]) -> Vec<(Rect, Shape)> {
    fn add(clip: Rect, shape: &Shape, all: &mut Vec<(Rect, Shape)>) {
        match shape {
            Shape::Vec(shapes) => {
                for shape in shapes {
                    add(clip, shape, all);
                }
            }
            shape => all.push((clip, shape.clone())),
        }
    }
    let mut all = Vec::new();
    for clipped in shapes {
        add(clipped.clip_rect, &clipped.shape, &mut all);
    }
    all
}

/// The opaque colour that lies at a place, of what is painted there.
fn ground(painted: &[(Rect, Shape)], at: Pos2) -> Option<Color32> {
    painted.iter().rev().find_map(|(clip, shape)| match shape {
        Shape::Rect(rect) if rect.fill.a() == 255 && rect.rect.intersect(*clip).contains(at) => {
            Some(rect.fill)
        }
        _ => None,
    })
}

/// Checks every word that is painted; how many there were.
fn check(
    shapes: &[ClippedShape],
    (zoom, least): (f32, f32),
    wher: &str,
    faults: &mut BTreeSet<String>,
) -> usize {
    let painted = flattened(shapes);
    let mut count = 0;
    for (place, (clip, shape)) in painted.iter().enumerate() {
        let Shape::Text(TextShape { pos, galley, override_text_color, fallback_color, .. }) = shape
        else {
            continue;
        };
        let middle = pos.lerp(*pos + galley.size(), 0.5);
        if galley.text().trim().is_empty() || !clip.contains(middle) {
            continue;
        }
        for section in &galley.job.sections {
            let format = &section.format;
            let size = format.font_id.size * zoom;
            let formula =
                matches!(&format.font_id.family, FontFamily::Name(name) if name.contains("KaTeX"));
            let smallest = if formula { INDEX * least } else { least };
            let words = galley.text();
            if size <= smallest - 0.01 {
                faults.insert(format!("{wher}: `{words}` has {size} points"));
            }
            let colour = override_text_color.unwrap_or(match format.color {
                Color32::PLACEHOLDER => *fallback_color,
                colour => colour,
            });
            // What cannot be used now is fainter, and need not be read.
            if colour.a() < 255 {
                continue;
            }
            let Some(below) = ground(&painted[..place], middle) else { continue };
            let found = contrast(colour, below);
            let needed = CONTRAST[usize::from(size >= LARGE)];
            if found < needed {
                faults.insert(format!(
                    "{wher}: `{words}` has a contrast of {found:.2}, {colour:?} on {below:?}"
                ));
            }
            count += 1;
        }
    }
    count
}

/// Checks that no words lie over others in the panels beside the stage, which is `stage` from left to right.
fn check_apart(shapes: &[ClippedShape], stage: Rangef, wher: &str, faults: &mut BTreeSet<String>) {
    let mut places: Vec<(Rect, String)> = Vec::new();
    for (clip, shape) in flattened(shapes) {
        let Shape::Text(TextShape { pos, galley, angle, .. }) = shape else { continue };
        let formula = |section: &LayoutSection| {
            let family = &section.format.font_id.family;
            matches!(family, FontFamily::Name(name) if name.contains("KaTeX"))
        };
        // Letters of formulas lie as formulas want them; and that there is no graphics card is said here alone.
        if galley.text().starts_with("There is no graphics card") {
            continue;
        }
        if galley.job.sections.iter().any(formula)
            || angle != 0.0
            || galley.text().trim().is_empty()
        {
            continue;
        }
        for row in &galley.rows {
            let seen = row.rect().translate(pos.to_vec2()).shrink2(vec2(0.0, 2.0)).intersect(clip);
            let beside = !stage.contains(seen.center().x);
            if !beside || !seen.is_positive() || row.row.text().trim().is_empty() {
                continue;
            }
            for (other, words) in &places {
                let common = seen.intersect(*other);
                if common.width() >= 1.0 && common.height() >= 1.0 {
                    let over = row.row.text();
                    faults.insert(format!(
                        "{wher}: `{over}` at {seen} lies over `{words}` at {other}"
                    ));
                }
            }
            places.push((seen, row.row.text()));
        }
    }
}

fn window(theme: Theme, lesson: usize, size: [f32; 2]) -> Harness<'static, Driftscope> {
    let mut lesson = LESSONS[lesson].lesson();
    for step in &mut lesson.steps {
        // Words are looked at, not particles.
        step.set.push("particles.count=8".to_owned().try_into().expect("a setting"));
        step.point = None;
    }
    let dark = theme == Theme::Dark;
    let system = if dark { eframe::egui::Theme::Dark } else { eframe::egui::Theme::Light };
    let launch = Launch { lesson: Some((lesson, 0)), theme, ..Launch::default() };
    Harness::builder()
        .with_size(size)
        .with_theme(system)
        .build_eframe(move |cc| Driftscope::new(cc, launch))
}

#[test]
fn every_step_can_be_read_from_the_back_row() {
    let (mut words, mut faults) = (0, BTreeSet::new());
    for (number, bundled) in LESSONS.iter().enumerate() {
        let theme = Theme::ALL[number % Theme::ALL.len()];
        for presenter in [false, true] {
            for theme in [Theme::Projector, theme] {
                let mut harness = window(theme, number, SIZE[usize::from(presenter)]);
                if presenter {
                    harness.key_press(Key::P);
                }
                harness.run_steps(3);
                loop {
                    let lecture = harness.state().state().lesson().expect("a lesson is open");
                    let (step, revealed) = (lecture.step, lecture.revealed);
                    let last = lecture.turned(1).is_none();
                    let wher = format!("{}, step {}, {}", bundled.name, step + 1, theme.title());
                    let zoom = harness.ctx.zoom_factor();
                    let least = LEAST[usize::from(presenter)];
                    let measures = lecture.card.is_some();
                    if theme == Theme::Projector {
                        // What a card is about is named once it is measured.
                        wait(&mut harness, "the picture", |harness| {
                            harness.state().is_settled()
                                && !(measures && harness.state().state().is_working())
                        });
                        let [width, _] = SIZE[usize::from(presenter)];
                        let words = (0.28 * width).clamp(280.0, 560.0);
                        let end = if measures { f32::midpoint(words, width) } else { width };
                        check_apart(
                            &harness.output().shapes,
                            Rangef::new(words, end),
                            &wher,
                            &mut faults,
                        );
                    }
                    words += check(&harness.output().shapes, (zoom, least), &wher, &mut faults);
                    if last {
                        break;
                    }
                    harness.key_press(Key::PageDown);
                    harness.run_steps(3);
                    let lecture = harness.state().state().lesson().expect("a lesson is open");
                    assert_ne!((lecture.step, lecture.revealed), (step, revealed), "{wher}");
                }
            }
        }
    }
    println!("{words} words");
    let list: Vec<&str> = faults.iter().map(String::as_str).collect();
    assert!(list.is_empty(), "{} faults:\n{}", list.len(), list.join("\n"));
    assert!(words > 100 * LESSONS.len());
}

#[test]
fn faint_and_small_words_would_be_found() {
    assert!(contrast(Color32::WHITE, Color32::BLACK) > 20.9);
    assert!(contrast(Color32::from_gray(150), Color32::WHITE) < CONTRAST[0]);
}
