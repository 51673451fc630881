//! Several samplers side by side: what each pane has of its own, and what all share.

use driftscope_flow::diffusion::DiffusionForm;
use driftscope_flow::network::TrainingSettings;
use driftscope_solve::MethodRef;
use driftscope_solve::grid::Spacing;
use serde::{Deserialize, Serialize, Serializer};

use super::{Diffusion, Field, FieldKind, Sampler, Scene, unusual};

/// Most panes at once, the scene's own included.
pub const MOST_PANES: usize = 4;

/// A pane beside the scene's own. It shares the data, the starts, the Brownian paths and the seed;
/// a section that is given here stands in place of the scene's as a whole.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pane {
    /// Whether it shows how far its particles are from the reference.
    pub difference: bool,
    /// How the ODE is solved here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sampler: Option<Sampler>,
    /// Noise added on the way here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub diffusion: Option<Diffusion>,
    /// Whose velocity is followed here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<Field>,
    /// The training of a network of this pane's own, on the data that all share.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "unusual_if_any")]
    pub training: Option<TrainingSettings>,
}

/// Writes the settings that are not the usual ones; a training without any is one all the same.
#[expect(clippy::ref_option, reason = "serde hands a reference")]
fn unusual_if_any<S: Serializer>(
    settings: &Option<TrainingSettings>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match settings {
        Some(settings) => unusual(settings, serializer),
        None => serializer.serialize_none(),
    }
}

impl Scene {
    /// Panes, the scene's own included.
    #[must_use]
    pub fn pane_count(&self) -> usize {
        1 + self.panes.len()
    }

    /// What a pane shows, as a scene without panes: 0 is the scene's own.
    #[must_use]
    pub fn pane(&self, index: usize) -> Self {
        let mut scene = self.clone();
        scene.panes = Vec::new();
        let Some(pane) = index.checked_sub(1).and_then(|i| self.panes.get(i)) else { return scene };
        if let Some(sampler) = &pane.sampler {
            scene.sampler.clone_from(sampler);
        }
        if let Some(diffusion) = pane.diffusion {
            scene.diffusion = diffusion;
        }
        if let Some(field) = &pane.field {
            scene.field.clone_from(field);
        }
        if let Some(training) = &pane.training {
            scene.training.clone_from(training);
        }
        scene
    }

    /// Whether a pane has a training: that of the scene, which is the first pane's, or one of its own.
    #[must_use]
    pub fn has_training(&self, index: usize) -> bool {
        let own = |place: usize| self.panes.get(place).is_some_and(|pane| pane.training.is_some());
        index.checked_sub(1).is_none_or(own)
    }

    /// The training that pane `index` has, to change.
    pub(crate) fn training_mut(&mut self, index: usize) -> &mut TrainingSettings {
        let own = index.checked_sub(1).and_then(|place| self.panes.get_mut(place));
        own.and_then(|pane| pane.training.as_mut()).unwrap_or(&mut self.training)
    }

    /// The panes that have one, rising.
    pub fn trainings(&self) -> impl Iterator<Item = usize> {
        (0..self.pane_count()).filter(|index| self.has_training(*index))
    }

    /// The pane whose training is that of pane `index`: its own, or the scene's.
    #[must_use]
    pub fn training_of(&self, index: usize) -> usize {
        if self.has_training(index) { index } else { 0 }
    }

    /// The samplers of all panes, the scene's own first.
    pub fn samplers_mut(&mut self) -> impl Iterator<Item = &mut Sampler> {
        let own = self.panes.iter_mut().filter_map(|pane| pane.sampler.as_mut());
        std::iter::once(&mut self.sampler).chain(own)
    }

    /// Whether a pane shows the difference to the reference.
    #[must_use]
    pub fn shows_difference(&self, index: usize) -> bool {
        index.checked_sub(1).and_then(|i| self.panes.get(i)).is_some_and(|pane| pane.difference)
    }

