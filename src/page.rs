//! Where it happened: what the Web SDK collects by itself about page, device, browser and place
//! (Edge protocol, 2.3).
//!
//! ```
//! use storefront_collector::page::{Contexts, Page};
//! use storefront_collector::value::Value;
//!
//! let page = Page {
//!     url: "https://shop.example/mug".into(),
//!     offset_minutes: -60,
//!     time_zone: "Europe/Oslo".into(),
//!     ..Page::default()
//! };
//! let xdm = page.to_xdm(Contexts { device: false, ..Contexts::default() }, 1_795_360_664_527);
//! let text = |path| xdm.at(path).and_then(Value::as_text);
//! assert_eq!(text("web.webPageDetails.URL"), Some("https://shop.example/mug"));
//! assert_eq!(text("placeContext.ianaTimezone"), Some("Europe/Oslo"));
//! assert_eq!(xdm.get("device"), None, "not asked for");
//! assert_eq!(xdm.at("web.webReferrer"), None, "the browser told none");
//! ```

use alloc::string::String;

use crate::date;
use crate::text::push_padded;
use crate::value::{Map, Value};

/// Under this name, the Web SDK's, reports and Adobe's debugging tools know what a browser sends.
const IMPLEMENTATION: &str = "https://ns.adobe.com/experience/alloy";

/// How the screen is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Orientation {
    /// Higher than wide.
    Portrait,
    /// Wider than high.
    Landscape,
}

/// The page at the moment of an event, as the browser tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// `location.href`, with query and fragment.
    pub url: String,
    /// `document.referrer`; empty when there is none.
    pub referrer: String,
    /// `screen.width`, pixels.
    pub screen_width: Option<i64>,
    /// `screen.height`, pixels.
    pub screen_height: Option<i64>,
    /// Of `screen.orientation`, else of the media query.
    pub orientation: Option<Orientation>,
    /// Width and height of the root element in pixels, scroll bars not counted.
    pub viewport: Option<(i64, i64)>,
    /// `Date.getTimezoneOffset()`: minutes, positive west of Greenwich.
    pub offset_minutes: i64,
    /// The name of the time zone, such as `America/Denver`; empty when unknown.
    pub time_zone: String,
    /// What `navigator.userAgentData.getHighEntropyValues` answered.
    pub client_hints: Option<Value>,
}

/// Which groups of fields are collected; the setting `context`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contexts {
    /// Page address and referrer.
    pub web: bool,
    /// Screen size and orientation.
    pub device: bool,
    /// Browser and viewport.
    pub environment: bool,
    /// Local time and time zone.
    pub place_context: bool,
    /// Architecture, model and platform version from the browser's client hints.
    pub high_entropy_user_agent_hints: bool,
}

impl Default for Contexts {
    /// All but the client hints, as the Web SDK.
    fn default() -> Self {
        Self { web: true, device: true, environment: true, place_context: true, high_entropy_user_agent_hints: false }
    }
}

impl Page {
    /// The XDM of the chosen `contexts` at `wall` (milliseconds since 1970). What the browser did
    /// not tell is left out, an empty referrer too.
    #[must_use]
    pub fn to_xdm(&self, contexts: Contexts, wall: i64) -> Value {
        let mut xdm = Value::map();
        if contexts.web {
            put_text(&mut xdm, "web.webPageDetails.URL", &self.url);
            put_text(&mut xdm, "web.webReferrer.URL", &self.referrer);
        }
        if contexts.device {
            put_size(&mut xdm, "device.screenHeight", self.screen_height);
            put_size(&mut xdm, "device.screenWidth", self.screen_width);
            if let Some(orientation) = self.orientation {
                let name = match orientation {
                    Orientation::Portrait => "portrait",
                    Orientation::Landscape => "landscape",
                };
                xdm.set_at("device.screenOrientation", name);
            }
        }
        if contexts.environment {
            xdm.set_at("environment.type", "browser");
            put_size(&mut xdm, "environment.browserDetails.viewportWidth", self.viewport.map(|size| size.0));
            put_size(&mut xdm, "environment.browserDetails.viewportHeight", self.viewport.map(|size| size.1));
        }
        if contexts.place_context {
            xdm.set_at("placeContext.localTimezoneOffset", self.offset_minutes);
            if let Some(time) = self.local_time(wall) {
                xdm.set_at("placeContext.localTime", time);
            }
            put_text(&mut xdm, "placeContext.ianaTimezone", &self.time_zone);
        }
        if contexts.high_entropy_user_agent_hints {
            let hints = self.hints();
            if !hints.is_empty() {
                xdm.set_at("environment.browserDetails.userAgentClientHints", hints);
            }
        }
        xdm
    }

