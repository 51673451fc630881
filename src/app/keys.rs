//! Keys that ask for something.

use eframe::egui::{Context, Event, InputState, Key, Modifiers};

/// Keys pressed together.
#[derive(Clone, Copy, Debug)]
pub enum Keys {
    /// One that works while nothing has the focus, since space and arrows belong to what was reached
    /// by the Tab key.
    Plain(Key),
    /// One that works whatever has the focus, but for a field of text.
    Anywhere(Modifiers, Key),
    /// A character, wherever the keyboard has it.
    Character(&'static str),
    /// Those that the desktop pastes with: what was pasted comes in their place.
    Pasting(Key),
}

/// Takes a key out of what was pressed in this frame with exactly `modifiers` held; how often it was.
///
/// What egui consumes by itself may have Shift held beside: Ctrl+Z would take Ctrl+Shift+Z as well. They are
/// those of the moment at which the key was pressed, since by the end of a slow frame they may be up again. With
/// Shift a figure writes another character on most keyboards, and is known by its place.
pub fn take(input: &mut InputState, modifiers: Modifiers, wanted: Key) -> u32 {
    let before = input.events.len();
    input.events.retain(|event| {
        !matches!(event, Event::Key { key, physical_key, pressed: true, modifiers: held, .. }
            if (*key == wanted || modifiers.shift && *physical_key == Some(wanted))
                && held.matches_exact(modifiers))
    });
    (before - input.events.len()) as u32
}

impl Keys {
    /// As it is written in menus.
    #[must_use]
    pub fn words(self) -> String {
        let named = |key: Key| match key {
            Key::ArrowLeft => "←",
            Key::ArrowRight => "→",
            Key::Escape => "Esc",
            key => key.name(),
        };
        match self {
            Self::Plain(key) => named(key).to_owned(),
            Self::Anywhere(modifiers, key) => {
                let ctrl = if modifiers.command { "Ctrl+" } else { "" };
                let shift = if modifiers.shift { "Shift+" } else { "" };
                format!("{ctrl}{shift}{}", named(key))
            }
            Self::Character(character) => character.to_owned(),
            Self::Pasting(key) => format!("Ctrl+{}", named(key)),
        }
    }

    /// Whether they were pressed in this frame.
    #[must_use]
    pub fn are_pressed(self, ctx: &Context) -> bool {
        match self {
            Self::Plain(key) => {
                // Whoever hears it is the only one: a dialog would close at the same Esc.
                ctx.memory(|memory| memory.focused().is_none())
                    && ctx.input_mut(|input| take(input, Modifiers::NONE, key) > 0)
            }
            Self::Anywhere(modifiers, key) => {
                ctx.input_mut(|input| take(input, modifiers, key) > 0)
            }
            Self::Character(character) => ctx.input(|input| {
                let typed = |event: &Event| matches!(event, Event::Text(text) if text == character);
                input.events.iter().any(typed)
            }),
            // See `keyboard`.
            Self::Pasting(_) => false,
        }
    }
}
