//! The identity map of an event (connector manual; defects 9 and 14).

use alloc::string::String;
use alloc::vec::Vec;

use crate::text::decimal;
use crate::value::{Key, Map, Value};

/// The identity map of an event: `ecid` as primary and `email` beside it, or what the setting
/// `identityMap` (`custom`) says: as given when one of its identities is primary, else with `ecid`
/// as the primary one. `None` when nobody is known; no identity is ever made up for that.
///
/// ```
/// use storefront_collector::identity::identity_map;
///
/// let map = identity_map(Some("123"), None, Some("ann@example.com")).unwrap();
/// assert_eq!(map.to_json(), r#"{"ECID":[{"id":"123","primary":true}],"email":[{"id":"ann@example.com","primary":false}]}"#);
/// assert_eq!(identity_map(None, None, None), None);
/// ```
#[must_use]
pub fn identity_map(ecid: Option<&str>, custom: Option<&Value>, email: Option<&str>) -> Option<Value> {
    let custom = custom.map(tidy).unwrap_or_default();
    let is_custom = !custom.is_empty();
    let mut map = custom;
    if primaries(&map) == 0 {
        if let Some(ecid) = ecid.filter(|ecid| !ecid.is_empty()) {
            map.set("ECID", identity(ecid, true));
        }
        if let Some(email) = email.filter(|email| !is_custom && !email.is_empty()) {
            map.set("email", identity(email, false));
        }
    }
    (!map.is_empty()).then_some(Value::Map(map))
}

fn identity(id: &str, primary: bool) -> Vec<Value> {
    Vec::from([Value::from([("id", Value::from(id)), ("primary", Value::from(primary))])])
}

fn is_primary(identity: &Value) -> bool {
    identity.get("primary").and_then(Value::as_bool) == Some(true)
}

/// How many identities of an identity map are primary.
#[must_use]
pub fn primaries(map: &Map) -> usize {
    map.iter().flat_map(|(_, items)| items.as_list().unwrap_or_default()).filter(|item| is_primary(item)).count()
}

/// `map` as XDM wants it: lists of objects with a text as `id`. A single object becomes a list of
/// one, a number a text; what has no `id` is no identity, and a field of a wrong kind is none. One identity at most is
/// primary.
fn tidy(map: &Value) -> Map {
    let mut out = Map::new();
    for (namespace, items) in map.as_map().into_iter().flat_map(Map::iter) {
        let items = match items {
            Value::List(items) => items.as_slice(),
            other => core::slice::from_ref(other),
        };
        let identities: Vec<Value> = items.iter().filter_map(tidy_identity).collect();
        if !identities.is_empty() && !namespace.is_empty() {
            out.set(Key::Owned(namespace.into()), identities);
        }
    }
    lead(&mut out);
    out
}

/// Of several primary identities the first stays it.
pub(crate) fn lead(map: &mut Map) {
    let mut is_led = false;
    map.retain(|_, items| {
        if let Value::List(items) = items {
            for identity in items {
                if is_primary(identity) && core::mem::replace(&mut is_led, true) {
                    identity.set_at("primary", false);
                }
            }
        }
        true
    });
}

