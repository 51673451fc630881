//! Particles that add up where they overlap.

use super::*;

/// The middle of the first `count` of three particles that lie on each other, on a ground.
fn middle(count: usize, dark: bool, adding: Option<f32>) -> [u8; 4] {
    let blue = [60, 120, 200, 255];
    let uploads = [upload(1, &[[0.0, 0.0]; 3], &[blue; 3])];
    let mut harness = stage(1.0, &uploads);
    harness.state_mut().ground = if dark { BACKGROUND } else { Color32::from_gray(250) };
    let view =
        Appearance { radius_px: 6.0, particles: count, dark, adding, ..Appearance::default() };
    let image = render(&mut harness, view);
    let p = px([0.0, 0.0], 1.0);
    image.get_pixel(p.x as u32, p.y as u32).0
}

#[test]
fn more_particles_on_a_pixel_are_brighter_on_dark_and_darker_on_light() {
    if !gpu_available() {
        return;
    }
    let sum = |pixel: [u8; 4]| pixel[..3].iter().map(|&c| i32::from(c)).sum::<i32>();
    for dark in [true, false] {
        let [none, one, two, three] = [0, 1, 2, 3].map(|count| sum(middle(count, dark, Some(0.3))));
        let steps = [none, one, two, three].map(|light| if dark { light } else { -light });
        assert!(steps.is_sorted_by(|fewer, more| more - fewer > 15), "dark {dark}: {steps:?}");
        // Covering, one looks like two.
        assert_eq!(middle(1, dark, None), middle(2, dark, None));
    }
}

#[test]
fn light_adds_exactly() {
    if !gpu_available() {
        return;
    }
    let [ground, one, two] = [0, 1, 2].map(|count| middle(count, true, Some(0.3)));
    for i in 0..3 {
        let [ground, one, two] = [ground, one, two].map(|pixel| i32::from(pixel[i]));
        assert!((two - one - (one - ground)).abs() <= 1, "{ground} {one} {two}");
    }
    // On light the ground is multiplied by the same share each time.
    let [ground, one, two] = [0, 1, 2].map(|count| middle(count, false, Some(0.3)));
    for i in 0..3 {
        let [ground, one, two] = [ground, one, two].map(|pixel| f64::from(pixel[i]));
        assert!((two / one - one / ground).abs() < 0.01, "{ground} {one} {two}");
    }
}
