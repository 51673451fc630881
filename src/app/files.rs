//! Files: dialogs, reading and writing, all away from the interface's thread.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use driftscope_flow::network::Model;
use driftscope_study::Networks;
use driftscope_study::scene::Scene;
use eframe::egui::Context;

use super::command::FileCommand;
use super::file_dialog::{Answer, OwnDialog, Question, desktop_has_one, with_ending};

/// News waiting to be taken; more than a person can cause at a time.
const QUEUE: usize = 16;
const SCENE_ENDING: &str = "toml";
const MODEL_ENDING: &str = "safetensors";

/// What came of a file.
#[derive(Debug)]
pub enum FileNews {
    /// A person chose a file, or none.
    Chosen(Option<FileCommand>),
    /// The desktop has no dialog to ask with.
    NoDialog(Question),
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
    /// The dialog in the window, where the desktop has none.
    dialog: Option<OwnDialog>,
    /// Whether the desktop's dialogs are left alone.
    own_dialogs: bool,
}

impl Files {
    /// Nothing under way; files are asked for in the window if `own_dialogs`, or if the desktop
    /// has no dialog.
    #[must_use]
    pub fn new(ctx: &Context, own_dialogs: bool) -> Self {
        let (sender, inbox) = sync_channel(QUEUE);
        Self { ctx: ctx.clone(), sender, inbox, asking: false, dialog: None, own_dialogs }
    }

    /// Whether a dialog is open in the window, which has the keyboard then.
    #[must_use]
    pub fn has_dialog(&self) -> bool {
        self.dialog.is_some()
    }

    /// Draws the dialog that is open in the window; the command that follows from its answer.
    pub fn ui(&mut self, ctx: &Context) -> Option<FileCommand> {
        let command = match self.dialog.as_mut()?.ui(ctx) {
            Answer::Open => return None,
            Answer::Nothing => None,
            Answer::Command(command) => Some(command),
        };
        self.dialog = None;
        self.asking = false;
        command
    }

    /// The next news, if there is any.
    pub fn poll(&mut self) -> Option<FileNews> {
        let news = self.inbox.try_recv().ok()?;
        match &news {
            FileNews::Chosen(_) => self.asking = false,
            FileNews::NoDialog(question) => self.dialog = Some(OwnDialog::new(*question)),
            _ => {}
        }
        Some(news)
    }

    /// Asks for a file, or uses the one that was chosen.
    pub fn carry_out(&mut self, command: FileCommand, scene: &Scene, networks: &Networks) {
        match command {
            FileCommand::AskOpenScene => self.ask(OPEN_SCENE),
            FileCommand::AskOpenModel => self.ask(OPEN_MODEL),
            FileCommand::AskSaveScene => self.ask(SAVE_SCENE),
            FileCommand::AskSaveModel => self.ask(SAVE_MODEL),
            FileCommand::Open(path) => self.spawn(move || open(path)),
            FileCommand::SaveScene(path) => {
                let (scene, networks) = (scene.clone(), networks.clone());
                self.spawn(move || {
                    let path = with_ending(path, SCENE_ENDING);
                    saved(networks.save_scene(&scene, &path), path)
                });
            }
            FileCommand::SaveModel(path) => {
                let model = scene.trained_networks().find_map(|id| networks.model(id));
                self.spawn(move || match model {
                    Some(model) => {
                        let path = with_ending(path, MODEL_ENDING);
                        saved(model.save(&path), path)
                    }
                    None => FileNews::Failed(
                        "The scene shows no network that was trained in this window.".into(),
                    ),
                });
            }
        }
    }

    /// One dialog at a time.
    fn ask(&mut self, question: Question) {
        if self.asking {
            return;
        }
        self.asking = true;
        let own = self.own_dialogs;
        self.spawn(move || {
            if own || !desktop_has_one() {
                return FileNews::NoDialog(question);
            }
            FileNews::Chosen(question.ask_desktop().map(question.then))
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

const OPEN_SCENE: Question = Question {
    title: "Open scene",
    kind: "Scenes",
    ending: SCENE_ENDING,
    name: None,
    then: FileCommand::Open,
};
const SAVE_SCENE: Question = Question {
    title: "Save scene",
    name: Some("scene.toml"),
    then: FileCommand::SaveScene,
    ..OPEN_SCENE
};
const OPEN_MODEL: Question = Question {
    title: "Open model",
    kind: "Models",
    ending: MODEL_ENDING,
    name: None,
    then: FileCommand::Open,
};
const SAVE_MODEL: Question = Question {
    title: "Save trained model",
    name: Some("model.safetensors"),
    then: FileCommand::SaveModel,
    ..OPEN_MODEL
};

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
