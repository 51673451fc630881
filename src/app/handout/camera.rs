//! Pictures of how things stand, as elements of a page.

use driftscope_study::Networks;
use driftscope_study::lesson::{Lesson, Stand};
use driftscope_study::session::Session;

use super::progress::Progress;
use crate::app::lab;
use crate::app::numbers::name_of;
use crate::app::offscreen::{Offscreen, Order, RenderError, View};
use crate::app::palette::Theme;
use crate::app::picture::{PageFilm, drawing_uri, still_uri};
use crate::app::plots::PlotKind;
use crate::app::text::html::escaped;

/// Pixels per point of pictures, for printers.
const SCALE: f32 = 1.5;
/// The stage in a picture, with one pane, with two, and with two rows of them, in points.
const STAGE: [[f32; 2]; 3] = [[800.0, 450.0], [960.0, 540.0], [960.0, 760.0]];
/// The stage in a film, whose bytes are mostly those of moving particles.
const FILM: [[f32; 2]; 3] = [[480.0, 270.0], [640.0, 360.0], [720.0, 560.0]];
/// Frames a second of a film, how many it has, and for how many the last one stays.
const FPS: u16 = 8;
const FRAMES: u32 = 20;
const STAYS: u16 = 10;
/// A graph and a card of the laboratory, in points.
const GRAPH: [f32; 2] = [320.0, 240.0];
const CARD: [f32; 2] = [720.0, 400.0];
/// What a caption says before the moment.
const MOMENT: &str = " · t = ";
/// A card that needs less than this share of its height gets no more.
const FILLED: f32 = 0.8;
/// Room below what a card shows, in points.
const BELOW: f32 = 14.0;
/// A drawing of more bytes than this is a picture.
const LARGEST_DRAWING: usize = 120_000;

/// What pictures are taken of.
pub struct Camera {
    views: Offscreen,
}

impl Camera {
    /// Before how things stand, where one is open at a step of a lesson.
    ///
    /// # Errors
    /// Why they cannot be shown.
    pub fn before(
        stand: &Stand,
        lesson: Option<(&Lesson, usize)>,
        networks: &Networks,
    ) -> Result<Self, RenderError> {
        let order = Order {
            scene: stand.scene.clone(),
            view: View::Stage,
            size: STAGE[0],
            scale: SCALE,
            // Paper is light.
            theme: Theme::Light,
            caption: false,
        };
        let views = Offscreen::standing(order, Some(networks), (stand, lesson));
        Ok(Self { views: views.map_err(RenderError::Scene)? })
    }

    /// What was found on the way.
    pub fn session(&self) -> &Session {
        self.views.session()
    }

    fn settle(&mut self, at: f64, progress: &mut Progress<'_>) -> Result<(), RenderError> {
        let mut stopped = false;
        let settled = self.views.settle(at, &mut || {
            stopped = !progress.goes_on();
            stopped
        });
        if stopped { Err(RenderError::Stopped) } else { settled.map_err(RenderError::Scene) }
    }

    fn picture(&self) -> String {
        still_uri(&self.views.picture(), &self.views.scene_text())
    }

    /// The stage at a share of the run, its end if none is asked for, and if it is filmed the whole run. On a
    /// screen the film takes the picture's place, unless that is of a certain moment, and stands below it then.
    ///
    /// # Errors
    /// Why it cannot be solved.
    pub fn stage(
        &mut self,
        (at, films): (Option<f64>, bool),
        progress: &mut Progress<'_>,
    ) -> Result<String, RenderError> {
        let several = (self.session().scene().pane_count() - 1).min(STAGE.len() - 1);
        let size = STAGE[several];
        self.views.look_at(View::Stage, size, SCALE);
        self.settle(at.unwrap_or(1.0), progress)?;
        if let (None, Some(moment)) = (at, self.views.inspected_progress()) {
            self.settle(moment, progress)?;
        }
        let [what, how] = self.views.caption();
        let alt = escaped(&format!("The stage. {what}. {how}."));
        let still = self.picture();
        let mut body = image("still", &still, &alt, size);
        if films {
            let film = self.film(FILM[several], progress)?;
            let alt = escaped(&format!(
                "Film of the run on the stage, from its start to its end. {how}."
            ));
            body.push_str(&image("film", &film, &alt, FILM[several]));
        }
        // The moment is that of the picture.
        let (what, moment) = what.split_once(MOMENT).unwrap_or((&what, ""));
        let moment = match moment {
            "" => String::new(),
            moment => format!("<span class=\"moment\">{MOMENT}{}</span>", escaped(moment)),
        };
        let moves = if films && at.is_none() { " moves" } else { "" };
        let tall = if several > 1 { " tall" } else { "" };
        let class = format!("stage{tall}{moves}");
        Ok(figure(&class, &body, &format!("{}{moment}<br>{}", escaped(what), escaped(&how))))
    }

