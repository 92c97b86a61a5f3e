//! `cargo xtask docs`: the reference pages, from the tables that the code reads.
use anyhow::Result;
use xshell::cmd;

use crate::project::Project;

/// Writes `docs/reference/`; the test that does it also fails when the pages are out of date.
pub(crate) fn run(project: &Project) -> Result<()> {
    let sh = &project.shell;
    cmd!(sh, "cargo test --quiet --package storefront-collector --test reference")
        .env("WRITE_REFERENCE", "1")
        .quiet()
        .ignore_stdout()
        .run()?;
    println!("docs/reference/ says what the code does");
    Ok(())
}
