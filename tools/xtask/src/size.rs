//! `cargo xtask size` and the gate: what the drop-in fetches may not grow unnoticed.
use std::ffi::OsString;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use xshell::cmd;

use crate::build;
use crate::project::Project;
use crate::test::Verdict;

/// The figure that stands in the repository.
const FIGURE: &str = "size.json";
/// What a page with the drop-in fetches.
const FETCHED: [&str; 3] = ["collector.js", "storefront_collector.js", "storefront_collector_bg.wasm"];
/// The module itself.
const MODULE: &str = "pkg/storefront_collector_bg.wasm";
/// What a panic says, and where: a page must never meet one, and each of its texts keeps code that prints it.
const PANIC_TEXTS: [&str; 6] = [".rs", "panicked", "out of bounds", "byte index", "already borrowed", "unwrap()"];
/// A change may add this much, in percent, before the figure must be raised on purpose.
const TOLERANCE: u64 = 2;

/// Builds and, as CI does, fails when the package has grown past the tolerance or its module can panic; with
/// `--update` writes the figure instead of holding the package against it.
pub(crate) fn run(project: &Project, arguments: Vec<OsString>) -> Result<()> {
    let update = match arguments.as_slice() {
        [] => false,
        [one] if one == "--update" => true,
        _ => bail!("cargo xtask size [--update]"),
    };
    build::run(project)?;
    if !update {
        return gate(project).map(drop);
    }
    let files = weigh(project)?;
    let total = sum(&files);
    print(&files, total);
    let figure = json!({ "brotli": total, "files": files });
    let text = serde_json::to_string_pretty(&figure)?;
    project.shell.write_file(FIGURE, text + "\n")?;
    println!("{FIGURE} says {total} bytes now");
    Ok(())
}

/// Fails when `pkg/` has grown past the tolerance, or its module can panic.
pub(crate) fn gate(project: &Project) -> Result<Verdict> {
    let module = project.shell.read_binary_file(MODULE)?;
    let texts = panic_texts(&module);
    if !texts.is_empty() {
        bail!(
            "{MODULE} holds what a panic says: {}. Find who may panic (`strings` shows the text, \
             `twiggy paths` the way there), and take the operation that cannot",
            texts.join(", ")
        );
    }
    let files = weigh(project)?;
    let total = sum(&files);
    print(&files, total);
    let figure: Value = serde_json::from_str(&project.shell.read_file(FIGURE)?)?;
    let figure = figure.get("brotli").and_then(Value::as_u64).context("size.json has a number named brotli")?;
    if too_big(total, figure) {
        bail!(
            "the drop-in weighs {total} bytes (brotli), more than {TOLERANCE} % over the {figure} of \
             {FIGURE}: make it smaller, or raise the figure with `cargo xtask size --update` and say \
             why in the commit"
        );
    }
    Ok(Verdict::Passed)
}

fn too_big(total: u64, figure: u64) -> bool {
    total * 100 > figure * (100 + TOLERANCE)
}

/// Which of [`PANIC_TEXTS`] are in the module.
fn panic_texts(module: &[u8]) -> Vec<&'static str> {
    let holds = |text: &str| module.windows(text.len()).any(|window| window == text.as_bytes());
    PANIC_TEXTS.into_iter().filter(|text| holds(text)).collect()
}

/// The size of each fetched file at brotli's highest level, by Node's own brotli.
fn weigh(project: &Project) -> Result<Map<String, Value>> {
    let sh = &project.shell;
    let weighed = cmd!(sh, "node tools/xtask/js/weigh.mjs pkg {FETCHED...}").quiet().read()?;
    Ok(serde_json::from_str(&weighed)?)
}

fn sum(files: &Map<String, Value>) -> u64 {
    files.values().filter_map(Value::as_u64).sum()
}

fn print(files: &Map<String, Value>, total: u64) {
    for (file, bytes) in files {
        println!("{:>8}  {file}", bytes.to_string());
    }
    println!("{total:>8}  bytes in all (brotli 11)");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_known_by_its_text() {
        assert_eq!(panic_texts(b"\0asm src/xdm/conform.rs index out of bounds: the len is"), [".rs", "out of bounds"]);
        assert!(panic_texts(b"\0asm out of storage").is_empty());
    }

    #[test]
    fn two_percent_are_tolerated_and_not_a_byte_more() {
        assert!(!too_big(10_200, 10_000));
        assert!(too_big(10_201, 10_000));
        assert!(!too_big(9_000, 10_000));
    }
}
