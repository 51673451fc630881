//! The field that a scene comes to: exact or learned, of a class, pushed, from a source of its own.

use std::sync::Arc;

use driftscope_flow::data::Mixture;
use driftscope_flow::field::{ExactField, Guided, SourcedField};

use crate::followed::{Followed, Process, Sourced};
use crate::networks::LoadedNetwork;
use crate::scene::{Problem, Scene};

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

/// The field of a network, pushed away from a bad one if there is one.
///
/// # Errors
/// If the scene asks for what a network knows only if it was trained so: a class, or a source of its own.
pub(super) fn learned(
    scene: &Scene,
    network: &LoadedNetwork,
    bad: Option<&LoadedNetwork>,
) -> Result<Followed, Problem> {
    let path = scene.interpolant.kind;
    if let Some(label) = scene.class() {
        return Err(Problem {
            key: "guidance.label",
            value: label.to_string(),
            allowed: "none with this network, which was trained without labels: choose the exact field, or a network that was trained with them".to_owned(),
        });
    }
    if scene.has_source() {
        return Err(Problem {
            key: scene.source_key(),
            value: "given".to_owned(),
            allowed: "none with this network, which was trained from N(0, I): choose the exact field, or a network that was trained from this source".to_owned(),
        });
    }
    let good = network.field(path);
    Ok(match bad {
        Some(bad) if scene.is_guided() => {
            let guidance = scene.guidance.scale_over_time();
            Process::GuidedLearned(Guided::new(bad.field(path), good, guidance)).into()
        }
        _ => Process::Learned(good).into(),
    })
}
