//! The Edge Network's wire protocol, as the Web SDK speaks it: addresses, request bodies, answers
//! and the cookies that answers bring. Pure functions; who sends when is decided in `delivery`.
//!
//! One event's way to the wire, and the answer's way back:
//!
//! ```
//! use storefront_collector::delivery::Action;
//! use storefront_collector::delivery::edge::endpoint::Endpoint;
//! use storefront_collector::delivery::edge::request::{Envelope, events_body};
//! use storefront_collector::delivery::edge::response::{Headers, read};
//! use storefront_collector::value::Value;
//!
//! let endpoint = Endpoint {
//!     origin: "https://edge.adobedc.net",
//!     base_path: "ee",
//!     hint: Some("or2"),
//!     action: Action::Interact,
//!     datastream: "3fa85f64-5717-4562-b3fc-2c963f66afa6",
//!     request_id: "1b2c3d4e-5f60-4172-8394-a5b6c7d8e9f0",
//!     token: None,
//! };
//! assert!(endpoint.url().starts_with("https://edge.adobedc.net/ee/or2/v1/interact?configId=3fa85f64"));
//!
//! let body = events_body(&[r#"{"xdm":{"_id":"1"}}"#], 0, &Envelope { host: "edge.adobedc.net", ..Envelope::default() });
//! assert_eq!(Value::parse(&body).unwrap().at("events.0.xdm._id").and_then(Value::as_text), Some("1"));
//!
//! let handle = r#"{"handle":[{"type":"identity:result","payload":[{"id":"41861666193140161934276845651148876988","namespace":{"code":"ECID"}}]}]}"#;
//! let answer = read(Action::Interact, 200, handle, Headers::default(), 0);
//! assert!(answer.good);
//! assert_eq!(answer.ecid.as_deref(), Some("41861666193140161934276845651148876988"));
//! assert!(!read(Action::Interact, 503, "", Headers::default(), 0).good);
//! ```

pub mod cookies;
pub mod endpoint;
pub mod error;
pub mod request;
pub mod response;
pub mod verdict;
