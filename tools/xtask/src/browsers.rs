//! The three browser engines: what belongs to each on this machine, and in which the tests run.
use std::path::PathBuf;
use std::process::Command;

use xshell::cmd;

use crate::project::Project;

/// An engine that the tests know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    /// Chromium or Chrome, with chromedriver.
    Chromium,
    /// Firefox, with geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser, with `WebKitWebDriver` and a display for it.
    WebKit,
}

/// How far a run of the tests goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Everything that can, runs in all three engines; one that is missing is an error.
    pub(crate) all_browsers: bool,
    /// Every end-to-end test runs with both builds.
    pub(crate) all_builds: bool,
}

impl Engine {
    /// All three.
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// Its name in `tests/engines` and in what is printed.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// The programs it takes: the names of each, any of which will do, and the Debian package that has it.
    pub(crate) const fn programs(self) -> &'static [(&'static [&'static str], &'static str)] {
        match self {
            Self::Chromium => &[(CHROMIUM, "chromium"), (CHROMEDRIVER, "chromium-driver")],
            // geckodriver is no Debian package; cargo installs it.
            Self::Firefox => &[(FIREFOX, "firefox-esr")],
            Self::WebKit => &[(WEBKITDRIVER, "webkit2gtk-driver"), (&["xvfb-run"], "xvfb"), (&["xauth"], "xauth")],
        }
    }

    /// Whether all of it is there.
    pub(crate) fn is_there(self, project: &Project) -> bool {
        let driver = self != Self::Firefox || project.program(GECKODRIVER).is_some();
        driver && self.programs().iter().all(|(names, _)| project.program(names).is_some())
    }
}

const CHROMIUM: &[&str] = &["chromium", "chromium-browser", "google-chrome"];
const CHROMEDRIVER: &[&str] = &["chromedriver"];
const FIREFOX: &[&str] = &["firefox-esr", "firefox"];
const GECKODRIVER: &[&str] = &["geckodriver"];
const WEBKITDRIVER: &[&str] = &["WebKitWebDriver"];

/// Tells a program of `tests/` where browsers and drivers are.
pub(crate) fn name_them(project: &Project, command: &mut Command) {
    for (variable, path) in paths(project) {
        command.env(variable, path);
    }
}

/// The same as pairs of a variable and a path; what is missing is not named.
pub(crate) fn paths(project: &Project) -> Vec<(&'static str, PathBuf)> {
    let named = [
        ("CHROMIUM", CHROMIUM),
        ("CHROMEDRIVER", CHROMEDRIVER),
        ("FIREFOX", FIREFOX),
        ("GECKODRIVER", GECKODRIVER),
        ("WEBKITDRIVER", WEBKITDRIVER),
    ];
    named.into_iter().filter_map(|(variable, names)| Some((variable, project.program(names)?))).collect()
}

/// The engines of this machine with their versions, for the summary: `chromium 149.0.1, firefox 153.7.0esr`.
pub(crate) fn versions(project: &Project, engines: &[Engine]) -> String {
    let sh = &project.shell;
    let said: Vec<String> = engines
        .iter()
        .map(|engine| {
            let text = match engine {
                Engine::Chromium => project.program(CHROMIUM).map(|program| cmd!(sh, "{program} --version")),
                Engine::Firefox => project.program(FIREFOX).map(|program| cmd!(sh, "{program} --version")),
                // Its driver names no version.
                Engine::WebKit => {
                    project.program(&["dpkg-query"]).map(|program| cmd!(sh, "{program} -W webkit2gtk-driver"))
                }
            };
            let text = text.and_then(|command| command.quiet().ignore_stderr().read().ok()).unwrap_or_default();
            [engine.name(), number(&text)].join(" ").trim_end().to_owned()
        })
        .collect();
    said.join(", ")
}

/// The first word that begins with a digit.
fn number(text: &str) -> &str {
    text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_found_in_what_a_browser_says() {
        assert_eq!(number("Mozilla Firefox 153.7.0esr"), "153.7.0esr");
        assert_eq!(number("webkit2gtk-driver\t2.50.6-1~deb12u2"), "2.50.6-1~deb12u2");
        assert_eq!(number("no number"), "");
    }

    #[test]
    fn every_engine_has_its_own_name() {
        let names: Vec<&str> = Engine::ALL.iter().map(|engine| engine.name()).collect();
        assert_eq!(names, ["chromium", "firefox", "webkit"]);
    }
}
