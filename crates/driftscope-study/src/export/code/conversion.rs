//! How a script makes velocity and score of what a network of others predicts: `ForeignField` in Python.

use driftscope_base::interpolant::Interpolant;
use driftscope_flow::network::foreign::{Convention, ForeignOutput, Noising, TimeInput, Towards};
use driftscope_solve::End;

use super::paths::{level_code, means_code, path_code, trained_code};
use super::plan::Plan;
use super::python::{lines_of, list, number};

/// The field on the scene's path of a network that `convention` tells, which the script calls `network(t, x)`.
pub(super) fn field(plan: &Plan, convention: &Convention) -> String {
    let to = plan.scene().path();
    if let Some(output) = as_it_is(plan, convention) {
        let same = include_str!("snippets/learned_same.py").replace("OUTPUT", &output);
        return format!("{}\n\n{same}", path_code(to));
    }
    let scaled = is_scaled(convention);
    let mut blocks = Vec::new();
    let constants = constants(convention);
    if !constants.is_empty() {
        blocks.push(constants);
    }
    blocks.push(path_code(to).to_owned());
    if let Noising::Path(from) = convention.noising {
        if from != to {
            blocks.push(trained_code(from));
        }
        if from != to || scaled {
            blocks.push(level_code(from).to_owned());
        }
        if matches!(convention.prediction, ForeignOutput::Velocity(_)) {
            blocks.push(means_code(from, to));
        }
        if convention.tabulated() {
            blocks.push(include_str!("snippets/ddpm.py").to_owned());
        }
    }
    let velocity = if is_own_velocity(convention, to) {
        "v"
    } else if is_shifted(convention) {
        "d_alpha * (SCALE * data + SHIFT) + d_sigma * noise"
    } else if scaled {
        "d_alpha * SCALE * data + d_sigma * noise"
    } else {
        "d_alpha * data + d_sigma * noise"
    };
    let lines = [level(convention, to), output(convention)].concat();
    let body = include_str!("snippets/foreign.py")
        .replace("    CONVERSION\n", &lines_of("    ", &lines))
        .replace("VELOCITY", velocity);
    blocks.push(body);
    blocks.join("\n\n")
}

/// The network's velocity where it needs no conversion at all: on the scene's path and data, by a time that
/// is finite throughout.
fn as_it_is(plan: &Plan, convention: &Convention) -> Option<String> {
    // Beyond the end the network stays at its own.
    let inside = plan.settings.end != End::Overshoot;
    let time = match convention.time {
        TimeInput::T | TimeInput::Reversed => true,
        TimeInput::Index => !convention.tabulated(),
        _ => false,
    };
    let ForeignOutput::Velocity(towards) = convention.prediction else { return None };
    (inside && time && is_own_velocity(convention, plan.scene().path()))
        .then(|| format!("{}network({}, x)", sign(towards), time_of(convention, "t")))
}

fn sign(towards: Towards) -> &'static str {
    match towards {
        Towards::Data => "",
        Towards::Noise => "-",
    }
}

/// Whether the network's data are not those of the scene.
fn is_scaled(convention: &Convention) -> bool {
    (convention.scale - 1.0).abs() > 0.0 || is_shifted(convention)
}

/// Whether their middle is another.
fn is_shifted(convention: &Convention) -> bool {
    convention.shift.iter().any(|shift| shift.abs() > 0.0)
}

/// Whether the network's velocity is the scene's.
fn is_own_velocity(convention: &Convention, to: Interpolant) -> bool {
    convention.noising == Noising::Path(to)
        && matches!(convention.prediction, ForeignOutput::Velocity(_))
        && !is_scaled(convention)
}

/// What the convention has of numbers.
fn constants(convention: &Convention) -> String {
    let mut text = String::new();
    let (scale, shift) = (number(convention.scale), list(&convention.shift));
    if is_shifted(convention) {
        text.extend([format!(
            "# The network's data are (x1 - SHIFT) / SCALE.\nSCALE, SHIFT = {scale}, array({shift})\n"
        )]);
    } else if is_scaled(convention) {
        text.extend([format!("# The network's data are x1 / SCALE.\nSCALE = {scale}\n")]);
    }
    if let ForeignOutput::Edm { sigma_data } = convention.prediction {
        text.extend([format!(
            "# The standard deviation of the data that EDM's factors are made for.\nSIGMA_DATA = {}\n",
            number(sigma_data)
        )]);
    }
    if let Noising::Exploding { sigma_min, sigma_max } = convention.noising {
        text.extend([format!(
            "# The noise levels that the network has seen.\nSIGMA_MIN, SIGMA_MAX = {}, {}\n",
            number(sigma_min),
            number(sigma_max)
        )]);
    }
    text
}

