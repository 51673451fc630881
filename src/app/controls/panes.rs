//! Which pane the controls are about, and what each shows.

use driftscope_study::scene::{MOST_PANES, Scene};
use driftscope_study::session::Action;
use eframe::egui::{Button, Ui, Vec2};

use super::row::Row;
use super::setting::Setting;
use crate::app::command::{Command, Commands};
use crate::app::icon::{Icon, icon_button};
use crate::app::state::State;
use crate::app::theme::{ROW, UNIT};

const FIRST: &str = "The first pane shows particles. Choose another one to show a difference.";

/// A button for each pane, and what holds for the selected one.
pub fn ui(ui: &mut Ui, state: &State, scene: &mut Scene, out: &mut Commands) {
    let count = state.scene().pane_count();
    let selected = state.selected().min(count - 1);
    let row = Row::new(
        "Pane",
        "Which pane the controls below are about. All share the data, the starts, the Brownian paths and the seed.",
    );
    row.show(ui, |ui| {
        let gap = UNIT;
        ui.spacing_mut().item_spacing.x = gap;
        ui.spacing_mut().button_padding.x = 2.0;
        let width = (ui.available_width() - ROW - gap) / MOST_PANES as f32 - gap;
        for index in 0..count {
            let button = Button::selectable(index == selected, format!("{}", index + 1))
                .frame_when_inactive(true);
            let entry = ui.add_sized(Vec2::new(width, ROW), button);
            let name = format!("Select pane {}", index + 1);
            ui.ctx().accesskit_node_builder(entry.id, |node| node.set_label(name.clone()));
            if entry.clicked() {
                out.push(Command::Act(Action::SelectPane { pane: index }));
            }
        }
        if count < MOST_PANES && icon_button(ui, Icon::Plus, "Add a pane", "", false).clicked() {
            out.push(Command::Act(Action::AddPane));
        }
    });
    let mut difference = state.scene().shows_difference(selected);
    let first = (selected == 0).then_some(FIRST);
    if Row::new("Difference to the reference", "Shows how far the particles are from the same particles solved as well as double precision allows, so much enlarged that it can be seen.")
        .disabled(first)
        .tick(ui, &mut difference)
        && let Some(place) = selected.checked_sub(1)
    {
        let mut whole = (**state.scene()).clone();
        whole.panes[place].difference = difference;
        out.push(Command::set_whole(state.scene(), &whole));
    }
    // Here it makes the steps fixed, so it always has an effect.
    Setting::of(scene, "view.keep_evaluations").only(None).tick(ui, scene);
}
