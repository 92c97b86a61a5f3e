//! Numbers kept as the text they came in.
//!
//! `core`'s float parsing and printing cost a wasm bundle 19 KB of brotli, so this module
//! has its own, small pair: exact for what shops write (up to 15 significant digits), within
//! a few units in the last place beyond. A number that is only passed on keeps its source
//! text and loses nothing.

use alloc::boxed::Box;
use alloc::string::String;

/// A JSON number, kept as its source text.
#[derive(Clone, Debug)]
pub struct Number(Box<str>);

/// Powers of ten that an `f64` holds exactly.
const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];
/// From here on not every integer is an `f64`.
const INTEGERS_END: f64 = 9_007_199_254_740_992.0;

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

/// Reads a decimal number as JavaScript's `Number()` does for the spellings shops use: blanks
/// around it, a sign, digits, a point, an exponent. `None` for anything else, the empty text too.
#[must_use]
pub fn parse_f64(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let (negative, digits) = match unsigned.strip_prefix('-') {
        Some(rest) if unsigned.len() == text.len() => (true, rest),
        Some(_) => return None,
        None => (false, unsigned),
    };
    let decimal = Decimal::read(digits.as_bytes())?;
    let value = decimal.to_f64();
    Some(if negative { -value } else { value })
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

/// The digits of a decimal number and where its point stands.
struct Decimal {
    mantissa: u64,
    exponent: i32,
}

impl Decimal {
    /// Reads `digits[.digits][e±digits]`, at least one digit, and nothing after it.
    fn read(bytes: &[u8]) -> Option<Self> {
        let mut mantissa: u64 = 0;
        let mut exponent: i32 = 0;
        let mut digits = 0usize;
        let mut point = false;
        let mut rest = bytes.iter();
        while let Some(&byte) = rest.next() {
            match byte {
                b'0'..=b'9' => {
                    digits = digits.saturating_add(1);
                    let digit = u64::from(byte.wrapping_sub(b'0'));
                    match mantissa.checked_mul(10).and_then(|m| m.checked_add(digit)) {
                        Some(next) => {
                            mantissa = next;
                            if point {
                                exponent = exponent.saturating_sub(1);
                            }
                        }
                        // More digits than fit only move the point.
                        None if !point => exponent = exponent.saturating_add(1),
                        None => {}
                    }
                }
                b'.' if !point => point = true,
                b'e' | b'E' if digits > 0 => {
                    exponent = exponent.saturating_add(read_exponent(rest.as_slice())?);
                    return Some(Self { mantissa, exponent });
                }
                _ => return None,
            }
        }
        (digits > 0).then_some(Self { mantissa, exponent })
    }

    fn to_f64(&self) -> f64 {
        // Two roundings at most: mantissa to f64 (exact below 2^53), then one product or quotient.
        let mut value = self.mantissa as f64;
        if value >= INTEGERS_END
            && let Some(power) = self.exponent.checked_neg().and_then(|places| EXACT.get(usize::try_from(places).ok()?))
        {
            return self.divided(value, *power);
        }
        let mut steps = self.exponent.unsigned_abs();
        while steps > 0 && value != 0.0 && value.is_finite() {
            let step = steps.min(22);
            let power = EXACT.get(step as usize).copied().unwrap_or(1.0);
            if self.exponent < 0 {
                value /= power
            } else {
                value *= power
            }
            steps = steps.saturating_sub(step);
        }
        value
    }

    /// A mantissa of more digits than an `f64` has, of which `near` is the nearest, divided by a power of ten: JavaScript
    /// prints amounts with up to 17, and half a cent may hang on the last.
    fn divided(&self, near: f64, power: f64) -> f64 {
        let more = self.mantissa.wrapping_sub(near as u64) as i64 as f64;
        let quotient = near / power;
        let rest = near - quotient * power - product_rest(quotient, power) + more;
        quotient + rest / power
    }
}

/// What `a * b` is more than its `f64` is, exactly (Dekker's product).
fn product_rest(a: f64, b: f64) -> f64 {
    let halves = |whole: f64| {
        let carried = whole * 134_217_729.0;
        let high = carried - (carried - whole);
        (high, whole - high)
    };
    let ((a_high, a_low), (b_high, b_low)) = (halves(a), halves(b));
    ((a_high * b_high - a * b) + a_high * b_low + a_low * b_high) + a_low * b_low
}

fn read_exponent(bytes: &[u8]) -> Option<i32> {
    let (negative, digits) = match bytes.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, bytes),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value: i32 = 0;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.saturating_mul(10).saturating_add(i32::from(digit));
    }
    Some(if negative { value.saturating_neg() } else { value })
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_as_the_standard_library_does_for_what_shops_write() {
        for text in ["0", "5", "19.99", "5.005", "33.333333", "1000000", "0.30000000000000004", "1e3", "-4.5", "1E-7"] {
            let wanted: f64 = text.parse().unwrap();
            let got = parse_f64(text).unwrap();
            assert!((got - wanted).abs() <= wanted.abs() * 1e-15, "{text}: {got} instead of {wanted}");
        }
    }

    #[test]
    fn reads_texts_as_javascript_number_does() {
        assert_eq!(parse_f64(" 5.00 "), Some(5.0));
        assert_eq!(parse_f64("+5"), Some(5.0));
        assert_eq!(parse_f64(".5"), Some(0.5));
        assert_eq!(parse_f64("5."), Some(5.0));
        for text in ["", " ", ".", "-", "5 6", "5,0", "+-5", "NaN", "five", "1e", "e5"] {
            assert_eq!(parse_f64(text), None, "{text:?}");
        }
    }

    #[test]
    fn knows_whole_numbers() {
        assert_eq!(Number::from_json("5.0").unwrap().as_i64(), Some(5));
        assert_eq!(Number::from_json("1.5").unwrap().as_i64(), None);
        assert_eq!(Number::from_json("9007199254740993").unwrap().as_i64(), Some(9_007_199_254_740_993));
        assert_eq!(Number::from_json("1e30").unwrap().as_i64(), None);
    }

    #[test]
    fn refuses_what_is_no_json_number() {
        for text in ["", "-", "01", "1.", ".5", "+1", "1e", "0x1", "1 ", "NaN", "Infinity"] {
            assert!(Number::from_json(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn prints_money_without_binary_noise() {
        let print = |value: f64| Number::from_f64(value).unwrap().as_str().to_owned();
        assert_eq!(print(39.68 - 19.99), "19.69");
        assert_eq!(print(-41.426667), "-41.426667");
        assert_eq!(print(0.0), "0");
        assert_eq!(print(-0.0), "0");
        assert_eq!(print(3_000_000.0), "3000000");
        assert!((print(1e300).parse::<f64>().unwrap() / 1e300 - 1.0).abs() < 1e-14);
        assert!(Number::from_f64(f64::NAN).is_none());
        assert!(Number::from_f64(f64::INFINITY).is_none());
    }

    proptest! {
        #[test]
        fn decimal_texts_of_up_to_15_digits_are_exact(mantissa in 0u64..1_000_000_000_000_000, scale in 0u32..15) {
            let text = format!("{mantissa}e-{scale}");
            prop_assert_eq!(parse_f64(&text), text.parse::<f64>().ok());
        }

        #[test]
        fn an_amount_that_javascript_prints_is_read_as_it_was(cents in 0u64..1_000_000_000, factor in 0.001f64..10.0) {
            let amount = cents as f64 / 100.0 * factor;
            // As short as can be, as JavaScript prints it: up to 17 digits.
            prop_assert_eq!(parse_f64(&format!("{amount}")), Some(amount));
        }

        #[test]
        fn whole_numbers_come_back(value: i64) {
            prop_assert_eq!(Number::from_i64(value).as_i64(), Some(value));
        }

        #[test]
        fn printed_numbers_are_json_and_close(value in -1e17f64..1e17) {
            let number = Number::from_f64(value).unwrap();
            prop_assert!(Number::from_json(number.as_str()).is_some());
            prop_assert!((number.as_f64() - value).abs() <= 1e-9f64.max(value.abs() * 1e-12));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = (parse_f64(&text), Number::from_json(&text));
        }
    }
}
