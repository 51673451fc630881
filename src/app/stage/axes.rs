//! Marks of the stage's axes.

use egui_plot::{GridInput, GridMark};

/// Marks of the axes are at least this many of `egui_plot`'s smallest steps apart.
const MARKS_APART: f64 = 10.0;

/// Marks at 1, 2 or 5 times a power of ten, the same on both axes.
pub fn grid(input: &GridInput) -> Vec<GridMark> {
    let (low, high) = input.bounds;
    let rough = MARKS_APART * input.base_step_size;
    if !(rough.is_finite() && rough > 0.0) {
        return Vec::new();
    }
    let power = 10.0_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * power)
        .into_iter()
        .find(|&step| step >= rough)
        .unwrap_or(power);
    let [first, last] = [(low / step).ceil(), (high / step).floor()].map(|k| k as i64);
    (first..=last).map(|k| GridMark { value: k as f64 * step, step_size: step }).collect()
}

/// A mark's value: no more digits than it has.
pub fn tick(value: f64) -> String {
    let rounded = (value * 1e6).round() / 1e6;
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded }).replace('-', "−")
}
