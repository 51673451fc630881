//! Opening the window on a page.

use std::sync::Arc;

use super::stage::gpu::StageGpu;

/// How the page draws: as the window on the desktop does.
#[must_use]
pub fn page_options() -> eframe::WebOptions {
    let mut options = eframe::WebOptions { dithering: false, ..eframe::WebOptions::default() };
    if let egui_wgpu::WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup {
        setup.device_descriptor = Arc::new(StageGpu::device_descriptor);
    }
    options
}