fn tidy_identity(item: &Value) -> Option<Value> {
    let id: String = match item.get("id")? {
        Value::Text(text) if !text.is_empty() => text.clone(),
        number => decimal(number.as_i64()?),
    };
    let mut item = item.clone();
    item.set_at("id", id);
    item.prune();
    if let Some(fields) = item.as_map_mut() {
        fields.retain(|name, value| match name {
            "primary" => value.as_bool().is_some(),
            "authenticatedState" => matches!(value.as_text(), Some("ambiguous" | "authenticated" | "loggedOut")),
            _ => true,
        });
    }
    Some(item)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn map(ecid: Option<&str>, custom: &str, email: Option<&str>) -> String {
        let custom = Value::parse(custom).unwrap();
        identity_map(ecid, Some(&custom), email).map_or_else(String::new, |map| map.to_json())
    }

    #[test]
    fn a_custom_map_with_a_primary_identity_goes_as_it_is() {
        let custom =
            r#"{"loyalty":[{"id":"L1","primary":true,"authenticatedState":"authenticated"}],"crm":[{"id":"C"}]}"#;
        assert_eq!(map(Some("1"), custom, Some("a@b.test")), custom);
    }

    #[test]
    fn of_several_primary_identities_the_first_is() {
        let custom = r#"{"loyalty":[{"id":"L1","primary":true}],"crm":[{"id":"C","primary":true}]}"#;
        assert_eq!(
            map(Some("1"), custom, None),
            r#"{"loyalty":[{"id":"L1","primary":true}],"crm":[{"id":"C","primary":false}]}"#
        );
    }

    #[test]
    fn another_custom_map_stands_beside_the_ecid_and_without_email() {
        let custom = r#"{"loyalty":[{"id":"L1","primary":false}]}"#;
        assert_eq!(
            map(Some("1"), custom, Some("a@b.test")),
            r#"{"loyalty":[{"id":"L1","primary":false}],"ECID":[{"id":"1","primary":true}]}"#
        );
        assert_eq!(map(None, custom, None), custom);
        // The shopper's ECID, not one that the page wrote down.
        assert_eq!(map(Some("1"), r#"{"ECID":[{"id":"0"}]}"#, None), r#"{"ECID":[{"id":"1","primary":true}]}"#);
    }

    #[test]
    fn what_is_no_identity_is_left_out() {
        let both = r#"{"ECID":[{"id":"1","primary":true}],"email":[{"id":"a@b.test","primary":false}]}"#;
        for custom in [
            "null",
            "{}",
            "5",
            r#"{"a":[]}"#,
            r#"{"a":[{"id":"","primary":true}]}"#,
            r#"{"a":[{"primary":true}],"":[{"id":"1"}]}"#,
        ] {
            assert_eq!(map(Some("1"), custom, Some("a@b.test")), both, "{custom}");
        }
        assert_eq!(map(Some(""), "null", Some("")), "");
        assert_eq!(map(None, "null", Some("a@b.test")), r#"{"email":[{"id":"a@b.test","primary":false}]}"#);
    }

    #[test]
    fn single_objects_and_numbers_are_understood() {
        assert_eq!(
            map(None, r#"{"crm":{"id":17,"primary":true,"xid":null}}"#, None),
            r#"{"crm":[{"id":"17","primary":true}]}"#
        );
        assert_eq!(map(None, r#"{"crm":{"id":1.5}}"#, None), "");
        assert_eq!(
            map(Some("1"), r#"{"crm":[{"id":"C","primary":"yes","authenticatedState":"sure"}]}"#, None),
            r#"{"crm":[{"id":"C"}],"ECID":[{"id":"1","primary":true}]}"#
        );
    }

    fn any_map() -> impl Strategy<Value = Value> {
        let item = (prop::option::of("[a-c]?"), prop::option::of(any::<bool>())).prop_map(|(id, primary)| {
            let mut item = Value::map();
            if let Some(id) = id {
                item.set_at("id", id);
            }
            if let Some(primary) = primary {
                item.set_at("primary", primary);
            }
            item
        });
        prop::collection::vec(("ECID|crm|email|", prop::collection::vec(item, 0..3)), 0..3).prop_map(|entries| {
            let mut map = Map::new();
            for (namespace, items) in entries {
                map.set(namespace, items);
            }
            Value::Map(map)
        })
    }

    proptest! {
        #[test]
        fn every_identity_has_an_id_that_was_given(
            ecid in prop::option::of("[0-9]{0,3}"), custom in any_map(), email in prop::option::of("[a-z]{0,3}"),
        ) {
            let given = [custom.to_json(), format!("{ecid:?} {email:?}")].concat();
            if let Some(map) = identity_map(ecid.as_deref(), Some(&custom), email.as_deref()) {
                for (namespace, items) in map.as_map().unwrap().iter() {
                    prop_assert!(!namespace.is_empty());
                    let items = items.as_list().unwrap();
                    prop_assert!(!items.is_empty());
                    for item in items {
                        let id = item.get("id").and_then(Value::as_text).unwrap();
                        prop_assert!(!id.is_empty() && given.contains(id));
                    }
                }
            }
        }
    }
}
