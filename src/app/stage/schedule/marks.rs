//! The steps as marks: where they are, and where they are once one of them is moved.

use driftscope_solve::grid::Spacing;
use driftscope_study::own::Own;
use driftscope_study::scene::{FieldKind, Scene, TimeList, TimesIn};

use crate::app::number;
use crate::app::state::State;

/// More steps than these are not moved one by one.
const MOST: usize = 400;
const MANY: &str = "There are too many steps to move them one by one. Choose at most 400.";
/// Marks stay at least this far apart in t.
const APART: f64 = 1e-4;

/// The steps of a scene.
pub struct Marks {
    /// Where they begin and where the last one ends, in the order they are made, in t.
    pub times: Vec<f64>,
    /// Why they cannot be moved, if they cannot.
    fixed: Option<&'static str>,
    /// What they come from.
    from: &'static str,
}

impl Marks {
    /// The steps of a pane's scene: those of its grid, or those that the error chose in the recording.
    pub fn of(scene: &Scene, state: &State) -> Self {
        let recording = state.recording();
        if let Some(reason) = scene.idle("sampler.grid") {
            let series = state.shown().and_then(|shown| shown.traces.series.first());
            let steps = series.into_iter().flat_map(|series| &series.steps);
            let mut times: Vec<f64> =
                steps.filter(|step| step.accepted).map(|step| step.t).collect();
            times.extend(recording.map(|recording| scene.direction.own_time(recording.interval.1)));
            return Self { times, fixed: Some(reason), from: "Chosen by the error" };
        }
        let interval =
            recording.map_or_else(|| scene.interval(1.0), |recording| recording.interval);
        let own = scene.grid(interval);
        let times: Vec<f64> = own.iter().map(|&time| scene.direction.own_time(time)).collect();
        let fixed = (times.len() > MOST + 1).then_some(MANY);
        let from = match scene.sampler.spacing() {
            Spacing::List => "Own list",
            spacing => spacing.title(),
        };
        Self { times, fixed, from }
    }

    /// Whether they can be moved; else why not.
    pub fn fixed(&self) -> Result<(), &'static str> {
        self.fixed.map_or(Ok(()), Err)
    }

    /// How many there are and what they come from.
    pub fn words(&self) -> String {
        let steps = self.times.len().saturating_sub(1);
        let noun = if steps == 1 { "step" } else { "steps" };
        format!("{}, {} {noun}", self.from, number::count(steps as u64))
    }

    /// Their numbers as text.
    pub fn list(&self, scene: &Scene, kind: TimesIn) -> String {
        if self.times.len() > MOST + 1 {
            return String::new();
        }
        let values = self.times.iter().map(|&t| kind.value(scene.path(), t));
        let words: Vec<String> = values.map(shortened).collect();
        words.join(", ")
    }

    /// With one of them at t, as near to it as its neighbours allow.
    pub fn moved(&self, mark: usize, t: f64) -> Vec<f64> {
        let mut times = self.times.clone();
        let beside = |index: Option<usize>| index.and_then(|index| self.times.get(index)).copied();
        let neighbours = [beside(mark.checked_sub(1)), beside(Some(mark + 1))];
        let falls = self.times.first() > self.times.last();
        let [below, above] = if falls { [neighbours[1], neighbours[0]] } else { neighbours };
        let least = below.map_or(0.0, |t| t + APART);
        let most = above.map_or(1.0, |t| t - APART);
        if let Some(time) = times.get_mut(mark)
            && least <= most
        {
            *time = t.clamp(least, most);
        }
        times
    }

    /// Without one of them.
    pub fn without(&self, mark: usize) -> Vec<f64> {
        let mut times = self.times.clone();
        times.remove(mark);
        times
    }

    /// With one more at t, and which one that is; none where there is one already.
    pub fn with(&self, t: f64) -> Option<(Vec<f64>, usize)> {
        if !(0.0..=1.0).contains(&t) || self.times.iter().any(|time| (time - t).abs() < APART) {
            return None;
        }
        let falls = self.times.first() > self.times.last();
        let before = |time: &&f64| if falls { **time > t } else { **time < t };
        let place = self.times.iter().take_while(before).count();
        let mut times = self.times.clone();
        times.insert(place, t);
        Some((times, place))
    }

    /// With one more in the middle of the step behind `chosen`, or of the longest one.
    pub fn halved(&self, chosen: Option<usize>) -> (Vec<f64>, usize) {
        let length = |step: usize| (self.times[step + 1] - self.times[step]).abs();
        let steps = 0..self.times.len().saturating_sub(1);
        let longest = steps.clone().max_by(|&a, &b| length(a).total_cmp(&length(b)));
        let step = chosen.filter(|chosen| steps.contains(chosen)).or(longest).unwrap_or(0);
        let mut times = self.times.clone();
        times.insert(step + 1, 0.5 * (self.times[step] + self.times[step + 1]));
        (times, step + 1)
    }
}

