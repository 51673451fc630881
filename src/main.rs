//! Driftscope's program: parses the command line, then opens the window or runs a command.

use std::process::ExitCode;

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("warn")).init();
    driftscope::cli::main()
}
