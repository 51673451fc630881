//! The field of a scene as Python, and how its starts are drawn.

use driftscope_flow::data::{Component, Shape};
use driftscope_flow::network::foreign::Convention;
use driftscope_flow::prediction::Prediction;

use super::conversion;
use super::paths::{level_code, means_code, path_code, trained_code};
use super::plan::Plan;
use super::python::{Library, list, number, table};
use crate::networks::NetworkKind;
use crate::scene::{Direction, Start};

impl Plan<'_> {
    /// The field in `library`, which stands behind its constants.
    #[must_use]
    pub fn field(&self, library: Library) -> String {
        library.speak(&self.field_in_any())
    }

    fn field_in_any(&self) -> String {
        let experiment = self.experiment;
        let scene = self.scene();
        if let Some(classic) = scene.classic() {
            let system = classic.system();
            let parameter = system.parameter.as_ref().map_or_else(String::new, |parameter| {
                let key = if parameter.key == "lambda" { "lam" } else { parameter.key };
                let value = scene.field.parameter(parameter.key).unwrap_or(parameter.usual);
                format!("    {key} = {}\n", number(value))
            });
            let unpacked = if system.one_dimensional {
                "    x = state\n".to_owned()
            } else {
                "    x, y = state[:, 0:1], state[:, 1:2]\n".to_owned()
            };
            let [x, y] = system.formula.map(|formula| formula.replace("cos(", "lib.cos("));
            let rows =
                if system.one_dimensional { x } else { format!("lib.concatenate([{x}, {y}], 1)") };
            let title = system.title;
            return format!(
                "def velocity(t, state):\n    \"\"\"{title}.\"\"\"\n    t = scalar(t)\n{unpacked}{parameter}    return {rows}\n"
            );
        }
        let path = path_code(scene.path());
        if scene.direction == Direction::Noise {
            return format!("{path}\n\n{}", include_str!("snippets/noising.py"));
        }
        let Some(network) = &experiment.network else {
            let components = experiment.mixture.components();
            return format!("{}\n\n{path}\n\n{}", data_code(components), exact_code(components));
        };
        let trained_on = match &network.kind {
            NetworkKind::Own { trained_on, description, .. } => {
                let prediction = description.settings.prediction;
                if prediction != Prediction::Velocity {
                    let convention = Convention::of_own(prediction, *trained_on);
                    return conversion::field(self, &convention);
                }
                *trained_on
            }
            NetworkKind::Foreign(model) => return conversion::field(self, &model.convention),
        };
        if trained_on == scene.path() {
            let same = include_str!("snippets/learned_same.py").replace("OUTPUT", "network(t, x)");
            return format!("{path}\n\n{same}");
        }
        let trained = trained_code(trained_on);
        let level = level_code(trained_on);
        let means = means_code(trained_on, scene.path());
        let other = include_str!("snippets/learned_other.py");
        format!("{path}\n\n{trained}\n\n{level}\n\n{means}\n\n{other}")
    }

    /// How starting points are drawn, in `NumPy`.
    #[must_use]
    pub fn starts(&self) -> String {
        let scene = self.scene();
        let head = "def draw_starts(count, rng):\n";
        if let Some(classic) = scene.classic() {
            let system = classic.system();
            let [x, y] = system.start.map(number);
            let spread = number(system.spread);
            let still = if system.one_dimensional { "    starts[:, 1] = 0.0\n" } else { "" };
            return format!(
                "{head}    \"\"\"The system's own start first, the others around it.\"\"\"\n    starts = np.array([[{x}, {y}]]) + {spread} * rng.standard_normal((count, 2))\n    starts[0] = [{x}, {y}]\n{still}    return starts\n"
            );
        }
        if scene.start() == Start::Noise {
            return format!(
                "{head}    \"\"\"Noise.\"\"\"\n    return rng.standard_normal((count, 2))\n"
            );
        }
        let level = scene.path().coefficients(scene.direction.own_time(self.experiment.interval.0));
        let components = self.experiment.mixture.components();
        let rows = components.iter().map(|component| match component.shape {
            Shape::Gaussian { mean: [x, y], covariance: c } => {
                [component.weight, 0.0, x, y, c.xx, c.xy, c.yy]
            }
            Shape::Box { min: [x0, y0], max: [x1, y1] } => {
                [component.weight, 1.0, x0, y0, x1, y1, 0.0]
            }
        });
        format!(
            "# Of every component: weight, 0 and mean and covariance (xx, xy, yy), or 1 and two corners of a box.\nDATA = np.array({})\n\n\n{head}    \"\"\"alpha x1 + sigma x0 at the first time, x1 data and x0 noise.\"\"\"\n    rows = DATA[rng.choice(len(DATA), count, p=DATA[:, 0] / DATA[:, 0].sum())]\n    z = rng.standard_normal((count, 2))\n    xx, xy, yy = np.where(rows[:, 1] == 0.0, rows[:, 4:].T, np.array([[1.0], [0.0], [1.0]]))\n    root = np.sqrt(xx)\n    normal = np.stack([root * z[:, 0], xy / root * z[:, 0] + np.sqrt(yy - (xy / root) ** 2) * z[:, 1]], 1)\n    inside = rng.random((count, 2)) * (rows[:, 4:6] - rows[:, 2:4])\n    data = rows[:, 2:4] + np.where(rows[:, 1:2] == 0.0, normal, inside)\n    return {} * data + {} * rng.standard_normal((count, 2))\n",
            table(rows),
            number(level.alpha),
            number(level.sigma)
        )
    }
}

