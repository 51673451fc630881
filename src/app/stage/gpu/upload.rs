//! What is handed to the graphics card.

use std::sync::Arc;

/// Whole paths of some consecutive particles.
#[derive(Clone, Debug)]
pub struct BlockUpload {
    /// Index of the first particle in this block.
    pub first_particle: usize,
    /// Positions, particle-major: `positions[particle * keyframes + keyframe]`, world units.
    /// Positions that are not finite are not drawn.
    pub positions: Arc<[[f32; 2]]>,
}

/// What to add to a pane's recording.
#[derive(Clone, Debug, Default)]
pub struct Upload {
    /// Which recording this is. Another id (or shape) than before empties the pane first.
    pub recording: u64,
    /// Particles in the whole recording.
    pub particles: usize,
    /// Keyframes per particle.
    pub keyframes: usize,
    /// The time of each keyframe, for views over time; may be left out for others.
    pub times: Arc<[f32]>,
    /// The blocks that are new since the last upload, in any order. A particle is drawn
    /// once its block has arrived.
    pub blocks: Vec<BlockUpload>,
    /// One colour per particle, sRGB with straight (not premultiplied) alpha; `None` keeps
    /// those that the pane has.
    pub colours: Option<Arc<[[u8; 4]]>>,
}
