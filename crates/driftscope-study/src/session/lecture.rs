//! A lesson at work: which step is shown, what was answered, and settings on their way to others.

use std::sync::Arc;
use std::time::Duration;

use super::Session;
use super::action::{Action, InspectedStep};
use super::editor::ActionError;
use super::soon::Soon;
use crate::lesson::{Guess, Lesson, LessonStep, Stand, Way};
use crate::mode::Mode;
use crate::scene::Scene;
use crate::scene::parameters::{Kind, Number, Scale, Settings};

/// A lesson at work.
#[derive(Clone, Debug, PartialEq)]
pub struct Lecture {
    /// The lesson.
    pub lesson: Arc<Lesson>,
    /// The step that is shown, from 0.
    pub step: usize,
    /// Whether its answer and what it claims are shown.
    pub revealed: bool,
    /// Hands that are up, one number for each choice of its question.
    pub hands: Vec<u32>,
    /// The answer that was given.
    pub guess: Option<Guess>,
    /// The scene that the step is about, whatever was touched since.
    pub scene: Arc<Scene>,
    /// The card of the laboratory beside the stage, by its name.
    pub card: Option<String>,
}

impl Lecture {
    /// The step that is shown.
    #[must_use]
    pub fn current(&self) -> &LessonStep {
        &self.lesson.steps[self.step]
    }

    /// What leads on (`by` > 0), to the answer first where something is asked, or back; none where there is
    /// no further step.
    #[must_use]
    pub fn turned(&self, by: i32) -> Option<Action> {
        if by > 0 && self.asks() {
            return Some(Action::Reveal { revealed: true });
        }
        let step = self.step.checked_add_signed(by.signum() as isize)?;
        (step < self.lesson.steps.len()).then_some(Action::LessonStep { step })
    }

    /// Whether something is asked and not answered yet.
    #[must_use]
    pub fn asks(&self) -> bool {
        self.current().question.is_some() && !self.revealed
    }
}

/// Numbers of a scene on their way to others.
#[derive(Clone, Debug)]
pub(super) struct Glide {
    from: Scene,
    to: Scene,
    /// Seconds that have passed, of how many.
    passed: f64,
    over: f64,
}

impl Session {
    /// The lesson at work, if one is open.
    #[must_use]
    pub fn lesson(&self) -> Option<&Lecture> {
        self.lecture.as_ref()
    }

    /// Does an action about the lesson.
    pub(super) fn lecture(&mut self, action: &Action) -> Result<(), ActionError> {
        match action {
            Action::OpenLesson { lesson } => {
                let lesson = Arc::new((**lesson).clone());
                return self.enter(&lesson, 0, false);
            }
            Action::CloseLesson => {
                self.lecture = None;
                return Ok(());
            }
            _ => {}
        }
        let Some(lecture) = &mut self.lecture else {
            return Err(ActionError::Lesson("No lesson is open.".to_owned()));
        };
        match action {
            Action::LessonStep { step } => {
                let lesson = Arc::clone(&lecture.lesson);
                let follows = *step == lecture.step + 1;
                return self.enter(&lesson, *step, follows);
            }
            Action::Reveal { revealed } => lecture.revealed = *revealed,
            Action::Hands { choice, count } => {
                let choices = lecture.hands.len();
                let hands = lecture.hands.get_mut(*choice).ok_or_else(|| {
                    ActionError::Lesson(format!("This step has {choices} choices, counted from 0."))
                })?;
                *hands = *count;
            }
            Action::Guess { guess } => lecture.guess.clone_from(guess),
            _ => {}
        }
        Ok(())
    }

