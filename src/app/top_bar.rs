//! The top bar: what is shown, what the window is for, how it looks.

use driftscope_solve::grid::Spacing;
use driftscope_study::export::code::TARGETS;
use driftscope_study::scene::{Direction, Scene, bundled_scenes};
use eframe::egui::containers::menu::MenuButton;
use eframe::egui::{
    Align, Button, Layout, Pos2, Rect, RichText, Sense, Shape, Stroke, Ui, Vec2, pos2,
};

use super::command::{Command, Commands, FileCommand};
use super::commands;
use super::icon::{Icon, icon_button};
use super::number;
use super::platform;
use super::state::State;
use super::theme::{TEXT, UNIT, semibold};
use driftscope_study::session::{Action, Mode};

/// A window narrower than this, in points, has its modes in a menu.
const FEW: f32 = 700.0;

/// Draws the bar.
pub fn ui(ui: &mut Ui, state: &State, out: &mut Commands) {
    let palette = state.palette();
    ui.horizontal_centered(|ui| {
        mark(ui, state);
        if !state.is_narrow() {
            let name = RichText::new("Driftscope").family(semibold()).size(TEXT + 2.0);
            ui.label(name.color(palette.strong));
            ui.add_space(2.0 * UNIT);
        }
        scene_menu(ui, state, out);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = UNIT;
            let look = state.look;
            let theme = if palette.dark { Icon::Sun } else { Icon::Moon };
            let next_theme = format!("{} theme", look.theme.next().title());
            let panels = state.panels();
            let buttons = [
                (Icon::Help, &commands::HELP, None, state.help.is_open()),
                (Icon::Find, &commands::FIND, None, state.finder.is_open()),
                (Icon::FullScreen, &commands::STAGE_ALONE, None, false),
                (Icon::Larger, &commands::PRESENTER, None, look.presenter),
                (theme, &commands::NEXT_THEME, Some(&*next_theme), false),
                (Icon::RightPanel, &commands::GRAPHS, None, panels.plots),
                (Icon::LeftPanel, &commands::CONTROLS, None, panels.controls),
            ];
            // Where there is little room, their keys are enough.
            let fits = |icon: &Icon| match icon {
                Icon::LeftPanel | Icon::RightPanel => true,
                Icon::Find => !state.is_narrow(),
                _ => !state.is_pocket(),
            };
            for (icon, entry, name, on) in buttons.into_iter().filter(|(icon, ..)| fits(icon)) {
                let name = name.unwrap_or(entry.title);
                if icon_button(ui, icon, name, &entry.shortcut(), on).clicked() {
                    out.push((entry.command)(state));
                }
            }
            if !state.is_pocket() {
                ui.add_space(4.0 * UNIT);
                menu(ui, "Scenes", false, |ui| library(ui, out));
            }
            if ui.ctx().content_rect().width() < FEW {
                modes_menu(ui, state, out);
                return;
            }
            for (mode, entry) in Mode::ALL.into_iter().zip(&commands::MODES).rev() {
                let label = ui.selectable_label(state.mode() == mode, entry.title);
                let about = format!("{} ({})", entry.title, entry.shortcut());
                if label.on_hover_text(about).clicked() {
                    out.push((entry.command)(state));
                }
            }
        });
    });
}

/// The mark of the instrument: a trace, in the colour of the method.
fn mark(ui: &mut Ui, state: &State) {
    let (rect, _) = ui.allocate_exact_size(Vec2::splat(6.0 * UNIT), Sense::hover());
    let palette = state.palette();
    let points: Vec<Pos2> = (0..=32)
        .map(|i| {
            let u = i as f32 / 32.0;
            let swing = (1.0 - u) * 0.42 * (u * 3.2 * std::f32::consts::PI).sin();
            rect.lerp_inside(Vec2::new(0.04 + 0.92 * u, 0.5 - swing))
        })
        .collect();
    let end = points[points.len() - 1];
    let colour = palette.scene(&state.pane().scene);
    ui.painter().add(Shape::line(points, Stroke::new(2.0, colour)));
    ui.painter().circle_filled(end, 3.0, colour);
}

/// What is shown, in a few words; in fewer where the window is `narrow`.
fn summary(scene: &Scene, narrow: bool) -> String {
    let data = match scene.classic() {
        Some(classic) => classic.system().title,
        None => scene.data.title(),
    };
    if narrow {
        return data.to_owned();
    }
    if scene.direction == Direction::Noise {
        return format!("{data} · linear diffusion forwards");
    }
    let way = if scene.direction == Direction::Encode { " · data to noise" } else { "" };
    format!("{data} · {}{way}", method(scene))
}

