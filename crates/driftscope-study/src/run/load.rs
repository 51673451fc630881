//! What a run keeps in memory, estimated before it begins.

use driftscope_base::memory::{Limit, TooLarge, available, product};
use driftscope_solve::{Attempt, Track};

/// What to lower where a run does not fit.
const ADVICE: &str =
    "lower particles.count, the number of keyframes or sampler.steps, or keep no log of the steps";
/// What is allocated for a growing list, over what is in it.
const GROWING: u64 = 2;

/// What a run keeps in memory.
pub(super) struct Load {
    /// All particles.
    pub particles: usize,
    /// Keyframes of each.
    pub keyframes: usize,
    /// Whether keyframes are kept in double precision as well.
    pub precise: bool,
    /// Particles whose attempts are logged.
    pub logged: usize,
    /// Attempts of each of them, where that is known.
    pub attempts: Option<usize>,
    /// Particles of a tile.
    pub tile: usize,
    /// Particles whose keyframes and logs are in memory together.
    pub at_once: usize,
    /// Particles that are solved at the same time.
    pub solving: usize,
    /// Bytes of the noise of each of these.
    pub noise: usize,
}

impl Load {
    /// Bytes, about.
    fn bytes(&self) -> u64 {
        let keyframe = size_of::<[f32; 2]>() + if self.precise { size_of::<[f64; 2]>() } else { 0 };
        // Ends, counts and the solver's own arrays.
        let particle = 256;
        [
            product(&[self.at_once, self.keyframes, keyframe]),
            product(&[self.logged_at_once(), self.attempts.unwrap_or(0), size_of::<Attempt>()])
                .saturating_mul(GROWING),
            product(&[self.solving, self.noise]),
            product(&[self.particles, particle]),
        ]
        .into_iter()
        .fold(0, u64::saturating_add)
    }

    fn logged_at_once(&self) -> usize {
        self.logged.min(self.at_once)
    }

    /// Refuses what would not fit; else how many attempts a tile may log where their number shows
    /// only on the way: together the logs take no more than half of what memory is left.
    pub fn check(&self) -> Result<usize, TooLarge> {
        let logs = match self.attempts {
            Some(attempts) if self.logged > 0 => format!(" and a log of {attempts} steps each"),
            _ => String::new(),
        };
        let what = format!("{} particles with {} keyframes{logs}", self.particles, self.keyframes);
        let Some(limit) = available() else { return Ok(usize::MAX) };
        let needed = self.bytes();
        let left = limit.free.saturating_sub(needed);
        limit.check(&what, needed, ADVICE)?;
        if self.attempts.is_some() {
            return Ok(usize::MAX);
        }
        let tiles = self.logged_at_once().div_ceil(self.tile).max(1) as u64;
        Ok((left / 2 / tiles / GROWING / size_of::<Attempt>() as u64) as usize)
    }

    /// The refusal of a log that was cut.
    pub fn log_refused(track: &Track) -> TooLarge {
        let attempts: usize = track.logs.iter().map(Vec::len).sum();
        let bytes = product(&[attempts, size_of::<Attempt>()]).saturating_mul(GROWING);
        TooLarge {
            what: format!(
                "the log of more than {attempts} attempted steps of {} particles",
                track.logs.len()
            ),
            needed: bytes,
            limit: Limit { free: bytes, of: "memory for it".into() },
            advice: "keep no log of the steps, or ask for less precision",
        }
    }
}
