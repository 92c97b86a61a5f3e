//! JSON text to [`Value`] and back.
//!
//! The page's objects come in as what `JSON.stringify` made of them, requests go out as text:
//! one parser and one writer serve both, at a tenth of what a general library costs a bundle.
//!
//! ```
//! use storefront_collector::value::json::{parse, write};
//!
//! // A number keeps its text: nothing is rounded on the way through.
//! let text = r#"{"price":19.90,"id":12345678901234567890}"#;
//! assert_eq!(write(&parse(text).unwrap()), text);
//! assert!(parse(r#"{"price":}"#).is_err());
//! ```

use alloc::string::String;
use alloc::vec::Vec;

use super::number::{Number, scan};
use super::{Key, Map, Value};
use crate::text::hex_digit;

/// How deep lists and objects may nest. Deeper input is refused: nothing in XDM is deeper than
/// ten, and recursion has to end before the stack does.
pub const MAX_DEPTH: usize = 96;

/// Why a text is no JSON, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What is wrong, in words for a log line.
    pub reason: &'static str,
    /// Byte offset at which it was noticed.
    pub at: usize,
}

/// Reads one JSON value; blanks around it are allowed, nothing else is.
///
/// Of a key that stands twice the last value counts, as in JavaScript. A lone surrogate (`"\ud800"`)
/// becomes U+FFFD: Rust text, and the wire, are UTF-8.
///
/// # Errors
/// When `text` is no JSON, or nests deeper than [`MAX_DEPTH`].
pub fn parse(text: &str) -> Result<Value, ParseError> {
    let mut parser = Parser { text, at: 0, reason: "" };
    let value = parser.value(0);
    parser.blanks();
    if value.is_some() && parser.at < text.len() {
        parser.fail("more text after the value");
    }
    value.filter(|_| parser.reason.is_empty()).ok_or(ParseError { reason: parser.reason, at: parser.at })
}

/// Nothing is read after the first failure, so `at` stays where that was.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    reason: &'static str,
}

impl Parser<'_> {
    fn fail(&mut self, reason: &'static str) {
        self.reason = reason;
    }

    /// The byte that comes next, 0 at the end: that byte may stand nowhere in JSON.
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or_default()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    /// Steps over `byte` if it comes next.
    fn takes(&mut self, byte: u8) -> bool {
        let comes = self.peek() == byte;
        if comes {
            self.step();
        }
        comes
    }

    #[inline(never)]
    fn blanks(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.step();
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > MAX_DEPTH {
            self.fail("nested too deeply");
            return None;
        }
        self.blanks();
        match self.peek() {
            b'{' => self.items(depth, b'}'),
            b'[' => self.items(depth, b']'),
            b'"' => self.string().map(Value::Text),
            _ => self.plain(),
        }
    }

    /// A word or a number.
    fn plain(&mut self) -> Option<Value> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        for (word, value) in [("true", Value::Bool(true)), ("false", Value::Bool(false)), ("null", Value::Null)] {
            if rest.as_bytes().starts_with(word.as_bytes()) {
                self.at = self.at.saturating_add(word.len());
                return Some(value);
            }
        }
        let number = scan(rest.as_bytes()).and_then(|(length, _)| {
            let number = Number::from_json(rest.get(..length)?)?;
            self.at = self.at.saturating_add(length);
            Some(Value::Number(number))
        });
        if number.is_none() {
            self.fail(if rest.is_empty() { "text ends too early" } else { "not a value" });
        }
        number
    }

    /// What an object or a list holds, up to `close`.
    fn items(&mut self, depth: usize, close: u8) -> Option<Value> {
        let is_map = close == b'}';
        let (mut map, mut list) = (Map::new(), Vec::new());
        self.step();
        self.blanks();
        let mut done = self.takes(close);
        while !done {
            let mut key = String::new();
            if is_map {
                self.blanks();
                if self.peek() != b'"' {
                    self.fail("a key is no text");
                    return None;
                }
                key = self.string()?;
                self.blanks();
                if !self.takes(b':') {
                    self.fail("a key lacks :");
                    return None;
                }
            }
            let value = self.value(depth.saturating_add(1))?;
            if is_map {
                map.set(Key::Owned(key), value);
            } else {
                list.push(value);
            }
            self.blanks();
            done = self.takes(close);
            if !done && !self.takes(b',') {
                self.fail(if is_map { "an object lacks , or }" } else { "a list lacks , or ]" });
                return None;
            }
        }
        Some(if is_map { Value::Map(map) } else { Value::List(list) })
    }

    fn string(&mut self) -> Option<String> {
        self.step();
        let mut out = String::new();
        loop {
            let from = self.at;
            while !matches!(self.peek(), b'"' | b'\\' | ..b' ') {
                self.step();
            }
            out.push_str(self.text.get(from..self.at).unwrap_or_default());
            if self.takes(b'"') {
                return Some(out);
            }
            if !self.takes(b'\\') {
                let ends = self.at >= self.text.len();
                self.fail(if ends { "a text lacks its end" } else { "a control character inside a text" });
                return None;
            }
            out.push(self.escape()?);
        }
    }

    fn escape(&mut self) -> Option<char> {
        let byte = self.peek();
        self.step();
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let mut code = self.unit()?;
                if let 0xd800..=0xdbff = code {
                    let from = self.at;
                    // What follows a high surrogate and is no low one stands for itself.
                    match (self.takes(b'\\') && self.takes(b'u')).then(|| self.unit()).flatten() {
                        Some(low @ 0xdc00..=0xdfff) => {
                            code = 0x1_0000u32.saturating_add((code & 0x3ff) << 10).saturating_add(low & 0x3ff);
                        }
                        _ => {
                            self.at = from;
                            self.reason = "";
                        }
                    }
                }
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => {
                self.fail("an unknown escape");
                return None;
            }
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let mut unit: u32 = 0;
        for _ in 0..4 {
            let Some(digit) = hex_digit(self.peek()) else {
                self.fail("a \\u lacks four digits");
                return None;
            };
            unit = (unit << 4) | u32::from(digit);
            self.step();
        }
        Some(unit)
    }
}