/// What makes the steps, in a few words.
pub fn method(scene: &Scene) -> String {
    let sampler = &scene.sampler;
    let steps = scene.listed_times().map_or(sampler.steps, |times| times.len().saturating_sub(1));
    let noun = number::plural(steps as f64, "step", "steps");
    let steps = number::count(steps as u64);
    if scene.direction == Direction::Noise {
        format!("{} · {steps} {noun}", scene.diffusion.scheme.title())
    } else if scene.is_sde() {
        format!("{} · {}", scene.diffusion.form.title(), scene.diffusion.scheme.title())
    } else if scene.is_adaptive() {
        format!("{} · rtol {}", sampler.method().title, number::scientific(sampler.rtol))
    } else {
        let grid = match sampler.spacing() {
            Spacing::Uniform => String::new(),
            Spacing::List => " · own times".to_owned(),
            spacing => format!(" · {}", spacing.title()),
        };
        format!("{} · {steps} {noun}{grid}", sampler.method().title)
    }
}

/// A menu's button, with a triangle that says so.
fn menu<R>(ui: &mut Ui, title: &str, framed: bool, add: impl FnOnce(&mut Ui) -> R) {
    let button = Button::new(format!("{title}      ")).frame_when_inactive(framed);
    let (response, _) = MenuButton::from_button(button).ui(ui, add);
    let colour = ui.style().interact(&response).text_color();
    let centre = pos2(response.rect.right() - 14.0, response.rect.center().y + 1.0);
    let corners = Rect::from_center_size(centre, Vec2::new(8.0, 5.0));
    let triangle = vec![corners.left_top(), corners.right_top(), corners.center_bottom()];
    ui.painter().add(Shape::convex_polygon(triangle, colour, Stroke::NONE));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_label(title));
}

fn scene_menu(ui: &mut Ui, state: &State, out: &mut Commands) {
    menu(ui, &summary(&state.pane().scene, state.is_narrow()), true, |ui| {
        ui.set_min_width(260.0);
        if state.is_pocket() {
            ui.menu_button("Scenes", |ui| library(ui, out));
        }
        let entries = [
            &commands::OPEN_SCENE,
            &commands::SAVE_SCENE,
            &commands::OPEN_MODEL,
            &commands::OPEN_TABLEAU,
            &commands::SAVE_MODEL,
            &commands::COPY_LINK,
            &commands::PASTE,
            &commands::SAVE_PICTURE,
            &commands::SAVE_FILM,
            &commands::HANDOUT,
            &commands::LENS,
            &commands::UNDO,
            &commands::REDO,
        ];
        let share = platform::HAS_ADDRESS.then_some(&commands::SHARE);
        for entry in entries.into_iter().chain(share) {
            let reason = (entry.refused)(state);
            let button = Button::new(entry.title).shortcut_text(entry.shortcut());
            let response = ui.add_enabled(reason.is_none(), button);
            let response = match reason {
                Some(reason) => response.on_disabled_hover_text(reason),
                None => response,
            };
            if response.clicked() {
                out.push((entry.command)(state));
                ui.close();
            }
        }
        ui.add_enabled_ui(!state.recent.is_empty(), |ui| {
            ui.menu_button("Recent files", |ui| {
                for path in &state.recent {
                    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                    if ui.button(name).on_hover_text(path.display().to_string()).clicked() {
                        out.push(Command::File(FileCommand::Open(path.clone())));
                        ui.close();
                    }
                }
            });
        });
        ui.menu_button("Copy as", |ui| {
            for &target in TARGETS {
                let about = format!("A Python script that samples this with {}", target.title);
                if ui.button(target.title).on_hover_text(about).clicked() {
                    out.push(Command::CopyCode(target));
                    ui.close();
                }
            }
        });
    });
}

/// The modes as a menu, where the bar has no room for them side by side.
fn modes_menu(ui: &mut Ui, state: &State, out: &mut Commands) {
    menu(ui, state.mode().title(), false, |ui| {
        for (mode, entry) in Mode::ALL.into_iter().zip(&commands::MODES) {
            let button = Button::selectable(state.mode() == mode, entry.title);
            if ui.add(button.shortcut_text(entry.shortcut())).clicked() {
                out.push((entry.command)(state));
                ui.close();
            }
        }
    });
}

/// The bundled demonstrations.
fn library(ui: &mut Ui, out: &mut Commands) {
    ui.set_min_width(280.0);
    for scene in bundled_scenes() {
        if ui.button(&scene.title).on_hover_text(&scene.about).clicked() {
            out.push(Command::Act(Action::Open { scene: Box::new(scene.clone()) }));
            ui.close();
        }
    }
}
