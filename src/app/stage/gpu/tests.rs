//! The stage drawn by a software Vulkan, looked at pixel by pixel.

mod gl;
mod overlap;
mod speed;

use std::sync::Arc;

use eframe::egui::{self, Color32, Pos2, Rect, Vec2};
use egui_kittest::Harness;
use image::RgbaImage;

use super::{Appearance, BlockUpload, Camera, StageError, StageGpu, StageItem, Upload, paint};
use crate::ready::ready;

const SIZE: f32 = 240.0;
const BACKGROUND: Color32 = Color32::from_rgb(0x14, 0x16, 0x1a);
const RED: [u8; 4] = [255, 40, 40, 255];
const GREEN: [u8; 4] = [40, 255, 40, 255];
const BLUE: [u8; 4] = [60, 60, 255, 255];

/// Whether there is anything to draw with; without it tests are skipped, or fail if
/// `DRIFTSCOPE_REQUIRE_GPU=1`.
fn gpu_available() -> bool {
    let setup = egui_kittest::wgpu::default_wgpu_setup();
    let instance = ready(setup.new_instance()).expect("native instances need no waiting");
    let adapters = ready(instance.enumerate_adapters(wgpu::Backends::all()));
    let found = adapters.is_some_and(|adapters| !adapters.is_empty());
    if !found {
        assert!(
            std::env::var("DRIFTSCOPE_REQUIRE_GPU").as_deref() != Ok("1"),
            "no graphics adapter, but DRIFTSCOPE_REQUIRE_GPU=1 demands one"
        );
        eprintln!("skipped: no graphics adapter (Debian: apt install mesa-vulkan-drivers)");
    }
    found
}

/// A square window, all of it a plot of [-1, 1]² without axes.
struct TestApp {
    gpu: StageGpu,
    view: Appearance,
    ground: Color32,
    in_plot: bool,
}

impl eframe::App for TestApp {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        let rect = ui.ctx().content_rect();
        ui.painter().rect_filled(rect, 0.0, self.ground);
        if self.in_plot {
            egui_plot::Plot::new("stage")
                .show_axes(false)
                .show_grid(false)
                .show_background(false)
                .show(ui, |plot| {
                    plot.set_plot_bounds(egui_plot::PlotBounds::from_min_max([-1.0; 2], [1.0; 2]));
                    plot.add(StageItem::new(7, self.view));
                });
        } else {
            paint(ui.painter(), rect, 7, unit_square(rect), self.view);
        }
    }
}

fn unit_square(rect: Rect) -> Camera {
    Camera {
        world: [0.0, 0.0],
        screen: rect.center(),
        points_per_unit: [f64::from(rect.width()) / 2.0, f64::from(rect.height()) / -2.0],
    }
}

fn stage(pixels_per_point: f32, uploads: &[Upload]) -> Harness<'_, TestApp> {
    stage_on(egui_kittest::wgpu::default_wgpu_setup(), pixels_per_point, uploads)
}

fn stage_on(
    setup: egui_wgpu::WgpuSetup,
    pixels_per_point: f32,
    uploads: &[Upload],
) -> Harness<'_, TestApp> {
    egui_kittest::Harness::builder()
        .with_size(Vec2::splat(SIZE))
        .with_pixels_per_point(pixels_per_point)
        .with_render_cursor(false)
        .wgpu_setup(setup)
        .build_eframe(|cc| {
            let state = cc.wgpu_render_state.as_ref().expect("rendered by wgpu");
            let options = egui_wgpu::RendererOptions::PREDICTABLE;
            let gpu = StageGpu::install(state, &options).expect("storage buffers");
            for upload in uploads {
                gpu.upload(7, upload).expect("a sound upload");
            }
            let view = Appearance { radius_px: 4.0, ..Appearance::default() };
            TestApp { gpu, view, ground: BACKGROUND, in_plot: false }
        })
}

fn render(harness: &mut Harness<'_, TestApp>, view: Appearance) -> RgbaImage {
    harness.state_mut().view = view;
    harness.run_steps(2);
    harness.render().expect("an image")
}

