//! Decimal spellings read as `f64`.

use super::number::INTEGERS_END;

/// Powers of ten that an `f64` holds exactly.
pub(super) const EXACT: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

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
