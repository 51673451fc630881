//! The density of the particles that are there: a smoothed histogram, made away from the
//! interface's thread.

use std::sync::Arc;

use driftscope_study::Recording;
use eframe::egui::Context;

use super::heat::{Grid, Picture, Shown};
use crate::app::desk::Desk;
use crate::app::palette::{Heat, Room};

/// Points along each side.
const SIDE: usize = 128;
/// Pictures reach this much beyond the view, for zooming out.
const REACH: f64 = 1.5;
/// Times are told apart in steps of this share of a keyframe.
const PER_KEYFRAME: f64 = 2.0;

/// What decides the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Key {
    recording: u64,
    blocks: usize,
    keyframe: i64,
    reach: f64,
}

/// The density of the particles of one pane.
#[derive(Default)]
pub struct Crowd {
    desk: Desk<Key, Grid>,
    picture: Picture,
    number: u64,
}

impl Crowd {
    /// Starts and collects the picture at a keyframe.
    pub fn update(
        &mut self,
        ctx: &Context,
        recording: &Arc<Recording>,
        keyframe: f64,
        extent: f64,
    ) {
        self.number += u64::from(self.desk.poll(ctx));
        let key = Key {
            recording: recording.id,
            blocks: recording.blocks.len(),
            keyframe: (keyframe * PER_KEYFRAME).round() as i64,
            reach: extent * REACH,
        };
        self.desk.ask(ctx, &key, || {
            let recording = Arc::clone(recording);
            move || count(&recording, key.keyframe as f64 / PER_KEYFRAME, key.reach)
        });
    }

    /// Whether anything wished for is still being made.
    pub fn busy(&self) -> bool {
        self.desk.busy()
    }

    /// The picture made last.
    pub fn shown(&mut self, ctx: &Context, room: Room) -> Option<Shown> {
        let grid = self.desk.get()?;
        Some(self.picture.show(ctx, (self.number, grid), Heat::Particles, room))
    }
}

fn count(recording: &Recording, keyframe: f64, reach: f64) -> Grid {
    let mut values = vec![0.0; SIDE * SIDE];
    let scale = SIDE as f64 / (2.0 * reach);
    for i in 0..recording.count() {
        let Some([x, y]) = recording.at_keyframe(i, keyframe) else { continue };
        let (column, row) = ((x + reach) * scale, (reach - y) * scale);
        if (0.0..SIDE as f64).contains(&column) && (0.0..SIDE as f64).contains(&row) {
            values[row as usize * SIDE + column as usize] += 1.0;
        }
    }
    // Wider where there are fewer to average over.
    let spread = (25.0 / (recording.count() as f64).cbrt()).clamp(1.0, 5.0);
    let values = blurred(&values, spread);
    Grid::new([SIDE; 2], [[-reach; 2], [reach; 2]], &values)
}

/// Two passes, along the rows and along the columns, with a normal of standard deviation `spread`.
fn blurred(values: &[f64], spread: f64) -> Vec<f64> {
    let half = (3.0 * spread).ceil() as i64;
    let weights: Vec<f64> =
        (-half..=half).map(|k| (-0.5 * (k as f64 / spread).powi(2)).exp()).collect();
    let pass = |values: &[f64], along_rows: bool| -> Vec<f64> {
        (0..SIDE * SIDE)
            .map(|i| {
                let (row, column) = ((i / SIDE) as i64, (i % SIDE) as i64);
                let sum = weights.iter().zip(-half..=half).map(|(weight, k)| {
                    let (r, c) = if along_rows { (row, column + k) } else { (row + k, column) };
                    let inside = (0..SIDE as i64).contains(&r) && (0..SIDE as i64).contains(&c);
                    if inside { weight * values[r as usize * SIDE + c as usize] } else { 0.0 }
                });
                sum.sum()
            })
            .collect()
    };
    pass(&pass(values, true), false)
}
