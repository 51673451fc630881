//! A picture, a film or a handout on its way into a file, made beside the window.

use std::path::PathBuf;

use driftscope_study::work::{Course, Crew, Lane, News, Signal, Tell, Turn, Unfinished, Work};
use driftscope_study::{Networks, Store};
use eframe::egui::{Align2, Area, Context, Frame, Id, Order as Level, ProgressBar, vec2};
use serde::{Deserialize, Serialize};

use super::handout::Handout;
use super::offscreen::{Moments, Offscreen, Order, RenderError, save};
use super::platform::{self, Asker};
use super::theme::UNIT;

/// Width of the bar, in points.
const WIDTH: f32 = 240.0;

/// A file that takes a while, and all there is to know to make it.
#[derive(Clone, Serialize, Deserialize)]
pub struct SlowFile {
    /// Where it goes.
    pub path: PathBuf,
    /// What stands in it.
    pub content: Content,
}

/// What stands in a file that takes a while.
#[derive(Clone, Serialize, Deserialize)]
pub enum Content {
    /// A picture or a film.
    Pictures(Box<Order>, Moments),
    /// A page to take home.
    Handout(Handout),
}

impl SlowFile {
    fn make(
        &self,
        networks: &Networks,
        told: &mut dyn FnMut(f64) -> bool,
    ) -> Result<(), RenderError> {
        match &self.content {
            Content::Pictures(order, moments) => {
                let mut views = Offscreen::new((**order).clone(), Some(networks));
                save(&mut views, &self.path, *moments, told)
            }
            Content::Handout(handout) => handout.save(&self.path, networks, told),
        }
    }
}

impl Work for SlowFile {
    type Product = ();
    type Course = Self;

    fn lane(&self) -> Lane {
        Lane::Own
    }

    fn begin(self) -> Self {
        self
    }
}

impl Course<()> for SlowFile {
    fn go_on(
        &mut self,
        store: &Store,
        signal: &Signal,
        tell: &mut Tell<'_, ()>,
    ) -> Result<Turn, Unfinished> {
        let made = self.make(&store.networks, &mut |share| {
            tell(News::Progress(share));
            signal.cancel().check().is_ok()
        });
        match made {
            Ok(()) => Ok(Turn::Done),
            Err(RenderError::Stopped) => Err(Unfinished::Withdrawn),
            Err(error) => Err(Unfinished::Failed(error.to_string())),
        }
    }
}

/// What is being saved. Dropping it stops it: nobody waits for it any more.
pub struct Saving {
    path: PathBuf,
    crew: Box<dyn Crew<SlowFile>>,
    /// Of the whole, 0 to 1.
    done: f64,
}

/// What came of it.
pub enum Saved {
    /// The file is there.
    There(PathBuf),
    /// Why not, in words.
    Failed(String),
}

impl Saving {
    /// Begins, with the networks that scenes may name.
    #[must_use]
    pub fn start(ctx: &Context, networks: Networks, wanted: SlowFile) -> Self {
        let path = wanted.path.clone();
        let mut crew = platform::crew(Asker::Saving, Store::new(networks), ctx, false);
        crew.start(wanted);
        Self { path, crew: Box::new(crew), done: 0.0 }
    }

    /// What came of it, once.
    pub fn poll(&mut self) -> Option<Saved> {
        loop {
            match self.crew.poll()?.1 {
                News::Progress(share) => self.done = share,
                News::Made(()) => {}
                News::Failed(words) => return Some(Saved::Failed(words)),
                News::Done => return Some(Saved::There(self.path.clone())),
            }
        }
    }

    /// Shows how far it is; whether a person stops it.
    #[must_use]
    pub fn ui(&self, ctx: &Context) -> bool {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        Area::new(Id::unique("saving a picture"))
            .order(Level::Foreground)
            .anchor(Align2::CENTER_BOTTOM, vec2(0.0, -32.0 * UNIT))
            .show(ctx, |ui| {
                Frame::popup(ui.style())
                    .inner_margin(2.0 * UNIT)
                    .show(ui, |ui| {
                        ui.label(format!("Saving {name}"));
                        ui.horizontal(|ui| {
                            let bar = ProgressBar::new(self.done as f32).desired_width(WIDTH);
                            ui.add(bar.show_percentage());
                            ui.button("Cancel").clicked()
                        })
                        .inner
                    })
                    .inner
            })
            .inner
    }
}

#[cfg(test)]
mod tests {
    use driftscope_study::lesson::bundled_lessons;
    use driftscope_study::scene::Scene;
    use driftscope_study::work::perform;

    use super::*;
    use crate::app::offscreen::View;
    use crate::app::palette::Theme;

    fn order() -> Order {
        let settings = ["field.kind=exact", "particles.count=40"].map(str::to_owned);
        Order {
            scene: Scene::with_settings(None, &settings).expect("a scene"),
            view: View::Stage,
            size: [320.0, 200.0],
            scale: 1.0,
            theme: Theme::Light,
            caption: true,
        }
    }

    /// The file that a task makes.
    fn made(file: SlowFile) -> Vec<u8> {
        let path = file.path.clone();
        let mut told = Vec::new();
        perform(file, &Store::default(), &Signal::default(), &mut |news| told.push(news));
        assert_eq!(told.pop(), Some(News::Done));
        let shares = told.into_iter().map(|news| match news {
            News::Progress(share) => share,
            other => panic!("{other:?}"),
        });
        assert!(shares.is_sorted(), "it only ever gets further");
        std::fs::read(path).expect("it was written")
    }

    #[test]
    fn what_travels_makes_the_same_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let film = Moments::Film { from: 0.0, to: 1.0, fps: 5, frames: 3 };
        let mut lesson = bundled_lessons()[0].clone();
        lesson.steps.truncate(2);
        let contents = [
            ("film.gif", Content::Pictures(Box::new(order()), film)),
            ("lesson.html", Content::Handout(Handout::Lesson(Box::new(lesson)))),
        ];
        for (name, content) in contents {
            let file = SlowFile { path: folder.path().join(name), content };
            let mut bytes = Vec::new();
            ciborium::into_writer(&file, &mut bytes).expect("it can be written down");
            let come: SlowFile = ciborium::from_reader(&bytes[..]).expect("and read");
            let here = made(file);
            std::fs::remove_file(&come.path).expect("it is there");
            assert!(made(come) == here, "{name} differs");
        }
    }

    #[test]
    fn what_cannot_be_made_is_said_and_what_is_withdrawn_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| SlowFile {
            path: folder.path().join(name),
            content: Content::Pictures(Box::new(order()), Moments::One(1.0)),
        };
        let tell = |file: SlowFile, signal: &Signal| {
            let mut told = Vec::new();
            perform(file, &Store::default(), signal, &mut |news| told.push(news));
            told
        };
        let told = tell(file("picture.bmp"), &Signal::default());
        assert!(matches!(told.last(), Some(News::Failed(_))), "{told:?}");
        let withdrawn = Signal::default();
        withdrawn.cancel().raise();
        let told = tell(file("picture.png"), &withdrawn);
        assert!(told.iter().all(|news| matches!(news, News::Progress(_))), "{told:?}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("it is there").count(), 0);
    }
}
