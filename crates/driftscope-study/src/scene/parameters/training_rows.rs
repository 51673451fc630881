//! What can be chosen about a training.

use driftscope_flow::coupling::Coupling;
use driftscope_flow::network::{
    Activation, Architecture, Decay, GradientMethod, LossRef, Objective, Pairing, TimeDensity,
    TrainingSettings, Weighting,
};
use driftscope_flow::prediction::Prediction;

use super::super::Scene;
use super::super::applies::{
    with_clip, with_coupling, with_drawn_times, with_flow_map, with_labels, with_logit_normal,
    with_prediction, with_reflow, with_rounds, with_sinkhorn, with_weighting,
};
use super::access::{chosen, counted, given, optional};
use super::choice::Named;
use super::kind::{Choices, Kind, Number, Switch, Unit, Written, decimal};
use super::parameter::Parameter;
use super::range::Range;

/// Its settings: what is learned, of which times, by what network, how fast.
pub(super) fn training() -> Vec<Parameter<Scene>> {
    [learned(), times(), network(), steps(), computed()].into_iter().flatten().collect()
}

fn size(range: std::ops::RangeInclusive<usize>) -> Range<u64> {
    Range::from(*range.start() as u64..=*range.end() as u64)
}

fn learned() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "training.objective",
            "Objective",
            "What the network is trained to be: the velocity of the flow, or the average velocity of its map, with which one step can go all the way.",
            Choices::new(Objective::choices, chosen!(Scene: training.objective)),
        ),
        Parameter::new(
            "training.prediction",
            "Prediction",
            "What the network says of a noisy point. Each says all the others, but its errors grow where it says little of them.",
            Choices::new(Prediction::choices, chosen!(Scene: training.prediction)),
        )
        .when(with_prediction),
        Parameter::new(
            "training.weighting",
            "Weighting",
            "How errors at different times are weighed against each other.",
            Choices::new(Weighting::choices, chosen!(Scene: training.weighting)),
        )
        .when(with_weighting),
        Parameter::new(
            "training.clip",
            "Largest weight",
            "No sample counts more. Without a limit the gradient has no finite variance.",
            Number::new(given!(Scene: training.clip), TrainingSettings::CLIP)
                .slider(1.0..=1e4)
                .logarithmic(),
        )
        .when(with_clip),
        Parameter::new(
            "training.coupling",
            "Coupling",
            "Which point of the noise is paired with which of the data. The law that is learned is the same; the paths to it are not.",
            Choices::new(Pairing::choices, chosen!(Scene: training.coupling)),
        ),
        Parameter::new(
            "training.block",
            "Pairs in a block",
            "So many pairs of a batch are exchanged among each other. More: closer to optimal transport, slower.",
            Number::new(counted!(Scene: training.block), size(Coupling::BLOCK))
                .slider(8..=512)
                .logarithmic(),
        )
        .when(with_coupling),
        Parameter::new(
            "training.epsilon",
            "Entropy of the plan",
            "In units of squared distance: near 0 the pairs are the optimal ones, far above the distances they are independent.",
            Number::new(given!(Scene: training.epsilon), TrainingSettings::EPSILON)
                .slider(0.01..=10.0)
                .logarithmic(),
        )
        .symbol("ε")
        .when(with_sinkhorn),
        Parameter::new(
            "training.iterations",
            "Sinkhorn iterations",
            "Most of them for a block. They end sooner where the plan is balanced; a small ε takes many.",
            Number::new(counted!(Scene: training.iterations), size(Coupling::ITERATIONS))
                .slider(1..=1000)
                .logarithmic(),
        )
        .when(with_sinkhorn),
        Parameter::new(
            "training.labels",
            "Learn labels",
            "Whether the network is given the labels of the data, so that it can be asked for one and guided.",
            Switch::new(given!(Scene: training.labels)),
        ),
        Parameter::new(
            "training.drop_labels",
            "Labels left out",
            "Share of the samples whose label is left out, from which the network learns the data as a whole.",
            Number::new(given!(Scene: training.drop_labels), 0.0..=1.0).unit(Unit::Share),
        )
        .when(with_labels),
    ]
}

fn times() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "training.times",
            "Times",
            "Which times are learned from. The best possible network is the same for all; where it errs is not.",
            Choices::new(TimeDensity::choices, chosen!(Scene: training.times)),
        ),
        Parameter::new(
            "training.times_mean",
            "Mean of logit t",
            "Where most of the times lie: 0 in the middle, above it nearer the data.",
            Number::new(given!(Scene: training.times_mean), TrainingSettings::TIMES_MEAN)
                .slider(-3.0..=3.0),
        )
        .symbol("m")
        .when(with_logit_normal),
        Parameter::new(
            "training.times_std",
            "Spread of logit t",
            "Standard deviation of log(t/(1 − t)): small, and all times are alike; large, and they are at the ends.",
            Number::new(given!(Scene: training.times_std), TrainingSettings::TIMES_STD)
                .slider(0.1..=3.0),
        )
        .symbol("s")
        .when(with_logit_normal),
        Parameter::new(
            "training.times_density",
            "Drawn density",
            "Heights of bars of equal width from t = 0 to 1, drawn by hand.",
            Kind::List(Written {
                form: "`[h, h, …]`, 1 to 256 heights, none below 0 and not all of them 0",
                entries: None,
                absent: "",
                read: |scene: &Scene| {
                    let bars: Vec<String> =
                        scene.training.times_density.iter().map(|&bar| decimal(bar)).collect();
                    Some(format!("[{}]", bars.join(", ")))
                },
            }),
        )
        .when(with_drawn_times),
        Parameter::new(
            "training.same_time",
            "Share with s = t",
            "Share of a flow map's samples with no way between s and t, from which it learns the velocity. Too few, and all else goes wrong with it.",
            Number::new(given!(Scene: training.same_time), 0.0..=1.0).unit(Unit::Share),
        )
        .when(with_flow_map),
    ]
}

