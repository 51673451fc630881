//! Scripts: the field and the sampling of an experiment as a Python program for a library of elsewhere.
//! A file here and its line in the table add a target to the command line, its help and the window's menu.

mod conversion;
mod diffrax;
mod diffusers;
mod diffusion;
mod field;
mod flow_matching;
mod loops;
mod network;
mod onnx;
mod paths;
mod plan;
mod python;
mod sampler;
mod scipy;
mod sit;
mod target;
mod torchdiffeq;

use std::fmt::Write;

pub use target::Target;

use self::network::Loader;
use self::plan::Plan;
use self::python::{Library, indented};
use self::target::Part;
use crate::experiment::Experiment;
use crate::scene::ModelName;

/// Every target, in menu order.
pub static TARGETS: &[&Target] = &[
    &torchdiffeq::TARGET,
    &diffrax::TARGET,
    &scipy::TARGET,
    &diffusers::TARGET,
    &sit::TARGET,
    &flow_matching::TARGET,
];

/// The file that scripts take a network of this program from, unless another is named.
const MODEL_FILE: &str = "model.safetensors";

/// The file that the script of an experiment takes its network from: that of the scene if it was trained
/// elsewhere, else `model.safetensors`. None if there is no network.
#[must_use]
pub fn model_file(experiment: &Experiment) -> Option<String> {
    let network = experiment.network.as_ref()?;
    Some(match (network.as_foreign(), &experiment.scene.field.model) {
        (Some(_), Some(ModelName::File(path))) => path.display().to_string(),
        _ => MODEL_FILE.to_owned(),
    })
}

impl Target {
    /// The target called `name`, if the table has it.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().copied().find(|target| target.name == name)
    }

    /// What stands in another's place in the script for an experiment, or is left out of it.
    #[must_use]
    pub fn differences(&self, experiment: &Experiment) -> Vec<String> {
        Plan::new(experiment).notes
    }

    /// The script for an experiment; its network is taken from the file `model`, or that of [`model_file`].
    #[must_use]
    pub fn script(&self, experiment: &Experiment, model: Option<&str>) -> String {
        let usual = model_file(experiment).unwrap_or_default();
        let model = model.unwrap_or(&usual);
        let plan = Plan::new(experiment);
        let part = (self.write)(&plan);
        let loader = experiment
            .network
            .as_ref()
            .map(|network| Loader::new(&network.kind, experiment.scene.class(), self.arrays));
        let mut text = header(self, &plan, &part, loader.as_ref(), model);
        text.push_str(&imports(self, &plan, &part, loader.as_ref()));
        let double = part.doubles || plan.is_double();
        let mut blocks = vec![self.arrays.helpers(double).to_owned()];
        if plan.is_exact() {
            blocks.push(self.arrays.softmax().to_owned());
        }
        blocks.push(plan.constants());
        if let Some(loader) = &loader {
            blocks.push("MODEL = None".to_owned());
            blocks.push(loader.code.clone());
        }
        let ending = ending(loader.as_ref(), model);
        blocks.extend([plan.field(self.arrays), plan.starts(), part.body, ending]);
        for block in blocks {
            let _ = write!(text, "\n\n{}\n", block.trim_end());
        }
        text
    }
}

/// The words at the top.
fn header(
    target: &Target,
    plan: &Plan,
    part: &Part,
    loader: Option<&Loader>,
    model: &str,
) -> String {
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
    let _ = writeln!(text, "Needs: pip install {}", needed(target, loader));
    match &plan.experiment.network {
        None => {}
        Some(network) if network.as_foreign().is_some() => {
            let _ = writeln!(text, "The network is in {file}, the file of the scene below.");
        }
        Some(_) => {
            let _ = writeln!(
                text,
                "The network is in {file}, which `driftscope code --model F` writes of the scene below."
            );
        }
    }
    let of_network = loader.into_iter().flat_map(|loader| &loader.notes);
    let notes: Vec<&String> = plan.notes.iter().chain(&part.notes).chain(of_network).collect();
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

fn needed(target: &Target, loader: Option<&Loader>) -> String {
    let mut all = vec!["numpy"];
    all.extend(target.packages.split_whitespace());
    all.extend(loader.into_iter().flat_map(|loader| &loader.packages));
    all.join(" ")
}

fn imports(target: &Target, plan: &Plan, part: &Part, loader: Option<&Loader>) -> String {
    let mut lines = vec!["import argparse".to_owned()];
    let standard = loader.into_iter().flat_map(|loader| &loader.standard);
    lines.extend(standard.map(|module| format!("import {module}")));
    let mut add = |more: &[&str]| lines.extend(more.iter().map(|&line| line.to_owned()));
    add(&["import math", "import sys", "", "import numpy as np"]);
    match target.arrays {
        Library::NumPy => {}
        Library::Jax => add(&["import jax", "import jax.numpy as jnp"]),
        Library::Torch => add(&["import torch"]),
    }
    lines.extend(part.imports.iter().cloned());
    let network = loader.into_iter().flat_map(|loader| &loader.imports);
    lines.extend(network.map(|&line| line.to_owned()));
    if plan.is_exact() && plan.experiment.mixture.has_boxes() {
        lines.push(target.arrays.log_ndtr().to_owned());
    }
    lines.join("\n") + "\n"
}

/// The command line of a script.
fn ending(loader: Option<&Loader>, model: &str) -> String {
    let argument = loader.map_or_else(String::new, |loader| {
        format!(
            "    parser.add_argument(\"--model\", default={}, help=\"the network's {} file\")\n",
            python::text(model),
            loader.file
        )
    });
    let learned = loader.is_some();
    let evaluations = "print(f\"evaluations: least {min(COUNTS)}, mean {sum(COUNTS) / len(COUNTS):.2f}, most {max(COUNTS)}\", file=sys.stderr)";
    let mut text = include_str!("snippets/main.py")
        .replace("    MODEL_ARGUMENT\n", &argument)
        .replace("    LOAD\n", if learned { "    MODEL = load(args.model)\n" } else { "" })
        .replace("    EVALUATIONS", &indented(&format!("    {evaluations}"), "    "));
    if learned {
        text = text.replace("def main():\n", "def main():\n    global MODEL\n");
    }
    text
}

#[cfg(test)]
mod tests;
