//! The keyboard map.

use std::sync::Arc;

use eframe::egui::accesskit::Role;
use eframe::egui::{
    Context, FontId, Frame, Galley, Id, Modal, Pos2, Rect, RichText, ScrollArea, Sense, Ui, Vec2,
    WidgetInfo, pos2, vec2,
};

use super::command::{Command, Commands};
use super::commands::ALL;
use super::palette::Palette;
use super::state::State;
use super::theme::{TEXT, UNIT, semibold};

/// What the pointer does, and what egui reads itself.
const MORE: [(&str, &str); 5] = [
    ("1 to 9", "while a lesson asks: one more hand for that choice, with Shift one less"),
    ("Ctrl+plus, Ctrl+minus", "larger, smaller"),
    ("Scroll, drag", "zoom and move the stage"),
    ("Click", "pin a particle"),
    ("Drop a file", "open a scene, a lesson, a model, data, a tableau or a schedule"),
];
/// Width of the keys, in points.
const KEYS: f32 = 32.0 * UNIT;
/// Greatest width of the map, in points.
const WIDEST: f32 = 1120.0;
/// Room that the window leaves around the rows: edges, title and button, in points.
const AROUND: Vec2 = vec2(24.0 * UNIT, 36.0 * UNIT);
/// Between two columns, and between two rows, in points.
const GAPS: Vec2 = vec2(6.0 * UNIT, 1.25 * UNIT);

/// A row, set for its column.
struct Row {
    keys: Arc<Galley>,
    does: Arc<Galley>,
}

impl Row {
    /// Its height with the gap below it.
    fn height(&self) -> f32 {
        self.keys.size().y.max(self.does.size().y) + GAPS.y
    }
}

/// Draws the map over everything while it is open.
pub fn ui(ctx: &Context, state: &State, out: &mut Commands) {
    if !state.help.is_open() {
        return;
    }
    let palette = state.palette();
    let room = ctx.content_rect().size() - AROUND;
    let width = room.x.min(WIDEST);
    let modal = Modal::new(Id::unique("keyboard map"))
        .frame(Frame::popup(&ctx.global_style()).inner_margin(5.0 * UNIT))
        .show(ctx, |ui| {
            ui.set_width(width);
            let title = RichText::new("Keyboard").family(semibold()).size(TEXT + 4.0);
            ui.label(title.color(palette.strong));
            ui.add_space(2.0 * UNIT);
            let columns = columns(rows(ui, palette, (width - GAPS.x) / 2.0));
            let high = |rows: &Vec<Row>| rows.iter().map(Row::height).sum::<f32>();
            let height = columns.iter().map(high).fold(0.0, f32::max);
            let area = ScrollArea::vertical().max_height(room.y).min_scrolled_height(room.y);
            area.show(ui, |ui| {
                let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
                for (column, left) in
                    columns.iter().zip([rect.left(), rect.center().x + GAPS.x / 2.0])
                {
                    let mut at = pos2(left, rect.top());
                    for row in column {
                        draw(ui, palette, row, at);
                        at.y += row.height();
                    }
                }
            });
            ui.add_space(2.0 * UNIT);
            ui.button("Close").clicked()
        });
    if modal.inner || modal.should_close() {
        out.push(Command::ToggleHelp);
    }
}

/// All rows, each in a column of this width.
fn rows(ui: &Ui, palette: &Palette, width: f32) -> Vec<Row> {
    let entries = ALL.iter().map(|entry| (entry.all_keys(), entry.does));
    let more = MORE.iter().map(|(keys, does)| ((*keys).to_owned(), *does));
    let set = |(keys, does): (String, &str)| {
        let painter = ui.painter();
        let bold = FontId::new(TEXT, semibold());
        let room = width - KEYS - GAPS.x;
        Row {
            keys: painter.layout(keys, bold, palette.strong, KEYS),
            does: painter.layout(does.to_owned(), FontId::proportional(TEXT), palette.text, room),
        }
    };
    entries.chain(more).map(set).collect()
}

/// The rows in two columns that are as nearly of one height as can be.
fn columns(mut rows: Vec<Row>) -> [Vec<Row>; 2] {
    let whole: f32 = rows.iter().map(Row::height).sum();
    let mut above = 0.0;
    let first = rows.iter().take_while(|row| {
        // Over the middle by less than it would be short of it.
        let fits = above + row.height() / 2.0 <= whole / 2.0;
        above += row.height();
        fits
    });
    let second = rows.split_off(first.count());
    [rows, second]
}

/// Draws keys and what they do; a screen reader has them as one line.
fn draw(ui: &mut Ui, palette: &Palette, row: &Row, at: Pos2) {
    let words = format!("{}: {}", row.keys.text(), row.does.text());
    let right = at + vec2(KEYS + GAPS.x, 0.0);
    let rect = Rect::from_min_max(at, right + row.does.size());
    let response = ui.interact(rect, ui.scope_id().with(&words), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    ui.painter().galley(at, Arc::clone(&row.keys), palette.strong);
    ui.painter().galley(right, Arc::clone(&row.does), palette.text);
}
