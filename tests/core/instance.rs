//! The bundled sender as a Web SDK instance, without a browser: commands in, requests and results out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]

mod bench;
#[path = "instance/choice.rs"]
mod choice;
#[path = "instance/configure.rs"]
mod configure;
#[path = "instance/events.rs"]
mod events;
#[path = "instance/identity.rs"]
mod identity;
#[path = "instance/page.rs"]
mod page;
