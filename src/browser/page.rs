//! What the JavaScript modules of this folder do for the shell. `host` is the shell's state in the page, of
//! host.js. Each module is named here, for wasm-bindgen takes only those into the package.

use alloc::string::String;

use wasm_bindgen::prelude::*;

use crate::value::Value;

#[wasm_bindgen(module = "/src/browser/api.js")]
extern "C" {
    pub(super) fn restart(settings: &JsValue) -> JsValue;
    pub(super) fn start(settings: JsValue, handed_over: JsValue, tab: &str, tell: JsValue) -> JsValue;
}

#[wasm_bindgen(module = "/src/browser/host.js")]
extern "C" {
    pub(super) fn wake(host: &JsValue, milliseconds: u32);
    pub(super) fn published(host: &JsValue, asked: &str, id: &str);
    pub(super) fn settle(host: &JsValue, ticket: f64, good: bool, json: &str);
    #[wasm_bindgen(js_name = beforeSend)]
    pub(super) fn before_send(hook: f64, json: &str) -> String;
}

#[wasm_bindgen(module = "/src/browser/values.js")]
extern "C" {
    #[wasm_bindgen(js_name = readSettings)]
    pub(super) fn read_settings(settings: &JsValue) -> String;
    pub(super) fn parse(json: &str) -> JsValue;
}

#[wasm_bindgen(module = "/src/browser/console.js")]
extern "C" {
    pub(super) fn log(level: &str, text: &str);
    #[wasm_bindgen(js_name = setDebugging)]
    pub(super) fn set_debugging(enabled: bool);
}

#[wasm_bindgen(module = "/src/browser/monitors.js")]
extern "C" {
    #[wasm_bindgen(js_name = isWatched)]
    pub(super) fn is_watched(host: &JsValue) -> bool;
    pub(super) fn record(host: &JsValue, json: &str);
}

#[wasm_bindgen(module = "/src/browser/page.js")]
extern "C" {
    pub(super) fn now() -> f64;
    pub(super) fn mono() -> f64;
    pub(super) fn today() -> String;
    pub(super) fn cookies() -> String;
    pub(super) fn address(part: &str) -> String;
    #[wasm_bindgen(js_name = userAgent)]
    pub(super) fn user_agent() -> String;
    pub(super) fn gpc() -> bool;
    #[wasm_bindgen(js_name = clientId)]
    pub(super) fn client_id(fresh: &str) -> String;
    pub(super) fn random(bytes: &mut [u8]);
    pub(super) fn write(cookie: &str);
    #[wasm_bindgen(js_name = writeFor)]
    pub(super) fn write_for(cookie: &str, domains: &str);
    #[wasm_bindgen(js_name = widestDomain)]
    pub(super) fn widest_domain(domains: &str) -> Option<String>;
    pub(super) fn pixel(url: &str, hide_referrer: bool);
}

#[wasm_bindgen(module = "/src/browser/network.js")]
extern "C" {
    pub(super) fn send(host: &JsValue, request: f64, request_id: &str, url: &str, body: &str, keepalive: bool);
    pub(super) fn cancel(host: &JsValue, request: f64);
}

#[wasm_bindgen(module = "/src/browser/sdk.js")]
extern "C" {
    #[wasm_bindgen(js_name = find)]
    pub(super) fn find_sdk(host: &JsValue, name: Option<&str>);
    #[wasm_bindgen(js_name = ask)]
    pub(super) fn ask_sdk(host: &JsValue);
    #[wasm_bindgen(js_name = send)]
    pub(super) fn sdk_send(host: &JsValue, request: f64, json: &str, unloading: bool);
    #[wasm_bindgen(js_name = consent)]
    pub(super) fn sdk_consent(host: &JsValue, json: &str);
}

#[wasm_bindgen(module = "/src/browser/tabs.js")]
extern "C" {
    pub(super) fn adopt(host: &JsValue);
    #[wasm_bindgen(js_name = lockIdentity)]
    pub(super) fn lock_identity(host: &JsValue);
    #[wasm_bindgen(js_name = unlockIdentity)]
    pub(super) fn unlock_identity(host: &JsValue);
}

#[wasm_bindgen(module = "/src/browser/store.js")]
extern "C" {
    pub(super) fn put(host: &JsValue, key: &str, text: &str);
    pub(super) fn forget(host: &JsValue, keys: &str);
    pub(super) fn purge(host: &JsValue);
    #[wasm_bindgen(js_name = rememberCart)]
    pub(super) fn remember_cart(text: &str);
}

#[wasm_bindgen(module = "/src/browser/memory.js")]
extern "C" {
    pub(super) fn recall(key: &str) -> Option<String>;
    pub(super) fn remember(key: &str, text: &str);
}

#[wasm_bindgen(module = "/src/browser/data_layer.js")]
extern "C" {
    pub(super) fn listen(host: &JsValue, name: &str);
}

#[wasm_bindgen(module = "/src/browser/early.js")]
extern "C" {
    #[wasm_bindgen(js_name = takeOver)]
    pub(super) fn take_over(host: &JsValue);
}

#[wasm_bindgen(module = "/src/browser/banner.js")]
extern "C" {
    #[wasm_bindgen(js_name = follow)]
    pub(super) fn follow_banner(host: &JsValue, patience: u32);
}

#[wasm_bindgen(module = "/src/browser/events.js")]
extern "C" {
    #[wasm_bindgen(js_name = askForHints)]
    pub(super) fn ask_for_hints(host: &JsValue);
}

#[wasm_bindgen(module = "/src/browser/instance.js")]
extern "C" {
    #[wasm_bindgen(js_name = open)]
    pub(super) fn open_instance(host: &JsValue);
}

/// What `read` of values.js made of a value: the value, or why it cannot be read, completing "productContext …".
pub(super) fn readable(text: &str) -> Result<Value, &str> {
    match text.strip_prefix('!') {
        Some(reason) => Err(reason),
        None => Value::parse(text).map_err(|_| "is nested too deeply"),
    }
}

/// What `readSettings` of values.js made of settings; those that cannot be read at all are told of as no object.
pub(super) fn settings_of(text: &str) -> Value {
    readable(text).unwrap_or_else(|_| Value::from("\0object"))
}

/// `items`, one a line: short lists of plain words cross as one text.
pub(super) fn lines(items: &[String]) -> String {
    let mut out = String::new();
    for item in items {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(item);
    }
    out
}
