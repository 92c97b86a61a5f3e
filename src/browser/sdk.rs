//! The store's own Web SDK: `window[name]`, the documented stub or the instance itself. It is called,
//! never configured.

use alloc::string::String;
use alloc::vec::Vec;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::convert::{get, is_plain};

/// What stands in `window[name]`.
pub(super) enum Found {
    /// Something that can be called.
    Sdk(Function),
    /// Something else.
    NotCallable,
    /// Nothing yet.
    Missing,
}

/// Looks for the Web SDK that the store names `name`.
pub(super) fn find(name: &str) -> Found {
    let here = get(&js_sys::global(), name);
    match here.dyn_into::<Function>() {
        Ok(sdk) => Found::Sdk(sdk),
        Err(other) if other.is_undefined() || other.is_null() => Found::Missing,
        Err(_) => Found::NotCallable,
    }
}

/// The instance names that pages and Web SDKs have announced, for a message that helps.
pub(super) fn announced() -> Vec<String> {
    get(&js_sys::global(), "__alloyNS")
        .dyn_into::<Array>()
        .map(|names| names.iter().filter_map(|name| name.as_string()).collect())
        .unwrap_or_default()
}

/// Calls one command, in this very task.
pub(super) fn call(sdk: &Function, name: &str, options: &JsValue) -> Result<JsValue, JsValue> {
    sdk.call2(&JsValue::UNDEFINED, &name.into(), options)
}

/// Waits for what a call promised. A Web SDK that throws instead of rejecting is treated as rejecting.
pub(super) async fn settled(call: Result<JsValue, JsValue>) -> Result<JsValue, JsValue> {
    match call?.dyn_into::<Promise>() {
        Ok(promise) => JsFuture::from(promise).await,
        Err(result) => Ok(result),
    }
}

/// Calls one command and waits for what it promised.
async fn command(sdk: &Function, name: &str, options: &JsValue) -> Result<JsValue, JsValue> {
    settled(call(sdk, name, options)).await
}

/// The text of a rejection.
pub(super) fn message(error: &JsValue) -> String {
    get(error, "message").as_string().or_else(|| error.as_string()).unwrap_or_default()
}

/// The ECID in the answer of `getIdentity`. `None` when consent keeps it back.
pub(super) fn ecid(answer: &JsValue) -> Option<String> {
    get(&get(answer, "identity"), "ECID").as_string().filter(|ecid| !ecid.is_empty())
}

/// Whether the answer of `sendEvent` is the empty object by which a Web SDK says that consent was
/// declined. A build without personalization answers an event that it sent in the same way, so this is
/// a hint, and [`declines`] the proof.
pub(super) fn is_empty(answer: &JsValue) -> bool {
    is_plain(answer) && Reflect::own_keys(answer).is_ok_and(|keys| keys.length() == 0)
}

/// Whether the Web SDK has no consent: then it answers this command, too, with an empty object.
pub(super) async fn declines(sdk: &Function) -> bool {
    command(sdk, "getIdentity", &js_sys::Object::new()).await.is_ok_and(|answer| is_empty(&answer))
}

/// The options of `sendEvent` for an event in JSON.
pub(super) fn event_options(json: &str, unloading: bool) -> JsValue {
    let Ok(options) = js_sys::JSON::parse(json) else { return JsValue::UNDEFINED };
    if unloading {
        let _ = Reflect::set(&options, &"documentUnloading".into(), &JsValue::TRUE);
    }
    options
}
