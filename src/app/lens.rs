//! The conditional lens: where it can be used.

use driftscope_study::lab::NoLens;
use driftscope_study::scene::Projection;
use driftscope_study::session::{Mode, Session};

/// Why the lens shows nothing on the pane at work, if it shows nothing.
#[must_use]
pub fn refused(session: &Session) -> Option<&'static str> {
    if session.mode() == Mode::Errors {
        return Some(
            "The lens lies on the stage, which the error laboratory covers. Choose Explore for it.",
        );
    }
    if let Some(why) = NoLens::of(&session.pane().scene) {
        return Some(why.why());
    }
    let over_time = session.scene().view.projection == Projection::OverTime;
    over_time
        .then_some("The lens looks at a place of the plane. Choose Plane as the picture for it.")
}
