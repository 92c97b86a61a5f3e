//! What holds for any value from any source in any order.

use proptest::prelude::*;

use super::super::{Source, Store, edge_origin, validate_at};
use super::{DATASTREAM, ORG};
use crate::inspect::Severity;
use crate::settings::fields::{CONNECTOR, FIELDS, fields};
use crate::value::{Map, Value};

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from_f64),
        ".{0,12}".prop_map(Value::from),
        "[a-z:/.@]{0,12}".prop_map(Value::from),
        "20[0-9]{2}-[0-9]{2}-[0-9]{2}".prop_map(Value::from),
        prop_oneof![Just(ORG), Just(DATASTREAM), Just("mg_dnt"), Just("gpc"), Just("web"), Just("in"), Just(" ")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let keys = prop_oneof![field_name(), "[a-zA-Z.]{0,6}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec((keys, inner), 0..4).prop_map(map),
        ]
    })
}

fn field_name() -> impl Strategy<Value = String> {
    let names: Vec<&str> =
        fields(FIELDS).chain(fields(CONNECTOR)).flat_map(|field| [field.name, field.data_layer]).collect();
    let inner = ["maxEvents", "maxBytes", "maxWait", "from", "to", "copyDatasetId", "clientId", "aep"];
    prop::sample::select([names.as_slice(), &inner].concat()).prop_map(String::from)
}

fn map(entries: Vec<(String, Value)>) -> Value {
    let mut map = Map::new();
    for (key, value) in entries {
        map.set(key, value);
    }
    Value::Map(map)
}

fn any_settings() -> impl Strategy<Value = Value> {
    prop_oneof![
        1 => any_value(),
        6 => prop::collection::vec(prop_oneof![good_entry(), (field_name(), any_value())], 0..12).prop_map(map),
    ]
}

/// A field with a value that it takes, so that sources really compete.
fn good_entry() -> impl Strategy<Value = (String, Value)> {
    let good = [
        ("organizationId", format!("\"{ORG}\"")),
        ("imsOrgId", format!("\"{ORG}\"")),
        ("datastreamId", format!("\"{DATASTREAM}\"")),
        ("datastreamId", "\"other\"".into()),
        ("webSdkName", "\"mySdk\"".into()),
        ("edgeDomain", "\"https://a.example/x\"".into()),
        ("edgeDomain", "\"localhost:8080\"".into()),
        ("edgeBasePath", "\"/base/\"".into()),
        ("defaultConsent", "\"pending\"".into()),
        ("consentSources", "[\"gpc\"]".into()),
        ("personalData", "false".into()),
        ("storefrontEvents", "true".into()),
        ("storefrontEvents", "false".into()),
        ("instanceName", "null".into()),
        ("batching", "false".into()),
        ("batching", "{\"maxBytes\":99999999}".into()),
        ("webSdkTimeout", "7".into()),
    ];
    prop::sample::select(good.to_vec()).prop_map(|(name, value)| (name.into(), Value::parse(&value).unwrap()))
}

#[derive(Clone, Debug)]
enum Arrival {
    DataLayer(Value, Value),
    Page(Value),
    Api(Value),
}

