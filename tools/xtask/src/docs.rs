//! `cargo xtask docs`: the reference pages, from the tables that the code reads, and the shop's pages, from their template.
use anyhow::Result;
use xshell::cmd;

use crate::project::Project;

/// Writes `docs/reference/` and `www/*.html`; tests fail when these are out of date.
pub(crate) fn run(project: &Project) -> Result<()> {
    let sh = &project.shell;
    cmd!(sh, "cargo test --quiet --package storefront-collector --test reference")
        .env("WRITE_REFERENCE", "1")
        .quiet()
        .ignore_stdout()
        .run()?;
    cmd!(sh, "node tools/xtask/js/shop.mjs").quiet().run()?;
    println!("docs/reference/ says what the code does, and www/ what its template does");
    Ok(())
}
