//! Particles and trails, each pixel as the shader of the window's stage has it.

use eframe::egui::Pos2;

use super::band::{Band, Light, Window, over};
use crate::app::picture::marks::{Blend, Disc, Knot, Marks, Ribbon};

/// Edges are a little softer than one pixel: small discs look rounder for it.
const SOFT: f32 = 0.7;

/// The first and last row that each ribbon may touch, so that bands need not look at all its bends.
pub fn rows(marks: &Marks, scale: f32) -> Vec<[i32; 2]> {
    let of = |ribbon: &Ribbon| {
        let ends = ribbon.knots.iter().map(|knot| {
            let (y, reach) = (knot.at.y * scale, 0.5 * knot.width * scale + 1.5);
            [(y - reach).floor() as i32, (y + reach).ceil() as i32]
        });
        ends.fold([i32::MAX, i32::MIN], |[a, b], [top, bottom]| [a.min(top), b.max(bottom)])
    };
    marks.ribbons.iter().map(of).collect()
}

/// Draws what of the marks lies in `window`.
pub fn draw(band: &mut Band<'_>, window: Window, (marks, rows): (&Marks, &[[i32; 2]]), scale: f32) {
    for (ribbon, [top, bottom]) in marks.ribbons.iter().zip(rows) {
        if *bottom < window.top || *top >= window.bottom {
            continue;
        }
        let colour = ribbon.colour.map(|part| f32::from(part) / 255.0);
        for ends in ribbon.knots.windows(2) {
            segment(band, window, (ends[0], ends[1]), (colour, marks.glow), scale);
        }
    }
    for disc in &marks.discs {
        draw_disc(band, window, disc, marks.blend, scale);
    }
}

/// The rows and columns of a window that a box in pixels touches.
fn within(window: Window, low: Pos2, high: Pos2) -> Option<Window> {
    let inner = Window {
        left: window.left.max(low.x.floor() as i32),
        top: window.top.max(low.y.floor() as i32),
        right: window.right.min(high.x.ceil() as i32),
        bottom: window.bottom.min(high.y.ceil() as i32),
    };
    (!inner.is_empty()).then_some(inner)
}

fn draw_disc(band: &mut Band<'_>, window: Window, disc: &Disc, blend: Blend, scale: f32) {
    let middle = Pos2::new(disc.at.x * scale, disc.at.y * scale);
    let radius = disc.radius * scale;
    let rim = disc.rim.width * scale;
    let reach = radius + rim + SOFT;
    let side = eframe::egui::Vec2::splat(reach);
    let Some(window) = within(window, middle - side, middle + side) else { return };
    let colour = disc.colour.map(|part| f32::from(part) / 255.0);
    for y in window.top..window.bottom {
        let dy = y as f32 + 0.5 - middle.y;
        for (i, below) in band.row(y, window.left, window.right).iter_mut().enumerate() {
            let dx = (window.left + i as i32) as f32 + 0.5 - middle.x;
            let square = dx * dx + dy * dy;
            if square >= reach * reach {
                continue;
            }
            let away = square.sqrt();
            let own = share(radius, away);
            let rest = share(radius + rim, away) * disc.rim.opacity * (1.0 - own);
            blend_disc(below, (colour, own), (disc.rim.lightness, rest), disc.opacity, blend);
        }
    }
}

fn blend_disc(
    below: &mut Light,
    (colour, own): ([f32; 3], f32),
    (lightness, rest): (f32, f32),
    opacity: f32,
    blend: Blend,
) {
    if blend == Blend::Darken {
        for (below, part) in below.iter_mut().zip(colour) {
            *below *= 1.0 - (1.0 - part) * own * opacity;
        }
        return;
    }
    let rim = 0.03 + 0.97 * lightness;
    let [r, g, b] = colour.map(|part| (part * own + rim * rest) * opacity);
    if blend == Blend::Cover {
        over(below, [r, g, b, (own + rest) * opacity]);
    } else {
        for (below, light) in below.iter_mut().zip([r, g, b]) {
            *below = (*below + light).min(1.0);
        }
    }
}

/// How much of a pixel a disc covers that reaches `radius` far, `away` from its middle.
fn share(radius: f32, away: f32) -> f32 {
    let x = ((away - radius + SOFT) / (2.0 * SOFT)).clamp(0.0, 1.0);
    1.0 - x * x * (3.0 - 2.0 * x)
}

/// One straight part of a ribbon.
fn segment(
    band: &mut Band<'_>,
    window: Window,
    (from, to): (Knot, Knot),
    (colour, glow): ([f32; 3], f32),
    scale: f32,
) {
    let [a, b] = [from, to].map(|knot| Pos2::new(knot.at.x * scale, knot.at.y * scale));
    let way = b - a;
    let length = way.length();
    if !(length > 1e-3 && length.is_finite()) {
        return;
    }
    let half = [from, to].map(|knot| (0.5 * knot.width * scale).max(0.5));
    let side = eframe::egui::Vec2::splat(half[0].max(half[1]) + 0.5);
    let Some(window) = within(window, a.min(b) - side, a.max(b) + side) else { return };
    let unit = way / length;
    // What is thinner than a pixel pales.
    let faint = [from, to].map(|knot| knot.opacity * (knot.width * scale).min(1.0));
    for y in window.top..window.bottom {
        let dy = y as f32 + 0.5 - a.y;
        for (i, below) in band.row(y, window.left, window.right).iter_mut().enumerate() {
            let dx = (window.left + i as i32) as f32 + 0.5 - a.x;
            let along = (dx * unit.x + dy * unit.y) / length;
            // Each pixel belongs to one of two segments that follow each other straight on.
            if !(0.0..1.0).contains(&along) {
                continue;
            }
            let across = (dx * unit.y - dy * unit.x).abs();
            let covered = (half[0] + along * (half[1] - half[0]) - across + 0.5).clamp(0.0, 1.0);
            if covered <= 0.0 {
                continue;
            }
            let alpha = covered * (faint[0] + along * (faint[1] - faint[0]));
            let [r, g, b] = colour.map(|part| part * alpha);
            over(below, [r, g, b, alpha * (1.0 - glow)]);
            if glow > 0.0 {
                for part in below.iter_mut() {
                    *part = part.min(1.0);
                }
            }
        }
    }
}
