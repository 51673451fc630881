//! What the stage needs made in the background, as plain values.
//!
//! To add one: a file in `drawings` with a type that is a [`Drawing`], and a line in `drawings!`
//! here.

use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_study::work::{Ask, Course, Lane, News, Signal, Tell, Turn, Unfinished, Work};
use driftscope_study::{Store, shared};
use serde::{Deserialize, Serialize};

use super::drawings::arrows::ArrowsWanted;
use super::drawings::attempts::AttemptsWanted;
use super::drawings::colouring::ColouringWanted;
use super::drawings::crowd::CrowdWanted;
use super::drawings::densities::{MarginalsWanted, OverTimeWanted, TargetWanted, TiltedWanted};
use super::drawings::difference::DifferenceWanted;
use super::drawings::drawing::Drawing;
use super::drawings::lens::LensWanted;
use super::drawings::pairs::PairsWanted;
use super::drawings::streamlines::LinesWanted;

macro_rules! drawings {
    ($($name:ident($drawing:ty)),* $(,)?) => {
        /// Work for the stage.
        #[derive(Clone, PartialEq, Serialize, Deserialize)]
        pub enum ViewTask {
            $(
                #[doc = concat!("See [`", stringify!($drawing), "`].")]
                $name($drawing),
            )*
        }

        /// What that work has made.
        #[derive(Clone, Serialize, Deserialize)]
        pub enum ViewMade {
            $(
                #[doc = concat!("Of [`", stringify!($drawing), "`].")]
                $name(#[serde(with = "shared")] Arc<<$drawing as Drawing>::Made>),
            )*
        }

        impl ViewTask {
            fn make(&self, store: &Store, cancel: &Cancel) -> Result<ViewMade, Unfinished> {
                Ok(match self {
                    $(Self::$name(drawing) => ViewMade::$name(Arc::new(drawing.make(store, cancel)?)),)*
                })
            }
        }

        $(impl Ask for $drawing {
            type Work = ViewTask;
            type Answer = <$drawing as Drawing>::Made;

            fn task(&self) -> ViewTask {
                ViewTask::$name(self.clone())
            }

            fn answer(made: ViewMade) -> Option<Arc<Self::Answer>> {
                match made {
                    ViewMade::$name(made) => Some(made),
                    _ => None,
                }
            }
        })*
    };
}

drawings! {
    Arrows(ArrowsWanted),
    Attempts(AttemptsWanted),
    Colouring(ColouringWanted),
    Crowd(CrowdWanted),
    Difference(DifferenceWanted),
    Lens(LensWanted),
    Lines(LinesWanted),
    Marginals(MarginalsWanted),
    OverTime(OverTimeWanted),
    Pairs(PairsWanted),
    Target(TargetWanted),
    Tilted(TiltedWanted),
}

impl Work for ViewTask {
    type Product = ViewMade;
    type Course = Self;

    fn lane(&self) -> Lane {
        Lane::Own
    }

    fn begin(self) -> Self {
        self
    }
}

impl Course<ViewMade> for ViewTask {
    fn go_on(
        &mut self,
        store: &Store,
        signal: &Signal,
        tell: &mut Tell<'_, ViewMade>,
    ) -> Result<Turn, Unfinished> {
        tell(News::Made(self.make(store, signal.cancel())?));
        Ok(Turn::Done)
    }
}

#[cfg(test)]
mod tests {
    use driftscope_base::interpolant::Interpolant;
    use driftscope_study::scene::{ColourBy, Projection, Scene};
    use driftscope_study::work::perform;
    use driftscope_study::{Product, Recording, RecordingRef, Task, TrainingSpec};

    use serde::de::DeserializeOwned;

    use super::*;
    use crate::app::palette::Theme;
    use crate::app::stage::context::LayerContext;
    use crate::app::stage::drawings::colouring::Key;
    use crate::app::stage::drawings::densities::Process;
    use crate::app::stage::drawings::extract::{Extract, ROUND};
    use crate::app::stage::viewport::Window;

    fn written<T: Serialize>(value: &T) -> Vec<u8> {
        let mut bytes = Vec::new();
        ciborium::into_writer(value, &mut bytes).expect("it can be written");
        bytes
    }

    fn read_back<T: Serialize + DeserializeOwned>(value: &T) -> T {
        ciborium::from_reader(&written(value)[..]).expect("what was written can be read")
    }

    fn recording(scene: &Arc<Scene>, id: u64, store: &Store) -> Arc<Recording> {
        let mut made = None;
        let task = Task::solve(Arc::clone(scene), id);
        perform(task, store, &Signal::default(), &mut |news| {
            if let News::Made(Product::Part(part)) = news {
                made = Some(part);
            }
        });
        let made = made.expect("it was solved");
        // What is read back has only its identity.
        store.keep(Arc::clone(&made));
        made
    }

    #[test]
    fn every_drawing_can_be_written_down_and_comes_out_the_same() {
        let store = Store::default();
        let settings = ["field.kind=exact", "particles.count=40", "data.name=two-moons"];
        let scene = Scene::with_settings(None, &settings.map(str::to_owned)).expect("a scene");
        let scene = Arc::new(scene);
        let own = recording(&scene, 1, &store);
        let finer = Arc::new(own.reference_scene().expect("there is one"));
        let other = recording(&finer, 2, &store);
        let [own, other] = [&own, &other].map(RecordingRef::new);
        let window = Window { centre: [0.0; 2], half: [3.0; 2] };
        let context = LayerContext {
            scene: &scene,
            layers: scene.view.layers,
            projection: Projection::Plane,
            t: 0.4,
            window,
            seen: None,
            extent: 3.0,
        };
        let extract = Extract::of(&context, window, (8.0, ROUND));
        let process = Process { path: Interpolant::Gvp, ..Process::of(&scene, 4.0) };
        let key = Key {
            recording: (own.id, own.blocks),
            reference: Some(other.id),
            by: ColourBy::Distance,
            theme: Theme::default(),
            scale: None,
        };
        let seeds = vec![[0.5, 0.25]];
        let tasks = [
            ArrowsWanted(extract.clone()).task(),
            AttemptsWanted { recording: own.clone(), particle: 3 }.task(),
            ColouringWanted { key, recording: own.clone(), reference: Some(other.clone()) }.task(),
            CrowdWanted { recording: own.clone(), keyframe: 9, reach: 3.0 }.task(),
            DifferenceWanted { recording: own, reference: other }.task(),
            LensWanted::new(&scene, 0.4, [0.5, 0.25]).task(),
            LinesWanted { extract, seeds }.task(),
            MarginalsWanted(process.clone()).task(),
            OverTimeWanted { process: process.clone(), angle: 30.0 }.task(),
            PairsWanted(Box::new(TrainingSpec::of_scene(&scene))).task(),
            TargetWanted(process.clone()).task(),
            TiltedWanted { process: Process { class: Some(1), ..process }, scale: 3.0 }.task(),
        ];
        for (place, task) in tasks.into_iter().enumerate() {
            let again: ViewTask = read_back(&task);
            assert!(again == task, "{place}");
            let going = Cancel::default();
            let made = task.make(&store, &going).expect("made");
            assert_eq!(written(&read_back(&made)), written(&made), "{place}");
            assert_eq!(
                written(&again.make(&store, &going).expect("made")),
                written(&made),
                "{place}"
            );
        }
    }
}
