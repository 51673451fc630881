//! A number on the strip: its name stands before its value.

use std::ops::RangeInclusive;

use eframe::egui::emath::format_with_decimals_in_range;
use eframe::egui::{DragValue, Response, Ui};

/// A number that can be typed or dragged.
pub struct Field<'a> {
    /// What a screen reader calls it.
    pub name: &'a str,
    /// What stands before the value.
    pub prefix: &'a str,
    /// What stands behind it.
    pub suffix: &'a str,
    /// The meaning and the unit.
    pub about: &'a str,
    /// What it may be.
    pub range: RangeInclusive<f64>,
    /// How much it changes by a point of dragging.
    pub speed: f64,
    /// Digits behind the point at most.
    pub decimals: usize,
}

impl Field<'_> {
    /// Draws it; whether it was changed.
    pub fn ui(self, ui: &mut Ui, value: &mut f64) -> bool {
        let before = *value;
        let number = DragValue::new(value)
            .prefix(self.prefix)
            .suffix(self.suffix)
            .range(self.range)
            .clamp_existing_to_range(false)
            .speed(self.speed)
            .max_decimals(self.decimals)
            .custom_formatter(|value, decimals| {
                format_with_decimals_in_range(value, decimals).replace('-', "−")
            });
        let response = ui.add(number);
        self::named(&response, self.name);
        response.on_hover_text(self.about).changed() && before.to_bits() != value.to_bits()
    }
}

/// Gives a widget its name.
fn named(response: &Response, name: &str) {
    response.ctx.accesskit_node_builder(response.id, |node| node.set_label(name));
}
