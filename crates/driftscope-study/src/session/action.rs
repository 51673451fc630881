//! What a person, a lesson or a test does, as values that can be written down and done again.

use serde::{Deserialize, Serialize};

use crate::lesson::{Guess, Lesson};
use crate::mode::Mode;
use crate::scene::{Change, Scene};

/// What becomes of a training.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrainingOrder {
    /// It starts, unless one is there.
    Start,
    /// It waits.
    Pause,
    /// It goes on.
    Resume,
    /// It ends; its weights stay in use.
    Stop,
    /// One that has ended goes on with a round of reflow: on pairs of noise and where its flow leads it.
    Reflow,
    /// It and its weights are forgotten.
    Reset,
}

/// What becomes of the recording of a lesson's step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecordingOrder {
    /// It begins: what is set from now on is a step behind the one that is shown.
    Next,
    /// It begins: what is set from now on is set by the step that is shown.
    Again,
    /// What was set is the step's.
    Keep,
    /// What was set is forgotten.
    Discard,
}

/// A step that is taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectedStep {
    /// Which attempt of the particle, from 0.
    pub attempt: usize,
    /// How much of it has been shown: its stages one by one, then the answers, then the verdict.
    pub phase: usize,
}

/// Where the lens looks.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LensPlace {
    /// Wherever the pointer is.
    Pointer,
    /// At one place of the plane, while time runs.
    At([f64; 2]),
}

/// One thing done. It says what becomes so, never "the other way round", so that doing
/// the same actions from the same beginning leads to the same end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Action {
    /// Settings of a pane become these; those that panes share, in all of them.
    Set {
        /// Which pane; 0 is the scene's own.
        pane: usize,
        /// The settings.
        changes: Vec<Change>,
        /// Whether it goes on with the change before: both are taken back together.
        #[serde(default)]
        continues: bool,
    },
    /// Settings of the whole scene become these, its panes' among them.
    SetWhole {
        /// The settings.
        changes: Vec<Change>,
        /// Whether it goes on with the change before: both are taken back together.
        #[serde(default)]
        continues: bool,
    },
    /// Another scene, from its beginning.
    Open {
        /// The scene.
        scene: Box<Scene>,
    },
    /// One more pane, as long as there is room.
    AddPane,
    /// One more pane with a training of its own, as long as there is room.
    AddTraining,
    /// A pane goes, unless it is the only one.
    RemovePane {
        /// Which.
        pane: usize,
    },
    /// Controls, plots and readings are about this pane.
    SelectPane {
        /// Which.
        pane: usize,
    },
    /// This particle stays lit, or none.
    Pin {
        /// Its number.
        particle: Option<usize>,
    },
    /// What the program is for.
    Mode {
        /// The mode.
        mode: Mode,
    },
    /// A training starts, or the present one goes on differently. No change of the document: it is not
    /// taken back.
    Train {
        /// What becomes of it.
        training: TrainingOrder,
    },
    /// The particles follow the weights of the training after so many steps, or its newest ones. It is taken
    /// back as little as the training.
    Snapshot {
        /// Steps after which the weights were kept.
        step: Option<u64>,
    },
    /// The picture moves, or stands. It is about time, not the document, and not taken back; so are those
    /// that follow.
    Play {
        /// Whether it moves.
        playing: bool,
    },
    /// The picture shows this moment.
    Seek {
        /// Share of the run that has passed, 0 to 1.
        progress: f64,
    },
    /// A step of the pinned particle is taken apart, or none.
    Inspect {
        /// Which, and how much of it is shown.
        step: Option<InspectedStep>,
    },
    /// The lens shows the conditional paths through one place, or is put away.
    Lens {
        /// Where it looks.
        lens: Option<LensPlace>,
    },
    /// A lesson, from its first step.
    OpenLesson {
        /// The lesson.
        lesson: Box<Lesson>,
    },
    /// The lesson is put away; what was shown before it was opened is back.
    CloseLesson,
    /// A step of the lesson, as it always begins.
    LessonStep {
        /// Its number, from 0.
        step: usize,
    },
    /// The answer to the step's question and what it claims are shown, or not.
    Reveal {
        /// Whether they are.
        revealed: bool,
    },
    /// So many hands are up for a choice.
    Hands {
        /// The choice, from 0.
        choice: usize,
        /// How many.
        count: u32,
    },
    /// An answer to the step's question, or none.
    Guess {
        /// The answer.
        guess: Option<Guess>,
    },
    /// The lesson that is being written becomes this, and this step of it is shown; none is being written
    /// any more if there is none.
    Draft {
        /// The lesson.
        lesson: Option<Box<Lesson>>,
        /// The step, from 0.
        step: usize,
        /// Whether it goes on with the change before: both are taken back together.
        #[serde(default)]
        continues: bool,
    },
    /// A step of the lesson that is being written is recorded.
    Record {
        /// What becomes of it.
        recording: RecordingOrder,
    },
    /// This card of the laboratory stands beside the stage while a lesson is open, or none.
    Card {
        /// Its name.
        card: Option<String>,
    },
    /// Takes the last change back.
    Undo,
    /// Makes the change again that was taken back last.
    Redo,
}

impl Action {
    /// Whether it can change the document, so that it can be taken back.
    #[must_use]
    pub fn is_an_edit(&self) -> bool {
        match self {
            Self::Set { .. }
            | Self::SetWhole { .. }
            | Self::Open { .. }
            | Self::AddPane
            | Self::AddTraining
            | Self::RemovePane { .. }
            | Self::Mode { .. }
            | Self::OpenLesson { .. }
            | Self::CloseLesson
            | Self::LessonStep { .. }
            | Self::Draft { .. }
            | Self::Undo
            | Self::Redo => true,
            Self::SelectPane { .. }
            | Self::Pin { .. }
            | Self::Train { .. }
            | Self::Snapshot { .. }
            | Self::Play { .. }
            | Self::Seek { .. }
            | Self::Inspect { .. }
            | Self::Lens { .. }
            | Self::Record { .. }
            | Self::Card { .. }
            | Self::Reveal { .. }
            | Self::Hands { .. }
            | Self::Guess { .. } => false,
        }
    }

    /// Whether a recording of a lesson's step would be lost by it.
    pub(super) fn leaves_a_recording(&self) -> bool {
        matches!(
            self,
            Self::OpenLesson { .. }
                | Self::CloseLesson
                | Self::LessonStep { .. }
                | Self::Draft { .. }
        )
    }
}
