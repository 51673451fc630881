//! The keyboard: see the map in `help`.

use eframe::egui::{Context, Event, Key, KeyboardShortcut, Modifiers};

use super::command::{Command, Commands, FileCommand};
use super::state::{Look, Mode, State};

/// The keys of the modes, in their order.
const NUMBERS: [Key; 6] = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6];

/// Reads the keys of this frame.
pub fn read(ctx: &Context, state: &State, out: &mut Commands) {
    let shortcuts = [
        (Modifiers::COMMAND, Key::Z, Command::Undo),
        (Modifiers::COMMAND, Key::O, Command::File(FileCommand::AskOpenScene)),
        (Modifiers::COMMAND, Key::S, Command::File(FileCommand::AskSaveScene)),
        (Modifiers::NONE, Key::F11, Command::ToggleFullScreen),
    ];
    // Someone who types a number means the number.
    if ctx.egui_wants_keyboard_input() {
        return;
    }
    for (modifiers, key, command) in shortcuts {
        if ctx.input_mut(|input| input.consume_shortcut(&KeyboardShortcut::new(modifiers, key))) {
            out.push(command);
        }
    }
    if ctx.input(|input| {
        input.events.iter().any(|event| matches!(event, Event::Text(text) if text == "?"))
    }) {
        out.push(Command::ToggleHelp);
    }
    // Space and arrows belong to a widget that was reached by the Tab key.
    if ctx.memory(|memory| memory.focused().is_some()) {
        return;
    }
    let look = state.look;
    let keys = [
        (Key::Space, Command::TogglePlay),
        (Key::ArrowLeft, Command::Step(-1)),
        (Key::ArrowRight, Command::Step(1)),
        (Key::Home, Command::Restart),
        (Key::R, Command::ResetView),
        (Key::F, Command::ToggleStageAlone),
        (Key::C, Command::Look(state.with_controls_toggled())),
        (Key::G, Command::Look(state.with_plots_toggled())),
        (Key::T, Command::Look(Look { room: look.room.next(), ..look })),
        (Key::P, Command::TogglePresenter),
    ];
    let modes = NUMBERS.into_iter().zip(Mode::ALL.map(Command::Mode));
    if ctx.input(|input| input.key_pressed(Key::Escape)) {
        // From the outside in: the screen, the step taken apart, the pinned particle.
        if look.panels.stage_alone {
            out.push(Command::ToggleStageAlone);
        } else if state.by_hand.is_some() {
            out.push(Command::ByHand(None));
        } else if state.pinned.is_some() {
            out.push(Command::Pin(None));
        }
    }
    for (key, command) in keys.into_iter().chain(modes) {
        let pressed = ctx.input(|input| input.modifiers.is_none() && input.key_pressed(key));
        if pressed {
            out.push(command);
        }
    }
}
