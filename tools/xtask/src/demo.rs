//! `cargo xtask demo`: the demo storefront and a local Edge on one address.
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use xshell::cmd;

use crate::build;
use crate::project::{Project, single_option};

const PORT: u16 = 8787;

/// Builds, then serves until interrupted; prints the addresses as soon as they answer, and then every event that arrives.
pub(crate) fn run(project: &Project, arguments: Vec<OsString>) -> Result<()> {
    let port = match single_option(arguments, "port")? {
        Some(port) => port.parse::<u16>().context("--port is a number up to 65535")?,
        None => PORT,
    };
    build::run(project)?;
    let address = format!("127.0.0.1:{port}");
    let sh = &project.shell;
    let serve = cmd!(
        sh,
        "cargo run --quiet --package local-edge -- --http {address}
         --serve www --mount /pkg=pkg --mount /npm=node_modules --print"
    );
    let mut edge = Command::from(serve.quiet()).stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let mut printed = BufReader::new(edge.stdout.take().context("the local edge has no output")?);
    // Its first line comes when it listens: who opens what is printed here gets an answer at once.
    if printed.read_line(&mut String::new())? > 0 {
        println!("shop:        http://localhost:{port}/");
        println!("local edge:  http://localhost:{port}/_edge/");
        println!("inspector:   http://localhost:{port}/?storefront-collector-debug");
        println!("stop with Ctrl+C");
        io::copy(&mut printed, &mut io::stdout())?;
    }
    let status = edge.wait()?;
    if !status.success() {
        bail!("the local edge failed ({status}); if its port is taken, give another by --port");
    }
    Ok(())
}
