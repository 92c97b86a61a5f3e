//! `docs/reference/issues.md`, from the rows in the sources that spell issues, and the Edge Network's errors.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use storefront_collector::delivery::edge::error::EdgeError;
use storefront_collector::inspect::{Issue, Severity};

use super::{MADE, cell};
use crate::meanings::{MEANINGS, PLACES};

/// An issue as the page lists it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    code: String,
    severity: &'static str,
    field: String,
    shown: &'static str,
    message: String,
}

/// The sources that are shipped: tests may spell whatever they like.
pub(super) fn sources(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            sources(&path, ends, found);
        } else if path.extension().is_some_and(|end| ends.iter().any(|one| end == *one)) && !path.ends_with("tests.rs")
        {
            found.push(path);
        }
    }
}

/// The string literals of Rust code, with what a backslash at a line's end joins; comments have none.
pub(super) fn literals(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut chars = code.chars().peekable();
    let mut before = ' ';
    while let Some(one) = chars.next() {
        match one {
            '/' if chars.peek() == Some(&'/') => while chars.next_if(|next| *next != '\n').is_some() {},
            // A character that is a quotation mark.
            '"' if before == '\'' && chars.peek() == Some(&'\'') => {}
            '"' => {
                let mut text = String::new();
                while let Some(next) = chars.next().filter(|next| *next != '"') {
                    match (next, chars.peek().copied()) {
                        ('\\', Some('\n')) => while chars.next_if(|next| next.is_whitespace()).is_some() {},
                        ('\\', Some(escaped)) => {
                            text.push(escaped);
                            chars.next();
                        }
                        _ => text.push(next),
                    }
                }
                found.push(text);
            }
            _ => {}
        }
        before = one;
    }
    found
}

/// The row that `text` is, if it spells an issue (`Issue::of`).
fn row(text: &str) -> Option<(&str, &'static str, &str, &str)> {
    let (head, message) = text.split_once(':')?;
    let (field, code) = head.split_once(['!', '?'])?;
    let severity = if head.contains('!') { "error" } else { "warning" };
    let is_code = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let is_field = field.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    (is_code && is_field && !message.is_empty()).then_some((field, severity, code, message))
}

/// What an issue of the source at `path` is about when its row names no field, and where it is shown.
fn place(path: &str) -> (&'static str, &'static str) {
    let found = PLACES.iter().find(|(start, ..)| path.starts_with(start));
    let (_, about, shown) = found.unwrap_or_else(|| panic!("{path} spells an issue: say in PLACES where it is shown"));
    (about, shown)
}

fn spelt() -> BTreeSet<Row> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    sources(&root.join("src"), &["rs"], &mut paths);
    let mut rows = BTreeSet::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let name = path.strip_prefix(root.join("src")).unwrap().to_str().unwrap().replace('\\', "/");
        let shipped = text.split("#[cfg(test)]").next().unwrap();
        let others = ["Issue::error(", "Issue::warning("].map(|call| {
            shipped.lines().filter(|line| !line.trim_start().starts_with("//") && line.contains(call)).count()
        });
        assert!(others == [0, 0] || name == "delivery/edge/error.rs", "{name}: spell the issue as a row of Issue::of");
        for text in literals(shipped) {
            let Some((field, severity, code, message)) = row(&text) else { continue };
            let (about, shown) = place(&name);
            let named = if field.is_empty() { format!("*{about}*") } else { format!("`{field}`") };
            let subject = if field.is_empty() { "…" } else { field };
            let message = message.replace('%', subject).replace('$', "…").replace("……", "…");
            rows.insert(Row { code: code.into(), severity, field: named, shown, message });
        }
    }
    rows
}

