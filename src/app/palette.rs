//! Every colour of the window. Categories are Okabe–Ito colours (safe for colour-blind eyes),
//! quantities run along viridis-like scales; text passes WCAG AA on its ground in both themes.

use eframe::egui::Color32;

use crate::scene::Scene;
use crate::solver::MethodRef;

/// Greys, the accent and the signal colours of one theme.
#[derive(Debug)]
pub struct Palette {
    /// Whether the ground is dark.
    pub dark: bool,
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
    /// The target density, from none to most.
    density: [[u8; 3]; 4],
    /// One per entry of the method table.
    methods: &'static [Color32],
    /// Noisy steps, which no ODE method makes.
    noisy: Color32,
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// For a dark room.
pub static DARK: Palette = Palette {
    dark: true,
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
    density: [[0x0e, 0x10, 0x14], [0x2a, 0x20, 0x42], [0x57, 0x2c, 0x5e], [0x80, 0x38, 0x62]],
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

/// For a bright one.
pub static LIGHT: Palette = Palette {
    dark: false,
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
    density: [[0xfc, 0xfc, 0xfd], [0xf0, 0xe4, 0xf0], [0xe4, 0xc6, 0xe0], [0xd6, 0xa6, 0xcd]],
    methods: &[
        rgb(0xc04d00),
        rgb(0x7d5a2e),
        rgb(0x8f6a00),
        rgb(0x5f7300),
        rgb(0x3f7a1f),
        rgb(0x007a58),
        rgb(0x00777d),
        rgb(0x0072b2),
        rgb(0x4a5fc0),
    ],
    noisy: rgb(0xa3417c),
};

impl Palette {
    /// The palette of a theme.
    #[must_use]
    pub fn of(dark: bool) -> &'static Self {
        if dark { &DARK } else { &LIGHT }
    }

    /// The colour of a method: the same in every view. More methods than colours go round.
    #[must_use]
    pub fn method(&self, method: MethodRef) -> Color32 {
        self.methods[method.index() % self.methods.len()]
    }

    /// The colour of what moves the particles of a scene.
    #[must_use]
    pub fn scene(&self, scene: &Scene) -> Color32 {
        if scene.is_sde() { self.noisy } else { self.method(scene.sampler.method) }
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

    /// The colour of the target density from 0 to 1 of its largest value.
    #[must_use]
    pub fn density(&self, share: f32) -> Color32 {
        // The root shows thin tails without drowning the peaks.
        let place = share.clamp(0.0, 1.0).sqrt() * (self.density.len() - 1) as f32;
        let below = (place as usize).min(self.density.len() - 2);
        let fraction = place - below as f32;
        let mix = |i: usize| {
            let [from, to] = [self.density[below][i], self.density[below + 1][i]].map(f32::from);
            (from + (to - from) * fraction) as u8
        };
        // Where there is no density the grid and the ground show through.
        let cover = (place * 2.0).min(1.0);
        Color32::from_rgb(mix(0), mix(1), mix(2)).gamma_multiply(cover)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contrast ratio of WCAG 2.
    fn contrast(a: Color32, b: Color32) -> f32 {
        let luminance = |colour: Color32| {
            let [r, g, b] = [colour.r(), colour.g(), colour.b()].map(|c| {
                let c = f32::from(c) / 255.0;
                if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn text_passes_wcag_aa_in_both_themes() {
        for palette in [&DARK, &LIGHT] {
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
    fn marks_stand_out_from_the_ground() {
        for palette in [&DARK, &LIGHT] {
            for mark in palette.methods.iter().chain([&palette.noisy, &palette.alarm]) {
                assert!(contrast(*mark, palette.ground) >= 3.0, "{mark:?}");
            }
        }
    }
}
