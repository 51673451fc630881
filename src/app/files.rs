//! Files: dialogs, on threads of their own, and reading and writing, which are tasks.

mod news;
mod questions;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use driftscope_base::files::write_atomically;
use driftscope_study::scene::{Data, data_from_picture};
use driftscope_study::work::{Dispatcher, News, Ticket};
use driftscope_study::{MODEL_ENDING, Product, SCENE_ENDING, Task};
use eframe::egui::{Color32, ColorImage, Context, DroppedFileHandle};

pub use self::news::FileNews;
use self::questions::{
    HANDOUT_ENDING, OPEN_BAD_MODEL, OPEN_DATA, OPEN_LESSON, OPEN_MODEL, OPEN_SCENE, OPEN_SOURCE,
    OPEN_TABLEAU, OPEN_TIMES, SAVE_FILM, SAVE_HANDOUT, SAVE_LESSON, SAVE_LESSON_HANDOUT,
    SAVE_MODEL, SAVE_NUMBERS, SAVE_PICTURE, SAVE_SCENE,
};
use super::command::{FileCommand, OpenAs};
use super::file_dialog::{Answer, Chosen, OwnDialog, Question, with_ending};
use super::handout::{Handout, Seen};
use super::offscreen::{Moments, Order, View, check_lesson};
use super::platform;
use super::saving::{Content, Saved, Saving, SlowFile};
use super::state::State;

/// News waiting to be taken; more than a person can cause at a time, files that are dropped together included.
const QUEUE: usize = 1024;

