//! A handout of what is on screen.

use std::sync::Arc;
use std::time::Duration;

use driftscope_study::export::code::TARGETS;
use driftscope_study::lesson::{Lesson, Stand};
use driftscope_study::scene::Scene;
use driftscope_study::{Experiment, Networks};
use serde::{Deserialize, Serialize};

use super::camera::Camera;
use super::page::{below, code, folded, table, whole};
use super::progress::Progress;
use super::settings;
use crate::app::in_sight;
use crate::app::number;
use crate::app::offscreen::RenderError;
use crate::app::plots::PlotKind;
use crate::app::state::State;
use crate::app::text::html::{escaped, html, put};
use crate::app::top_bar;

/// What is on screen.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Seen {
    /// How things stand, with the moment that is shown.
    pub stand: Stand,
    /// The lesson that is open, and the step of it that is shown, from 0.
    pub lesson: Option<(Box<Lesson>, usize)>,
    /// How long the solve of each pane took on this computer, where that is known.
    pub elapsed: Vec<Option<Duration>>,
}

impl Seen {
    /// What the window shows.
    #[must_use]
    pub fn of(state: &State) -> Self {
        let lecture = in_sight::lecture(state);
        let timed = |pane: &driftscope_study::session::PaneState| {
            pane.current().map(|recording| recording.elapsed)
        };
        Self {
            stand: Stand {
                card: in_sight::card(state).map(str::to_owned),
                at: Some(state.playback().progress),
                ..state.stand()
            },
            lesson: lecture.map(|lecture| (Box::new((*lecture.lesson).clone()), lecture.step)),
            elapsed: state.panes().iter().map(timed).collect(),
        }
    }
}

/// The page.
pub fn page(
    seen: &Seen,
    networks: &Networks,
    told: &mut dyn FnMut(f64) -> bool,
) -> Result<String, RenderError> {
    let Stand { scene, pane, card, at, .. } = &seen.stand;
    let count = scene.pane_count();
    let mut progress = Progress::new(2 + count, told);
    let lesson = seen.lesson.as_ref().map(|(lesson, step)| (&**lesson, *step));
    let mut camera = Camera::before(&seen.stand, lesson, networks)?;
    let title = lesson.map_or_else(|| title(scene), |(lesson, _)| lesson.title.clone());
    let mut body = format!("<h1>{}</h1>\n", escaped(&title));
    // A lesson's step has its own words, whatever scene it began from.
    if lesson.is_none() && !scene.about.is_empty() {
        put(&mut body, format_args!("<p class=\"about\">{}</p>\n", escaped(&scene.about)));
    }
    let step = lesson.map(|(lesson, step)| (lesson, step, below(1, &lesson.steps[step].text)));
    if let Some((lesson, number, text)) = &step {
        let words = format!("Step {} of {}", number + 1, lesson.steps.len());
        put(&mut body, format_args!("<p class=\"count\">{words}</p>\n{}", html(text)));
    }
    body.push_str(&camera.stage((at.filter(|at| *at < 1.0), true), &mut progress)?);
    progress.made()?;
    let moment = at.unwrap_or(1.0);
    if let Some(card) = card {
        body.push_str(&camera.card(card, moment, &mut progress)?);
    }
    let panes: Vec<Scene> = (0..count).map(|index| scene.pane(index)).collect();
    body.push_str(&readings(seen, &camera));
    body.push_str("<h2>Steps and errors</h2>\n");
    for (index, own) in panes.iter().enumerate() {
        if count > 1 {
            let title = escaped(&top_bar::method(own));
            put(&mut body, format_args!("<h3>Pane {}: {title}</h3>\n", index + 1));
        }
        camera.select(index);
        body.push_str("<div class=\"graphs\">\n");
        for plot in PlotKind::OF_SCENES {
            body.push_str(&camera.graph(plot, moment, &mut progress)?);
        }
        body.push_str("</div>\n");
        progress.made()?;
    }
    put(&mut body, format_args!("<h2>Settings</h2>\n{}", settings::of(&panes)));
    body.push_str(&opening(scene));
    body.push_str(&scripts(&panes[(*pane).min(count - 1)], (*pane, count), networks));
    progress.made()?;
    let texts: Vec<_> = step.iter().map(|(_, _, text)| text).collect();
    Ok(whole(&title, &body, &texts))
}

