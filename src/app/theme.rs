//! Type, spacing and the look of widgets. Spacing lies on a grid of 4 points.

use std::sync::Arc;

use eframe::egui::{
    self, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Stroke,
    Style, TextStyle, Vec2, Visuals, epaint::Shadow, style::WidgetVisuals,
};

use super::fonts::FontFile;
use super::palette::{Palette, Theme};
use super::state::Look;

macro_rules! font {
    (held, $name:literal) => {
        FontFile::held($name, include_bytes!(concat!("fonts/", $name, ".ttf")))
    };
    (later, $name:literal) => {
        FontFile::later($name, include_bytes!(concat!("fonts/later/", $name, ".ttf")))
    };
}
static REGULAR: FontFile = font!(held, "IBMPlexSans-Regular");
static SEMIBOLD: FontFile = font!(held, "IBMPlexSans-SemiBold");
static ITALIC: FontFile = font!(later, "IBMPlexSans-Italic");
/// Code, and symbols that the others lack.
static CODE: FontFile = font!(later, "Hack-Regular");
/// The few that the file dialog and messages draw.
static ICONS: FontFile = font!(held, "EmojiIcons");
/// All but the faces of formulas.
static FONTS: [&FontFile; 5] = [&REGULAR, &SEMIBOLD, &ITALIC, &CODE, &ICONS];

/// One unit of the spacing grid, in points.
pub const UNIT: f32 = 4.0;
/// Size of ordinary text, in points.
pub const TEXT: f32 = 14.0;
/// Least size of a lesson's words, in points; where there is room they are larger.
pub const LESSON_TEXT: f32 = TEXT + 1.0;
/// Presenter mode enlarges everything so that ordinary text has 20 points.
pub const PRESENTER_ZOOM: f32 = 20.0 / TEXT;
/// A window that has room for this many points is meant for a screen that nobody looks at from near,
/// or whose system does not say how fine it is: everything in it is so much larger.
const ROOMY: [([f32; 2], f32); 2] = [([5000.0, 2800.0], 2.0), ([3300.0, 1850.0], 1.5)];
/// A lesson looks in a larger window as in one of this size, in points, up to [`MOST_ENLARGED`]: a projector's
/// pixels say nothing of how large its picture is.
const LESSON: Vec2 = Vec2::new(1280.0, 720.0);
/// How much larger a lesson is at most.
const MOST_ENLARGED: f32 = 1.5;
/// Height of one row of controls.
pub const ROW: f32 = 24.0;

/// The heavier face, for headings and values.
#[must_use]
pub fn semibold() -> FontFamily {
    crate::app::text::semibold()
}

/// Size of everything: as it was chosen, for presenting, for what the window has room for, and for a lesson where
/// one is shown.
#[must_use]
pub fn zoom(ctx: &egui::Context, look: &Look, is_lesson: bool) -> f32 {
    let presenter = if look.presenter { PRESENTER_ZOOM } else { 1.0 };
    let size = ctx.content_rect().size() * ctx.zoom_factor();
    let fits = |&&([w, h], _): &&([f32; 2], f32)| size.x >= w && size.y >= h;
    let roomy = ROOMY.iter().find(fits).map_or(1.0, |(_, zoom)| *zoom);
    let lesson = if is_lesson { lesson_zoom(size / roomy) } else { 1.0 };
    presenter * look.zoom * roomy * lesson
}

/// Size of everything while a lesson is shown in a window of this size, in points.
#[must_use]
pub fn lesson_zoom(window: Vec2) -> f32 {
    (window / LESSON).min_elem().clamp(1.0, MOST_ENLARGED)
}

/// Fonts, once per window.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
}

/// Styles and colours of a theme.
pub fn choose(ctx: &egui::Context, theme: Theme) {
    let palette = Palette::of(theme);
    let system = if palette.dark { egui::Theme::Dark } else { egui::Theme::Light };
    ctx.set_style_of(system, style(palette));
    ctx.set_theme(system);
}

/// The files of fonts that are still to come.
pub fn missing_fonts() -> impl Iterator<Item = &'static FontFile> {
    let all = crate::app::text::FACES.iter().map(|face| &face.file).chain(FONTS);
    all.filter(|file| file.bytes().is_none())
}

/// IBM Plex Sans, whose figures all have one width, and Hack for code; what a family lacks the others have. What
/// has not come yet looks like the rest.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::empty();
    for file in FONTS {
        if let Some(bytes) = file.bytes() {
            let data = FontData::from_static(bytes);
            fonts.font_data.insert(file.name.to_owned(), Arc::new(data));
        }
    }
    let families = [
        (&REGULAR, FontFamily::Proportional),
        (&SEMIBOLD, semibold()),
        (&ITALIC, crate::app::text::italic()),
        (&CODE, FontFamily::Monospace),
    ];
    for (first, family) in families {
        let mut chain: Vec<String> = Vec::new();
        for file in [first, &REGULAR, &CODE, &ICONS] {
            if file.bytes().is_some() && !chain.iter().any(|name| name == file.name) {
                chain.push(file.name.to_owned());
            }
        }
        fonts.families.insert(family, chain);
    }
    crate::app::text::faces::install(&mut fonts);
    fonts
}

