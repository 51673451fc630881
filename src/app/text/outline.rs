//! Outlines of brackets, arrows and the like that no glyph has: flattened, and filled by triangles with a
//! soft edge, since egui itself fills convex shapes only.

use earcut::Earcut;
use eframe::egui::{Color32, Mesh, Pos2, Vec2, vec2};
use ratex_types::path_command::PathCommand;

/// Straight pieces that a curve becomes.
const PIECES: usize = 12;
/// A corner reaches this much farther than the edge at most.
const LONGEST_MITRE: f32 = 2.0;

/// A closed outline without holes, in em from where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Area {
    /// Its corners.
    pub corners: Vec<Vec2>,
    /// Outwards at every corner.
    outwards: Vec<Vec2>,
    triangles: Vec<u32>,
}

/// The lines that a path consists of, each from one move to the next.
pub fn flattened(commands: &[PathCommand], x: f64, y: f64) -> Vec<Vec<Vec2>> {
    let at = |px: f64, py: f64| vec2((x + px) as f32, (y + py) as f32);
    let mut lines: Vec<Vec<Vec2>> = Vec::new();
    for command in commands {
        if let PathCommand::MoveTo { x, y } = *command {
            lines.push(vec![at(x, y)]);
            continue;
        }
        let Some(line) = lines.last_mut() else { continue };
        let from = line[line.len() - 1];
        let steps = (1..=PIECES).map(|k| k as f32 / PIECES as f32);
        match *command {
            PathCommand::MoveTo { .. } => {}
            PathCommand::LineTo { x, y } => line.push(at(x, y)),
            PathCommand::QuadTo { x1, y1, x, y } => {
                let (a, b) = (at(x1, y1), at(x, y));
                line.extend(steps.map(|t| {
                    let s = 1.0 - t;
                    s * s * from + 2.0 * s * t * a + t * t * b
                }));
            }
            PathCommand::CubicTo { x1, y1, x2, y2, x, y } => {
                let (a, b, c) = (at(x1, y1), at(x2, y2), at(x, y));
                line.extend(steps.map(|t| {
                    let s = 1.0 - t;
                    s * s * s * from + 3.0 * s * s * t * a + 3.0 * s * t * t * b + t * t * t * c
                }));
            }
            PathCommand::Close => {
                let first = line[0];
                line.push(first);
            }
        }
    }
    for line in &mut lines {
        line.dedup_by(|a, b| (*a - *b).length() < 1e-5);
    }
    lines.retain(|line| line.len() > 1);
    lines
}

impl Area {
    /// None where it encloses nothing.
    pub fn new(mut corners: Vec<Vec2>) -> Option<Self> {
        if corners.len() > 1 && (corners[0] - corners[corners.len() - 1]).length() < 1e-5 {
            corners.pop();
        }
        let count = corners.len();
        let area: f32 = (0..count).map(|i| cross(corners[i], corners[(i + 1) % count])).sum();
        if count < 3 || area.abs() < 1e-8 {
            return None;
        }
        let normal = |i: usize| {
            let along = (corners[(i + 1) % count] - corners[i % count]).normalized();
            vec2(along.y, -along.x) * area.signum()
        };
        let outwards = (0..count)
            .map(|i| {
                let (before, after) = (normal(i + count - 1), normal(i));
                let mitre = (before + after) / (1.0 + before.dot(after)).max(1e-3);
                mitre * (LONGEST_MITRE / mitre.length().max(1e-6)).min(1.0)
            })
            .collect();
        let mut triangles = Vec::new();
        Earcut::new().earcut(corners.iter().map(|p| [p.x, p.y]), &[], &mut triangles);
        Some(Self { corners, outwards, triangles })
    }

    /// Adds it to a mesh, `size` points an em, its edge `soft` points wide.
    pub fn fill(&self, mesh: &mut Mesh, at: Pos2, size: f32, soft: f32, colour: Color32) {
        let first = mesh.vertices.len() as u32;
        let count = self.corners.len() as u32;
        for (side, colour) in [(-0.5, colour), (0.5, Color32::TRANSPARENT)] {
            for (corner, outwards) in self.corners.iter().zip(&self.outwards) {
                mesh.colored_vertex(at + *corner * size + *outwards * (side * soft), colour);
            }
        }
        mesh.indices.extend(self.triangles.iter().map(|index| first + index));
        for i in 0..count {
            let (inner, next) = (first + i, first + (i + 1) % count);
            mesh.add_triangle(inner, next, inner + count);
            mesh.add_triangle(next, inner + count, next + count);
        }
    }
}

fn cross(a: Vec2, b: Vec2) -> f32 {
    a.x * b.y - a.y * b.x
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An L, which is not convex, in both directions.
    #[test]
    fn triangles_cover_the_area_once() {
        let corners = [(0.0, 0.0), (3.0, 0.0), (3.0, 1.0), (1.0, 1.0), (1.0, 4.0), (0.0, 4.0)];
        let mut corners: Vec<Vec2> = corners.into_iter().map(|(x, y)| vec2(x, y)).collect();
        for _ in 0..2 {
            let area = Area::new(corners.clone()).expect("an area");
            let mut mesh = Mesh::default();
            area.fill(&mut mesh, Pos2::ZERO, 1.0, 0.1, Color32::WHITE);
            let solid = area.triangles.len();
            let size: f32 = mesh.indices[..solid]
                .chunks_exact(3)
                .map(|three| {
                    let [a, b, c] = [three[0], three[1], three[2]]
                        .map(|index| mesh.vertices[index as usize].pos);
                    0.5 * cross(b - a, c - a).abs()
                })
                .sum();
            // 6 less a strip of 0.05 along the edge of 14, but for the corners.
            assert!((size - (6.0 - 0.7)).abs() < 0.02, "{size}");
            corners.reverse();
        }
        assert!(Area::new(vec![vec2(0.0, 0.0), vec2(1.0, 1.0), vec2(2.0, 2.0)]).is_none());
    }
}