fn upload(keyframes: usize, positions: &[[f32; 2]], colours: &[[u8; 4]]) -> Upload {
    Upload {
        recording: 1,
        particles: positions.len() / keyframes,
        keyframes,
        times: (0..keyframes).map(|k| k as f32 / (keyframes - 1).max(1) as f32).collect(),
        blocks: vec![BlockUpload { first_particle: 0, positions: positions.into() }],
        colours: Some(colours.into()),
    }
}

/// Where the middle of all pixels close to a colour is, and how many there are.
fn centroid(image: &RgbaImage, colour: [u8; 4]) -> Option<(Pos2, usize)> {
    let close = |pixel: &[u8; 4]| (0..3).all(|i| pixel[i].abs_diff(colour[i]) < 16);
    let hits = image.enumerate_pixels().filter(|(_, _, p)| close(&p.0));
    let (mut sum, mut count) = (Vec2::ZERO, 0_usize);
    for (x, y, _) in hits {
        sum += Vec2::new(x as f32 + 0.5, y as f32 + 0.5);
        count += 1;
    }
    (count > 0).then(|| ((sum / count as f32).to_pos2(), count))
}

/// The pixel position of a world point in [-1, 1]².
fn px(world: [f32; 2], pixels_per_point: f32) -> Pos2 {
    let half = SIZE * pixels_per_point / 2.0;
    Pos2::new(half + world[0] * half, half - world[1] * half)
}

fn mix(a: [f32; 2], b: [f32; 2], f: f32) -> [f32; 2] {
    [a[0] + (b[0] - a[0]) * f, a[1] + (b[1] - a[1]) * f]
}

#[test]
fn particles_are_where_the_recording_says() {
    if gpu_available() {
        check_particles(&egui_kittest::wgpu::default_wgpu_setup());
    }
}

fn check_particles(setup: &egui_wgpu::WgpuSetup) {
    let red = [[-0.8, -0.5], [0.1, 0.62], [0.77, 0.3]];
    let green = [[0.5, -0.8], [0.5, 0.0], [-0.43, -0.21]];
    let blue = [[-0.9, 0.9], [-0.6, 0.8], [-0.31, 0.85]];
    let paths = [red, green, blue];
    for pixels_per_point in [1.0, 1.5] {
        for in_plot in [false, true] {
            let uploads = [upload(3, paths.as_flattened(), &[RED, GREEN, BLUE])];
            let mut harness = stage_on(setup.clone(), pixels_per_point, &uploads);
            harness.state_mut().in_plot = in_plot;
            for now in [0.0, 0.75, 1.4, 2.0] {
                let view = Appearance { now, radius_px: 5.0, ..Appearance::default() };
                let image = render(&mut harness, view);
                for (path, colour) in paths.iter().zip([RED, GREEN, BLUE]) {
                    let from = (now as usize).min(1);
                    let world = mix(path[from], path[from + 1], now - from as f32);
                    let expected = px(world, pixels_per_point);
                    let (found, count) = centroid(&image, colour).expect("the particle is drawn");
                    assert!(
                        found.distance(expected) < 0.5,
                        "now {now}, plot {in_plot}: {found} instead of {expected}"
                    );
                    // A disc of radius 5 covers 79 pixels, those on its edge in part.
                    assert!((55..=85).contains(&count), "{count} pixels");
                    // In the middle, the colour is exactly egui's.
                    let middle = image.get_pixel(expected.x as u32, expected.y as u32);
                    assert_eq!(middle.0, colour);
                }
            }
        }
    }
}

