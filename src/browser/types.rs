//! The types of the JS API for TypeScript, which wasm-bindgen puts into the package's `.d.ts`; not a byte of
//! them reaches the page.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("types.d.ts");
