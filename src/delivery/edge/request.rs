//! The bodies of requests (Edge protocol, 2).
//!
//! Events are kept as JSON text from the moment they are accepted, so a body is put together from
//! texts and nothing is read or written twice.

use alloc::borrow::ToOwned;
use alloc::string::String;

use super::endpoint::is_first_party;
use crate::value::json::{write_text, write_to};
use crate::value::{Map, Value};
use crate::{cookies, identity, text};

/// The longest time in a queue that is reported, milliseconds.
const LONGEST_QUEUE: i64 = 300_000;

/// What every body says beside its events or its consent.
#[derive(Clone, Copy, Debug, Default)]
pub struct Envelope<'a> {
    /// The host that the request goes to.
    pub host: &'a str,
    /// The shop's apex domain; empty on a host of one label.
    pub apex: &'a str,
    /// `document.cookie` now. The Edge's own are put into the body when `host` is none of the shop's.
    pub cookies: &'a str,
    /// The organization's ID.
    pub organization: &'a str,
    /// Whether an identity for other sites is asked for too.
    pub core: bool,
    /// An ECID carried in from elsewhere; see [`identity::carried_in`].
    pub ecid: Option<&'a str>,
    /// See [`Overrides::config`].
    pub overrides: Option<&'a Value>,
    /// See [`Overrides::original`].
    pub original_datastream: Option<&'a str>,
    /// Whether the shop moves from at.js: Target is told so, and given that library's cookie.
    pub target_migration: bool,
}

/// A request with `events` (each JSON text of one event: `{"xdm":{…}}`), in this order; `queued` is
/// how long the oldest has waited, see [`queue_time`].
#[must_use]
pub fn events_body(events: &[&str], queued: i64, envelope: &Envelope<'_>) -> String {
    let mut out = String::with_capacity(events.iter().map(|event| event.len().saturating_add(1)).sum());
    out.push_str("{\"events\":[");
    for (index, event) in events.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(event);
    }
    out.push_str("],");
    push_query(&mut out, envelope);
    if let Some(ecid) = envelope.ecid {
        out.push_str(",\"xdm\":{\"identityMap\":");
        write_to(&mut out, &Value::Map(with_ecid(None, ecid)));
        out.push('}');
    }
    push_meta(&mut out, Some(queued), envelope);
    out
}

/// A request that tells a choice about consent: `consent` is the list of `{standard, version,
/// value, …}`, `identity_map` who chose.
#[must_use]
pub fn consent_body(consent: &Value, identity_map: Option<&Value>, envelope: &Envelope<'_>) -> String {
    let mut out = String::from("{\"consent\":");
    write_to(&mut out, consent);
    let given = identity_map.and_then(Value::as_map);
    let map = match envelope.ecid {
        Some(ecid) => Some(with_ecid(given, ecid)),
        None => given.cloned(),
    };
    if let Some(map) = map.filter(|map| !map.is_empty()) {
        out.push_str(",\"identityMap\":");
        write_to(&mut out, &Value::Map(map));
    }
    out.push(',');
    push_query(&mut out, envelope);
    push_meta(&mut out, None, envelope);
    out
}

/// A request for an identity.
#[must_use]
pub fn acquire_body(envelope: &Envelope<'_>) -> String {
    let mut out = String::from("{");
    push_query(&mut out, envelope);
    if let Some(ecid) = envelope.ecid {
        out.push_str(",\"xdm\":{\"identityMap\":");
        write_to(&mut out, &Value::Map(with_ecid(None, ecid)));
        out.push('}');
    }
    push_meta(&mut out, None, envelope);
    out
}

/// How long an event created at `created` has waited at `now` (milliseconds on one clock), as the
/// Edge takes it: 0 to five minutes.
#[must_use]
pub fn queue_time(created: i64, now: i64) -> i64 {
    now.saturating_sub(created).clamp(0, LONGEST_QUEUE)
}

/// What a call changes in the datastream's configuration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overrides {
    /// Another datastream to send to, instead of the configured one.
    pub datastream: Option<String>,
    /// The configured datastream, when another is used.
    pub original: Option<String>,
    /// The services' settings that differ; `None` when nothing does.
    pub config: Option<Value>,
}

/// The overrides of all calls (`global`) and of one (`local`), which wins service by service; a
/// `datastreamId` in either counts (the Web SDK loses the global one). What the Edge refuses or what
/// says nothing is left out: empty values and `enabled: true`.
#[must_use]
pub fn overrides(global: Option<&Value>, local: Option<&Value>, datastream: &str) -> Overrides {
    let mut config = Map::new();
    let mut other = None;
    for map in [global, local].into_iter().flatten().filter_map(Value::as_map) {
        for (key, value) in map.iter() {
            if key != "datastreamId" {
                config.set(key.to_owned(), value);
            } else if let Some(id) = value.as_text().filter(|id| !id.is_empty()) {
                other = Some(id);
            }
        }
    }
    let mut config = Value::Map(config);
    drop_defaults(&mut config);
    let other = other.filter(|other| *other != datastream);
    Overrides {
        datastream: other.map(Into::into),
        original: other.map(|_| datastream.into()),
        config: (!config.is_empty()).then_some(config),
    }
}

