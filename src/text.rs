//! Text without `core::fmt`, which costs a wasm bundle more than all our messages together.
//!
//! ```
//! use storefront_collector::text::{decimal, join, push_padded};
//!
//! assert_eq!(join(&["more than ", &decimal(1000), " events wait"]), "more than 1000 events wait");
//! let mut time = String::from("0");
//! push_padded(&mut time, 7, 3);
//! assert_eq!(time, "0007");
//! ```

use alloc::string::String;

use crate::value::{push_i64, push_u64};

/// FNV-1a, 32 bits, over the bytes of `text`: tells texts apart that nobody forges.
#[must_use]
pub fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

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

/// `text` without blanks around it. The standard library's own would stand at each place that calls it.
#[inline(never)]
pub(crate) fn trim(text: &str) -> &str {
    text.trim()
}

/// `text` before and after the first of `marks` (ASCII). The standard library's search for a `char`
/// brings a panic path, and with it number printing, into the bundle.
#[inline(never)]
#[expect(clippy::manual_contains, reason = "for bytes that is a function, called for each letter")]
pub(crate) fn cut<'a>(text: &'a str, marks: &[u8]) -> Option<(&'a str, &'a str)> {
    let mut bytes = text.bytes();
    let at = match *marks {
        [mark] => bytes.position(|byte| byte == mark)?,
        _ => bytes.position(|byte| marks.iter().any(|mark| *mark == byte))?,
    };
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

/// The value of a hexadecimal digit.
#[inline(never)]
pub(crate) fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit & 15),
        b'a'..=b'f' | b'A'..=b'F' => Some((digit & 15).saturating_add(9)),
        _ => None,
    }
}

/// The six bits that a letter of Base64 stands for, in either alphabet.
#[inline(never)]
pub(crate) fn six_bits(letter: u8) -> Option<u8> {
    match letter {
        b'A'..=b'Z' => Some(letter.wrapping_sub(b'A')),
        b'a'..=b'z' => Some(letter.wrapping_sub(b'a').wrapping_add(26)),
        b'0'..=b'9' => Some(letter.wrapping_sub(b'0').wrapping_add(52)),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Whether `mark` (ASCII) is in `text`.
#[inline(never)]
pub(crate) fn has(text: &str, mark: u8) -> bool {
    text.bytes().any(|byte| byte == mark)
}

/// Whether `part` (not empty) is in `text`. Ours are short; the standard library's search is made for long ones.
pub(crate) fn holds(text: &str, part: &str) -> bool {
    around(text, part).is_some()
}

/// `text` with each `part` (not empty) replaced by `new`.
pub(crate) fn replace(text: &str, part: &str, new: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = around(rest, part) {
        out.push_str(before);
        out.push_str(new);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// `text` before and after the first `part` (not empty).
pub(crate) fn around<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let at = text.as_bytes().windows(part.len().max(1)).position(|window| window == part.as_bytes())?;
    Some((text.get(..at)?, text.get(at.saturating_add(part.len())..)?))
}

/// `text` before and after the last `mark` (ASCII).
pub(crate) fn rcut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == mark)?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

/// Puts `items` in order, equal ones as they came. There are few, and the standard library's sort weighs 7 KB.
pub(crate) fn sort<T>(items: &mut [T], is_after: impl Fn(&T, &T) -> bool) {
    for end in 1..items.len() {
        let mut at = end;
        while let Some([one, other]) = at.checked_sub(1).and_then(|before| items.get_mut(before..=at)) {
            if !is_after(one, other) {
                break;
            }
            core::mem::swap(one, other);
            at = at.saturating_sub(1);
        }
    }
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
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn searching_agrees_with_the_standard_library() {
        for text in ["", "a", "aXXb", "XXX", "é/XX/ü", "XXaXX", "a/b/c"] {
            assert_eq!(around(text, "XX"), text.split_once("XX"), "{text}");
            assert_eq!(holds(text, "XX"), text.contains("XX"), "{text}");
            assert_eq!(has(text, b'X'), text.contains('X'), "{text}");
            assert_eq!(rcut(text, b'/'), text.rsplit_once('/'), "{text}");
            assert_eq!(replace(text, "XX", "é"), text.replace("XX", "é"), "{text}");
        }
    }

    #[test]
    fn sorting_keeps_equal_ones_in_order() {
        let mut items = [(3, 'a'), (1, 'b'), (3, 'c'), (2, 'd'), (1, 'e')];
        sort(&mut items, |one, other| one.0 > other.0);
        assert_eq!(items, [(1, 'b'), (1, 'e'), (2, 'd'), (3, 'a'), (3, 'c')]);
        sort(&mut [] as &mut [u8], |one, other| one > other);
    }

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
