//! What the standard library would bring into the bundle, done smaller: the allocator and the panic handler.
//!
//! The standard library's panic handler prints; that keeps every panic's text, number printing and
//! `core::fmt` in the bundle. Ours only traps, so the linker sees that nobody reads the messages
//! and leaves them out. `cargo xtask size` refuses a build in which anything can panic; should memory run out,
//! `told` of host.js keeps the trap from the page, and what is stored leaves from the next one.

use core::panic::PanicInfo;

use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

#[global_allocator]
static MEMORY: WasmDynamicTalc = new_wasm_dynamic_allocator();

#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