    /// `YYYY-MM-DDThh:mm:ss.mmm±hh:mm`; `None` for an offset of a day or more, which no time has.
    fn local_time(&self, wall: i64) -> Option<String> {
        let offset = self.offset_minutes;
        let minutes = offset.unsigned_abs();
        if minutes >= 1440 {
            return None;
        }
        let mut out = String::with_capacity(29);
        date::push_time(&mut out, wall.saturating_sub(offset.saturating_mul(60_000)));
        out.push(if offset > 0 { '-' } else { '+' });
        push_padded(&mut out, minutes / 60, 2);
        out.push(':');
        push_padded(&mut out, minutes % 60, 2);
        Some(out)
    }

    /// The five hints that XDM knows, each if it is of its kind.
    fn hints(&self) -> Map {
        let mut hints = Map::new();
        let told = self.client_hints.as_ref();
        for name in ["architecture", "bitness", "model", "platformVersion", "wow64"] {
            match told.and_then(|told| told.get(name)) {
                Some(Value::Text(text)) if name != "wow64" && !text.is_empty() => hints.set(name, text.as_str()),
                Some(Value::Bool(value)) if name == "wow64" => hints.set(name, *value),
                _ => {}
            }
        }
        hints
    }
}

/// `wall` (milliseconds since 1970) as XDM's `timestamp`: UTC, ISO 8601 with milliseconds.
///
/// ```
/// assert_eq!(storefront_collector::page::timestamp(1_795_360_664_527), "2026-11-22T15:17:44.527Z");
/// ```
#[must_use]
pub fn timestamp(wall: i64) -> String {
    let mut out = String::with_capacity(24);
    date::push_time(&mut out, wall);
    out.push('Z');
    out
}

/// Who made the event: XDM's `implementationDetails`, under the Web SDK's name (whether Adobe's
/// tools take another is not known) and with this crate's version.
#[must_use]
pub fn implementation_details() -> Value {
    Value::from([("name", IMPLEMENTATION), ("version", env!("CARGO_PKG_VERSION")), ("environment", "browser")])
}

fn put_text(xdm: &mut Value, path: &'static str, text: &str) {
    if !text.is_empty() {
        xdm.set_at(path, text);
    }
}

