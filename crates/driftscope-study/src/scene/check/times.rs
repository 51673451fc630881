//! Rules about listed times: which of them steps can go through.

use driftscope_solve::grid;
use driftscope_solve::grid::Spacing;

use super::super::parameters::{MOST_STEPS, Named};
use super::super::problem::{Problem, refuse};
use super::super::{FieldKind, Scene, TimesIn};
use super::rules::further_apart;

const KEY: &str = "sampler.times";

impl Scene {
    /// Whether the list is one of times that steps can go through.
    pub(in crate::scene) fn check_listed_times(&self) -> Result<(), Problem> {
        let sampler = &self.sampler;
        let spacing = sampler.spacing();
        let Some(own) = &sampler.times else {
            return match spacing {
                Spacing::List => refuse("sampler.grid", "list", "with sampler.times given"),
                _ => Ok(()),
            };
        };
        if spacing != Spacing::List {
            return refuse(KEY, "given", "only there for sampler.grid = \"list\"");
        }
        let kind = sampler.times_in;
        if kind != TimesIn::T && self.field.kind == FieldKind::Classic {
            let allowed = "t for a classic ODE, which has no noise";
            return refuse("sampler.times_in", kind.words().name, allowed);
        }
        let given = &own.content().0;
        let list = written(given);
        if !(2..=MOST_STEPS + 1).contains(&given.len()) {
            return refuse(KEY, list, format!("two to {} of them", MOST_STEPS + 1));
        }
        let times = self.listed_times().unwrap_or_default();
        let outside = |t: f64| kind != TimesIn::T && !(0.0..=1.0).contains(&t);
        if let Some(wrong) = times.iter().position(|&t| !t.is_finite() || outside(t)) {
            let ends = [0.0, 1.0].map(|t| kind.value(self.path(), t));
            let allowed = match kind {
                TimesIn::T => "finite".to_owned(),
                _ => format!("from {} (noise) to {} (data) on this path", ends[0], ends[1]),
            };
            return refuse(KEY, given[wrong], allowed);
        }
        if !times.windows(2).all(|pair| pair[0] < pair[1]) {
            let order = match kind {
                TimesIn::T => "rising times",
                TimesIn::Sigma | TimesIn::Level if self.direction.falls() => "rising levels",
                TimesIn::Sigma | TimesIn::Level => "falling levels",
                TimesIn::LogSnr if self.direction.falls() => "falling log-SNRs",
                TimesIn::LogSnr => "rising log-SNRs",
            };
            return refuse(KEY, list, format!("two to {} {order}", MOST_STEPS + 1));
        }
        if let Some(step) = grid::unresolved(&times) {
            return refuse(KEY, list, further_apart("times further apart", step));
        }
        let (first, last) = (times[0], times[times.len() - 1]);
        let agrees = |given: Option<f64>, end: f64| given.is_none_or(|t| (t - end).abs() < 1e-12);
        if !agrees(self.time.start, first) || !agrees(self.time.end, last) {
            let allowed = "from time.start to time.end where those are given too";
            return refuse(KEY, list, allowed);
        }
        Ok(())
    }
}

/// A list as a message has it: not all of it where it is long.
fn written(list: &[f64]) -> String {
    const SHOWN: usize = 16;
    if list.len() <= SHOWN {
        return format!("{list:?}");
    }
    let shown: Vec<String> = list[..SHOWN].iter().map(f64::to_string).collect();
    format!("[{}, … {} in all]", shown.join(", "), list.len())
}
