//! One recording of the shares of it that were solved apart.

use std::sync::Arc;

use driftscope_solve::Attempt;
use driftscope_solve::fixed::StepTotal;

use super::{Block, Recording};

impl Recording {
    /// A share of a recording with the particles that were solved next.
    pub(crate) fn followed_by(mut self, next: Self) -> Self {
        self.blocks.extend(next.blocks);
        for (total, more) in
            self.step_totals.iter_mut().flatten().zip(next.step_totals.iter().flatten())
        {
            *total = total.plus(*more);
        }
        let length = |log: &Option<Arc<[Attempt]>>| log.as_ref().map_or(0, |log| log.len());
        if length(&next.shared_log) > length(&self.shared_log) {
            self.shared_log = next.shared_log;
        }
        self
    }

    /// What there is of a recording without a gap, of what there is of each of its shares.
    ///
    /// Particles and their counts are those of a solve in one piece; the error ratios of fixed steps, which
    /// are sums over all particles, are so up to rounding.
    #[must_use]
    pub fn joined(shares: &[Option<Arc<Self>>]) -> Option<Self> {
        let there = || shares.iter().flatten();
        let mut whole = Self { blocks: Vec::new(), ..(**there().next()?).clone() };
        let mut blocks: Vec<&Arc<Block>> = there().flat_map(|share| &share.blocks).collect();
        blocks.sort_by_key(|block| block.first);
        for block in blocks {
            if block.first == whole.count() {
                whole.blocks.push(Arc::clone(block));
            }
        }
        whole.elapsed = there().map(|share| share.elapsed).max().unwrap_or_default();
        whole.complete =
            shares.iter().all(|share| share.as_ref().is_some_and(|share| share.complete));
        whole.step_totals = None;
        let totals = || there().filter_map(|share| share.step_totals.as_deref());
        if let Some(longest) =
            there().filter_map(|share| share.shared_log.as_deref()).max_by_key(|log| log.len())
            && totals().next().is_some()
        {
            whole.shared_log = Some(log_of_all(longest, totals));
        }
        Some(whole)
    }
}

/// The log of fixed steps with the sums of all shares.
fn log_of_all<'a, I: Iterator<Item = &'a [StepTotal]>>(
    steps: &[Attempt],
    totals: impl Fn() -> I,
) -> Arc<[Attempt]> {
    let of_step = |(index, step): (usize, &Attempt)| {
        let all = totals().filter_map(|totals| totals.get(index));
        let total = all.fold(StepTotal::default(), |sum, total| sum.plus(*total));
        Attempt { error_ratio: total.error_ratio(), nfe: total.mean_nfe().round() as u32, ..*step }
    };
    steps.iter().enumerate().map(of_step).collect()
}
