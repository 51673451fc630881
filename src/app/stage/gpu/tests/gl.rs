//! The same on wgpu's GL, for machines without Vulkan.

use std::sync::Arc;

use super::*;
use crate::ready::ready;

/// How the window asks for a device, on GL; none, with a word why, where there is no such adapter.
fn gl() -> Option<egui_wgpu::WgpuSetup> {
    let mut setup = egui_wgpu::WgpuSetupCreateNew::without_display_handle();
    setup.instance_descriptor.backends = wgpu::Backends::GL;
    setup.device_descriptor = Arc::new(StageGpu::device_descriptor);
    let setup = egui_wgpu::WgpuSetup::CreateNew(setup);
    let instance = ready(setup.new_instance()).expect("native instances need no waiting");
    let adapters = ready(instance.enumerate_adapters(wgpu::Backends::GL)).unwrap_or_default();
    if adapters.is_empty() {
        assert!(
            std::env::var("DRIFTSCOPE_REQUIRE_GPU").as_deref() != Ok("1"),
            "no GL adapter, but DRIFTSCOPE_REQUIRE_GPU=1 demands one"
        );
        eprintln!("skipped: no GL adapter (Debian: apt install libegl1 libgles2 libgl1-mesa-dri)");
        return None;
    }
    for adapter in adapters {
        eprintln!("GL adapter: {}", adapter.get_info().name);
    }
    Some(setup)
}

#[test]
fn gl_draws_particles_where_the_recording_says() {
    if let Some(setup) = gl() {
        check_particles(&setup);
    }
}

#[test]
fn gl_draws_trails_and_what_adds_up() {
    let Some(setup) = gl() else { return };
    let path = [[-0.8, 0.0], [0.5, 0.0]];
    let uploads = [upload(2, &path, &[GREEN])];
    let mut harness = stage_on(setup, 1.0, &uploads);
    for (dark, brighter) in [(true, true), (false, false)] {
        let view = Appearance {
            now: 1.0,
            trail_keyframes: 1.0,
            trail_width_px: 4.0,
            trail_opacity: 1.0,
            trail_fading: 0.0,
            adding: Some(0.5),
            dark,
            ..Appearance::default()
        };
        let image = render(&mut harness, view);
        let at = |world| {
            let p = px(world, 1.0);
            image.get_pixel(p.x as u32, p.y as u32).0
        };
        assert!(at([-0.2, 0.0])[1] > BACKGROUND.g() + 20, "the trail: {:?}", at([-0.2, 0.0]));
        let disc = at([0.5, 0.012]);
        assert_eq!(disc[1] > BACKGROUND.g() + 20, brighter, "the disc: {disc:?}");
    }
}
