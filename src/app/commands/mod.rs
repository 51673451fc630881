//! Everything that a key asks for: one table for the keyboard, the buttons, the menus, the map of keys
//! and the guide.

mod entry;
mod lecture;

use driftscope_study::session::{Action, Mode};
use eframe::egui::{Key, Modifiers};

use super::command::{Command, FileCommand};
use super::drawing::{self, Drawing, Tool};
use super::keys::Keys;
use super::lectern::{InHand, LecternCommand};
use super::lens;
use super::platform;
use super::state::{Look, State};

pub use self::entry::Entry;
pub use self::lecture::{
    BLANK, DISCARD_STEP, EDIT_LESSON, END_WRITING, ERASE, FREEZE, KEEP_STEP, LESSON_BACK,
    LESSON_NEXT, LIGHT, PEN, RECORD_AGAIN, RECORD_STEP, SAVE_LESSON, SPEAKER, TRY_LESSON,
    WRITE_LESSON,
};

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

/// Play or pause.
pub const PLAY: Entry =
    Entry::new(("Play, pause", "play or pause"), &[Keys::Plain(Key::Space)], |state| {
        Command::Act(Action::Play { playing: !state.playback().playing })
    });
/// One step back.
pub const STEP_BACK: Entry = Entry::new(
    ("One solver step back", "one solver step back"),
    &[Keys::Plain(Key::ArrowLeft)],
    |_| Command::Step(-1),
);
/// One step forward.
pub const STEP_FORWARD: Entry = Entry::new(
    ("One solver step forward", "one solver step forward"),
    &[Keys::Plain(Key::ArrowRight)],
    |_| Command::Step(1),
);
/// To the start of the run.
pub const RESTART: Entry =
    Entry::new(("Restart", "to the start of the run"), &[Keys::Plain(Key::Home)], |_| {
        Command::seek(0.0)
    });
/// Fit the view.
pub const RESET_VIEW: Entry =
    Entry::new(("Reset view", "fit the view"), &[Keys::Plain(Key::R)], |_| Command::ResetView);
/// The stage alone.
pub const STAGE_ALONE: Entry = Entry::new(
    ("Stage alone", "the stage alone, full screen; again or Esc to leave"),
    &[Keys::Plain(Key::F)],
    |_| Command::ToggleStageAlone,
);
/// Full screen.
pub const FULL_SCREEN: Entry = Entry::new(
    ("Full screen", "full screen"),
    &[Keys::Anywhere(Modifiers::NONE, Key::F11)],
    |_| Command::ToggleFullScreen,
);
/// The controls.
pub const CONTROLS: Entry =
    Entry::new(("Controls", "hide or show the controls"), &[Keys::Plain(Key::C)], |state| {
        Command::Look(state.with_controls_toggled())
    });
/// The graphs.
pub const GRAPHS: Entry =
    Entry::new(("Graphs", "hide or show the graphs"), &[Keys::Plain(Key::G)], |state| {
        Command::Look(state.with_plots_toggled())
    });
/// The next theme.
pub const NEXT_THEME: Entry =
    Entry::new(("Next theme", "next theme"), &[Keys::Plain(Key::T)], |state| {
        Command::Look(Look { theme: state.look.theme.next(), ..state.look })
    });
/// Larger type.
pub const PRESENTER: Entry =
    Entry::new(("Presenter mode", "presenter mode: larger type"), &[Keys::Plain(Key::P)], |_| {
        Command::TogglePresenter
    });
/// Take the last change back.
pub const UNDO: Entry = Entry {
    refused: |state| {
        (state.editor().history().0 == 0).then_some("There is nothing to be taken back.")
    },
    ..Entry::new(("Undo", "take the last change back"), &[Keys::Anywhere(CTRL, Key::Z)], |_| {
        Command::Act(Action::Undo)
    })
};
/// Make it again.
pub const REDO: Entry = Entry {
    refused: |state| (state.editor().history().1 == 0).then_some("No change has been taken back."),
    ..Entry::new(
        ("Redo", "make the change again that was taken back"),
        &[Keys::Anywhere(CTRL_SHIFT, Key::Z), Keys::Anywhere(CTRL, Key::Y)],
        |_| Command::Act(Action::Redo),
    )
};
/// Open a scene.
pub const OPEN_SCENE: Entry =
    Entry::new(("Open scene…", "open a scene"), &[Keys::Anywhere(CTRL, Key::O)], |_| {
        Command::File(FileCommand::AskOpenScene)
    });
