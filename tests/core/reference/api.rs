//! `docs/reference/api.md`, from `types.d.ts`, and what no type says: what rejects, and what a stopped collector does.
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::told::{ENTRIES, FUNCTIONS, MEMBERS, PAGE, REASONS};
use super::{MADE, cell, issues};

/// A member of an interface, with the members of the object that it is, if its type is written out.
struct Member<'a> {
    about: String,
    name: &'a str,
    what: String,
    within: Vec<Member<'a>>,
}

/// A type that the package exports.
struct Type<'a> {
    about: String,
    name: &'a str,
    /// Of an alias, what it stands for.
    is: Option<String>,
    members: Vec<Member<'a>>,
}

fn file(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The words of a comment: `line` is its first, `lines` has the rest.
fn comment<'a>(line: &'a str, lines: &mut impl Iterator<Item = &'a str>) -> String {
    let mut words = Vec::new();
    let mut line = line.trim();
    loop {
        let inner = line.trim_start_matches("/**").trim_end_matches("*/").trim().trim_start_matches("* ").trim();
        words.extend(Some(inner).filter(|inner| !matches!(*inner, "" | "*")));
        if line.ends_with("*/") {
            return words.join(" ");
        }
        line = lines.next().unwrap().trim();
    }
}

/// The members up to the closing brace.
fn members<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Vec<Member<'a>> {
    let mut found = Vec::new();
    let mut about = String::new();
    while let Some(line) = lines.next() {
        let text = line.trim();
        if text.starts_with('}') {
            break;
        }
        if text.starts_with("/**") {
            about = [about, comment(line, lines)].join(" ").trim().to_owned();
            continue;
        }
        let end = text.find(['(', ':', '?']).unwrap();
        let (name, what) = text.split_at(end);
        let what = what.trim_end_matches(';');
        let opens = what.ends_with('{');
        let within = if opens { members(lines) } else { Vec::new() };
        let what = if opens { String::from(": object") } else { what.into() };
        found.push(Member { about: std::mem::take(&mut about), name, what, within });
    }
    found
}

fn types(text: &str) -> Vec<Type<'_>> {
    let mut found = Vec::new();
    let mut about = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("/**") {
            about = comment(line, &mut lines);
        } else if let Some(rest) = line.strip_prefix("export interface ") {
            let name = rest.split([' ', '<']).next().unwrap();
            found.push(Type { about: std::mem::take(&mut about), name, is: None, members: members(&mut lines) });
        } else if let Some(rest) = line.strip_prefix("export type ") {
            let (name, mut is) = rest.split_once(" =").map(|(name, is)| (name, is.trim().to_owned())).unwrap();
            while !is.ends_with(';') {
                is = [is.as_str(), lines.next().unwrap().trim()].join(" ").trim().to_owned();
            }
            let is = is.trim_end_matches(';').trim_start_matches("| ").to_owned();
            found.push(Type { about: std::mem::take(&mut about), name, is: Some(is), members: Vec::new() });
        }
    }
    found
}

