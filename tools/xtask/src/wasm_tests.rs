//! The wasm-bindgen tests, in headless Chromium and, when all browsers are asked for, in the other two.
use std::path::Path;

use anyhow::{Result, ensure};
use serde_json::Value;
use xshell::cmd;

use crate::browsers::{self, Engine, Reach};
use crate::project::Project;
use crate::setup::WASM;
use crate::tally::Tally;
use crate::test::{Verdict, checked, counted};

/// The folder whose test targets run in the browser.
const FOLDER: &str = "tests/browser";
/// How long one run of the compiled tests may take, in seconds; it takes six.
const PATIENCE: &str = "40";
/// How often a run that says nothing in that time is begun anew. The runner's web server (`tiny_http` 0.12) leaves a
/// connection waiting for ever when the browser opens several at the same instant, in about half of all runs: the page
/// then never loads, and no test has begun.
const RUNS: usize = 10;

/// Runs the test targets below `tests/browser`.
pub(crate) fn run(project: &Project, reach: Reach) -> Result<Verdict> {
    let targets = targets(project)?;
    ensure!(!targets.is_empty(), "tests/browser has no test target");
    let engines = if reach.all_browsers { Engine::ALL.to_vec() } else { vec![Engine::Chromium] };
    let mut total = Tally::default();
    for engine in &engines {
        println!("in {}", engine.name());
        total += in_engine(project, &targets, *engine)?;
    }
    Ok(Verdict::In(total, engines))
}

fn in_engine(project: &Project, targets: &[String], engine: Engine) -> Result<Tally> {
    let runner = project.tools.join("bin/wasm-bindgen-test-runner");
    let sh = &project.shell;
    // WebKitGTK has no headless mode: it needs a display for as long as the runner runs.
    let display: &[&str] = if engine == Engine::WebKit { &["xvfb-run", "--auto-servernum"] } else { &[] };
    let tests = ["test", "--package", "storefront-collector", "--target", WASM, "--no-fail-fast"];
    // Compiling is none of what the tests may take.
    cmd!(sh, "cargo {tests...} {targets...} --no-run").quiet().run()?;
    // The runner knows three drivers, takes the first that is named, and speaks WebDriver's standard with Safari's.
    let (variable, named, file) = match engine {
        Engine::Chromium => ("CHROMEDRIVER", "CHROMEDRIVER", "webdriver.json"),
        Engine::Firefox => ("GECKODRIVER", "GECKODRIVER", "tests/browser/webdriver.firefox.json"),
        Engine::WebKit => ("SAFARIDRIVER", "WEBKITDRIVER", "tests/browser/none.json"),
    };
    let driver = browsers::paths(project).into_iter().find(|(name, _)| *name == named);
    let run = || {
        let mut command = cmd!(sh, "timeout --kill-after=5 {PATIENCE} {display...} cargo {tests...} {targets...}")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", &runner)
            .env("WASM_BINDGEN_TEST_TIMEOUT", PATIENCE)
            .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", project.path(file));
        if let Some((_, path)) = &driver {
            command = command.env(variable, path);
        }
        counted(command.quiet().into())
    };
    for _ in 1..RUNS {
        let (status, tally) = run()?;
        if status.success() || !tally.is_empty() {
            return checked(status, tally);
        }
        println!("no test has begun: once more");
    }
    let (status, tally) = run()?;
    checked(status, tally)
}

/// Cargo's arguments that choose those targets: `--test name` for each.
fn targets(project: &Project) -> Result<Vec<String>> {
    if !project.has(FOLDER) {
        return Ok(Vec::new());
    }
    let sh = &project.shell;
    let metadata = cmd!(sh, "cargo metadata --format-version 1 --no-deps").quiet().read()?;
    let metadata: Value = serde_json::from_str(&metadata)?;
    let targets = test_targets(&metadata, &project.path(FOLDER));
    Ok(targets.into_iter().flat_map(|name| ["--test".to_owned(), name]).collect())
}

fn test_targets(metadata: &Value, folder: &Path) -> Vec<String> {
    let list = |value: &Value, name: &str| -> Vec<Value> {
        value.get(name).and_then(Value::as_array).cloned().unwrap_or_default()
    };
    let text = |value: &Value, name: &str| -> Option<String> { value.get(name)?.as_str().map(str::to_owned) };
    list(metadata, "packages")
        .iter()
        .flat_map(|package| list(package, "targets"))
        .filter(|target| list(target, "kind").iter().any(|kind| kind == "test"))
        .filter(|target| text(target, "src_path").is_some_and(|at| Path::new(&at).starts_with(folder)))
        .filter_map(|target| text(&target, "name"))
        .collect()
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn only_test_targets_of_the_folder_are_chosen() {
        let metadata = serde_json::json!({"packages": [{"targets": [
            {"kind": ["test"], "name": "browser", "src_path": "/p/tests/browser/main.rs"},
            {"kind": ["test"], "name": "core", "src_path": "/p/tests/core/main.rs"},
            {"kind": ["lib"], "name": "lib", "src_path": "/p/tests/browser/lib.rs"},
        ]}]});
        assert_eq!(test_targets(&metadata, Path::new("/p/tests/browser")), ["browser"]);
    }
}
