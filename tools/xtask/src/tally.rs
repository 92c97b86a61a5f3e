//! Counts tests, whichever runner ran them.
use std::ops::AddAssign;

use serde_json::Value;

/// How many passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u64,
    /// Tests that failed.
    pub(crate) failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// Whether no test ran at all.
    pub(crate) fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// A line in which a runner sums up: `test result: ok. 5 passed; 0 failed; …` of cargo and
/// wasm-bindgen, or `5 passed, 0 failed` alone on its line.
pub(crate) fn line(line: &str) -> Option<Tally> {
    let line = line.trim();
    let counts = match line.strip_prefix("test result: ") {
        Some(rest) => rest.split_once(". ")?.1.split(';').collect::<Vec<_>>(),
        None => line.split(',').collect(),
    };
    let [passed, failed, ..] = counts.as_slice() else {
        return None;
    };
    Some(Tally { passed: count(passed, "passed")?, failed: count(failed, "failed")? })
}

fn count(text: &str, word: &str) -> Option<u64> {
    text.trim().strip_suffix(word)?.trim_end().parse().ok()
}

/// Playwright's JSON report. A test that only passed on a retry has failed once, and counts so.
pub(crate) fn playwright(report: &str) -> Option<Tally> {
    let report: Value = serde_json::from_str(report).ok()?;
    let number = |name: &str| report.get("stats")?.get(name)?.as_u64();
    Some(Tally { passed: number("expected")?, failed: number("unexpected")? + number("flaky")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(passed: u64, failed: u64) -> Option<Tally> {
        Some(Tally { passed, failed })
    }

    #[test]
    fn the_lines_of_cargo_and_wasm_bindgen_are_counted() {
        let cargo = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        assert_eq!(line(cargo), tally(12, 0));
        let failed = "test result: FAILED. 3 passed; 2 failed; 0 ignored; finished in 0.1s";
        assert_eq!(line(failed), tally(3, 2));
    }

    #[test]
    fn a_summary_alone_on_its_line_is_counted() {
        assert_eq!(line("200 passed, 1 failed"), tally(200, 1));
        assert_eq!(line("  7 passed, 0 failed\r"), tally(7, 0));
    }

    #[test]
    fn other_lines_are_not_counted() {
        for other in ["", "running 3 tests", "test a ... ok", "x passed, y failed"] {
            assert_eq!(line(other), None, "{other}");
        }
    }

    #[test]
    fn a_playwright_report_is_counted_and_a_flaky_test_is_no_pass() {
        let report = r#"{"stats":{"expected":5,"unexpected":1,"flaky":2,"skipped":3}}"#;
        assert_eq!(playwright(report), tally(5, 3));
        assert_eq!(playwright("{}"), None);
        assert_eq!(playwright(""), None);
    }
}
