//! What a pasted text is taken for.

use driftscope_study::link::is_link;
use driftscope_study::own::Own;
use driftscope_study::scene::{Data, Scene, TimeList, data_from_paste};
use driftscope_study::session::Action;

use super::command::Command;
use super::state::State;

/// Makes a command of a pasted text that is its own; none if it is not. What is its own and damaged is
/// refused in a sentence.
type Reader = fn(&State, &str) -> Option<Result<Command, String>>;

/// The readers, asked in this order.
const READERS: &[Reader] = &[link, times];
/// A message of more letters than this is cut.
const LONGEST_MESSAGE: usize = 300;

/// What is to be done with a pasted text.
///
/// # Errors
/// Why nothing can be, in a sentence.
pub fn read(state: &State, text: &str) -> Result<Command, String> {
    READERS.iter().find_map(|reader| reader(state, text)).unwrap_or_else(|| data(text))
}

/// Everything else is taken for points.
fn data(text: &str) -> Result<Command, String> {
    match data_from_paste(text) {
        Ok(points) => Ok(Command::data(Data { points: Some(points), ..Data::default() })),
        Err(reason) => {
            let words =
                format!("What was pasted is neither a link (driftscope:…) nor data: {reason}");
            Err(words.chars().take(LONGEST_MESSAGE).collect())
        }
    }
}

/// A list of numbers is a schedule.
fn times(_state: &State, text: &str) -> Option<Result<Command, String>> {
    TimeList::rather_than_points(text).map(|list| Ok(Command::Times(Own::new(list))))
}

/// A link opens as a scene, also the address of a page, which has it behind its `#`.
fn link(_state: &State, text: &str) -> Option<Result<Command, String>> {
    let behind = text.split_once('#').map(|(_, parts)| parts.split('&').next().unwrap_or(parts));
    let text = behind.filter(|part| is_link(part)).unwrap_or(text);
    is_link(text).then(|| {
        let scene = Scene::with_settings(Some(text), &[]).map_err(|error| error.to_string())?;
        Ok(Command::Act(Action::Open { scene: Box::new(scene) }))
    })
}