/// `value` as JSON text, without blanks, in the order of its keys.
#[must_use]
pub fn write(value: &Value) -> String {
    let mut out = String::new();
    write_to(&mut out, value);
    out
}

/// Appends `value` as JSON text to `out`.
pub fn write_to(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(number.as_str()),
        Value::Text(text) => write_text(out, text),
        Value::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_to(out, item);
            }
            out.push(']');
        }
        Value::Map(map) => {
            out.push('{');
            for (index, (key, item)) in map.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(out, key);
                out.push(':');
                write_to(out, item);
            }
            out.push('}');
        }
    }
}

/// Appends `text` as a JSON string.
pub fn write_text(out: &mut String, text: &str) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    out.push('"');
    let mut from = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            b' '.. => continue,
            _ => "\\u00",
        };
        out.push_str(text.get(from..at).unwrap_or_default());
        out.push_str(escaped);
        if escaped.len() > 2 {
            out.push(HEX.get(usize::from(byte >> 4)).copied().unwrap_or('0'));
            out.push(HEX.get(usize::from(byte & 15)).copied().unwrap_or('0'));
        }
        from = at.saturating_add(1);
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out.push('"');
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Any JSON document, with the awkward texts that property tests love.
    fn any_json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            (-1e12f64..1e12).prop_map(Into::into),
            ".*".prop_map(Into::into),
        ];
        leaf.prop_recursive(5, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Into::into),
                prop::collection::hash_map(".*", inner, 0..8)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(document in any_json()) {
            let ours = parse(&document.to_string()).unwrap();
            let back: serde_json::Value = serde_json::from_str(&write(&ours)).unwrap();
            prop_assert_eq!(back, document);
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = parse(&text);
        }

        #[test]
        fn accepts_just_what_serde_json_accepts(text in r#"[\[\]{}",:0-9eE.+\-a-z\\ u]{0,24}"#) {
            prop_assert_eq!(parse(&text).is_ok(), serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
        }
    }

    #[test]
    fn reads_escapes_and_surrogates() {
        let text = |json: &str| match parse(json).unwrap() {
            Value::Text(text) => text,
            other => panic!("{other:?}"),
        };
        assert_eq!(text(r#""a\"\\\/\b\f\n\r\t""#), "a\"\\/\u{8}\u{c}\n\r\t");
        assert_eq!(text(r#""\ud83e\udde2""#), "🧢");
        assert_eq!(text(r#""\ud800""#), "\u{fffd}");
        assert_eq!(text(r#""\ud800\u0041""#), "\u{fffd}A");
        assert_eq!(text(r#""\ud800\n""#), "\u{fffd}\n");
        assert_eq!(text(r#""\udc00""#), "\u{fffd}");
    }

    #[test]
    fn refuses_endless_nesting() {
        let deep = "[".repeat(100_000);
        assert_eq!(parse(&deep).unwrap_err().reason, "nested too deeply");
    }

    #[test]
    fn keeps_the_text_of_numbers() {
        let json = r#"{"a":0.30000000000000004,"b":1e400,"c":12345678901234567890}"#;
        assert_eq!(write(&parse(json).unwrap()), json);
    }

    #[test]
    fn the_last_of_two_equal_keys_counts() {
        assert_eq!(write(&parse(r#"{"a":1,"b":2,"a":3}"#).unwrap()), r#"{"a":3,"b":2}"#);
    }
}
