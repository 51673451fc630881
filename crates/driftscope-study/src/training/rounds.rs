//! What each round of reflow makes straighter.

use driftscope_base::field::{Field, Times};
use driftscope_flow::field::LearnedField;
use serde::{Deserialize, Serialize};

use super::reflow::carry;
use crate::measure::Straightness;

/// Steps of RK4 that solve the flow well; an even number, for Simpson's rule.
const STEPS: usize = 20;

/// The flow at the end of a round of reflow, or of the training before the first.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Rounds made: 0 is the training itself.
    pub round: u64,
    /// Sliced W2 distance to the data of where one Euler step leads, as a multiple of that between two draws of
    /// the data.
    pub one_step: f64,
    /// The same of where 20 steps of RK4 lead.
    pub solved: f64,
    /// S over the transport cost: 0 where paths are straight.
    pub straightness: f64,
}

impl Round {
    /// Of `field`, followed from `starts`; `distance` is that of ends to the data.
    pub(super) fn of(
        field: &LearnedField,
        round: u64,
        starts: &[[f32; 2]],
        distance: impl Fn(&[[f32; 2]]) -> f64,
    ) -> Self {
        let last = Field::<f32>::last_time(field).min(1.0);
        let count = starts.len();
        let mut along: Vec<Vec<[f64; 2]>> = Vec::new();
        let by_point = |v: &[f32]| (0..count).map(|i| [v[i].into(), v[count + i].into()]).collect();
        let ends = carry(field, last, STEPS, starts, |v| along.push(by_point(v)));
        let by_feature: Vec<f32> =
            [0, 1].iter().flat_map(|&d| ends.iter().map(move |x| x[d])).collect();
        let mut velocities = vec![0.0; 2 * count];
        field.velocity(Times::Shared(last), &by_feature, &mut velocities);
        along.push(by_point(&velocities));
        let jump =
            |(start, v): (&[f32; 2], &[f64; 2])| [0, 1].map(|d| start[d] + (last * v[d]) as f32);
        let one_step: Vec<[f32; 2]> = starts.iter().zip(&along[0]).map(jump).collect();
        let [from, to] = [starts, &ends].map(|points| -> Vec<[f64; 2]> {
            points.iter().map(|point| point.map(f64::from)).collect()
        });
        Self {
            round,
            one_step: distance(&one_step),
            solved: distance(&ends),
            straightness: Straightness::of_paths((0.0, last), (&from, &to), &along).relative(),
        }
    }
}
