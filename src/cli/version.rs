//! `driftscope --version`: what a report of a fault should say about the program and the machine.

use std::env::consts::{ARCH, OS};
use std::fmt::Write as _;
use std::process::ExitCode;

use anyhow::Result;
use pulp::Arch;

use super::output::print;
use crate::ready::ready;

/// What this build was made with, for the sentence about it.
const FEATURES: &[(&str, bool)] =
    &[("ndarray", cfg!(feature = "ndarray")), ("flex", cfg!(feature = "flex"))];

/// Prints version, commit, target, profile, features, instruction set and graphics.
pub fn run() -> Result<ExitCode> {
    let commit = option_env!("DRIFTSCOPE_COMMIT").unwrap_or("unknown");
    let unnamed = if cfg!(debug_assertions) { "debug" } else { "release" };
    let profile = option_env!("DRIFTSCOPE_PROFILE").unwrap_or(unnamed);
    let features: Vec<&str> =
        FEATURES.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect();
    let mut answer = format!(
        "driftscope {}\ncommit: {commit}\ntarget: {ARCH} {OS}\nprofile: {profile}\nfeatures: {}\nsimd: {}\n",
        env!("CARGO_PKG_VERSION"),
        features.join(" "),
        simd(),
    );
    for adapter in adapters() {
        writeln!(answer, "graphics: {adapter}")?;
    }
    print(answer.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The instruction set that the kernels take on this processor, as pulp names it.
fn simd() -> String {
    let arch = format!("{:?}", Arch::new());
    // What follows the name are the single features it consists of.
    arch.split('(').next().unwrap_or(&arch).to_lowercase()
}

/// Every adapter that drawing could use, or that there is none.
fn adapters() -> Vec<String> {
    let descriptor = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
    let instance = wgpu::Instance::new(descriptor);
    let Some(adapters) = ready(instance.enumerate_adapters(wgpu::Backends::all())) else {
        return vec!["not known".into()];
    };
    let words = |adapter: &wgpu::Adapter| {
        let info = adapter.get_info();
        format!("{} ({}, {})", info.name, info.backend, info.driver_info)
    };
    if adapters.is_empty() {
        vec!["none found".into()]
    } else {
        adapters.iter().map(words).collect()
    }
}
