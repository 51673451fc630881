//! The field that a scene comes to: exact or learned, of a class, pushed, from a source of its own.

use std::sync::Arc;

use driftscope_flow::data::Mixture;
use driftscope_flow::field::{ExactField, Guided, SourcedField};

use crate::followed::{Followed, Process, Sourced};
use crate::networks::LoadedNetwork;
use crate::scene::{Data, Problem, Scene};

/// A source of its own.
#[derive(Clone)]
pub(super) struct Source {
    pub mixture: Arc<Mixture>,
    /// The exact field from there to the data that are sampled; a learned one may do without.
    pub exact: Option<SourcedField>,
}

/// The networks of a scene.
pub(super) struct Models {
    pub network: Option<Arc<LoadedNetwork>>,
    pub bad: Option<Arc<LoadedNetwork>>,
}

impl Source {
    /// The source of a scene whose data that are sampled are `data`.
    pub fn of(scene: &Scene, data: &Mixture) -> Result<Option<Self>, Problem> {
        let Some(mixture) = scene.source_mixture()? else { return Ok(None) };
        let exact = match scene.sourced_field(data) {
            Err(_) if scene.needs_network() => None,
            exact => exact?,
        };
        Ok(Some(Self { mixture: Arc::new(mixture), exact }))
    }
}

/// The exact field of `scene`, whose data are `all` and of which `mixture` are sampled.
pub(super) fn exact(
    scene: &Scene,
    all: &Arc<Mixture>,
    mixture: &Arc<Mixture>,
) -> Result<Followed, Problem> {
    let path = scene.interpolant.kind;
    let guidance = scene.guidance.scale_over_time();
    let Some(own) = scene.sourced_field(mixture)? else {
        let of = |mixture: &Arc<Mixture>| ExactField::new(Arc::clone(mixture), path);
        if !scene.is_guided() {
            return Ok(Process::Exact(of(mixture)).into());
        }
        return Ok(Process::GuidedExact(Guided::new(of(all), of(mixture), guidance)).into());
    };
    let of_all = if scene.is_guided() { scene.sourced_field(all)? } else { None };
    Ok(match of_all {
        None => Sourced::Plain(own).into(),
        Some(of_all) => Sourced::Guided(Guided::new(of_all, own, guidance)).into(),
    })
}

/// The field of a network, pushed away from a bad one or from all data if the scene says so.
///
/// # Errors
/// If the scene asks for what a network knows only if it was trained so: a class, a source of its own, a
/// score, a map.
pub(super) fn learned(
    scene: &Scene,
    network: &LoadedNetwork,
    bad: Option<&LoadedNetwork>,
) -> Result<Followed, Problem> {
    check_class(scene, network)?;
    check_source(scene, network)?;
    check_map(scene, network)?;
    let (path, label) = (scene.interpolant.kind, scene.class());
    let good = network.field_given(label, path);
    let guided = scene.is_guided().then(|| {
        let from = match bad {
            Some(bad) => bad.field_given(label.filter(|_| bad.labels() > 0), path),
            None => network.field_given(None, path),
        };
        Guided::new(from, good.clone(), scene.guidance.scale_over_time())
    });
    if network.has_score() {
        return Ok(match guided {
            Some(guided) => Process::GuidedLearned(guided).into(),
            None => Process::Learned(good).into(),
        });
    }
    if let Some(why) = scene.unscored(true) {
        scene.check_score(why)?;
    }
    Ok(match guided {
        Some(guided) => Sourced::GuidedLearned(guided).into(),
        None => Sourced::Learned(good).into(),
    })
}

fn refuse(key: &'static str, value: &impl ToString, allowed: impl Into<String>) -> Problem {
    Problem { key, value: value.to_string(), allowed: allowed.into() }
}

/// A class is one of the network's labels.
fn check_class(scene: &Scene, network: &LoadedNetwork) -> Result<(), Problem> {
    let Some(label) = scene.class() else { return Ok(()) };
    let known = network.labels();
    if (label as usize) < known {
        return Ok(());
    }
    let allowed = if known == 0 {
        "none with this network, which was trained without labels: choose the exact field, or a network that was trained with them".to_owned()
    } else {
        format!("0 to {} with this network, which was trained with no others", known - 1)
    };
    Err(refuse("guidance.label", &label, allowed))
}

/// A network leads to the data from what it was trained from.
fn check_source(scene: &Scene, network: &LoadedNetwork) -> Result<(), Problem> {
    let own = scene.source.as_ref().filter(|_| scene.has_source());
    let own = own.map(Data::file_name);
    match (own, network.source()) {
        (own, trained) if own == trained => Ok(()),
        (Some(_), None) => Err(refuse(
            scene.source_key(),
            &"given",
            "none with this network, which was trained from N(0, I): choose the exact field, or a network that was trained from this source",
        )),
        (_, trained) => {
            let trained = trained.unwrap_or_default();
            let value = own.unwrap_or("not given");
            let allowed = format!("{trained} with this network, which was trained from there");
            Err(refuse(scene.source_key(), &value, allowed))
        }
    }
}

/// A method that steps by a map needs one that has been learned.
fn check_map(scene: &Scene, network: &LoadedNetwork) -> Result<(), Problem> {
    let method = scene.sampler.method();
    if !method.needs_flow_map() {
        return Ok(());
    }
    let Some(objective) = network.objective().filter(|objective| objective.is_flow_map()) else {
        return Err(refuse(
            "sampler.method",
            &method.name,
            "any method but flow-map and consistency with this network, which was not trained as a flow map",
        ));
    };
    if method.needs_noising_process() || objective.learns_every_step() {
        return Ok(());
    }
    Err(refuse(
        "sampler.method",
        &method.name,
        "consistency with this network, which learned no other steps than those to t = 1",
    ))
}
