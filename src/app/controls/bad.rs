//! The network that the learned field is pushed away from.

use driftscope_study::scene::{ModelName, Scene};
use driftscope_study::{BundledNetwork, Snapshot, bundled_networks};
use eframe::egui::Ui;

use super::row::{Entry, Row};
use super::setting::Setting;
use super::weights::{ABOUT_SNAPSHOT, evenly, title};
use crate::app::command::{Command, Commands, FileCommand};
use crate::app::state::State;

const NONE: &str = "None";
const ABOUT_NONE: &str = "The field is pushed away from no other network.";
const ABOUT_BUNDLED: &str = "A network that comes with the program and was trained on these data.";
const ABOUT_NAMED: &str = "The network that the scene names.";
const FILE: &str = "From a file…";
const ABOUT_FILE: &str = "A model file of this program, or one that says itself how it is read.";
const ITSELF: &str =
    "This is the network that is followed: pushed away from itself, the field stays what it is.";

/// The menu of networks that were trained for less long, or otherwise.
pub fn ui(ui: &mut Ui, scene: &mut Scene, (state, out): (&State, &mut Commands)) {
    let row = Setting::of(scene, "guidance.bad").row();
    let kept = state.training().map(|status| &status.snapshots[..]).unwrap_or_default();
    let named = scene.guidance.bad.as_ref();
    let shown = named.map_or_else(|| NONE.to_owned(), |bad| title(bad, kept));
    let about = format!("{}\n{shown}", row.about);
    let mut chosen = None;
    Row { about: &about, ..row }.popup(ui, &shown, |ui| {
        for entry in entries(scene, kept) {
            entry.ui(ui, scene, &mut chosen);
        }
        ui.separator();
        if ui.selectable_label(false, FILE).on_hover_text(ABOUT_FILE).clicked() {
            out.push(Command::File(FileCommand::AskOpenBadModel));
        }
    });
    if let Some(chosen) = chosen {
        *scene = chosen;
    }
}

/// What the bad model can be: none, networks that were trained on the data, and weights on the way; and
/// what it is, where it is none of them.
fn entries<'a>(scene: &'a Scene, kept: &[Snapshot]) -> impl Iterator<Item = Entry<'a, Scene>> {
    let bundled = bundled_networks().iter().filter(|network| fits(network, scene));
    let bundled = bundled.map(|network| {
        let name = ModelName::Bundled(network.name.to_owned());
        (title(&name, kept), ABOUT_BUNDLED, Some(name))
    });
    let snapshots = evenly(kept).into_iter().map(|snapshot| {
        let name = ModelName::Trained(snapshot.network);
        (title(&name, kept), ABOUT_SNAPSHOT, Some(name))
    });
    let none = (NONE.to_owned(), ABOUT_NONE, None);
    let mut all: Vec<_> = std::iter::once(none).chain(bundled).chain(snapshots).collect();
    let now = &scene.guidance.bad;
    if let Some(now) = now
        && !all.iter().any(|(.., name)| name.as_ref() == Some(now))
    {
        all.push((title(now, kept), ABOUT_NAMED, Some(now.clone())));
    }
    all.into_iter().map(move |(title, about, name)| {
        let on = name == *now;
        let refused = name.as_ref().filter(|name| is_followed(name, scene)).map(|_| ITSELF);
        let mut becomes = scene.clone();
        becomes.guidance.bad = name;
        Entry { title: title.into(), about: about.into(), on, becomes, refused }
    })
}

/// Whether a bundled network leads from N(0, I) to the data of the scene, in no other pairs than theirs.
fn fits(network: &BundledNetwork, scene: &Scene) -> bool {
    network.has_score && scene.toy().is_some_and(|toy| toy.name == network.data)
}

/// Whether the learned field of the scene is that of this network.
fn is_followed(name: &ModelName, scene: &Scene) -> bool {
    match (&scene.field.model, name) {
        // The bundled one of the distribution.
        (None, ModelName::Bundled(bundled)) => scene.toy().is_some_and(|toy| toy.name == bundled),
        (followed, _) => followed.as_ref() == Some(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_was_trained_on_the_data_and_has_a_score() {
        let settings = |name: &str| Scene::with_settings(None, &[format!("data.name={name}")]);
        let titles = |scene: &Scene| -> Vec<(String, bool)> {
            let all = entries(scene, &[]);
            all.map(|entry| (entry.title.into_owned(), entry.refused.is_none())).collect()
        };
        let moons = settings("two-moons").expect("a scene");
        let wanted = [
            ("None", true),
            ("Bundled (two-moons)", false),
            ("Bundled (Shortcut)", true),
            ("Bundled (MeanFlow)", true),
        ];
        assert_eq!(titles(&moons), wanted.map(|(title, free)| (title.to_owned(), free)));
        let rings = settings("rings").expect("a scene");
        assert_eq!(titles(&rings).len(), 2);
        let mut named = rings.clone();
        named.guidance.bad = Some(ModelName::File("elsewhere/small.safetensors".into()));
        assert_eq!(titles(&named)[2], ("small.safetensors".to_owned(), true));
    }
}