    /// Takes over what was changed in a pane's scene: its own sections there, all others for every
    /// pane. The sections of the other panes stay what they are.
    pub fn edit_pane(&mut self, index: usize, edited: Self) {
        let before = self.pane(index);
        let mut panes: Vec<Self> = (0..self.pane_count()).map(|i| self.pane(i)).collect();
        let differences: Vec<bool> = self.panes.iter().map(|pane| pane.difference).collect();
        let classic = |scene: &Self| scene.field.kind == FieldKind::Classic;
        let crosses = classic(&before) != classic(&edited);
        for (_, pane) in panes.iter_mut().enumerate().filter(|(i, _)| *i != index) {
            if edited.data != before.data {
                // A model file belongs to the distribution it was trained on.
                pane.field.follow(None);
            }
            if classic(&edited) || crosses {
                // One plane for all: no pane shows a classic ODE beside a distribution.
                pane.field = edited.field.clone();
                pane.suit_field();
            }
        }
        let mut shared = Self { panes: Vec::new(), ..edited.clone() };
        if index > 0 && self.has_training(index) {
            shared.training.clone_from(&self.training);
        }
        let trainings: Vec<bool> = (1..panes.len()).map(|i| self.has_training(i)).collect();
        panes[index] = edited;
        let mut own = panes.into_iter();
        let first = own.next().unwrap_or_default();
        *self = Self {
            sampler: first.sampler,
            diffusion: first.diffusion,
            field: first.field,
            panes: own
                .zip(differences.into_iter().zip(trainings))
                .map(|(pane, (difference, training))| Pane {
                    difference,
                    training: Some(pane.training).filter(|_| training),
                    sampler: Some(pane.sampler),
                    diffusion: Some(pane.diffusion),
                    field: Some(pane.field),
                })
                .collect(),
            ..shared
        };
        if self.view.keep_evaluations {
            self.balance(index);
        }
    }

    /// Puts aside what does not go with the field.
    pub fn suit_field(&mut self) {
        self.sampler.step_size = None;
        self.sampler.leave_list();
        if self.field.kind != FieldKind::Classic {
            // Beyond t = 1 not every field goes on.
            self.sampler.end = driftscope_solve::End::default();
            return;
        }
        self.diffusion.form = DiffusionForm::None;
        if self.sampler.spacing().needs_levels() {
            self.sampler.grid = None;
        }
        if self.sampler.method().needs_noising_process() {
            self.sampler.set_method(MethodRef::default());
        }
    }

    /// Adds a pane with another method, as long as there is room.
    pub fn add_pane(&mut self) {
        if self.pane_count() >= MOST_PANES {
            return;
        }
        let like = self.pane(self.pane_count() - 1);
        let used: Vec<_> = (0..self.pane_count()).map(|i| self.pane(i).sampler.method()).collect();
        let method = ["euler", "heun", "rk4", "dopri5"]
            .iter()
            .filter_map(|name| MethodRef::named(name))
            .find(|method| !used.contains(method))
            .unwrap_or_default();
        let mut sampler = Sampler { adaptive: None, ..like.sampler.clone() };
        sampler.set_method(method);
        if like.is_adaptive() && !method.adaptive_by_default {
            // Few enough that the steps can be seen.
            sampler.steps = 10;
            sampler.step_size = None;
        }
        self.panes.push(Pane {
            difference: false,
            sampler: Some(sampler),
            diffusion: Some(Diffusion { form: DiffusionForm::None, ..like.diffusion }),
            field: Some(like.field),
            training: None,
        });
        if self.view.keep_evaluations {
            self.balance(0);
        }
    }

    /// Adds a pane with a training of its own, which begins as the scene's, as long as there is room. Its samples
    /// are made as the scene's are.
    pub fn add_training(&mut self) {
        if self.pane_count() >= MOST_PANES {
            return;
        }
        let own = self.pane(0);
        self.panes.push(Pane {
            difference: false,
            sampler: Some(own.sampler),
            diffusion: Some(own.diffusion),
            field: Some(own.field),
            training: Some(own.training),
        });
    }

    /// Takes a pane away, unless it is the only one.
    pub fn remove_pane(&mut self, index: usize) {
        if index == 0 {
            if self.panes.is_empty() {
                return;
            }
            let next = self.pane(1);
            (self.sampler, self.diffusion, self.field) = (next.sampler, next.diffusion, next.field);
            self.training = next.training;
        }
        let place = index.saturating_sub(1);
        if place < self.panes.len() {
            self.panes.remove(place);
        }
    }

