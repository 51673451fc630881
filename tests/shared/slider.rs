//! Setting a slider as assistive technology does.

use driftscope::app::Driftscope;
use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

/// Sets the slider of this name; what a clock counts or a layer shows may be called so, too.
///
/// # Panics
/// If there is none.
pub fn set(harness: &mut Harness<'_, Driftscope>, label: &str, value: f64) {
    let slider =
        harness.get_all_by_label(label).find(|node| node.accesskit_node().role() == Role::Slider);
    slider.expect("a slider").set_value_accesskit(value);
    harness.run_steps(4);
}
