//! Every colour of the window. Categories are Okabe–Ito colours (safe for colour-blind eyes),
//! quantities run along viridis-like scales; text passes WCAG AA on its ground in both themes.

use driftscope_solve::MethodRef;
use driftscope_study::scene::Scene;
use eframe::egui::{Color32, Rgba};
use serde::{Deserialize, Serialize};

use crate::app::text::Style;

/// Where the window is looked at, which decides its theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Theme {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
    /// Black on white with heavier lines, for a projector that washes colours out.
    Projector,
}

impl Theme {
    /// Every theme, in menu order.
    pub const ALL: [Self; 3] = [Self::Dark, Self::Light, Self::Projector];

    /// The name in the window.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Dark => "Dark",
            Self::Light => "Light",
            Self::Projector => "Projector",
        }
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Projector,
            Self::Projector => Self::Dark,
        }
    }
}

/// What a heat map is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Heat {
    /// A density known in closed form.
    Exact,
    /// The density of the particles that are there.
    Particles,
}

/// Greys, the accent and the signal colours of one theme.
#[derive(Debug)]
pub struct Palette {
    /// Whether the ground is dark.
    pub dark: bool,
    /// Lines and points are this much larger than usual.
    pub heavier: f32,
    /// Ground of bars and side panels.
    pub panel: Color32,
    /// Ground of the stage and the plots.
    pub ground: Color32,
    /// Ground of buttons and fields.
    pub raised: Color32,
    /// The same under the pointer.
    pub hovered: Color32,
    /// Thin lines between areas.
    pub line: Color32,
    /// Grid lines of plots.
    pub grid: Color32,
    /// Values and headings that are read first.
    pub strong: Color32,
    /// Ordinary text.
    pub text: Color32,
    /// Units, headings of groups, ticks: still AA on `panel` and `ground`.
    pub quiet: Color32,
    /// What can be acted upon, and nothing else.
    pub accent: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Ground of what is selected.
    pub selected: Color32,
    /// Rejected steps and things that went wrong.
    pub alarm: Color32,
    /// The line of the current t.
    pub now: Color32,
    /// A density in closed form, from none to most.
    exact: [[u8; 3]; 4],
    /// The density of the particles, from none to most.
    particles: [[u8; 3]; 4],
    /// Categories without an order.
    categories: [Color32; 8],
    /// One per entry of the method table.
    methods: &'static [Color32],
    /// Noisy steps, which no ODE method makes.
    noisy: Color32,
}

/// Least contrast of words on their ground (WCAG AA).
const LEAST_CONTRAST: f32 = 4.5;
/// Shades between a colour and black or white that are tried for words.
const SHADES: usize = 32;

