//! Quantities over the plane, as textures.

use std::sync::Arc;

use driftscope_study::lab::PlaneMap;
use eframe::egui::{
    Align2, Color32, ColorImage, FontId, Rect, TextureHandle, TextureOptions, Ui, pos2, vec2,
};
use egui_plot::{AxisHints, HoverPosition, Plot, PlotImage, PlotPoint, PlotUi};

use super::frame::inside;
use crate::app::number;
use crate::app::numbers::Table;
use crate::app::palette::Palette;
use crate::app::theme::{TEXT, UNIT};

/// How values become colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// The value of the first colour.
    pub low: f64,
    /// The value of the last colour.
    pub high: f64,
    /// Whether colours go by the logarithm.
    pub log: bool,
}

impl Scale {
    /// Over all values that are numbers, without the extreme hundredth at either end.
    pub fn of(values: &[f64], log: bool) -> Self {
        let usable = |value: &f64| value.is_finite() && (!log || *value > 0.0);
        let mut sorted: Vec<f64> = values.iter().copied().filter(usable).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let at = |share| driftscope_solve::measure::quantile(&sorted, share);
        let (low, high) = (at(0.01), at(0.99));
        if low.is_nan() {
            return Self { low: 0.0, high: 1.0, log: false };
        }
        Self { low, high: if high > low { high } else { low + low.abs().max(1.0) * 1e-9 }, log }
    }

    /// Where a value lies, 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        let [value, low, high] = if self.log {
            [value, self.low, self.high].map(|v| v.max(f64::MIN_POSITIVE).log10())
        } else {
            [value, self.low, self.high]
        };
        ((value - low) / (high - low)).clamp(0.0, 1.0)
    }
}

/// A map, coloured once and kept as a texture.
#[derive(Default)]
pub struct Picture {
    made_of: Option<(Arc<PlaneMap>, Scale, bool)>,
    texture: Option<TextureHandle>,
}

impl Picture {
    /// The texture of a map, made anew only when something has changed.
    pub fn texture(
        &mut self,
        ui: &Ui,
        map: &Arc<PlaneMap>,
        scale: Scale,
        palette: &Palette,
        colour: impl Fn(f64) -> Color32,
    ) -> Option<&TextureHandle> {
        let same = self.made_of.as_ref().is_some_and(|(before, of, dark)| {
            Arc::ptr_eq(before, map) && *of == scale && *dark == palette.dark
        });
        if !same {
            let pixels = map.values.iter().map(|&value| {
                if value.is_nan() { Color32::TRANSPARENT } else { colour(scale.share(value)) }
            });
            let image = ColorImage::new([map.side, map.side], pixels.collect());
            let options = TextureOptions {
                magnification: eframe::egui::TextureFilter::Nearest,
                ..TextureOptions::LINEAR
            };
            self.texture = Some(ui.ctx().load_texture("map", image, options));
            self.made_of = Some((Arc::clone(map), scale, palette.dark));
        }
        self.texture.as_ref()
    }