fn drop_defaults(value: &mut Value) {
    if let Value::Map(map) = value {
        map.retain(|key, value| {
            drop_defaults(value);
            !(value.is_empty() || (key == "enabled" && value.as_bool() == Some(true)))
        });
    }
}

/// `map` with `ecid`, unless it has an ECID itself.
fn with_ecid(map: Option<&Map>, ecid: &str) -> Map {
    let mut map = map.cloned().unwrap_or_default();
    if map.get("ECID").is_none() {
        map.set("ECID", alloc::vec::Vec::from([Value::from([("id", ecid)])]));
    }
    map
}

fn push_query(out: &mut String, envelope: &Envelope<'_>) {
    out.push_str("\"query\":{\"identity\":{\"fetch\":[\"ECID\"");
    out.push_str(if envelope.core { ",\"CORE\"]}}" } else { "]}}" });
}

/// The rest of a body, from `meta` on.
fn push_meta(out: &mut String, queued: Option<i64>, envelope: &Envelope<'_>) {
    out.push_str(",\"meta\":{");
    if let Some(overrides) = envelope.overrides {
        out.push_str("\"configOverrides\":");
        write_to(out, overrides);
        out.push(',');
    }
    if let Some(original) = envelope.original_datastream {
        out.push_str("\"sdkConfig\":{\"datastream\":{\"original\":");
        write_text(out, original);
        out.push_str("}},");
    }
    if let Some(queued) = queued {
        out.push_str("\"queueTimeMillis\":");
        out.push_str(&text::decimal(queued.clamp(0, LONGEST_QUEUE)));
        out.push(',');
    }
    out.push_str("\"state\":{\"domain\":");
    write_text(out, envelope.apex);
    out.push_str(",\"cookiesEnabled\":true");
    if !is_first_party(envelope.host, envelope.apex) {
        push_entries(out, envelope);
    }
    out.push_str(if envelope.target_migration { "},\"target\":{\"migration\":true}}}" } else { "}}}" });
}

