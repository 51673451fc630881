//! What a frame of the window costs the processor: interface, upload and encoding, everything but
//! the graphics card's own work. With a software Vulkan that work would be the processor's as well;
//! it is done between frames and not counted.
//!
//! `cargo bench --bench frame`

use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use driftscope::app::offscreen::{Offscreen, Order, View};
use driftscope::app::palette::Theme;
use driftscope::app::{Driftscope, Launch};
use driftscope_study::scene::Scene;
use eframe::App;
use eframe::egui::{self, Context, RawInput, Rect, pos2, vec2};
use egui_wgpu::{RenderState, ScreenDescriptor};

const SIZE: [u32; 2] = [1280, 800];

/// A window without a screen.
struct Window {
    ctx: Context,
    app: Driftscope,
    frame: eframe::Frame,
    render: RenderState,
    target: wgpu::TextureView,
    time: f64,
}

impl Window {
    fn new(settings: &[&str]) -> Self {
        let settings: Vec<String> = settings.iter().map(|&setting| setting.to_owned()).collect();
        let scene = Scene::with_settings(None, &settings).expect("a scene");
        let render = egui_kittest::wgpu::create_render_state(
            egui_kittest::wgpu::default_wgpu_setup(),
            egui_wgpu::RendererOptions::PREDICTABLE,
        );
        let ctx = Context::default();
        let mut cc = eframe::CreationContext::_new_kittest(ctx.clone());
        cc.wgpu_render_state = Some(render.clone());
        let app = Driftscope::new(&cc, Launch { scene, ..Launch::default() });
        let target = render.device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width: SIZE[0], height: SIZE[1], depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: render.target_format,
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
            view_formats: &[],
        });
        let target = target.create_view(&wgpu::TextureViewDescriptor::default());
        Self { ctx, app, frame: eframe::Frame::_new_kittest(), render, target, time: 0.0 }
    }

    /// One frame, and how long the processor worked on it. The graphics card's part is left out
    /// where `draw` is not set.
    fn frame(&mut self, draw: bool) -> Duration {
        self.time += 1.0 / 60.0;
        let [width, height] = SIZE.map(|side| side as f32);
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(width, height))),
            time: Some(self.time),
            predicted_dt: 1.0 / 60.0,
            // Someone points at the stage.
            events: vec![egui::Event::PointerMoved(pos2(
                640.0 + (self.time * 9.0) as f32 % 40.0,
                380.0,
            ))],
            ..RawInput::default()
        };
        let began = Instant::now();
        let (app, frame) = (&mut self.app, &mut self.frame);
        let mut output = self.ctx.run_ui(input, |ui| {
            let ctx = ui.ctx().clone();
            app.logic(&ctx, frame);
            app.ui(ui, frame);
        });
        let jobs = self.ctx.tessellate(std::mem::take(&mut output.shapes), output.pixels_per_point);
        let screen = ScreenDescriptor { size_in_pixels: SIZE, pixels_per_point: 1.0 };
        let RenderState { device, queue, renderer, .. } = &self.render;
        let mut renderer = renderer.write();
        for (id, deltas) in output.textures_delta.set.drain() {
            for delta in deltas {
                renderer.update_texture(device, queue, id, &delta);
            }
        }
        let mut encoder = device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut buffers = renderer.update_buffers(device, queue, &mut encoder, &jobs, &screen);
        {
            let pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view: &self.target,
                    resolve_target: None,
                    depth_slice: None,
                    ops: wgpu::Operations::default(),
                })],
                ..wgpu::RenderPassDescriptor::default()
            });
            renderer.render(&mut pass.forget_lifetime(), &jobs, &screen);
        }
        buffers.push(encoder.finish());
        for id in output.textures_delta.free.drain() {
            renderer.free_texture(&id);
        }
        drop(renderer);
        let took = began.elapsed();
        if draw {
            queue.submit(buffers);
        } else {
            // What was written to buffers still has to go.
            queue.submit([]);
        }
        let _ = device.poll(wgpu::PollType::wait_indefinitely());
        took
    }

    fn settle(&mut self) {
        let began = Instant::now();
        while !self.app.is_settled() {
            assert!(began.elapsed() < Duration::from_mins(10), "waited in vain for the engine");
            self.frame(false);
            std::thread::sleep(Duration::from_millis(2));
        }
        for _ in 0..60 {
            self.frame(false);
        }
        self.frame(true);
    }
}

