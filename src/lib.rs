//! Storefront event collector for Adobe Commerce: what a theme publishes on the data layer becomes
//! XDM and reaches Adobe's Edge Network, nothing lost, nothing leaked.
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
