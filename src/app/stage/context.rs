//! What decides what a pane's layers show.

use driftscope_study::scene::{Layer, Layers, Projection, Scene};

use super::viewport::Window;

/// What decides a pane's layers in a frame.
#[derive(Clone, Copy)]
pub struct LayerContext<'a> {
    /// What the pane shows.
    pub scene: &'a Scene,
    /// Which layers are on.
    pub layers: Layers,
    /// The plane or one direction over time.
    pub projection: Projection,
    /// The t that is shown.
    pub t: f64,
    /// What of the plane is seen in every pane.
    pub window: Window,
    /// What the pane showed in the last frame: more, as its shape allows. None in its first one.
    pub seen: Option<Window>,
    /// Half of what the view shows at least.
    pub extent: f64,
}

impl LayerContext<'_> {
    /// Whether a layer is on and has its place in this picture.
    pub fn shows(&self, layer: Layer) -> bool {
        let missing = self.scene.classic().is_some() && layer.needs_process();
        let elsewhere = self.projection == Projection::OverTime && layer.needs_plane();
        self.layers.has(layer) && !missing && !elsewhere
    }

    /// How much larger the plane is seen than when all of it is.
    pub fn magnification(&self) -> f64 {
        self.extent / self.window.half[0].min(self.window.half[1])
    }

    /// Time since the run began, whichever way t goes.
    pub fn elapsed(&self) -> f64 {
        let (start, end) = self.scene.time_span();
        if self.scene.direction.falls() { end - self.t } else { self.t - start }
    }
}
