//! `driftscope handout`: a scene as a page to take home.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use driftscope_study::Networks;
use driftscope_study::lesson::Stand;

use super::looks::share;
use super::scene_args::SceneArgs;
use crate::app::handout::{Handout, Seen};

/// Write a scene out as one HTML file: pictures, a film, graphs, readings, settings, its link and its code.
///
/// It needs no other file and no network, and is set for printing. The same scene gives the same bytes.
#[derive(Args, Debug)]
pub struct HandoutCommand {
    #[command(flatten)]
    scene: SceneArgs,
    /// The page.
    #[arg(long, value_name = "F.html")]
    out: PathBuf,
    /// The moment of its picture, as a share of the run from 0 to 1.
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "1")]
    at: f64,
    /// Light this particle.
    #[arg(long, value_name = "PARTICLE")]
    pin: Option<usize>,
}

impl HandoutCommand {
    pub fn run(&self) -> Result<ExitCode> {
        let scene = self.scene.scene()?;
        let stand = Stand { scene, at: Some(self.at), pinned: self.pin, ..Stand::default() };
        let handout = Handout::Scene(Box::new(Seen { stand, ..Seen::default() }));
        handout.save(&self.out, &Networks::default(), &mut |_| true)?;
        Ok(ExitCode::SUCCESS)
    }
}
