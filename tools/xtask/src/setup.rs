//! Installs what is missing, pinned, and says what it installs; a fraction of a second when all is
//! there.
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use xshell::cmd;

use crate::browsers::{Engine, Reach};
use crate::project::{Project, run};

/// The pinned builder of the npm package; wasm-bindgen's version comes from `Cargo.lock`.
const WASM_PACK: &str = "0.15.1";
/// Firefox's driver; Debian has none.
const GECKODRIVER: &str = "0.37.1";
/// The target the collector is compiled for.
pub(crate) const WASM: &str = "wasm32-unknown-unknown";
/// The oldest Node the packages in the lock file run on.
const NODE: u32 = 20;

/// What `build` and `demo` need.
pub(crate) fn for_build(project: &Project) -> Result<()> {
    wasm_target(project)?;
    let bindgen = project.locked_version("wasm-bindgen")?;
    cargo_tools(
        project,
        &[
            ("wasm-pack", "wasm-pack", WASM_PACK),
            ("wasm-bindgen", "wasm-bindgen-cli", &bindgen),
            ("wasm-bindgen-test-runner", "wasm-bindgen-cli", &bindgen),
        ],
    )?;
    npm_packages(project)
}

/// What `test` needs: the above, the linters, PHP for the example module, and browsers with their drivers.
///
/// Without Chromium and PHP nothing is tested. Firefox and WebKit are wanted, and missed only when `reach` says so.
pub(crate) fn for_tests(project: &Project, reach: Reach) -> Result<()> {
    linters(project)?;
    for_build(project)?;
    let php: &[_] = &[(["php"].as_slice(), "php-cli")];
    debian_packages(project, &[Engine::Chromium.programs(), php].concat())?;
    let others = debian_packages(project, &[Engine::Firefox.programs(), Engine::WebKit.programs()].concat())
        .and_then(|()| cargo_tools(project, &[("geckodriver", "geckodriver", GECKODRIVER)]));
    match others {
        Err(error) if !reach.all_browsers => println!("setup: without Firefox or WebKit ({error:#})"),
        other => other?,
    }
    Ok(())
}

fn wasm_target(project: &Project) -> Result<()> {
    let sh = &project.shell;
    let sysroot = cmd!(sh, "rustc --print sysroot").quiet().read()?;
    if Path::new(&sysroot).join("lib/rustlib").join(WASM).exists() {
        return Ok(());
    }
    println!("setup: installing the Rust target {WASM} (rustup)");
    cmd!(sh, "rustup target add {WASM}")
        .quiet()
        .run()
        .context("the collector is compiled to WebAssembly: add the target and try again")
}

fn linters(project: &Project) -> Result<()> {
    let sh = &project.shell;
    for (component, probe) in [("clippy", "cargo-clippy"), ("rustfmt", "rustfmt")] {
        if version(Path::new(probe)).is_none() {
            println!("setup: installing {component} (rustup)");
            cmd!(sh, "rustup component add {component}").quiet().run()?;
        }
    }
    Ok(())
}

/// Installs what is not there of these: program, package, version.
fn cargo_tools(project: &Project, wanted: &[(&str, &str, &str)]) -> Result<()> {
    let mut missing: Vec<String> = wanted
        .iter()
        .filter(|(program, _, wanted)| {
            let said = version(&project.tools.join("bin").join(program)).unwrap_or_default();
            !said.split_whitespace().take(2).eq([*program, *wanted])
        })
        .map(|(_, package, wanted)| format!("{package}@{wanted}"))
        .collect();
    missing.dedup();
    if missing.is_empty() {
        return Ok(());
    }

    let tools = &project.tools;
    let scratch = tools.with_extension("build");
    println!("setup: installing {} into {} (cargo, some minutes)", missing.join(" and "), tools.display());
    // Unoptimised: these tools run for a second, and their release build takes a quarter of an hour.
    let sh = &project.shell;
    cmd!(
        sh,
        "cargo install --quiet --locked --force --debug --config profile.dev.debug=0
         --root {tools} --target-dir {scratch} {missing...}"
    )
    .quiet()
    .run()?;
    sh.remove_path(&scratch)?;
    Ok(())
}

fn npm_packages(project: &Project) -> Result<()> {
    let sh = &project.shell;
    let node = version(Path::new("node")).context("Node is missing: install Node 20 or newer")?;
    if node_major(&node).is_none_or(|major| major < NODE) {
        bail!("Node {NODE} or newer is needed; this is {node}");
    }
    // `npm ci` removes the folder first, and the mark with it: no mark means no finished install.
    let lock = sh.read_file("package-lock.json")?;
    let mark = project.path("node_modules/.installed-lock.json");
    if sh.read_file(&mark).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("setup: installing the npm packages of package-lock.json into node_modules/");
    cmd!(sh, "npm ci --ignore-scripts --no-audit --no-fund").quiet().run()?;
    sh.write_file(&mark, lock)?;
    Ok(())
}

/// Installs the packages of those programs that are not on PATH, whatever name they have there.
fn debian_packages(project: &Project, programs: &[(&[&str], &'static str)]) -> Result<()> {
    let missing = || -> Vec<&'static str> {
        let absent = programs.iter().filter(|(names, _)| project.program(names).is_none());
        absent.map(|(_, package)| *package).collect()
    };
    let packages = missing();
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(", ");
    if project.program(&["apt-get"]).is_none() {
        bail!("missing: {list}. Install what Debian calls so, and put it on PATH");
    }
    println!("setup: installing {list} (apt-get)");
    apt_get(project, &["update", "--quiet=2"])?;
    apt_get(project, &[&["install", "--quiet=2", "--yes", "--no-install-recommends"], packages.as_slice()].concat())?;
    if !missing().is_empty() {
        bail!("apt-get installed {list}, but {} is not on PATH", missing().join(", "));
    }
    Ok(())
}

fn apt_get(project: &Project, arguments: &[&str]) -> Result<()> {
    let sh = &project.shell;
    let root = cmd!(sh, "id -u").quiet().read()? == "0";
    let command = if root {
        cmd!(sh, "apt-get {arguments...}")
    } else {
        cmd!(sh, "sudo --non-interactive apt-get {arguments...}")
    };
    let mut command = Command::from(command.quiet().env("DEBIAN_FRONTEND", "noninteractive"));
    command.stdin(Stdio::null());
    run(command)
}

/// What a program answers to `--version`; `None` when it is not there.
fn version(program: &Path) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn node_major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_of_node_is_read() {
        assert_eq!(node_major("v20.20.2"), Some(20));
        assert_eq!(node_major("20.20.2"), None);
    }
}
