//! The graphics card that tests draw with.

use egui_kittest::wgpu::default_wgpu_setup;
use egui_wgpu::WgpuSetup;

/// The value of a future that never waits, as those of native instances.
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match std::pin::pin!(future).poll(&mut context) {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => unreachable!("native instances need no waiting"),
    }
}

/// What can draw; none where there is no adapter, which is said.
///
/// # Panics
/// If there is none, but `DRIFTSCOPE_REQUIRE_GPU=1` demands one.
pub fn graphics() -> Option<(wgpu::Instance, WgpuSetup)> {
    let setup = default_wgpu_setup();
    let instance = ready(setup.new_instance());
    if !ready(instance.enumerate_adapters(wgpu::Backends::all())).is_empty() {
        return Some((instance, setup));
    }
    let demanded = std::env::var("DRIFTSCOPE_REQUIRE_GPU").as_deref() == Ok("1");
    assert!(!demanded, "no graphics adapter, but DRIFTSCOPE_REQUIRE_GPU=1 demands one");
    eprintln!("skipped: no graphics adapter (Debian: apt install mesa-vulkan-drivers)");
    None
}