/// Contrast ratio of WCAG 2.
fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |colour: Color32| {
        let [r, g, b, _] = Rgba::from(colour).to_array();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// For a dark room.
pub static DARK: Palette = Palette {
    dark: true,
    heavier: 1.0,
    panel: rgb(0x16191f),
    ground: rgb(0x0e1014),
    raised: rgb(0x242932),
    hovered: rgb(0x303743),
    line: rgb(0x2a2f39),
    grid: rgb(0x3d434f),
    strong: rgb(0xf2f4f8),
    text: rgb(0xd3d8e2),
    quiet: rgb(0x98a1b2),
    accent: rgb(0x9aa8ff),
    on_accent: rgb(0x10131a),
    selected: rgb(0x343d6b),
    alarm: rgb(0xff8a5c),
    now: rgb(0xe9ecf3),
    exact: [[0x0e, 0x10, 0x14], [0x2a, 0x20, 0x42], [0x57, 0x2c, 0x5e], [0x80, 0x38, 0x62]],
    particles: [[0x0e, 0x10, 0x14], [0x0c, 0x33, 0x3a], [0x0f, 0x5c, 0x5a], [0x2f, 0x8a, 0x78]],
    categories: [
        rgb(0x56b4e9),
        rgb(0xe69f00),
        rgb(0x1fbf8f),
        rgb(0xf0e442),
        rgb(0xcc79a7),
        rgb(0xf0743a),
        rgb(0x5d95ff),
        rgb(0xb9c0cc),
    ],
    // Hues go with the order: oranges and yellows for low orders, greens for four, blues for five.
    methods: &[
        rgb(0xff8f4a),
        rgb(0xf3e58c),
        rgb(0xf5c83f),
        rgb(0xc3d65a),
        rgb(0x8fd14f),
        rgb(0x2ecf9b),
        rgb(0x9ae8d4),
        rgb(0x6cc5f5),
        rgb(0x5d95ff),
    ],
    noisy: rgb(0xea9ccb),
};

/// Okabe–Ito's colours, deep enough for a light ground.
const DEEP_CATEGORIES: [Color32; 8] = [
    rgb(0x0072b2),
    rgb(0xb06f00),
    rgb(0x007a58),
    rgb(0x857900),
    rgb(0xa3417c),
    rgb(0xc04d00),
    rgb(0x2f86c4),
    rgb(0x4d5566),
];

/// Methods on a light ground.
const DEEP_METHODS: &[Color32] = &[
    rgb(0xc04d00),
    rgb(0x7d5a2e),
    rgb(0x8f6a00),
    rgb(0x5f7300),
    rgb(0x3f7a1f),
    rgb(0x007a58),
    rgb(0x00777d),
    rgb(0x0072b2),
    rgb(0x4a5fc0),
];

/// For a bright one.
pub static LIGHT: Palette = Palette {
    dark: false,
    heavier: 1.0,
    panel: rgb(0xf3f4f6),
    ground: rgb(0xfcfcfd),
    raised: rgb(0xe2e5ea),
    hovered: rgb(0xd4d9e1),
    line: rgb(0xd3d7de),
    grid: rgb(0xc6ccd5),
    strong: rgb(0x0f1218),
    text: rgb(0x282d37),
    quiet: rgb(0x596172),
    accent: rgb(0x3b48c9),
    on_accent: rgb(0xffffff),
    selected: rgb(0xccd3fb),
    alarm: rgb(0xb84300),
    now: rgb(0x1c2029),
    exact: [[0xfc, 0xfc, 0xfd], [0xf0, 0xe4, 0xf0], [0xe4, 0xc6, 0xe0], [0xd6, 0xa6, 0xcd]],
    particles: [[0xfc, 0xfc, 0xfd], [0xdc, 0xef, 0xec], [0xb4, 0xde, 0xd6], [0x86, 0xc8, 0xbc]],
    categories: DEEP_CATEGORIES,
    methods: DEEP_METHODS,
    noisy: rgb(0xa3417c),
};

/// For a projector: black on white.
pub static PROJECTOR: Palette = Palette {
    dark: false,
    heavier: 1.6,
    panel: rgb(0xffffff),
    ground: rgb(0xffffff),
    raised: rgb(0xe4e7ec),
    hovered: rgb(0xcfd5de),
    line: rgb(0x8a93a3),
    grid: rgb(0xb4bbc6),
    strong: rgb(0x000000),
    text: rgb(0x000000),
    quiet: rgb(0x333a46),
    accent: rgb(0x1f2bb0),
    on_accent: rgb(0xffffff),
    selected: rgb(0xbcc6fa),
    alarm: rgb(0xa83400),
    now: rgb(0x000000),
    exact: [[0xff, 0xff, 0xff], [0xee, 0xdc, 0xee], [0xdc, 0xb4, 0xd8], [0xc8, 0x8c, 0xc0]],
    particles: [[0xff, 0xff, 0xff], [0xce, 0xe9, 0xe4], [0x9a, 0xd3, 0xc8], [0x62, 0xb6, 0xa6]],
    categories: DEEP_CATEGORIES,
    methods: DEEP_METHODS,
    noisy: rgb(0xa3417c),
};

impl Palette {
    /// The palette of a theme.
    #[must_use]
    pub fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
            Theme::Projector => &PROJECTOR,
        }
    }

    /// How texts look, whose words have `size` points.
    #[must_use]
    pub fn text_style(&self, size: f32) -> Style {
        Style {
            size,
            text: self.text,
            strong: self.strong,
            quiet: self.quiet,
            accent: self.accent,
            alarm: self.alarm,
            line: self.line,
            code_ground: self.raised,
            terms: std::array::from_fn(|index| self.word(self.category(index), self.ground)),
        }
    }

    /// The colour of the `index`-th of some categories without an order; they go round.
    #[must_use]
    pub fn category(&self, index: usize) -> Color32 {
        self.categories[index % self.categories.len()]
    }

    /// The colour of words about what is drawn in `colour`, on this ground: as like it as can be read (WCAG AA).
    #[must_use]
    pub fn word(&self, colour: Color32, ground: Color32) -> Color32 {
        let towards = if self.dark { Color32::WHITE } else { Color32::BLACK };
        let shades = (0..=SHADES).map(|n| colour.lerp_to_gamma(towards, n as f32 / SHADES as f32));
        let found = shades.into_iter().find(|ink| contrast(*ink, ground) >= LEAST_CONTRAST);
        found.unwrap_or(self.strong)
    }

    /// How many categories have a colour of their own.
    #[must_use]
    pub fn categories(&self) -> usize {
        self.categories.len()
    }

    /// The colour of a direction, as a share of the whole turn: Okabe–Ito colours in a ring.
    #[must_use]
    pub fn direction(&self, share: f64) -> Color32 {
        const RING: [usize; 5] = [0, 2, 3, 5, 4];
        let place = share.rem_euclid(1.0) * RING.len() as f64;
        let (below, fraction) = (place as usize % RING.len(), place.fract() as f32);
        let [from, to] = [below, (below + 1) % RING.len()].map(|i| self.categories[RING[i]]);
        from.lerp_to_gamma(to, fraction)
    }

    /// The colour of a method: the same in every view. More methods than colours go round.
    #[must_use]
    pub fn method(&self, method: MethodRef) -> Color32 {
        self.methods[method.index() % self.methods.len()]
    }

    /// The colour of what moves the particles of a scene.
    #[must_use]
    pub fn scene(&self, scene: &Scene) -> Color32 {
        if scene.is_sde() { self.noisy } else { self.method(scene.sampler.method()) }
    }

    /// The colour of a quantity from 0 (least) to 1 (most); viridis, without the end that would
    /// be lost on the ground.
    #[must_use]
    pub fn quantity(&self, share: f64) -> Color32 {
        let share = share.clamp(0.0, 1.0);
        let place = if self.dark { 0.22 + 0.78 * share } else { 0.86 * share };
        let colour = colorous::VIRIDIS.eval_continuous(place);
        Color32::from_rgb(colour.r, colour.g, colour.b)
    }

    /// The colour of a heat map from 0 to 1 of the largest value.
    #[must_use]
    pub fn heat(&self, heat: Heat, share: f32) -> Color32 {
        let scale = match heat {
            Heat::Exact => &self.exact,
            Heat::Particles => &self.particles,
        };
        // The root shows thin tails without drowning the peaks.
        let place = share.clamp(0.0, 1.0).sqrt() * (scale.len() - 1) as f32;
        let below = (place as usize).min(scale.len() - 2);
        let fraction = place - below as f32;
        let mix = |i: usize| {
            let [from, to] = [scale[below][i], scale[below + 1][i]].map(f32::from);
            (from + (to - from) * fraction) as u8
        };
        // Where there is no density the grid and the ground show through.
        let cover = (place * 2.0).min(1.0);
        Color32::from_rgb(mix(0), mix(1), mix(2)).gamma_multiply(cover)
    }

    /// The colour of data, where they stand beside particles or noise.
    #[must_use]
    pub fn data(&self) -> Color32 {
        self.category(1)
    }

    /// The colour of noise: what no ODE method adds.
    #[must_use]
    pub fn noise(&self) -> Color32 {
        self.noisy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_passes_wcag_aa_in_both_themes() {
        for palette in [&DARK, &LIGHT, &PROJECTOR] {
            for ground in [palette.panel, palette.ground, palette.raised] {
                for ink in [palette.strong, palette.text, palette.quiet, palette.accent] {
                    let ratio = contrast(ink, ground);
                    assert!(ratio >= 4.5, "{ink:?} on {ground:?}: {ratio}");
                }
            }
            assert!(contrast(palette.on_accent, palette.accent) >= 4.5);
            assert!(contrast(palette.strong, palette.selected) >= 4.5);
            assert!(contrast(palette.alarm, palette.panel) >= 4.5);
        }
    }

    #[test]
    fn words_about_what_is_drawn_can_be_read_and_keep_a_colour_that_can() {
        for palette in [&DARK, &LIGHT, &PROJECTOR] {
            for ground in [palette.panel, palette.ground, palette.selected] {
                let scale = (0..=20).map(|k| palette.quantity(f64::from(k) / 20.0));
                for colour in scale.chain(palette.categories).chain(palette.methods.iter().copied())
                {
                    let ink = palette.word(colour, ground);
                    assert!(contrast(ink, ground) >= 4.5, "{colour:?} on {ground:?}: {ink:?}");
                    assert!(contrast(colour, ground) < 4.5 || ink == colour);
                }
            }
        }
    }

    #[test]
    fn marks_stand_out_from_the_ground() {
        for palette in [&DARK, &LIGHT, &PROJECTOR] {
            for mark in palette
                .methods
                .iter()
                .chain(&palette.categories)
                .chain([&palette.noisy, &palette.alarm])
            {
                assert!(contrast(*mark, palette.ground) >= 3.0, "{mark:?}");
            }
        }
    }
}
