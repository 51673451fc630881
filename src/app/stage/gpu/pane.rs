//! One pane's recording on the GPU.

use eframe::egui::Rect;
use egui_wgpu::ScreenDescriptor;

use super::appearance::{Appearance, Camera, Uniforms};
use super::error::StageError;
use super::pipelines::{Pipelines, QUAD_INDICES, QUADS};
use super::upload::Upload;
use crate::ready::ready;

/// Looks at one pane that a frame may hold; see [`super::StageItem::pass`]. The data points are
/// looked at by every pane.
pub const PASSES: usize = driftscope_study::scene::MOST_PANES;

/// Bytes of a position.
const POSITION: usize = size_of::<[f32; 2]>();

/// Particles whose colour nobody has told yet.
const NEUTRAL: [u8; 4] = [0xb8, 0xbf, 0xc9, 0xff];

/// Whether an upload is sound and fits the device.
pub(super) fn check(upload: &Upload, limits: &wgpu::Limits) -> Result<(), StageError> {
    let Upload { particles, keyframes, .. } = *upload;
    let malformed =
        |reason: String| Err(StageError::Malformed { recording: upload.recording, reason });
    if particles == 0 || keyframes == 0 {
        return malformed(format!("{particles} particles × {keyframes} keyframes"));
    }
    let needed =
        (particles as u64).saturating_mul(keyframes as u64).saturating_mul(POSITION as u64);
    // The shader's indices are 32 bits wide.
    let allowed =
        limits.max_storage_buffer_binding_size.min(limits.max_buffer_size).min(u64::from(u32::MAX));
    if needed > allowed {
        return Err(StageError::TooLarge {
            particles,
            keyframes,
            needed: needed.div_ceil(1_000_000),
            allowed: allowed / 1_000_000,
        });
    }
    for block in &upload.blocks {
        let count = block.positions.len() / keyframes;
        let end = block.first_particle.saturating_add(count);
        if block.positions.len() % keyframes != 0 || end > particles {
            return malformed(format!(
                "a block of {} positions from particle {} in a recording of {particles} particles \
                 × {keyframes} keyframes",
                block.positions.len(),
                block.first_particle,
            ));
        }
    }
    match &upload.colours {
        Some(colours) if colours.len() < particles => {
            malformed(format!("{} colours for {particles} particles", colours.len()))
        }
        _ => Ok(()),
    }
}

/// A recording, or the part of it that has arrived, in GPU buffers.
pub(super) struct Pane {
    recording: u64,
    particles: usize,
    keyframes: usize,
    /// How many colours are known.
    coloured: usize,
    /// One bit per particle whose path has arrived.
    ready: Vec<u32>,
    /// What each pass draws.
    drawn: [Option<Drawn>; PASSES],
    buffers: Buffers,
}

/// What a pass draws.
#[derive(Clone, Copy)]
struct Drawn {
    uniforms: Uniforms,
    discs: bool,
    /// Whether discs darken what is below rather than lie on it.
    darken: bool,
}

#[derive(Clone)]
struct Buffers {
    uniforms: [wgpu::Buffer; PASSES],
    positions: wgpu::Buffer,
    colours: wgpu::Buffer,
    ready: wgpu::Buffer,
    times: wgpu::Buffer,
    bind_groups: [wgpu::BindGroup; PASSES],
}

impl Pane {
    /// Whether the upload belongs to the recording that is here.
    pub fn holds(&self, upload: &Upload) -> bool {
        self.recording == upload.recording
            && self.particles == upload.particles
            && self.keyframes == upload.keyframes
    }

    /// An empty pane for a recording, in the buffers of an old one where they are large enough.
    pub fn begin(
        device: &wgpu::Device,
        layout: &wgpu::BindGroupLayout,
        old: Option<&Self>,
        upload: &Upload,
    ) -> Result<Self, StageError> {
        let scope = device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffers = Buffers::new(device, layout, old.map(|old| &old.buffers), upload);
        if let Some(error) = ready(scope.pop()).flatten() {
            return Err(StageError::OutOfMemory(error.to_string()));
        }
        let colours_kept = old.filter(|old| old.buffers.colours == buffers.colours);
        Ok(Self {
            recording: upload.recording,
            particles: upload.particles,
            keyframes: upload.keyframes,
            coloured: colours_kept.map_or(0, |old| old.coloured),
            ready: vec![0; upload.particles.div_ceil(32)],
            drawn: [None; PASSES],
            buffers,
        })
    }

