//! What holds for the mapping of every event, whatever a page puts in: run by the fuzz target
//! `mapping` and, over the committed seeds, by `cargo test`.

use storefront_collector::storefront::EventKind;
use storefront_collector::value::{Map, Value};
use storefront_collector::xdm::{self, Source};

/// Maps the event that `data` describes, if it describes one:
/// `{"event":"add-to-cart","contexts":{…},"custom":…,"unit":"…","lastCart":…}`.
/// Returns whether it did.
pub(crate) fn run(data: &[u8]) -> bool {
    let Ok(input) = Value::parse(&String::from_utf8_lossy(data)) else { return false };
    let none = Map::new();
    let before = input.to_json();
    let named = input.get("event").and_then(Value::as_text).and_then(EventKind::from_name);
    for kind in named.map_or(EventKind::ALL.to_vec(), |kind| vec![kind]) {
        let source = Source {
            custom: input.get("custom"),
            search_unit_id: input.get("unit").and_then(Value::as_text),
            last_cart: input.get("lastCart"),
            page_url: "https://shop.test/",
            ..Source::new(kind, input.get("contexts").and_then(Value::as_map).unwrap_or(&none))
        };
        match xdm::map(&source) {
            Ok(mapped) => check(kind, mapped.xdm),
            Err(issue) => {
                assert_eq!(kind, EventKind::Custom, "only custom events may be refused: {issue:?}");
                assert!(!matches!(source.custom, Some(Value::Map(_))));
            }
        }
    }
    assert_eq!(input.to_json(), before, "the page's objects are only read");
    let mut any = input;
    xdm::conform(&mut any);
    settled(&any);
    true
}

fn check(kind: EventKind, mut xdm: Value) {
    if kind != EventKind::Custom {
        assert_eq!(xdm.get("eventType").and_then(Value::as_text), kind.event_type());
    }
    for name in ["timestamp", "identityMap", "personID", "implementationDetails"] {
        assert!(xdm.get(name).is_none(), "{name} is decided when the event is sent");
    }
    settled(&xdm);
    xdm::personal::hold_back(&mut xdm);
    assert!(xdm.get("personalEmail").is_none() && xdm.at("person.accountID").is_none());
}

/// The gate has nothing more to say about it, and nothing empty is in it.
fn settled(xdm: &Value) {
    let mut again = xdm.clone();
    let issues = xdm::conform(&mut again);
    assert!(issues.is_empty(), "told twice: {issues:?}");
    assert_eq!(again.to_json(), xdm.to_json());
    full(xdm, "");
}

fn full(value: &Value, name: &str) {
    match value {
        Value::Map(map) => map.iter().for_each(|(key, value)| {
            // The one empty text that may stand: an option whose label is empty.
            let option = key == "value" && name == "selectedOptions";
            assert!(option || !value.is_empty(), "{key} is empty");
            full(value, key);
        }),
        Value::List(items) => items.iter().for_each(|item| {
            assert!(!item.is_empty(), "an empty item in {name}");
            full(item, name);
        }),
        _ => {}
    }
}
