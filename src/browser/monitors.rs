//! `window.__alloyMonitors`: the hooks by which Adobe's debugging tools follow a Web SDK. Unlike the Web
//! SDK's own calls these are guarded: a monitor that throws hurts nobody.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::convert::{get, get_function};

/// Calls `hook` of every monitor with `fields` and the instance's name.
pub(super) fn call(hook: &str, fields: &[(&str, JsValue)]) {
    let Ok(monitors) = get(&js_sys::global(), "__alloyMonitors").dyn_into::<Array>() else { return };
    let instance = get(&get(&js_sys::global(), super::api::GLOBAL), "instanceName");
    let instance = if instance.is_undefined() { JsValue::from("storefront-collector") } else { instance };
    for monitor in monitors.iter() {
        let Some(function) = get_function(&monitor, hook) else { continue };
        let told = Object::new();
        let _ = Reflect::set(&told, &"instanceName".into(), &instance);
        for (key, value) in fields {
            let _ = Reflect::set(&told, &(*key).into(), value);
        }
        let _ = function.call1(&monitor, &told);
    }
}

/// Whether anybody watches.
pub(super) fn are_there() -> bool {
    get(&js_sys::global(), "__alloyMonitors").dyn_into::<Array>().is_ok_and(|monitors| monitors.length() > 0)
}

/// JSON text as a value of its own, so that a monitor cannot change what is sent.
pub(super) fn payload(json: &str) -> JsValue {
    js_sys::JSON::parse(json).unwrap_or(JsValue::UNDEFINED)
}