#[test]
fn over_time_particles_are_at_their_time_and_projection() {
    if !gpu_available() {
        return;
    }
    let red = [[-0.8, -0.5], [0.1, 0.62], [0.77, 0.3]];
    let green = [[0.5, -0.8], [0.5, 0.0], [-0.43, -0.21]];
    let paths = [red, green];
    for in_plot in [false, true] {
        let uploads = [upload(3, paths.as_flattened(), &[RED, GREEN])];
        let mut harness = stage(1.0, &uploads);
        harness.state_mut().in_plot = in_plot;
        for direction in [[1.0_f32, 0.0], [0.0, 1.0], [0.8, 0.6]] {
            for now in [0.0, 0.7, 2.0] {
                let over_time = Some(direction);
                let view = Appearance { now, radius_px: 5.0, over_time, ..Appearance::default() };
                let image = render(&mut harness, view);
                for (path, colour) in paths.iter().zip([RED, GREEN]) {
                    let from = (now as usize).min(1);
                    let [x, y] = mix(path[from], path[from + 1], now - from as f32);
                    let world = [now / 2.0, x * direction[0] + y * direction[1]];
                    let expected = px(world, 1.0);
                    let (found, _) = centroid(&image, colour).expect("the particle is drawn");
                    // Half of a disc at t = 1 lies outside.
                    let off = if now > 1.9 { Vec2::new(2.5, 0.5) } else { Vec2::splat(0.5) };
                    let error = (found - expected).abs();
                    assert!(error.x <= off.x && error.y <= off.y, "{found} is not {expected}");
                }
            }
        }
    }
}

#[test]
fn a_second_pass_draws_the_chord_under_the_path() {
    if !gpu_available() {
        return;
    }
    let path = [[-0.8, -0.8], [0.8, -0.8], [0.8, 0.8]];
    let uploads = [upload(3, &path, &[GREEN])];
    let mut harness = stage(1.0, &uploads);
    let chord = Appearance {
        now: 2.0,
        discs: false,
        trail_keyframes: 2.0,
        trail_stride: 2,
        trail_fading: 0.0,
        trail_opacity: 1.0,
        trail_width_px: 3.0,
        ..Appearance::default()
    };
    let image = render(&mut harness, chord);
    let green_at = |world| {
        let p = px(world, 1.0);
        image.get_pixel(p.x as u32, p.y as u32).0[1]
    };
    for share in [0.1, 0.5, 0.9] {
        let at = mix(path[0], path[2], share);
        assert!(green_at(at) > 200, "an even line from start to end: {}", green_at(at));
    }
    assert_eq!(green_at([0.8, -0.3]), BACKGROUND.g(), "not along the path");
}

#[test]
fn trails_join_the_past_to_the_tip() {
    if !gpu_available() {
        return;
    }
    // Right, then up; the third keyframe is far away.
    let path = [[-0.8, -0.8], [0.5, -0.8], [0.5, 0.7], [-0.9, 0.9]];
    let uploads = [upload(4, &path, &[GREEN])];
    let mut harness = stage(1.0, &uploads);
    let view = Appearance {
        now: 1.5,
        radius_px: 2.0,
        trail_keyframes: 1.0,
        trail_width_px: 4.0,
        trail_opacity: 1.0,
        ..Appearance::default()
    };
    let image = render(&mut harness, view);
    let green_at = |image: &RgbaImage, world| {
        let p = px(world, 1.0);
        image.get_pixel(p.x as u32, p.y as u32).0[1]
    };
    let background = BACKGROUND.g();
    let trail = [[0.5, -0.1], [0.5, -0.5], [0.499, -0.799], [0.2, -0.8]];
    let greens = trail.map(|world| green_at(&image, world));
    assert!(
        greens.is_sorted_by(|newer, older| newer > older),
        "fades towards the past: {greens:?}"
    );
    assert!(greens[3] > background + 20, "reaches back: {greens:?}");
    // Neither beyond the tail, nor beyond the tip.
    for world in [[-0.3, -0.8], [0.5, 0.1]] {
        assert_eq!(green_at(&image, world), background, "{world:?}");
    }
    // A stride that skips the corner goes straight from the last knot, here the first keyframe.
    let chord = Appearance { trail_keyframes: 4.0, trail_stride: 4, ..view };
    let image = render(&mut harness, chord);
    assert_eq!(green_at(&image, trail[1]), background);
    assert!(green_at(&image, mix(path[0], [0.5, -0.05], 0.7)) > background + 20);
    // Length 0 draws none.
    let without = Appearance { trail_keyframes: 0.0, ..view };
    let image = render(&mut harness, without);
    assert_eq!(green_at(&image, trail[1]), background);
}