/// The digits of single precision, seven that count: more could not be read.
fn shortened(value: f64) -> String {
    (value as f32).to_string()
}

/// The times, in t, of numbers of a kind.
pub fn from_values(scene: &Scene, kind: TimesIn, values: &[f64]) -> Vec<f64> {
    values.iter().map(|&value| kind.time(scene.path(), value)).collect()
}

/// Lets the steps of a scene go through these times, in t, and be written as numbers of a kind.
pub fn write(scene: &mut Scene, times: &[f64], kind: TimesIn) {
    leave_ends(scene);
    let path = scene.path();
    let values: Vec<f64> = times.iter().map(|&t| kind.value(path, t)).collect();
    scene.step_through(times.iter().map(|&t| scene.direction.own_time(t)).collect());
    if kind != TimesIn::T && values.iter().all(|value| value.is_finite()) {
        let sampler = &mut scene.sampler;
        (sampler.times, sampler.times_in) = (Some(Own::new(TimeList(values))), kind);
    }
}

/// Lets the steps of a scene go through the numbers of a list, which are of a kind.
pub fn write_list(scene: &mut Scene, list: Own<TimeList>, kind: TimesIn) {
    leave_ends(scene);
    scene.sampler.step_through_list(list, kind);
}

/// A list has the ends of the run.
fn leave_ends(scene: &mut Scene) {
    let later = scene.interval(f64::INFINITY).0 > 0.0 && scene.listed_times().is_none();
    if (scene.time.start.is_some() || later) && scene.field.kind != FieldKind::Classic {
        // Where the particles come from does not change with the list.
        scene.particles.start = Some(scene.start());
    }
    (scene.time.start, scene.time.end) = (None, None);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(times: &[f64]) -> Marks {
        Marks { times: times.to_vec(), fixed: None, from: "" }
    }

    #[test]
    fn a_mark_stays_between_its_neighbours() {
        let rising = marks(&[0.0, 0.25, 0.5, 1.0]);
        assert_eq!(rising.moved(1, 0.3), [0.0, 0.3, 0.5, 1.0]);
        assert_eq!(rising.moved(1, 0.9), [0.0, 0.5 - APART, 0.5, 1.0]);
        assert_eq!(rising.moved(3, 2.0), [0.0, 0.25, 0.5, 1.0]);
        let falling = marks(&[1.0, 0.5, 0.25, 0.0]);
        assert_eq!(falling.moved(1, 0.9), [1.0, 0.9, 0.25, 0.0]);
        assert_eq!(falling.moved(1, 0.1), [1.0, 0.25 + APART, 0.25, 0.0]);
    }

    #[test]
    fn marks_come_and_go() {
        let rising = marks(&[0.0, 0.25, 1.0]);
        assert_eq!(rising.with(0.5), Some((vec![0.0, 0.25, 0.5, 1.0], 2)));
        assert_eq!(rising.with(0.25), None);
        assert_eq!(rising.without(1), [0.0, 1.0]);
        assert_eq!(rising.halved(None), (vec![0.0, 0.25, 0.625, 1.0], 2));
        assert_eq!(rising.halved(Some(0)), (vec![0.0, 0.125, 0.25, 1.0], 1));
        assert_eq!(marks(&[1.0, 0.0]).with(0.4), Some((vec![1.0, 0.4, 0.0], 1)));
    }

    #[test]
    fn what_is_written_is_what_the_steps_go_through() {
        for (settings, times) in [
            (vec![], vec![0.1, 0.5, 1.0]),
            (vec!["direction=encode"], vec![0.9, 0.5, 0.0]),
            (vec!["interpolant.kind=vp"], vec![0.1, 0.5, 0.9]),
        ] {
            let settings: Vec<String> = settings.into_iter().map(str::to_owned).collect();
            for kind in [TimesIn::T, TimesIn::Sigma, TimesIn::Level, TimesIn::LogSnr] {
                let mut scene = Scene::with_settings(None, &settings).expect("a scene");
                write(&mut scene, &times, kind);
                let own = scene.listed_times().expect("listed");
                let again = own.iter().map(|&time| scene.direction.own_time(time));
                assert!(again.zip(&times).all(|(a, b)| (a - b).abs() < 1e-9), "{kind:?} {own:?}");
            }
        }
    }
}