fn style(palette: &Palette) -> Style {
    let regular = |size| FontId::new(size, FontFamily::Proportional);
    let mut style = Style {
        text_styles: [
            (TextStyle::Small, regular(TEXT)),
            (TextStyle::Body, regular(TEXT)),
            (TextStyle::Button, regular(TEXT)),
            (TextStyle::Monospace, FontId::new(TEXT, FontFamily::Monospace)),
            (TextStyle::Heading, FontId::new(TEXT + 2.0, semibold())),
        ]
        .into(),
        visuals: visuals(palette),
        ..Style::default()
    };
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(2.0 * UNIT, UNIT);
    spacing.button_padding = Vec2::new(2.0 * UNIT, 2.0);
    spacing.interact_size = Vec2::new(10.0 * UNIT, ROW);
    spacing.slider_rail_height = UNIT;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 8.0;
    spacing.menu_margin = Margin::same(8);
    spacing.window_margin = Margin::same(16);
    spacing.tooltip_width = 360.0;
    spacing.combo_height = 480.0;
    // That there is more is seen before the pointer is there.
    spacing.scroll.dormant_handle_opacity = 0.5;
    spacing.scroll.floating_width = UNIT;
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style
}

fn visuals(palette: &Palette) -> Visuals {
    let mut visuals = if palette.dark { Visuals::dark() } else { Visuals::light() };
    let widget = |fill: Color32, ink: Color32, border: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(palette.heavier, border),
        corner_radius: CornerRadius::same(4),
        fg_stroke: Stroke::new(palette.heavier, ink),
        expansion: 0.0,
    };
    let none = Color32::TRANSPARENT;
    visuals.widgets.noninteractive = widget(palette.panel, palette.text, palette.line);
    visuals.widgets.inactive = widget(palette.raised, palette.text, none);
    visuals.widgets.hovered = widget(palette.hovered, palette.strong, none);
    visuals.widgets.active = widget(palette.hovered, palette.strong, palette.accent);
    visuals.widgets.open = widget(palette.hovered, palette.strong, none);
    visuals.selection.bg_fill = palette.selected;
    visuals.selection.stroke = Stroke::new(1.0, palette.strong);
    visuals.override_text_color = None;
    visuals.weak_text_color = Some(palette.quiet);
    visuals.hyperlink_color = palette.accent;
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.window_corner_radius = CornerRadius::same(8);
    visuals.menu_corner_radius = CornerRadius::same(8);
    visuals.extreme_bg_color = palette.ground;
    visuals.text_edit_bg_color = Some(palette.raised);
    visuals.faint_bg_color = palette.raised;
    visuals.warn_fg_color = palette.alarm;
    visuals.error_fg_color = palette.alarm;
    visuals.slider_trailing_fill = true;
    visuals.disabled_alpha = 0.5;
    let shade = if palette.dark { 120 } else { 40 };
    visuals.popup_shadow =
        Shadow { offset: [0, 4], blur: 16, spread: 0, color: Color32::from_black_alpha(shade) };
    visuals.window_shadow = visuals.popup_shadow;
    visuals
}

#[cfg(test)]
mod tests {
    use eframe::egui::{RawInput, Rect, pos2};

    use super::*;

    #[test]
    fn large_windows_are_zoomed_and_stay_as_they_are() {
        for (size, is_lesson, wanted) in [
            ([1024.0, 700.0], false, 1.0),
            ([2560.0, 1440.0], false, 1.0),
            ([3840.0, 2160.0], false, 1.5),
            ([800.0, 600.0], true, 1.0),
            ([1280.0, 1440.0], true, 1.0),
            ([1600.0, 900.0], true, 1.25),
            ([1920.0, 1080.0], true, 1.5),
            ([2560.0, 1440.0], true, 1.5),
            ([3840.0, 2160.0], true, 2.25),
        ] {
            let ctx = egui::Context::default();
            // The second time the window has fewer, larger points.
            let mut zoom = 1.0;
            for _ in 0..2 {
                let points = Vec2::from(size) / zoom;
                let rect = Rect::from_min_size(pos2(0.0, 0.0), points);
                let input = RawInput { screen_rect: Some(rect), ..RawInput::default() };
                let _ = ctx.run_ui(input, |ui| {
                    zoom = super::zoom(ui.ctx(), &Look::default(), is_lesson);
                });
                assert!((zoom - wanted).abs() < 1e-6, "{size:?}: {zoom}");
                ctx.set_zoom_factor(zoom);
            }
        }
    }
}
