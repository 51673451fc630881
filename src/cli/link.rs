//! `driftscope link`: a scene as one line.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use super::output::print;
use super::scene_args::SceneArgs;

/// Print a scene as one line, `driftscope:1:…`, for a chat, a mail or an issue.
///
/// Every `--scene` takes the line, and the window opens it when it is pasted. Data of one's own go along
/// as long as the line stays below 4096 characters; networks of one's own do not.
#[derive(Args, Debug)]
pub struct Link {
    #[command(flatten)]
    scene: SceneArgs,
}

impl Link {
    pub fn run(&self) -> Result<ExitCode> {
        let line = self.scene.scene()?.to_link()?;
        print(format!("{line}\n").as_bytes())?;
        Ok(ExitCode::SUCCESS)
    }
}
