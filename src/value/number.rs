//! Numbers kept as the text they came in.
//!
//! `core`'s float parsing and printing cost a wasm bundle 19 KB of brotli, so this module
//! has its own, small pair: exact for what shops write (up to 15 significant digits), within
//! a few units in the last place beyond. A number that is only passed on keeps its source
//! text and loses nothing.

use alloc::boxed::Box;
use alloc::string::String;

use super::decimal::{EXACT, parse_f64};

/// A JSON number, kept as its source text.
#[derive(Clone, Debug)]
pub struct Number(Box<str>);

/// From here on not every integer is an `f64`.
pub(super) const INTEGERS_END: f64 = 9_007_199_254_740_992.0;

impl Number {
    /// The number written as `text`, if `text` is a JSON number and nothing else.
    #[must_use]
    pub fn from_json(text: &str) -> Option<Self> {
        let (end, _) = scan(text.as_bytes())?;
        (end == text.len()).then(|| Self(text.into()))
    }

    /// A whole number.
    #[must_use]
    pub fn from_i64(value: i64) -> Self {
        let mut out = String::new();
        push_i64(&mut out, value);
        Self(out.into_boxed_str())
    }

    /// A computed number, rounded to what money and measures need: nine decimals below nine
    /// million, fewer above. `None` for what JSON cannot say (infinities, not a number).
    #[must_use]
    pub fn from_f64(value: f64) -> Option<Self> {
        if !value.is_finite() {
            return None;
        }
        let mut out = String::new();
        let magnitude = value.abs();
        if value.is_sign_negative() && value != 0.0 {
            out.push('-');
        }
        if magnitude >= 9e18 {
            push_large(&mut out, magnitude);
            return Some(Self(out.into_boxed_str()));
        }
        let decimals: usize = match magnitude {
            m if m < 9e6 => 9,
            m if m < 9e9 => 6,
            m if m < 9e12 => 3,
            _ => 0,
        };
        let scale = EXACT.get(decimals).copied().unwrap_or(1.0);
        // Scaled values stay below 9e18, so the cast neither saturates nor wraps.
        let scaled = round(magnitude * scale) as u64;
        let unit = scale as u64;
        let whole = scaled.checked_div(unit).unwrap_or(0);
        let mut rest = scaled.checked_rem(unit).unwrap_or(0);
        if whole == 0 && rest == 0 {
            return Some(Self("0".into()));
        }
        push_u64(&mut out, whole);
        if rest > 0 {
            out.push('.');
            let mut place = unit;
            while rest > 0 {
                place = place.checked_div(10).unwrap_or(1).max(1);
                let digit = rest.checked_div(place).unwrap_or(0);
                rest = rest.checked_rem(place).unwrap_or(0);
                out.push(digit_char(digit));
            }
        }
        Some(Self(out.into_boxed_str()))
    }

    /// The text as it stands in JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The nearest `f64`, exact for amounts as JavaScript prints them.
    #[must_use]
    pub fn as_f64(&self) -> f64 {
        parse_f64(&self.0).unwrap_or(0.0)
    }

    /// The whole number this is, if it is one and fits: `5`, `5.0` and `5e0` are 5, `1.5` is none.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        let value = self.as_f64();
        // Beyond 2^53 neighbouring integers share an `f64`; the source text still knows which it was.
        if value.abs() >= INTEGERS_END {
            return parse_integer(&self.0);
        }
        (truncate(value) == value).then_some(value as i64)
    }
}

/// Equal when they are the same text or the same `f64`.
impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.as_f64() == other.as_f64()
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::from_i64(value)
    }
}

/// `value` rounded half away from zero, as `Math.round` does for positive numbers.
#[must_use]
pub fn round(value: f64) -> f64 {
    let whole = truncate(value);
    let rest = (value - whole).abs();
    if rest < 0.5 { whole } else { whole + if value < 0.0 { -1.0 } else { 1.0 } }
}

/// `value` without its fraction. (`f64::trunc` calls into `libm` on wasm without std's intrinsics.)
fn truncate(value: f64) -> f64 {
    if value.abs() >= INTEGERS_END { value } else { (value as i64) as f64 }
}

fn parse_integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut value: i64 = 0;
    for byte in digits.bytes() {
        let digit = i64::from(byte.wrapping_sub(b'0'));
        if !(0..=9).contains(&digit) {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(digit)?;
    }
    Some(if negative { value.wrapping_neg() } else { value })
}

/// How long the JSON number at the start of `bytes` is, and whether it is whole. `None`: there is none.
pub(super) fn scan(bytes: &[u8]) -> Option<(usize, bool)> {
    let digits = |from: usize| bytes.iter().skip(from).take_while(|b| b.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    // JSON has no leading zeros: a zero stands alone.
    if whole == 0 || (whole > 1 && bytes.get(at) == Some(&b'0')) {
        return None;
    }
    at = at.saturating_add(whole);
    let mut integral = true;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at.saturating_add(1));
        if fraction == 0 {
            return None;
        }
        at = at.saturating_add(1).saturating_add(fraction);
        integral = false;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at.saturating_add(1)), Some(b'+' | b'-')));
        let from = at.saturating_add(1).saturating_add(sign);
        let exponent = digits(from);
        if exponent == 0 {
            return None;
        }
        at = from.saturating_add(exponent);
        integral = false;
    }
    Some((at, integral))
}

fn digit_char(digit: u64) -> char {
    char::from(b'0'.saturating_add((digit % 10) as u8))
}

/// Appends `value` in decimal.
pub(crate) fn push_u64(out: &mut String, value: u64) {
    let mut place: u64 = 1;
    while value.checked_div(place).unwrap_or(0) >= 10 {
        place = place.saturating_mul(10);
    }
    while place > 0 {
        out.push(digit_char(value.checked_div(place).unwrap_or(0)));
        place = place.checked_div(10).unwrap_or(0);
    }
}

/// Appends `value` in decimal.
pub(crate) fn push_i64(out: &mut String, value: i64) {
    if value < 0 {
        out.push('-');
    }
    push_u64(out, value.unsigned_abs());
}

fn push_large(out: &mut String, magnitude: f64) {
    let mut value = magnitude;
    let mut zeros: u64 = 0;
    while value >= 9e18 {
        value /= 10.0;
        zeros = zeros.saturating_add(1);
    }
    push_u64(out, value as u64);
    out.push_str("e+");
    push_u64(out, zeros);
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
