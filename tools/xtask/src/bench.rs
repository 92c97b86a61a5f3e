//! `cargo xtask bench`: size, cost and loss side by side with Adobe's collector.
use std::ffi::OsString;
use std::process::Command;

use anyhow::Result;
use xshell::cmd;

use crate::browsers::{self, Reach};
use crate::build;
use crate::project::{Project, run as run_command};
use crate::setup;

/// How the command is called.
pub(crate) const USAGE: &str = "  bench [--cost | --loss]   compare size, cost and loss with Adobe's collector";

const SCRIPT: &str = "tests/bench/run.mjs";

/// Builds the package and the local Edge, then measures.
pub(crate) fn run(project: &Project, arguments: &[OsString]) -> Result<()> {
    setup::for_tests(project, Reach::default())?;
    build::package(project)?;
    let sh = &project.shell;
    cmd!(sh, "cargo build --quiet --package local-edge").quiet().run()?;
    run_command(with_chromium(project, cmd!(sh, "node {SCRIPT} {arguments...}").quiet().into()))
}

/// The short form that the tests run, on the package as it is built.
pub(crate) fn quick(project: &Project) -> Result<Command> {
    let sh = &project.shell;
    cmd!(sh, "cargo build --quiet --package local-edge").quiet().run()?;
    Ok(with_chromium(project, cmd!(sh, "node {SCRIPT} --cost --quick").quiet().into()))
}

fn with_chromium(project: &Project, mut command: Command) -> Command {
    browsers::name_them(project, &mut command);
    command
}
