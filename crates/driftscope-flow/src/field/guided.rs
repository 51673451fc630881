//! Guidance: a field pushed away from another.
//!
//! `v_w = v_from + w (v_to − v_from)`. Classifier-free guidance pushes from the unconditional field to the
//! one of a class (Ho & Salimans 2022, arXiv:2207.12598, whose w is this one minus 1), autoguidance from a bad
//! model to a good one (Karras et al. 2024, arXiv:2406.02507). E[x1|x], E[x0|x] and the score follow the same
//! rule. Within an interval of t alone: Kynkäänniemi et al. 2024 (arXiv:2404.07724).

use driftscope_base::field::{Field, Real, ScoredField, Times};

use super::exact::{ExactField, PointValues};
use super::sourced::SourcedField;

/// Points guided at a time, on the stack.
const CHUNK: usize = 128;

/// How much is guided, and when.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GuidanceScale {
    /// w: 0 is the field that is pushed away from, 1 the other one.
    pub scale: f64,
    /// First and last t at which the scale counts; outside it is 1.
    pub interval: [f64; 2],
}

impl GuidanceScale {
    /// The scale `scale` at every t.
    #[must_use]
    pub fn everywhere(scale: f64) -> Self {
        Self { scale, interval: [0.0, 1.0] }
    }

    /// w at `t`. An interval that begins at 0 or ends at 1 goes on beyond.
    #[must_use]
    pub fn weight(&self, t: f64) -> f64 {
        let [from, to] = self.interval;
        let begun = t >= from || from <= 0.0;
        let over = t > to && to < 1.0;
        if begun && !over { self.scale } else { 1.0 }
    }

    /// Whether w is 1 at all t but single ones: nothing is pushed.
    #[must_use]
    pub fn is_neutral(&self) -> bool {
        let [from, to] = self.interval;
        is(self.scale, 1.0) || from >= to
    }

    /// `from + w (to − from)`; bit for bit one of them where w is 0 or 1.
    fn mix(weight: f64, from: f64, to: f64) -> f64 {
        if is(weight, 1.0) { to } else { from + weight * (to - from) }
    }
}

