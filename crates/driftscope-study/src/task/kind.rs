//! Every kind of task.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::product::Product;
use super::solve::{Share, ShareCourse};
use super::train::{Training, TrainingSpec};
use super::{files, measure, solve};
use crate::lab::{Asked, Question};
use crate::lesson::Lesson;
use crate::recording::Recording;
use crate::run::tile_count;
use crate::scene::Scene;
use crate::store::Store;
use crate::training::SavedTraining;
use crate::work::{Ask, Course, Lane, News, Signal, Tell, Turn, Unfinished, Work};

/// Something to be done in the background.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Task {
    /// Solve a scene, in parts, and measure the distance of its end points to the data.
    Solve {
        /// The scene.
        #[serde(with = "crate::shared")]
        scene: Arc<Scene>,
        /// [`Recording::id`] of what it will be; from [`fresh_id`](crate::fresh_id).
        id: u64,
        /// The share of it that is solved, without measuring; all if none is named.
        share: Option<Share>,
    },
    /// Measure how far the end points of a complete recording are from the data.
    MeasureEnds {
        /// The scene.
        #[serde(with = "crate::shared")]
        scene: Arc<Scene>,
        /// [`Recording::id`] of the recording.
        id: u64,
        /// Where its particles ended.
        ends: Vec<[f64; 2]>,
    },
    /// Ask the laboratory.
    Measure(Question),
    /// Train a network. It can be paused, and stopped with the weights there are.
    Train(Box<TrainingSpec>),
    /// Read a scene, a lesson, a tableau, a schedule, a model or data, whichever the file holds.
    Read(PathBuf),
    /// Read a schedule: a list of times or levels.
    ReadTimes(PathBuf),
    /// Write a scene, and beside it the networks trained here that it names.
    WriteScene {
        /// The scene.
        #[serde(with = "crate::shared")]
        scene: Arc<Scene>,
        /// The file, in which an older one is replaced.
        path: PathBuf,
    },
    /// Write a lesson.
    WriteLesson {
        /// The lesson.
        #[serde(with = "crate::shared")]
        lesson: Arc<Lesson>,
        /// The file, in which an older one is replaced.
        path: PathBuf,
    },
    /// Write what a training can be gone on with.
    WriteTraining {
        /// It.
        #[serde(with = "crate::shared")]
        saved: Arc<SavedTraining>,
        /// The file, in which an older one is replaced.
        path: PathBuf,
    },
    /// Write the network that a scene is solved with.
    WriteModel {
        /// Its scene.
        #[serde(with = "crate::shared")]
        scene: Arc<Scene>,
        /// The file, in which an older one is replaced.
        path: PathBuf,
    },
}

impl Task {
    /// To solve all of a scene, which [`Recording::id`] will tell from others; from
    /// [`fresh_id`](crate::fresh_id).
    #[must_use]
    pub fn solve(scene: Arc<Scene>, id: u64) -> Self {
        Self::Solve { scene, id, share: None }
    }
}

/// A task under way.
pub enum TaskCourse {
    /// One that is done in one turn.
    Single(Task),
    /// A share of a solve.
    Share(Box<ShareCourse>),
    /// A training.
    Training(Box<Training>),
}

impl Work for Task {
    type Product = Product;
    type Course = TaskCourse;

    fn lane(&self) -> Lane {
        match self {
            Self::Solve { .. } | Self::MeasureEnds { .. } => Lane::Solver,
            Self::Measure(question) if question.is_patient() => Lane::PatientLab,
            Self::Measure(_) => Lane::Lab,
            Self::Train(_) => Lane::Training,
            Self::Read(_)
            | Self::ReadTimes(_)
            | Self::WriteScene { .. }
            | Self::WriteLesson { .. }
            | Self::WriteTraining { .. }
            | Self::WriteModel { .. } => Lane::Own,
        }
    }

    fn begin(self) -> TaskCourse {
        match self {
            Self::Train(spec) => TaskCourse::Training(Box::new(Training::new(spec))),
            Self::Solve { scene, id, share: Some(share) } => {
                TaskCourse::Share(Box::new(ShareCourse::new(scene, id, share)))
            }
            other => TaskCourse::Single(other),
        }
    }

    fn shares(&self, among: usize) -> Vec<Self> {
        let Self::Solve { scene, id, share: None } = self else { return Vec::new() };
        if scene.is_one_batch() {
            return Vec::new();
        }
        let of = among.clamp(1, tile_count(scene.particles.count));
        let share = |index| Self::Solve {
            scene: Arc::clone(scene),
            id: *id,
            share: Some(Share { index, of }),
        };
        (0..of).map(share).collect()
    }

    fn after_shares(&self, whole: &Recording) -> Option<Self> {
        let scene = Arc::clone(&whole.scene);
        let ends = whole.ends().collect();
        scene.classic().is_none().then_some(Self::MeasureEnds { scene, id: whole.id, ends })
    }

    fn is_brief(&self) -> bool {
        matches!(self, Self::Solve { share: Some(_), .. } | Self::MeasureEnds { .. })
    }

    fn recording(made: &mut Product) -> Option<&mut Arc<Recording>> {
        match made {
            Product::Part(recording) => Some(recording),
            _ => None,
        }
    }
}

impl Course<Product> for TaskCourse {
    fn go_on(
        &mut self,
        store: &Store,
        signal: &Signal,
        tell: &mut Tell<'_, Product>,
    ) -> Result<Turn, Unfinished> {
        let task = match self {
            Self::Training(training) => return training.go_on(store, signal, tell),
            Self::Share(share) => return share.go_on(store, signal, tell),
            Self::Single(task) => task,
        };
        match task {
            Task::Solve { scene, id, .. } => solve::solve(scene, *id, store, signal, tell)?,
            Task::MeasureEnds { scene, id, ends } => {
                tell(News::Made(solve::measured(scene, *id, ends, signal.cancel())?));
            }
            Task::Measure(question) => measure::answer(question, store, signal, tell)?,
            Task::Read(path) => tell(News::Made(files::read(path)?)),
            Task::ReadTimes(path) => tell(News::Made(files::read_times(path)?)),
            Task::WriteScene { scene, path } => {
                tell(News::Made(files::write_scene(scene, path, store)?));
            }
            Task::WriteLesson { lesson, path } => {
                tell(News::Made(files::write_lesson(lesson, path)?));
            }
            Task::WriteTraining { saved, path } => {
                tell(News::Made(files::write_training(saved, path)?));
            }
            Task::WriteModel { scene, path } => {
                tell(News::Made(files::write_model(scene, path, store)?));
            }
            Task::Train(_) => unreachable!("a training has a course of its own"),
        }
        Ok(Turn::Done)
    }
}

/// Every question to the laboratory can be wished for.
impl<Q: Asked> Ask for Q {
    type Work = Task;
    type Answer = Q::Answer;

    fn task(&self) -> Task {
        Task::Measure(self.question())
    }

    fn answer(made: Product) -> Option<Arc<Q::Answer>> {
        match made {
            Product::Answer(answer) => Q::own(answer),
            _ => None,
        }
    }
}
