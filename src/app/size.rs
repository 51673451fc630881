//! How large the window is: as large as was asked for, within what the graphics card can draw and
//! the display gives.

use std::sync::Arc;
use std::time::Duration;

use driftscope_study::clock::Instant;
use eframe::egui::{Context, Vec2, ViewportCommand, vec2};

use super::{number, platform};

/// A window that has not come to its size within this time never will.
const PATIENCE: Duration = Duration::from_secs(2);
/// Sizes nearer to each other than this, in pixels, are the same but for rounding.
const SAME: f32 = 2.0;
/// Rows of a picture are read back in multiples of this, in pixels.
const ROW_MULTIPLE: f32 = 64.0;
/// Bytes of a pixel.
const PIXEL: f32 = 4.0;

/// The largest picture that a graphics card can draw and hand out.
#[derive(Clone, Copy, Debug)]
pub struct Largest {
    /// Most pixels a side.
    side: f32,
    /// Most bytes in one piece.
    bytes: f32,
}

impl Largest {
    /// That of a device.
    #[must_use]
    pub fn of(limits: &wgpu::Limits) -> Self {
        Self { side: limits.max_texture_dimension_2d as f32, bytes: limits.max_buffer_size as f32 }
    }

    /// The part of `wanted`, in pixels, that can be drawn.
    #[must_use]
    pub fn fit(self, wanted: Vec2) -> Vec2 {
        let width = wanted.x.min(self.side);
        let row = (width / ROW_MULTIPLE).ceil().max(1.0) * ROW_MULTIPLE * PIXEL;
        vec2(width, wanted.y.min(self.side).min((self.bytes / row).floor()))
    }
}

/// Brings the window to the size asked for and keeps it drawable.
pub struct WindowSize {
    /// What can be drawn; no bound without a graphics card.
    largest: Option<Largest>,
    /// What was asked for, in points of the display.
    wanted: Option<Vec2>,
    asked_at: Option<Instant>,
    settled: bool,
    /// Whether the window has been found to be too large to be drawn, and that been said.
    too_large: bool,
}

impl WindowSize {
    /// A window that should be `wanted` points large, or as it opened.
    #[must_use]
    pub fn new(cc: &eframe::CreationContext<'_>, wanted: Option<[f32; 2]>) -> Self {
        let device = cc.wgpu_render_state.as_ref().map(|state| &state.device);
        let largest = device.map(|device| Largest::of(&device.limits()));
        if let (Some(device), Some(window), Some(largest)) =
            (device, platform::window_size(cc), largest)
        {
            // Where nobody minds the largest size that the window gives for itself, it may be too
            // large for a moment; it is made smaller in the next frame.
            device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
                let [width, height] = window();
                let too_large = width.max(height) as f32 > largest.side;
                assert!(too_large, "wgpu error: {error}");
                log::debug!("while the window is too large: {error}");
            }));
        }
        let wanted = wanted.map(Vec2::from);
        Self { largest, wanted, asked_at: None, settled: wanted.is_none(), too_large: false }
    }

    /// Whether the window has the size that it will have.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.settled
    }

    /// To be called every frame; what a person should know, if there is anything new.
    pub fn update(&mut self, ctx: &Context) -> Option<String> {
        let scale = ctx.pixels_per_point();
        let now = ctx.viewport_rect().size() * scale;
        let fit = |size: Vec2| self.largest.map_or(size, |largest| largest.fit(size));
        let wanted = self.wanted.map(|points| points * (scale / ctx.zoom_factor()));
        let ask = |size: Vec2| ctx.send_viewport_cmd(ViewportCommand::InnerSize(size / scale));
        let Some(asked_at) = self.asked_at else {
            self.asked_at = Some(Instant::now());
            if let Some(largest) = self.largest {
                let most = Vec2::splat(largest.side / scale);
                ctx.send_viewport_cmd(ViewportCommand::MaxInnerSize(most));
            }
            if let Some(wanted) = wanted {
                ask(fit(wanted));
                ctx.request_repaint();
            }
            return None;
        };
        if let Some(wanted) = wanted.filter(|_| !self.settled) {
            let given = fit(wanted);
            let there = (now - given).abs().max_elem() < SAME;
            self.settled = there || asked_at.elapsed() > PATIENCE;
            if !self.settled {
                ctx.request_repaint_after(Duration::from_millis(20));
                return None;
            }
            return shortfall(wanted, given, now);
        }
        let drawable = fit(now);
        if (now - drawable).max_elem() < 1.0 {
            return None;
        }
        ask(drawable);
        ctx.request_repaint();
        let said = std::mem::replace(&mut self.too_large, true);
        (!said).then(|| {
            let [now, drawable] = [now, drawable].map(in_pixels);
            format!("The graphics card draws no more than {drawable} of the window's {now} pixels.")
        })
    }
}

/// What is said where the window is not as large as was `wanted`, of which the graphics card can
/// draw `drawable`; all in pixels.
fn shortfall(wanted: Vec2, drawable: Vec2, now: Vec2) -> Option<String> {
    if (now - wanted).abs().max_elem() < SAME {
        return None;
    }
    let culprit = if (now - drawable).abs().max_elem() < SAME {
        "the graphics card draws no more"
    } else {
        "the display gives no other"
    };
    let [now, wanted] = [now, wanted].map(in_pixels);
    Some(format!("the window is {now} pixels large instead of the {wanted} asked for: {culprit}"))
}

fn in_pixels(size: Vec2) -> String {
    let [width, height] = [size.x, size.y].map(|side| number::count(side.round() as u64));
    format!("{width}×{height}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: Largest = Largest { side: 8192.0, bytes: (1_u64 << 28) as f32 };

    #[test]
    fn what_cannot_be_drawn_is_cut() {
        for (wanted, drawn) in [
            ([1280.0, 800.0], [1280.0, 800.0]),
            ([8192.0, 8192.0], [8192.0, 8192.0]),
            ([9000.0, 800.0], [8192.0, 800.0]),
            ([800.0, 9000.0], [800.0, 8192.0]),
            ([32768.0, 32768.0], [8192.0, 8192.0]),
        ] {
            assert_eq!(CARD.fit(wanted.into()), Vec2::from(drawn), "{wanted:?}");
        }
        // A picture that fits the card but not into one piece of memory.
        let narrow = Largest { side: 16384.0, bytes: (1_u64 << 28) as f32 };
        let fit = narrow.fit(vec2(16384.0, 16384.0));
        assert_eq!(fit, vec2(16384.0, 4096.0));
        assert!(fit.x * fit.y * PIXEL <= narrow.bytes);
    }

    #[test]
    fn a_size_that_was_not_given_is_said_in_one_line() {
        let wanted = vec2(3000.0, 2000.0);
        assert_eq!(shortfall(wanted, wanted, wanted), None);
        assert_eq!(shortfall(wanted, wanted, vec2(3000.5, 1999.5)), None);
        let said = shortfall(wanted, wanted, vec2(1920.0, 1080.0)).expect("smaller");
        assert!(said.contains("1920×1080") && said.contains("3000×2000"), "{said}");
        assert!(said.contains("display"), "{said}");
        let card = vec2(2048.0, 2000.0);
        let said = shortfall(wanted, card, card).expect("smaller");
        assert!(said.contains("2048×2000") && said.contains("graphics card"), "{said}");
    }
}
