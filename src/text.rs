//! Text without `core::fmt`, which costs a wasm bundle more than all our messages together.

use alloc::string::String;

use crate::value::{push_i64, push_u64};

/// `parts`, one after the other.
///
/// ```
/// assert_eq!(storefront_collector::text::join(&["orderContext", " is ", "a list"]), "orderContext is a list");
/// ```
#[must_use]
pub fn join(parts: &[&str]) -> String {
    let mut out = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        out.push_str(part);
    }
    out
}

/// `value` in decimal.
#[must_use]
pub fn decimal(value: i64) -> String {
    let mut out = String::new();
    push_i64(&mut out, value);
    out
}

/// Appends `value` in decimal, filled up with zeros to `width` digits.
pub fn push_padded(out: &mut String, value: u64, width: usize) {
    let mut digits = String::new();
    push_u64(&mut digits, value);
    for _ in digits.len()..width {
        out.push('0');
    }
    out.push_str(&digits);
}