    /// Gives every pane the steps that make as many evaluations as pane `index` makes, and fixed
    /// steps, whose number is known.
    pub fn balance(&mut self, index: usize) {
        let leader = self.pane(index);
        let budget = leader.sampler.steps * leader.evaluations_per_step();
        for i in 0..self.pane_count() {
            let scene = self.pane(i);
            let per_step = scene.evaluations_per_step().max(1);
            let mut sampler = scene.sampler;
            if sampler.method().can_adapt() {
                sampler.adaptive = (sampler.method().adaptive_by_default).then_some(false);
            }
            if i != index && sampler.spacing() != Spacing::List {
                sampler.steps = (budget as f64 / per_step as f64).round().max(1.0) as usize;
                sampler.step_size = None;
            }
            match i.checked_sub(1) {
                None => self.sampler = sampler,
                Some(place) => self.panes[place].sampler = Some(sampler),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn four() -> Scene {
        let mut scene = Scene::default();
        for _ in 0..3 {
            scene.add_pane();
        }
        scene
    }

    #[test]
    fn panes_have_methods_of_their_own_and_at_most_four_fit() {
        let mut scene = four();
        scene.add_pane();
        assert_eq!(scene.pane_count(), MOST_PANES);
        let methods: Vec<_> = (0..4).map(|i| scene.pane(i).sampler.method().name).collect();
        assert_eq!(methods, ["dopri5", "euler", "heun", "rk4"]);
        assert!(scene.check().is_ok());
    }

    #[test]
    fn editing_one_pane_leaves_the_others_alone() {
        for index in 0..4 {
            let mut scene = four();
            // A pane that takes the scene's own sampler must not follow it into an edit.
            scene.panes[2].sampler = None;
            let before: Vec<_> = (0..4).map(|i| scene.pane(i)).collect();
            let mut edited = scene.pane(index);
            edited.sampler.set_method(MethodRef::named("midpoint").expect("in the table"));
            scene.edit_pane(index, edited);
            for (i, before) in before.iter().enumerate() {
                assert_eq!(scene.pane(i).records_like(before), i != index, "{index} {i}");
            }
        }
    }

    #[test]
    fn what_all_share_is_edited_for_all() {
        let mut scene = four();
        let mut edited = scene.pane(2);
        edited.seed = 7;
        edited.data.name = "rings".into();
        scene.edit_pane(2, edited);
        for i in 0..4 {
            assert_eq!((scene.pane(i).seed, scene.pane(i).data.name.as_str()), (7, "rings"));
        }
        let mut edited = scene.pane(1);
        edited.field.kind = FieldKind::Classic;
        scene.edit_pane(1, edited);
        assert!((0..4).all(|i| scene.pane(i).classic().is_some()));
        assert!(scene.check().is_ok());
    }

    #[test]
    fn equal_evaluations_are_kept_whichever_pane_is_edited() {
        let mut scene = four();
        scene.view.keep_evaluations = true;
        let mut edited = scene.pane(1);
        edited.sampler.steps = 48;
        scene.edit_pane(1, edited);
        for i in 0..4 {
            let pane = scene.pane(i);
            assert!(!pane.is_adaptive());
            assert_eq!(pane.sampler.steps * pane.evaluations_per_step(), 48, "{i}");
        }
    }

    #[test]
    fn taking_a_pane_away_moves_the_others_up() {
        let mut scene = four();
        scene.remove_pane(0);
        scene.remove_pane(1);
        let methods: Vec<_> = (0..2).map(|i| scene.pane(i).sampler.method().name).collect();
        assert_eq!(methods, ["euler", "rk4"]);
        scene.remove_pane(1);
        scene.remove_pane(0);
        assert_eq!(scene.pane_count(), 1);
    }

    #[test]
    fn panes_are_written_and_read_back() {
        let mut scene = four();
        scene.panes[1].difference = true;
        let again = Scene::from_toml(&scene.to_toml(), "again").expect("reads back");
        assert_eq!(scene, again);
        let text = "[[panes]]\n[panes.sampler]\nmethod = \"euler\"\nsteps = 0\n";
        let error = Scene::from_toml(text, "x").expect_err("no steps").to_string();
        assert!(error.contains("panes[1].sampler.steps") && error.contains('0'), "{error}");
    }
}
