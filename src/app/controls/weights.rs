//! Which weights of the present training a pane follows: snapshots side by side.

use driftscope_flow::network::Objective;
use driftscope_study::scene::parameters::Named;
use driftscope_study::scene::{FieldKind, ModelName, Scene};
use driftscope_study::session::Mode;
use driftscope_study::{Snapshot, bundled_networks};
use eframe::egui::Ui;

use super::row::{Entry, Row};
use crate::app::number;
use crate::app::state::State;

/// Snapshots that a menu offers, from the first to the last.
const MOST: usize = 10;
const ABOUT: &str = "The weights of the present training that this pane follows: the newest, or those after so many steps. Panes may follow different ones.";
const NEWEST: &str = "Newest";
const ABOUT_NEWEST: &str = "The weights as they are by now.";
/// What a snapshot is, for a tooltip.
pub const ABOUT_SNAPSHOT: &str = "The weights of the present training after so many steps.";

/// The menu, where a network was trained and is followed; while one trains there is the timeline.
pub fn ui(ui: &mut Ui, scene: &mut Scene, state: &State) {
    let Some(status) = state.training().filter(|_| state.mode() != Mode::Train) else { return };
    let Some(newest) = status.network.filter(|_| scene.field.kind == FieldKind::Learned) else {
        return;
    };
    let newest = ModelName::Trained(newest);
    let followed = scene.field.model.as_ref();
    let is_newest = followed == Some(&newest);
    let shown = match followed {
        Some(_) if is_newest => NEWEST.to_owned(),
        Some(model) => title(model, &status.snapshots),
        None => "Others".to_owned(),
    };
    let mut chosen = None;
    let snapshots = evenly(&status.snapshots).into_iter();
    let snapshots = snapshots.map(|kept| ModelName::Trained(kept.network));
    Row::new("Weights", ABOUT).popup(ui, &shown, |ui| {
        for model in std::iter::once(newest.clone()).chain(snapshots.filter(|kept| *kept != newest))
        {
            let is_first = model == newest;
            let (words, about) = if is_first {
                (NEWEST.to_owned(), ABOUT_NEWEST)
            } else {
                (title(&model, &status.snapshots), ABOUT_SNAPSHOT)
            };
            let on = scene.field.model.as_ref() == Some(&model);
            let mut becomes = scene.clone();
            becomes.field.follow(Some(model));
            let entry =
                Entry { title: words.into(), about: about.into(), on, becomes, refused: None };
            entry.ui(ui, scene, &mut chosen);
        }
    });
    if let Some(chosen) = chosen {
        *scene = chosen;
    }
}

/// Some of the snapshots, evenly spread, the first and the last among them.
pub fn evenly(kept: &[Snapshot]) -> Vec<Snapshot> {
    let Some(last) = kept.len().checked_sub(1) else { return Vec::new() };
    let count = kept.len().min(MOST);
    (0..count).map(|k| kept[k * last / (count - 1).max(1)]).collect()
}

/// What a network is called in a menu.
pub fn title(name: &ModelName, kept: &[Snapshot]) -> String {
    match name {
        ModelName::Trained(id) => match kept.iter().find(|snapshot| snapshot.network == *id) {
            Some(snapshot) => format!("After {} steps", number::count(snapshot.step)),
            None => "Trained here".to_owned(),
        },
        ModelName::File(path) => {
            path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
        }
        ModelName::Bundled(name) => {
            let known = bundled_networks().iter().find(|network| network.name == name);
            match known.map(|network| network.objective) {
                Some(Objective::FlowMatching) | None => format!("Bundled ({name})"),
                Some(objective) => format!("Bundled ({})", objective.words().title),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use driftscope_flow::network::NetworkId;

    use super::*;

    fn kept(count: u64) -> Vec<Snapshot> {
        let network = |step: u64| format!("{step:032x}").parse::<NetworkId>().expect("an identity");
        (0..count).map(|k| Snapshot { step: 100 * k, network: network(k) }).collect()
    }

    #[test]
    fn snapshots_are_spread_from_the_first_to_the_last() {
        for count in [0, 1, 2, 9, 10, 11, 40] {
            let steps: Vec<u64> = evenly(&kept(count)).iter().map(|kept| kept.step).collect();
            assert_eq!(steps.len(), MOST.min(count as usize), "{count}");
            assert!(steps.is_sorted_by(|a, b| a < b), "{steps:?}");
            assert_eq!(steps.first().copied(), (count > 0).then_some(0), "{count}");
            assert_eq!(steps.last().copied(), count.checked_sub(1).map(|last| 100 * last));
        }
    }
}
