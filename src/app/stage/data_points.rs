//! A draw of the data on the graphics card: a recording of one keyframe.

use std::sync::Arc;

use driftscope_base::random::{Purpose, stream};
use driftscope_study::scene::{Data, Scene};

use super::gpu::{Appearance, BlockUpload, StageGpu, StageItem, Upload};
use crate::app::palette::{Palette, Theme};

/// No pane has this key.
const KEY: u64 = u64::MAX;
/// Points at most.
const MOST: usize = 4_000;

/// The points and what they were drawn for.
#[derive(Default)]
pub struct DataPoints {
    drawn: Option<(Data, u64, usize, Theme)>,
    number: u64,
}

impl DataPoints {
    /// Draws anew where the data have changed.
    pub fn update(&mut self, gpu: &StageGpu, scene: &Scene, theme: Theme) {
        let count = scene.particles.count.min(MOST);
        let key = (scene.data.clone(), scene.seed, count, theme);
        if self.drawn.as_ref() == Some(&key) || scene.classic().is_some() {
            return;
        }
        let Ok(mixture) = scene.mixture() else { return };
        let mut rng = stream(scene.seed, Purpose::Draw, 0);
        let points: Vec<[f32; 2]> =
            mixture.sample(&mut rng, count).into_iter().map(|p| p.map(|x| x as f32)).collect();
        let colour = Palette::of(theme).category(1);
        self.number += 1;
        let upload = Upload {
            recording: self.number,
            particles: count,
            keyframes: 1,
            times: Arc::new([1.0]),
            blocks: vec![BlockUpload { first_particle: 0, positions: points.into() }],
            colours: Some(vec![[colour.r(), colour.g(), colour.b(), 200]; count].into()),
        };
        match gpu.upload(KEY, &upload) {
            Ok(()) => self.drawn = Some(key),
            Err(error) => log::warn!("no data points: {error}"),
        }
    }

    /// The points as `view` sees particles, a little smaller.
    pub fn item(&self, view: &Appearance, pass: usize) -> Option<StageItem> {
        self.drawn.as_ref()?;
        let view = Appearance {
            now: 0.0,
            particles: usize::MAX,
            radius_px: 0.7 * view.radius_px,
            trail_keyframes: 0.0,
            highlight: None,
            discs: true,
            adding: None,
            speeds: None,
            ..*view
        };
        Some(StageItem::new(KEY, view).pass(pass))
    }
}
