//! In front of a class, and writing what is shown there.

use driftscope_study::session::{Action, BUSY, RecordingOrder};
use eframe::egui::{Key, Modifiers};

use super::entry::Entry;
use crate::app::command::{Command, FileCommand};
use crate::app::keys::Keys;
use crate::app::lectern::{InHand, LecternCommand};
use crate::app::platform;
use crate::app::state::State;

/// The pen.
pub const PEN: Entry = Entry::new(
    ("Pen", "a pen that writes on the stage, or put it away"),
    &[Keys::Plain(Key::I)],
    |_| Command::Lectern(LecternCommand::Take(InHand::Pen)),
);
/// What the pen wrote goes.
pub const ERASE: Entry = Entry::new(
    ("Erase the pen's strokes", "erase what the pen wrote"),
    &[Keys::Plain(Key::E)],
    |_| Command::Lectern(LecternCommand::Erase),
);
/// The dot of light.
pub const LIGHT: Entry = Entry::new(
    ("Dot of light", "a dot of light in place of the pointer, or put it away"),
    &[Keys::Plain(Key::X)],
    |_| Command::Lectern(LecternCommand::Take(InHand::Light)),
);
/// The blank screen.
pub const BLANK: Entry = Entry::new(
    ("Blank screen", "a black screen; again to show the window"),
    &[Keys::Plain(Key::B)],
    |_| Command::Lectern(LecternCommand::ToggleBlank),
);
/// The screen stands still.
pub const FREEZE: Entry = Entry::new(
    ("Freeze the screen", "let the screen stand still, whatever is done; again to show it"),
    &[Keys::Plain(Key::Z)],
    |_| Command::Lectern(LecternCommand::ToggleFreeze),
);
/// The speaker's window.
pub const SPEAKER: Entry = Entry {
    refused: |_| (!platform::SEVERAL_WINDOWS).then_some("A browser's tab has one window."),
    ..Entry::new(
        ("Speaker's window", "the speaker's window, with notes, next step and clock, or close it"),
        &[Keys::Plain(Key::N)],
        |_| Command::Lectern(LecternCommand::ToggleSpeaker),
    )
};
/// On with the lesson.
pub const LESSON_NEXT: Entry = Entry {
    refused: |state| match state.lesson() {
        None => Some("No lesson is open."),
        Some(lecture) if lecture.asks() || lecture.step + 1 < lecture.lesson.steps.len() => None,
        Some(_) => Some("This is the last step."),
    },
    ..Entry::new(
        ("On with the lesson", "on with the lesson: show the answer, then the next step"),
        &[Keys::Anywhere(Modifiers::NONE, Key::PageDown)],
        |_| Command::Turn(1),
    )
};
/// Back in the lesson.
pub const LESSON_BACK: Entry = Entry {
    refused: |state| match state.lesson() {
        None => Some("No lesson is open."),
        Some(lecture) if lecture.step > 0 => None,
        Some(_) => Some("This is the first step."),
    },
    ..Entry::new(
        ("Back in the lesson", "back in the lesson, to the step before"),
        &[Keys::Anywhere(Modifiers::NONE, Key::PageUp)],
        |_| Command::Turn(-1),
    )
};

fn unless_writing(state: &State) -> Option<&'static str> {
    match (state.draft(), state.recorder()) {
        (None, _) => Some("No lesson is being written."),
        (_, Some(_)) => Some(BUSY),
        _ => None,
    }
}

fn unless_recording(state: &State) -> Option<&'static str> {
    state.recorder().is_none().then_some("No step is being recorded.")
}

fn record(recording: RecordingOrder) -> Command {
    Command::Act(Action::Record { recording })
}

/// A lesson of one's own.
pub const WRITE_LESSON: Entry = Entry {
    refused: |state| {
        state.draft().map(|_| "A lesson is being written already: it is among the lessons.")
    },
    ..Entry::new(("Write a lesson", "write a lesson, which begins with what is shown"), &[], |_| {
        Command::WriteLesson
    })
};
/// The lesson that is shown, to be written on.
pub const EDIT_LESSON: Entry = Entry {
    refused: |state| match (state.lesson(), state.draft()) {
        (None, _) => Some("No lesson is open."),
        (_, Some(_)) => Some("A lesson is being written already: it is among the lessons."),
        _ => None,
    },
    ..Entry::new(
        ("Edit this lesson", "write on a copy of the lesson that is shown"),
        &[],
        |state| {
            let (lesson, step) = state.lesson().map_or_else(Default::default, |lecture| {
                (Some(Box::new((*lecture.lesson).clone())), lecture.step)
            });
            Command::Act(Action::Draft { lesson, step, continues: false })
        },
    )
};
/// What is done becomes a step.
pub const RECORD_STEP: Entry = Entry {
    refused: unless_writing,
    ..Entry::new(("Record a step", "record a step: what is done becomes it"), &[], |_| {
        record(RecordingOrder::Next)
    })
};
/// What is done becomes what the step sets.
pub const RECORD_AGAIN: Entry = Entry {
    refused: unless_writing,
    ..Entry::new(("Record this step again", "record what the step sets again"), &[], |_| {
        record(RecordingOrder::Again)
    })
};
/// What was done is the step's.
pub const KEEP_STEP: Entry = Entry {
    refused: unless_recording,
    ..Entry::new(("Keep the step", "keep what was recorded"), &[], |_| record(RecordingOrder::Keep))
};
/// What was done is forgotten.
pub const DISCARD_STEP: Entry = Entry {
    refused: unless_recording,
    ..Entry::new(("Discard the step", "forget what was recorded"), &[], |_| {
        record(RecordingOrder::Discard)
    })
};
/// The lesson as the class sees it.
pub const TRY_LESSON: Entry = Entry {
    refused: unless_writing,
    ..Entry::new(
        (
            "Try the lesson",
            "show the lesson that is being written as the class sees it, or write on",
        ),
        &[],
        |_| Command::ToggleTrial,
    )
};
/// Save the lesson.
pub const SAVE_LESSON: Entry = Entry {
    refused: unless_writing,
    ..Entry::new(("Save lesson…", "save the lesson that is being written"), &[], |_| {
        Command::File(FileCommand::AskSaveLesson)
    })
};
/// No more of it.
pub const END_WRITING: Entry = Entry {
    refused: unless_writing,
    ..Entry::new(("Stop writing", "put the lesson away that is being written"), &[], |_| {
        Command::Act(Action::Draft { lesson: None, step: 0, continues: false })
    })
};
