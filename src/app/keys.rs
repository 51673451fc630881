//! Keys that ask for something.

use eframe::egui::{Context, Event, Key, KeyboardShortcut, Modifiers};

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
                // As they were when the key was pressed: by the end of a slow frame they may be up again.
                let pressed = |event: &Event| {
                    matches!(event, Event::Key { key: own, pressed: true, modifiers, .. }
                        if *own == key && modifiers.is_none())
                };
                ctx.memory(|memory| memory.focused().is_none())
                    && ctx.input(|input| input.events.iter().any(pressed))
            }
            Self::Anywhere(modifiers, key) => {
                let shortcut = KeyboardShortcut::new(modifiers, key);
                // Ctrl+Z would take Ctrl+Shift+Z as well.
                ctx.input_mut(|input| {
                    input.modifiers.shift == modifiers.shift && input.consume_shortcut(&shortcut)
                })
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
