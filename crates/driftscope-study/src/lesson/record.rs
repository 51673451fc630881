//! What was done, as a step says it.

use super::instruction::Instruction;
use super::stand::Stand;
use crate::scene::{LIBRARY, Scene, bundled_scenes};

impl Stand {
    /// What a step sets that leads from how things stood `before` to how they stand here: settings one by
    /// one, or a bundled scene first where that is shorter.
    ///
    /// # Errors
    /// If no lesson can say it: the scene shows what is nowhere but in this program's memory.
    pub fn set_since(&self, before: &Self) -> Result<Vec<Instruction>, String> {
        if self.scene.trained_networks().next().is_some() {
            return Err(
                "The scene shows a network that was trained in this window: save the model and open it, then a lesson can name its file."
                    .to_owned(),
            );
        }
        let changes = |from: &Scene| {
            from.changes_in_full_to(&self.scene).map_err(|key| {
                format!("{key} is too large for a lesson: save it as a file and open that, then a lesson can name it.")
            })
        };
        let mut shortest = (None, changes(&before.scene)?);
        for (bundled, scene) in LIBRARY.iter().zip(bundled_scenes()) {
            let changes = changes(scene)?;
            if changes.len() + 1 < shortest.1.len() + usize::from(shortest.0.is_some()) {
                shortest = (Some(bundled.name), changes);
            }
        }
        let (scene, changes) = shortest;
        // Another scene begins with no particle lit, and at its first pane.
        let (pinned, pane, lens) = match scene {
            Some(_) => (None, 0, None),
            None => (before.pinned, before.pane, before.lens),
        };
        let last = self.scene.pane_count() - 1;
        let mut set: Vec<Instruction> =
            scene.map(|name| Instruction::Scene(name.to_owned())).into_iter().collect();
        set.extend(changes.into_iter().map(Instruction::Setting));
        if pane.min(last) != self.pane {
            set.push(Instruction::Pane(self.pane));
        }
        if pinned != self.pinned {
            set.push(Instruction::Pin(self.pinned));
        }
        if lens != self.lens {
            set.push(Instruction::Lens(self.lens));
        }
        if before.card != self.card {
            set.push(Instruction::Card(self.card.clone()));
        }
        set.extend(self.inspect.map(Instruction::Inspect));
        set.extend(self.at.map(Instruction::At));
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use driftscope_flow::data::PointSet;

    use crate::lesson::{Lesson, LessonStep, bundled_lessons};
    use crate::own::Own;
    use crate::scene::{Data, PointList};

    /// A step that sets this, written into a file and read again, leads to how things stand `now`.
    fn leads(before: &Stand, now: &Stand) -> usize {
        let set = now.set_since(before).expect("can be said");
        let count = set.len();
        // A lesson has to make sense from its beginning: a step before leads to where this one sets out.
        let until = before.set_since(&Stand::default()).expect("can be said");
        let steps = [until, set].map(|set| LessonStep { set, ..LessonStep::default() }).to_vec();
        let lesson = Lesson { title: "x".to_owned(), steps, ..Lesson::default() };
        let read = Lesson::from_toml(&lesson.to_toml(), "recorded").expect("a lesson");
        assert_eq!(&before.after(&read.steps[1]).expect("it stands"), now);
        count
    }

    #[test]
    fn what_was_done_leads_there_again() {
        let mut stands = vec![Stand::default()];
        for lesson in bundled_lessons() {
            stands.extend((0..lesson.steps.len()).map(|step| lesson.stand(step).expect("stands")));
        }
        assert!(stands.len() > 100);
        for (i, before) in stands.iter().enumerate() {
            for now in stands.iter().skip(i % 7).step_by(7) {
                leads(before, now);
            }
            assert_eq!(leads(before, &Stand { at: None, inspect: None, ..before.clone() }), 0);
        }
    }

    #[test]
    fn a_bundled_scene_is_named_where_that_is_shorter() {
        let before = Stand::default();
        for (bundled, scene) in LIBRARY.iter().zip(bundled_scenes()) {
            let now = Stand { scene: scene.clone(), ..Stand::default() };
            let set = now.set_since(&before).expect("can be said");
            assert_eq!(set, [Instruction::Scene(bundled.name.to_owned())]);
        }
        let mut now = Stand { pinned: Some(3), ..before.clone() };
        now.scene.sampler.rtol = 1e-7;
        let lines: Vec<String> =
            now.set_since(&before).expect("can be said").iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["sampler.rtol=1e-7", "pin=3"]);
    }

    #[test]
    fn data_of_ones_own_stand_in_the_lesson() {
        let own = |count: u32| {
            let points = (0..count).map(|i| [f64::from(i) / 3.0, 0.25]).collect();
            let points = Own::new(PointList(PointSet { points, labels: Vec::new() }));
            let mut now = Stand::default();
            now.scene.give_own(Data { points: Some(points), ..Data::default() });
            now
        };
        leads(&Stand::default(), &own(3_000));
        let message = own(60_000).set_since(&Stand::default()).expect_err("too many");
        assert!(message.contains("data.points"), "{message}");
    }
}
