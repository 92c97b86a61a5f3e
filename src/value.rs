//! The one self-describing value that everything between the data layer and the wire is made of.
//!
//! ```
//! use storefront_collector::value::Value;
//!
//! let cart = Value::parse(r#"{"id":"c1","items":[{"quantity":2}]}"#).unwrap();
//! assert_eq!(cart.get("id").and_then(Value::as_text), Some("c1"));
//! assert_eq!(cart.at("items.0.quantity").and_then(Value::as_i64), Some(2));
//! assert_eq!(cart.to_json(), r#"{"id":"c1","items":[{"quantity":2}]}"#);
//! ```

mod decimal;
pub mod json;
mod map;
mod number;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::text::{cut, split};

pub use decimal::parse_f64;
pub use json::ParseError;
pub use map::Map;
pub use number::{Number, round};
pub(crate) use number::{push_i64, push_u64};

/// A key of an object: mostly one of the mapping tables' own, so mostly borrowed.
pub type Key = Cow<'static, str>;

/// A value as JSON knows it; numbers keep their source text.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// `null`, and what JavaScript calls `undefined`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// An object.
    Map(Map),
}

impl Value {
    /// Reads JSON text; see [`json::parse`].
    ///
    /// # Errors
    /// When `text` is no JSON.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        json::parse(text)
    }

    /// This value as JSON text; see [`json::write`].
    #[must_use]
    pub fn to_json(&self) -> String {
        json::write(self)
    }

    /// An object without entries.
    #[must_use]
    pub fn map() -> Self {
        Self::Map(Map::new())
    }

    /// A number, or `null` where JSON has none for it; see [`Number::from_f64`].
    #[must_use]
    pub fn from_f64(value: f64) -> Self {
        Number::from_f64(value).map_or(Self::Null, Self::Number)
    }

    /// The entry `key` of an object; `None` for anything else.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_map()?.get(key)
    }

    /// The value at a dotted path through objects and lists (`"items.0.product.sku"`). The empty
    /// path is the value itself.
    #[must_use]
    pub fn at(&self, path: &str) -> Option<&Value> {
        split(path, b".").filter(|step| !step.is_empty()).try_fold(self, |value, step| match value {
            Self::Map(map) => map.get(step),
            Self::List(items) => items.get(parse_f64(step)? as usize),
            _ => None,
        })
    }

    /// Puts `value` at a dotted path of objects, making the objects on the way; what stands in
    /// the way and is no object is replaced.
    pub fn set_at(&mut self, path: &'static str, value: impl Into<Value>) {
        self.put_at(path, value.into());
    }

    #[inline(never)]
    fn put_at(&mut self, path: &'static str, value: Value) {
        let mut here = self;
        for step in split(path, b".") {
            here = here.as_map_or_new().entry(Cow::Borrowed(step));
        }
        *here = value;
    }

    /// Takes what stands at a dotted path of objects out of them.
    pub fn remove_at(&mut self, path: &str) -> Option<Value> {
        match cut(path, b".") {
            None => self.as_map_mut()?.remove(path),
            Some((step, rest)) => self.as_map_mut()?.get_mut(step)?.remove_at(rest),
        }
    }

    /// The text of a text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of `true` and `false`.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The value of a number (not of a text that looks like one).
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number.as_f64()),
            _ => None,
        }
    }

    /// What JavaScript's `Number(value)` makes of it; `None` for what it calls "not a number".
    pub(crate) fn js_number(&self) -> Option<f64> {
        match self {
            Self::Null => Some(0.0),
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Number(number) => Some(number.as_f64()),
            Self::Text(text) if text.trim().is_empty() => Some(0.0),
            Self::Text(text) => parse_f64(text),
            Self::List(_) | Self::Map(_) => None,
        }
    }

    /// The value of a whole number; see [`Number::as_i64`].
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Number(number) => number.as_i64(),
            _ => None,
        }
    }

    /// The items of a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) => Some(items),
            _ => None,
        }
    }

    /// The entries of an object.
    #[must_use]
    pub fn as_map(&self) -> Option<&Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The entries of an object, to change.
    #[must_use]
    pub fn as_map_mut(&mut self) -> Option<&mut Map> {
        match self {
            Self::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The entries of this object; anything else becomes an empty object first.
    pub fn as_map_or_new(&mut self) -> &mut Map {
        if !matches!(self, Self::Map(_)) {
            *self = Self::map();
        }
        match self {
            Self::Map(map) => map,
            // The line above made it a map; the compiler cannot know, and a leaked empty map
            // that never happens is cheaper than a panic path.
            _ => alloc::boxed::Box::leak(alloc::boxed::Box::default()),
        }
    }

    /// Whether this is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether nothing is said by it: `null`, the empty text, a list or object of nothing but such.
    /// None of these may leave (contract, section 5).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.iter().all(Self::is_empty),
            Self::Map(map) => map.iter().all(|(_, value)| value.is_empty()),
            Self::Bool(_) | Self::Number(_) => false,
        }
    }

    /// Takes everything empty out, at every depth; see [`Self::is_empty`].
    pub fn prune(&mut self) {
        match self {
            Self::List(items) => {
                items.iter_mut().for_each(Self::prune);
                items.retain(|item| !item.is_empty());
            }
            Self::Map(map) => {
                map.0.iter_mut().for_each(|(_, value)| value.prune());
                map.0.retain(|(_, value)| !value.is_empty());
            }
            _ => {}
        }
    }

    /// What kind of value this is, in the words of our messages. Settings of a type that JSON does not have cross as a
    /// text: a zero character and the type's name, `object` of what throws when it is read.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(text) => match text.as_bytes() {
                [0, b'f', ..] => "a function",
                [0, b's', ..] => "a symbol",
                [0, b'b', ..] => "a bigint",
                [0, b'n', ..] => "no finite number",
                [0, ..] => "a value that cannot be read",
                _ => "a text",
            },
            Self::List(_) => "a list",
            Self::Map(_) => "an object",
        }
    }
}

impl<K: Into<Key>, V: Into<Value>, const N: usize> From<[(K, V); N]> for Value {
    fn from(entries: [(K, V); N]) -> Self {
        let mut map = Map::new();
        for (key, value) in entries {
            map.set(key, value);
        }
        Self::Map(map)
    }
}

macro_rules! value_from {
    ($($from:ty, $value:ident => $make:expr;)*) => {$(
        impl From<$from> for Value {
            fn from($value: $from) -> Self {
                $make
            }
        }
    )*};
}

value_from! {
    bool, value => Self::Bool(value);
    i64, value => Self::Number(Number::from_i64(value));
    &str, value => Self::Text(value.into());
    String, value => Self::Text(value);
    Vec<Value>, value => Self::List(value);
    Map, value => Self::Map(value);
    Number, value => Self::Number(value);
    Option<Value>, value => value.unwrap_or_default();
    &Value, value => value.clone();
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
