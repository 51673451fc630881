//! What each particle is coloured by.

use std::f64::consts::TAU;
use std::sync::Arc;

use driftscope_base::cancel::Cancel;
use driftscope_study::scene::ColourBy;
use driftscope_study::work::Unfinished;
use driftscope_study::{Recording, RecordingRef, Store, shared};
use eframe::egui::Color32;
use serde::{Deserialize, Serialize};

use super::drawing::Drawing;
use super::span::{Legend, Span};
use super::speeds::span_of_speeds;
use crate::app::number;
use crate::app::palette::{Palette, Theme};

/// Particles without the quantity are there, but step back.
const UNKNOWN_ALPHA: u8 = 130;

/// What decides the colours.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Key {
    /// Which recording, and how much of it.
    pub recording: (u64, usize),
    /// The reference it is held against.
    pub reference: Option<u64>,
    /// What the colours mean.
    pub by: ColourBy,
    /// The theme.
    pub theme: Theme,
    /// The scale, where it is that of several panes; the recording's own if none.
    pub scale: Option<Span>,
}

/// The colours of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ColouringWanted {
    /// What decides them.
    pub key: Key,
    /// The recording.
    pub recording: RecordingRef,
    /// The reference, where the colours are the distance from it.
    pub reference: Option<RecordingRef>,
}

impl Drawing for ColouringWanted {
    type Made = Colouring;

    fn make(&self, store: &Store, _cancel: &Cancel) -> Result<Colouring, Unfinished> {
        let recording = store.recording(&self.recording)?;
        let reference = self.reference.as_ref().map(|named| store.recording(named)).transpose()?;
        Ok(Colouring::of(&self.key, &recording, reference.as_deref()))
    }
}

/// How quantities become colours, for the legend, and the colours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Colouring {
    /// What the colours mean.
    pub by: ColourBy,
    /// How the legend tells it.
    pub legend: Legend,
    /// Particles that have the quantity, if not all do.
    pub known: Option<usize>,
    /// Where colours follow the speed at the moment shown, the speeds at both ends of the scale;
    /// what has a speed is then transparent in [`Self::colours`].
    pub speeds: Option<[f64; 2]>,
    /// What a scale of this recording alone would go over, if there is one.
    pub own: Option<Span>,
    /// One colour per particle of the whole recording.
    #[serde(with = "shared::slice")]
    pub colours: Arc<[[u8; 4]]>,
}

impl Colouring {
    /// The colouring of a recording; only what it means, its theme and its scale are taken from `key`.
    #[must_use]
    pub fn of(key: &Key, recording: &Recording, reference: Option<&Recording>) -> Self {
        let (by, palette) = (key.by, Palette::of(key.theme));
        let (mut speeds, mut own) = (None, None);
        let (legend, known, mut colours) = match by {
            ColourBy::Plain => (Legend::None, None, Vec::new()),
            ColourBy::StartAngle => (Legend::Ring, None, by_angle(recording, palette)),
            ColourBy::Component => by_component(recording, palette),
            ColourBy::Speed => {
                own = span_of_speeds(recording);
                let span = own.map(|own| key.scale.unwrap_or(own));
                speeds = span.map(|span| span.ends);
                by_speed(recording, span)
            }
            _ => {
                let values = quantities(by, recording, reference);
                let mut sorted: Vec<f64> =
                    values.iter().copied().filter(|value| value.is_finite()).collect();
                sorted.sort_unstable_by(f64::total_cmp);
                own = Span::of(&sorted);
                let known = (sorted.len() < values.len()).then_some(sorted.len());
                match own {
                    Some(own) => {
                        let span = key.scale.unwrap_or(own);
                        by_quantity(by, &values, (span, known), palette)
                    }
                    None => (missing(by, recording), None, Vec::new()),
                }
            }
        };
        let plain = opaque(palette.scene(&recording.scene));
        colours.resize(recording.scene.particles.count, plain);
        // Who stopped on the way is no result.
        let stopped = opaque(palette.quiet);
        for (particle, _) in recording.blocks.iter().flat_map(|block| &block.stops) {
            colours[*particle] = stopped;
        }
        Self { by, legend, known, speeds, own, colours: colours.into() }
    }

    /// Whether the pane at `index` needs a legend: what means the same in all is told in the first.
    #[must_use]
    pub fn is_told(&self, index: usize) -> bool {
        match self.legend {
            Legend::None => false,
            Legend::Ring | Legend::Swatches(_) => index == 0,
            _ => true,
        }
    }

