//! The keyboard: see the map in `help`.

use driftscope_study::session::Action;
use eframe::egui::{Context, Event, Id, Key, Modifiers, Popup};

use super::command::{Command, Commands};
use super::commands::{self, ALL, Entry};
use super::in_sight;
use super::keys::{self, Keys};
use super::state::State;

/// The keys of a show of hands, one for each choice.
const FIGURES: [Key; 9] = [
    Key::Num1,
    Key::Num2,
    Key::Num3,
    Key::Num4,
    Key::Num5,
    Key::Num6,
    Key::Num7,
    Key::Num8,
    Key::Num9,
];

/// Reads the keys of this frame.
pub fn read(ctx: &Context, state: &State, out: &mut Commands) {
    // Esc has already taken the focus from whatever had it when it is read here, and does no more then.
    let focused = ctx.memory(|memory| memory.focused().is_some());
    let id = Id::unique("whether anything had the focus");
    let leaves_focus =
        ctx.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default::<bool>(id), focused));
    // It gives the keyboard back to what has it now.
    let finds = !state.finder.is_open() && !Popup::is_any_open(ctx);
    if finds && commands::FIND.is_pressed(ctx) {
        out.push((commands::FIND.command)(state));
        return;
    }
    // Someone who types a number means the number, and keys in an open menu are the menu's.
    if ctx.egui_wants_keyboard_input() || Popup::is_any_open(ctx) || state.finder.is_open() {
        return;
    }
    ctx.input(|input| {
        out.extend(input.events.iter().filter_map(|event| match event {
            Event::Paste(text) => Some(Command::Paste(text.clone())),
            Event::PasteImage(picture) => Some(Command::PastePicture(picture.clone())),
            _ => None,
        }));
    });
    hands(ctx, state, out);
    // In front of a class a figure is a hand, or nothing; and who writes a lesson may have missed the field.
    let figures = in_sight::lecture(state).is_some();
    let letters = in_sight::written(state).is_some() && state.recorder().is_none();
    let waits = |keys: &Keys| match keys {
        Keys::Plain(Key::Escape) => leaves_focus,
        Keys::Plain(key) => {
            figures && FIGURES.contains(key) || letters && key.name().chars().count() == 1
        }
        Keys::Character(_) => letters,
        Keys::Anywhere(..) | Keys::Pasting(_) => false,
    };
    let heard =
        |entry: &&&Entry| entry.keys.iter().any(|keys| !waits(keys) && keys.are_pressed(ctx));
    out.extend(ALL.iter().filter(heard).map(|entry| (entry.command)(state)));
}

/// Counts a show of hands: while a lesson asks, a figure is one more hand for the choice of that number,
/// with Shift one less.
fn hands(ctx: &Context, state: &State, out: &mut Commands) {
    let Some(lecture) = in_sight::lecture(state).filter(|lecture| lecture.asks()) else {
        return;
    };
    for (choice, (&count, key)) in lecture.hands.iter().zip(FIGURES).enumerate() {
        ctx.input_mut(|input| {
            let more = keys::take(input, Modifiers::NONE, key);
            let fewer = keys::take(input, Modifiers::SHIFT, key);
            let counted = count.saturating_add(more).saturating_sub(fewer);
            if counted != count {
                out.push(Command::Act(Action::Hands { choice, count: counted }));
            }
        });
    }
}
