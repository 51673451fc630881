//! The loop over the steps of a diffusion sampler, as Python.

use super::super::python::lines_of;

/// What the loop of a sampler has besides what all share.
#[derive(Default)]
pub(super) struct Loop {
    /// Settings as constants, a line each.
    pub constants: Vec<String>,
    /// Functions in the order in which they stand.
    pub functions: Vec<String>,
    /// What is looked back on.
    pub nodes: Option<Nodes>,
    /// Whether its settings may let it draw noise.
    pub noisy: bool,
    /// Whether noise is added before a step.
    pub churns: bool,
    /// The nodes with which the last step is made once more before the next.
    pub correction: Option<String>,
    /// The lines of a step between levels with data and noise.
    pub make: Vec<String>,
    /// A step from pure noise, where that has no formula of its own.
    pub from_noise: Option<&'static str>,
    /// Whether its own formula holds where the step ends in pure data.
    pub ends_in_data: bool,
}

/// What a multistep method looks back on.
pub(super) struct Nodes {
    /// The prediction that is kept.
    pub kept: Kept,
    /// Those that are kept, as a slice of all, the newest first.
    pub slice: String,
    /// Whether steps ask how many are `left`.
    pub counts: bool,
}

impl Nodes {
    /// So many, or as many as steps are left where orders fall at the end.
    pub fn of(kept: Kept, most: usize, falls: bool) -> Self {
        let slice = if falls { format!(": min({most}, left)") } else { format!(":{most}") };
        Self { kept, slice, counts: falls }
    }
}

/// A prediction, `E[x1 | x]` or `E[x0 | x]`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Data,
    Noise,
}

impl Loop {
    /// The function that makes all steps, of the method of this name and source.
    pub fn code(&self, title: &str, reference: &str) -> String {
        let mut before = Vec::new();
        let mut make = Vec::new();
        if let Some(Nodes { kept, slice, .. }) = &self.nodes {
            let kept = match kept {
                Kept::Data => "data",
                Kept::Noise => {
                    before.push("noise = (x - alpha * data) / sigma".to_owned());
                    "noise"
                }
            };
            make.push(format!("nodes = [(sigma / alpha, {kept}), *nodes][{slice}]"));
        }
        make.extend(self.make.iter().cloned());
        if let Some(nodes) = &self.correction {
            before.extend([
                "if nodes:".to_owned(),
                "    # The last step made once more, now with the prediction at its end."
                    .to_owned(),
                format!("    x = x + from_data(nodes[0][0], start, {nodes}) - guess"),
            ]);
        }
        let mut lines = Vec::new();
        let mut when = |condition: &str, line: &str| {
            let word = if lines.is_empty() { "if" } else { "elif" };
            lines.extend([format!("{word} {condition}:"), format!("    {line}")]);
        };
        if !self.ends_in_data {
            when("sigma1 == 0.0", "x = alpha1 * data");
        }
        if let Some(line) = self.from_noise {
            when("alpha == 0.0", line);
        }
        if lines.is_empty() {
            lines = make;
        } else {
            lines.push("else:".to_owned());
            lines.extend(make.iter().map(|line| format!("    {line}")));
        }
        let steps = if self.nodes.as_ref().is_some_and(|nodes| nodes.counts) {
            "left, t, t1 in zip(range(len(GRID) - 1, 0, -1), GRID, GRID[1:])"
        } else {
            "t, t1 in zip(GRID, GRID[1:])"
        };
        let mut about = format!("{title} over the grid ({reference}).");
        if self.noisy {
            about += "\n\n    `fresh(size)` is noise of that standard deviation, drawn if it is above 0.\n    ";
        }
        let filled = |lines: &[String]| lines_of("        ", lines);
        let optional =
            |there: bool, line: &str| if there { line.to_owned() } else { String::new() };
        include_str!("../snippets/diffusion/loop.py")
            .replace("ARGUMENTS", if self.noisy { "x, fresh" } else { "x" })
            .replace("ABOUT", &about)
            .replace("    NODES\n", &optional(self.nodes.is_some(), "    nodes = []\n"))
            .replace("STEPS", steps)
            .replace(
                "        CHURN\n",
                &optional(self.churns, "        t, x = churned(t, x, fresh)\n"),
            )
            .replace("        CORRECTION\n", &filled(&before))
            .replace("        MAKE\n", &filled(&lines))
    }
}
