//! A graphics device that is lost while the window is open.

#[path = "shared/graphics.rs"]
mod graphics;

use driftscope::app::remembered::Remembered;
use driftscope::app::{DeviceLoss, Driftscope, Launch};
use driftscope_study::scene::Scene;
use eframe::egui::{ViewportCommand, ViewportId};
use egui_kittest::Harness;
use egui_kittest::wgpu::WgpuTestRenderer;
use egui_wgpu::{RenderState, RendererOptions, WgpuConfiguration};

use self::graphics::{graphics, ready};

#[test]
fn a_lost_device_closes_the_window_and_what_was_shown_is_kept() {
    let Some((instance, setup)) = graphics() else { return };
    let configuration = WgpuConfiguration { wgpu_setup: setup, ..WgpuConfiguration::default() };
    let options = RendererOptions::PREDICTABLE;
    let render = ready(RenderState::create(&configuration, &instance, None, options));
    let render = render.expect("a device");
    let device = render.device.clone();

    let folder = tempfile::tempdir().expect("a folder");
    let settings = ["sampler.rtol=3e-4", "particles.count=50"].map(str::to_owned);
    let scene = Scene::with_settings(None, &settings).expect("a scene");
    let loss = DeviceLoss::default();
    let remembered = Some(Remembered::read(folder.path()));
    let launch =
        Launch { scene: scene.clone(), remembered, loss: loss.clone(), ..Launch::default() };
    let mut harness = Harness::builder()
        .renderer(WgpuTestRenderer::from_render_state(render))
        .build_eframe(move |cc| Driftscope::new(cc, launch));
    harness.run_steps(5);
    harness.render().expect("it is drawn");
    assert_eq!(loss.why(), None);

    device.destroy();
    let _ = device.poll(wgpu::PollType::Poll);
    assert!(loss.why().is_some(), "it is told");
    // Frames go on until the window is closed, and ask things of the device.
    harness.run_steps(5);
    let commands = &harness.output().viewport_output[&ViewportId::ROOT].commands;
    assert!(commands.contains(&ViewportCommand::Close), "{commands:?}");
    eframe::App::on_exit(harness.state_mut());
    drop(harness);
    let again = Remembered::read(folder.path());
    assert!(!again.interrupted);
    assert_eq!(again.last.expect("remembered").expect("read").scene, scene);
}
