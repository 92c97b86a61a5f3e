//! How the Web SDK tells one choice from another: a hash of what it would send.
//!
//! ```
//! use storefront_collector::consent::hash::hashes;
//! use storefront_collector::value::Value;
//!
//! let choice = |general: &str| {
//!     let text = r#"[{"standard":"Adobe","version":"1.0","value":{"general":"ANSWER"}}]"#.replace("ANSWER", general);
//!     hashes(&Value::parse(&text).unwrap())
//! };
//! assert_eq!(choice("in"), choice("in"));
//! assert_ne!(choice("in").get("Adobe.1.0"), choice("out").get("Adobe.1.0"));
//! ```

use alloc::string::String;

use crate::text::fnv;
use crate::value::{Map, Value, json};

/// The hash of each consent object under its `{standard}.{version}`, as 8 hexadecimal digits (Edge
/// protocol, 6.4). Of two objects with the same standard and version the first counts.
#[must_use]
pub fn hashes(consent: &Value) -> Map {
    let mut out = Map::new();
    for object in consent.as_list().unwrap_or_default() {
        let part = |key: &str| object.get(key).and_then(Value::as_text).unwrap_or_default();
        let key = crate::text::join(&[part("standard"), ".", part("version")]);
        if out.get(&key).is_none() {
            let mut rest = object.clone();
            rest.remove_at("standard");
            rest.remove_at("version");
            let mut text = String::new();
            write_sorted(&mut text, &rest);
            out.set(key, to_hex(fnv(&text)));
        }
    }
    out
}

/// `value` as 8 hexadecimal digits.
fn to_hex(value: u32) -> String {
    let digit = |index: u32| char::from_digit(value.rotate_left(index.saturating_mul(4)) & 15, 16);
    (1..=8).filter_map(digit).collect()
}

/// `value` as JSON with the keys of every object in order; lists keep theirs.
fn write_sorted(out: &mut String, value: &Value) {
    match value {
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_sorted(out, item);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            // Consent objects have a handful of keys: looking for the next one each time is
            // smaller than a sort.
            let mut last: Option<&str> = None;
            while let Some((key, item)) =
                map.iter().filter(|(key, _)| last.is_none_or(|last| *key > last)).min_by_key(|(key, _)| *key)
            {
                if last.is_some() {
                    out.push(',');
                }
                json::write_to(out, &Value::from(key));
                out.push(':');
                write_sorted(out, item);
                last = Some(key);
            }
            out.push('}');
        }
        plain => json::write_to(out, plain),
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn hashed(consent: &str) -> String {
        Value::Map(hashes(&Value::parse(consent).unwrap())).to_json()
    }

    #[test]
    fn matches_the_vectors_recorded_from_the_web_sdk() {
        for (object, hash) in [
            (r#"{"standard":"A","version":"1","value":{"general":"in"}}"#, "e385c3ab"),
            (r#"{"value":{"general":"out"},"standard":"A","version":"1"}"#, "c9b8d236"),
            (
                r#"{"standard":"A","version":"1","value":{"metadata":{"time":"2026-01-01T00:00:00Z"},"collect":{"val":"y"}}}"#,
                "49c4edee",
            ),
            (
                r#"{"standard":"A","version":"1","value":"CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAQEagAAAA","gdprContainsPersonalData":false,"gdprApplies":true}"#,
                "7e8d44b4",
            ),
        ] {
            assert_eq!(hashed(&alloc::format!("[{object}]")), alloc::format!(r#"{{"A.1":"{hash}"}}"#));
        }
    }

    #[test]
    fn a_hash_has_eight_digits_and_depends_on_the_order_of_lists_only() {
        assert_eq!(to_hex(0xab), "000000ab");
        let at = |text: &str| hashed(&alloc::format!(r#"[{{"value":{text}}}]"#));
        assert_eq!(at(r#"{"b":{"d":1,"c":2},"a":[]}"#), at(r#"{"a":[],"b":{"c":2,"d":1}}"#));
        assert_ne!(at("[1,2]"), at("[2,1]"));
    }

    #[test]
    fn the_first_object_of_a_standard_counts() {
        let twice = r#"[{"standard":"Adobe","version":"1.0","value":{"general":"in"}},
            {"standard":"Adobe","version":"1.0","value":{"general":"out"}},
            {"standard":"Adobe","version":"2.0","value":{"general":"out"}}]"#;
        assert_eq!(hashed(twice), r#"{"Adobe.1.0":"e385c3ab","Adobe.2.0":"c9b8d236"}"#);
    }
}
