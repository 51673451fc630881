//! What is asked once, when the window opens: whether to be shown around, or what becomes of a session that was
//! interrupted.

use eframe::egui::{
    Align2, Area, Button, Context, Frame, Id, Label, Margin, Order, RichText, Stroke, vec2,
};

use driftscope_study::session::Mode;

use super::command::{Command, Commands};
use super::number;
use super::state::{Notice, State};
use super::theme::{TEXT, UNIT, semibold};

/// Greatest width, in points.
const WIDTH: f32 = 440.0;

/// The words of a notice: title, what it says, and its buttons.
type Words = (&'static str, &'static str, [&'static str; 2]);

/// Its title, what it says, and what its buttons say: the one that goes on, and the one that does not.
fn words(notice: Notice) -> Words {
    match notice {
        Notice::Tour => (
            "New here?",
            "A tour of five stops shows what can be turned and where it is read off. It takes two minutes.",
            ["Take the tour", "Not now"],
        ),
        Notice::Interrupted => (
            "Driftscope was closed unexpectedly last time",
            "What it showed has been kept. Restore it, or, if that may be what went wrong, start safe with a scene that works.",
            ["Restore the session", "Start safe"],
        ),
    }
}

/// Asks, if there is anything to be asked.
pub fn ui(ctx: &Context, state: &State, out: &mut Commands) {
    let Some(notice) = state.notice else { return };
    // Elsewhere it would lie over what somebody has gone to by himself; the list of lessons has the tour as well.
    if notice == Notice::Tour && state.mode() != Mode::Explore {
        return;
    }
    let palette = state.palette();
    let (title, about, [yes, no]) = words(notice);
    let width = (ctx.content_rect().width() - 8.0 * UNIT).min(WIDTH);
    Area::new(Id::unique("notice"))
        .order(Order::Foreground)
        .anchor(Align2::CENTER_TOP, vec2(0.0, 16.0 * UNIT))
        .show(ctx, |ui| {
            let frame = Frame::new().fill(palette.panel).stroke(Stroke::new(1.0, palette.accent));
            frame.corner_radius(8).inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
                ui.set_width(width);
                let title = RichText::new(title).family(semibold()).size(TEXT + 2.0);
                ui.label(title.color(palette.strong));
                ui.add(Label::new(RichText::new(about).color(palette.text)).wrap());
                let steps = state.broken_off.filter(|_| notice == Notice::Interrupted);
                if let Some([done, steps]) = steps {
                    let words = format!(
                        "A training was under way, {} of {} steps: restored, it waits to be resumed.",
                        number::count(done),
                        number::count(steps)
                    );
                    ui.add(Label::new(RichText::new(words).color(palette.text)).wrap());
                }
                let report = state.report.as_ref().filter(|_| notice == Notice::Interrupted);
                if let Some(report) = report {
                    let words = format!("What went wrong is written in {}", report.display());
                    ui.add(Label::new(RichText::new(words).color(palette.quiet)).wrap());
                }
                ui.add_space(UNIT);
                ui.horizontal(|ui| {
                    let words = RichText::new(yes).family(semibold()).color(palette.on_accent);
                    let size = vec2(0.0, 8.0 * UNIT);
                    let yes = Button::new(words).fill(palette.accent).min_size(size);
                    if ui.add(yes).clicked() {
                        out.push(Command::Notice { accepted: true });
                    }
                    if ui.add(Button::new(no).min_size(size)).clicked() {
                        out.push(Command::Notice { accepted: false });
                    }
                });
            });
        });
}
