//! The line above a pane: its number, what it does, and what came of it.

use driftscope_solve::Scope;
use eframe::egui::{
    Align, Align2, Color32, FontId, Layout, Rect, Sense, Stroke, Ui, UiBuilder, WidgetInfo,
    accesskit::Role, vec2,
};

use crate::app::command::{Command, Commands};
use crate::app::controls::setting::in_words;
use crate::app::icon::{Icon, icon_button};
use crate::app::in_sight;
use crate::app::number;
use crate::app::state::State;
use crate::app::theme::{TEXT, UNIT, semibold};
use crate::app::top_bar;
use driftscope_study::scene::Scene;
use driftscope_study::scene::parameters::{Parameter, Settings};
use driftscope_study::session::{Action, PaneState};

/// Height of the line.
pub const HEIGHT: f32 = 9.0 * UNIT;
/// Room beside name and figures, for the badge, the button and what lies between.
const BESIDE: f32 = 21.0 * UNIT;
/// Panes narrower than this have no room for all figures on one line.
const NARROW: f32 = 300.0;
/// Settings that are told of panes with the same method, at most.
const MOST_TOLD: usize = 2;
/// Between two figures.
const SEPARATOR: &str = " · ";

/// Draws the line into `rect`.
pub fn ui(ui: &mut Ui, rect: Rect, state: &State, index: usize, out: &mut Commands) {
    let pane = &state.panes()[index];
    let palette = state.palette();
    let colour = palette.scene(&pane.scene);
    let selected = state.selected() == index;
    let name = title(state, pane);
    let figures = figures(state, pane);

    let id = ui.scope_id().with(("pane", pane.key));
    let response = ui.interact(rect, id, Sense::click());
    let spoken = format!("Pane {}: {name}, {figures}", index + 1);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Button, ui.is_enabled(), &spoken);
        info.selected = Some(selected);
        info
    });
    if response.clicked() {
        out.push(Command::Act(Action::SelectPane { pane: index }));
    }
    let fill = match (selected, response.hovered()) {
        (true, _) => palette.raised,
        (false, true) => palette.panel,
        (false, false) => Color32::TRANSPARENT,
    };
    let painter = ui.painter().with_clip_rect(rect);
    painter.rect_filled(rect, 4.0, fill);
    // The method's colour, and its number for those who see none.
    let badge = Rect::from_min_size(rect.min + vec2(6.0, 8.0), vec2(20.0, 20.0));
    painter.rect_filled(badge, 4.0, colour);
    let font = FontId::new(TEXT, semibold());
    let number = format!("{}", index + 1);
    let ink = if palette.dark { palette.on_accent } else { Color32::WHITE };
    painter.text(badge.center(), Align2::CENTER_CENTER, number, font.clone(), ink);
    if response.has_focus() {
        let stroke = Stroke::new(1.0, palette.accent);
        painter.rect_stroke(rect.shrink(0.5), 4.0, stroke, eframe::egui::StrokeKind::Inside);
    }

    let mut right = rect.right() - UNIT;
    if state.scene().pane_count() > 1 {
        let place = Rect::from_min_max(rect.right_top() - vec2(8.0 * UNIT, 0.0), rect.max);
        let layout = Layout::right_to_left(Align::Center);
        let mut corner = ui.new_child(UiBuilder::new().max_rect(place).layout(layout));
        let name = format!("Remove pane {}", index + 1);
        if icon_button(&mut corner, Icon::Close, &name, "", false).clicked() {
            out.push(Command::Act(Action::RemovePane { pane: index }));
        }
        right = place.left() - UNIT;
    }
    let left = badge.right() + 2.0 * UNIT;
    let figures_width = if fits(ui, rect.width(), (state, pane)) {
        let font = FontId::proportional(TEXT);
        let galley = painter.layout_no_wrap(figures.clone(), font, palette.text);
        let width = galley.size().x;
        let at = Align2::RIGHT_CENTER.align_size_within_rect(
            galley.size(),
            Rect::from_min_max(rect.min, eframe::egui::pos2(right, rect.bottom())),
        );
        painter.galley(at.min, galley, palette.text);
        width + 3.0 * UNIT
    } else {
        0.0
    };
    let room = Rect::from_min_max(
        eframe::egui::pos2(left, rect.top()),
        eframe::egui::pos2(right - figures_width, rect.bottom()),
    );
    let galley = painter.layout_no_wrap(name, font, palette.strong);
    let at = Align2::LEFT_CENTER.align_size_within_rect(galley.size(), room);
    painter.with_clip_rect(room).galley(at.min, galley, palette.strong);
    response.on_hover_text(format!("{spoken}. Click to set it on the left."));
}

