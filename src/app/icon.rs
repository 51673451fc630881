//! Icons, drawn as shapes so that they are sharp at every size, and the button that carries one.

use std::f32::consts::{PI, TAU};

use eframe::egui::{
    self, Color32, Painter, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo,
    accesskit::Role, pos2, vec2,
};

/// What a button does, as a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// Play.
    Play,
    /// Pause.
    Pause,
    /// To the start.
    Restart,
    /// One step back.
    StepBack,
    /// One step forward.
    StepForward,
    /// Again and again.
    Repeat,
    /// Go dark.
    Moon,
    /// Go light.
    Sun,
    /// Full screen.
    FullScreen,
    /// Fit the view.
    Fit,
    /// Put away.
    Close,
    /// Larger type.
    Larger,
    /// Keyboard map.
    Help,
    /// The panel on the left.
    LeftPanel,
    /// The panel on the right.
    RightPanel,
    /// One more.
    Plus,
    /// Find something.
    Find,
    /// Further up.
    Up,
    /// Further down.
    Down,
    /// Another one like it.
    Double,
    /// Write on it.
    Write,
    /// A page to take home.
    Page,
}

/// A square button with an icon; `name` is what a screen reader says and the tooltip begins with.
pub fn icon_button(ui: &mut Ui, icon: Icon, name: &str, shortcut: &str, on: bool) -> Response {
    let size = ui.spacing().interact_size.y + 4.0;
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::click());
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), name);
        if matches!(icon, Icon::Repeat | Icon::LeftPanel | Icon::RightPanel) {
            info.selected = Some(on);
        }
        info
    });
    if ui.is_rect_visible(rect) {
        let visuals = ui.style().interact_selectable(&response, on);
        if on || response.hovered() || response.has_focus() {
            ui.painter().rect(
                rect,
                visuals.corner_radius,
                visuals.weak_bg_fill,
                visuals.bg_stroke,
                egui::StrokeKind::Inside,
            );
        }
        paint(ui.painter(), rect.shrink(7.0), icon, visuals.text_color());
    }
    let tip = if shortcut.is_empty() { name.to_owned() } else { format!("{name} ({shortcut})") };
    response.on_hover_text(tip)
}

/// Draws an icon into `rect`.
pub fn paint(painter: &Painter, rect: Rect, icon: Icon, colour: Color32) {
    let stroke = Stroke::new(1.6, colour);
    let at = |x: f32, y: f32| rect.lerp_inside(vec2(x, y));
    let filled = |points: Vec<Pos2>| Shape::convex_polygon(points, colour, Stroke::NONE);
    let bar = |x: f32, width: f32| {
        Shape::rect_filled(Rect::from_min_max(at(x, 0.05), at(x + width, 0.95)), 1.0, colour)
    };
    let line = |points: Vec<Pos2>| Shape::line(points, stroke);
    let shapes = match icon {
        Icon::Play => vec![filled(vec![at(0.15, 0.0), at(1.0, 0.5), at(0.15, 1.0)])],
        Icon::Pause => vec![bar(0.14, 0.24), bar(0.62, 0.24)],
        Icon::Restart => {
            vec![bar(0.05, 0.14), filled(vec![at(1.0, 0.05), at(0.3, 0.5), at(1.0, 0.95)])]
        }
        Icon::StepBack => {
            vec![bar(0.82, 0.14), filled(vec![at(0.72, 0.05), at(0.05, 0.5), at(0.72, 0.95)])]
        }
        Icon::StepForward => {
            vec![bar(0.04, 0.14), filled(vec![at(0.28, 0.05), at(0.95, 0.5), at(0.28, 0.95)])]
        }
        Icon::Repeat => {
            let tip = arc_point(rect, 0.46, -0.12 * PI);
            vec![
                line(arc(rect, 0.46, -0.12 * PI, -0.12 * PI - 1.62 * PI)),
                filled(vec![tip + vec2(-4.5, -0.5), tip + vec2(2.0, -4.5), tip + vec2(2.0, 2.5)]),
            ]
        }
        Icon::Moon => {
            // Two circles that cross: the outer arc of one, the inner arc of the other.
            let (radius, shift) = (0.46 * rect.width(), 0.26 * rect.width());
            let half = (shift / (2.0 * radius)).acos();
            let towards = -0.25 * PI;
            let swing = |centre: Pos2, from: f32, to: f32| {
                (0..=24).map(move |i| {
                    let angle = towards + from + (to - from) * i as f32 / 24.0;
                    centre + radius * Vec2::angled(angle)
                })
            };
            let centre = rect.center();
            let bite = centre + 2.0 * shift * 0.5 * Vec2::angled(towards);
            let mut points: Vec<Pos2> = swing(centre, half, TAU - half).collect();
            points.extend(swing(bite, PI + half, PI - half));
            vec![Shape::closed_line(points, stroke)]
        }
        Icon::Sun => {
            let mut shapes = vec![Shape::circle_stroke(rect.center(), rect.width() * 0.23, stroke)];
            shapes.extend((0..8).map(|i| {
                let ray = Vec2::angled(i as f32 * TAU / 8.0);
                let centre = rect.center();
                Shape::line_segment(
                    [centre + ray * rect.width() * 0.38, centre + ray * rect.width() * 0.52],
                    stroke,
                )
            }));
            shapes
        }
        Icon::FullScreen => corners(rect, 0.3).into_iter().map(line).collect(),
        Icon::Fit => {
            let mut shapes: Vec<Shape> = corners(rect, 0.26).into_iter().map(line).collect();
            shapes.push(Shape::circle_filled(rect.center(), 2.2, colour));
            shapes
        }
        Icon::Close => vec![
            line(vec![at(0.12, 0.12), at(0.88, 0.88)]),
            line(vec![at(0.88, 0.12), at(0.12, 0.88)]),
        ],
        Icon::Larger => vec![
            line(vec![at(0.0, 0.95), at(0.35, 0.05), at(0.7, 0.95)]),
            line(vec![at(0.12, 0.66), at(0.58, 0.66)]),
            line(vec![at(0.88, 0.35), at(0.88, 0.0)]),
            line(vec![at(0.72, 0.18), at(1.05, 0.18)]),
        ],
        Icon::LeftPanel | Icon::RightPanel => {
            let side = if icon == Icon::LeftPanel { 0.0..=0.38 } else { 0.62..=1.0 };
            let frame = Rect::from_min_max(at(0.0, 0.08), at(1.0, 0.92));
            let panel = Rect::from_min_max(at(*side.start(), 0.08), at(*side.end(), 0.92));
            vec![
                Shape::rect_filled(panel, 1.0, colour),
                Shape::rect_stroke(frame, 2.0, stroke, egui::StrokeKind::Middle),
            ]
        }
        Icon::Plus => {
            vec![line(vec![at(0.5, 0.05), at(0.5, 0.95)]), line(vec![at(0.05, 0.5), at(0.95, 0.5)])]
        }
        Icon::Up | Icon::Down | Icon::Double | Icon::Write | Icon::Page => {
            of_editing(icon, rect, stroke)
        }
        Icon::Find => {
            let lens = Shape::circle_stroke(at(0.42, 0.42), rect.width() * 0.36, stroke);
            vec![lens, line(vec![at(0.68, 0.68), at(0.98, 0.98)])]
        }
        Icon::Help => {
            let mut hook =
                arc(Rect::from_center_size(at(0.5, 0.3), rect.size() * 0.62), 0.5, -PI, 0.35 * PI);
            hook.push(at(0.5, 0.68));
            vec![line(hook), Shape::circle_filled(at(0.5, 0.93), 1.4, colour)]
        }
    };
    painter.extend(shapes);
}

