//! What of the plane, or of time and one direction, is seen: the same in all panes.

use driftscope_study::scene::{Projection, Scene};
use egui_plot::PlotBounds;

/// Data and noise of every built-in distribution lie within this distance of the axes.
const EXTENT: f64 = 3.2;
/// Theme beside the run over time, for the densities at both ends, as a share of the run.
pub const MARGIN: f64 = 0.15;

/// A rectangle of the plot: its middle and half its sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The middle.
    pub centre: [f64; 2],
    /// Half the width and height.
    pub half: [f64; 2],
}

impl Window {
    /// The rectangle between two corners.
    #[must_use]
    pub fn between([low, high]: [[f64; 2]; 2]) -> Self {
        Self {
            centre: [0, 1].map(|d| 0.5 * (low[d] + high[d])),
            half: [0, 1].map(|d| 0.5 * (high[d] - low[d])),
        }
    }

    /// As the plot has it.
    #[must_use]
    pub fn bounds(&self) -> PlotBounds {
        let side = |sign: f64| [0, 1].map(|d| self.centre[d] + sign * self.half[d]);
        PlotBounds::from_min_max(side(-1.0), side(1.0))
    }

    /// What a plot shows.
    #[must_use]
    pub fn of(bounds: &PlotBounds) -> Self {
        Self::between([bounds.min(), bounds.max()])
    }

    fn is_close(&self, other: &Self) -> bool {
        (0..2).all(|d| {
            let size = self.half[d].abs().max(1e-12);
            (self.centre[d] - other.centre[d]).abs() < 1e-6 * size
                && (self.half[d] - other.half[d]).abs() < 1e-6 * size
        })
    }
}

/// The windows of both pictures.
#[derive(Clone, Copy, Debug)]
pub struct Viewport {
    plane: Window,
    over_time: Window,
    fitted: Option<[[f64; 2]; 2]>,
    fit: bool,
}

impl Default for Viewport {
    fn default() -> Self {
        let window = Window { centre: [0.0; 2], half: [1.0; 2] };
        Self { plane: window, over_time: window, fitted: None, fit: true }
    }
}

impl Viewport {
    /// Fits both pictures to data and noise in the next frame.
    pub fn reset(&mut self) {
        self.fit = true;
    }

    /// Leaves the pictures as they are although the data may reach further: they are being drawn.
    pub fn stay(&mut self, scene: &Scene) {
        self.fitted = Some(extent(scene));
    }

    /// Fits the pictures if that was asked for, or if the scene plays somewhere else now.
    pub fn update(&mut self, scene: &Scene) {
        let extent = extent(scene);
        let moved = self.fitted.replace(extent) != Some(extent);
        if std::mem::take(&mut self.fit) || moved {
            self.plane = Window::between(extent);
            let (start, end) = scene.time_span();
            let margin = if scene.classic().is_some() { 0.03 } else { MARGIN } * (end - start);
            let [low, high] = extent;
            self.over_time = Window::between([[start - margin, low[1]], [end + margin, high[1]]]);
            if scene.classic().is_some_and(|classic| classic.system().one_dimensional) {
                self.over_time.centre[1] = 0.5 * (low[1] + high[1]);
            }
        }
    }

    /// What is seen of a picture.
    #[must_use]
    pub fn window(&self, projection: Projection) -> Window {
        match projection {
            Projection::Plane => self.plane,
            Projection::OverTime => self.over_time,
        }
    }

    /// Shows another part of the plane.
    pub fn look_at(&mut self, window: Window) {
        self.plane = window;
    }

    /// Takes over what a person did to the picture of one pane, for all of them.
    pub fn take(&mut self, projection: Projection, bounds: &PlotBounds) {
        let mut seen = Window::of(bounds);
        if !seen.half.iter().all(|half| half.is_finite() && *half > 0.0) {
            return;
        }
        let window = match projection {
            Projection::Plane => {
                // The plane keeps its aspect: panes of any shape see the same square.
                seen.half = [seen.half[0].min(seen.half[1]); 2];
                let side = self.plane.half[0].min(self.plane.half[1]);
                if (Window { half: [side; 2], ..self.plane }).is_close(&seen) {
                    return;
                }
                &mut self.plane
            }
            Projection::OverTime => &mut self.over_time,
        };
        if !window.is_close(&seen) {
            *window = seen;
        }
    }
}

/// The lower left and upper right corner of what the plane shows at least: data and noise, or the
/// part of the plane where a classic system plays.
pub fn extent(scene: &Scene) -> [[f64; 2]; 2] {
    if let Some(classic) = scene.classic() {
        return classic.system().extent;
    }
    let half = scene.data.own().map_or(EXTENT, |own| own.reach().max(EXTENT));
    [[-half, -half], [half, half]]
}

/// The picture that a scene is shown as: the plane of a one-dimensional system is but a line.
pub fn projection(scene: &Scene, wanted: Projection) -> Projection {
    let line = scene.classic().is_some_and(|classic| classic.system().one_dimensional);
    if line { Projection::OverTime } else { wanted }
}

/// The direction shown over time; the first coordinate of a system that has but one.
pub fn direction(scene: &Scene, view: &driftscope_study::scene::View) -> [f64; 2] {
    let line = scene.classic().is_some_and(|classic| classic.system().one_dimensional);
    if line { [1.0, 0.0] } else { view.direction() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_moved_by_hand_stays_until_it_is_reset() {
        let scene = Scene::default();
        let mut viewport = Viewport::default();
        viewport.update(&scene);
        let fitted = viewport.window(Projection::Plane);
        assert!((fitted.half[0] - EXTENT).abs() < 1e-12);
        // A wide pane sees more to the sides, which is nothing that a person did.
        let wide = PlotBounds::from_min_max([-2.0 * EXTENT, -EXTENT], [2.0 * EXTENT, EXTENT]);
        viewport.take(Projection::Plane, &wide);
        assert_eq!(viewport.window(Projection::Plane), fitted);
        let zoomed = PlotBounds::from_min_max([-1.0, 0.0], [3.0, 2.0]);
        viewport.take(Projection::Plane, &zoomed);
        viewport.update(&scene);
        assert_eq!(
            viewport.window(Projection::Plane),
            Window { centre: [1.0, 1.0], half: [1.0; 2] }
        );
        viewport.reset();
        viewport.update(&scene);
        assert_eq!(viewport.window(Projection::Plane), fitted);
    }
}
