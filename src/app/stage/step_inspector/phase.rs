//! The parts of an attempt, one after the other.

use driftscope_solve::by_hand::AttemptByHand;

/// How much of an attempt has been shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Where it starts.
    Start,
    /// So many stages.
    Stages(usize),
    /// The answers; for an SDE the drift.
    Answers,
    /// The verdict; for an SDE the noise.
    Verdict,
}

impl Phase {
    /// The `number`-th phase of an attempt.
    #[must_use]
    pub fn of(attempt: &AttemptByHand, number: usize) -> Self {
        let stages = attempt.stages.len();
        match number {
            0 => Self::Start,
            n if n <= stages => Self::Stages(n),
            n if n == stages + 1 => Self::Answers,
            _ => Self::Verdict,
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(attempt: &AttemptByHand) -> usize {
        attempt.stages.len() + 3
    }

    /// Stages to be drawn.
    #[must_use]
    pub fn stages(self, attempt: &AttemptByHand) -> usize {
        match self {
            Self::Start => 0,
            Self::Stages(n) => n,
            Self::Answers | Self::Verdict => attempt.stages.len(),
        }
    }
}

/// `k₁`, `k₂` and so on.
pub fn stage_name(index: usize) -> String {
    let digits = (index + 1).to_string();
    let low = digits.chars().filter_map(|c| char::from_u32('₀' as u32 + c as u32 - '0' as u32));
    format!("k{}", low.collect::<String>())
}
