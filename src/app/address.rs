//! What the address of a page says behind its `#`, and what it says of what is shown: copying it is sharing.
//!
//! Parts are joined by `&`: `driftscope:…`, a scene as a link; `lesson=NAME` and `step=NUMBER`, a bundled lesson and
//! its step, from 1; `theme=dark|light|projector`; `embed=1`, the stage alone with playback; `controls=KEY,KEY`, the
//! knobs that stand under it then.

use std::sync::Arc;
use std::time::Duration;

use driftscope_study::clock::Instant;
use driftscope_study::lesson::{LESSONS, bundled_lesson, bundled_name};
use driftscope_study::link::is_link;
use driftscope_study::scene::parameters::Settings;
use driftscope_study::scene::{LinkError, Scene};

use super::launch::Launch;
use super::palette::Theme;
use super::state::{Look, State};

/// Particles of a scene that the address does not name: a tab is a tenth as quick as a window.
const PARTICLES: usize = 1000;
/// The address follows once nothing has changed for so long.
const CALM: Duration = Duration::from_millis(400);

/// How the window opens on a page whose address says this behind its `#`; what of it cannot be followed is said
/// in the window.
#[must_use]
pub fn launch(address: &str) -> Launch {
    let mut launch = Launch::default();
    launch.scene.particles.count = PARTICLES;
    let (mut step, mut embeds, mut controls) = (None, false, None);
    let mut complaints = Vec::new();
    for part in address.trim_start_matches('#').split('&').filter(|part| !part.is_empty()) {
        if is_link(part) {
            match Scene::with_settings(Some(part), &[]) {
                Ok(scene) => launch.scene = scene,
                Err(error) => complaints.push(error.to_string()),
            }
            continue;
        }
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let one_of = |names: Vec<&str>| {
            format!("the address says {key}={value}: allowed is one of {}", names.join(", "))
        };
        match key {
            "lesson" => {
                launch.lesson = bundled_lesson(value).map(|lesson| (lesson.lesson(), 0));
                if launch.lesson.is_none() {
                    complaints.push(one_of(LESSONS.iter().map(|lesson| lesson.name).collect()));
                }
            }
            "step" => match value.parse::<usize>() {
                Ok(number) if number > 0 => step = Some(number - 1),
                _ => complaints.push(format!(
                    "the address says step={value}: allowed is a whole number from 1"
                )),
            },
            "theme" => {
                let named = |theme: &Theme| theme.title().eq_ignore_ascii_case(value);
                if let Some(theme) = Theme::ALL.into_iter().find(named) {
                    launch.theme = theme;
                } else {
                    let names = Theme::ALL.map(|theme| theme.title().to_lowercase());
                    complaints.push(one_of(names.iter().map(String::as_str).collect()));
                }
            }
            "embed" => embeds = value != "0",
            "controls" => {
                let known = |key| Scene::find(key).map(|known| known.key).ok_or(key);
                match value.split(',').map(known).collect::<Result<Vec<_>, _>>() {
                    Ok(keys) => controls = Some(keys),
                    Err(key) => complaints.push(format!(
                        "the address says controls={value}: {key} is no setting; `driftscope keys` names them"
                    )),
                }
            }
            _ => complaints.push(format!(
                "the address says {part}: known are driftscope:…, lesson, step, theme, embed and controls"
            )),
        }
    }
    match (&mut launch.lesson, step) {
        (Some((lesson, place)), Some(step)) => *place = step.min(lesson.steps.len() - 1),
        (None, Some(_)) => complaints.push("the address says a step and no lesson".to_owned()),
        (_, None) => {}
    }
    if controls.is_some() && !embeds {
        complaints.push("the address says controls and not embed=1".to_owned());
    }
    launch.stage_alone = embeds;
    launch.embedded = embeds.then(|| controls.unwrap_or_default());
    launch.refused = (!complaints.is_empty()).then(|| complaints.join("; "));
    launch
}

/// What an address says of what is shown.
///
/// # Errors
/// Why no link holds the scene.
pub fn words(state: &State) -> Result<String, LinkError> {
    Shown::of(state).words()
}

/// The address of what is shown, as it follows that.
#[derive(Default)]
pub struct Address {
    shown: Option<Shown>,
    /// When what is shown became what it is, until the address says it.
    since: Option<Instant>,
}

/// What an address depends on.
struct Shown {
    scene: Arc<Scene>,
    lesson: Option<(&'static str, usize)>,
    theme: Theme,
    /// The knobs under the stage, where that is alone in another page.
    embedded: Option<Vec<&'static str>>,
}

impl Shown {
    fn of(state: &State) -> Self {
        let lecture = state.lesson().filter(|_| state.draft().is_none());
        let lesson =
            lecture.and_then(|lecture| Some((bundled_name(&lecture.lesson)?, lecture.step)));
        let Look { theme, panels, .. } = state.look;
        let embedded = state.embedded.clone().filter(|_| panels.stage_alone);
        Self { scene: Arc::clone(state.scene()), lesson, theme, embedded }
    }

    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.scene, &other.scene)
            && (self.lesson, self.theme) == (other.lesson, other.theme)
            && self.embedded == other.embedded
    }

    /// What stands behind the `#`.
    fn words(&self) -> Result<String, LinkError> {
        let what = match self.lesson {
            Some((name, step)) => format!("lesson={name}&step={}", step + 1),
            None => self.scene.to_link()?,
        };
        let theme = self.theme.title().to_lowercase();
        let theme = (self.theme != Theme::default()).then(|| format!("theme={theme}"));
        let embeds = self.embedded.as_ref().map(|keys| match keys.as_slice() {
            [] => "embed=1".to_owned(),
            keys => format!("embed=1&controls={}", keys.join(",")),
        });
        Ok([Some(what), theme, embeds].into_iter().flatten().collect::<Vec<_>>().join("&"))
    }
}