/// Open a lesson.
pub const OPEN_LESSON: Entry = Entry::new(("Open lesson…", "open a lesson"), &[], |_| {
    Command::File(FileCommand::AskOpenLesson)
});
/// Save the scene.
pub const SAVE_SCENE: Entry =
    Entry::new(("Save scene…", "save the scene"), &[Keys::Anywhere(CTRL, Key::S)], |_| {
        Command::File(FileCommand::AskSaveScene)
    });
/// Save a picture.
pub const SAVE_PICTURE: Entry =
    Entry::new(("Save picture…", "save a picture of the stage"), &[], |_| {
        Command::File(FileCommand::AskSavePicture)
    });
/// Save a film.
pub const SAVE_FILM: Entry = Entry::new(("Save film…", "save a film of the stage"), &[], |_| {
    Command::File(FileCommand::AskSaveFilm)
});
/// A handout of what is on screen.
pub const HANDOUT: Entry =
    Entry::new(("Handout…", "save a handout of what is on screen"), &[], |_| {
        Command::File(FileCommand::AskSaveHandout)
    });
/// A handout of the lesson.
pub const LESSON_HANDOUT: Entry = Entry {
    refused: |state| state.lesson().is_none().then_some("No lesson is open."),
    ..Entry::new(("Lesson handout…", "save a handout of the lesson, with answers"), &[], |_| {
        Command::File(FileCommand::AskSaveLessonHandout)
    })
};
/// Open data.
pub const OPEN_DATA: Entry = Entry {
    refused: |state| state.training().map(|_| drawing::TRAINED_ON),
    ..Entry::new(("Open data…", "open data"), &[], |_| Command::File(FileCommand::AskOpenData))
};
/// The drawing tools.
pub const DRAW: Entry = Entry {
    refused: |state| drawing::refused(state),
    ..Entry::new(
        ("Draw data", "draw data on the stage; again or Esc to put the tools away"),
        &[Keys::Plain(Key::D)],
        |state| {
            let open = state.tool().is_none();
            Command::Drawing(Drawing { open, ..state.drawing })
        },
    )
};
/// Removes a Gaussian.
pub const REMOVE_GAUSSIAN: Entry = Entry {
    refused: |state| {
        let other = drawing::without_selected(state.scene(), state.drawing).is_some();
        (!other).then_some("A mixture needs one Gaussian at least.")
    },
    ..Entry::new(
        ("Remove Gaussian", "while Gaussians are drawn: remove the one that is held"),
        &[Keys::Plain(Key::Delete), Keys::Plain(Key::Backspace)],
        |state| match drawing::without_selected(state.scene(), state.drawing) {
            Some(data) if state.tool() == Some(Tool::Gaussians) => Command::data(data),
            _ => Command::Drawing(state.drawing),
        },
    )
};
/// Open a model.
pub const OPEN_MODEL: Entry = Entry::new(("Open model…", "open a model"), &[], |_| {
    Command::File(FileCommand::AskOpenModel)
});
/// Open a tableau.
pub const OPEN_TABLEAU: Entry = Entry::new(("Open tableau…", "open a tableau"), &[], |_| {
    Command::File(FileCommand::AskOpenTableau)
});
/// Save the model.
pub const SAVE_MODEL: Entry = Entry {
    refused: |state| {
        let without = !state.pane().scene.needs_network();
        without.then_some("The scene is solved without a network.")
    },
    ..Entry::new(("Save model…", "save the network, trained here or not, as a file"), &[], |_| {
        Command::File(FileCommand::AskSaveModel)
    })
};
/// The schedule.
pub const SCHEDULE: Entry = Entry::new(
    ("Schedule", "show or hide the schedule: α, σ and log α/σ over t, with the steps as marks"),
    &[Keys::Plain(Key::S)],
    |_| Command::ToggleSchedule,
);
/// The conditional lens.
pub const LENS: Entry = Entry {
    refused: |state| lens::refused(state),
    ..Entry::new(
        (
            "Conditional lens",
            "the lens: the paths from noise to data that pass the pointer, and the mean of their velocities, which is the field's; a click lets it stay there; again or Esc to put it away",
        ),
        &[Keys::Plain(Key::L)],
        |_| Command::ToggleLens,
    )
};
/// The formulas in force.
pub const FORMULA: Entry = Entry {
    refused: |state| {
        let there = state.mode() == Mode::Errors;
        there.then_some("The laboratory has a page of its own for it.")
    },
    ..Entry::new(
        (
            "Update formula",
            "show or hide the formulas in force: path, field and the update of the method, with the numbers of the moment",
        ),
        &[Keys::Plain(Key::M)],
        |_| Command::ToggleFormula,
    )
};
/// The scene as a link.
pub const COPY_LINK: Entry = Entry::new(
    ("Copy link", "copy the scene as a link"),
    &[Keys::Anywhere(CTRL_SHIFT, Key::C)],
    |_| Command::CopyLink,
);
/// The address and its code.
pub const SHARE: Entry = Entry {
    refused: |_| {
        (!platform::HAS_ADDRESS).then_some("Only in a browser's tab has what is shown an address.")
    },
    ..Entry::new(("Share…", "the address of what is shown, with a QR code"), &[], |_| {
        Command::ToggleShare
    })
};
/// What the clipboard holds.
pub const PASTE: Entry = Entry::new(
    (
        "Paste",
        "paste: a link opens as a scene, points or a picture become data, a list of times the schedule",
    ),
    &[Keys::Pasting(Key::V)],
    |_| Command::AskPaste,
);
/// Everything by its name.
pub const FIND: Entry = Entry::new(
    (
        "Find anything",
        "find any action, setting, scene or card by its name, and set values: rtol 1e-4",
    ),
    &[Keys::Anywhere(CTRL, Key::K)],
    |_| Command::ToggleFinder,
);
/// The map of keys.
pub const HELP: Entry =
    Entry::new(("Keyboard map", "the map of keys"), &[Keys::Character("?")], |_| {
        Command::ToggleHelp
    });
