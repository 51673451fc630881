//! A bounded share of the processors for frames, where the graphics card is a program. There a frame
//! takes all processors, and frame after frame would leave nothing for solving, training and
//! measuring, which stand back for the window.

use std::collections::VecDeque;
use std::time::Duration;

use driftscope_study::clock::Instant;

use super::platform;

/// The window moves at least this often, if frames are not slower themselves.
const LONGEST_PERIOD: Duration = Duration::from_millis(180);
/// Frames of which the quickest is what a frame takes: the others had to share, or waited for
/// something to do.
const REMEMBERED: usize = 12;

/// Of the time, frames take one part of so many.
const PARTS: u32 = 3;

/// Lets twice as much time pass between frames as they take.
pub struct Pace {
    /// The device, if the processor plays graphics card.
    software: Option<wgpu::Device>,
    began: Option<Instant>,
    periods: VecDeque<Duration>,
}

impl Pace {
    /// A pace that holds back only where the graphics card is a program.
    #[must_use]
    pub fn new(cc: &eframe::CreationContext<'_>) -> Self {
        let render = cc.wgpu_render_state.as_ref().filter(|_| processors_draw(cc));
        let software = render.map(|render| render.device.clone());
        Self { software, began: None, periods: VecDeque::with_capacity(REMEMBERED) }
    }

    /// To be called when a frame begins. While others are `busy`, waits for the frame before to be
    /// drawn and then twice as long as it took.
    pub fn rest(&mut self, busy: bool) {
        let Some(device) = &self.software else { return };
        if !busy {
            self.began = None;
            return;
        }
        if let Err(error) = device.poll(wgpu::PollType::wait_indefinitely()) {
            log::debug!("the frame before is still being drawn: {error}");
        }
        if let Some(period) = self.began.map(|began| began.elapsed()) {
            if self.periods.len() == REMEMBERED {
                self.periods.pop_front();
            }
            self.periods.push_back(period);
            log::trace!("a frame after {period:?}");
            let cost = self.periods.iter().min().copied().unwrap_or_default();
            // On the window's thread: whatever asks for a frame, input and news alike, waits for it.
            platform::rest(rest_after(period, cost));
        }
        self.began = Some(Instant::now());
    }
}

/// Whether the graphics card is a program.
pub fn processors_draw(cc: &eframe::CreationContext<'_>) -> bool {
    cc.wgpu_render_state
        .as_ref()
        .is_some_and(|render| render.adapter.get_info().device_type == wgpu::DeviceType::Cpu)
}

/// How long to wait when `period` has passed since a frame began that took `cost`.
fn rest_after(period: Duration, cost: Duration) -> Duration {
    (PARTS * cost).min(LONGEST_PERIOD).saturating_sub(period)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_take_a_third_of_the_time_and_stay_five_a_second() {
        let ms = Duration::from_millis;
        // Frame after frame: twice as long.
        assert_eq!(rest_after(ms(20), ms(20)), ms(40));
        // The window had nothing to do for a while already.
        assert_eq!(rest_after(ms(30), ms(20)), ms(30));
        assert_eq!(rest_after(ms(900), ms(20)), ms(0));
        // Slow frames: not fewer than five a second, if they allow it.
        assert_eq!(rest_after(ms(120), ms(120)), ms(60));
        assert_eq!(rest_after(ms(300), ms(300)), ms(0));
        for cost in (5..180).step_by(5).map(ms) {
            assert!(cost + rest_after(cost, cost) <= ms(200));
        }
    }
}
