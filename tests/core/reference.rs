//! The reference pages of `docs/` are made from the tables that the code reads. `cargo xtask docs` writes them;
//! otherwise this test says that they are out of date.
// The pages' tables are not in the bundle.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

#[path = "reference/api.rs"]
mod api;
#[path = "reference/issues.rs"]
mod issues;
#[path = "reference/meanings.rs"]
mod meanings;
#[path = "reference/told.rs"]
mod told;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use storefront_collector::settings;
use storefront_collector::storefront::{CONTEXTS, EventKind};
use storefront_collector::xdm::rows;

const MADE: &str = "<!-- Made by `cargo xtask docs` from the tables that the code reads; change those. -->\n";

fn settings_page() -> String {
    format!(
        "# Settings\n\n{MADE}\n\
         Three sources, field by field: what `start(settings)` is given wins over the page's\n\
         `<script type=\"application/json\" id=\"storefront-collector\">`, that over the data layer's `aepContext`, that\n\
         over the default. They may come in any order and change later. With settings from the data layer alone, events\n\
         are forwarded only when `eventForwardingContext.aep` is `true`. `validate(settings)` names what is wrong;\n\
         `status().settings` shows each setting in force and its source.\n\n{}",
        settings::markdown()
    )
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn events_page() -> String {
    let mut page = format!(
        "# Events and fields\n\n{MADE}\n\
         Each of the 19 kinds of event by its name on the data layer, its XDM `eventType`, and how each XDM field is\n\
         filled. A source is a context and a field in it; of several, in the order given. `units[]` is the search unit\n\
         that the event names. Over these fields is laid what the custom context gives, except for counters; of `_id` and\n\
         `eventType`, which only `commerce-custom` takes from there; and of `timestamp`, `identityMap`, `personID` and\n\
         `implementationDetails`, which no event does. Items merge by SKU; a product page has one, and search results none.\n\n\
         Every event also has `timestamp`, `implementationDetails`, `identityMap` and `personID` (the ECID), these two\n\
         once the shopper is known or `identityMap` in the settings names one, and what\n\
         the setting `context` asks for of `web`, `device`, `environment` and `placeContext`. A value that XDM refuses\n\
         is left out and reported; nothing empty is sent.\n\n"
    );
    for kind in EventKind::ALL {
        writeln!(page, "- [`{0}`](#{0})", kind.name()).unwrap();
    }
    for kind in EventKind::ALL {
        let event_type = kind.event_type().map_or("the custom context's own".to_owned(), |name| format!("`{name}`"));
        write!(page, "\n## {}\n\n`eventType`: {event_type}\n\n", kind.name()).unwrap();
        page.push_str("| XDM field | from | how |\n| --- | --- | --- |\n");
        for row in rows(kind) {
            let from: Vec<String> =
                row.from.split('|').filter(|path| !path.is_empty()).map(|path| format!("`{path}`")).collect();
            writeln!(page, "| `{}` | {} | {} |", row.to, from.join(", "), cell(row.how.words())).unwrap();
        }
    }
    page
}

#[test]
fn the_reference_is_what_the_code_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    let write = std::env::var_os("WRITE_REFERENCE").is_some();
    let pages = [
        ("settings.md", settings_page()),
        ("events.md", events_page()),
        ("issues.md", issues::page()),
        ("api.md", api::page()),
    ];
    for (name, made) in pages {
        let path = folder.join(name);
        if write {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(&path, &made).unwrap();
        }
        let there = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(there == made, "docs/reference/{name} is out of date: run `cargo xtask docs`");
    }
}

#[test]
fn a_kind_names_the_contexts_of_its_rows() {
    for kind in EventKind::ALL {
        let paths = rows(kind).flat_map(|row| row.from.split('|')).filter(|path| !path.is_empty());
        let read: BTreeSet<_> = paths.map(|path| path.split('.').next().unwrap()).collect();
        let named: BTreeSet<_> = kind.contexts().filter(|name| *name != "customContext").collect();
        assert_eq!(named, read, "{kind:?}");
    }
}

