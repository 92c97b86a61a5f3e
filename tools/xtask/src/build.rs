//! `cargo xtask build`: the npm package in `pkg/`.
use anyhow::Result;
use xshell::cmd;

use crate::javascript;
use crate::project::Project;
use crate::setup;

/// Installs what is missing and builds `pkg/`.
pub(crate) fn run(project: &Project) -> Result<()> {
    setup::for_build(project)?;
    package(project)
}

/// Builds `pkg/`; everything needed is there.
pub(crate) fn package(project: &Project) -> Result<()> {
    let sh = &project.shell;
    // What an earlier build left behind must not be shipped.
    sh.remove_path("pkg")?;
    // no-install: a tool that is missing is an error here, never a download past the pinned ones.
    // Not from the root: see tools/bundle.
    let pkg = project.path("pkg");
    cmd!(
        sh,
        "wasm-pack --quiet build tools/bundle --mode no-install --release --target web --out-dir {pkg}
         --out-name storefront_collector"
    )
    .quiet()
    .run()?;
    javascript::build(project)?;
    cmd!(sh, "node tools/xtask/js/package.mjs").quiet().run()?;
    println!("built pkg/");
    Ok(())
}
