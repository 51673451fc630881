//! A draw of the data: a recording of one keyframe.

use std::sync::Arc;

use driftscope_base::random::{Purpose, stream};
use driftscope_study::scene::{Data, Scene};

use super::gpu::{Appearance, BlockUpload, StageGpu, StageItem, Upload};
use crate::app::palette::{Palette, Theme};

/// No pane has this key.
const KEY: u64 = u64::MAX;
/// Points at most.
const MOST: usize = 4_000;

/// Places in the plane.
pub type Points = Arc<[[f32; 2]]>;

/// The points and what they were drawn for.
pub struct DataPoints {
    drawn: Option<(Data, Option<u32>, u64, usize, Theme)>,
    points: Points,
    number: u64,
}

impl Default for DataPoints {
    fn default() -> Self {
        Self { drawn: None, points: Arc::new([]), number: 0 }
    }
}

impl DataPoints {
    /// Draws anew where the data have changed.
    pub fn update(&mut self, gpu: Option<&StageGpu>, scene: &Scene, theme: Theme) {
        let count = scene.particles.count.min(MOST);
        let key = (scene.data.clone(), scene.class(), scene.seed, count, theme);
        if self.drawn.as_ref() == Some(&key) || scene.classic().is_some() {
            return;
        }
        let Ok(mixture) = scene.target() else { return };
        let mut rng = stream(scene.seed, Purpose::Draw, 0);
        let points: Vec<[f32; 2]> =
            mixture.sample(&mut rng, count).into_iter().map(|p| p.map(|x| x as f32)).collect();
        self.points = points.into();
        self.number += 1;
        let Some(gpu) = gpu else {
            self.drawn = Some(key);
            return;
        };
        let upload = Upload {
            recording: self.number,
            particles: count,
            keyframes: 1,
            times: Arc::new([1.0]),
            blocks: vec![BlockUpload { first_particle: 0, positions: Arc::clone(&self.points) }],
            colours: Some(vec![colour(theme); count].into()),
        };
        match gpu.upload(KEY, &upload) {
            Ok(()) => self.drawn = Some(key),
            Err(error) => log::warn!("no data points: {error}"),
        }
    }

    /// The points as `view` sees particles, a little smaller.
    pub fn item(&self, view: &Appearance, pass: usize) -> Option<StageItem> {
        self.drawn.as_ref()?;
        Some(StageItem::new(KEY, Self::look(view)).pass(pass))
    }

    /// The points and their colour, as [`Self::look`] sees them.
    pub fn points(&self) -> Option<(Points, [u8; 4])> {
        let (.., theme) = self.drawn.as_ref()?;
        Some((Arc::clone(&self.points), colour(*theme)))
    }

    /// How the points are seen where particles are seen as in `view`.
    pub fn look(view: &Appearance) -> Appearance {
        Appearance {
            now: 0.0,
            particles: usize::MAX,
            radius_px: 0.7 * view.radius_px,
            trail_keyframes: 0.0,
            highlight: None,
            discs: true,
            adding: None,
            speeds: None,
            ..*view
        }
    }
}

/// Their colour; a little of what is below shows through.
fn colour(theme: Theme) -> [u8; 4] {
    let colour = Palette::of(theme).data();
    [colour.r(), colour.g(), colour.b(), 200]
}
