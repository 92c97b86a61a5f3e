//! What the package exports; what `start` gives is api.js, and types.d.ts describes it.
#![allow(unreachable_pub)] // JavaScript reaches it.

use alloc::string::String;

use wasm_bindgen::prelude::*;

use super::page;
use super::shell::Shell;
use crate::settings;

/// Hears what happens: the shell's state in the page, a number of `told.rs`, and the facts as a list in JSON.
type Tell = Closure<dyn Fn(JsValue, u32, String) -> JsValue>;

/// The version of this collector.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// Judges settings as the connector's configuration page does.
#[wasm_bindgen(unchecked_return_type = "Validation")]
pub fn validate(#[wasm_bindgen(unchecked_param_type = "unknown")] settings: JsValue) -> JsValue {
    let settings = page::settings_of(&page::read_settings(&settings));
    page::parse(&settings::validate_at(&settings, &page::today()).to_value().to_json())
}

/// Starts collecting; resolves once the data layer is listened to.
///
/// A page has one collector: started again, the running one takes the settings and is given back.
///
/// `handedOver` is the drop-in's own: items of the data layer whose events another page has published
/// already, because this one was left before it could.
#[wasm_bindgen(unchecked_return_type = "Promise<Collector>")]
pub fn start(
    #[wasm_bindgen(unchecked_optional_param_type = "Settings")] settings: JsValue,
    #[wasm_bindgen(unchecked_optional_param_type = "Set<unknown>", js_name = "handedOver")] handed_over: JsValue,
) -> JsValue {
    let running = page::restart(&settings);
    if !running.is_undefined() {
        return running;
    }
    let (shell, tab) = Shell::new();
    // The page's state holds this closure, and it holds the core: when the page lets go, all of it goes.
    let tell = Tell::new(move |host: JsValue, kind, facts: String| shell.told(&host, kind, &facts));
    page::start(settings, handed_over, &tab, tell.into_js_value())
}