/// Work on files under way.
pub struct Files {
    ctx: Context,
    sender: SyncSender<FileNews>,
    inbox: Receiver<FileNews>,
    asking: bool,
    /// What is being read and written, with the file and what it is opened as.
    tasks: Vec<(Ticket, PathBuf, Option<OpenAs>)>,
    /// Files that were used and nobody has asked about yet.
    used: Vec<PathBuf>,
    /// The dialog in the window, where the desktop has none.
    dialog: Option<OwnDialog>,
    /// Whether the desktop's dialogs are left alone.
    own_dialogs: bool,
    /// The numbers that it was asked where to save.
    numbers: Vec<u8>,
    /// The picture, film or handout that is being made.
    saving: Option<Saving>,
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
            used: Vec::new(),
            dialog: None,
            own_dialogs,
            numbers: Vec::new(),
            saving: None,
        }
    }

    /// Whether a dialog is open in the window, which has the keyboard then.
    #[must_use]
    pub fn has_dialog(&self) -> bool {
        self.dialog.is_some()
    }

    /// Draws the dialog that is open in the window; the command that follows from its answer.
    pub fn ui(&mut self, ctx: &Context) -> Option<FileCommand> {
        self.saving.take_if(|saving| saving.ui(ctx));
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
        let news = self.inbox.try_recv().ok();
        let news = news.or_else(|| self.news_of_tasks(work)).or_else(|| self.news_of_saving())?;
        match &news {
            FileNews::Chosen(_) => self.asking = false,
            FileNews::NoDialog(question) => self.dialog = Some(OwnDialog::new(*question)),
            _ => {}
        }
        Some(news)
    }

    /// What has come of the picture.
    fn news_of_saving(&mut self) -> Option<FileNews> {
        let saved = self.saving.as_mut()?.poll()?;
        self.saving = None;
        Some(match saved {
            Saved::There(path) => FileNews::Saved(path),
            Saved::Failed(words) => FileNews::Failed(words),
        })
    }

    /// Says what went wrong.
    fn complain(&self, words: String) {
        // More news than a person can cause do not wait.
        let _ = self.sender.try_send(FileNews::Failed(words));
        self.ctx.request_repaint();
    }

    /// Begins to make a picture of what is seen, or a film of the run.
    fn save_picture(&mut self, state: &State, path: PathBuf, film: bool) {
        let (moments, scale) = if film {
            (FILM, 1.0)
        } else {
            (Moments::One(state.playback().progress), PICTURE_SCALE)
        };
        let order = Order {
            scene: (**state.scene()).clone(),
            view: View::Stage,
            size: View::Stage.usual_size(),
            scale,
            theme: state.look.theme,
            caption: false,
        };
        self.save_slowly(
            state,
            SlowFile { path, content: Content::Pictures(Box::new(order), moments) },
        );
    }

    /// Begins to make a handout.
    fn save_handout(&mut self, state: &State, path: PathBuf, handout: Handout) {
        let path = with_any_ending(path, HANDOUT_ENDING);
        self.save_slowly(state, SlowFile { path, content: Content::Handout(handout) });
    }

    /// Begins to make a file that takes a while, one at a time.
    fn save_slowly(&mut self, state: &State, wanted: SlowFile) {
        if self.saving.is_some() {
            self.complain("Another file is still being made.".to_owned());
            return;
        }
        self.saving = Some(Saving::start(&self.ctx, state.networks().clone(), wanted));
    }

    /// The next news of what is being read and written.
    fn news_of_tasks(&mut self, work: &Dispatcher<Task>) -> Option<FileNews> {
        let (mut found, used) = (None, &mut self.used);
        self.tasks.retain(|(task, path, opened_as)| {
            while found.is_none()
                && let Some(news) = work.news(task)
            {
                if let News::Made(_) = news {
                    used.push(path.clone());
                }
                match news {
                    News::Made(Product::Scene(scene)) => {
                        found = Some(FileNews::Scene(Box::new(Arc::unwrap_or_clone(scene))));
                    }
                    News::Made(Product::Lesson(lesson)) => {
                        let lesson = Arc::unwrap_or_clone(lesson);
                        found = Some(match check_lesson(&lesson) {
                            Ok(()) => FileNews::Lesson(Box::new(lesson)),
                            Err(why) => FileNews::Failed(format!("The lesson is refused: {why}.")),
                        });
                    }
                    News::Made(Product::Tableau(own)) => found = Some(FileNews::Tableau(own)),
                    News::Made(Product::Times(own)) => found = Some(FileNews::Times(own)),
                    News::Made(Product::Data(data)) => {
                        found = Some(FileNews::Data(Box::new(Arc::unwrap_or_clone(data))));
                    }
                    News::Made(Product::Model { path, supposed }) => {
                        found = Some(FileNews::Model(path, supposed));
                    }
                    News::Made(Product::Written(path)) => found = Some(FileNews::Saved(path)),
                    News::Made(_) | News::Progress(_) => {}
                    News::Failed(words) => {
                        found = Some(FileNews::Failed(words));
                        return false;
                    }
                    News::Done => return false,
                }
                if let Some(opened_as) = opened_as {
                    found = found.take().map(|news| news.opened_as(*opened_as, path));
                }
            }
            true
        });
        found
    }

    fn start(&mut self, work: &Dispatcher<Task>, task: Task, path: PathBuf) {
        self.tasks.push((work.start(task), path, None));
    }

    /// The files that were read or written since this was asked last.
    pub fn used(&mut self) -> Vec<PathBuf> {
        std::mem::take(&mut self.used)
    }

    /// Asks for a file, or uses the one that was chosen.
    pub fn carry_out(&mut self, command: FileCommand, state: &State) {
        let session = &state.session;
        let (scene, work) = (session.scene(), session.work());
        match command {
            FileCommand::AskOpenScene => self.ask(OPEN_SCENE),
            FileCommand::AskOpenLesson => self.ask(OPEN_LESSON),
            FileCommand::AskSaveLesson => self.ask(SAVE_LESSON),
            FileCommand::AskOpenModel => self.ask(OPEN_MODEL),
            FileCommand::AskOpenBadModel => self.ask(OPEN_BAD_MODEL),
            FileCommand::AskOpenSource => self.ask(OPEN_SOURCE),
            FileCommand::AskOpenTableau => self.ask(OPEN_TABLEAU),
            FileCommand::AskOpenTimes => self.ask(OPEN_TIMES),
            FileCommand::AskOpenData => self.ask(OPEN_DATA),
            FileCommand::AskSaveScene => self.ask(SAVE_SCENE),
            FileCommand::AskSaveModel => self.ask(SAVE_MODEL),
            FileCommand::AskSavePicture => self.ask(SAVE_PICTURE),
            FileCommand::AskSaveFilm => self.ask(SAVE_FILM),
            FileCommand::AskSaveHandout => self.ask(SAVE_HANDOUT),
            FileCommand::AskSaveLessonHandout => self.ask(SAVE_LESSON_HANDOUT),
            FileCommand::AskSaveNumbers { name, csv: None } => {
                self.complain(format!("There are no numbers of {name} yet."));
            }
            FileCommand::AskSaveNumbers { csv: Some(csv), .. } => {
                self.numbers = csv;
                self.ask(SAVE_NUMBERS);
            }
            FileCommand::SavePicture(path) => {
                self.save_picture(state, with_any_ending(path, "png"), false);
            }
            FileCommand::SaveFilm(path) => {
                self.save_picture(state, with_any_ending(path, "gif"), true);
            }
            FileCommand::SaveHandout(path) => {
                let handout = Handout::Scene(Box::new(Seen::of(state)));
                self.save_handout(state, path, handout);
            }
            FileCommand::SaveLessonHandout(path) => match state.lesson() {
                Some(lecture) => {
                    let handout = Handout::Lesson(Box::new((*lecture.lesson).clone()));
                    self.save_handout(state, path, handout);
                }
                None => self.complain("No lesson is open any more.".to_owned()),
            },
            FileCommand::SaveNumbers(path) => {
                let (path, csv) = (with_ending(path, "csv"), std::mem::take(&mut self.numbers));
                self.spawn(move || match write_atomically(&path, &csv) {
                    Ok(()) => FileNews::Saved(path),
                    Err(error) => {
                        FileNews::Failed(format!("cannot write {}: {error}", path.display()))
                    }
                });
            }
            FileCommand::Open(path) => self.start(work, Task::Read(path.clone()), path),
            FileCommand::OpenAs(opened_as, path) => {
                let task = work.start(Task::Read(path.clone()));
                self.tasks.push((task, path, Some(opened_as)));
            }
            FileCommand::OpenTimes(path) => self.start(work, Task::ReadTimes(path.clone()), path),
            FileCommand::SaveScene(path) => {
                let (scene, path) = (Arc::clone(scene), with_ending(path, SCENE_ENDING));
                self.start(work, Task::WriteScene { scene, path: path.clone() }, path);
            }
            FileCommand::SaveLesson(path) => match session.draft() {
                Some(lesson) => {
                    let (lesson, path) = (Arc::clone(lesson), with_ending(path, SCENE_ENDING));
                    self.start(work, Task::WriteLesson { lesson, path: path.clone() }, path);
                }
                None => self.complain("No lesson is being written.".to_owned()),
            },
            FileCommand::SaveModel(path) => {
                // A copy of a network of others keeps the ending that it has.
                let path = with_any_ending(path, MODEL_ENDING);
                let scene = Arc::clone(&state.pane().scene);
                self.start(work, Task::WriteModel { scene, path: path.clone() }, path);
            }
        }
    }

    /// Makes data of a picture that was pasted.
    pub fn read_picture(&self, picture: Arc<ColorImage>) {
        self.spawn(move || {
            let rgba = picture.pixels.iter().flat_map(Color32::to_srgba_unmultiplied);
            match data_from_picture(picture.size, rgba.collect()) {
                Ok(points) => {
                    FileNews::Data(Box::new(Data { points: Some(points), ..Data::default() }))
                }
                Err(reason) => FileNews::Failed(format!("What was pasted is no data: {reason}.")),
            }
        });
    }

    /// One dialog at a time.
    fn ask(&mut self, question: Question) {
        if self.asking {
            return;
        }
        self.asking = platform::AWAITS_DIALOGS;
        let tell = self.teller();
        let told = move |chosen| {
            tell(match chosen {
                Chosen::File(path) => FileNews::Chosen(Ok(Some((question.then)(path)))),
                Chosen::Nothing => FileNews::Chosen(Ok(None)),
                Chosen::NoDialog => FileNews::NoDialog(question),
                Chosen::Failed(words) => FileNews::Chosen(Err(words)),
            });
        };
        if let Err(error) = platform::ask(question, self.own_dialogs, told) {
            log::error!("no thread for a dialog: {error}");
        }
    }

    fn spawn(&self, work: impl FnOnce() -> FileNews + Send + 'static) {
        let tell = self.teller();
        if let Err(error) = platform::aside("driftscope-files", move || tell(work())) {
            log::error!("no thread for a file: {error}");
        }
    }

    /// Lets a frame be drawn.
    pub fn wake(&self) {
        self.ctx.request_repaint();
    }

    /// Takes in news from elsewhere.
    fn teller(&self) -> impl FnOnce(FileNews) + Send + 'static {
        let (sender, ctx) = (self.sender.clone(), self.ctx.clone());
        move |news| {
            // The window may be gone by the time a dialog is answered.
            let _ = sender.try_send(news);
            ctx.request_repaint();
        }
    }

    /// Takes in a file that was dropped.
    pub fn receive(&self, file: &DroppedFileHandle) {
        let tell = self.teller();
        let told = move |chosen| match chosen {
            Chosen::File(path) => tell(FileNews::Brought(path)),
            Chosen::Failed(words) => tell(FileNews::Failed(words)),
            Chosen::Nothing | Chosen::NoDialog => {}
        };
        platform::receive(file, told);
    }
}

/// Pixels per point of a picture that is saved from the window.
const PICTURE_SCALE: f32 = 2.0;
/// A film that is saved from the window: the whole run, in four seconds.
const FILM: Moments = Moments::Film { from: 0.0, to: 1.0, fps: 25, frames: 100 };

/// The path as it is if its name ends in anything, otherwise with this ending.
fn with_any_ending(path: PathBuf, ending: &str) -> PathBuf {
    if path.extension().is_some() { path } else { with_ending(path, ending) }
}
