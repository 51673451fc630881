//! A lesson at work: which step is shown, what was answered, and settings on their way to others.

use std::sync::Arc;
use std::time::Duration;

use super::action::Action;
use super::editor::ActionError;
use crate::lab::LabError;
use crate::lesson::{Guess, Lesson, LessonStep, Stand, Way};
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
    /// Whether the lesson is being written.
    pub is_draft: bool,
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

/// Among how many answers a step lets one choose.
fn choices(step: &LessonStep) -> usize {
    match step.question.as_ref().map(|question| &question.way) {
        Some(Way::Choices { choices, .. }) => choices.len(),
        _ => 0,
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

/// A step that begins: what is shown, and the numbers that are on their way there.
pub(super) struct Begun {
    pub lecture: Lecture,
    pub stand: Stand,
    pub glide: Option<Glide>,
}

impl Begun {
    /// A step as it always begins; where it `follows` the one before, its numbers get there over the time
    /// that it says.
    pub fn new(lesson: &Arc<Lesson>, number: usize, follows: bool) -> Result<Self, ActionError> {
        let Some(step) = lesson.steps.get(number) else {
            let last = lesson.steps.len();
            let words = format!("The lesson has steps 1 to {last}, no {}.", number + 1);
            return Err(ActionError::Lesson(words));
        };
        let refused = |error: LabError| ActionError::Lesson(error.to_string());
        let stand = lesson.stand(number).map_err(refused)?;
        let glides = follows && step.over > 0.0;
        let from = glides.then(|| lesson.scene(number - 1)).transpose().map_err(refused)?;
        let to = &stand.scene;
        let glide = from.map(|from| Glide { from, to: to.clone(), passed: 0.0, over: step.over });
        let choices = choices(step);
        let lecture = Lecture {
            lesson: Arc::clone(lesson),
            step: number,
            revealed: false,
            hands: vec![0; choices],
            guess: None,
            scene: Arc::new(to.clone()),
            card: stand.card.clone(),
            is_draft: false,
        };
        Ok(Self { lecture, stand, glide })
    }

    /// The scene that is shown first.
    pub fn scene(&self) -> Scene {
        self.glide.as_ref().map_or_else(|| self.stand.scene.clone(), Glide::scene)
    }
}

impl Lecture {
    /// Goes on with the lesson as it is written now.
    pub(super) fn follow(&mut self, lesson: Arc<Lesson>) {
        let asked = self.current().question.clone();
        self.step = self.step.min(lesson.steps.len() - 1);
        self.lesson = lesson;
        if self.current().question != asked {
            self.hands = vec![0; choices(self.current())];
            (self.guess, self.revealed) = (None, false);
        }
        self.is_draft = true;
    }

    /// Does an action about the step that is shown.
    pub(super) fn act(&mut self, action: &Action) -> Result<(), ActionError> {
        match action {
            Action::Reveal { revealed } => self.revealed = *revealed,
            Action::Hands { choice, count } => {
                let choices = self.hands.len();
                let hands = self.hands.get_mut(*choice).ok_or_else(|| {
                    ActionError::Lesson(format!("This step has {choices} choices, counted from 0."))
                })?;
                *hands = *count;
            }
            Action::Guess { guess } => self.guess.clone_from(guess),
            _ => {}
        }
        Ok(())
    }
}

impl Glide {
    /// Lets time pass; the scene now, or that at the end and whether it is there.
    pub fn pass(&mut self, dt: Duration) -> (Scene, bool) {
        self.passed += dt.as_secs_f64();
        (self.scene(), self.passed >= self.over)
    }

    /// The scene where it goes.
    pub fn end(self) -> Scene {
        self.to
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