#[test]
fn only_finite_positions_that_have_arrived_are_drawn() {
    if !gpu_available() {
        return;
    }
    let nan = f32::NAN;
    // Red diverges after the first keyframe. Green is in the second block, blue never comes.
    let mut first = upload(2, &[[0.5, 0.5], [nan, 3.0e38]], &[RED, GREEN, BLUE]);
    first.particles = 3;
    let second = Upload {
        blocks: vec![BlockUpload {
            first_particle: 1,
            positions: [[-0.5, 0.5], [-0.5, 0.0]].into(),
        }],
        colours: None,
        ..first.clone()
    };
    let uploads = [first.clone(), second];
    let mut harness = stage(1.0, &uploads);
    let trail = Appearance { trail_keyframes: 2.0, radius_px: 4.0, ..Appearance::default() };
    let image = render(&mut harness, trail);
    assert!(centroid(&image, RED).is_some(), "finite at the start");
    assert!(centroid(&image, BLUE).is_none(), "not there yet");
    let image = render(&mut harness, Appearance { now: 0.5, ..trail });
    assert!(centroid(&image, RED).is_none(), "on its way to NaN");
    assert!(centroid(&image, GREEN).is_some());
    // The same buffers hold the next recording, without a trace of the last.
    let next = Upload { recording: 2, colours: None, ..first };
    let gpu = harness.state().gpu.clone();
    gpu.upload(7, &next).expect("a sound upload");
    let image = render(&mut harness, trail);
    assert!(centroid(&image, RED).is_some(), "colours are kept");
    assert!(centroid(&image, GREEN).is_none(), "the old path is gone");
    gpu.forget(7);
    let image = render(&mut harness, trail);
    assert!(image.pixels().all(|pixel| pixel.0[0] == BACKGROUND.r()));
}

#[test]
fn the_highlighted_particle_is_larger_and_on_top() {
    if !gpu_available() {
        return;
    }
    let uploads = [upload(1, &[[0.0, 0.0], [0.0, 0.0]], &[RED, GREEN])];
    let mut harness = stage(1.0, &uploads);
    let view = Appearance { radius_px: 4.0, ..Appearance::default() };
    let image = render(&mut harness, view);
    assert!(centroid(&image, RED).is_none(), "green is above red");
    let lit = Appearance { highlight: Some(0), opacity: 0.5, ..view };
    let (_, count) = centroid(&render(&mut harness, lit), RED).expect("red is above green");
    assert!(count > 90, "{count} pixels");
}

#[test]
fn a_recording_that_cannot_be_shown_is_refused_in_words() {
    if !gpu_available() {
        return;
    }
    let sound = upload(2, &[[0.0, 0.0]; 4], &[RED, GREEN]);
    let uploads = [sound.clone()];
    let harness = stage(1.0, &uploads);
    let gpu = &harness.state().gpu;
    let huge =
        Upload { particles: 100_000_000, blocks: Vec::new(), colours: None, ..sound.clone() };
    let error = gpu.upload(7, &huge).unwrap_err();
    assert!(matches!(error, StageError::TooLarge { .. }), "{error}");
    assert!(error.to_string().contains("100000000 particles"), "{error}");
    let mut late = sound.clone();
    late.blocks[0].first_particle = 1;
    let mut ragged = sound.clone();
    ragged.blocks[0].positions = Arc::from([[0.0, 0.0]; 3]);
    let mut pale = sound.clone();
    pale.colours = Some(Arc::from([RED]));
    for upload in [late, ragged, pale] {
        let error = gpu.upload(7, &upload).unwrap_err();
        assert!(matches!(error, StageError::Malformed { .. }), "{error}");
    }
}

#[test]
fn pipelines_fit_every_render_pass_that_egui_may_have() {
    if !gpu_available() {
        return;
    }
    let harness = stage(1.0, &[]);
    let device = &harness.state().gpu.device;
    for format in [wgpu::TextureFormat::Bgra8Unorm, wgpu::TextureFormat::Rgba8UnormSrgb] {
        for (msaa_samples, depth_stencil_format) in
            [(0, None), (4, Some(wgpu::TextureFormat::Depth32Float))]
        {
            let options = egui_wgpu::RendererOptions {
                msaa_samples,
                depth_stencil_format,
                ..egui_wgpu::RendererOptions::default()
            };
            let built = super::Pipelines::new(device, format, &options);
            assert!(built.is_ok(), "{format:?} {options:?}: {:?}", built.err());
        }
    }
}
