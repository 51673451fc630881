//! The trainings under way, and which weights the particles follow.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use driftscope_flow::network::{NetworkId, TrainingSettings};

use super::action::TrainingOrder;
use super::editor::ActionError;
use super::soon::Soon;
use crate::clock::Instant;
use crate::networks::Networks;
use crate::scene::{Data, Field, ModelName, Scene};
use crate::task::{Product, Task, TrainingSpec};
use crate::training::{SavedTraining, TrainingState, TrainingStatus};
use crate::work::{Dispatcher, News, Ticket, Word};

/// New weights are shown no more often than this,
const REFRESH: Duration = Duration::from_millis(333);
/// and no sooner than so many times as long as solving for the last ones took, so that solving leaves
/// most of a slow computer to the training.
const REST: u32 = 9;

/// Why there is no further round of reflow.
const NOT_ENDED: &str = "A round of reflow begins where a training has ended.";
const CUT_SHORT: &str = "This training was stopped before its last step. Reset it and let it run to its end, or give it rounds before it starts.";
const NO_MORE: &str = "There are as many rounds as there may be.";

/// A training and what it was started for.
struct Course {
    /// Dropping it withdraws it.
    job: Ticket,
    data: Data,
    status: TrainingStatus,
    shown: Option<NetworkId>,
    shown_at: Option<Instant>,
    /// What it could be gone on with if it were broken off now; none before there is any, and when it has ended.
    saved: Option<Arc<SavedTraining>>,
}

/// The trainings, which start and end together, by the pane that they are of.
#[derive(Default)]
pub struct TrainingWatch {
    courses: BTreeMap<usize, Course>,
    /// What each pane named when its training began.
    replaced: BTreeMap<usize, Field>,
    /// The snapshots that are followed instead of the newest weights, by their step.
    chosen: Option<u64>,
}

/// New weights for the particles.
pub struct Followed {
    /// The pane whose training they are of.
    pub pane: usize,
    /// They.
    pub network: NetworkId,
    /// Those that were followed before.
    pub before: Option<NetworkId>,
}

impl TrainingWatch {
    /// Where the training of a pane stands.
    #[must_use]
    pub fn status(&self, pane: usize) -> Option<&TrainingStatus> {
        self.courses.get(&pane).map(|course| &course.status)
    }

    /// Lets the trainings of `scene` start, or those that are there go on differently. What does not apply
    /// (to start others, to pause none) does nothing.
    ///
    /// # Errors
    /// Why a training cannot start; then none has.
    pub fn carry_out(
        &mut self,
        training: TrainingOrder,
        scene: &Scene,
        (work, networks): (&Dispatcher<Task>, &Networks),
    ) -> Result<(), ActionError> {
        match training {
            TrainingOrder::Start if self.courses.is_empty() => {
                let scenes = scene.trainings().map(|pane| (pane, scene.pane(pane)));
                let scenes: Vec<(usize, Scene)> = scenes.collect();
                for (_, scene) in &scenes {
                    TrainingSpec::of_scene(scene).check()?;
                    scene.mixture()?;
                }
                for (pane, scene) in scenes {
                    self.begin(pane, TrainingSpec::of_scene(&scene), work);
                    if !matches!(scene.field.model, Some(ModelName::Trained(_))) {
                        self.replaced.insert(pane, scene.field);
                    }
                }
            }
            TrainingOrder::Reflow if self.reflow_refused(scene).is_none() => {
                let panes: Vec<usize> = self.courses.keys().copied().collect();
                for pane in panes {
                    let status = self.courses[&pane].status.clone();
                    let made = status.network.and_then(|network| networks.model(network));
                    let Some(made) = made else { continue };
                    // As they were carried out: of a budget of time these are its steps.
                    let settings = made.description.settings.clone();
                    let rounds = settings.rounds + 1;
                    let spec = TrainingSpec {
                        settings: TrainingSettings { rounds, ..settings },
                        after: Some(Box::new(status)),
                        ..TrainingSpec::of_scene(&scene.pane(pane))
                    };
                    self.begin(pane, spec, work);
                }
            }
            TrainingOrder::Start | TrainingOrder::Reflow => {}
            TrainingOrder::Pause => self.tell(work, Word::Pause),
            TrainingOrder::Resume => self.tell(work, Word::Resume),
            TrainingOrder::Stop => self.tell(work, Word::Stop),
            TrainingOrder::Reset => {
                self.courses.clear();
                self.chosen = None;
            }
        }
        Ok(())
    }

    /// Takes up trainings that were broken off, which then wait to be resumed; those alone whose pane and data are
    /// there.
    pub fn take_up(
        &mut self,
        saved: impl IntoIterator<Item = (usize, Arc<SavedTraining>)>,
        scene: &Scene,
        work: &Dispatcher<Task>,
    ) {
        for (pane, saved) in saved {
            let there = scene.trainings().any(|there| there == pane) && saved.data == scene.data;
            if there && !self.courses.contains_key(&pane) {
                self.begin(pane, TrainingSpec::of_broken_off(saved), work);
            }
        }
        self.tell(work, Word::Pause);
    }

    /// What the trainings under way could be gone on with, each with its pane.
    pub fn saved(&self) -> impl Iterator<Item = (usize, &Arc<SavedTraining>)> {
        self.courses.iter().filter_map(|(pane, course)| Some((*pane, course.saved.as_ref()?)))
    }

