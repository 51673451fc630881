//! Where particles come from.

use driftscope_study::scene::parameters::{Choice, Settings};
use driftscope_study::scene::{CLASSIC, Data, Scene};
use eframe::egui::Ui;

use super::kernel;
use super::row::{Entry, Row};
use crate::app::command::{Command, Commands, FileCommand};
use crate::app::state::State;

/// Why the source is not changed while a network learns from it.
pub const TRAINED_FROM: &str =
    "The network beside is trained from this source. Reset the training to choose another.";
const NORMAL: &str = "Standard normal noise, independent of the data.";
const OWN: &str = "Use own points…";
const ABOUT_OWN: &str = "Points from a file as the source: CSV of x,y with a point a line, or a picture whose dark pixels are the density. Each point has a small Gaussian around it.";
const AS_DATA: &str = "The data of one's own that are sampled now, which stay the source when other data are chosen, drawn or opened.";

/// The source, and the kernel on its points.
pub fn ui(ui: &mut Ui, scene: &mut Scene, (state, out): (&State, &mut Commands)) {
    let locked = state.training().map(|_| TRAINED_FROM);
    let parameter = Scene::parameter("source.name");
    let normal = parameter.absent().unwrap_or_default();
    let (shown, told) = scene.source.as_ref().map_or((normal, NORMAL), |source| {
        let Choice { title, about, .. } = source.entry();
        (title, about)
    });
    let about = format!("{}\n{told}", parameter.about);
    // A source of one's own gives way to what is chosen here.
    let refused = scene.classic().map(|_| CLASSIC).or(locked);
    let mut chosen = None;
    Row::new(parameter.title, &about).disabled(refused).popup(ui, shown, |ui| {
        for entry in entries(scene, normal) {
            entry.ui(ui, scene, &mut chosen);
        }
        ui.separator();
        if ui.selectable_label(false, OWN).on_hover_text(ABOUT_OWN).clicked() {
            out.push(Command::File(FileCommand::AskOpenSource));
        }
    });
    if let Some(chosen) = chosen {
        *scene = chosen;
    }
    if scene.source.as_ref().is_some_and(|source| source.points.is_some()) {
        kernel::ui(ui, scene, ("source.kernel", |scene| scene.source.as_mut()), locked);
    }
}

/// What the source can be: N(0, I), the built-in distributions, the one of one's own that it is, and the
/// data, where they are of one's own.
fn entries(scene: &Scene, normal: &'static str) -> impl Iterator<Item = Entry<'static, Scene>> {
    let now = scene.source.clone();
    let before = scene.clone();
    let entry = move |title: String, about: &'static str, source: Option<Data>| {
        let on = source == now;
        let becomes = Scene { source, ..before.clone() };
        Entry { title: title.into(), about: about.into(), on, becomes, refused: None }
    };
    let toys = Scene::parameter("source.name").choices().into_iter();
    let built_in = toys
        .map(|Choice { name, title, about }| (title.to_owned(), about, Some(Data::named(name))));
    let is_own = |data: &&Data| data.own().is_some();
    let data = Some(&scene.data).filter(is_own).map(|data| {
        // Of these alone: the built-in distribution behind them is named for when they are left.
        let own = Data { name: Data::default().name, ..data.clone() };
        (format!("{}, as the data", data.title()), AS_DATA, Some(own))
    });
    let own = scene.source.as_ref().filter(is_own).map(|own| {
        let Choice { title, about, .. } = own.entry();
        (title.to_owned(), about, Some(own.clone()))
    });
    let own = own.filter(|own| data.as_ref().is_none_or(|data| data.2 != own.2));
    let none = (normal.to_owned(), NORMAL, None);
    let all: Vec<_> = std::iter::once(none).chain(built_in).chain(own).chain(data).collect();
    all.into_iter().map(move |(title, about, source)| entry(title, about, source))
}
