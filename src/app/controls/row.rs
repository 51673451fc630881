//! Rows of controls: a name on the left, what it sets on the right. Every row can be disabled with
//! a reason, and every widget has a name that a screen reader can speak.

use std::borrow::Cow;
use std::ops::{Bound, RangeInclusive};

use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::Range;
use eframe::egui::{
    Align, Color32, ComboBox, DragValue, FontId, Layout, Response, RichText, Slider,
    SliderClamping, Ui, Vec2,
};

use crate::app::text::with_symbols;
use crate::app::theme::{ROW, TEXT, UNIT};

/// Width of the names.
const NAME_WIDTH: f32 = 22.0 * UNIT;
/// Width of the values beside sliders.
const VALUE_WIDTH: f32 = 16.0 * UNIT;

/// What is said about a control.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// Its name, as in scene files and textbooks.
    pub name: &'a str,
    /// The formula or the meaning, and what turning it up does.
    pub about: &'a str,
    /// Why it has no effect now, if it has none.
    pub disabled: Option<&'a str>,
}

/// What a control can change.
pub trait Checked: Clone {
    /// Why it cannot be as it is, if it cannot.
    fn problem(&self) -> Option<String>;
}

impl Checked for Scene {
    fn problem(&self) -> Option<String> {
        self.check().err().map(|problem| problem.to_string())
    }
}

/// What choosing `candidate` would make impossible, unless `now` already is for that reason.
pub fn objection<O: Checked>(now: &O, candidate: &O) -> Option<String> {
    candidate.problem().filter(|problem| now.problem().as_ref() != Some(problem))
}

impl<'a> Row<'a> {
    /// A row that can be used.
    #[must_use]
    pub fn new(name: &'a str, about: &'a str) -> Self {
        Self { name, about, disabled: None }
    }

    /// Disables the row if there is a reason to.
    #[must_use]
    pub fn disabled(self, reason: Option<&'a str>) -> Self {
        Self { disabled: reason, ..self }
    }

    /// Lays the row out; `add` draws the control into the space right of the name.
    pub fn show<R>(self, ui: &mut Ui, add: impl FnOnce(&mut Ui) -> R) -> (Response, R) {
        ui.add_enabled_ui(self.disabled.is_none(), |ui| {
            ui.horizontal(|ui| {
                ui.set_min_height(ROW);
                let layout = Layout::left_to_right(Align::Center);
                let name = ui
                    .allocate_ui_with_layout(Vec2::new(NAME_WIDTH, ROW), layout, |ui| {
                        ui.set_min_width(NAME_WIDTH);
                        ui.add(eframe::egui::Label::new(self.name).wrap())
                    })
                    .inner;
                (self.explain(name), add(ui))
            })
            .inner
        })
        .inner
    }

    /// Adds the tooltips.
    pub fn explain(self, response: Response) -> Response {
        let response = response.on_hover_text(self.about);
        match self.disabled {
            Some(reason) => response.on_disabled_hover_text(reason),
            None => response,
        }
    }

    /// A menu of what `add` draws.
    pub fn popup(self, ui: &mut Ui, shown: &str, add: impl FnOnce(&mut Ui)) {
        let (name, response) = self.show(ui, |ui| {
            ComboBox::from_id_salt(self.name)
                .selected_text(shown)
                .width(ui.available_width())
                // A long name takes a second line, rather than the edge of the panel.
                .wrap()
                .show_ui(ui, add)
                .response
        });
        self.explain(response.labelled_by(name.id));
    }

    /// A menu. Entries that would make `owner` impossible are disabled and say why. What it becomes, if one
    /// was chosen.
    pub fn menu<'e, O: Checked + 'e>(
        self,
        ui: &mut Ui,
        owner: &O,
        shown: &str,
        entries: impl Iterator<Item = Entry<'e, O>>,
    ) -> Option<O> {
        let mut chosen = None;
        self.popup(ui, shown, |ui| {
            for entry in entries {
                entry.ui(ui, owner, &mut chosen);
            }
        });
        chosen
    }

    /// Two or three entries side by side; what `owner` becomes, if one was chosen.
    pub fn segments<O: Checked>(
        self,
        ui: &mut Ui,
        owner: &O,
        entries: Vec<Entry<'_, O>>,
    ) -> Option<O> {
        let mut chosen = None;
        self.show(ui, |ui| {
            let titles: Vec<&str> = entries.iter().map(|entry| &*entry.title).collect();
            let widths = side_by_side(ui, &titles);
            for (entry, width) in entries.into_iter().zip(widths) {
                let problem = entry.problem(owner);
                let Entry { title, about, on, becomes, .. } = entry;
                let entry = ui
                    .add_enabled_ui(problem.is_none(), |ui| {
                        let font = FontId::proportional(TEXT);
                        let words = with_symbols(&title, &font, Color32::PLACEHOLDER);
                        let button =
                            eframe::egui::Button::selectable(on, words).frame_when_inactive(true);
                        ui.add_sized(Vec2::new(width, ROW), button)
                    })
                    .inner
                    .on_hover_text(&*about);
                ui.ctx().accesskit_node_builder(entry.id, |node| node.set_label(&*title));
                let reason = self.disabled.map(str::to_owned).or(problem);
                let entry = match reason {
                    Some(reason) => entry.on_disabled_hover_text(reason),
                    None => entry,
                };
                if entry.clicked() {
                    chosen = Some(becomes);
                }
            }
        });
        chosen
    }

