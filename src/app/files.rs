//! Files: dialogs, on threads of their own, and reading and writing, which are tasks.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use driftscope_flow::network::ONNX_ENDING;
use driftscope_study::scene::Scene;
use driftscope_study::session::Session;
use driftscope_study::work::{Dispatcher, News, Ticket};
use driftscope_study::{MODEL_ENDING, Product, SCENE_ENDING, Task};
use eframe::egui::Context;

use super::command::FileCommand;
use super::file_dialog::{Answer, OwnDialog, Question, desktop_has_one, with_ending};

/// News waiting to be taken; more than a person can cause at a time.
const QUEUE: usize = 16;

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
    /// What is being read and written.
    tasks: Vec<Ticket>,
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
        Self {
            ctx: ctx.clone(),
            sender,
            inbox,
            asking: false,
            tasks: Vec::new(),
            dialog: None,
            own_dialogs,
        }
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
    pub fn poll(&mut self, work: &Dispatcher<Task>) -> Option<FileNews> {
        let news = self.inbox.try_recv().ok().or_else(|| self.news_of_tasks(work))?;
        match &news {
            FileNews::Chosen(_) => self.asking = false,
            FileNews::NoDialog(question) => self.dialog = Some(OwnDialog::new(*question)),
            _ => {}
        }
        Some(news)
    }

    /// The next news of what is being read and written.
    fn news_of_tasks(&mut self, work: &Dispatcher<Task>) -> Option<FileNews> {
        let mut found = None;
        self.tasks.retain(|task| {
            while found.is_none()
                && let Some(news) = work.news(task)
            {
                match news {
                    News::Made(Product::Scene(scene)) => {
                        found = Some(FileNews::Scene(Box::new(Arc::unwrap_or_clone(scene))));
                    }
                    News::Made(Product::Model(path)) => found = Some(FileNews::Model(path)),
                    News::Made(Product::Written(path)) => found = Some(FileNews::Saved(path)),
                    News::Made(_) | News::Progress(_) => {}
                    News::Failed(words) => {
                        found = Some(FileNews::Failed(words));
                        return false;
                    }
                    News::Done => return false,
                }
            }
            true
        });
        found
    }

    fn start(&mut self, work: &Dispatcher<Task>, task: Task) {
        self.tasks.push(work.start(task));
    }

    /// Asks for a file, or uses the one that was chosen.
    pub fn carry_out(&mut self, command: FileCommand, session: &Session) {
        let (scene, networks, work) = (session.scene(), session.networks(), session.work());
        match command {
            FileCommand::AskOpenScene => self.ask(OPEN_SCENE),
            FileCommand::AskOpenModel => self.ask(OPEN_MODEL),
            FileCommand::AskSaveScene => self.ask(SAVE_SCENE),
            FileCommand::AskSaveModel => self.ask(SAVE_MODEL),
            FileCommand::Open(path) => self.start(work, Task::Read(path)),
            FileCommand::SaveScene(path) => {
                let (scene, path) = (Arc::clone(scene), with_ending(path, SCENE_ENDING));
                self.start(work, Task::WriteScene { scene, path });
            }
            FileCommand::SaveModel(path) => {
                let trained = scene.trained_networks().find(|id| networks.model(*id).is_some());
                if let Some(network) = trained {
                    let path = with_ending(path, MODEL_ENDING);
                    self.start(work, Task::WriteModel { network, path });
                } else {
                    let words = "The scene shows no network that was trained in this window.";
                    // More news than a person can cause do not wait.
                    let _ = self.sender.try_send(FileNews::Failed(words.to_owned()));
                    self.ctx.request_repaint();
                }
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
            log::error!("no thread for a dialog: {error}");
        }
    }
}

const OPEN_SCENE: Question = Question {
    title: "Open scene",
    kind: "Scenes",
    ending: SCENE_ENDING,
    also: &[],
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
    also: &[ONNX_ENDING],
    name: None,
    then: FileCommand::Open,
};
const SAVE_MODEL: Question = Question {
    title: "Save trained model",
    also: &[],
    name: Some("model.safetensors"),
    then: FileCommand::SaveModel,
    ..OPEN_MODEL
};