    /// Shows a step as it always begins; where it `follows` the one before, its numbers get there over the
    /// time that it says.
    fn enter(
        &mut self,
        lesson: &Arc<Lesson>,
        number: usize,
        follows: bool,
    ) -> Result<(), ActionError> {
        let refused = |words: String| ActionError::Lesson(words);
        let Some(step) = lesson.steps.get(number) else {
            let last = lesson.steps.len();
            return Err(refused(format!("The lesson has steps 1 to {last}, no {}.", number + 1)));
        };
        let stand = lesson.stand(number).map_err(|error| refused(error.to_string()))?;
        let Stand { scene, pinned, pane, card, at, inspect } = stand;
        let from = (follows && step.over > 0.0)
            .then(|| lesson.scene(number - 1))
            .transpose()
            .map_err(|error| refused(error.to_string()))?;
        let glide =
            from.map(|from| Glide { from, to: scene.clone(), passed: 0.0, over: step.over });
        let first = glide.as_ref().map_or_else(|| scene.clone(), Glide::scene);
        let changes = self.scene().changes_to(&first);
        self.editor.act(&Action::SetWhole { changes, continues: false })?;
        self.editor.act(&Action::Mode { mode: Mode::Lessons })?;
        self.editor.act(&Action::SelectPane { pane })?;
        self.editor.act(&Action::Pin { particle: pinned })?;
        self.glide = glide;
        self.hovered = None;
        self.inspected = inspect.map(|attempt| InspectedStep { attempt, phase: 0 });
        self.playback.restart();
        self.playback.playing = at.is_none() && self.inspected.is_none();
        if let Some(share) = at {
            self.playback.seek(share);
        }
        let choices = match step.question.as_ref().map(|question| &question.way) {
            Some(Way::Choices { choices, .. }) => choices.len(),
            _ => 0,
        };
        self.lecture = Some(Lecture {
            lesson: Arc::clone(lesson),
            step: number,
            revealed: false,
            hands: vec![0; choices],
            guess: None,
            scene: Arc::new(scene),
            card,
        });
        Ok(())
    }

    /// Lets numbers that are on their way come nearer.
    pub(super) fn glide_on(&mut self, dt: Duration, soon: &mut Soon) {
        let Some(glide) = &mut self.glide else { return };
        glide.passed += dt.as_secs_f64();
        if glide.passed >= glide.over {
            return self.end_glide();
        }
        let scene = glide.scene();
        soon.after(Duration::ZERO);
        self.editor.amend(|shown| *shown = scene);
        self.sync();
    }

    /// Lets numbers that are on their way be where they go.
    pub(super) fn end_glide(&mut self) {
        if let Some(glide) = self.glide.take() {
            self.editor.amend(|shown| *shown = glide.to);
            self.sync();
        }
    }
}

impl Glide {
    /// The scene now: where it goes, but for the numbers that are on their way.
    fn scene(&self) -> Scene {
        let share = (self.passed / self.over).clamp(0.0, 1.0);
        let share = share * share * (3.0 - 2.0 * share);
        let mut scene = self.to.clone();
        for row in Scene::parameters() {
            match &row.kind {
                Kind::Real(number) => {
                    let ends = ends(number, &self.from, &self.to);
                    if let Some((from, to)) = ends {
                        (number.access.set)(
                            &mut scene,
                            Some(between(from, to, share, number.scale)),
                        );
                    }
                }
                Kind::Whole(number) => {
                    if let Some((from, to)) = ends(number, &self.from, &self.to) {
                        let now = between(from as f64, to as f64, share, number.scale);
                        (number.access.set)(&mut scene, Some(now.round() as u64));
                    }
                }
                _ => {}
            }
        }
        // Numbers that only go together at the ends of the way are there at once.
        if scene.check().is_ok() { scene } else { self.to.clone() }
    }
}

/// The ends of a number's way, if it has one.
fn ends<T: Copy + PartialEq>(
    number: &Number<Scene, T>,
    from: &Scene,
    to: &Scene,
) -> Option<(T, T)> {
    let (from, to) = ((number.access.get)(from)?, (number.access.get)(to)?);
    (from != to).then_some((from, to))
}

fn between(from: f64, to: f64, share: f64, scale: Scale) -> f64 {
    match scale {
        Scale::Logarithmic if from > 0.0 && to > 0.0 => from * (to / from).powf(share),
        _ => from + share * (to - from),
    }
}
