//! Deterministic simulation of the delivery engine: the real engine in a model of browser, network
//! and edge, driven by random schedules from a seed. Its models are the simulators of FoundationDB
//! and TigerBeetle.
//!
//! After every effect the promises of `storefront_collector::delivery` are checked; at the end every
//! fault ceases and whatever was accepted has to arrive.

mod coverage;
mod facts;
#[path = "../../core/bench/host.rs"]
mod host;
mod jar;
mod network;
mod plan;
mod shrink;
mod tab;
mod whole;
mod wire;
mod world;

pub use coverage::{Coverage, Seen};
pub use facts::Failure;
pub use plan::{Consent, Plan, Step, Weather};
pub use shrink::shrink;
pub use world::run;
