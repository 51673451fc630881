//! `driftscope data`: points of a distribution.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use driftscope_base::random::{Purpose, stream};
use driftscope_flow::data::toy;
use driftscope_study::scene::Scene;

use super::scene_args::SceneArgs;
use super::table::{Table, check_room, number};

/// Draw points of a distribution and write them as CSV (`x,y`).
#[derive(Args, Debug)]
pub struct DataCommand {
    /// The distribution, such as two-moons; or name a scene or settings that have one.
    #[arg(required_unless_present_any = ["scene", "set"], conflicts_with_all = ["scene", "set"])]
    name: Option<String>,
    #[command(flatten)]
    scene: SceneArgs,
    /// How many points.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=10_000_000), allow_negative_numbers = true)]
    count: u32,
    /// Equal seeds give equal points.
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    seed: u64,
    /// Where to write; `-` is standard output.
    #[arg(long, value_name = "D.csv")]
    out: PathBuf,
}

impl DataCommand {
    pub fn run(&self) -> Result<ExitCode> {
        check_room(&self.out, self.count as usize, 40)?;
        let mixture = match &self.name {
            Some(name) => toy(name)?.mixture(),
            // A network for it need not be there.
            None => Scene::to_train_on(self.scene.scene.as_deref(), &self.scene.set)?.mixture()?,
        };
        let mut table = Table::new(&["x", "y"])?;
        let mut rng = stream(self.seed, Purpose::Draw, 0);
        for [x, y] in mixture.sample(&mut rng, self.count as usize) {
            table.row([number(x), number(y)])?;
        }
        table.save(&self.out)?;
        Ok(ExitCode::SUCCESS)
    }
}
