//! The error laboratory: cards that measure in the background what the solver, the model and the
//! finite number of particles each get wrong.
//!
//! A card is one file here and one entry in [`PAGES`].

mod advice;
mod budget;
mod card;
mod convergence;
mod coverage;
mod errors;
mod evaluations;
mod formula;
mod frame;
mod guidance;
mod likelihood;
mod marginals;
mod model_error;
mod picture;
mod round_trip;
mod settings;
mod stability;
mod step_map;
mod strong;
mod times;
mod tolerances;
mod transport;
mod work;

use std::sync::Arc;

use driftscope_study::scene::Scene;
use eframe::egui::scroll_area::ScrollBarVisibility;
use eframe::egui::{
    Context, Rect, RichText, ScrollArea, Sense, TextStyle, TextWrapMode, Ui, UiBuilder, WidgetText,
    pos2, vec2,
};

use self::card::{Card, CardContext};
use super::command::Commands;
use super::formula::Inspected;
use super::numbers::{Table, name_of};
use super::palette::Palette;
use super::save_button::save_button;
use super::state::State;
use super::theme::{UNIT, semibold};

/// A scene is measured once it has not changed for this long, in seconds, so that dragging a slider does
/// not start what the next frame withdraws.
const SETTLED: f64 = 0.15;
/// Height of the line of pages.
const TABS: f32 = 9.0 * UNIT;
const GAP: f32 = 4.0 * UNIT;
/// Height of cards that stand one below the other, over their width: of a row's only one, and of others.
const BROAD: f32 = 1.7;
const NARROW: f32 = 0.95;

/// Makes a card that has measured nothing yet.
type NewCard = fn() -> Box<dyn Card>;

/// Cards that are seen together: rows from the top, each from left to right.
struct Page {
    title: &'static str,
    about: &'static str,
    rows: &'static [&'static [NewCard]],
}

macro_rules! cards {
    ($([$($card:ty),*]),*) => { &[$(&[$(|| Box::<$card>::default()),*]),*] };
}

/// Every page, in the order of the tabs.
static PAGES: &[Page] = &[
    Page {
        title: "Steps",
        about: "What the solver believes of each step, and what is true",
        rows: cards!([errors::Errors], [step_map::StepMap, evaluations::Evaluations]),
    },
    Page {
        title: "Work",
        about: "What precision costs, and when more of it is wasted",
        rows: cards!(
            [work::WorkPrecision, tolerances::Tolerances],
            [budget::BudgetCard, convergence::ConvergenceCard]
        ),
    },
    Page {
        title: "Advice",
        about: "Which setting reaches a target at the least cost, and the best times for its steps",
        rows: cards!([advice::AdviceCard], [times::TimesCard]),
    },
    Page {
        title: "Flow",
        about: "The field itself: the model's error, stability, straightness",
        rows: cards!(
            [model_error::ModelError],
            [stability::StabilityCard, transport::TransportCard]
        ),
    },
    Page {
        title: "Likelihood",
        about: "The density that the flow gives to points, and how far it can be inverted",
        rows: cards!([likelihood::Likelihood], [round_trip::RoundTripCard]),
    },
    Page {
        title: "Samples",
        about: "Modes, distances over seeds, and what noise on the way does",
        rows: cards!([coverage::CoverageCard], [marginals::Marginals, strong::Strong]),
    },
    Page {
        title: "Guidance",
        about: "What is sampled when a class is pushed towards, and what one might take it for",
        rows: cards!([guidance::GuidanceCard]),
    },
    Page {
        title: "Formula",
        about: "The path, the field and the update of the method, written down",
        rows: cards!([formula::FormulaCard]),
    },
];

/// What a page is about; where it has no room, the tab's tooltip has it.
fn about_ui(line: &mut Ui, about: &str, palette: &Palette) {
    line.add_space(2.0 * UNIT);
    let about = WidgetText::from(RichText::new(about).color(palette.quiet)).into_galley(
        line,
        Some(TextWrapMode::Extend),
        f32::INFINITY,
        TextStyle::Body,
    );
    if about.size().x <= line.available_width() {
        line.label(about);
    }
}

