//! The stage on the GPU: particles and trails, drawn from a recording that is uploaded once.
//!
//! A recording's positions live in a storage buffer; a frame changes nothing but a hundred
//! bytes of uniforms, and the vertex shader (`shader.wgsl`) interpolates between keyframes.
//! So 100 000 moving particles cost the CPU as much as one.
//!
//! - [`StageGpu::install`] once per window builds the pipelines, shared by all panes.
//! - [`StageGpu::upload`] gives a pane a recording, whole or block by block.
//! - [`StageItem`] is added to an `egui_plot` plot and draws the pane there, above what was
//!   added to the plot before it and below what comes after; [`paint`] draws it anywhere.
//!
//! Uploads go to the queue at once, rather than riding on a paint callback, because egui
//! may drop a frame's shapes (a discarded pass, a hidden window), and a lost block would
//! never come back.

mod appearance;
mod error;
mod item;
mod pane;
mod pipelines;
#[cfg(test)]
mod tests;
mod upload;

use std::sync::Arc;

use eframe::egui::mutex::RwLock;
use eframe::egui::{Painter, Rect};
use egui_wgpu::{CallbackTrait, RenderState, Renderer, RendererOptions, ScreenDescriptor};

pub use appearance::{Appearance, Camera, MAX_TRAIL_SEGMENTS, SCALE_STEPS, Speeds};
pub use error::StageError;
pub use item::StageItem;
pub use pane::PASSES;
pub use upload::{BlockUpload, Upload};

use pane::Pane;
use pipelines::Pipelines;

/// Storage buffers that the vertex shader reads: positions, colours, readiness, times.
const STORAGE_BUFFERS: u32 = 4;

/// The stage's share of the GPU; cheap to clone.
#[derive(Clone)]
pub struct StageGpu {
    is_software: bool,
    device: wgpu::Device,
    queue: wgpu::Queue,
    renderer: Arc<RwLock<Renderer>>,
}

/// What lives in `Renderer::callback_resources`.
struct Resources {
    pipelines: Pipelines,
    panes: std::collections::HashMap<u64, Pane>,
}

impl StageGpu {
    /// Builds the pipelines for egui's render pass; later calls for the same window find
    /// them already there. `options` must be those of egui's renderer:
    /// `RendererOptions::default()` unless `NativeOptions` asks for samples or depth.
    ///
    /// # Errors
    /// [`StageError::NoVertexStorage`], [`StageError::Pipelines`].
    pub fn install(state: &RenderState, options: &RendererOptions) -> Result<Self, StageError> {
        let limits = state.device.limits();
        let downlevel = state.adapter.get_downlevel_capabilities().flags;
        if !downlevel.contains(wgpu::DownlevelFlags::VERTEX_STORAGE)
            || limits.max_storage_buffers_per_shader_stage < STORAGE_BUFFERS
            || limits.max_storage_buffer_binding_size == 0
        {
            let info = state.adapter.get_info();
            return Err(StageError::NoVertexStorage {
                adapter: format!("{} ({:?})", info.name, info.backend),
            });
        }
        let mut renderer = state.renderer.write();
        let resources = &mut renderer.callback_resources;
        if !resources.contains::<Resources>() {
            let pipelines = Pipelines::new(&state.device, state.target_format, options)?;
            resources.insert(Resources { pipelines, panes: std::collections::HashMap::new() });
        }
        Ok(Self {
            is_software: state.adapter.get_info().device_type == wgpu::DeviceType::Cpu,
            device: state.device.clone(),
            queue: state.queue.clone(),
            renderer: Arc::clone(&state.renderer),
        })
    }

    /// What to ask of the device, for `WgpuSetupCreateNew::device_descriptor`.
    ///
    /// eframe's own choice gives OpenGL devices the limits of `WebGL` 2, which has no storage
    /// buffers, even where the driver has them; this is that choice plus what the adapter
    /// offers of them.
    pub fn device_descriptor(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
        let offered = adapter.limits();
        let base = if adapter.get_info().backend == wgpu::Backend::Gl {
            wgpu::Limits {
                max_storage_buffers_per_shader_stage: offered
                    .max_storage_buffers_per_shader_stage
                    .min(STORAGE_BUFFERS),
                max_storage_buffer_binding_size: offered.max_storage_buffer_binding_size,
                ..wgpu::Limits::downlevel_webgl2_defaults()
            }
        } else {
            wgpu::Limits::default()
        };
        wgpu::DeviceDescriptor {
            label: Some("driftscope device"),
            required_limits: wgpu::Limits {
                // As large a window, and as large a picture of it, as the adapter can give.
                max_texture_dimension_2d: offered.max_texture_dimension_2d,
                max_buffer_size: offered.max_buffer_size,
                ..base
            },
            ..wgpu::DeviceDescriptor::default()
        }
    }