/// The cookies that the Edge needs and that the browser does not send to it.
fn push_entries(out: &mut String, envelope: &Envelope<'_>) {
    let prefix = identity::cookie_prefix(envelope.organization);
    let mut opening = ",\"entries\":[{\"key\":";
    let mut any = false;
    for (name, value) in cookies::all(envelope.cookies) {
        if name.starts_with(&prefix) || name == "at_qa_mode" || envelope.target_migration && name == "mbox" {
            out.push_str(opening);
            write_text(out, &name);
            out.push_str(",\"value\":");
            write_text(out, &value);
            out.push('}');
            opening = ",{\"key\":";
            any = true;
        }
    }
    if any {
        out.push(']');
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORG: &str = "A@AdobeOrg";

    fn envelope() -> Envelope<'static> {
        Envelope { host: "edge.adobedc.net", apex: "example.com", organization: ORG, ..Envelope::default() }
    }

    #[test]
    fn several_events_keep_their_order() {
        assert_eq!(
            events_body(&[r#"{"xdm":{"a":1}}"#, r#"{"xdm":{"a":2}}"#], 5, &envelope()),
            r#"{"events":[{"xdm":{"a":1}},{"xdm":{"a":2}}],"query":{"identity":{"fetch":["ECID"]}},"meta":{"queueTimeMillis":5,"state":{"domain":"example.com","cookiesEnabled":true}}}"#
        );
    }

    #[test]
    fn cookies_go_into_the_body_for_a_foreign_host_only() {
        let cookies = "a=b; kndctr_A_AdobeOrg_x=bar%20baz%25; kndctr_B_AdobeOrg_identity=2; at_qa_mode=1; mbox=3; AMCV_A%40AdobeOrg=4";
        let state = |host, apex| {
            let body = Value::parse(&acquire_body(&Envelope { host, apex, cookies, ..envelope() })).unwrap();
            body.at("meta.state").unwrap().to_json()
        };
        let entries =
            r#""entries":[{"key":"kndctr_A_AdobeOrg_x","value":"bar baz%"},{"key":"at_qa_mode","value":"1"}]"#;
        assert_eq!(state("edge.example.com", "example.com"), r#"{"domain":"example.com","cookiesEnabled":true}"#);
        assert_eq!(
            state("notexample.com", "example.com"),
            format!(r#"{{"domain":"example.com","cookiesEnabled":true,{entries}}}"#)
        );
        assert_eq!(state("localhost", ""), format!(r#"{{"domain":"","cookiesEnabled":true,{entries}}}"#));
    }

    #[test]
    fn target_is_told_of_a_shop_that_moves_from_at_js() {
        let moving = Envelope { cookies: "mbox=3", apex: "shop.test", target_migration: true, ..envelope() };
        let body = Value::parse(&acquire_body(&moving)).unwrap();
        assert_eq!(body.at("meta.target").unwrap().to_json(), r#"{"migration":true}"#);
        assert_eq!(body.at("meta.state.entries").unwrap().to_json(), r#"[{"key":"mbox","value":"3"}]"#);
    }

    #[test]
    fn a_carried_ecid_stands_where_each_kind_has_it() {
        let envelope = Envelope { ecid: Some("7"), core: true, ..envelope() };
        let ecid = r#"{"ECID":[{"id":"7"}]}"#;
        for body in [events_body(&[], 0, &envelope), acquire_body(&envelope)] {
            let body = Value::parse(&body).unwrap();
            assert_eq!(body.at("xdm.identityMap").unwrap().to_json(), ecid);
            assert_eq!(body.at("query.identity.fetch").unwrap().to_json(), r#"["ECID","CORE"]"#);
        }
        let consent = |map: &str| {
            let map = Value::parse(map).unwrap();
            let body = Value::parse(&consent_body(&Value::from(Vec::new()), Some(&map), &envelope)).unwrap();
            assert_eq!(body.get("xdm"), None);
            body.get("identityMap").unwrap().to_json()
        };
        assert_eq!(consent("null"), ecid);
        assert_eq!(consent(r#"{"ECID":[{"id":"8"}]}"#), r#"{"ECID":[{"id":"8"}]}"#);
        assert_eq!(consent(r#"{"crm":[{"id":"C"}]}"#), r#"{"crm":[{"id":"C"}],"ECID":[{"id":"7"}]}"#);
    }

    #[test]
    fn queue_time_is_clamped() {
        assert_eq!(queue_time(10, 52), 42);
        assert_eq!(queue_time(52, 10), 0);
        assert_eq!(queue_time(i64::MIN, i64::MAX), 300_000);
        assert!(events_body(&[], -1, &envelope()).contains(r#""queueTimeMillis":0,"#));
    }

    fn merged(global: &str, local: &str) -> (Option<String>, String) {
        let (global, local) = (Value::parse(global).unwrap(), Value::parse(local).unwrap());
        let overrides = overrides(Some(&global), Some(&local), "ds");
        assert_eq!(overrides.datastream.is_some(), overrides.original.as_deref() == Some("ds"));
        (overrides.datastream, overrides.config.map(|config| config.to_json()).unwrap_or_default())
    }

    #[test]
    fn a_calls_overrides_replace_whole_services() {
        assert_eq!(
            merged(r#"{"a":{"x":["1"],"y":2},"b":{"enabled":false}}"#, r#"{"a":{"z":true},"datastreamId":"other"}"#),
            (Some("other".into()), r#"{"a":{"z":true},"b":{"enabled":false}}"#.into())
        );
        assert_eq!(merged(r#"{"datastreamId":"all"}"#, "null"), (Some("all".into()), String::new()));
        assert_eq!(merged(r#"{"datastreamId":"all"}"#, r#"{"datastreamId":"ds"}"#), (None, String::new()));
        assert_eq!(merged("5", r#"{"datastreamId":7}"#), (None, String::new()));
    }

    #[test]
    fn overrides_that_say_nothing_are_left_out() {
        assert_eq!(
            merged(
                "null",
                r#"{"a":{"enabled":true,"b":{"enabled":true,"n":0}},"c":"","d":[],"e":{"enabled":true},"f":[""],"g":null}"#
            ),
            (None, r#"{"a":{"b":{"n":0}}}"#.into())
        );
    }

    proptest! {
        #[test]
        fn every_body_is_json(
            cookies in ".*", tail in ".{0,8}", apex in ".{0,8}", host in ".{0,8}", ecid in prop::option::of(".{0,8}"),
            original in prop::option::of(".{0,8}"), core in any::<bool>(), migration in any::<bool>(), queued in any::<i64>(),
        ) {
            let cookies = format!("{cookies}; kndctr_A_AdobeOrg_{tail}={cookies}");
            let envelope = Envelope {
                host: &host, apex: &apex, cookies: &cookies, organization: ORG, core, ecid: ecid.as_deref(),
                overrides: Some(&Value::Null), original_datastream: original.as_deref(),
                target_migration: migration,
            };
            for body in [events_body(&["{}", "[]"], queued, &envelope), consent_body(&Value::Null, None, &envelope), acquire_body(&envelope)] {
                let body: serde_json::Value = serde_json::from_str(&body).unwrap();
                prop_assert_eq!(&body["meta"]["state"]["domain"], &apex);
            }
        }
    }
}
