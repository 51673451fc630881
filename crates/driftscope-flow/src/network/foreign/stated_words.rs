//! What can be stated in words, for menus.

use super::chain_file::{FEATURES, ORDERS};
use super::convention::{NOISINGS, PREDICTIONS, TOWARDS, TimeInput};
use crate::network::activation::Activation;
use crate::network::words::Word;

/// All that can be stated under `key`, in menu order; nothing where that is a number.
#[must_use]
pub fn stated_words(key: &str) -> Vec<Word<()>> {
    fn plain<T>(all: &[Word<T>]) -> Vec<Word<()>> {
        all.iter().map(Word::plain).collect()
    }
    match key {
        "prediction" => plain(&PREDICTIONS),
        "velocity_towards" => plain(&TOWARDS),
        "interpolant" => plain(&NOISINGS),
        "time" => plain(&TimeInput::ALL),
        "activation" => plain(&Activation::ALL),
        "time_features" => plain(&FEATURES),
        "input_order" => plain(&ORDERS),
        _ => Vec::new(),
    }
}
