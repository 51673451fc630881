//! Particles coloured by their speed at the moment shown.

use super::super::{SCALE_STEPS, Speeds};
use super::*;

#[test]
fn transparent_colours_stand_for_the_speed_at_the_moment() {
    if !gpu_available() {
        return;
    }
    // 0.4 and then 1.2 per unit of time; the other one, with a colour of its own, stands still.
    let positions = [[-0.6, 0.5], [-0.4, 0.5], [0.2, 0.5], [0.0, -0.5], [0.0, -0.5], [0.0, -0.5]];
    let uploads = [upload(3, &positions, &[[0; 4], GREEN])];
    let mut harness = stage(1.0, &uploads);
    let red_of = |i: usize| (i * 255 / (SCALE_STEPS - 1)) as u8;
    let scale = std::array::from_fn(|i| [red_of(i), 0, 255, 255]);
    // Between the first two keyframes, and between the other two: their number does not count.
    for (keyframe, share) in [(0.0, 0.2), (0.7, 0.2), (1.0, 0.6), (2.0, 0.6)] {
        let speeds = Some(Speeds { keyframe, range: [0.0, 2.0], scale });
        let view = Appearance { now: 0.5, radius_px: 6.0, speeds, ..Appearance::default() };
        let image = render(&mut harness, view);
        let at = |world| {
            let p = px(world, 1.0);
            image.get_pixel(p.x as u32, p.y as u32).0
        };
        let [red, _, blue, _] = at([-0.5, 0.5]);
        let wanted = share * 255.0;
        assert!((f64::from(red) - wanted).abs() < 3.0 && blue == 255, "{keyframe}: {red} {blue}");
        assert_eq!(at([0.0, -0.5]), GREEN);
    }
}