fn network() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "training.hidden",
            "Hidden units",
            "Units in each hidden layer.",
            Number::new(counted!(Scene: training.hidden), size(Architecture::HIDDEN)).logarithmic(),
        ),
        Parameter::new(
            "training.depth",
            "Hidden layers",
            "Hidden layers of the network.",
            Number::new(counted!(Scene: training.depth), size(Architecture::DEPTH)),
        ),
        Parameter::new(
            "training.activation",
            "Activation",
            "What stands between the layers. All but ReLU are smooth, as a flow map needs it. SiLU is the quickest here.",
            Choices::new(Activation::choices, chosen!(Scene: training.activation)),
        ),
        Parameter::new(
            "training.time_features",
            "Time features",
            "Sines and cosines of the time that the network is given, an even number.",
            Number::new(counted!(Scene: training.time_features), size(Architecture::TIME_FEATURES))
                .logarithmic(),
        ),
    ]
}

fn steps() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "training.steps",
            "Training steps",
            "Steps of Adam over the whole training; the learning rate ends there.",
            Number::new(given!(Scene: training.steps), TrainingSettings::STEPS)
                .slider(10..=100_000)
                .logarithmic(),
        ),
        Parameter::new(
            "training.rounds",
            "Reflows",
            "After the training the network learns again from noise and where its own flow leads it, so often. Paths become straight: one step is enough.",
            Number::new(given!(Scene: training.rounds), 0..=TrainingSettings::MOST_ROUNDS)
                .slider(0..=3)
                .with_others(),
        )
        .when(with_reflow),
        Parameter::new(
            "training.pairs",
            "Pairs of reflow",
            "Pairs of noise and data that a round learns from, made by RK4 in 20 steps.",
            Number::new(counted!(Scene: training.pairs), size(TrainingSettings::PAIRS))
                .logarithmic(),
        )
        .when(with_rounds),
        Parameter::new(
            "training.seconds",
            "Time budget",
            "Seconds that the whole training may take. How many steps they hold is measured as it begins, and the file says how many were made.",
            Number::new(optional!(Scene: training.seconds), TrainingSettings::SECONDS)
                .slider(1.0..=600.0)
                .logarithmic()
                .or("no limit"),
        ),
        Parameter::new(
            "training.stop_after",
            "Stop after",
            "Steps after which the training ends although its learning rate is meant for more: one that was stopped by hand is repeated by this.",
            Number::new(optional!(Scene: training.stop_after), TrainingSettings::STEPS)
                .or("all steps"),
        ),
        Parameter::new(
            "training.batch",
            "Batch size",
            "Points drawn for each step. More: a steadier gradient, slower steps.",
            Number::new(counted!(Scene: training.batch), size(TrainingSettings::BATCH))
                .slider(1..=4096)
                .logarithmic(),
        ),
        Parameter::new(
            "training.learning_rate",
            "Learning rate",
            "The highest step length of Adam. Too high, and the loss does not fall.",
            Number::new(
                given!(Scene: training.learning_rate),
                Range::above_to(0.0, TrainingSettings::HIGHEST_RATE),
            )
            .slider(1e-5..=1e-1)
            .logarithmic()
            .unit(Unit::Power),
        ),
        Parameter::new(
            "training.warm_up",
            "Warm-up",
            "Share of the steps over which the learning rate rises to its highest.",
            Number::new(given!(Scene: training.warm_up), 0.0..=1.0).unit(Unit::Share),
        ),
        Parameter::new(
            "training.decay",
            "Decay of the rate",
            "How the learning rate falls after that.",
            Choices::new(Decay::choices, chosen!(Scene: training.decay)),
        ),
        Parameter::new(
            "training.ema_decay",
            "Averaging",
            "Decay per step of the moving average of the weights, which is the network that is kept.",
            Number::new(
                given!(Scene: training.ema_decay),
                Range::below(0.0, TrainingSettings::EMA_DECAY_BOUND),
            ),
        ),
        Parameter::new(
            "training.seed",
            "Training seed",
            "Decides the first weights and all that is drawn. Equal seeds give equal networks.",
            Number::new(given!(Scene: training.seed), 0..=i64::MAX as u64),
        ),
    ]
}

fn computed() -> Vec<Parameter<Scene>> {
    vec![
        Parameter::new(
            "training.loss",
            "Loss",
            "What is made small: its mean over a batch.",
            Choices::new(LossRef::choices, chosen!(Scene: training.loss)),
        ),
        Parameter::new(
            "training.gradient",
            "Gradient",
            "What computes the gradient of the loss.",
            Choices::new(GradientMethod::choices, chosen!(Scene: training.gradient)),
        ),
    ]
}
