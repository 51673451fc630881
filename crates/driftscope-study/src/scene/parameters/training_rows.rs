//! What can be chosen about a training.

use driftscope_flow::network::{Architecture, GradientMethod, LossRef, TrainingSettings};

use super::access::{chosen, counted, given};
use super::choice::Named;
use super::kind::{Choices, Number, Unit};
use super::parameter::Parameter;
use super::range::Range;

/// Its settings, in the order of the command line.
pub(super) fn training() -> Vec<Parameter<TrainingSettings>> {
    let size = |range: std::ops::RangeInclusive<usize>| {
        Range::from(*range.start() as u64..=*range.end() as u64)
    };
    vec![
        Parameter::new(
            "training.steps",
            "Training steps",
            "Steps of Adam over the whole training; the learning rate ends at zero there.",
            Number::new(given!(TrainingSettings: steps), TrainingSettings::STEPS)
                .slider(10..=100_000)
                .logarithmic(),
        ),
        Parameter::new(
            "training.batch",
            "Batch size",
            "Points drawn for each step. More: a steadier gradient, slower steps.",
            Number::new(counted!(TrainingSettings: batch), size(TrainingSettings::BATCH))
                .slider(1..=4096)
                .logarithmic(),
        ),
        Parameter::new(
            "training.learning_rate",
            "Learning rate",
            "The highest step length of Adam. Too high, and the loss does not fall.",
            Number::new(
                given!(TrainingSettings: learning_rate),
                Range::above_to(0.0, TrainingSettings::HIGHEST_RATE),
            )
            .slider(1e-5..=1e-1)
            .logarithmic()
            .unit(Unit::Power),
        ),
        Parameter::new(
            "training.seed",
            "Training seed",
            "Decides the first weights and all that is drawn. Equal seeds give equal networks.",
            Number::new(given!(TrainingSettings: seed), 0..=u64::MAX),
        ),
        Parameter::new(
            "training.hidden",
            "Hidden units",
            "Units in each hidden layer.",
            Number::new(
                counted!(TrainingSettings: architecture.hidden),
                size(Architecture::HIDDEN),
            )
            .logarithmic(),
        ),
        Parameter::new(
            "training.depth",
            "Hidden layers",
            "Hidden layers of the network.",
            Number::new(counted!(TrainingSettings: architecture.depth), size(Architecture::DEPTH)),
        ),
        Parameter::new(
            "training.time_features",
            "Time features",
            "Sines and cosines of the time that the network is given, an even number.",
            Number::new(
                counted!(TrainingSettings: architecture.time_features),
                size(Architecture::TIME_FEATURES),
            )
            .logarithmic(),
        ),
        Parameter::new(
            "training.ema_decay",
            "Averaging",
            "Decay per step of the moving average of the weights, which is the network that is kept.",
            Number::new(
                given!(TrainingSettings: ema_decay),
                Range::below(0.0, TrainingSettings::EMA_DECAY_BOUND),
            ),
        ),
        Parameter::new(
            "training.loss",
            "Loss",
            "What is made small: its mean over a batch.",
            Choices::new(LossRef::choices, chosen!(TrainingSettings: loss)),
        ),
        Parameter::new(
            "training.gradient",
            "Gradient",
            "What computes the gradient of the loss.",
            Choices::new(GradientMethod::choices, chosen!(TrainingSettings: gradient)),
        ),
    ]
}
