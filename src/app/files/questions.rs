//! Every file that is asked for: for opening, and for saving.

use driftscope_flow::network::ONNX_ENDING;
use driftscope_study::{DATA_ENDINGS, MODEL_ENDING, SCENE_ENDING, TIMES_ENDINGS};

use crate::app::command::{FileCommand, OpenAs};
use crate::app::file_dialog::Question;

/// The ending of handouts.
pub const HANDOUT_ENDING: &str = "html";

/// Save picture.
pub const SAVE_PICTURE: Question = Question {
    title: "Save picture",
    kind: "Pictures",
    endings: &["png"],
    name: Some("picture.png"),
    then: FileCommand::SavePicture,
};
/// Save film.
pub const SAVE_FILM: Question = Question {
    title: "Save film",
    kind: "Films",
    endings: &["gif"],
    name: Some("film.gif"),
    then: FileCommand::SaveFilm,
};
/// Save handout.
pub const SAVE_HANDOUT: Question = Question {
    title: "Save handout",
    kind: "Pages",
    endings: &[HANDOUT_ENDING],
    name: Some("handout.html"),
    then: FileCommand::SaveHandout,
};
/// Save lesson handout.
pub const SAVE_LESSON_HANDOUT: Question = Question {
    title: "Save lesson handout",
    name: Some("lesson.html"),
    then: FileCommand::SaveLessonHandout,
    ..SAVE_HANDOUT
};
/// Save numbers.
pub const SAVE_NUMBERS: Question = Question {
    title: "Save numbers",
    kind: "Tables",
    endings: &["csv"],
    name: Some("numbers.csv"),
    then: FileCommand::SaveNumbers,
};
/// Open scene.
pub const OPEN_SCENE: Question = Question {
    title: "Open scene",
    kind: "Scenes",
    endings: &[SCENE_ENDING],
    name: None,
    then: FileCommand::Open,
};
/// Open lesson.
pub const OPEN_LESSON: Question = Question { title: "Open lesson", kind: "Lessons", ..OPEN_SCENE };
/// Save lesson.
pub const SAVE_LESSON: Question = Question {
    title: "Save lesson",
    kind: "Lessons",
    name: Some("lesson.toml"),
    then: FileCommand::SaveLesson,
    ..OPEN_SCENE
};
/// Open tableau.
pub const OPEN_TABLEAU: Question =
    Question { title: "Open tableau", kind: "Tableaus", ..OPEN_SCENE };
/// Open times.
pub const OPEN_TIMES: Question = Question {
    title: "Open schedule",
    kind: "Lists",
    endings: TIMES_ENDINGS,
    name: None,
    then: FileCommand::OpenTimes,
};
/// Save scene.
pub const SAVE_SCENE: Question = Question {
    title: "Save scene",
    name: Some("scene.toml"),
    then: FileCommand::SaveScene,
    ..OPEN_SCENE
};
/// Open model.
pub const OPEN_MODEL: Question = Question {
    title: "Open model",
    kind: "Models",
    endings: &[MODEL_ENDING, ONNX_ENDING],
    name: None,
    then: FileCommand::Open,
};
/// Open a model as what a field is pushed away from.
pub const OPEN_BAD_MODEL: Question = Question {
    title: "Open bad model",
    then: |path| FileCommand::OpenAs(OpenAs::BadModel, path),
    ..OPEN_MODEL
};
/// Save model.
pub const SAVE_MODEL: Question = Question {
    title: "Save model",
    name: Some("model.safetensors"),
    then: FileCommand::SaveModel,
    ..OPEN_MODEL
};
/// Open data.
pub const OPEN_DATA: Question = Question {
    title: "Open data",
    kind: "Data",
    endings: DATA_ENDINGS,
    name: None,
    then: FileCommand::Open,
};
/// Open points as the source.
pub const OPEN_SOURCE: Question = Question {
    title: "Open source",
    kind: "Points",
    then: |path| FileCommand::OpenAs(OpenAs::Source, path),
    ..OPEN_DATA
};