fn table(page: &mut String, members: &[Member<'_>]) {
    page.push_str("| field | type | what |\n| --- | --- | --- |\n");
    rows(page, "", members);
    page.push('\n');
}

fn rows(page: &mut String, before: &str, members: &[Member<'_>]) {
    for Member { about, name, what, within } in members {
        let optional = if what.starts_with('?') { ", optional" } else { "" };
        let what = what.trim_start_matches('?').trim_start_matches(':').trim();
        writeln!(page, "| `{before}{name}` | `{}`{optional} | {} |", cell(what), cell(about)).unwrap();
        rows(page, &format!("{before}{name}."), within);
    }
}

/// What is put into the page where it names a section of its own: a type's table, or a list.
fn section(name: &str, types: &[Type<'_>]) -> String {
    let mut out = String::new();
    match name {
        "entries" => {
            out.push_str("| import | what |\n| --- | --- |\n");
            ENTRIES.iter().for_each(|(name, what)| writeln!(out, "| `storefront-collector{name}` | {what} |").unwrap());
        }
        "functions" => {
            for (signature, about, fails) in FUNCTIONS {
                let name = signature.split('(').next().unwrap();
                write!(out, "### {name}\n\n`{signature}`\n\n{about}\n\n**Fails**: {fails}\n\n").unwrap();
            }
        }
        "members" => {
            let collector = types.iter().find(|one| one.name == "Collector").unwrap();
            for Member { about, name, what, .. } in &collector.members {
                let (_, fails, stopped) = MEMBERS.iter().find(|(told, ..)| told == name).unwrap();
                write!(
                    out,
                    "### {name}\n\n`{name}{what}`\n\n{about}\n\n**Fails**: {fails}\n\n**Once stopped**: {stopped}\n\n"
                )
                .unwrap();
            }
        }
        "reasons" => {
            out.push_str("| `reason` | status | what it means |\n| --- | --- | --- |\n");
            for (words, status, what) in REASONS {
                writeln!(out, "| {words} | {status} | {what} |").unwrap();
            }
        }
        "aliases" => {
            out.push_str("| type | is | what |\n| --- | --- | --- |\n");
            for one in types {
                let Some(is) = &one.is else { continue };
                let is = if is.len() > 300 || is.starts_with('{') {
                    String::new()
                } else {
                    format!("`` {} ``", cell(is)).replace("``", if is.contains('`') { "``" } else { "`" })
                };
                writeln!(out, "| `{}` | {is} | {} |", one.name, cell(&one.about)).unwrap();
            }
        }
        name => {
            let one = types.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no type {name}"));
            write!(out, "{}\n\n", one.about).unwrap();
            table(&mut out, &one.members);
        }
    }
    out.trim_end().to_owned()
}

pub(super) fn page() -> String {
    let text = file("src/browser/types.d.ts");
    let types = types(&text);
    let mut page = format!("# JavaScript API\n\n{MADE}\n");
    let mut parts = PAGE.split("\n{{");
    page.push_str(parts.next().unwrap());
    for part in parts {
        let (name, after) = part.split_once("}}").unwrap();
        write!(page, "\n{}{after}", section(name, &types)).unwrap();
    }
    page
}

#[test]
fn the_page_has_every_type_member_and_function() {
    let text = file("src/browser/types.d.ts");
    let types = types(&text);
    assert!(types.len() > 20);
    for one in &types {
        assert!(!one.about.is_empty(), "{}", one.name);
        let is_shown = PAGE.contains(&format!("{{{{{}}}}}", one.name)) || one.is.is_some();
        // Their own pages, and the sections above.
        assert!(is_shown || matches!(one.name, "Settings" | "Collector"), "{} is not on the page", one.name);
    }
    let collector = types.iter().find(|one| one.name == "Collector").unwrap();
    let members: Vec<_> = collector.members.iter().map(|member| member.name).collect();
    assert_eq!(members, MEMBERS.map(|(name, ..)| name), "MEMBERS says what each member does");

    let exported = file("src/browser/api.rs");
    let exported: BTreeSet<_> =
        exported.split("\npub fn ").skip(1).map(|rest| rest.split('(').next().unwrap()).collect();
    let told: BTreeSet<_> = FUNCTIONS.iter().map(|(name, ..)| name.split('(').next().unwrap()).collect();
    assert_eq!(told, exported.into_iter().chain(["init"]).collect());

    let package: serde_json::Value = serde_json::from_str(&file("www/package/package.json")).unwrap();
    let exports = package["exports"].as_object().unwrap().keys().map(|name| &name[1..]);
    let told: BTreeSet<_> = ENTRIES.iter().map(|(name, _)| *name).collect();
    assert_eq!(told, exports.filter(|name| *name != "/package.json").collect());
}

#[test]
fn the_reasons_are_those_of_the_sources() {
    let mut paths = Vec::new();
    issues::sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &["rs"], &mut paths);
    let texts: Vec<String> =
        paths.iter().flat_map(|path| issues::literals(&std::fs::read_to_string(path).unwrap())).collect();
    for (words, ..) in REASONS {
        let words = words.split('…').next().unwrap().trim();
        assert!(texts.iter().any(|text| text.trim() == words), "no source says {words:?}");
    }
    // What stands where an event is given its reason.
    let mut given = BTreeSet::new();
    for path in paths.iter().filter(|path| !path.ends_with("tests.rs")) {
        let code = std::fs::read_to_string(path).unwrap();
        for call in ["put_back(", ".again(", "drop_all(", "Status::Suppressed", "Status::Rejected", "reason = Some("] {
            let ends: fn(char) -> bool = |one| one == ';' || one == '{';
            let said = code.split(call).skip(1).filter_map(|rest| rest.split(ends).next());
            given.extend(said.flat_map(issues::literals));
        }
    }
    assert!(given.len() > 10, "{given:?}");
    for words in given {
        let told = |(told, ..): &(&str, _, _)| told.trim_end_matches('…').trim() == words;
        assert!(REASONS.iter().any(told), "docs/reference/api.md does not say what {words:?} means");
    }
}