/// What is done to a list of things.
fn of_editing(icon: Icon, rect: Rect, stroke: Stroke) -> Vec<Shape> {
    let at = |x: f32, y: f32| rect.lerp_inside(vec2(x, y));
    let line = |points: Vec<Pos2>| Shape::line(points, stroke);
    match icon {
        Icon::Up => vec![line(vec![at(0.1, 0.7), at(0.5, 0.25), at(0.9, 0.7)])],
        Icon::Down => vec![line(vec![at(0.1, 0.3), at(0.5, 0.75), at(0.9, 0.3)])],
        Icon::Double => {
            let sheet = |x: f32, y: f32| Rect::from_min_max(at(x, y), at(x + 0.66, y + 0.7));
            let inside = egui::StrokeKind::Middle;
            vec![
                line(vec![at(0.7, 0.0), at(0.0, 0.0), at(0.0, 0.72)]),
                Shape::rect_stroke(sheet(0.3, 0.28), 2.0, stroke, inside),
            ]
        }
        Icon::Page => {
            let rule = |y: f32| line(vec![at(0.32, y), at(0.68, y)]);
            let sheet = Rect::from_min_max(at(0.1, 0.0), at(0.9, 1.0));
            let frame = Shape::rect_stroke(sheet, 2.0, stroke, egui::StrokeKind::Middle);
            vec![frame, rule(0.28), rule(0.5), rule(0.72)]
        }
        Icon::Write => vec![
            line(vec![
                at(0.05, 0.95),
                at(0.15, 0.65),
                at(0.78, 0.02),
                at(0.98, 0.22),
                at(0.35, 0.85),
                at(0.05, 0.95),
            ]),
            line(vec![at(0.62, 0.18), at(0.82, 0.38)]),
        ],
        _ => Vec::new(),
    }
}

/// The dot that says that something is being recorded.
pub fn paint_dot(painter: &Painter, at: Pos2, colour: Color32) {
    painter.circle_filled(at, 5.0, colour);
}

fn arc_point(rect: Rect, radius: f32, angle: f32) -> Pos2 {
    rect.center() + rect.width() * radius * Vec2::angled(angle)
}

fn arc(rect: Rect, radius: f32, from: f32, to: f32) -> Vec<Pos2> {
    (0..=24).map(|i| arc_point(rect, radius, from + (to - from) * i as f32 / 24.0)).collect()
}

/// The four corner brackets of a rectangle.
fn corners(rect: Rect, arm: f32) -> [Vec<Pos2>; 4] {
    let bracket = |x: f32, y: f32| {
        let (dx, dy) = (if x > 0.5 { -arm } else { arm }, if y > 0.5 { -arm } else { arm });
        [(x + dx, y), (x, y), (x, y + dy)]
            .map(|(x, y)| rect.lerp_inside(vec2(x, y)))
            .map(|p| pos2(p.x, p.y))
            .to_vec()
    };
    [bracket(0.0, 0.0), bracket(1.0, 0.0), bracket(0.0, 1.0), bracket(1.0, 1.0)]
}