/// Lines that find the network's noise level and its point `y`, which is the point here times `shrink`.
fn level(convention: &Convention, to: Interpolant) -> Vec<String> {
    let scaled = is_scaled(convention);
    let signal = if scaled { "SCALE * alpha" } else { "alpha" };
    let Noising::Path(from) = convention.noising else {
        let moved = if is_shifted(convention) { " - SHIFT / SCALE" } else { "" };
        return vec![
            "# The network's noise level of equal sigma / alpha: its points are x1 + s x0."
                .to_owned(),
            format!("s = lib.clip(sigma / lib.clip({signal}, 1e-12, None), SIGMA_MIN, SIGMA_MAX)"),
            format!("shrink = 1.0 / lib.maximum(sigma / s, {signal})"),
            format!("y = shrink * x{moved}"),
        ];
    };
    let (first, last) = convention.times().expect("a path has times");
    let there = if from == to && !scaled {
        "t".to_owned()
    } else {
        format!("time_of_level({signal}, sigma)")
    };
    let held = first > 0.0 || last < 1.0;
    let about = if held {
        "# The network's time of equal sigma / alpha, held where its output or its time has no meaning."
    } else {
        "# The network's time of equal sigma / alpha."
    };
    let coefficients = if from == to { "coefficients" } else { "trained_coefficients" };
    let moved = if is_shifted(convention) { " - a / SCALE * SHIFT" } else { "" };
    vec![
        about.to_owned(),
        format!("there = lib.clip({there}, {}, {})", number(first), number(last)),
        format!("a, _, s, _, _ = {coefficients}(there)"),
        "# Its point; where the time is held, the larger of data and noise keeps its size."
            .to_owned(),
        format!("noisy = sigma > {signal}"),
        format!("shrink = lib.where(noisy, s, a) / lib.where(noisy, sigma, {signal})"),
        format!("y = shrink * x{moved}"),
    ]
}

/// Lines that evaluate the network and make the expected data and noise of its output.
fn output(convention: &Convention) -> Vec<String> {
    let exploding = matches!(convention.noising, Noising::Exploding { .. });
    let [times_a, over_a] = if exploding { ["", ""] } else { ["a * ", " / a"] };
    let from_noise = if exploding {
        "data = y - s * noise".to_owned()
    } else {
        format!("data = (y - s * noise){over_a}")
    };
    let called = format!("network({}, y)", time_of(convention, "there"));
    match convention.prediction {
        ForeignOutput::Velocity(towards) => vec![
            format!("v = {}{called}", sign(towards)),
            "data, noise = means(there, y, v)".to_owned(),
        ],
        ForeignOutput::Data => {
            vec![format!("data = {called}"), format!("noise = (y - {times_a}data) / s")]
        }
        ForeignOutput::Noise => vec![format!("noise = {called}"), from_noise],
        ForeignOutput::Score => vec![format!("noise = -s * {called}"), from_noise],
        ForeignOutput::Edm { .. } => vec![
            "# EDM: data = c_skip y + c_out F(c_in y).".to_owned(),
            "total = s**2 + SIGMA_DATA**2".to_owned(),
            format!("f = network({}, y / lib.sqrt(total))", time_of(convention, "there")),
            "data = SIGMA_DATA**2 / total * y + s * SIGMA_DATA / lib.sqrt(total) * f".to_owned(),
            "noise = s / total * y - SIGMA_DATA / lib.sqrt(total) * f".to_owned(),
        ],
    }
}

/// What the network takes as its time, from its `t` on its path or its level's `s` and `a`.
fn time_of(convention: &Convention, t: &str) -> String {
    let ratio = if matches!(convention.noising, Noising::Exploding { .. }) { "s" } else { "s / a" };
    let time = match convention.time {
        TimeInput::T => t.to_owned(),
        TimeInput::Reversed => format!("1.0 - {t}"),
        TimeInput::Index if convention.tabulated() => format!("index_of(lib.log({ratio}))"),
        TimeInput::Index => format!("1000.0 * (1.0 - {t})"),
        TimeInput::Sigma => ratio.to_owned(),
        TimeInput::LogSnr => format!("-2.0 * lib.log({ratio})"),
        TimeInput::QuarterLogSigma => format!("0.25 * lib.log({ratio})"),
    };
    if (convention.time_scale - 1.0).abs() <= 0.0 {
        return time;
    }
    let time = if convention.time == TimeInput::Reversed { format!("({time})") } else { time };
    format!("{} * {time}", number(convention.time_scale))
}