/// What tells a pane from the others: its method, or its training where networks are trained side by side.
fn title(state: &State, pane: &PaneState) -> String {
    let own = &*pane.scene;
    if !state.trains_several() {
        return beside_its_like(state, pane);
    }
    let others = state.panes().iter().map(|other| &*other.scene);
    let others: Vec<&Scene> = others.filter(|other| other.training != own.training).collect();
    let words: Vec<String> = differing(own, &others)
        .filter(|parameter| parameter.key.starts_with("training."))
        .map(|parameter| told(parameter, own))
        .collect();
    if words.is_empty() { "the same training".to_owned() } else { words.join(SEPARATOR) }
}

/// The method, and what tells the pane from others with the same.
fn beside_its_like(state: &State, pane: &PaneState) -> String {
    let (own, method) = (&*pane.scene, top_bar::method(&pane.scene));
    let alike: Vec<(usize, &PaneState)> = state
        .visible()
        .iter()
        .enumerate()
        .filter(|(_, other)| other.key != pane.key && top_bar::method(&other.scene) == method)
        .collect();
    if alike.is_empty() {
        return method;
    }
    let others: Vec<&Scene> = alike.iter().map(|(_, other)| &*other.scene).collect();
    // Only these sections can be a pane's own, and what has no effect tells nothing.
    let of_panes = |parameter: &&Parameter<Scene>| {
        let sections = ["sampler", "diffusion", "field"];
        sections.iter().any(|section| parameter.belongs_to(section))
            && parameter.idle(own).is_none()
    };
    let found = differing(own, &others).filter(of_panes).take(MOST_TOLD);
    let settings = found.map(|parameter| told(parameter, own));
    let index = state.visible().iter().position(|other| other.key == pane.key);
    let enlarged = |index: usize| state.scene().shows_difference(index);
    let difference =
        index.is_some_and(enlarged) && alike.iter().any(|(other, _)| !enlarged(*other));
    let difference = difference.then(|| "difference".to_owned());
    let words: Vec<String> = std::iter::once(method).chain(settings).chain(difference).collect();
    words.join(SEPARATOR)
}

/// The settings in which a scene differs from any of some others.
fn differing(own: &Scene, others: &[&Scene]) -> impl Iterator<Item = &'static Parameter<Scene>> {
    Scene::parameters().iter().filter(move |parameter| {
        let words = in_words(parameter, own);
        others.iter().any(|other| in_words(parameter, *other) != words)
    })
}

/// What a setting is, with its name.
fn told(parameter: &Parameter<Scene>, scene: &Scene) -> String {
    if parameter.key == "sampler.scope" {
        let words = match scene.sampler.scope {
            Scope::PerParticle => "per particle",
            Scope::WholeBatch => "whole batch",
        };
        return words.to_owned();
    }
    format!("{} {}", parameter.title, in_words(parameter, scene))
}

/// What came of the run, in a few words.
fn figures(state: &State, pane: &PaneState) -> String {
    if in_sight::withholds(state) {
        return String::new();
    }
    let Some(shown) = &pane.shown else {
        return pane.failure.as_ref().map_or("solving…", |_| "cannot be solved").to_owned();
    };
    let nfe = shown.traces.nfe.mean;
    let evaluations = number::mean(nfe);
    let noun = number::plural(nfe, "evaluation", "evaluations");
    match shown.distance {
        Some(distance) => {
            format!("{evaluations} {noun}{SEPARATOR}W₂ {}", number::three(distance.sliced_w2))
        }
        None => format!("{evaluations} {noun}"),
    }
}

/// The figures of a pane whose header has no room for them.
pub fn figures_below(ui: &Ui, width: f32, of: (&State, &PaneState)) -> Option<String> {
    // A line each where one line would be broken anywhere.
    let joint = if width < NARROW { "\n" } else { SEPARATOR };
    (!fits(ui, width, of)).then(|| figures(of.0, of.1).replace(SEPARATOR, joint))
}

/// Whether name and figures fit into a header.
fn fits(ui: &Ui, width: f32, (state, pane): (&State, &PaneState)) -> bool {
    let wide = |text: String, font: FontId| {
        ui.painter().layout_no_wrap(text, font, Color32::WHITE).size().x
    };
    let name = wide(title(state, pane), FontId::new(TEXT, semibold()));
    let figures = wide(figures(state, pane), FontId::proportional(TEXT));
    name + figures + BESIDE <= width
}