    /// Draws a map with its axes and a bar of colours into `rect`; `more` draws on top.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        palette: &'static Palette,
        (id, map, scale): (&'static str, &Arc<PlaneMap>, Scale),
        more: impl FnOnce(&mut PlotUi<'_>),
    ) {
        let (extent, side) = (map.extent, 2.0 * map.extent);
        let texture = self.texture(ui, map, scale, palette, |share| palette.quantity(share));
        let Some(texture) = texture.map(TextureHandle::id) else { return };
        let [plane, bar] = with_bar(rect);
        let shown = Arc::clone(map);
        inside(ui, plane, id, |ui| {
            square(id, palette, extent)
                .label_formatter(move |position| match position {
                    HoverPosition::NearDataPoint { .. } => None,
                    HoverPosition::Elsewhere { position } => {
                        let value = shown.at([position.x, position.y])?;
                        (!value.is_nan()).then(|| number::three(value))
                    }
                })
                .show(ui, |plot| {
                    let size = vec2(side as f32, side as f32);
                    plot.image(
                        PlotImage::new("", texture, PlotPoint::new(0.0, 0.0), size)
                            .allow_hover(false),
                    );
                    more(plot);
                });
        });
        bar_ui(ui, bar, palette, scale);
    }
}

/// The plot of a square part of the plane, with equal axes.
pub fn square<'a>(id: &'static str, palette: &Palette, extent: f64) -> Plot<'a> {
    let font = FontId::proportional(TEXT);
    let [x, y] = [AxisHints::new_x(), AxisHints::new_y()].map(|axis| {
        axis.formatter(|mark, _| format!("{}", mark.value.round() as i64).replace('-', "−"))
            .tick_label_color(palette.quiet)
            .tick_label_font(font.clone())
            .label_spacing(24.0..=40.0)
    });
    let marks = move |_: egui_plot::GridInput| {
        let step = if extent > 3.9 { 2.0 } else { 1.0 };
        // A mark on the very edge would have half a name.
        let most = (0.97 * extent / step).floor() as i64;
        (-most..=most)
            .map(|k| egui_plot::GridMark { value: k as f64 * step, step_size: step })
            .collect()
    };
    Plot::new(id)
        .data_aspect(1.0)
        .include_x(-extent)
        .include_x(extent)
        .include_y(-extent)
        .include_y(extent)
        .set_margin_fraction(eframe::egui::Vec2::ZERO)
        .custom_x_axes(vec![x])
        .custom_y_axes(vec![y.min_thickness(24.0)])
        .x_grid_spacer(marks)
        .y_grid_spacer(marks)
        .grid_color(palette.grid.gamma_multiply(0.5))
        .allow_drag(false)
        .allow_zoom(false)
        .allow_scroll(false)
        .allow_boxed_zoom(false)
        .allow_axis_zoom_drag(false)
        .show_x(false)
        .show_y(false)
}

/// The part for the plane and the one for the bar of colours.
pub fn with_bar(rect: Rect) -> [Rect; 2] {
    let width = 17.0 * UNIT;
    [
        Rect::from_min_max(rect.min, pos2(rect.right() - width, rect.bottom())),
        Rect::from_min_max(
            pos2(rect.right() - width + 2.0 * UNIT, rect.top() + UNIT),
            pos2(rect.right(), rect.bottom() - 6.0 * UNIT),
        ),
    ]
}

/// A bar of colours, its ends named.
pub fn bar_ui(ui: &Ui, rect: Rect, palette: &Palette, scale: Scale) {
    let bar = Rect::from_min_size(rect.min, vec2(2.5 * UNIT, rect.height()));
    let slices = 48;
    for i in 0..slices {
        let [from, to] = [i, i + 1].map(|k| bar.bottom() - bar.height() * k as f32 / slices as f32);
        let slice = Rect::from_min_max(pos2(bar.left(), to), pos2(bar.right(), from));
        let share = (f64::from(i) + 0.5) / f64::from(slices);
        ui.painter().rect_filled(slice, 0.0, palette.quantity(share));
    }
    let font = FontId::proportional(TEXT);
    let x = bar.right() + 1.5 * UNIT;
    let [low, high] = [scale.low, scale.high].map(number::three);
    // Where all values are alike, their colour is the lowest.
    let top = if low == high { String::new() } else { high };
    for (words, y, anchor) in
        [(top, bar.top(), Align2::LEFT_TOP), (low, bar.bottom(), Align2::LEFT_BOTTOM)]
    {
        ui.painter().text(pos2(x, y), anchor, words, font.clone(), palette.quiet);
    }
}
/// A map as a table: the middle of every cell and the value there, which has a name.
pub fn plane_table(map: &PlaneMap, quantity: &str) -> Table {
    let mut table = Table::new(&["x", "y", quantity]);
    for ([x, y], value) in PlaneMap::points(map.extent, map.side).into_iter().zip(&map.values) {
        table.push([x.into(), y.into(), (*value).into()]);
    }
    table
}
