//! `cargo +nightly fuzz run mapping fuzz/corpus/mapping tests/core/fuzz_seeds`
#![no_main]

#[path = "../mapping.rs"]
mod mapping;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    mapping::run(data);
});
