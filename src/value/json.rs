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
    let mut parser = Parser { text, bytes: text.as_bytes(), at: 0 };
    let value = parser.value(0)?;
    parser.blanks();
    if parser.at < parser.bytes.len() { Err(parser.error("more text after the value")) } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl Parser<'_> {
    fn error(&self, reason: &'static str) -> ParseError {
        ParseError { reason, at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1);
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.step();
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, ParseError> {
        let end = self.at.saturating_add(word.len());
        if self.bytes.get(self.at..end) == Some(word.as_bytes()) {
            self.at = end;
            Ok(value)
        } else {
            Err(self.error("not a value"))
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, ParseError> {
        if depth > MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        self.blanks();
        match self.peek() {
            Some(b'{') => self.map(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Value::Text(self.string()?)),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => self.number(),
            None => Err(self.error("text ends too early")),
        }
    }

    fn number(&mut self) -> Result<Value, ParseError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let (length, _) = scan(rest).ok_or_else(|| self.error("not a value"))?;
        let end = self.at.saturating_add(length);
        let number = self.text.get(self.at..end).and_then(Number::from_json);
        self.at = end;
        number.map(Value::Number).ok_or_else(|| self.error("not a number"))
    }

    fn list(&mut self, depth: usize) -> Result<Value, ParseError> {
        self.step();
        let mut items = Vec::new();
        self.blanks();
        if self.peek() == Some(b']') {
            self.step();
            return Ok(Value::List(items));
        }
        loop {
            items.push(self.value(depth.saturating_add(1))?);
            self.blanks();
            match self.peek() {
                Some(b',') => self.step(),
                Some(b']') => {
                    self.step();
                    return Ok(Value::List(items));
                }
                _ => return Err(self.error("a list lacks , or ]")),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, ParseError> {
        self.step();
        let mut map = Map::new();
        self.blanks();
        if self.peek() == Some(b'}') {
            self.step();
            return Ok(Value::Map(map));
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.error("a key is no text"));
            }
            let key = self.string()?;
            self.blanks();
            if self.peek() != Some(b':') {
                return Err(self.error("a key lacks :"));
            }
            self.step();
            let value = self.value(depth.saturating_add(1))?;
            map.set(Key::Owned(key), value);
            self.blanks();
            match self.peek() {
                Some(b',') => self.step(),
                Some(b'}') => {
                    self.step();
                    return Ok(Value::Map(map));
                }
                _ => return Err(self.error("an object lacks , or }")),
            }
        }
    }

    fn string(&mut self) -> Result<String, ParseError> {
        self.step();
        let mut out = String::new();
        loop {
            let from = self.at;
            while matches!(self.peek(), Some(byte) if byte != b'"' && byte != b'\\' && byte >= b' ') {
                self.step();
            }
            out.push_str(self.text.get(from..self.at).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.step();
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.step();
                    out.push(self.escape()?);
                }
                Some(_) => return Err(self.error("a control character inside a text")),
                None => return Err(self.error("a text lacks its end")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, ParseError> {
        let byte = self.peek().ok_or_else(|| self.error("text ends too early"))?;
        self.step();
        Ok(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit()?;
                let code = match unit {
                    0xd800..=0xdbff => self.low_surrogate().map_or(unit, |low| {
                        0x1_0000u32.saturating_add((unit & 0x3ff) << 10).saturating_add(low & 0x3ff)
                    }),
                    _ => unit,
                };
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err(self.error("an unknown escape")),
        })
    }

    fn low_surrogate(&mut self) -> Option<u32> {
        let from = self.at;
        if self.bytes.get(from..from.saturating_add(2)) == Some(b"\\u") {
            self.at = from.saturating_add(2);
            if let Ok(unit @ 0xdc00..=0xdfff) = self.unit() {
                return Some(unit);
            }
        }
        self.at = from;
        None
    }

    fn unit(&mut self) -> Result<u32, ParseError> {
        let mut unit: u32 = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let digit = digit.ok_or_else(|| self.error("a \\u lacks four digits"))?;
            unit = (unit << 4) | digit;
            self.step();
        }
        Ok(unit)
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
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '.. => out.push(char),
            _ => {
                out.push_str("\\u00");
                let code = char as usize;
                out.push(HEX.get(code >> 4).copied().unwrap_or('0'));
                out.push(HEX.get(code & 15).copied().unwrap_or('0'));
            }
        }
    }
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