impl Address {
    /// What the address should say now, if that is something new; asked in every frame, and once more when it may
    /// be `due`.
    pub fn follow(
        &mut self,
        state: &State,
        now: Instant,
        due: impl FnOnce(Duration),
    ) -> Option<String> {
        let shown = Shown::of(state);
        let Some(before) = self.shown.as_ref() else {
            // It was opened on this.
            self.shown = Some(shown);
            return None;
        };
        if !before.is(&shown) {
            (self.shown, self.since) = (Some(shown), Some(now));
            due(CALM);
            return None;
        }
        self.since.take_if(|since| now.duration_since(*since) >= CALM)?;
        // A scene that no link holds leaves the address as it is.
        shown.words().ok()
    }
}

#[cfg(test)]
mod tests {
    use driftscope_study::session::{Action, Session};
    use driftscope_study::work::InPlace;

    use super::*;

    #[test]
    fn an_address_opens_what_it_says() {
        let nothing = launch("");
        assert_eq!(nothing.scene.particles.count, PARTICLES);
        assert!(nothing.refused.is_none() && nothing.lesson.is_none() && !nothing.stage_alone);
        let settings = ["sampler.method=euler".to_owned(), "sampler.steps=7".to_owned()];
        let scene = Scene::with_settings(None, &settings).expect("a scene");
        let link = scene.to_link().expect("fits");
        let opened = launch(&format!("#{link}&theme=projector&embed=1"));
        assert_eq!(opened.scene, scene);
        assert_eq!((opened.theme, opened.stage_alone), (Theme::Projector, true));
        let opened = launch("#lesson=tour&step=3");
        let (lesson, step) = opened.lesson.expect("a lesson");
        assert_eq!((lesson, step), (bundled_lesson("tour").expect("there").lesson(), 2));
        let far = launch("lesson=tour&step=99").lesson.expect("a lesson");
        assert_eq!(far.1 + 1, far.0.steps.len());
    }

    #[test]
    fn what_cannot_be_followed_is_said_and_the_rest_is() {
        for (address, words) in [
            ("lesson=none", "lesson=none: allowed is one of tour, "),
            ("step=0", "step=0: allowed is a whole number from 1"),
            ("theme=pink", "theme=pink: allowed is one of dark, light, projector"),
            ("driftscope:1:damaged", "the link is damaged"),
            ("colour=red", "colour=red: known are "),
            ("step=2", "a step and no lesson"),
            ("controls=sampler.rtol,none", "none is no setting"),
        ] {
            let opened = launch(&format!("#{address}&embed=1"));
            let said = opened.refused.expect("refused");
            assert!(said.contains(words), "{said}");
            assert!(opened.stage_alone);
        }
    }

    #[test]
    fn the_address_follows_once_it_is_calm_and_opens_the_same() {
        let start = Instant::now();
        let mut state = State::new(Session::with_crew(launch("").scene, start, InPlace::new));
        let mut address = Address::default();
        let later = |ms| start + Duration::from_millis(ms);
        assert_eq!(address.follow(&state, later(0), |_| ()), None);
        assert_eq!(address.follow(&state, later(5000), |_| ()), None, "it was opened so");
        for (ms, steps) in [(5100, "9"), (5300, "11")] {
            let settings = [format!("sampler.steps={steps}"), "sampler.method=heun".to_owned()];
            let scene = Box::new(Scene::with_settings(None, &settings).expect("a scene"));
            state.session.act(&Action::Open { scene }).expect("opens");
            assert_eq!(address.follow(&state, later(ms), |_| ()), None);
        }
        assert_eq!(address.follow(&state, later(5600), |_| ()), None, "not yet calm");
        let words = address.follow(&state, later(5800), |_| ()).expect("calm");
        assert_eq!(launch(&words).scene, **state.scene());
        assert_eq!(address.follow(&state, later(9000), |_| ()), None, "once");
        let lesson = Box::new(bundled_lesson("tour").expect("there").lesson());
        state.session.act(&Action::OpenLesson { lesson }).expect("opens");
        state.session.act(&Action::LessonStep { step: 1 }).expect("steps");
        state.look.theme = Theme::Light;
        state.look.panels.stage_alone = true;
        state.embedded = Some(vec!["sampler.rtol", "sampler.method"]);
        assert_eq!(address.follow(&state, later(10_000), |_| ()), None);
        let words = address.follow(&state, later(11_000), |_| ()).expect("calm");
        let part = "lesson=tour&step=2&theme=light&embed=1&controls=sampler.rtol,sampler.method";
        assert_eq!(words, part);
        assert_eq!(launch(part).embedded, state.embedded);
    }
}