    /// Copies what an upload brings; it has been checked.
    pub fn write(&mut self, queue: &wgpu::Queue, upload: &Upload) {
        for block in &upload.blocks {
            let offset = block.first_particle * self.keyframes * POSITION;
            let bytes = bytemuck::cast_slice(&block.positions);
            queue.write_buffer(&self.buffers.positions, offset as u64, bytes);
            let count = block.positions.len() / self.keyframes;
            for particle in block.first_particle..block.first_particle + count {
                self.ready[particle / 32] |= 1 << (particle % 32);
            }
        }
        queue.write_buffer(&self.buffers.ready, 0, bytemuck::cast_slice(&self.ready));
        let known = upload.times.len().min(self.keyframes);
        if known > 0 {
            queue.write_buffer(
                &self.buffers.times,
                0,
                bytemuck::cast_slice(&upload.times[..known]),
            );
        }
        if let Some(colours) = &upload.colours {
            let colours = &colours[..self.particles];
            queue.write_buffer(&self.buffers.colours, 0, bytemuck::cast_slice(colours));
            self.coloured = self.coloured.max(self.particles);
        } else if self.coloured < self.particles {
            let colours = vec![NEUTRAL; self.particles - self.coloured];
            let offset = self.coloured * size_of_val(&NEUTRAL);
            let bytes = bytemuck::cast_slice(&colours);
            queue.write_buffer(&self.buffers.colours, offset as u64, bytes);
            self.coloured = self.particles;
        }
    }

    /// Brings the uniforms of a pass up to date.
    pub fn prepare(
        &mut self,
        queue: &wgpu::Queue,
        pass: usize,
        screen: &ScreenDescriptor,
        rect: Rect,
        projection: &Camera,
        view: &Appearance,
    ) {
        let (particles, keyframes) = (self.particles, self.keyframes);
        let uniforms = Uniforms::new(screen, rect, projection, view, particles, keyframes);
        let darken = view.adding.is_some() && !view.dark;
        let before = self.drawn[pass].replace(Drawn { uniforms, discs: view.discs, darken });
        if before.map(|before| before.uniforms) != Some(uniforms) {
            queue.write_buffer(&self.buffers.uniforms[pass], 0, bytemuck::bytes_of(&uniforms));
        }
    }

    /// Trails below, particles above them, the highlighted one on top.
    pub fn draw(&self, pass: &mut wgpu::RenderPass<'static>, number: usize, pipelines: &Pipelines) {
        let Some(Drawn { uniforms, discs, darken }) = self.drawn[number] else {
            return;
        };
        let particles = uniforms.particles;
        let trail = 0..uniforms.trail_segments() * QUAD_INDICES;
        let trails_show = uniforms.trail_opacity > 0.0 && uniforms.trail_width_px > 0.0;
        pass.set_bind_group(0, &self.buffers.bind_groups[number], &[]);
        pass.set_index_buffer(pipelines.quads.slice(..), wgpu::IndexFormat::Uint16);
        if trails_show && !trail.is_empty() {
            pass.set_pipeline(&pipelines.trail);
            pass.draw_indexed(trail.clone(), 0, 0..particles);
        }
        if discs {
            pass.set_pipeline(if darken { &pipelines.darkening } else { &pipelines.particle });
            pass.draw_indexed(0..QUADS * QUAD_INDICES, 0, 0..particles.div_ceil(QUADS));
        }
        if uniforms.highlight < particles {
            if !trail.is_empty() {
                pass.set_pipeline(&pipelines.trail_highlight);
                pass.draw_indexed(trail, 0, 0..1);
            }
            pass.set_pipeline(&pipelines.highlight);
            pass.draw_indexed(0..QUAD_INDICES, 0, 0..1);
        }
    }
}

impl Buffers {
    fn new(
        device: &wgpu::Device,
        layout: &wgpu::BindGroupLayout,
        old: Option<&Self>,
        upload: &Upload,
    ) -> Self {
        let particles = upload.particles;
        let storage = |label: &str, bytes: usize, old: Option<&wgpu::Buffer>| {
            old.filter(|old| old.size() >= bytes as u64)
                .cloned()
                .unwrap_or_else(|| buffer(device, label, bytes, wgpu::BufferUsages::STORAGE))
        };
        let positions = storage(
            "stage positions",
            particles * upload.keyframes * POSITION,
            old.map(|old| &old.positions),
        );
        let colours = storage("stage colours", particles * 4, old.map(|old| &old.colours));
        let ready = storage("stage ready", particles.div_ceil(32) * 4, old.map(|old| &old.ready));
        let times = storage("stage times", upload.keyframes * 4, old.map(|old| &old.times));
        if let Some(old) = old
            && (&old.positions, &old.colours, &old.ready, &old.times)
                == (&positions, &colours, &ready, &times)
        {
            return old.clone();
        }
        let uniforms = old.map_or_else(
            || {
                let size = size_of::<Uniforms>();
                [(); PASSES]
                    .map(|()| buffer(device, "stage view", size, wgpu::BufferUsages::UNIFORM))
            },
            |old| old.uniforms.clone(),
        );
        let bind_groups = std::array::from_fn(|pass| {
            let bind = [&uniforms[pass], &positions, &colours, &ready, &times];
            let entries = [0, 1, 2, 3, 4].map(|binding| wgpu::BindGroupEntry {
                binding,
                resource: bind[binding as usize].as_entire_binding(),
            });
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("stage pane"),
                layout,
                entries: &entries,
            })
        });
        Self { uniforms, positions, colours, ready, times, bind_groups }
    }
}

fn buffer(
    device: &wgpu::Device,
    label: &str,
    bytes: usize,
    usage: wgpu::BufferUsages,
) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: bytes as u64,
        usage: usage | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}
