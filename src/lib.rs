//! Storefront event collector for Adobe Commerce: what a theme publishes on the data layer becomes
//! XDM and reaches Adobe's Edge Network, nothing lost, nothing leaked.
//!
//! On a page this crate is the npm package `storefront-collector`, WebAssembly behind one script tag.
//! Here it is the same core without a browser: it is told what happened and answers with what to do,
//! and reads no clock, no cookie and no socket itself. So it can be run, and tested, anywhere.
//!
//! # The way of one event
//!
//! ```text
//! theme → storefront → xdm → consent? → settings? → identity, page, hook → delivery → Web SDK or Edge
//!              └───────────── every step leaves a record: inspect ─────────────┘
//! ```
//!
//! | module | what it answers |
//! | --- | --- |
//! | [`collector`] | the pipeline: one happening in, effects out |
//! | [`storefront`] | what did the theme publish, with which contexts? |
//! | [`xdm`] | what is it in Adobe's Experience Data Model? |
//! | [`consent`] | may it leave? |
//! | [`settings`] | what did the merchant configure, and is it complete? |
//! | [`identity`], [`page`] | who was it, and where? |
//! | [`delivery`] | how does it leave, and what if that fails? |
//! | [`inspect`] | what became of it? |
//! | [`value`], [`text`], [`cookies`], [`moment`], [`uuid`] | what the others are made of |
//!
//! # Map an event
//!
//! The mapping alone is a function, for a server, a test or a migration:
//!
//! ```
//! use storefront_collector::{storefront::EventKind, value::Value, xdm};
//!
//! let contexts = Value::parse(r#"{
//!     "shoppingCartContext": {"id": "c1", "items": [
//!         {"id": "1", "quantity": 2, "prices": {"price": {"value": 26.5, "currency": "EUR"}},
//!          "product": {"sku": "MH01", "name": "Hoodie"}}]}
//! }"#).unwrap();
//! let source = xdm::Source::new(EventKind::ShoppingCartView, contexts.as_map().unwrap());
//! let mapped = xdm::map(&source).unwrap();
//! assert!(mapped.issues.is_empty());
//! assert_eq!(mapped.xdm.get("eventType").and_then(Value::as_text), Some("commerce.productListViews"));
//! assert_eq!(mapped.xdm.at("productListItems.0.SKU").and_then(Value::as_text), Some("MH01"));
//! assert_eq!(mapped.xdm.at("productListItems.0.priceTotal").and_then(Value::as_i64), Some(53));
//! ```
//!
//! What comments call the contract, the connector manual, the Edge protocol and the defects is told in
//! `docs/reference/sources.md`.
//!
//! To run the whole pipeline see [`collector`], to run the outbox with your own transport [`delivery`].
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]
#![cfg_attr(target_arch = "wasm32", no_std)]

extern crate alloc;
// Debug builds, the browser's tests among them, have the standard library's allocator and panic handler.
#[cfg(all(target_arch = "wasm32", debug_assertions))]
extern crate std;

#[cfg(all(target_arch = "wasm32", not(debug_assertions)))]
mod alone;
#[cfg(target_arch = "wasm32")]
mod browser;
pub mod collector;
pub mod consent;
pub mod cookies;
mod date;
pub mod delivery;
pub mod identity;
pub mod inspect;
pub mod moment;
pub mod page;
mod queue;
pub mod settings;
pub mod storefront;
pub mod text;
mod url;
pub mod uuid;
pub mod value;
pub mod xdm;

/// The guide's Rust is run as a doctest.
#[cfg(doctest)]
#[doc = include_str!("../docs/guides/headless.md")]
struct HeadlessGuide;
