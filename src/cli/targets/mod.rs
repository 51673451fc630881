//! `driftscope targets`: what a minute of training reaches, as a table.

mod autoguidance;
mod couplings;
mod few_steps;
mod guidance;
mod memorisation;
mod predictions;
mod reflow;
mod row;
mod workshop;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};

use super::output::print;
use row::Table;
use workshop::Workshop;

/// Train networks of every kind for a while and print how good their samples are, as a Markdown table.
///
/// R is the sliced W2 distance of 10 000 samples to the data over that of two draws of the data (1: as good
/// as they get), the mean over several draws of noise. Beside each figure stands what is expected of it.
#[derive(Args, Debug)]
pub struct Targets {
    /// What is trained; everything if none is named.
    #[arg(value_enum)]
    sections: Vec<Section>,
    /// Seconds that each training may take.
    #[arg(long, default_value_t = 60.0, value_parser = seconds)]
    seconds: f64,
    /// Draws of noise that a figure is the mean over.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=100))]
    draws: u64,
}

fn seconds(text: &str) -> Result<f64, String> {
    let range = driftscope_flow::network::TrainingSettings::SECONDS;
    let seconds = text.parse().ok().filter(|seconds| range.contains(seconds));
    seconds.ok_or_else(|| format!("a number from {} to {}", range.start(), range.end()))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Section {
    /// Velocity, data, noise and score.
    Predictions,
    /// Minibatch optimal transport beside independent pairs.
    Couplings,
    /// Networks trained again on where their own flow leads.
    Reflow,
    /// Flow maps: `MeanFlow`, shortcut, consistency, Lagrangian self-distillation.
    FewSteps,
    /// Networks that know classes, and what is pushed towards one.
    Guidance,
    /// A good model pushed away from a bad one.
    Autoguidance,
    /// Networks that have seen few points.
    Memorisation,
}

impl Section {
    fn rows(self, workshop: &mut Workshop, table: &mut Table) -> Result<()> {
        match self {
            Self::Predictions => predictions::rows(workshop, table),
            Self::Couplings => couplings::rows(workshop, table),
            Self::Reflow => reflow::rows(workshop, table),
            Self::FewSteps => few_steps::rows(workshop, table),
            Self::Guidance => guidance::rows(workshop, table),
            Self::Autoguidance => autoguidance::rows(workshop, table),
            Self::Memorisation => memorisation::rows(workshop, table),
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Predictions => "What is predicted",
            Self::Couplings => "Couplings",
            Self::Reflow => "Reflow",
            Self::FewSteps => "Flow maps",
            Self::Guidance => "Guidance",
            Self::Autoguidance => "Autoguidance",
            Self::Memorisation => "Memorisation",
        }
    }
}

impl Targets {
    pub fn run(&self) -> Result<ExitCode> {
        let all = Section::value_variants();
        let sections = if self.sections.is_empty() { all } else { &self.sections };
        let mut workshop = Workshop::new(self.seconds, self.draws);
        let mut table = Table::default();
        for section in sections {
            table.begin(section.title())?;
            section.rows(&mut workshop, &mut table)?;
        }
        print(b"\n")?;
        print(workshop.trainings().as_bytes())?;
        Ok(if table.missed() == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
