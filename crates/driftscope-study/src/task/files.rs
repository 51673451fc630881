//! Reading scenes, lessons, tableaus, schedules, models and data, and writing scenes, lessons and models.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use driftscope_base::files;
use driftscope_flow::network::foreign::Statements;
use driftscope_flow::network::{ONNX_ENDING, Opened};

use super::product::Product;
use crate::lesson::Lesson;
use crate::own::{Content, Own};
use crate::scene::{Data, OwnTableau, PICTURE_ENDINGS, Scene, TimeList};
use crate::store::Store;
use crate::training::SavedTraining;
use crate::work::Unfinished;

/// How the files of scenes and of tableaus end.
pub const SCENE_ENDING: &str = "toml";
/// How the files of models end.
pub const MODEL_ENDING: &str = "safetensors";
/// How the files of data may end; the first is what is written.
pub const DATA_ENDINGS: &[&str] = &["csv", "tsv", "txt", "png", "jpg", "jpeg", "webp"];
/// How the files of schedules may end.
pub const TIMES_ENDINGS: &[&str] = &["csv", "tsv", "txt"];

fn failed(error: impl std::fmt::Display) -> Unfinished {
    Unfinished::Failed(error.to_string())
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileKind {
    Scene,
    Lesson,
    Tableau,
    Model,
    /// Points as text.
    Data,
    /// A picture: of a scene, which is in it, or of a density.
    Picture,
}

impl FileKind {
    /// Pictures are known by how they begin, whatever they are called; text by the ending of its name.
    fn of(path: &Path, beginning: &[u8]) -> Option<Self> {
        let webp =
            beginning.len() >= 12 && beginning.starts_with(b"RIFF") && &beginning[8..12] == b"WEBP";
        if beginning.starts_with(b"\x89PNG\r\n\x1a\n")
            || beginning.starts_with(b"\xff\xd8\xff")
            || webp
        {
            return Some(Self::Picture);
        }
        let ending = path.extension()?.to_string_lossy().to_lowercase();
        match ending.as_str() {
            SCENE_ENDING if OwnTableau::is_in(path) => Some(Self::Tableau),
            SCENE_ENDING if Lesson::is_in(path) => Some(Self::Lesson),
            SCENE_ENDING => Some(Self::Scene),
            MODEL_ENDING | ONNX_ENDING => Some(Self::Model),
            ending if DATA_ENDINGS.contains(&ending) => Some(Self::Data),
            ending if PICTURE_ENDINGS.contains(&ending) => Some(Self::Scene),
            _ => None,
        }
    }
}

pub(super) fn read(path: &Path) -> Result<Product, Unfinished> {
    let scene = |scene| Product::Scene(Arc::new(scene));
    // A file that cannot be read says so when all of it is.
    let beginning = beginning(path).unwrap_or_default();
    match FileKind::of(path, &beginning) {
        Some(FileKind::Scene) => Scene::load(path).map(scene).map_err(failed),
        Some(FileKind::Lesson) => {
            Lesson::load(path).map(|lesson| Product::Lesson(Arc::new(lesson))).map_err(failed)
        }
        Some(FileKind::Tableau) => {
            let tableau = Own::<OwnTableau>::read(path).map_err(failed)?;
            Ok(Product::Tableau(tableau))
        }
        Some(FileKind::Model) => {
            let (_, supposed) = Opened::supposing(path, &Statements::default()).map_err(failed)?;
            Ok(Product::Model { path: path.to_owned(), supposed })
        }
        Some(FileKind::Picture) if Scene::is_in_picture(path) => {
            Scene::load(path).map(scene).map_err(failed)
        }
        Some(FileKind::Data) if TimeList::is_in(path) => read_times(path),
        Some(FileKind::Data | FileKind::Picture) => {
            let points = named(path)?;
            Ok(Product::Data(Arc::new(Data { points: Some(points), ..Data::default() })))
        }
        None => Err(Unfinished::Failed(format!(
            "{} is neither a scene, a lesson or a tableau (.{SCENE_ENDING}), nor a model (.{MODEL_ENDING}, .{ONNX_ENDING}), nor data or a schedule (.{}), nor a picture with a scene (.{}).",
            path.display(),
            DATA_ENDINGS.join(", ."),
            PICTURE_ENDINGS.join(", ."),
        ))),
    }
}

pub(super) fn read_times(path: &Path) -> Result<Product, Unfinished> {
    named(path).map(Product::Times)
}

/// The content of a file, by the name that a scene gives it wherever that is saved.
fn named<T: Content>(path: &Path) -> Result<Own<T>, Unfinished> {
    let path = files::absolute(path).map_err(failed)?;
    Own::named(&path.display().to_string()).map_err(failed)
}

/// The first bytes of a file.
fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    files::open(path)?.take(16).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn write_scene(
    scene: &Scene,
    path: &Path,
    store: &Store,
) -> Result<Product, Unfinished> {
    store.networks.save_scene(scene, path).map_err(failed)?;
    Ok(Product::Written(path.to_owned()))
}

pub(super) fn write_lesson(lesson: &Lesson, path: &Path) -> Result<Product, Unfinished> {
    lesson.save(path).map_err(failed)?;
    Ok(Product::Written(path.to_owned()))
}

pub(super) fn write_training(saved: &SavedTraining, path: &Path) -> Result<Product, Unfinished> {
    saved.save(path).map_err(failed)?;
    Ok(Product::Written(path.to_owned()))
}

pub(super) fn write_model(
    scene: &Scene,
    path: &Path,
    store: &Store,
) -> Result<Product, Unfinished> {
    let network = store.networks.file_of(scene).map_err(failed)?;
    let network = network.ok_or_else(|| failed("The scene is solved without a network."))?;
    network.save(path).map_err(failed)?;
    Ok(Product::Written(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_holds_before_what_it_is_called() {
        let kind = |name: &str, beginning: &[u8]| FileKind::of(Path::new(name), beginning);
        assert_eq!(kind("a.toml", b"seed = 1"), Some(FileKind::Scene));
        assert_eq!(kind("a.SafeTensors", b""), Some(FileKind::Model));
        for name in ["a.csv", "a.TSV", "a.txt", "a.png"] {
            assert_eq!(kind(name, b"x,y"), Some(FileKind::Data), "{name}");
        }
        for beginning in [&b"\x89PNG\r\n\x1a\n...."[..], b"\xff\xd8\xff\xe0", b"RIFF....WEBPVP8 "] {
            for name in ["a", "a.bin", "a.toml"] {
                assert_eq!(kind(name, beginning), Some(FileKind::Picture), "{name}");
            }
        }
        for name in ["a", "a.exe"] {
            assert_eq!(kind(name, b"RIFF....WAVE"), None, "{name}");
        }
    }

    #[test]
    fn points_are_read_and_what_is_none_is_refused_by_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            read(&path)
        };
        let Ok(Product::Data(data)) = file("a.csv", "x,y\n1,2\n3,4\n") else { panic!("data") };
        let own = data.points.as_ref().expect("points");
        assert_eq!(own.content().0.points, [[1.0, 2.0], [3.0, 4.0]]);
        assert_eq!(own.file(), Some(&*folder.path().join("a.csv")));
        let Ok(Product::Times(times)) = file("steps.csv", "0\n0.5\n1\n") else { panic!("times") };
        assert_eq!(times.content().0, [0.0, 0.5, 1.0]);
        assert_eq!(times.file(), Some(&*folder.path().join("steps.csv")));
        let Err(Unfinished::Failed(message)) = read_times(&folder.path().join("a.csv")) else {
            panic!("refused")
        };
        assert!(message.contains("line 1: `x` is no number"), "{message}");
        for (name, text, words) in [
            ("b.csv", "x,y\n1,2\n3,oops\n", "line 3"),
            ("c.doc", "x,y\n1,2\n", "neither a scene"),
            ("d.txt", "", "no points"),
        ] {
            let Err(Unfinished::Failed(message)) = file(name, text) else { panic!("refused") };
            assert!(message.contains(words) && message.contains(name), "{message}");
        }
        let Err(Unfinished::Failed(message)) = read(&folder.path().join("gone.csv")) else {
            panic!("refused")
        };
        assert!(message.contains("gone.csv"), "{message}");
    }
}
