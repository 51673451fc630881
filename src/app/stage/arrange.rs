//! Where the panes stand.

use eframe::egui::{Rect, Vec2};

/// A place that stays empty counts as this share of all, where squares are about as large.
const HOLE: f32 = 0.15;

/// Places for `count` panes in `rect`, `gap` apart: in the columns and rows that give the largest
/// squares, and rather without a hole.
pub fn places(rect: Rect, count: usize, gap: f32) -> Vec<Rect> {
    let side = |columns: usize| {
        let rows = count.div_ceil(columns);
        let room = |length: f32, parts: usize| (length - gap * (parts as f32 - 1.0)) / parts as f32;
        (room(rect.width(), columns), room(rect.height(), rows))
    };
    let smaller = |columns: &usize| {
        let (width, height) = side(*columns);
        let all = columns * count.div_ceil(*columns);
        width.min(height) * (1.0 - HOLE * (all - count) as f32 / all as f32)
    };
    let columns = (1..=count).max_by(|a, b| smaller(a).total_cmp(&smaller(b))).unwrap_or(1);
    let (width, height) = side(columns);
    (0..count)
        .map(|i| {
            let (column, row) = ((i % columns) as f32, (i / columns) as f32);
            let min = rect.min + Vec2::new(column * (width + gap), row * (height + gap));
            Rect::from_min_size(min, Vec2::new(width, height))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panes_fill_the_stage_without_overlap() {
        let wide = Rect::from_min_size([10.0, 20.0].into(), Vec2::new(900.0, 400.0));
        let square = Rect::from_min_size([0.0, 0.0].into(), Vec2::new(600.0, 620.0));
        for rect in [wide, square] {
            for count in 1..=4 {
                let places = places(rect, count, 8.0);
                assert_eq!(places.len(), count);
                for (i, place) in places.iter().enumerate() {
                    assert!(rect.expand(0.01).contains_rect(*place));
                    assert!(places[..i].iter().all(|other| !other.intersects(*place)));
                }
            }
        }
        assert!((places(wide, 2, 8.0)[1].top() - wide.top()).abs() < 1e-3, "side by side");
        assert!(places(square, 4, 8.0)[3].top() > 300.0, "two rows");
        // Three columns would leave the squares as large, and two places empty.
        let large = Rect::from_min_size([0.0, 0.0].into(), Vec2::new(3070.0, 2040.0));
        assert!(places(large, 4, 8.0)[1].right() > 3060.0, "two columns");
    }
}
