//! What assistive technology says is checked before any widget hears it.

use eframe::egui::accesskit::ActionData;
use eframe::egui::{Context, Event, Plugin, RawInput};

/// Leaves out requests for a number that is none, which sliders would take over for a frame.
pub struct FiniteNumbers;

impl Plugin for FiniteNumbers {
    fn debug_name(&self) -> &'static str {
        "finite numbers"
    }

    fn input_hook(&mut self, _ctx: &Context, input: &mut RawInput) {
        input.events.retain(|event| match event {
            Event::AccessKitActionRequest(request) => match &request.data {
                Some(ActionData::NumericValue(number)) => number.is_finite(),
                _ => true,
            },
            _ => true,
        });
    }
}