fn put_size(xdm: &mut Value, path: &'static str, size: Option<i64>) {
    if let Some(size) = size.filter(|size| *size >= 0) {
        xdm.set_at(path, size);
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: Contexts = Contexts {
        web: true,
        device: true,
        environment: true,
        place_context: true,
        high_entropy_user_agent_hints: true,
    };
    const NONE: Contexts = Contexts {
        web: false,
        device: false,
        environment: false,
        place_context: false,
        high_entropy_user_agent_hints: false,
    };

    #[test]
    fn collects_only_what_was_chosen() {
        let page = Page { url: "https://a.test/".into(), screen_width: Some(5), ..Page::default() };
        assert_eq!(page.to_xdm(NONE, 0), Value::map());
        assert_eq!(page.to_xdm(Contexts { device: true, ..NONE }, 0).to_json(), r#"{"device":{"screenWidth":5}}"#);
    }

    #[test]
    fn leaves_out_what_the_browser_does_not_tell() {
        let page = Page { viewport: Some((-1, 700)), screen_height: Some(-5), ..Page::default() };
        assert_eq!(
            page.to_xdm(ALL, 0).to_json(),
            r#"{"environment":{"type":"browser","browserDetails":{"viewportHeight":700}},"placeContext":{"localTimezoneOffset":0,"localTime":"1970-01-01T00:00:00.000+00:00"}}"#
        );
    }

    #[test]
    fn local_time_carries_its_offset() {
        let local = |offset_minutes| Page { offset_minutes, ..Page::default() }.local_time(1_795_360_664_494);
        assert_eq!(local(420).as_deref(), Some("2026-11-22T08:17:44.494-07:00"));
        assert_eq!(local(-345).as_deref(), Some("2026-11-22T21:02:44.494+05:45"));
        assert_eq!(local(0).as_deref(), Some("2026-11-22T15:17:44.494+00:00"));
        assert!(local(1439).is_some() && local(-1439).is_some());
        assert_eq!(local(1440), None);
        assert_eq!(local(-6000), None);
    }

    #[test]
    fn takes_client_hints_of_the_right_kind() {
        let hints =
            r#"{"architecture":"arm","bitness":64,"model":"","platformVersion":"15","wow64":false,"brands":[]}"#;
        let page = Page { client_hints: Value::parse(hints).ok(), ..Page::default() };
        let xdm = page.to_xdm(Contexts { high_entropy_user_agent_hints: true, ..NONE }, 0);
        assert_eq!(
            xdm.at("environment.browserDetails.userAgentClientHints").unwrap().to_json(),
            r#"{"architecture":"arm","platformVersion":"15","wow64":false}"#
        );
        assert_eq!(page.to_xdm(Contexts::default(), 0).at("environment.browserDetails"), None);
    }

    proptest! {
        #[test]
        fn never_says_anything_empty(
            url in ".*", referrer in ".{0,3}", screen in any::<Option<i64>>(), viewport in any::<Option<(i64, i64)>>(),
            offset_minutes in any::<i64>(), time_zone in ".{0,3}", wall in any::<i64>(),
        ) {
            let page = Page {
                url, referrer, screen_width: screen, screen_height: screen, orientation: None, viewport,
                offset_minutes, time_zone, client_hints: None,
            };
            let xdm = page.to_xdm(ALL, wall);
            let mut pruned = xdm.clone();
            pruned.prune();
            prop_assert_eq!(xdm, pruned);
        }

        /// Events are completed without another look at it.
        #[test]
        fn is_within_xdm(
            url in ".{0,20}", screen in 0..100_000i64, viewport in any::<Option<(u16, u16)>>(), portrait in any::<bool>(),
            offset_minutes in -10_000..10_000i64, time_zone in ".{0,9}", hint in ".{0,5}", wow64 in any::<bool>(),
            wall in 100_000_000..253_402_000_000_000i64,
        ) {
            let orientation = Some(if portrait { Orientation::Portrait } else { Orientation::Landscape });
            let hints = Value::from([("model", Value::from(hint.as_str())), ("bitness", Value::from(hint.as_str())), ("wow64", Value::from(wow64))]);
            let page = Page {
                referrer: url.clone(), url, screen_width: Some(screen), screen_height: Some(screen), orientation,
                viewport: viewport.map(|(width, height)| (width.into(), height.into())), offset_minutes, time_zone,
                client_hints: Some(hints),
            };
            let mut xdm = page.to_xdm(ALL, wall);
            xdm.set_at("timestamp", timestamp(wall));
            xdm.set_at("implementationDetails", implementation_details());
            let said = xdm.clone();
            prop_assert!(crate::xdm::conform(&mut xdm).is_empty());
            prop_assert_eq!(xdm, said);
        }
    }
}