    fn film(&mut self, size: [f32; 2], progress: &mut Progress<'_>) -> Result<String, RenderError> {
        self.views.look_at(View::Stage, size, 1.0);
        self.settle(0.0, progress)?;
        let mut film = PageFilm::new(FPS, STAYS);
        for frame in 0..FRAMES {
            if frame > 0 {
                let share = f64::from(frame) / f64::from(FRAMES - 1);
                self.views.show(share, 1.0 / f64::from(FPS));
            }
            film.add(self.views.picture());
            if !progress.goes_on() {
                return Err(RenderError::Stopped);
            }
        }
        Ok(film.uri())
    }

    /// A graph of the pane at work.
    ///
    /// # Errors
    /// Why it cannot be solved.
    pub fn graph(
        &mut self,
        plot: PlotKind,
        at: f64,
        progress: &mut Progress<'_>,
    ) -> Result<String, RenderError> {
        self.drawing((View::Plot(plot), GRAPH), plot.title(), at, progress)
    }

    /// A card of the laboratory.
    ///
    /// # Errors
    /// Why it cannot be measured.
    pub fn card(
        &mut self,
        name: &str,
        at: f64,
        progress: &mut Progress<'_>,
    ) -> Result<String, RenderError> {
        let title = lab::cards().map(|(title, _)| title).find(|title| name_of(title) == name);
        self.drawing((View::Card(name.to_owned()), CARD), title.unwrap_or(name), at, progress)
    }

    /// As vectors, which print sharp, where they are few enough.
    fn drawing(
        &mut self,
        (view, size): (View, [f32; 2]),
        title: &str,
        at: f64,
        progress: &mut Progress<'_>,
    ) -> Result<String, RenderError> {
        let class = if matches!(view, View::Card(_)) { "card" } else { "graph" };
        self.views.look_at(view.clone(), size, SCALE);
        self.settle(at, progress)?;
        let mut size = size;
        let used = self.used();
        if class == "card" && used < FILLED {
            size[1] = (used * size[1] + BELOW).ceil();
            self.views.look_at(view, size, SCALE);
            self.settle(at, progress)?;
        }
        let svg = self.views.svg("");
        let source = if svg.len() <= LARGEST_DRAWING { drawing_uri(&svg) } else { self.picture() };
        let of = &self.session().pane().scene;
        let alt = format!("{title}: {}", crate::app::top_bar::method(of));
        Ok(figure(class, &image("still", &source, &escaped(&alt), size), ""))
    }

    /// The share of its height that a picture fills.
    fn used(&self) -> f32 {
        let picture = self.views.picture();
        let width = 3 * picture.size[0] as usize;
        let ground = picture.rgb.get(..3).unwrap_or_default().to_vec();
        let bare = |row: &[u8]| row.chunks_exact(3).all(|pixel| pixel == ground);
        let rows = picture.rgb.chunks_exact(width.max(1));
        let below = rows.rev().take_while(|row| bare(row)).count();
        1.0 - below as f32 / picture.size[1].max(1) as f32
    }

    /// Lets graphs be about this pane.
    pub fn select(&mut self, pane: usize) {
        self.views.select(pane);
    }
}

fn image(class: &str, source: &str, alt: &str, [width, height]: [f32; 2]) -> String {
    format!(
        "<img class=\"{class}\" src=\"{source}\" alt=\"{alt}\" width=\"{width}\" height=\"{height}\">\n"
    )
}

fn figure(class: &str, body: &str, caption: &str) -> String {
    let caption = match caption {
        "" => String::new(),
        words => format!("<figcaption>{words}</figcaption>\n"),
    };
    format!("<figure class=\"{class}\">\n{body}{caption}</figure>\n")
}