    /// A slider with its value beside it; whether it was moved.
    pub fn slider(self, ui: &mut Ui, value: &mut f64, scale: &Scale<'_>) -> bool {
        let mut wished = *value;
        let (name, (slider, number)) = self.show(ui, |ui| {
            let gap = ui.spacing().item_spacing.x;
            ui.spacing_mut().button_padding.x = UNIT;
            ui.spacing_mut().slider_width = ui.available_width() - VALUE_WIDTH - gap;
            let slider = Slider::new(&mut wished, scale.slider.clone())
                .logarithmic(scale.logarithmic)
                .clamping(SliderClamping::Never)
                .show_value(false);
            let slider = if scale.whole { slider.integer() } else { slider };
            let slider = ui.add(slider);
            let speed = if scale.logarithmic {
                // In proportion to the value, and from 0 as well.
                let least = if scale.whole { 0.2 } else { 0.02 * scale.slider.start() };
                (wished * 0.02).max(least)
            } else {
                (scale.slider.end() - scale.slider.start()) / 400.0
            };
            let number = scale.number(&mut wished, speed);
            (slider, ui.add_sized(Vec2::new(VALUE_WIDTH, ROW), number))
        });
        self.explain(slider.labelled_by(name.id));
        ui.ctx().accesskit_node_builder(number.id, |node| {
            node.set_label(format!("{} value", self.name));
        });
        self.explain(number);
        scale.take(value, wished)
    }

    /// A number to type or drag; whether it was changed.
    pub fn number(self, ui: &mut Ui, value: &mut f64, scale: &Scale<'_>) -> bool {
        let mut wished = *value;
        let (name, number) = self.show(ui, |ui| {
            // In proportion to the value, and from 0 as well.
            let least = if scale.whole { 0.1 } else { 1e-3 };
            let number = scale.number(&mut wished, (value.abs() * 0.02).max(least));
            ui.add_sized(Vec2::new(ui.available_width(), ROW), number)
        });
        self.explain(number.labelled_by(name.id));
        scale.take(value, wished)
    }

    /// A box to tick; whether it was.
    pub fn tick(self, ui: &mut Ui, value: &mut bool) -> bool {
        let response = ui
            .add_enabled_ui(self.disabled.is_none(), |ui| {
                ui.set_min_height(ROW);
                ui.checkbox(value, self.name)
            })
            .inner;
        self.explain(response).changed()
    }
}

/// Widths of buttons with these words, equal where all words have room in them; sets the gaps between them.
pub fn side_by_side(ui: &mut Ui, titles: &[&str]) -> Vec<f32> {
    ui.spacing_mut().item_spacing.x = UNIT;
    ui.spacing_mut().button_padding.x = 0.5 * UNIT;
    let font = FontId::proportional(TEXT);
    let own = titles.iter().map(|title| {
        let words = with_symbols(title, &font, Color32::PLACEHOLDER);
        ui.painter().layout_job(words).size().x + UNIT
    });
    let own: Vec<f32> = own.collect();
    let count = titles.len() as f32;
    let room = ui.available_width() - UNIT * (count - 1.0);
    if own.iter().all(|&width| width <= room / count) {
        return vec![room / count; titles.len()];
    }
    let more = ((room - own.iter().sum::<f32>()) / count).max(0.0);
    own.into_iter().map(|width| width + more).collect()
}

/// One entry of a menu.
pub struct Entry<'a, O> {
    /// Its name on the screen.
    pub title: Cow<'a, str>,
    /// Its tooltip.
    pub about: Cow<'a, str>,
    /// Whether it is the one that holds.
    pub on: bool,
    /// What it is in becomes by it.
    pub becomes: O,
    /// Why it cannot be chosen, if that is not for what it becomes to say.
    pub refused: Option<&'static str>,
}

impl<O: Checked> Entry<'_, O> {
    /// Why it cannot be chosen.
    fn problem(&self, owner: &O) -> Option<String> {
        self.refused.map(str::to_owned).or_else(|| objection(owner, &self.becomes))
    }

    /// Draws it in a menu; it is `chosen` once it is clicked.
    pub fn ui(self, ui: &mut Ui, owner: &O, chosen: &mut Option<O>) {
        let problem = self.problem(owner);
        let entry = ui
            .add_enabled_ui(problem.is_none(), |ui| ui.selectable_label(self.on, &*self.title))
            .inner
            .on_hover_text(&*self.about);
        let entry = match problem {
            Some(problem) => entry.on_disabled_hover_text(problem),
            None => entry,
        };
        if entry.clicked() {
            *chosen = Some(self.becomes);
        }
    }
}