/// Leave what is on top, from the outside in.
pub const LEAVE: Entry = Entry::new(
    (
        "Leave",
        "leave, one each time: the blank screen, the frozen one, this map, pen or light, the stage alone, the drawing tools, step by step, the lens, how the network is read, the formulas, the schedule, the pinned particle",
    ),
    &[Keys::Plain(Key::Escape)],
    |state| {
        if state.lectern.blank {
            Command::Lectern(LecternCommand::ToggleBlank)
        } else if state.lectern.frozen {
            Command::Lectern(LecternCommand::ToggleFreeze)
        } else if state.help.is_open() {
            Command::ToggleHelp
        } else if state.share.is_open() {
            Command::ToggleShare
        } else if state.lectern.in_hand != InHand::Nothing {
            Command::Lectern(LecternCommand::Take(state.lectern.in_hand))
        } else if state.look.panels.stage_alone {
            Command::ToggleStageAlone
        } else if state.tool().is_some() {
            Command::Drawing(Drawing { open: false, ..state.drawing })
        } else if state.inspected().is_some() {
            Command::Inspect(None)
        } else if state.lens().is_some() {
            Command::ToggleLens
        } else if state.reading.is_open() {
            Command::ToggleReading
        } else if state.formula.is_open() {
            Command::ToggleFormula
        } else if state.schedule {
            Command::ToggleSchedule
        } else {
            Command::Act(Action::Pin { particle: None })
        }
    },
);

