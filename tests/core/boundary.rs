//! The two sides of the WebAssembly boundary call things by numbers: each number means the same on both.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs::read_to_string;

/// `NAME = 12` wherever `declared` says that a declaration begins, in either language.
fn numbers(text: &str, declared: fn(&str) -> bool) -> BTreeMap<String, u32> {
    let mut found = BTreeMap::new();
    for statement in text.split([';', '\n']).map(str::trim).collect::<Vec<_>>().join("\n").split('\n') {
        let statement = statement.trim_start_matches("pub(super) ");
        if !declared(statement) {
            continue;
        }
        for part in statement.trim_start_matches("export ").trim_start_matches("const ").split(',') {
            let Some((name, number)) = part.split_once('=') else { continue };
            let name = name.trim().trim_end_matches(": u32").to_owned();
            if let Ok(number) = number.trim().parse() {
                assert_eq!(found.insert(name.clone(), number), None, "{name} stands twice");
            }
        }
    }
    found
}

fn is_constant(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase)
}

#[test]
fn each_number_means_the_same_on_both_sides() {
    let rust = numbers(&read_to_string("src/browser/told.rs").unwrap(), |line| {
        line.starts_with("const ") && line.contains(": u32")
    });
    let host = read_to_string("src/browser/host.js").unwrap();
    // A declaration may go on in the next line.
    let all = numbers(&host, |line| line.starts_with("export const ") || is_constant(line));
    let notices = numbers(host.split("notice.rs").nth(1).unwrap(), |line| line.starts_with("export const "));
    let told: BTreeMap<_, _> = all.into_iter().filter(|(name, _)| !notices.contains_key(name)).collect();
    assert_eq!(told, rust);
    assert_eq!(told.values().copied().collect::<std::collections::BTreeSet<_>>().len(), told.len());

    for (name, number) in notices {
        let issue = storefront_collector::inspect::notice(number.into(), "it").unwrap();
        // NO_LIST is no-list, and so on: near enough to see an exchange.
        let words = issue.code.replace('-', "_").to_uppercase();
        let last = words.rsplit('_').next().unwrap();
        let known = [("ASYNC_HOOK", "ASYNCHRONOUS"), ("BAD_LISTENER", "THREW")];
        assert!(name.contains(last) || known.contains(&(name.as_str(), last)), "{name} {number} is {}", issue.code);
    }
}
