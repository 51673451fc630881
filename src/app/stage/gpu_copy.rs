//! The copy of a pane's recording on the graphics card.

use std::sync::Arc;

use driftscope_study::{Block, Recording};
use eframe::egui::Context;

use super::drawings::colouring::{Colouring, Key};
use super::drawings::difference::Difference;
use super::gpu::{BlockUpload, StageGpu, Upload};

/// Bytes handed to the graphics card in one frame at most, so that no frame waits for a copy.
const UPLOAD_BYTES: usize = 4 << 20;

/// What a pane of the graphics card holds.
struct Uploaded {
    content: u64,
    blocks: usize,
    coloured: Option<Key>,
}

/// What has been handed over, and why not more.
#[derive(Default)]
pub struct GpuCopy {
    uploaded: Option<Uploaded>,
    trouble: Option<String>,
}

impl GpuCopy {
    /// Why it is not what it should be.
    pub fn trouble(&self) -> Option<&String> {
        self.trouble.as_ref()
    }

    /// Hands what is new of a recording, or the difference that is shown in its place, and of its
    /// colours to the pane of the graphics card.
    pub fn update(
        &mut self,
        (ctx, gpu, pane): (&Context, &StageGpu, u64),
        recording: &Recording,
        difference: Option<Arc<Difference>>,
        colouring: Option<&(Key, Colouring)>,
    ) {
        let content = 2 * recording.id + u64::from(difference.is_some());
        let before = self.uploaded.as_ref().filter(|before| before.content == content);
        let known = before.map_or(0, |before| before.blocks);
        let coloured = before.and_then(|before| before.coloured);
        let (colours, key) = match colouring {
            Some((key, colouring)) if key.recording.0 == recording.id => {
                ((coloured != Some(*key)).then(|| Arc::clone(&colouring.colours)), Some(*key))
            }
            _ => (None, coloured),
        };
        let keyframes = recording.times.len();
        let mut blocks = Vec::new();
        let mut bytes = 0;
        match &difference {
            Some(difference) if known == 0 => {
                let positions = Arc::clone(&difference.positions);
                blocks.push(BlockUpload { first_particle: 0, positions });
            }
            Some(_) => {}
            None => {
                for block in recording.blocks.get(known..).unwrap_or_default() {
                    if bytes > 0 && bytes + size_of_val(&*block.positions) > UPLOAD_BYTES {
                        ctx.request_repaint();
                        break;
                    }
                    bytes += size_of_val(&*block.positions);
                    let positions = standing(block, keyframes);
                    blocks.push(BlockUpload { first_particle: block.first, positions });
                }
            }
        }
        if blocks.is_empty() && colours.is_none() {
            return;
        }
        let shown = known + blocks.len();
        let upload = Upload {
            recording: content,
            particles: difference.map_or(recording.scene.particles.count, |d| d.particles),
            keyframes,
            times: recording.times.iter().map(|&t| t as f32).collect(),
            blocks,
            colours,
        };
        self.trouble = gpu.upload(pane, &upload).err().map(|error| error.to_string());
        self.uploaded = Some(Uploaded { content, blocks: shown, coloured: key });
    }
}

/// The positions of a block, where particles that stopped early stand at their last one.
fn standing(block: &Block, keyframes: usize) -> Arc<[[f32; 2]]> {
    if block.stops.is_empty() {
        return Arc::clone(&block.positions);
    }
    let mut positions = block.positions.to_vec();
    for &(particle, _) in &block.stops {
        let start = (particle - block.first) * keyframes;
        let frames = &mut positions[start..start + keyframes];
        let finite = |at: &[f32; 2]| at.iter().all(|x| x.is_finite());
        let Some(last) = frames.iter().rposition(finite) else { continue };
        let place = frames[last];
        frames[last..].fill(place);
    }
    positions.into()
}
