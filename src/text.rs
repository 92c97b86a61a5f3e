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

/// `text` before and after the first of `marks` (ASCII). The standard library's search for a `char`
/// brings a panic path, and with it number printing, into the bundle.
pub(crate) fn cut<'a>(text: &'a str, marks: &[u8]) -> Option<(&'a str, &'a str)> {
    let at = text.bytes().position(|byte| marks.contains(&byte))?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

/// The pieces of `text` between any of `marks` (ASCII), as `str::split` gives them.
pub(crate) fn split<'a>(text: &'a str, marks: &'a [u8]) -> Split<'a> {
    Split { rest: Some(text), marks }
}

/// See [`split`].
pub(crate) struct Split<'a> {
    rest: Option<&'a str>,
    marks: &'a [u8],
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let rest = self.rest?;
        let (piece, after) = cut(rest, self.marks).map_or((rest, None), |(piece, after)| (piece, Some(after)));
        self.rest = after;
        Some(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn splits_as_the_standard_library(text in "[a,;é]{0,12}") {
            prop_assert_eq!(cut(&text, b";"), text.split_once(';'));
            prop_assert_eq!(cut(&text, b",;"), text.split_once([',', ';']));
            prop_assert_eq!(split(&text, b";").collect::<Vec<_>>(), text.split(';').collect::<Vec<_>>());
            prop_assert_eq!(split(&text, b",;").collect::<Vec<_>>(), text.split([',', ';']).collect::<Vec<_>>());
        }
    }
}
