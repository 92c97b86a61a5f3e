//! `cargo xtask sim`: simulated sessions with random faults.
use std::ffi::OsString;

use anyhow::Result;
use xshell::cmd;

use crate::project::{Project, run as run_command};

/// Runs the simulator with the given arguments.
pub(crate) fn run(project: &Project, arguments: &[OsString]) -> Result<()> {
    let sh = &project.shell;
    let simulate = cmd!(sh, "cargo run --quiet --release --package storefront-sim -- {arguments...}");
    run_command(simulate.quiet().into())
}
