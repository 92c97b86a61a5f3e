//! `cargo xtask test`: every check and every test, stage by stage, and one summary line.
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use xshell::cmd;

use crate::bench;
use crate::browsers::{self, Engine, Reach};
use crate::build;
use crate::project::{Project, options};
use crate::setup::{self, WASM};
use crate::size;
use crate::tally::{self, Tally};
use crate::wasm_tests;

/// What came of a stage that ran; an error is a stage that failed.
pub(crate) enum Verdict {
    /// A check that passed; it has no tests to count.
    Passed,
    /// Tests ran.
    Tests(Tally),
    /// Tests ran in these browsers.
    In(Tally, Vec<Engine>),
    /// There is nothing to run yet, and why.
    Nothing(&'static str),
    /// Failed in a way that leaves the later stages nothing to stand on.
    Stop(String),
}

struct Stage {
    name: &'static str,
    needs_package: bool,
    run: fn(&Project, Reach) -> Result<Verdict>,
}

const fn stage(name: &'static str, run: fn(&Project, Reach) -> Result<Verdict>) -> Stage {
    Stage { name, needs_package: false, run }
}

const STAGES: [Stage; 13] = [
    stage("fmt", |project, _| fmt(project)),
    stage("clippy", |project, _| clippy(project)),
    stage("clippy-wasm", |project, _| clippy_wasm(project)),
    stage("doc", |project, _| doc(project)),
    stage("cargo", |project, _| cargo_test(project)),
    stage("build", |project, _| package(project)),
    stage("wasm", wasm_tests::run),
    Stage { needs_package: true, ..stage("e2e", end_to_end) },
    Stage { needs_package: true, ..stage("engines", engines) },
    stage("strangers", |project, _| strangers(project)),
    stage("sim", |project, _| simulation(project)),
    Stage { needs_package: true, ..stage("size", |project, _| size::gate(project)) },
    Stage { needs_package: true, ..stage("cost", |project, _| cost(project)) },
];

/// Runs all stages, or the one named by `--only`; the exit code says whether all passed.
pub(crate) fn run(project: &Project, arguments: Vec<OsString>) -> Result<ExitCode> {
    let (only, [all_browsers, all_builds]) = options(arguments, "only", ["all-browsers", "all-builds"])?;
    let reach = Reach { all_browsers, all_builds };
    let stages = chosen(only.as_deref())?;
    setup::for_tests(project, reach)?;

    let mut total = Tally::default();
    let mut lines = Vec::new();
    let mut seen: Vec<Engine> = Vec::new();
    for stage in stages {
        println!("── {}", stage.name);
        let started = Instant::now();
        let verdict = (stage.run)(project, reach);
        if let Ok(Verdict::In(_, engines)) = &verdict {
            seen.extend(engines);
        }
        let (tally, line) = judge(&verdict);
        total += tally;
        let line = format!("{:<12} {:>7}  {line}", stage.name, seconds(started.elapsed()));
        println!("{line}");
        lines.push(line);
        if matches!(verdict, Ok(Verdict::Stop(_))) {
            lines.push("the stages after it did not run".to_owned());
            break;
        }
    }

    println!("\n{}", lines.join("\n"));
    let ran: Vec<Engine> = Engine::ALL.into_iter().filter(|engine| seen.contains(engine)).collect();
    if !ran.is_empty() {
        println!("browsers: {}", browsers::versions(project, &ran));
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(only: Option<&str>) -> Result<Vec<&'static Stage>> {
    let Some(name) = only else {
        return Ok(STAGES.iter().collect());
    };
    let Some(named) = STAGES.iter().find(|stage| stage.name == name) else {
        let names: Vec<&str> = STAGES.iter().map(|stage| stage.name).collect();
        bail!("no stage is named {name:?}; there are {}", names.join(", "));
    };
    let before = STAGES.iter().filter(|stage| named.needs_package && stage.name == "build");
    Ok(before.chain([named]).collect())
}

/// What a stage adds to the sum, and how its line reads. A check that fails counts as one failure,
/// so that the sum can never be clean when a stage was not.
fn judge(verdict: &Result<Verdict>) -> (Tally, String) {
    let one_failure = Tally { passed: 0, failed: 1 };
    match verdict {
        Ok(Verdict::Passed) => (Tally::default(), "ok".to_owned()),
        Ok(Verdict::Nothing(why)) => (Tally::default(), format!("nothing to run: {why}")),
        Ok(Verdict::Tests(tally)) => (*tally, counts(*tally)),
        Ok(Verdict::In(tally, engines)) => {
            let names: Vec<&str> = engines.iter().map(|engine| engine.name()).collect();
            (*tally, format!("{} in {}", counts(*tally), names.join(", ")))
        }
        Ok(Verdict::Stop(why)) => (one_failure, format!("FAILED: {why}")),
        Err(error) => (one_failure, format!("FAILED: {error:#}")),
    }
}

fn counts(tally: Tally) -> String {
    match tally.failed {
        0 => format!("ok, {} tests", tally.passed),
        failed => format!("FAILED, {failed} of {} tests", tally.passed + failed),
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

fn fmt(project: &Project) -> Result<Verdict> {
    let sh = &project.shell;
    cmd!(sh, "cargo fmt --all --check").quiet().run()?;
    Ok(Verdict::Passed)
}

fn clippy(project: &Project) -> Result<Verdict> {
    let sh = &project.shell;
    cmd!(sh, "cargo clippy --quiet --workspace --all-targets -- -D warnings").quiet().run()?;
    Ok(Verdict::Passed)
}

fn clippy_wasm(project: &Project) -> Result<Verdict> {
    let sh = &project.shell;
    cmd!(
        sh,
        "cargo clippy --quiet --package storefront-collector --target {WASM} --all-features --all-targets
         -- -D warnings"
    )
    .quiet()
    .run()?;
    Ok(Verdict::Passed)
}

fn doc(project: &Project) -> Result<Verdict> {
    let sh = &project.shell;
    let _flags = sh.push_env("RUSTDOCFLAGS", "-D warnings");
    cmd!(sh, "cargo doc --quiet --workspace --no-deps").quiet().run()?;
    // The browser's folder exists only for wasm.
    cmd!(sh, "cargo doc --quiet --package storefront-collector --no-deps --target {WASM}").quiet().run()?;
    Ok(Verdict::Passed)
}

fn cargo_test(project: &Project) -> Result<Verdict> {
    let sh = &project.shell;
    let command = cmd!(sh, "cargo test --quiet --workspace --no-fail-fast");
    let (status, tally) = counted(command.quiet().into())?;
    if !status.success() && tally.is_empty() {
        return Ok(Verdict::Stop("the tests do not compile".to_owned()));
    }
    tests(status, tally)
}

fn package(project: &Project) -> Result<Verdict> {
    Ok(match build::package(project) {
        Ok(()) => Verdict::Passed,
        Err(error) => Verdict::Stop(format!("{error:#}")),
    })
}

/// The depth, in Chromium: the WebAssembly build, and the JavaScript build as far as time allows.
fn end_to_end(project: &Project, reach: Reach) -> Result<Verdict> {
    let builds: &[_] = if reach.all_builds || reach.all_browsers { &[("ALL_BUILDS", "1")] } else { &[] };
    let tally = playwright(project, "playwright.config.mjs", builds)?;
    Ok(Verdict::In(tally, vec![Engine::Chromium]))
}

/// The breadth: a smoke in each engine, with both builds. Chromium, in which everything else runs, only when asked for.
fn engines(project: &Project, reach: Reach) -> Result<Verdict> {
    let mut engines = Engine::ALL.to_vec();
    if !reach.all_browsers {
        engines.retain(|engine| *engine != Engine::Chromium && engine.is_there(project));
    }
    if engines.is_empty() {
        return Ok(Verdict::Nothing("neither Firefox nor WebKitGTK is installed"));
    }
    let names: Vec<&str> = engines.iter().map(|engine| engine.name()).collect();
    let tally = playwright(project, "tests/engines/playwright.config.mjs", &[("ENGINES", &names.join(","))])?;
    Ok(Verdict::In(tally, engines))
}

/// Runs Playwright's tests by one configuration, with the local edge built.
fn playwright(project: &Project, config: &str, variables: &[(&str, &str)]) -> Result<Tally> {
    let sh = &project.shell;
    cmd!(sh, "cargo build --quiet --package local-edge").quiet().run()?;
    let report = project.target().join("playwright-report.json");
    sh.remove_path(&report)?;
    let mut command: Command = cmd!(sh, "playwright test --config {config} --reporter=list,json")
        .quiet()
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report)
        .into();
    command.envs(variables.iter().copied());
    browsers::name_them(project, &mut command);
    let status = command.stdin(Stdio::null()).status().context("cannot start playwright")?;
    let tally = sh.read_file(&report).ok().as_deref().and_then(tally::playwright).unwrap_or_default();
    checked(status, tally)
}

/// The local edge, judged by Adobe's own clients.
fn strangers(project: &Project) -> Result<Verdict> {
    let sh = &project.shell;
    cmd!(sh, "cargo build --quiet --package local-edge").quiet().run()?;
    let binary = project.target().join("debug/local-edge");
    let script = "tools/local-edge/tests/strangers/run.mjs";
    let mut command: Command = cmd!(sh, "node {script} --binary {binary}").quiet().into();
    browsers::name_them(project, &mut command);
    let (status, tally) = counted(command)?;
    Ok(Verdict::In(checked(status, tally)?, vec![Engine::Chromium]))
}

/// What a page pays, beside Adobe's collector: what is the same on every machine, and what no noise explains.
fn cost(project: &Project) -> Result<Verdict> {
    let (status, tally) = counted(bench::quick(project)?)?;
    tests(status, tally)
}

/// A few hundred sessions; `cargo xtask sim` runs as many as one likes.
fn simulation(project: &Project) -> Result<Verdict> {
    let sh = &project.shell;
    let simulator = "run --quiet --release --package storefront-sim --";
    let simulator: &[&str] = &simulator.split(' ').collect::<Vec<_>>();
    let (status, tally) = counted(cmd!(sh, "cargo {simulator...} --seeds 300").quiet().into())?;
    if status.success() && tally.is_empty() {
        return Ok(Verdict::Passed);
    }
    tests(status, tally)
}

/// The verdict on a runner that says by its exit status, too, whether all passed.
pub(crate) fn tests(status: ExitStatus, tally: Tally) -> Result<Verdict> {
    checked(status, tally).map(Verdict::Tests)
}

/// The same, when there is more to say of them.
pub(crate) fn checked(status: ExitStatus, tally: Tally) -> Result<Tally> {
    if status.success() && tally.is_empty() {
        bail!("no test ran");
    }
    if !status.success() && tally.failed == 0 {
        bail!("the runner failed ({status}) after {} tests passed", tally.passed);
    }
    Ok(tally)
}

/// Runs a test command, shows what it prints and counts the tests of its summary lines.
pub(crate) fn counted(mut command: Command) -> Result<(ExitStatus, Tally)> {
    let name = command.get_program().to_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", name.display()))?;
    let mut total = Tally::default();
    let mut output = BufReader::new(child.stdout.take().context("the output is piped")?);
    let mut line = Vec::new();
    while output.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        if let Some(tally) = tally::line(&text) {
            total += tally;
        }
        line.clear();
    }
    Ok((child.wait()?, total))
}

#[cfg(test)]
mod tests_of_test {
    use super::*;

    #[test]
    fn a_failed_stage_always_counts() {
        let one = Tally { passed: 0, failed: 1 };
        assert_eq!(judge(&Err(anyhow::anyhow!("no"))).0, one);
        assert_eq!(judge(&Ok(Verdict::Stop("no".to_owned()))).0, one);
        assert_eq!(judge(&Ok(Verdict::Passed)).0, Tally::default());
    }

    #[test]
    fn a_runner_that_fails_or_runs_nothing_is_a_failure_whatever_it_counted() {
        let status = |code: &str| Command::new("sh").args(["-c", &format!("exit {code}")]).status().unwrap();
        let three = Tally { passed: 3, failed: 0 };
        assert!(tests(status("0"), three).is_ok());
        assert!(tests(status("1"), three).is_err());
        assert!(tests(status("0"), Tally::default()).is_err());
    }

    #[test]
    fn a_stage_that_needs_the_package_builds_it_first() {
        let names = |only| -> Vec<&str> {
            let stages = chosen(Some(only)).unwrap();
            stages.iter().map(|stage| stage.name).collect()
        };
        assert_eq!(names("e2e"), ["build", "e2e"]);
        assert_eq!(names("engines"), ["build", "engines"]);
        assert_eq!(names("fmt"), ["fmt"]);
        assert!(chosen(Some("nothing")).is_err());
    }

    #[test]
    fn the_output_of_a_runner_is_summed() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "echo 'test result: ok. 2 passed; 0 failed; 0 ignored'; echo '3 passed, 1 failed'; exit 1"]);
        let (status, tally) = counted(command).unwrap();
        assert!(!status.success());
        assert_eq!(tally, Tally { passed: 5, failed: 1 });
    }
}
