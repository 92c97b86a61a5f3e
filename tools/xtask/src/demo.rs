//! `cargo xtask demo`: the demo storefront and a local Edge on one address.
use std::ffi::OsString;

use anyhow::{Context, Result};
use xshell::cmd;

use crate::build;
use crate::project::{Project, run as run_command, single_option};

const PORT: u16 = 8787;

/// Builds, then serves until interrupted; the local Edge prints its address and what arrives.
pub(crate) fn run(project: &Project, arguments: Vec<OsString>) -> Result<()> {
    let port = match single_option(arguments, "port")? {
        Some(port) => port.parse::<u16>().context("--port is a number up to 65535")?,
        None => PORT,
    };
    build::run(project)?;
    let address = format!("127.0.0.1:{port}");
    let sh = &project.shell;
    // What is printed below must answer at once.
    cmd!(sh, "cargo build --quiet --package local-edge").quiet().run()?;
    let serve = cmd!(
        sh,
        "cargo run --quiet --package local-edge -- --http {address}
         --serve www --mount /pkg=pkg --mount /npm=node_modules --print"
    );
    println!("shop:        http://localhost:{port}/");
    println!("local edge:  http://localhost:{port}/_edge/");
    println!("inspector:   http://localhost:{port}/?storefront-collector-debug");
    println!("stop with Ctrl+C");
    run_command(serve.quiet().into())
}