/// How a field is evaluated: at times and feature-major points, into parts of the same shape.
type Evaluation<'a, S, const OUTPUTS: usize> = &'a dyn Fn(Times<'_>, &[S], [&mut [S]; OUTPUTS]);

/// Whether a weight is one of those at which a single field counts, exactly.
fn is(weight: f64, end: f64) -> bool {
    (weight - end).abs() <= 0.0
}

/// A field that is pushed away from one and towards another, both on the same path.
#[derive(Clone, Debug)]
pub struct Guided<F, G = F> {
    from: F,
    to: G,
    guidance: GuidanceScale,
}

impl<F, G> Guided<F, G> {
    /// Pushed away from `from` (unconditional, or bad) and towards `to` (of a class, or good).
    #[must_use]
    pub fn new(from: F, to: G, guidance: GuidanceScale) -> Self {
        Self { from, to, guidance }
    }

    /// What it is pushed away from.
    #[must_use]
    pub fn from(&self) -> &F {
        &self.from
    }

    /// What it is pushed towards.
    #[must_use]
    pub fn to(&self) -> &G {
        &self.to
    }

    /// How much, and when.
    #[must_use]
    pub fn guidance(&self) -> GuidanceScale {
        self.guidance
    }

    /// Both fields chunk by chunk, and what they give mixed by the weight at each point's time: for each of
    /// the `outputs` feature-major parts of `out`, which each field writes in its own way.
    fn mixed<S: Real, const OUTPUTS: usize>(
        &self,
        times: Times<'_>,
        points: &[S],
        mut out: [&mut [S]; OUTPUTS],
        evaluate: [Evaluation<'_, S, OUTPUTS>; 2],
    ) {
        let count = points.len() / 2;
        let [evaluate_from, evaluate_to] = evaluate;
        let mut here = [S::ZERO; 2 * CHUNK];
        let mut ends = [[[S::ZERO; 2 * CHUNK]; OUTPUTS]; 2];
        for start in (0..count).step_by(CHUNK) {
            let size = CHUNK.min(count - start);
            for d in 0..2 {
                let from = d * count + start;
                here[d * size..][..size].copy_from_slice(&points[from..from + size]);
            }
            let times = match times {
                Times::Shared(t) => Times::Shared(t),
                Times::Each(times) => Times::Each(&times[start..start + size]),
            };
            let weight = |i: usize| self.guidance.weight(times.at(i));
            let here = &here[..2 * size];
            // What has no weight anywhere is not evaluated.
            let [from, to] = &mut ends;
            if (0..size).any(|i| !is(weight(i), 1.0)) {
                evaluate_from(times, here, from.each_mut().map(|part| &mut part[..2 * size]));
            }
            if (0..size).any(|i| !is(weight(i), 0.0)) {
                evaluate_to(times, here, to.each_mut().map(|part| &mut part[..2 * size]));
            }
            for i in 0..size {
                let weight = weight(i);
                for (part, out) in out.iter_mut().enumerate() {
                    for d in 0..2 {
                        let [from, to] = [&*from, &*to].map(|end| end[part][d * size + i].to_f64());
                        let mixed = if is(weight, 0.0) {
                            from
                        } else {
                            GuidanceScale::mix(weight, from, to)
                        };
                        out[d * count + start + i] = S::from_f64(mixed);
                    }
                }
            }
        }
    }
}

/// All values of two fields at one point, mixed; the density is that of `to`.
fn values(weight: f64, from: &PointValues, to: &PointValues) -> PointValues {
    let mix =
        |from: [f64; 2], to: [f64; 2]| [0, 1].map(|d| GuidanceScale::mix(weight, from[d], to[d]));
    PointValues {
        velocity: mix(from.velocity, to.velocity),
        score: mix(from.score, to.score),
        log_density: to.log_density,
        data: mix(from.data, to.data),
        noise: mix(from.noise, to.noise),
    }
}

impl Guided<ExactField> {
    /// All that is known at one point. The log density is that of the class (or of the good model): what
    /// guidance samples has no closed form. `t` at most [`Field::last_time`].
    #[must_use]
    pub fn at(&self, t: f64, x: [f64; 2]) -> PointValues {
        values(self.guidance.weight(t), &self.from.at(t, x), &self.to.at(t, x))
    }
}

impl Guided<SourcedField> {
    /// The same with a source of its own.
    #[must_use]
    pub fn at(&self, t: f64, x: [f64; 2]) -> PointValues {
        values(self.guidance.weight(t), &self.from.at(t, x), &self.to.at(t, x))
    }
}

impl<S: Real, F: Field<S>, G: Field<S>> Field<S> for Guided<F, G> {
    fn velocity(&self, times: Times<'_>, points: &[S], velocities: &mut [S]) {
        let from: Evaluation<'_, S, 1> = &|times, points, [v]| {
            self.from.velocity(times, points, v);
        };
        let to: Evaluation<'_, S, 1> = &|times, points, [v]| {
            self.to.velocity(times, points, v);
        };
        self.mixed(times, points, [velocities], [from, to]);
    }

    fn jacobian(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        [by_x, by_y]: [&mut [S]; 2],
    ) -> bool {
        // Whether both know their derivatives is seen by asking for none.
        let knows = |field: &dyn Field<S>| {
            field.jacobian(Times::Each(&[]), &[], &mut [], [&mut [], &mut []])
        };
        if !(knows(&self.from) && knows(&self.to)) {
            return false;
        }
        let from: Evaluation<'_, S, 3> = &|times, points, [v, x, y]| {
            self.from.jacobian(times, points, v, [x, y]);
        };
        let to: Evaluation<'_, S, 3> = &|times, points, [v, x, y]| {
            self.to.jacobian(times, points, v, [x, y]);
        };
        self.mixed(times, points, [velocities, by_x, by_y], [from, to]);
        true
    }

    fn last_time(&self) -> f64 {
        self.from.last_time().min(self.to.last_time())
    }
}

impl<S: Real, F: ScoredField<S>, G: ScoredField<S>> ScoredField<S> for Guided<F, G> {
    fn velocity_and_score(
        &self,
        times: Times<'_>,
        points: &[S],
        velocities: &mut [S],
        scores: &mut [S],
    ) {
        let from: Evaluation<'_, S, 2> = &|times, points, [v, score]| {
            self.from.velocity_and_score(times, points, v, score);
        };
        let to: Evaluation<'_, S, 2> = &|times, points, [v, score]| {
            self.to.velocity_and_score(times, points, v, score);
        };
        self.mixed(times, points, [velocities, scores], [from, to]);
    }
}
