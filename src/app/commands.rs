//! Everything that a key asks for: one table for the keyboard, the buttons, the menus, the map of keys
//! and the guide.

use driftscope_study::session::{Action, Mode};
use eframe::egui::{Context, Key, Modifiers};

use super::command::{Command, FileCommand};
use super::drawing::{self, Drawing, Tool};
use super::keys::Keys;
use super::lectern::{InHand, LecternCommand};
use super::state::{Look, State};

/// One entry: its words, its keys, what it asks for.
pub struct Entry {
    /// What it is called on a button or in a menu.
    pub title: &'static str,
    /// What it does, for the map of keys and the guide.
    pub does: &'static str,
    /// The keys that ask for it; the first stands beside its title.
    pub keys: &'static [Keys],
    /// What it asks for as things stand.
    pub command: fn(&State) -> Command,
    /// Why it cannot be done as things stand, if it cannot.
    pub refused: fn(&State) -> Option<&'static str>,
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

impl Entry {
    const fn new(
        (title, does): (&'static str, &'static str),
        keys: &'static [Keys],
        command: fn(&State) -> Command,
    ) -> Self {
        Self { title, does, keys, command, refused: |_| None }
    }

    /// Its first keys, as they stand beside its title; none if no key asks for it.
    #[must_use]
    pub fn shortcut(&self) -> String {
        self.keys.first().map_or_else(String::new, |keys| keys.words())
    }

    /// All its keys, for a table.
    #[must_use]
    pub fn all_keys(&self) -> String {
        self.keys.iter().map(|keys| keys.words()).collect::<Vec<_>>().join(", ")
    }

    /// Whether its keys were pressed in this frame.
    #[must_use]
    pub fn is_pressed(&self, ctx: &Context) -> bool {
        self.keys.iter().any(|keys| keys.are_pressed(ctx))
    }
}

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
/// Save the trained model.
pub const SAVE_MODEL: Entry = Entry {
    refused: |state| {
        let trained = state.scene().trained_networks().next().is_some();
        (!trained).then_some("The scene shows no network that was trained in this window.")
    },
    ..Entry::new(("Save trained model…", "save the trained model"), &[], |_| {
        Command::File(FileCommand::AskSaveModel)
    })
};
/// The schedule.
pub const SCHEDULE: Entry = Entry::new(
    ("Schedule", "show or hide the schedule: α, σ and log α/σ over t, with the steps as marks"),
    &[Keys::Plain(Key::S)],
    |_| Command::ToggleSchedule,
);
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
        "leave, in this order: the blank screen, pen or light, the stage alone, the drawing tools, step by step, how the network is read, the formulas, the schedule, the pinned particle",
    ),
    &[Keys::Plain(Key::Escape)],
    |state| {
        if state.lectern.blank {
            Command::Lectern(LecternCommand::ToggleBlank)
        } else if state.lectern.in_hand != InHand::Nothing {
            Command::Lectern(LecternCommand::Take(state.lectern.in_hand))
        } else if state.look.panels.stage_alone {
            Command::ToggleStageAlone
        } else if state.tool().is_some() {
            Command::Drawing(Drawing { open: false, ..state.drawing })
        } else if state.inspected().is_some() {
            Command::Inspect(None)
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
    &FORMULA,
    &NEXT_THEME,
    &PRESENTER,
    &LEAVE,
    &FIND,
    &HELP,
];

/// Every entry that no key asks for.
pub static WITHOUT_KEYS: &[&Entry] =
    &[&OPEN_LESSON, &OPEN_DATA, &OPEN_MODEL, &OPEN_TABLEAU, &SAVE_MODEL, &SAVE_PICTURE, &SAVE_FILM];

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
        let guide = include_str!("../../docs/guide.md");
        assert!(guide.contains(&markdown()), "docs/guide.md should have\n{}", markdown());
    }
}