/// What the Edge Network's errors become: the numbers of each.
fn answered() -> BTreeMap<Row, Vec<String>> {
    let shown = "`status()`";
    let mut rows: BTreeMap<Row, Vec<String>> = BTreeMap::new();
    let mut add = |issue: Issue, name: String| {
        let message = issue.message.split_once(": ").unwrap().1.to_owned();
        let severity = if issue.severity == Severity::Error {
            "error, or warning where the answer lists it as one"
        } else {
            "warning"
        };
        let field = match issue.field.as_ref() {
            field @ ("xdm" | "identityMap") => format!("`{field}`, or what the answer names"),
            field => format!("`{field}`"),
        };
        rows.entry(Row { code: issue.code.into(), severity, field, shown, message }).or_default().push(name);
    };
    for number in 0..1000 {
        let known = EdgeError { code: format!("{number:04}-400"), ..EdgeError::default() }.issue(false);
        if known.code != "refused" {
            add(known, format!("`EXEG-{number:04}`"));
        }
    }
    let other = EdgeError { code: "9999-400".into(), ..EdgeError::default() };
    add(other.issue(false), "another code".into());
    add(
        EdgeError { status: Some(404), ..EdgeError::default() }.issue(false),
        "status 300 or more without a code".into(),
    );
    add(EdgeError { status: Some(200), ..EdgeError::default() }.issue(false), "something unreadable".into());
    add(EdgeError { status: Some(503), ..EdgeError::default() }.delay(), "status 429, 502, 503, 504".into());
    rows
}

pub(super) fn page() -> String {
    let mut rows: Vec<(Row, String)> = spelt().into_iter().map(|row| (row, String::new())).collect();
    rows.extend(
        answered()
            .into_iter()
            .map(|(row, names)| (row, format!("The Edge Network answered with {}: ", names.join(", ")))),
    );
    rows.sort();
    let codes: BTreeSet<&str> = rows.iter().map(|(row, _)| row.code.as_str()).collect();
    let told: BTreeSet<&str> = MEANINGS.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, told, "MEANINGS says what each code means, and of no other");

    let mut page = format!(
        "# Issues\n\n{MADE}\n\
         What is wrong, by the `code` of the issue. `status().issues` has each problem of the page once, a record's `issues`\n\
         those of its event, `validate(settings).issues` those of settings; `start` and `setConsent` reject with `code` and\n\
         `issues`. An issue is `{{ field, code, severity, message }}`: `\"error\"` cannot work so, `\"warning\"` works, though\n\
         perhaps not as meant. The `code` is held to [Semantic Versioning](../../CHANGELOG.md), the message is not: it says what\n\
         to do, and never holds a value that may be personal. What `status()` shows is a line of the console, too, once.\n\n\
         In the tables `…` stands for what the message names: a field, a kind of value, a name in `window`. *Shown* tells where:\n\
         *settings* is `validate`, `status()` and, when they can never work, the rejection of `start`. The words that stand in a\n\
         record's `reason` are [another list](api.md#reasons).\n\n"
    );
    for (code, _) in MEANINGS {
        writeln!(page, "- [`{code}`](#{code})").unwrap();
    }
    for (code, meaning) in MEANINGS {
        write!(page, "\n## {code}\n\n{meaning}\n\n| severity | field | shown | message |\n| --- | --- | --- | --- |\n")
            .unwrap();
        for (row, names) in rows.iter().filter(|(row, _)| row.code == *code) {
            let Row { severity, field, shown, message, .. } = row;
            writeln!(page, "| {severity} | {field} | {shown} | {names}{} |", cell(message)).unwrap();
        }
    }
    page
}

#[test]
fn rows_are_told_from_other_texts() {
    assert_eq!(row("orderContext?wrong-kind:% is $"), Some(("orderContext", "warning", "wrong-kind", "% is $")));
    assert_eq!(row("!missing:%"), Some(("", "error", "missing", "%")));
    for none in ["", ": ", "?:x", "https://a.test/?q:1", "is it there? no: it is not", "a!b"] {
        assert_eq!(row(none), None, "{none}");
    }
    let code = "let a = '\"'; // \"no\"\nlet b = \"x\\\n   y\"; let c = \"say \\\"z\\\"\";";
    assert_eq!(literals(code), ["xy", "say \"z\""]);
}
