//! The mapping from the outside: what each kind of event becomes, what is done better than in
//! Adobe's collector, and what holds whatever the page puts in.
// Its crates need the machine's own randomness or files.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

#[path = "xdm/defects.rs"]
mod defects;
#[path = "xdm/golden.rs"]
mod golden;
#[path = "xdm/properties.rs"]
mod properties;

use std::sync::LazyLock;

use storefront_collector::storefront::EventKind;
use storefront_collector::value::Value;
use storefront_collector::xdm::{self, Mapped, Source};

/// Reads JSON that is written in a test.
fn json(text: &str) -> Value {
    Value::parse(text).unwrap_or_else(|error| panic!("{error:?} in {text}"))
}

/// An event with its surroundings, as a test tells it.
#[derive(Debug)]
struct Event {
    kind: EventKind,
    contexts: Value,
    custom: Option<Value>,
    last_cart: Option<Value>,
    unit: Option<&'static str>,
}

fn event(kind: EventKind, contexts: &str) -> Event {
    Event { kind, contexts: json(contexts), custom: None, last_cart: None, unit: None }
}

impl Event {
    fn custom(mut self, custom: &str) -> Self {
        self.custom = Some(json(custom));
        self
    }

    fn last_cart(mut self, cart: &str) -> Self {
        self.last_cart = Some(json(cart));
        self
    }

    fn unit(mut self, id: &'static str) -> Self {
        self.unit = Some(id);
        self
    }

    fn try_map(&self) -> Result<Mapped, storefront_collector::inspect::Issue> {
        let mapped = xdm::map(&Source {
            custom: self.custom.as_ref(),
            search_unit_id: self.unit,
            last_cart: self.last_cart.as_ref(),
            page_url: "https://shop.test/page.html",
            referrer: "https://search.test/",
            ..Source::new(self.kind, self.contexts.as_map().unwrap())
        })?;
        assert_valid(&mapped.xdm);
        Ok(mapped)
    }

    fn map(&self) -> Mapped {
        self.try_map().unwrap()
    }

    fn xdm(&self) -> Value {
        self.map().xdm
    }

    /// `field code` of what was reported.
    fn issues(&self) -> Vec<String> {
        self.map().issues.iter().map(|issue| format!("{} {}", issue.field, issue.code)).collect()
    }

    #[track_caller]
    fn becomes(&self, wanted: &str) {
        assert_eq!(sorted(&self.xdm().to_json()), sorted(wanted));
    }
}

/// JSON with its keys in order, so that two texts of one value are equal.
fn sorted(text: &str) -> String {
    fn plain(value: serde_json::Value) -> serde_json::Value {
        match value {
            serde_json::Value::Number(number) => serde_json::json!(number.as_f64()),
            serde_json::Value::Array(items) => items.into_iter().map(plain).collect(),
            serde_json::Value::Object(entries) => {
                let mut entries: Vec<_> = entries.into_iter().collect();
                entries.sort_by(|a, b| a.0.cmp(&b.0));
                serde_json::Value::Object(entries.into_iter().map(|(key, value)| (key, plain(value))).collect())
            }
            other => other,
        }
    }
    serde_json::to_string_pretty(&plain(serde_json::from_str(text).unwrap())).unwrap()
}

static ORACLE: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = serde_json::from_str(include_str!("xdm_oracle.json")).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
});

/// Holds `xdm` against a schema that was written apart from the gate's own.
#[track_caller]
fn assert_valid(xdm: &Value) {
    let instance: serde_json::Value = serde_json::from_str(&xdm.to_json()).unwrap();
    let faults: Vec<_> =
        ORACLE.iter_errors(&instance).map(|fault| format!("{}: {fault}", fault.instance_path)).collect();
    assert!(faults.is_empty(), "{faults:#?}\n{}", xdm.to_json());
}

#[test]
fn the_oracle_can_refuse() {
    for bad in [
        r#"{"colour":1}"#,
        r#"{"productListItems":[{"name":"x"}]}"#,
        r#"{"productListItems":[{"SKU":"a","quantity":1.5}]}"#,
        r#"{"commerce":{"order":{"currencyCode":"eur"}}}"#,
        r#"{"commerce":{"checkouts":{}}}"#,
        r#"{"channel":{"_type":"x"}}"#,
        r#"{"_id":"a b"}"#,
        r#"{"commerce":{"order":{"createdDate":"yesterday"}}}"#,
    ] {
        assert!(!ORACLE.is_valid(&serde_json::from_str(bad).unwrap()), "{bad}");
    }
}
