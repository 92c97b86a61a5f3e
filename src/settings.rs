//! What the merchant configured: fields, where they come from, which source wins, what is wrong with them.
//!
//! Settings reach a page from three sources, in any order, and may change later: the data layer's
//! `aepContext` and `eventForwardingContext` (what the Admin says), the page's
//! `<script type="application/json" id="storefront-collector">`, and the API's `start(settings)`.
//! [`Store`] keeps what each source said last and answers with the [`Effective`] settings: the API
//! wins over the page, the page over the data layer, the data layer over the default, field by
//! field. [`validate`] judges settings as the connector's configuration page does.
//!
//! ```
//! use storefront_collector::settings::{Source, Store};
//! use storefront_collector::value::Value;
//!
//! let mut store = Store::default();
//! let aep = Value::parse(r#"{"imsOrgId":"0123456789ABCDEF01234567@AdobeOrg",
//!     "datastreamId":"3fa85f64-5717-4562-b3fc-2c963f66afa6"}"#).unwrap();
//! store.set_data_layer(Some(&aep), None);
//! assert_eq!(store.effective().waiting_for, ["eventForwardingContext"]);
//!
//! store.set_data_layer(Some(&aep), Some(&Value::from([("aep", true)])));
//! store.set(Source::Page, &Value::from([("edgeDomain", "data.example.com")]));
//! let now = store.effective();
//! assert!(now.waiting_for.is_empty());
//! assert_eq!(now.settings.edge_domain, "data.example.com");
//! ```

mod choices;
mod connector;
mod credentials;
mod fields;
mod forms;
#[cfg(not(target_arch = "wasm32"))]
mod reference;
mod store;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use alloc::string::String;

use crate::consent::Rules;
use crate::delivery::Batching;
use crate::page::Contexts;
use crate::text::join;
use crate::value::Value;

pub use connector::{Validation, validate, validate_at};
#[cfg(not(target_arch = "wasm32"))]
pub use reference::markdown;
pub use store::{Effective, Store};

/// The settings in force, every default filled in. Names are the contract's.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The IMS organization, `24 letters or digits@AdobeOrg`. Its form is only sure when
    /// [`Effective::waiting_for`] is empty and no own Web SDK is named.
    pub organization_id: Option<String>,
    /// The datastream of the bundled sender; always `None` with an own Web SDK, whose datastream counts.
    pub datastream_id: Option<String>,
    /// The dataset behind the datastream; nothing that is sent depends on it.
    pub dataset_id: Option<String>,
    /// The `window` property that holds the store's own Web SDK; `None`: the bundled sender sends.
    pub web_sdk_name: Option<String>,
    /// How long an own Web SDK may be missing before that is worth a warning, in milliseconds.
    pub web_sdk_timeout: i64,
    /// Whether storefront events are on: as set, else by the rule of the connector manual ("ticked
    /// by default as long as organization and datastream are valid"; an own Web SDK waives the latter).
    pub storefront_events: bool,
    /// Host, optionally with port, in lower case; see [`edge_origin`].
    pub edge_domain: String,
    /// First part of the path, without slashes around it.
    pub edge_base_path: String,
    /// Identities that the shop gives, as `aepContext.identityMap`.
    pub identity_map: Option<Value>,
    /// The `window` property that holds the data layer.
    pub data_layer_name: String,
    /// What counts before the shopper has said anything (`defaultConsent`), and which signals count (`consentSources`).
    pub consent: Rules,
    /// Whether e-mail addresses and account identifiers may leave.
    pub personal_data: bool,
    /// What is told about page and browser with every event.
    pub context: Contexts,
    /// Whether the first request may go to the third-party domain that knows the shopper across sites.
    pub third_party_cookies_enabled: bool,
    /// How events are put together in requests; `None`: one event, one request.
    pub batching: Option<Batching>,
    /// The `window` property under which the bundled sender answers as a Web SDK; `None`: under none.
    pub instance_name: Option<String>,
    /// Whether every step is logged to the console.
    pub debug_enabled: bool,
}

/// Where settings come from, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The data layer's contexts.
    DataLayer,
    /// The page's `<script type="application/json" id="storefront-collector">`.
    Page,
    /// `start(settings)`.
    Api,
}

/// Scheme, host and port to which the bundled sender sends: `https://edge.adobedc.net`.
///
/// Always https, except that a loopback host (`localhost`, `*.localhost`, 127.0.0.0/8, `[::1]`)
/// takes the page's own scheme, so that a test Edge needs no certificate. `page_scheme` is
/// `location.protocol`, with or without its colon.
#[must_use]
pub fn edge_origin(settings: &Settings, page_scheme: &str) -> String {
    let plain = page_scheme.trim_end_matches(':') == "http" && forms::is_loopback(&settings.edge_domain);
    join(&[if plain { "http://" } else { "https://" }, &settings.edge_domain])
}
