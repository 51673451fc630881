//! The pipelines, shared by all panes.

use egui_wgpu::RendererOptions;
use wgpu::util::DeviceExt as _;

use super::error::StageError;
use crate::ready::ready;

/// Quads in one instance: particles in a group (`GROUP` in the shader), or segments of a trail.
pub(super) const QUADS: u32 = 64;

/// Indices of one quad.
pub(super) const QUAD_INDICES: u32 = 6;

/// The pipelines and what they share.
pub(super) struct Pipelines {
    pub layout: wgpu::BindGroupLayout,
    pub quads: wgpu::Buffer,
    pub trail: wgpu::RenderPipeline,
    pub particle: wgpu::RenderPipeline,
    /// Particles that multiply what is below by their colour.
    pub darkening: wgpu::RenderPipeline,
    pub trail_highlight: wgpu::RenderPipeline,
    pub highlight: wgpu::RenderPipeline,
}

impl Pipelines {
    pub fn new(
        device: &wgpu::Device,
        format: wgpu::TextureFormat,
        options: &RendererOptions,
    ) -> Result<Self, StageError> {
        let scope = device.push_error_scope(wgpu::ErrorFilter::Validation);
        let pipelines = Self::build(device, format, options);
        match ready(scope.pop()).flatten() {
            None => Ok(pipelines),
            Some(error) => Err(StageError::Pipelines(error.to_string())),
        }
    }

    fn build(
        device: &wgpu::Device,
        format: wgpu::TextureFormat,
        options: &RendererOptions,
    ) -> Self {
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("stage"),
            source: wgpu::ShaderSource::Wgsl(include_str!("../shader.wgsl").into()),
        });
        let storage = wgpu::BufferBindingType::Storage { read_only: true };
        let vertex = wgpu::ShaderStages::VERTEX;
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("stage"),
            entries: &[
                buffer_entry(
                    0,
                    vertex | wgpu::ShaderStages::FRAGMENT,
                    wgpu::BufferBindingType::Uniform,
                ),
                buffer_entry(1, vertex, storage),
                buffer_entry(2, vertex, storage),
                buffer_entry(3, vertex, storage),
                buffer_entry(4, vertex, storage),
            ],
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("stage"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let [fs_disc, fs_darkening, fs_ribbon] = if format.is_srgb() {
            ["fs_disc_linear", "fs_darkening_linear", "fs_ribbon_linear"]
        } else {
            ["fs_disc_gamma", "fs_darkening_gamma", "fs_ribbon_gamma"]
        };
        let blended = |vertex: &str, fragment: &str, blend: wgpu::BlendState| {
            device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
                label: Some(vertex),
                layout: Some(&pipeline_layout),
                vertex: wgpu::VertexState {
                    module: &shader,
                    entry_point: Some(vertex),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    buffers: &[],
                },
                primitive: wgpu::PrimitiveState::default(),
                depth_stencil: depth_stencil(options),
                multisample: wgpu::MultisampleState {
                    count: options.msaa_samples.max(1),
                    ..wgpu::MultisampleState::default()
                },
                fragment: Some(wgpu::FragmentState {
                    module: &shader,
                    entry_point: Some(fragment),
                    compilation_options: wgpu::PipelineCompilationOptions::default(),
                    targets: &[Some(wgpu::ColorTargetState {
                        format,
                        blend: Some(blend),
                        write_mask: wgpu::ColorWrites::ALL,
                    })],
                }),
                multiview_mask: None,
                cache: None,
            })
        };
        let pipeline = |vertex, fragment| blended(vertex, fragment, EGUI_BLEND);
        Self {
            quads: device.create_buffer_init(&wgpu::util::BufferInitDescriptor {
                label: Some("stage quads"),
                contents: bytemuck::cast_slice(&quad_indices()),
                usage: wgpu::BufferUsages::INDEX,
            }),
            trail: pipeline("vs_trail", fs_ribbon),
            particle: pipeline("vs_particle", fs_disc),
            darkening: blended("vs_particle", fs_darkening, MULTIPLY),
            trail_highlight: pipeline("vs_trail_highlight", fs_ribbon),
            highlight: pipeline("vs_highlight", fs_disc),
            layout,
        }
    }
}

/// Exactly how egui blends: premultiplied alpha.
const EGUI_BLEND: wgpu::BlendState = wgpu::BlendState {
    color: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::One,
        dst_factor: wgpu::BlendFactor::OneMinusSrcAlpha,
        operation: wgpu::BlendOperation::Add,
    },
    alpha: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::OneMinusDstAlpha,
        dst_factor: wgpu::BlendFactor::One,
        operation: wgpu::BlendOperation::Add,
    },
};

/// What is there times what comes; the alpha stays.
const MULTIPLY: wgpu::BlendState = wgpu::BlendState {
    color: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::Dst,
        dst_factor: wgpu::BlendFactor::Zero,
        operation: wgpu::BlendOperation::Add,
    },
    alpha: wgpu::BlendComponent {
        src_factor: wgpu::BlendFactor::Zero,
        dst_factor: wgpu::BlendFactor::One,
        operation: wgpu::BlendOperation::Add,
    },
};

fn depth_stencil(options: &RendererOptions) -> Option<wgpu::DepthStencilState> {
    let format = options.depth_stencil_format?;
    Some(wgpu::DepthStencilState {
        format,
        depth_write_enabled: Some(false),
        depth_compare: Some(wgpu::CompareFunction::Always),
        stencil: wgpu::StencilState::default(),
        bias: wgpu::DepthBiasState::default(),
    })
}

fn buffer_entry(
    binding: u32,
    visibility: wgpu::ShaderStages,
    ty: wgpu::BufferBindingType,
) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}

/// Two triangles per quad, its corners numbered 0 1 / 2 3.
fn quad_indices() -> Vec<u16> {
    (0..QUADS as u16).flat_map(|quad| [0, 1, 2, 2, 1, 3].map(|corner| 4 * quad + corner)).collect()
}