    /// Adds to a pane's recording, or gives it another one. Costs a copy of the new data;
    /// call it outside of painting (egui's renderer is locked for that long).
    ///
    /// # Errors
    /// [`StageError::TooLarge`], [`StageError::OutOfMemory`], [`StageError::Malformed`];
    /// the pane then shows what it showed before.
    pub fn upload(&self, pane: u64, upload: &Upload) -> Result<(), StageError> {
        pane::check(upload, &self.device.limits())?;
        let mut renderer = self.renderer.write();
        let Some(resources) = renderer.callback_resources.get_mut::<Resources>() else {
            return Ok(()); // The window is being torn down.
        };
        let layout = &resources.pipelines.layout;
        if !resources.panes.get(&pane).is_some_and(|pane| pane.holds(upload)) {
            let old = resources.panes.get(&pane);
            let new = Pane::begin(&self.device, layout, old, upload)?;
            resources.panes.insert(pane, new);
        }
        if let Some(pane) = resources.panes.get_mut(&pane) {
            pane.write(&self.queue, upload);
        }
        // Lets the copies start now, and their staging memory go even if no frame follows.
        self.queue.submit([]);
        Ok(())
    }

    /// Whether the processor plays graphics card (Mesa's llvmpipe, Windows' WARP). It then pays
    /// some 2 µs for each bend of each trail: shorten them, or raise [`Appearance::trail_stride`].
    pub fn is_software(&self) -> bool {
        self.is_software
    }

    /// Gives a pane's memory back. Painting it then draws nothing.
    pub fn forget(&self, pane: u64) {
        if let Some(resources) = self.renderer.write().callback_resources.get_mut::<Resources>() {
            resources.panes.remove(&pane);
        }
    }
}

/// Draws a pane over `rect` (points), clipped to it. Paint a pane once per frame; in an
/// `egui_plot` plot, use [`StageItem`].
pub fn paint(painter: &Painter, rect: Rect, pane: u64, projection: Camera, view: Appearance) {
    painter.with_clip_rect(rect).add(callback(rect, pane, 0, projection, view));
}

/// The shape that draws a pane; the painter that it is added to clips it.
fn callback(
    rect: Rect,
    pane: u64,
    pass: usize,
    projection: Camera,
    view: Appearance,
) -> eframe::egui::epaint::PaintCallback {
    let callback = StageCallback { pane, pass: pass.min(PASSES - 1), rect, projection, view };
    egui_wgpu::Callback::new_paint_callback(rect, callback)
}

/// One pane in one frame.
struct StageCallback {
    pane: u64,
    pass: usize,
    rect: Rect,
    projection: Camera,
    view: Appearance,
}

impl CallbackTrait for StageCallback {
    fn prepare(
        &self,
        _device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &ScreenDescriptor,
        _encoder: &mut wgpu::CommandEncoder,
        resources: &mut egui_wgpu::CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(pane) = resources
            .get_mut::<Resources>()
            .and_then(|resources| resources.panes.get_mut(&self.pane))
        {
            pane.prepare(queue, self.pass, screen, self.rect, &self.projection, &self.view);
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: eframe::egui::PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &egui_wgpu::CallbackResources,
    ) {
        let Some(resources) = resources.get::<Resources>() else {
            return;
        };
        let Some(pane) = resources.panes.get(&self.pane) else {
            return;
        };
        // egui's viewport for callbacks is rounded to pixels and cut at the window's edge,
        // which would shift and squeeze the picture. The scissor, already set, does the
        // clipping.
        let [width, height] = info.screen_size_px;
        pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
        pane.draw(pass, self.pass, &resources.pipelines);
    }
}
