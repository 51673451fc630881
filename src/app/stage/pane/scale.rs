//! The scale of a pane's colours, which it shares with the panes that are coloured by the same.

use driftscope_study::scene::ColourBy;
use driftscope_study::work::Standing;

use super::StagePane;
use crate::app::stage::drawings::span::Span;

impl StagePane {
    /// The quantity that its particles are coloured by, and what a scale of them alone would go over.
    pub fn own_scale(&self) -> Option<(ColourBy, Span)> {
        let colouring = self.colouring()?;
        Some((colouring.by, colouring.own?))
    }

    /// Takes a scale that panes have in common, or its own if there is none; whether its colours have to
    /// change for it.
    pub fn share_scale(&mut self, scale: Option<(ColourBy, Span)>) -> bool {
        self.scale = scale;
        self.is_to_be_scaled()
    }

    /// Stays as it is: it is not seen.
    pub fn keep_scale(&mut self) {
        let shown = self.colouring.as_ref();
        self.scale = shown.and_then(|(key, _)| Some((key.by, key.scale?)));
    }

    /// The scale of colours by a quantity, if it is shared.
    pub(super) fn shared_scale(&self, by: ColourBy) -> Option<Span> {
        self.scale.filter(|(of, _)| *of == by).map(|(_, span)| span)
    }

    /// Whether its colours are still those of another scale.
    pub(super) fn is_to_be_scaled(&self) -> bool {
        let fails = matches!(self.colours.standing(), Standing::Failed(_));
        let shown = self.colouring.as_ref().filter(|(_, colouring)| colouring.own.is_some());
        !fails && shown.is_some_and(|(key, _)| key.scale != self.shared_scale(key.by))
    }
}