const COMMON: [&str; 4] =
    ["data.name=two-moons", "sampler.method=rk4", "sampler.steps=40", "view.trail=0.3"];

fn settled(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frame");
    group.sample_size(20).measurement_time(Duration::from_secs(4));
    for (name, count, more) in [
        ("one pane", 10_000, ""),
        ("one pane", 100_000, ""),
        (
            "all layers",
            10_000,
            r#"view.layers=["target","marginal","velocity","score","data","chords","trails","particles"]"#,
        ),
    ] {
        let count_key = format!("particles.count={count}");
        let mut settings = COMMON.to_vec();
        settings.push(&count_key);
        if !more.is_empty() {
            settings.push(more);
        }
        let mut window = Window::new(&settings);
        window.settle();
        group.bench_function(BenchmarkId::new(name, count), |bencher| {
            bencher.iter_custom(|frames| (0..frames).map(|_| window.frame(false)).sum());
        });
    }
    group.finish();
}

/// Frames while the engine is at work on all cores: no criterion statistics, since a solve does not
/// last as long as it likes to.
fn while_solving(_: &mut Criterion) {
    for count in [10_000, 100_000] {
        let count_key = format!("particles.count={count}");
        let mut settings = COMMON.to_vec();
        settings.extend([count_key.as_str(), "sampler.steps=400"]);
        let mut window = Window::new(&settings);
        // The first frames lay out fonts.
        for _ in 0..5 {
            window.frame(false);
        }
        let mut frames = Vec::new();
        // The engine's answer may come a frame after the request.
        while window.app.state().solving().is_some() && frames.len() < 4_000 {
            frames.push(window.frame(false));
            std::thread::sleep(Duration::from_millis(4));
        }
        frames.sort_unstable();
        let at = |share: f64| frames[((frames.len() - 1) as f64 * share) as usize];
        println!(
            "frame/while solving/{count}: {} frames, median {:.2?}, 95 % below {:.2?}, longest {:.2?}",
            frames.len(),
            at(0.5),
            at(0.95),
            at(1.0)
        );
    }
}

/// Frames of a film that `driftscope render` makes, without the rasteriser, and with it.
fn film(_: &mut Criterion) {
    const FRAMES: u32 = 300;
    const PARTICLES: usize = 10_000;
    let count = format!("particles.count={PARTICLES}");
    let order = Order {
        scene: Scene::with_settings(Some("where-the-steps-go"), &[count]).expect("a scene"),
        view: View::Stage,
        size: [1280.0, 720.0],
        scale: 1.0,
        theme: Theme::default(),
        caption: false,
    };
    let mut views = Offscreen::new(order, None);
    views.settle(0.0, &mut || false).expect("solved");
    let mut spent = [Duration::ZERO; 2];
    for frame in 0..FRAMES {
        let began = Instant::now();
        views.show(f64::from(frame) / f64::from(FRAMES - 1), 1.0 / 30.0);
        spent[0] += began.elapsed();
        let began = Instant::now();
        std::hint::black_box(views.picture());
        spent[1] += began.elapsed();
    }
    let [shown, drawn] = spent.map(|time| time / FRAMES);
    println!(
        "frame/film of {PARTICLES}, 1280x720: {shown:.2?} a frame without the rasteriser, {drawn:.2?} in it"
    );
}

criterion_group!(benches, settled, while_solving, film);
criterion_main!(benches);