/// Draws a card into a place, with the button that saves its numbers.
fn saved_card_ui(
    ui: &mut Ui,
    (rect, salt): (Rect, (usize, usize)),
    card: &mut dyn Card,
    context: &CardContext<'_>,
    out: &mut Commands,
) {
    let mut child = ui.new_child(UiBuilder::new().max_rect(rect).id_salt(salt));
    card.ui(&mut child, rect, context, out);
    let head = Rect::from_min_size(rect.min, vec2(rect.width(), frame::HEAD));
    save_button(ui, head, card.title(), || card.numbers(context.state), out);
}

/// Draws the cards of a page, which scrolls, one below the other: a row's only card, which is broad elsewhere, is
/// higher.
fn one_below_the_other(
    ui: &mut Ui,
    body: Rect,
    rows: &mut [Vec<Box<dyn Card>>],
    context: &CardContext<'_>,
    out: &mut Commands,
) {
    let mut child = ui.new_child(UiBuilder::new().max_rect(body).id_salt("cards"));
    ScrollArea::vertical().auto_shrink(false).show(&mut child, |ui| {
        for (i, row) in rows.iter_mut().enumerate() {
            let height = if row.len() == 1 { BROAD } else { NARROW } * body.width();
            for (j, card) in row.iter_mut().enumerate() {
                let (rect, _) = ui.allocate_exact_size(vec2(body.width(), height), Sense::hover());
                saved_card_ui(ui, (rect, (i, j)), card.as_mut(), context, out);
                ui.add_space(GAP);
            }
        }
    });
}

/// The titles of all pages, in order.
pub fn page_titles() -> impl Iterator<Item = &'static str> {
    PAGES.iter().map(|page| page.title)
}

/// Every card by its title, with the title of its page, in the order of the pages.
pub fn cards() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.iter().flat_map(|page| {
        let new = page.rows.iter().flat_map(|row| row.iter());
        new.map(|new| (new().title(), page.title))
    })
}

/// The laboratory in the window.
pub struct LabView {
    page: usize,
    pages: Vec<Vec<Vec<Box<dyn Card>>>>,
    /// What the controls say, and since when, in seconds of the window's time.
    scene: Option<(Arc<Scene>, f64)>,
    settled: Option<Arc<Scene>>,
    resting: bool,
}

impl Default for LabView {
    /// A laboratory where nothing is measured yet.
    fn default() -> Self {
        let make = |page: &Page| {
            page.rows.iter().map(|row| row.iter().map(|new| new()).collect()).collect()
        };
        Self {
            page: 0,
            pages: PAGES.iter().map(make).collect(),
            scene: None,
            settled: None,
            resting: true,
        }
    }
}

impl LabView {
    /// Shows a page by its title, for pictures and tests; whether there is one.
    pub fn turn_to(&mut self, title: &str) -> bool {
        let found = PAGES.iter().position(|page| page.title.eq_ignore_ascii_case(title));
        self.page = found.unwrap_or(self.page);
        found.is_some()
    }

    /// What the cards are called on the command line, in the order of the pages.
    pub fn names(&self) -> Vec<String> {
        self.cards().map(|card| name_of(card.title())).collect()
    }

    fn cards(&self) -> impl Iterator<Item = &dyn Card> {
        self.pages.iter().flatten().flatten().map(AsRef::as_ref)
    }

    /// What the card of this name shows, as numbers.
    pub fn numbers(&self, name: &str, state: &State) -> Option<Table> {
        self.cards().find(|card| name_of(card.title()) == name)?.numbers(state)
    }