    /// The legend's title.
    #[must_use]
    pub fn title(&self) -> String {
        let title = match self.by {
            ColourBy::Plain => "",
            ColourBy::StartAngle => "Direction of the start",
            ColourBy::Component => "Component at the end",
            ColourBy::LocalError => "Largest local error over tolerance",
            ColourBy::Nfe => "Evaluations",
            ColourBy::Steps => "Steps",
            ColourBy::Rejected => "Rejected attempts",
            ColourBy::Speed => "Speed at this t",
            ColourBy::Distance => "Distance to the reference at the end",
        };
        match self.known {
            Some(known) => format!("{title}, for {} particles", number::count(known as u64)),
            None => title.to_owned(),
        }
    }
}

type Coloured = (Legend, Option<usize>, Vec<[u8; 4]>);

fn opaque(colour: Color32) -> [u8; 4] {
    [colour.r(), colour.g(), colour.b(), 255]
}

fn unknown(palette: &Palette) -> [u8; 4] {
    let [r, g, b, _] = opaque(palette.grid);
    [r, g, b, UNKNOWN_ALPHA]
}

fn by_angle(recording: &Recording, palette: &Palette) -> Vec<[u8; 4]> {
    let starts =
        || (0..recording.count()).map(|i| recording.keyframes(i).map_or([0.0; 2], |k| k[0]));
    let count = recording.count().max(1) as f32;
    let middle = starts().fold([0.0; 2], |sum: [f32; 2], at| [sum[0] + at[0], sum[1] + at[1]]);
    starts()
        .map(|[x, y]| {
            let [dx, dy] = [x - middle[0] / count, y - middle[1] / count].map(f64::from);
            opaque(palette.direction(dy.atan2(dx) / TAU))
        })
        .collect()
}

