//! The settings in a line or two below a picture.

use driftscope_study::scene::{FieldKind, Scene};
use eframe::egui::{Frame, Label, Margin, Panel, RichText, Ui};

use crate::app::number;
use crate::app::state::State;
use crate::app::top_bar;

/// What was sampled, and how.
pub fn lines(state: &State) -> [String; 2] {
    let scene: &Scene = state.scene();
    let what = if let Some(classic) = scene.classic() {
        classic.system().title.to_owned()
    } else {
        let field = match scene.field.kind {
            FieldKind::Learned => "learned field",
            _ => "exact field",
        };
        format!("{} · {} path · {field}", scene.data.title(), scene.interpolant.kind.title())
    };
    let particles = number::count(scene.particles.count as u64);
    let noun = number::plural(scene.particles.count as f64, "particle", "particles");
    let how = state.visible().iter().map(|pane| {
        let mut words = top_bar::method(&pane.scene);
        if pane.scene.is_adaptive() {
            words = format!("{words}, atol {}", number::scientific(pane.scene.sampler.atol));
        }
        match &pane.shown {
            Some(shown) => {
                let mean = number::mean(shown.traces.nfe.mean);
                format!("{words}: {mean} evaluations per particle")
            }
            None => words,
        }
    });
    let t = state.time().map_or_else(String::new, |t| format!(" · t = {t:.3}"));
    [format!("{what} · {particles} {noun}{t}"), how.collect::<Vec<_>>().join("; ")]
}

/// Draws them below all else in `ui`.
pub fn ui(ui: &mut Ui, state: &State) {
    let palette = state.palette();
    let frame = Frame::new().fill(palette.ground).inner_margin(Margin::symmetric(16, 8));
    Panel::bottom("caption").frame(frame).show_separator_line(false).show(ui, |ui| {
        let [first, second] = lines(state);
        ui.add(Label::new(RichText::new(first).color(palette.text)).wrap());
        ui.add(Label::new(RichText::new(second).color(palette.quiet)).wrap());
    });
}
