//! Readings of the page: where the shopper is, on which screen, at which local time.

use alloc::string::String;
use core::cell::RefCell;

use js_sys::{Date, Reflect};
use wasm_bindgen::JsValue;

use super::convert::get;
use crate::page::{Orientation, Page};
use crate::value::Value;

/// What cannot change while the page lives, and what the browser tells when it changes.
pub(super) struct Reader {
    time_zone: String,
    client_hints: RefCell<Option<Value>>,
    /// Reading it makes the browser lay the page out, so it is read when it may have changed.
    viewport: RefCell<Option<(i64, i64)>>,
}

impl Reader {
    /// Reads what stays.
    pub(super) fn new() -> Self {
        Self {
            time_zone: time_zone().unwrap_or_default(),
            client_hints: RefCell::default(),
            viewport: RefCell::default(),
        }
    }

    /// The window was resized.
    pub(super) fn resized(&self) {
        self.viewport.take();
    }

    /// The browser's client hints have come.
    pub(super) fn hinted(&self, hints: Value) {
        self.client_hints.replace(Some(hints));
    }

    /// The page as it is now.
    pub(super) fn read(&self) -> Page {
        let window: JsValue = js_sys::global().into();
        let document = get(&window, "document");
        let screen = get(&window, "screen");
        let viewport = *self.viewport.borrow_mut().get_or_insert_with(|| {
            let root = get(&document, "documentElement");
            (pixels(&root, "clientWidth").unwrap_or(0), pixels(&root, "clientHeight").unwrap_or(0))
        });
        Page {
            url: get(&get(&window, "location"), "href").as_string().unwrap_or_default(),
            referrer: get(&document, "referrer").as_string().unwrap_or_default(),
            screen_width: pixels(&screen, "width"),
            screen_height: pixels(&screen, "height"),
            orientation: orientation(&screen),
            viewport: Some(viewport),
            offset_minutes: Date::new_0().get_timezone_offset() as i64,
            time_zone: self.time_zone.clone(),
            client_hints: self.client_hints.borrow().clone(),
        }
    }
}

fn pixels(object: &JsValue, key: &str) -> Option<i64> {
    get(object, key).as_f64().map(|value| crate::value::round(value) as i64)
}

fn orientation(screen: &JsValue) -> Option<Orientation> {
    let kind = get(&get(screen, "orientation"), "type").as_string();
    let matches = |query: &str| {
        let window = web_sys::window()?;
        window.match_media(query).ok().flatten().map(|list| list.matches())
    };
    match kind.as_deref() {
        Some(kind) if kind.starts_with("portrait") => Some(Orientation::Portrait),
        Some(kind) if kind.starts_with("landscape") => Some(Orientation::Landscape),
        _ if matches("(orientation: portrait)") == Some(true) => Some(Orientation::Portrait),
        _ if matches("(orientation: landscape)") == Some(true) => Some(Orientation::Landscape),
        _ => None,
    }
}

fn time_zone() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new());
    Reflect::get(&format.resolved_options(), &"timeZone".into()).ok()?.as_string()
}
