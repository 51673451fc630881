//! Scripts: the field and the sampling of an experiment as a Python program for a library of elsewhere.
//! A file here and its line in the table add a target to the command line, its help and the window's menu.

mod diffrax;
mod diffusers;
mod field;
mod flow_matching;
mod loops;
mod plan;
mod python;
mod scipy;
mod sit;
mod target;
mod torchdiffeq;

use std::fmt::Write;

use thiserror::Error;

pub use target::Target;

use self::plan::Plan;
use self::python::{Library, indented};
use self::target::Part;
use crate::experiment::Experiment;

/// Every target, in menu order.
pub static TARGETS: &[&Target] = &[
    &torchdiffeq::TARGET,
    &diffrax::TARGET,
    &scipy::TARGET,
    &diffusers::TARGET,
    &sit::TARGET,
    &flow_matching::TARGET,
];

/// The file that scripts take a network from, unless another is named.
pub const MODEL_FILE: &str = "model.safetensors";

impl Target {
    /// The target called `name`, if the table has it.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().copied().find(|target| target.name == name)
    }

    /// The script for an experiment; a network is taken from the file `model`.
    ///
    /// # Errors
    /// If the network was trained elsewhere.
    pub fn script(&self, experiment: &Experiment, model: &str) -> Result<String, ForeignNetwork> {
        if experiment.network.as_ref().is_some_and(|network| network.trained_on().is_none()) {
            return Err(ForeignNetwork);
        }
        let plan = Plan::new(experiment);
        let part = (self.write)(&plan);
        let double = part.doubles || plan.is_double();
        let learned = experiment.network.is_some();
        let mut text = header(self, &plan, &part, model);
        text.push_str(&imports(self, &plan, &part));
        let mut blocks = vec![self.arrays.helpers(double).to_owned(), plan.constants()];
        if learned {
            let network = match self.arrays {
                Library::Torch => include_str!("snippets/network_torch.py"),
                Library::NumPy | Library::Jax => include_str!("snippets/network_arrays.py"),
            };
            blocks.push("MODEL = None".to_owned());
            blocks.push(self.arrays.speak(network));
        }
        blocks.extend([plan.field(self.arrays), plan.starts(), part.body, ending(learned, model)]);
        for block in blocks {
            let _ = write!(text, "\n\n{}\n", block.trim_end());
        }
        Ok(text)
    }
}

/// A script cannot load a network that was trained elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "field.model names a network that was trained elsewhere, whose code is where it came from: scripts are written for networks of this program and for field.kind = \"exact\""
)]
pub struct ForeignNetwork;

/// The words at the top.
fn header(target: &Target, plan: &Plan, part: &Part, model: &str) -> String {
    let scene = plan.scene();
    // A title may have come with a link from anybody: it must not end the words it stands in.
    let title = python::plain(&scene.title);
    let what = if title.is_empty() { "A scene of Driftscope" } else { &title };
    let file = python::plain(model);
    let mut text = format!("#!/usr/bin/env python3\n\"\"\"{what}, for {}.\n\n", target.title);
    let _ = writeln!(
        text,
        "Prints the end points as CSV, and on standard error the evaluations of the field."
    );
    let _ = writeln!(text, "Needs: pip install {}", needed(target, plan));
    if plan.experiment.network.is_some() {
        let _ = writeln!(
            text,
            "The network is in {file}, which `driftscope code --model F` writes of the scene below."
        );
    }
    let notes: Vec<&String> = plan.notes.iter().chain(&part.notes).collect();
    if !notes.is_empty() {
        let _ = writeln!(text, "\nWhat differs from the scene:");
        for note in notes {
            let _ = writeln!(text, "- {note}");
        }
    }
    text.push_str("\"\"\"\n\n");
    if let Ok(link) = scene.to_link() {
        let _ = writeln!(text, "# The scene: {link}\n");
    }
    text
}

fn needed(target: &Target, plan: &Plan) -> String {
    let mut all = vec!["numpy"];
    all.extend(target.packages.split_whitespace());
    if target.arrays == Library::Torch && plan.experiment.network.is_some() {
        all.push("safetensors");
    }
    all.join(" ")
}

fn imports(target: &Target, plan: &Plan, part: &Part) -> String {
    let learned = plan.experiment.network.is_some();
    let mut lines = vec!["import argparse"];
    if learned && target.arrays != Library::Torch {
        lines.push("import json");
    }
    lines.extend(["import math", "import sys", "", "import numpy as np"]);
    match target.arrays {
        Library::NumPy => {}
        Library::Jax => lines.extend(["import jax", "import jax.numpy as jnp"]),
        Library::Torch => lines.push("import torch"),
    }
    lines.extend(part.imports.iter().map(String::as_str));
    if learned && target.arrays == Library::Torch {
        lines.extend([
            "from safetensors import safe_open",
            "from safetensors.torch import load_file",
            "from torch import nn",
        ]);
    }
    if plan.is_exact() && plan.experiment.mixture.has_boxes() {
        lines.push(target.arrays.log_ndtr());
    }
    lines.join("\n") + "\n"
}

/// The command line of a script.
fn ending(learned: bool, model: &str) -> String {
    let file = python::text(model);
    let argument = format!(
        "parser.add_argument(\"--model\", default={file}, help=\"the network's safetensors file\")\n    "
    );
    let evaluations = "print(f\"evaluations: least {min(COUNTS)}, mean {sum(COUNTS) / len(COUNTS):.2f}, most {max(COUNTS)}\", file=sys.stderr)";
    let mut text = include_str!("snippets/main.py")
        .replace(
            "    MODEL_ARGUMENT\n",
            &if learned { format!("    {}\n", argument.trim_end()) } else { String::new() },
        )
        .replace("    LOAD\n", if learned { "    MODEL = load(args.model)\n" } else { "" })
        .replace("    EVALUATIONS", &indented(&format!("    {evaluations}"), "    "));
    if learned {
        text = text.replace("def main():\n", "def main():\n    global MODEL\n");
    }
    text
}

#[cfg(test)]
mod tests;
