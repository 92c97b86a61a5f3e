//! Every conversion between the page's values and ours.
//!
//! The page's objects may throw when they are read, contain themselves or be huge: they cross as the
//! text that the browser's own `JSON.stringify` makes of them, inside a guard.

use js_sys::{Array, JSON, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use crate::value::Value;

/// The longest text a context may make: 256 KB in UTF-16 units. An event may have 60 KB.
const LONGEST: u32 = 262_144;

/// The page's value as ours, or why it cannot be read, completing "productContext …". What JSON leaves
/// out (`undefined`, functions, symbols) is null.
pub(super) fn read(value: &JsValue) -> Result<Value, &'static str> {
    if value.is_null() || value.is_undefined() {
        return Ok(Value::Null);
    }
    if let Some(flag) = value.as_bool() {
        return Ok(Value::Bool(flag));
    }
    if let Some(text) = value.as_string() {
        return Ok(Value::Text(text));
    }
    let text = JSON::stringify(value).map_err(|_| "cannot be read: it throws or contains itself")?;
    if text.is_undefined() {
        return Ok(Value::Null);
    }
    if text.length() > LONGEST {
        return Err("is larger than 256 KB");
    }
    let text = text.as_string().unwrap_or_default();
    Value::parse(&text).map_err(|_| "is nested too deeply")
}

/// A value of the API's caller as ours; functions and what JSON has no word for are left out.
pub(super) fn from_api(value: &JsValue) -> Value {
    read(value).unwrap_or_default()
}

/// Our value as a plain JavaScript value.
pub(super) fn to_js(value: &Value) -> JsValue {
    JSON::parse(&value.to_json()).unwrap_or(JsValue::UNDEFINED)
}

/// The property `key` of whatever `object` is; `undefined` where there is none or reading throws.
pub(super) fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// The property `key`, if it is a function.
pub(super) fn get_function(object: &JsValue, key: &str) -> Option<js_sys::Function> {
    get(object, key).dyn_into().ok()
}

/// Whether `value` is an object that may carry entries: no list, no function.
pub(super) fn is_plain(value: &JsValue) -> bool {
    value.is_object() && !Array::is_array(value) && !value.is_function()
}