fn by_component(recording: &Recording, palette: &Palette) -> Coloured {
    let scene = &recording.scene;
    let Some(mixture) = scene.mixture().ok().filter(|_| scene.classic().is_none()) else {
        return (Legend::Missing("A classic ODE has no components.".into()), None, Vec::new());
    };
    let components = mixture.components();
    let few = components.len() <= palette.categories();
    let colours = recording.ends().map(|end| {
        if !end.iter().all(|x| x.is_finite()) {
            return unknown(palette);
        }
        // Beside every box the nearest one counts.
        let nearest = || {
            let distance = |i: &usize| {
                let mean = components[*i].mean();
                (mean[0] - end[0]).hypot(mean[1] - end[1])
            };
            (0..components.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
        };
        let component = mixture.likeliest_component(end).or_else(nearest).unwrap_or(0);
        opaque(if few {
            palette.category(component)
        } else {
            palette.quantity(component as f64 / (components.len() - 1) as f64)
        })
    });
    let legend = if few {
        Legend::Swatches(components.len())
    } else {
        Legend::Scale { ends: ["1st".into(), format!("{}th", components.len())] }
    };
    (legend, None, colours.collect())
}

/// The quantity of every particle there so far; not a number of those without it.
fn quantities(by: ColourBy, recording: &Recording, reference: Option<&Recording>) -> Vec<f64> {
    match by {
        ColourBy::Distance => match reference {
            Some(reference) => distances(recording, reference),
            None => vec![f64::NAN; recording.count()],
        },
        _ => recording
            .counts()
            .map(|counts| match by {
                ColourBy::LocalError => f64::from(counts.largest_error).log10(),
                ColourBy::Nfe => f64::from(counts.nfe),
                ColourBy::Rejected => f64::from(counts.rejected),
                _ => f64::from(counts.accepted),
            })
            .collect(),
    }
}

/// Why no particle has the quantity.
fn missing(by: ColourBy, recording: &Recording) -> Legend {
    let why = match by {
        ColourBy::LocalError => "These steps have no error estimate.",
        ColourBy::Distance if recording.reference_scene().is_none() => {
            "This sampler draws noise of its own, so no path is the right one."
        }
        ColourBy::Distance => "The reference is being solved…",
        _ => "Nothing to show yet.",
    };
    Legend::Missing(why.into())
}

fn by_quantity(
    by: ColourBy,
    values: &[f64],
    (span, known): (Span, Option<usize>),
    palette: &Palette,
) -> Coloured {
    let words = |value: f64| match by {
        ColourBy::LocalError | ColourBy::Distance => number::three(10.0_f64.powf(value)),
        _ => number::count(value.round() as u64),
    };
    let colour = |&value: &f64| {
        if value.is_finite() {
            opaque(palette.quantity(span.share(value)))
        } else {
            unknown(palette)
        }
    };
    (span.legend(words), known, values.iter().map(colour).collect())
}

/// Every colour is the graphics card's to find, at the moment shown.
fn by_speed(recording: &Recording, span: Option<Span>) -> Coloured {
    let legend = match span {
        None => Legend::Missing("Nothing to show yet.".into()),
        Some(span) => span.legend(number::three),
    };
    (legend, None, vec![[0; 4]; recording.count()])
}

/// Powers of ten of the distances between end points.
fn distances(recording: &Recording, reference: &Recording) -> Vec<f64> {
    let mut wanted = reference.ends();
    recording
        .ends()
        .map(|end| {
            wanted.next().map_or(f64::NAN, |wanted| {
                // Single precision knows no smaller distance.
                (end[0] - wanted[0]).hypot(end[1] - wanted[1]).max(1e-12).log10()
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use driftscope_base::cancel::Cancel;
    use driftscope_study::scene::Scene;
    use driftscope_study::{Experiment, Networks, RunOptions, run};

    use super::super::speeds::speed;
    use super::*;

    fn record(settings: &[&str]) -> Recording {
        let common = ["field.kind=exact", "data.name=eight-gaussians", "particles.count=64"];
        let all: Vec<String> =
            common.iter().chain(settings).map(|&setting| setting.to_owned()).collect();
        let scene = Arc::new(Scene::with_settings(None, &all).expect("a scene"));
        let experiment = Experiment::new(&scene, &Networks::default()).expect("ready");
        run(&experiment, 1, &RunOptions::for_window(64), &Cancel::default(), |_| {}).expect("runs")
    }

    fn coloured(
        by: ColourBy,
        recording: &Recording,
        reference: Option<&Recording>,
        theme: Theme,
    ) -> Colouring {
        let key = Key { recording: (1, 1), reference: None, by, theme, scale: None };
        Colouring::of(&key, recording, reference)
    }

    #[test]
    fn every_colouring_has_a_colour_for_every_particle_in_every_theme() {
        let recording = record(&["sampler.rtol=1e-2"]);
        for by in ColourBy::ALL {
            for theme in Theme::ALL {
                let colouring = coloured(by, &recording, Some(&recording), theme);
                assert_eq!(colouring.colours.len(), 64);
                assert_eq!(colouring.legend == Legend::None, by == ColourBy::Plain);
            }
        }
    }

    #[test]
    fn components_and_starts_are_told_apart() {
        let recording = record(&[]);
        for (by, least) in [(ColourBy::Component, 6), (ColourBy::StartAngle, 40)] {
            let colouring = coloured(by, &recording, None, Theme::Dark);
            let mut colours = colouring.colours.to_vec();
            colours.sort_unstable();
            colours.dedup();
            assert!(colours.len() >= least, "{by:?}: {} colours", colours.len());
        }
    }

    #[test]
    fn speeds_are_those_of_the_moment() {
        let recording = record(&["sampler.method=euler", "sampler.steps=2"]);
        let colouring = coloured(ColourBy::Speed, &recording, None, Theme::Dark);
        let [low, high] = colouring.speeds.expect("speeds");
        assert!(low < high && matches!(colouring.legend, Legend::Scale { .. }));
        assert!(colouring.colours.iter().all(|colour| colour[3] == 0));
        let frames = recording.keyframes(5).expect("it is there");
        let last = frames.len() - 1;
        for (keyframe, pair) in [(0.3, [0, 1]), (last as f64, [last - 1, last])] {
            let [from, to] = pair.map(|k| frames[k].map(f64::from));
            let took = recording.times[pair[1]] - recording.times[pair[0]];
            let wanted = (to[0] - from[0]).hypot(to[1] - from[1]) / took;
            assert!((speed(&recording, 5, keyframe) - wanted).abs() < 1e-12);
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let euler = record(&["diffusion.form=sigma"]);
        let colouring = coloured(ColourBy::LocalError, &euler, None, Theme::Light);
        assert!(matches!(colouring.legend, Legend::Missing(_)));
        let colouring = coloured(ColourBy::Distance, &euler, None, Theme::Light);
        assert_eq!(colouring.legend, Legend::Missing("The reference is being solved…".into()));
    }
}