/// The round Gaussians of equal weight and width that points are, if these are such.
fn kernel(components: &[Component]) -> Option<f64> {
    let first = components.first()?;
    let Shape::Gaussian { covariance: wanted, .. } = first.shape else { return None };
    let is_round = wanted.xy == 0.0 && wanted.xx.to_bits() == wanted.yy.to_bits();
    let alike = components.iter().all(|component| {
        let Shape::Gaussian { covariance, .. } = component.shape else { return false };
        covariance == wanted && component.weight.to_bits() == first.weight.to_bits()
    });
    (is_round && alike).then(|| wanted.xx.sqrt())
}

/// The components as constants.
fn data_code(components: &[Component]) -> String {
    if let Some(kernel) = kernel(components) {
        let means = table(components.iter().map(Component::mean));
        return format!("MEANS = array({means})\nKERNEL = {}\n", number(kernel));
    }
    let (mut gaussians, mut boxes) = (Vec::new(), Vec::new());
    for component in components {
        match component.shape {
            Shape::Gaussian { mean, covariance } => {
                gaussians.push((component.weight, mean, covariance));
            }
            Shape::Box { min, max } => boxes.push((component.weight, min, max)),
        }
    }
    let mut text = String::new();
    if !gaussians.is_empty() {
        let weights: Vec<f64> = gaussians.iter().map(|(weight, ..)| weight.ln()).collect();
        let means = table(gaussians.iter().map(|(_, mean, _)| *mean));
        let covariances = table(gaussians.iter().map(|(_, _, c)| [c.xx, c.xy, c.yy]));
        text.extend([format!(
            "# Gaussians: logarithms of their weights, means, and covariances as xx, xy, yy.\nLOG_WEIGHTS = array({})\nMEANS = array({means})\nCOVARIANCES = array({covariances})\n",
            list(&weights)
        )]);
    }
    if !boxes.is_empty() {
        let weights: Vec<f64> = boxes.iter().map(|(weight, ..)| weight.ln()).collect();
        let lows = table(boxes.iter().map(|(_, min, _)| *min));
        let highs = table(boxes.iter().map(|(_, _, max)| *max));
        text.extend([format!(
            "# Uniform boxes: logarithms of their weights, and two corners.\nBOX_LOG_WEIGHTS = array({})\nLOWS = array({lows})\nHIGHS = array({highs})\n",
            list(&weights)
        )]);
    }
    text
}

/// The exact field of what [`data_code`] wrote.
fn exact_code(components: &[Component]) -> String {
    let has = |boxes: bool| {
        components.iter().any(|component| matches!(component.shape, Shape::Box { .. }) == boxes)
    };
    let names = "log_share, data_x, data_y, noise_x, noise_y";
    let mut text = String::new();
    if has(false) {
        text.push_str(if kernel(components).is_some() {
            include_str!("snippets/points.py")
        } else {
            include_str!("snippets/gaussians.py")
        });
        text.push_str("\n\n");
    }
    if has(true) {
        text.push_str(include_str!("snippets/boxes.py"));
        text.push_str("\n\n");
    }
    let parts = match (has(false), has(true)) {
        (true, true) => format!(
            "parts = zip(gaussians(x, alpha, sigma), boxes(x, alpha, sigma))\n    {names} = (lib.concatenate(part, 1) for part in parts)"
        ),
        (true, false) => format!("{names} = gaussians(x, alpha, sigma)"),
        (false, _) => format!("{names} = boxes(x, alpha, sigma)"),
    };
    text.push_str(&include_str!("snippets/exact.py").replace("PARTS", &parts));
    text
}