impl Arrival {
    fn arrive(&self, store: &mut Store) {
        match self {
            Self::DataLayer(aep, forwarding) => store.set_data_layer(Some(aep), Some(forwarding)),
            Self::Page(raw) => store.set(Source::Page, raw),
            Self::Api(raw) => store.set(Source::Api, raw),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_value_is_judged_and_every_issue_names_its_field(raw in any_settings(), today in "(2025-06-15)?|.{0,3}") {
        let found = validate_at(&raw, &today);
        for issue in &found.issues {
            prop_assert!(!issue.field.is_empty() || raw.get("").is_some());
            prop_assert!(!issue.code.is_empty() && issue.message.ends_with(['.', '?']), "{issue:?}");
        }
        for (at, issue) in found.issues.iter().enumerate() {
            prop_assert!(!found.issues[..at].iter().any(|other| other.same_as(issue)), "told twice: {issue:?}");
        }
        let errors = || found.issues.iter().filter(|issue| issue.severity == Severity::Error);
        prop_assert!(!found.can_save || errors().all(|issue| issue.field.contains("orderHistory")), "{found:?}");
        prop_assert!(!found.can_start_sync || errors().all(|issue| !issue.field.contains("orderHistory")), "{found:?}");
    }

    #[test]
    fn the_order_of_arrival_does_not_matter(
        aep in any_settings(), forwarding in any_value(), page in any_settings(), api in any_settings(),
        order in Just([0_usize, 1, 2]).prop_shuffle(), stale in any_settings(),
    ) {
        let arrivals = [Arrival::DataLayer(aep, forwarding), Arrival::Page(page), Arrival::Api(api)];
        let (mut one, mut other) = (Store::default(), Store::default());
        arrivals.iter().for_each(|arrival| arrival.arrive(&mut one));
        // What was said before and replaced leaves no trace either.
        for source in [Source::DataLayer, Source::Page, Source::Api] {
            other.set(source, &stale);
        }
        order.iter().for_each(|&at| arrivals[at].arrive(&mut other));
        prop_assert_eq!(one.to_value(), other.to_value());
        let (one, other) = (one.effective(), other.effective());
        prop_assert_eq!((one.settings, one.issues, one.waiting_for, one.never, one.off),
            (other.settings, other.issues, other.waiting_for, other.never, other.off));
    }

    #[test]
    fn each_field_comes_from_the_strongest_source_that_gives_it_and_nothing_is_invented(
        aep in any_settings(), page in any_settings(), api in any_settings(),
    ) {
        let mut store = Store::default();
        store.set_data_layer(Some(&aep), None);
        store.set(Source::Page, &page);
        store.set(Source::Api, &api);
        let shown = store.to_value();
        for field in fields(FIELDS).filter(|field| field.name != "onBeforeEventSend" && field.name != "storefrontEvents") {
            let read = |raw: Option<&Value>| field.read(field.name, field.name, raw?, &mut Vec::new());
            let from_layer = (!field.data_layer.is_empty()).then(|| read(aep.get(field.data_layer))).flatten();
            let candidates = [("api", read(api.get(field.name))), ("page", read(page.get(field.name))), ("dataLayer", from_layer)];
            let strongest = candidates.into_iter().find_map(|(source, value)| Some((source, value?)));
            let (source, value) = strongest.unwrap_or(("default", field.default()));
            let got = shown.get(field.name).unwrap();
            prop_assert_eq!(got.get("source").and_then(Value::as_text), Some(source), "{}", field.name);
            // The own Web SDK takes datastream away, the checkbox the name; nothing else changes a value.
            let taken = matches!(field.name, "datastreamId" | "webSdkName") && got.get("value").unwrap().is_null();
            prop_assert!(taken || got.get("value") == Some(&value), "{}: {:?}", field.name, got);
        }
    }

    #[test]
    fn what_runs_has_all_that_it_needs(
        aep in any_settings(), forwarding in any_value(), page in any_settings(), api in any_settings(),
    ) {
        let mut store = Store::default();
        store.set_data_layer(Some(&aep), Some(&forwarding));
        store.set(Source::Page, &page);
        store.set(Source::Api, &api);
        let now = store.effective();
        prop_assert!(!(now.off.is_some() && now.settings.storefront_events));
        prop_assert!(now.off.is_none() || now.waiting_for.is_empty());
        if now.off.is_none() && !now.never && now.waiting_for.is_empty() {
            prop_assert!(now.settings.storefront_events);
            prop_assert!(now.settings.web_sdk_name.is_some() || (now.settings.organization_id.is_some() && now.settings.datastream_id.is_some()));
        }
        prop_assert!(now.settings.web_sdk_name.is_none() || now.settings.datastream_id.is_none());
        let origin = edge_origin(&now.settings, "https:");
        prop_assert!(origin.starts_with("https://") && !origin.trim_start_matches("https://").contains(['/', '@', ' ', '?', '#']), "{origin}");
        prop_assert!(!now.settings.edge_base_path.is_empty() && !now.settings.data_layer_name.is_empty());
        if let Some(batching) = now.settings.batching {
            prop_assert!(batching.max_events >= 1 && (1..=60_000).contains(&batching.max_bytes) && batching.max_wait >= 0);
        }
    }
}
