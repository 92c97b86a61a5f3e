//! The data layer's state, computed as the Adobe Client Data Layer computes it.
//!
//! We keep our own because the library may load late or never, and because its `getState()` clones
//! everything that the shop ever put there.

use crate::value::{Map, Value};

/// Merges what an item says into `state`, by the data layer's rules (Adobe Client Data Layer 2 and
/// 3): objects are merged key by key, anything else replaces, `null` takes away; nothing `null` stays
/// at any depth.
pub(super) fn merge(state: &mut Map, item: Map) {
    for (key, value) in item {
        match value {
            Value::Null => {
                state.remove(&key);
            }
            Value::Map(source) => {
                if let Some(Value::Map(target)) = state.get_mut(&key) {
                    merge(target, source);
                } else {
                    let mut fresh = Map::new();
                    merge(&mut fresh, source);
                    state.set(key, fresh);
                }
            }
            mut other => {
                drop_nulls(&mut other);
                state.set(key, other);
            }
        }
    }
}

/// Takes out whatever is `null`, as the data layer does, at every depth.
pub(super) fn drop_nulls(value: &mut Value) {
    match value {
        Value::List(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(drop_nulls);
        }
        Value::Map(map) => map.retain(|_, value| {
            drop_nulls(value);
            !value.is_null()
        }),
        _ => {}
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn merged(items: &[&str]) -> alloc::string::String {
        let mut state = Map::new();
        for item in items {
            merge(&mut state, Value::parse(item).unwrap().as_map().unwrap().clone());
        }
        Value::Map(state).to_json()
    }

    #[test]
    fn objects_merge_and_lists_replace() {
        assert_eq!(
            merged(&[r#"{"a":{"b":1,"l":[1,2]}}"#, r#"{"a":{"c":2,"l":[3]}}"#]),
            r#"{"a":{"b":1,"l":[3],"c":2}}"#
        );
    }

    #[test]
    fn null_takes_away_at_any_depth() {
        assert_eq!(merged(&[r#"{"a":{"b":1,"c":2}}"#, r#"{"a":{"b":null}}"#]), r#"{"a":{"c":2}}"#);
        assert_eq!(merged(&[r#"{"a":{"b":1}}"#, r#"{"a":null}"#]), "{}");
        assert_eq!(merged(&[r#"{"a":[1,null,{"x":null,"y":1}]}"#]), r#"{"a":[1,{"y":1}]}"#);
    }

    #[test]
    fn the_sdk_replaces_a_context_by_null_and_value() {
        assert_eq!(
            merged(&[r#"{"p":{"sku":"a","price":1}}"#, r#"{"p":null}"#, r#"{"p":{"sku":"b"}}"#]),
            r#"{"p":{"sku":"b"}}"#
        );
    }

    #[test]
    fn a_value_of_another_kind_replaces() {
        assert_eq!(merged(&[r#"{"a":{"b":1}}"#, r#"{"a":5}"#, r#"{"a":{"c":1}}"#]), r#"{"a":{"c":1}}"#);
    }
}