/// A mode of [`Mode::ALL`].
const fn mode(
    words: (&'static str, &'static str),
    keys: &'static [Keys],
    command: fn(&State) -> Command,
) -> Entry {
    Entry::new(words, keys, command)
}

/// The modes, in the order of [`Mode::ALL`].
pub const MODES: [Entry; 5] = [
    mode(("Explore", "explore: turn knobs and watch"), &[Keys::Plain(Key::Num1)], |_| {
        Command::Act(Action::Mode { mode: Mode::ALL[0] })
    }),
    mode(("Compare", "compare samplers side by side"), &[Keys::Plain(Key::Num2)], |_| {
        Command::Act(Action::Mode { mode: Mode::ALL[1] })
    }),
    mode(("Errors", "the error laboratory"), &[Keys::Plain(Key::Num3)], |_| {
        Command::Act(Action::Mode { mode: Mode::ALL[2] })
    }),
    mode(("Train", "train a network"), &[Keys::Plain(Key::Num4)], |_| {
        Command::Act(Action::Mode { mode: Mode::ALL[3] })
    }),
    mode(("Lessons", "lessons"), &[Keys::Plain(Key::Num5)], |_| {
        Command::Act(Action::Mode { mode: Mode::ALL[4] })
    }),
];

/// Every entry that has a key, in the order of the map.
pub static ALL: &[&Entry] = &[
    &PLAY,
    &STEP_BACK,
    &STEP_FORWARD,
    &RESTART,
    &MODES[0],
    &MODES[1],
    &MODES[2],
    &MODES[3],
    &MODES[4],
    &LESSON_NEXT,
    &LESSON_BACK,
    &PEN,
    &ERASE,
    &LIGHT,
    &BLANK,
    &FREEZE,
    &SPEAKER,
    &UNDO,
    &REDO,
    &OPEN_SCENE,
    &SAVE_SCENE,
    &COPY_LINK,
    &PASTE,
    &DRAW,
    &REMOVE_GAUSSIAN,
    &RESET_VIEW,
    &STAGE_ALONE,
    &FULL_SCREEN,
    &CONTROLS,
    &GRAPHS,
    &SCHEDULE,
    &LENS,
    &FORMULA,
    &NEXT_THEME,
    &PRESENTER,
    &LEAVE,
    &FIND,
    &HELP,
];

/// Every entry that no key asks for.
pub static WITHOUT_KEYS: &[&Entry] = &[
    &OPEN_LESSON,
    &WRITE_LESSON,
    &EDIT_LESSON,
    &RECORD_STEP,
    &RECORD_AGAIN,
    &KEEP_STEP,
    &DISCARD_STEP,
    &TRY_LESSON,
    &SAVE_LESSON,
    &END_WRITING,
    &OPEN_DATA,
    &OPEN_MODEL,
    &OPEN_TABLEAU,
    &SAVE_MODEL,
    &SAVE_PICTURE,
    &SAVE_FILM,
    &HANDOUT,
    &LESSON_HANDOUT,
    &SHARE,
];

/// The table of the guide.
#[must_use]
pub fn markdown() -> String {
    let rows = ALL.iter().map(|entry| format!("| {} | {} |\n", entry.all_keys(), entry.does));
    format!("| key | does |\n| --- | --- |\n{}", rows.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_asks_for_two_things_and_modes_are_called_as_they_are() {
        let keys: Vec<String> =
            ALL.iter().flat_map(|entry| entry.keys).map(|keys| keys.words()).collect();
        let different: HashSet<&String> = keys.iter().collect();
        assert_eq!(different.len(), keys.len(), "{keys:?}");
        for (mode, entry) in Mode::ALL.iter().zip(&MODES) {
            assert_eq!(mode.title(), entry.title);
        }
    }

    #[test]
    fn the_guide_has_the_table() {
        let guide = include_str!("../../../docs/guide.md");
        assert!(guide.contains(&markdown()), "docs/guide.md should have\n{}", markdown());
    }
}
