//! Files: dialogs, reading and writing, all away from the interface's thread.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use eframe::egui::Context;

use super::command::FileCommand;
use crate::network::Model;
use crate::scene::Scene;

/// News waiting to be taken; more than a person can cause at a time.
const QUEUE: usize = 16;
const SCENE_ENDING: &str = "toml";
const MODEL_ENDING: &str = "safetensors";

/// What came of a file.
#[derive(Debug)]
pub enum FileNews {
    /// A person chose a file, or none.
    Chosen(Option<FileCommand>),
    /// A scene was read.
    Scene(Box<Scene>),
    /// A model was chosen; the engine reads it.
    Model(PathBuf),
    /// A file was written.
    Saved(PathBuf),
    /// Something went wrong, in words.
    Failed(String),
}

/// Work on files under way.
pub struct Files {
    ctx: Context,
    sender: SyncSender<FileNews>,
    inbox: Receiver<FileNews>,
    asking: bool,
}

impl Files {
    /// Nothing under way.
    #[must_use]
    pub fn new(ctx: &Context) -> Self {
        let (sender, inbox) = sync_channel(QUEUE);
        Self { ctx: ctx.clone(), sender, inbox, asking: false }
    }

    /// The next news, if there is any.
    pub fn poll(&mut self) -> Option<FileNews> {
        let news = self.inbox.try_recv().ok()?;
        if matches!(news, FileNews::Chosen(_)) {
            self.asking = false;
        }
        Some(news)
    }

    /// Asks for a file, or uses the one that was chosen. `model` is the one to save.
    pub fn carry_out(&mut self, command: FileCommand, scene: &Scene, model: Option<Arc<Model>>) {
        match command {
            FileCommand::AskOpenScene => self.ask(scenes(), false, FileCommand::Open),
            FileCommand::AskOpenModel => self.ask(models(), false, FileCommand::Open),
            FileCommand::AskSaveScene => {
                let dialog = scenes().set_file_name("scene.toml");
                self.ask(dialog, true, FileCommand::SaveScene);
            }
            FileCommand::AskSaveModel => {
                let dialog = models().set_file_name("model.safetensors");
                self.ask(dialog, true, FileCommand::SaveModel);
            }
            FileCommand::Open(path) => self.spawn(move || open(path)),
            FileCommand::SaveScene(path) => {
                let scene = scene.clone();
                self.spawn(move || {
                    let path = with_ending(path, SCENE_ENDING);
                    saved(scene.save(&path), path)
                });
            }
            FileCommand::SaveModel(path) => self.spawn(move || match model {
                Some(model) => {
                    let path = with_ending(path, MODEL_ENDING);
                    saved(model.save(&path), path)
                }
                None => FileNews::Failed("No network has been trained in this window yet.".into()),
            }),
        }
    }

    /// One dialog at a time.
    fn ask(&mut self, dialog: rfd::FileDialog, save: bool, then: fn(PathBuf) -> FileCommand) {
        if self.asking {
            return;
        }
        self.asking = true;
        self.spawn(move || {
            let chosen = if save { dialog.save_file() } else { dialog.pick_file() };
            FileNews::Chosen(chosen.map(then))
        });
    }

    fn spawn(&self, work: impl FnOnce() -> FileNews + Send + 'static) {
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        let thread = std::thread::Builder::new().name("driftscope-files".into());
        let spawned = thread.spawn(move || {
            // The window may be gone by the time a dialog is answered.
            let _ = sender.send(work());
            ctx.request_repaint();
        });
        if let Err(error) = spawned {
            log::error!("no thread for work on files: {error}");
        }
    }
}

fn scenes() -> rfd::FileDialog {
    rfd::FileDialog::new().add_filter("Scenes", &[SCENE_ENDING])
}

fn models() -> rfd::FileDialog {
    rfd::FileDialog::new().add_filter("Models", &[MODEL_ENDING])
}

fn open(path: PathBuf) -> FileNews {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some(SCENE_ENDING) => match Scene::load(&path) {
            Ok(scene) => FileNews::Scene(Box::new(scene)),
            Err(error) => FileNews::Failed(error.to_string()),
        },
        Some(MODEL_ENDING) => match Model::load(&path) {
            Ok(_) => FileNews::Model(path),
            Err(error) => FileNews::Failed(error.to_string()),
        },
        _ => FileNews::Failed(format!(
            "{} is neither a scene (.{SCENE_ENDING}) nor a model (.{MODEL_ENDING}).",
            path.display()
        )),
    }
}

fn saved<E: std::fmt::Display>(result: Result<(), E>, path: PathBuf) -> FileNews {
    match result {
        Ok(()) => FileNews::Saved(path),
        Err(error) => FileNews::Failed(error.to_string()),
    }
}

/// The path, with the ending that it should have if it has none.
fn with_ending(path: PathBuf, ending: &str) -> PathBuf {
    if Path::new(&path).extension().is_some() { path } else { path.with_extension(ending) }
}
