//! The pipeline as a whole, driven without a browser: items of the data layer in, effects out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects
)]

mod bench;
#[path = "collector/cart.rs"]
mod cart;
#[path = "collector/consent.rs"]
mod consent;
#[path = "collector/early.rs"]
mod early;
#[path = "collector/hook.rs"]
mod hook;
#[path = "collector/identity.rs"]
mod identity;
#[path = "collector/pages.rs"]
mod pages;
#[path = "collector/records.rs"]
mod records;
#[path = "collector/settings.rs"]
mod settings;
#[path = "bench/theme.rs"]
mod theme;
#[path = "collector/web_sdk.rs"]
mod web_sdk;
#[path = "collector/websites.rs"]
mod websites;
