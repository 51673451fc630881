//! A graphics device that is lost while the window is open.

use driftscope::app::remembered::Remembered;
use driftscope::app::{DeviceLoss, Driftscope, Launch};
use driftscope_study::scene::Scene;
use eframe::egui::{ViewportCommand, ViewportId};
use egui_kittest::Harness;
use egui_kittest::wgpu::{WgpuTestRenderer, default_wgpu_setup};
use egui_wgpu::{RenderState, RendererOptions, WgpuConfiguration};

/// The value of a future that never waits, as those of native instances.
fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("native instances need no waiting"),
    }
}

#[test]
fn a_lost_device_closes_the_window_and_what_was_shown_is_kept() {
    let setup = default_wgpu_setup();
    let instance = ready(setup.new_instance());
    if ready(instance.enumerate_adapters(wgpu::Backends::all())).is_empty() {
        let required = std::env::var("DRIFTSCOPE_REQUIRE_GPU").as_deref() == Ok("1");
        assert!(!required, "no graphics adapter, but DRIFTSCOPE_REQUIRE_GPU=1 demands one");
        eprintln!("skipped: no graphics adapter (Debian: apt install mesa-vulkan-drivers)");
        return;
    }
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
