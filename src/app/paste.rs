//! What a pasted text is taken for.

use driftscope_study::link::is_link;
use driftscope_study::scene::Scene;
use driftscope_study::session::Action;

use super::command::Command;
use super::state::State;

/// Makes a command of a pasted text that is its own; none if it is not. What is its own and damaged is
/// refused in a sentence.
type Reader = fn(&State, &str) -> Option<Result<Command, String>>;

/// The readers, asked in this order.
const READERS: &[Reader] = &[link];

/// What is to be done with a pasted text.
///
/// # Errors
/// Why nothing can be, in a sentence.
pub fn read(state: &State, text: &str) -> Result<Command, String> {
    READERS.iter().find_map(|reader| reader(state, text)).unwrap_or_else(|| {
        Err("The clipboard holds nothing that can be pasted here: a link begins with driftscope:"
            .to_owned())
    })
}

/// A link opens as a scene.
fn link(_state: &State, text: &str) -> Option<Result<Command, String>> {
    is_link(text).then(|| {
        let scene = Scene::with_settings(Some(text), &[]).map_err(|error| error.to_string())?;
        Ok(Command::Act(Action::Open { scene: Box::new(scene) }))
    })
}
