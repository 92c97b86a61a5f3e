//! The collector as the one thing it is linked to in `pkg/`: a module with nothing to link against it.
//!
//! Cargo leaves link-time optimisation out, without a word, for a library that is `rlib` as well as
//! `cdylib`; the collector has to be both, for its tests and for a plain `wasm-pack build`. Through
//! this crate the bundle is optimised as a whole, which takes a tenth off it.
#![cfg_attr(target_arch = "wasm32", no_std)]

// Nothing is named from it: what JavaScript calls are the exports that wasm-bindgen makes.
extern crate storefront_collector;
