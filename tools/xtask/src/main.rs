//! The project's commands: `cargo xtask build`, `test`, `demo` and the rest. Each installs what it
//! needs, pinned, and says so; a machine with Rust and Node is enough to start from.
mod bench;
mod browsers;
mod build;
mod cache;
mod demo;
mod docs;
mod javascript;
mod project;
mod setup;
mod sim;
mod size;
mod tally;
mod target_features;
mod test;
mod wasm_tests;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Result, bail};
use project::Project;

const USAGE: &str = "\
cargo xtask COMMAND

  demo [--port N]           build, serve the demo storefront with a local Edge, print the address
  test [--only STAGE]       run every check and test, or one stage
       [--all-browsers]     all that can in Chromium, Firefox and WebKit
       [--all-builds]       every end-to-end test with the WebAssembly and the JavaScript build
  build                     build the npm package into pkg/
  size [--update]           weigh what the drop-in fetches; raise the figure on purpose
  sim --seeds N             simulate N sessions with random faults
  docs                      write docs/reference/ and the shop's pages from tables and template
  setup                     only install what the other commands need";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next().unwrap_or_else(|| OsString::from("help"));
    let rest: Vec<OsString> = arguments.collect();
    let project = Project::find()?;
    match command.to_str().unwrap_or_default() {
        "demo" => demo::run(&project, rest)?,
        "test" => return test::run(&project, rest),
        "build" => {
            refuse_arguments(&rest)?;
            build::run(&project)?;
        }
        "size" => size::run(&project, rest)?,
        "sim" => sim::run(&project, &rest)?,
        "docs" => {
            refuse_arguments(&rest)?;
            docs::run(&project)?;
        }
        "setup" => {
            refuse_arguments(&rest)?;
            setup::for_tests(&project, browsers::Reach::default())?;
        }
        "bench" => bench::run(&project, &rest)?,
        "help" | "-h" | "--help" => {
            println!("{USAGE}\n{}", bench::USAGE);
        }
        other => bail!("no command is named {other:?}\n\n{USAGE}"),
    }
    Ok(ExitCode::SUCCESS)
}

fn refuse_arguments(rest: &[OsString]) -> Result<()> {
    if let Some(extra) = rest.first() {
        bail!("unexpected argument {}", extra.display());
    }
    Ok(())
}