    fn begin(&mut self, pane: usize, spec: TrainingSpec, work: &Dispatcher<Task>) {
        let (data, status) = (spec.data.clone(), spec.at_start());
        let shown = self.courses.get(&pane).and_then(|course| course.shown);
        let saved = spec.broken_off.clone();
        let job = work.start(Task::Train(Box::new(spec)));
        self.courses.insert(pane, Course { job, data, status, shown, shown_at: None, saved });
    }

    fn tell(&self, work: &Dispatcher<Task>, word: Word) {
        self.courses.values().for_each(|course| work.tell(&course.job, word));
    }

    /// Why the trainings cannot go on with a round of reflow, if they cannot.
    #[must_use]
    pub fn reflow_refused(&self, scene: &Scene) -> Option<&'static str> {
        if self.courses.is_empty() {
            return Some(NOT_ENDED);
        }
        self.courses.iter().find_map(|(pane, course)| {
            let scene = scene.pane(*pane);
            let TrainingStatus { state, steps_done, steps, .. } = &course.status;
            let ended = *state == TrainingState::Finished;
            let most = scene.training.rounds >= TrainingSettings::MOST_ROUNDS;
            let short = steps_done < steps || scene.training.stop_after.is_some();
            scene
                .idle("training.rounds")
                .or((!ended).then_some(NOT_ENDED))
                .or(short.then_some(CUT_SHORT))
                .or(most.then_some(NO_MORE))
        })
    }

    /// Looks how far the trainings are: their newest networks, where particles should follow them. `solve` is
    /// how long the last solve took, none while one is under way. Forgets a training whose data or pane are
    /// no longer there.
    pub fn update(
        &mut self,
        work: &Dispatcher<Task>,
        scene: &Scene,
        solve: Option<Duration>,
        soon: &mut Soon,
    ) -> Vec<Followed> {
        self.courses.retain(|pane, course| {
            scene.trainings().any(|there| there == *pane) && course.data == scene.data
        });
        if self.courses.is_empty() {
            self.chosen = None;
        }
        let chosen = self.chosen;
        let news = self.courses.iter_mut().filter_map(|(pane, course)| {
            course.take_in(work);
            let (network, before) = course.newly_followed(chosen, solve, soon)?;
            Some(Followed { pane: *pane, network, before })
        });
        news.collect()
    }

    /// Lets the particles follow the snapshots after so many steps, or the newest weights.
    pub fn choose(&mut self, step: Option<u64>) {
        self.chosen = step;
    }

    /// The step of the snapshots that are followed; none where it is the newest.
    #[must_use]
    pub fn chosen(&self) -> Option<u64> {
        self.chosen
    }

    /// The networks of the trainings: the newest, and those on the way.
    pub fn networks(&self) -> impl Iterator<Item = NetworkId> {
        self.courses.values().flat_map(|course| {
            let snapshots = course.status.snapshots.iter().map(|snapshot| snapshot.network);
            snapshots.chain(course.status.network).chain(course.shown)
        })
    }

    /// What a pane named when its training began, where it does not any more.
    #[must_use]
    pub fn replaced(&self, pane: usize) -> Option<&Field> {
        self.replaced.get(&pane)
    }

    /// A pane goes, and its training with it.
    pub fn remove(&mut self, pane: usize) {
        let behind = |place: usize| place - usize::from(place > pane);
        let courses = std::mem::take(&mut self.courses).into_iter();
        let replaced = std::mem::take(&mut self.replaced).into_iter();
        self.courses = courses.filter(|(i, _)| *i != pane).map(|(i, c)| (behind(i), c)).collect();
        self.replaced = replaced.filter(|(i, _)| *i != pane).map(|(i, f)| (behind(i), f)).collect();
    }
}

impl Course {
    fn take_in(&mut self, work: &Dispatcher<Task>) {
        while let Some(news) = work.news(&self.job) {
            match news {
                News::Made(Product::Training(status)) => self.status = status,
                News::Made(Product::Saved(saved)) => self.saved = Some(saved),
                // It broke off without a word of its own.
                News::Failed(reason) => self.status.state = TrainingState::Failed(reason),
                _ => {}
            }
        }
        if !matches!(self.status.state, TrainingState::Running | TrainingState::Paused) {
            self.saved = None;
        }
    }

    /// The network that is to be followed from now on, and the one before.
    fn newly_followed(
        &mut self,
        chosen: Option<u64>,
        solve: Option<Duration>,
        soon: &mut Soon,
    ) -> Option<(NetworkId, Option<NetworkId>)> {
        let newest = self.followed(chosen).filter(|newest| self.shown != Some(*newest))?;
        let under_way = matches!(self.status.state, TrainingState::Running | TrainingState::Paused);
        let rest = match solve {
            // Looked for by hand.
            _ if chosen.is_some() => Duration::ZERO,
            Some(solve) if under_way => REFRESH.max(REST * solve),
            None if under_way => return None,
            // The last weights of a training that has ended.
            _ => REFRESH,
        };
        if self.shown_at.is_some_and(|at| soon.waits(at, rest)) {
            return None;
        }
        self.shown_at = Some(soon.now);
        Some((newest, self.shown.replace(newest)))
    }

    /// The network that is to be followed: the last snapshot up to the chosen step, or the newest.
    fn followed(&self, chosen: Option<u64>) -> Option<NetworkId> {
        let Some(step) = chosen else { return self.status.network };
        let kept = &self.status.snapshots;
        let count = kept.partition_point(|snapshot| snapshot.step <= step);
        let snapshot = kept.get(count.saturating_sub(1));
        snapshot.map(|snapshot| snapshot.network).or(self.status.network)
    }
}