    /// Draws the card of this name alone into `rect`; `inspected` is the attempt that is looked at on the
    /// stage.
    pub fn card_ui(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        name: &str,
        state: &State,
        inspected: Option<Inspected<'_>>,
    ) {
        let mut cards = self.pages.iter_mut().flatten().flatten();
        let Some(card) = cards.find(|card| name_of(card.title()) == name) else { return };
        let scene = &Arc::clone(state.scene());
        let (palette, work) = (state.palette(), state.work());
        let context = CardContext { state, palette, work, scene, inspected };
        // What a person would press in it is pressed by nobody.
        card.ui(ui, rect, &context, &mut Commands::new());
    }

    /// Withdraws everything: another mode is shown.
    pub fn rest(&mut self) {
        if self.resting {
            return;
        }
        self.resting = true;
        for card in self.pages.iter_mut().flatten().flatten() {
            card.rest();
        }
    }

    /// Draws tabs and cards into all of `ui`.
    pub fn ui(&mut self, ui: &mut Ui, state: &State, out: &mut Commands) {
        self.resting = false;
        let all = ui.available_rect_before_wrap();
        ui.advance_cursor_after_rect(all);
        let tabs = Rect::from_min_max(all.min, pos2(all.right(), all.top() + TABS));
        self.tabs_ui(ui, tabs, state);
        self.settle(state, ui.ctx());
        let Some(scene) = self.settled.clone() else { return };
        let palette = state.palette();
        let work = state.work();
        let context = CardContext { state, palette, work, scene: &scene, inspected: None };
        let body = Rect::from_min_max(pos2(all.left(), tabs.bottom() + UNIT), all.max);
        let rows = &mut self.pages[self.page];
        if state.is_pocket() {
            one_below_the_other(ui, body, rows, &context, out);
            return;
        }
        let height = (body.height() - GAP * (rows.len() - 1) as f32) / rows.len() as f32;
        for (i, row) in rows.iter_mut().enumerate() {
            let width = (body.width() - GAP * (row.len() - 1) as f32) / row.len() as f32;
            for (j, card) in row.iter_mut().enumerate() {
                let left = body.left() + j as f32 * (width + GAP);
                let top = body.top() + i as f32 * (height + GAP);
                let rect = Rect::from_min_max(pos2(left, top), pos2(left + width, top + height));
                saved_card_ui(ui, (rect, (i, j)), card.as_mut(), &context, out);
            }
        }
    }

    fn tabs_ui(&mut self, ui: &mut Ui, rect: Rect, state: &State) {
        let layout = eframe::egui::Layout::left_to_right(eframe::egui::Align::Center);
        let mut line = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout));
        let before = self.page;
        if state.is_pocket() {
            ScrollArea::horizontal()
                .scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden)
                .show(&mut line, |line| self.titles_ui(line));
        } else {
            self.titles_ui(&mut line);
            about_ui(&mut line, PAGES[self.page].about, state.palette());
        }
        if before != self.page {
            for card in self.pages[before].iter_mut().flatten() {
                card.rest();
            }
        }
    }

    fn titles_ui(&mut self, line: &mut Ui) {
        for (i, page) in PAGES.iter().enumerate() {
            let title = RichText::new(page.title).family(semibold());
            let tab = line.selectable_label(self.page == i, title).on_hover_text(page.about);
            if tab.clicked() {
                self.page = i;
            }
        }
    }

    /// Takes the controls' scene over once it has stood still.
    fn settle(&mut self, state: &State, ctx: &Context) {
        let now = ctx.input(|input| input.time);
        let same = self.scene.as_ref().is_some_and(|(scene, _)| scene.records_like(state.scene()));
        if !same {
            self.scene = Some((Arc::clone(state.scene()), now));
        }
        let Some((scene, since)) = &self.scene else { return };
        match SETTLED - (now - since) {
            rest if rest > 0.0 && self.settled.is_some() => {
                ctx.request_repaint_after_secs(rest as f32);
            }
            _ => self.settled = Some(Arc::clone(scene)),
        }
    }
}