/// Whoever adds a context reads it; whoever reads one says what has to be in it.
#[test]
fn the_contexts_that_are_taken_in_are_those_that_are_read_and_told_of() {
    let file = |path| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let guide = file("docs/guides/contexts.md");
    let types = file("src/browser/types.d.ts");
    let types = types.split("type MappedContext =").nth(1).unwrap().split(';').next().unwrap();
    let between = |text: &str, start: &str, end: char| -> BTreeSet<String> {
        text.lines().filter_map(|line| Some(line.strip_prefix(start)?.split(end).next()?.to_owned())).collect()
    };
    let taken: BTreeSet<_> = CONTEXTS.map(String::from).into();
    let settings = ["aepContext", "eventForwardingContext"].into_iter();
    let read: BTreeSet<_> =
        EventKind::ALL.into_iter().flat_map(EventKind::contexts).chain(settings).map(String::from).collect();
    let contexts =
        |names: BTreeSet<String>| names.into_iter().filter(|name| name.ends_with("Context")).collect::<BTreeSet<_>>();
    assert_eq!(taken, read);
    assert_eq!(taken, contexts(between(types, "    | \"", '"')));
    assert_eq!(taken, contexts(between(&guide, "| `", '`')));
}

#[test]
fn every_kind_has_a_counter_or_is_custom() {
    let page = events_page();
    for kind in EventKind::ALL {
        let section = page.split(&format!("\n## {}\n", kind.name())).nth(1).unwrap();
        let section = section.split("\n## ").next().unwrap();
        assert!(section.contains("always 1") || kind == EventKind::Custom, "{section}");
    }
}

/// What made it heavier is said by whoever raises the figure.
#[test]
fn what_the_bundle_weighs_adds_up() {
    let file = |path| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let figure: serde_json::Value = serde_json::from_str(&file("size.json")).unwrap();
    let total: i64 = file("docs/size.md")
        .lines()
        .filter_map(|line| line.strip_prefix('|')?.trim_end_matches('|').rsplit('|').next())
        .filter_map(|cell| cell.split_whitespace().next()?.replace(',', "").replace('−', "-").parse::<i64>().ok())
        .sum();
    assert_eq!(
        Some(total),
        figure["brotli"].as_i64(),
        "size.json was raised: add a row to docs/size.md that says what for"
    );
}

/// Comments cite what is not here: each citation has a row that says where the rule stands.
#[test]
fn what_comments_cite_is_told_in_sources() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let told = std::fs::read_to_string(root.join("docs/reference/sources.md")).unwrap();
    let mut sources = Vec::new();
    issues::sources(&root.join("src"), &["rs", "js"], &mut sources);
    let mut cited = BTreeSet::new();
    for path in sources {
        let text = std::fs::read_to_string(path).unwrap().replace("\n//! ", " ").replace("\n// ", " ");
        let text = text.split('\n').map(str::trim_start).collect::<Vec<_>>().join("\n").replace("\n/// ", " ");
        for name in ["Edge protocol, ", "contract, section ", "defects, rows ", "; defects "] {
            for after in text.split(name).skip(1) {
                let numbers = after.split([')', ';', '\n']).next().unwrap();
                let section = name.trim_matches([';', ' ']).split(',').next().unwrap();
                let numbers =
                    numbers.split([' ', ',', ':']).filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
                cited.extend(numbers.map(|number| (section, number.trim_end_matches('.').to_owned())));
            }
        }
    }
    assert!(cited.len() > 15, "{cited:?}");
    let is_told = |(section, number): &(&str, String)| {
        let part = told.split(&format!("\n## {section}\n")).nth(1).unwrap().split("\n## ").next().unwrap();
        let first = |line: &str| line.trim_start_matches('|').split('|').next().unwrap().replace(',', " ");
        part.lines().any(|line| {
            let cell = first(line);
            let (from, to) = cell.trim().split_once(" to ").unwrap_or(("9", "0"));
            cell.split_whitespace().any(|word| word == number) || (from <= number.as_str() && number.as_str() <= to)
        })
    };
    cited.retain(|citation| !is_told(citation));
    assert_eq!(cited, BTreeSet::new(), "docs/reference/sources.md does not say what these are");
}