/// What the scene is called, or else what it samples and how.
fn title(scene: &Scene) -> String {
    if !scene.title.is_empty() {
        return scene.title.clone();
    }
    let data = match scene.classic() {
        Some(classic) => classic.system().title,
        None => scene.data.title(),
    };
    format!("{data}: {}", top_bar::method(&scene.pane(0)))
}

/// What the runs cost and how good they are.
fn readings(seen: &Seen, camera: &Camera) -> String {
    let whole = |spread: &driftscope_study::Spread| {
        let (least, most) = (u64::from(spread.min), u64::from(spread.max));
        let mean = number::mean(spread.mean);
        match (least, most) {
            (least, most) if least == most => mean,
            (least, most) => {
                format!("{mean} ({} to {})", number::count(least), number::count(most))
            }
        }
    };
    let row = |(index, pane): (usize, &driftscope_study::session::PaneState)| {
        let method = escaped(&top_bar::method(&pane.scene));
        let mut cells = vec![format!("{}. {method}", index + 1)];
        if let Some(shown) = &pane.shown {
            let traces = &shown.traces;
            cells.extend([&traces.nfe, &traces.accepted, &traces.rejected].map(whole));
            cells.push(shown.distance.map_or_else(
                || "–".to_owned(),
                |distance| {
                    let [own, floor] = [distance.sliced_w2, distance.floor].map(number::three);
                    format!("{own} ({floor})")
                },
            ));
            cells.push(number::bytes(shown.recording.scene.solver_bytes()));
        }
        let elapsed = seen.elapsed.get(index).copied().flatten();
        cells.push(elapsed.map_or_else(|| "–".to_owned(), number::duration));
        cells
    };
    let rows: Vec<Vec<String>> = camera.session().panes().iter().enumerate().map(row).collect();
    let head = [
        "Sampler",
        "Evaluations",
        "Accepted",
        "Rejected",
        "Sliced W<sub>2</sub> (floor)",
        "Memory",
        "Time",
    ];
    format!(
        "<h2>Readings</h2>\n{}<p class=\"note\">Evaluations of the field and steps are means per particle, with \
         the least and the most in brackets where particles differ. Sliced W<sub>2</sub> is the sliced \
         Wasserstein-2 distance of the end points to fresh draws of the data; the floor is that of two such \
         draws. Memory is what the solver keeps for all particles.</p>\n",
        table("readings", &head, &rows)
    )
}

/// The line that opens the scene, or why there is none.
fn opening(scene: &Scene) -> String {
    let body = match scene.to_link() {
        Ok(link) => format!(
            "<p>This line is the whole scene; paste it into the window of Driftscope, or type</p>\n{}",
            code(&format!("driftscope --scene '{link}'"))
        ),
        Err(why) => {
            format!("<p>The scene has no line that opens it: {}.</p>\n", escaped(&why.to_string()))
        }
    };
    format!("<h2>Open it again</h2>\n{body}")
}

/// The scripts for libraries of elsewhere.
fn scripts(scene: &Scene, (pane, count): (usize, usize), networks: &Networks) -> String {
    let which = if count > 1 { format!(" of pane {}", pane + 1) } else { String::new() };
    let mut body =
        format!("<h2>The same in Python</h2>\n<p>The sampling{which} with other libraries:</p>\n");
    match Experiment::new(&Arc::new(scene.clone()), networks) {
        Ok(experiment) => {
            body.push_str("<div class=\"scripts\">\n");
            for target in TARGETS {
                let script = code(&target.script(&experiment, None));
                body.push_str(&folded(target.title, &script));
            }
            body.push_str("</div>\n");
        }
        Err(why) => put(&mut body, format_args!("<p>None: {}.</p>\n", escaped(&why.to_string()))),
    }
    body
}
