use eframe::egui::RawInput;

use super::super::ink::Ink;
use super::super::inline::{Voice, chunks};
use super::super::markdown::{Block, Document};
use super::*;
use crate::app::theme;

const SIZE: f32 = 20.0;
const WORDS: &str = "A sample $\\mathbf{x}_t$, drawn from ($p_t$), is *carried* by **the field** \
    $v_\\theta(\\mathbf{x}_t, t) = \\int p(y \\mid \\mathbf{x}_t)\\,\\frac{y - \\mathbf{x}_t}{1 - t}\\,dy + \\sum_{i=1}^{n} a_i b_i$; \
    `--set sampler.method=dormand-prince-and-a-name-that-is-far-too-long-for-any-line-that-is-narrow` and so on \
    until $t = 1$.";

fn context() -> Context {
    let ctx = Context::default();
    theme::install(&ctx);
    let _ = ctx.run_ui(RawInput::default(), |_| {});
    ctx
}

fn white() -> Style {
    Style {
        size: SIZE,
        text: eframe::egui::Color32::WHITE,
        strong: eframe::egui::Color32::WHITE,
        quiet: eframe::egui::Color32::WHITE,
        accent: eframe::egui::Color32::WHITE,
        alarm: eframe::egui::Color32::WHITE,
        line: eframe::egui::Color32::WHITE,
        code_ground: eframe::egui::Color32::WHITE,
        terms: [eframe::egui::Color32::WHITE; super::super::TERMS],
    }
}

fn lines<'a>(ctx: &Context, document: &'a Document, width: f32) -> Lines<'a> {
    let Some(Block::Paragraph(spans)) = document.blocks.first() else { panic!("no paragraph") };
    let voice = Voice { size: SIZE, ink: Ink::Text, bold: false };
    Lines::new(ctx, chunks(ctx, spans, voice), width, SIZE)
}

#[test]
fn lines_are_no_wider_than_the_page() {
    let (ctx, document) = (context(), Document::parse(WORDS));
    let mut counts = Vec::new();
    for width in (200..=900).step_by(7) {
        let width = width as f32;
        let lines = lines(&ctx, &document, width);
        for line in &lines.all {
            let sum: f32 =
                line.pieces.iter().map(|(space, piece)| space + piece.extent.width).sum();
            assert!(sum <= width + 1e-2 && !line.pieces.is_empty(), "{sum} at {width}");
            assert!((sum - line.width).abs() < 1e-2);
        }
        counts.push(lines.all.len());
    }
    assert!(counts[0] > 10 && counts[counts.len() - 1] < 6, "{counts:?}");
}

#[test]
fn no_line_begins_with_what_closes_a_formula() {
    let (ctx, document) = (context(), Document::parse(WORDS));
    for width in 200..500 {
        for line in &lines(&ctx, &document, width as f32).all {
            if let Kind::Words { words, .. } = &line.pieces[0].1.kind {
                assert!(!words.starts_with([',', ')', ';', '.']), "{words} at {width}");
            }
        }
    }
}

#[test]
fn words_and_formulas_stand_on_one_baseline_in_lines_that_do_not_touch() {
    let (ctx, document) = (context(), Document::parse(WORDS));
    let lines = lines(&ctx, &document, 500.0);
    for two in lines.all.windows(2) {
        let reach = |line: &Line<'_>, of: fn(&Extent) -> f32| {
            line.pieces.iter().map(|(_, piece)| of(&piece.extent)).fold(0.0, f32::max)
        };
        let low = two[0].baseline + reach(&two[0], |extent| extent.descent);
        let high = two[1].baseline - reach(&two[1], |extent| extent.ascent);
        assert!(high > low, "{high} {low}");
    }
    // The letter x, once as a word and once as a formula, ends at the same height.
    let document = Document::parse("x $\\mathrm{x}$");
    let mut sheet = Sheet::new(&ctx);
    let lines = self::lines(&ctx, &document, 500.0);
    let style = white();
    let place = (0.0, 0.0, 500.0);
    lines.place((&mut sheet, &mut Vec::new()), place, Alignment::Left, &style);
    let bottoms = sheet.done().bottoms();
    assert_eq!(bottoms.len(), 2);
    assert!((bottoms[0] - bottoms[1]).abs() <= 1.0, "{bottoms:?}");
}

/// What lies in the memory of a context must not hold the context.
#[test]
fn a_context_that_showed_a_text_is_freed() {
    let ctx = context();
    let held = std::sync::Arc::new(());
    let own = std::sync::Arc::clone(&held);
    ctx.data_mut(|data| data.insert_temp(eframe::egui::Id::unique("held"), own));
    let document = Document::parse(&format!("# Title\n\n{WORDS}\n\n```\ncode\n```\n"));
    let _ = ctx.run_ui(RawInput::default(), |ui| {
        super::super::show::ui(ui, &document, &white());
    });
    assert_eq!(std::sync::Arc::strong_count(&held), 2);
    drop(ctx);
    assert_eq!(std::sync::Arc::strong_count(&held), 1, "the context is still there");
}