/// How a number is shown, dragged and bounded.
pub struct Scale<'a> {
    /// Ends of the slider.
    pub slider: RangeInclusive<f64>,
    /// What may be typed.
    pub allowed: Range<f64>,
    /// Whether the slider runs through powers.
    pub logarithmic: bool,
    /// Whether only whole numbers count.
    pub whole: bool,
    /// How it is written.
    pub format: &'a dyn Fn(f64) -> String,
}

impl Scale<'_> {
    /// A number to type or drag. It shows a value outside of what is allowed as it is, and leaving
    /// it without typing anything leaves the value, of which not every digit is shown.
    fn number<'a>(&'a self, value: &'a mut f64, speed: f64) -> DragValue<'a> {
        let before = *value;
        let bound = |bound, none| match bound {
            Bound::Included(bound) | Bound::Excluded(bound) => bound,
            Bound::Unbounded => none,
        };
        let least = bound(self.allowed.least, f64::MIN);
        let greatest = bound(self.allowed.greatest, f64::MAX);
        // What is there already is left, even where it is more than may be typed.
        let range = least.min(before)..=greatest.max(before);
        DragValue::new(value)
            .speed(speed)
            .range(range)
            .clamp_existing_to_range(false)
            .custom_formatter(|value, _| (self.format)(value))
            .custom_parser(move |text| {
                if text == (self.format)(before) { Some(before) } else { number_typed(text) }
            })
    }

    /// Takes over what was wished for, rounded and bounded; whether that changes the value. What
    /// nobody touched stays as it is, whatever it is.
    fn take(&self, value: &mut f64, wished: f64) -> bool {
        let before = value.to_bits();
        if wished.to_bits() != before {
            *value = self.nearest(if self.whole { wished.round() } else { wished }, *value);
        }
        value.to_bits() != before
    }

    /// What is allowed and nearest to what was wished for; where a bound itself is not allowed, the
    /// end of the slider.
    fn nearest(&self, wished: f64, before: f64) -> f64 {
        let (least, greatest) = (self.slider.start(), self.slider.end());
        match (self.allowed.least, self.allowed.greatest) {
            _ if self.allowed.contains(wished) => wished,
            (Bound::Included(bound), _) if wished < bound => bound,
            (Bound::Excluded(bound), _) if wished <= bound => *least,
            (_, Bound::Included(bound)) if wished > bound => bound,
            (_, Bound::Excluded(bound)) if wished >= bound => *greatest,
            _ => before,
        }
    }
}

/// Reads what was typed, thin spaces and all.
fn number_typed(text: &str) -> Option<f64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let number: f64 = plain.replace(',', ".").replace('−', "-").parse().ok()?;
    // "nan" and "inf" are read as numbers, and are none that a setting could have.
    number.is_finite().then_some(number)
}

/// The heading of a group: quieter than what stands below it.
pub fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(2.0 * UNIT);
    ui.label(RichText::new(text).color(ui.visuals().weak_text_color()));
}

/// A group that can be folded away.
pub fn fold<R>(ui: &mut Ui, title: &str, open: bool, add: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    ui.add_space(UNIT);
    let width = ui.available_width();
    let title = RichText::new(title).color(ui.visuals().weak_text_color());
    eframe::egui::CollapsingHeader::new(title)
        .default_open(open)
        .show_unindented(ui, |ui| {
            ui.set_max_width(width);
            add(ui)
        })
        .body_returned
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_rounded_and_bounded_and_what_nobody_touched_stays() {
        let scale = |allowed| Scale {
            slider: 1e-3..=0.5,
            allowed,
            logarithmic: true,
            whole: false,
            format: &|value| value.to_string(),
        };
        for (allowed, before, wished, becomes) in [
            (Range::from(0.0..=1.0), 0.3, 0.7, 0.7),
            (Range::from(0.0..=1.0), 0.3, 7.0, 1.0),
            (Range::from(0.0..=1.0), 0.3, -7.0, 0.0),
            // A bound that is not allowed gives way to the end of the slider.
            (Range::above_to(0.0, 0.5), 0.3, 0.0, 1e-3),
            (Range::above_to(0.0, 0.5), 0.3, 1e-6, 1e-6),
            (Range::below(0.0, 1.0), 0.3, 1.0, 0.5),
            (Range::above(0.0), 0.3, 1e300, 1e300),
            // What is no number changes nothing.
            (Range::from(0.0..=1.0), 0.3, f64::NAN, 0.3),
            (Range::above(0.0), 0.3, f64::INFINITY, 0.3),
            // What lies outside stays as long as nobody touches it.
            (Range::from(0.0..=1.0), 7.0, 7.0, 7.0),
        ] {
            let mut value: f64 = before;
            let changed = scale(allowed).take(&mut value, wished);
            assert_eq!(value.to_bits(), f64::to_bits(becomes), "{wished} in {allowed:?}");
            assert_eq!(changed, value.to_bits() != before.to_bits());
        }
        let whole = Scale { whole: true, ..scale(Range::from(1.0..=9.0)) };
        let mut value = 2.0;
        assert!(whole.take(&mut value, 3.4) && value.to_bits() == 3_f64.to_bits());
    }
}
