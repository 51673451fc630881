//! Shapes become SVG: words as text, particles as circles, lines as paths, textures as embedded pictures.

mod out;
mod shapes;
mod words;

use eframe::egui::{Color32, Rect, Shape};
use eframe::epaint::ClippedShape;

use self::out::Out;
pub(super) use self::out::escaped;
use super::textures::Textures;

/// The text of an SVG file: `shapes` over `ground`, `size` points large and shown at `scale` pixels per
/// point, with a scene kept in it.
#[must_use]
pub fn svg(
    drawn: &[ClippedShape],
    textures: &Textures,
    (size, scale): ([f32; 2], f32),
    ground: Color32,
    scene: &str,
) -> String {
    let mut out = Out::new(size, scale, scene);
    let whole = Rect::from_min_size(eframe::egui::Pos2::ZERO, size.into());
    out.rectangle(whole, 0.0, ground);
    let mut clip = whole;
    for ClippedShape { clip_rect, shape, .. } in drawn {
        let seen = clip_rect.intersect(whole);
        if !seen.is_positive() || matches!(shape, Shape::Noop) {
            continue;
        }
        if seen != clip {
            out.clip(Some(seen).filter(|seen| *seen != whole));
            clip = seen;
        }
        shapes::write(&mut out, shape, textures);
    }
    out.finish()
}

#[cfg(test)]
mod tests {
    use eframe::egui::emath::TSTransform;
    use eframe::egui::{Stroke, pos2};

    use super::super::marks::{Blend, Disc, Marks, Rim};
    use super::*;

    #[test]
    fn shapes_are_elements_and_groups_are_closed() {
        let rim = Rim { width: 0.5, lightness: 1.0, opacity: 0.5 };
        let disc =
            Disc { at: pos2(3.0, 4.25), radius: 2.0, colour: [255, 0, 128], opacity: 0.5, rim };
        let marks = Marks { discs: vec![disc], ..Marks::default() };
        let clip_rect = Rect::from_min_max(pos2(1.0, 1.0), pos2(9.0, 9.0));
        let line = Shape::line_segment(
            [pos2(0.0, 0.0), pos2(10.0, 5.5)],
            Stroke::new(2.0, Color32::from_rgba_unmultiplied(0, 255, 0, 128)),
        );
        let drawn = [marks.into_shape(clip_rect), line].map(|shape| ClippedShape {
            clip_rect,
            shape,
            transform_after_tessellation: TSTransform::IDENTITY,
        });
        let svg = svg(&drawn, &Textures::default(), ([10.0, 10.0], 2.0), Color32::BLACK, "a < b");
        assert!(svg.contains(r##"<circle cx="3" cy="4.25" r="2" fill="#ff0080""##), "{svg}");
        assert!(svg.contains(r#"width="20" height="20" viewBox="0 0 10 10""#), "{svg}");
        assert!(svg.contains(r#"d="M0 0L10 5.5""#) && svg.contains("a &lt; b"), "{svg}");
        assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count());
        for (blend, words) in [
            (Blend::Add, "<style>.added circle{mix-blend-mode:screen;"),
            (Blend::Darken, "<style>.darkened circle{mix-blend-mode:multiply}</style>"),
        ] {
            let marks = Marks { discs: vec![disc], blend, ..Marks::default() };
            let drawn = [ClippedShape {
                clip_rect,
                shape: marks.into_shape(clip_rect),
                transform_after_tessellation: TSTransform::IDENTITY,
            }];
            let order = ([10.0, 10.0], 1.0);
            let svg = self::svg(&drawn, &Textures::default(), order, Color32::BLACK, "");
            assert!(svg.contains(words), "{svg}");
            assert_eq!(svg.matches("<g").count(), svg.matches("</g>").count());
        }
        let clip = r#"<clipPath id="c1"><rect x="1" y="1" width="8" height="8"/></clipPath>"#;
        assert!(svg.contains(clip), "{svg}");
    }
}
