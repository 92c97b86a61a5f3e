//! Consent through the whole pipeline: what leaves, what is stored and what is set, and when.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;
#[path = "consent/browser.rs"]
mod browser;
#[path = "consent/own_sdk.rs"]
mod own_sdk;
#[path = "consent/personal.rs"]
mod personal;
#[path = "consent/silence.rs"]
mod silence;
#[path = "bench/theme.rs"]
mod theme;
#[path = "consent/told.rs"]
mod told;
