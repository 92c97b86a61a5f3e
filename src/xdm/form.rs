//! Whether a single value has the form that XDM wants, mended where nothing is lost by it.

use alloc::string::String;

use crate::date::day;
use crate::text::{cut, has, split};
use crate::value::{Number, Value, parse_f64};

/// Mends `value` towards the kind that `letter` stands for and says whether it is one now; if not,
/// what XDM wants, in words.
///
/// Numbers become texts where a text is wanted, and texts that are numbers become numbers (shops
/// write `"5.00"`); a currency is put in capitals.
pub(super) fn scalar(letter: u8, value: &mut Value) -> Result<(), &'static str> {
    let (fits, wanted): (fn(&str) -> bool, _) = match letter {
        b's' | b't' => (|_| true, "a text"),
        b'r' => (|text| address(text, false), "a text that can stand in an address, without blanks"),
        b'u' => (|text| address(text, true), "a whole address (https://…)"),
        b'd' => (date_time, "a date with time and zone (2026-01-31T12:00:00Z)"),
        b'D' => (date, "a date (2026-01-31)"),
        b'e' => (email, "an e-mail address"),
        b'c' => (|text| capitals(text, 3), "a currency of three letters (EUR)"),
        b'C' => (|text| capitals(text, 2), "a country of two capitals (DE)"),
        b'l' => (language, "a language (en-US)"),
        b'k' => (month_and_day, "a month and day (01-31)"),
        b'4' => (ip_v4, "an IPv4 address"),
        b'6' => (ip_v6, "an IPv6 address"),
        b'b' => return truth(value).ok_or("true or false"),
        b'n' => return number(value, f64::MIN, f64::MAX).ok_or("a number"),
        b'a' => return number(value, -90.0, 90.0).ok_or("a latitude"),
        b'o' => return number(value, -180.0, 180.0).ok_or("a longitude"),
        b'i' => return whole(value, i64::MIN, i64::MAX).ok_or("a whole number"),
        b'p' => return whole(value, 0, i64::MAX).ok_or("a whole number, not negative"),
        b'y' => return whole(value, 1, 32767).ok_or("a year"),
        _ => return Ok(()),
    };
    if let Value::Number(number) = value {
        *value = Value::from(number.as_str());
    }
    if let (b'c', Value::Text(text)) = (letter, &mut *value) {
        text.make_ascii_uppercase();
    }
    if value.as_text().is_some_and(fits) { Ok(()) } else { Err(wanted) }
}

/// Makes `value` the one of `words` (`a|b|c`) that it is but for capitals.
pub(super) fn one_of(words: &str, value: &mut Value) -> bool {
    let found = value.as_text().and_then(|text| split(words, b"|").find(|word| word.eq_ignore_ascii_case(text)));
    match found {
        Some(word) => {
            *value = Value::from(word);
            true
        }
        None => false,
    }
}

fn truth(value: &mut Value) -> Option<()> {
    let truth = match value {
        Value::Bool(_) => return Some(()),
        Value::Text(text) if text == "true" => true,
        Value::Text(text) if text == "false" => false,
        _ => return None,
    };
    *value = Value::from(truth);
    Some(())
}

fn number(value: &mut Value, least: f64, most: f64) -> Option<()> {
    let read = match value {
        Value::Number(number) => number.as_f64(),
        Value::Text(text) => {
            let read = parse_f64(text)?;
            *value = Value::Number(Number::from_f64(read)?);
            read
        }
        _ => return None,
    };
    // What is beyond every `f64` is not what the page meant, and a strict reader would refuse it.
    (read.is_finite() && least <= read && read <= most).then_some(())
}

fn whole(value: &mut Value, least: i64, most: i64) -> Option<()> {
    number(value, f64::MIN, f64::MAX)?;
    let read = value.as_i64().filter(|read| (least..=most).contains(read))?;
    *value = Value::from(read);
    Some(())
}

fn email(text: &str) -> bool {
    cut(text, b"@").is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !has(domain, b'@'))
        // JavaScript counts U+FEFF among the blanks, Rust does not.
        && !text.chars().any(|char| char.is_whitespace() || char == '\u{feff}')
}

fn capitals(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// RFC 3986, only as far as every validator agrees: no brackets, one fragment, digits as port.
fn address(text: &str, absolute: bool) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let fine = match byte {
            b'%' => [bytes.next(), bytes.next()].iter().all(|hex| hex.is_some_and(|hex| hex.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=".contains(&byte),
        };
        if !fine {
            return false;
        }
    }
    let (before, fragment) = cut(text, b"#").unwrap_or((text, ""));
    if has(fragment, b'#') {
        return false;
    }
    let path = split(before, b"?").next().unwrap_or_default();
    let rest = match cut(path, b":") {
        Some((scheme, rest)) if !has(scheme, b'/') => {
            let letters = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
            if !letters || !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) {
                return false;
            }
            // A scheme alone is no address to everyone.
            if rest.is_empty() {
                return false;
            }
            rest
        }
        _ if absolute => return false,
        _ => path,
    };
    let Some(authority) = rest.strip_prefix("//") else { return true };
    let host = split(authority, b"/").next().unwrap_or_default();
    let host = cut(host, b"@").map_or(host, |(_, host)| host);
    let port = cut(host, b":").map_or("", |(_, port)| port);
    !host.is_empty() && !host.starts_with(':') && !has(host, b'@') && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number that `digits` ASCII digits at the start of `text` make, and what follows them.
fn digits(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (head, rest) = text.split_at_checked(digits)?;
    let mut value = 0u32;
    for byte in head.bytes() {
        let digit = byte.is_ascii_digit().then(|| u32::from(byte.wrapping_sub(b'0')))?;
        value = value.saturating_mul(10).saturating_add(digit);
    }
    Some((value, rest))
}

/// The rest after `year-month-day`, if there is such a day.
fn after_date(text: &str) -> Option<&str> {
    day(text).map(|(_, rest)| rest)
}

/// The rest after `hour:minute`.
fn after_time(text: &str) -> Option<&str> {
    let (hour, rest) = digits(text, 2)?;
    let (minute, rest) = digits(rest.strip_prefix(':')?, 2)?;
    (hour < 24 && minute < 60).then_some(rest)
}

fn date(text: &str) -> bool {
    after_date(text) == Some("")
}

/// RFC 3339, the zone included.
fn date_time(text: &str) -> bool {
    let read = || {
        let (second, rest) = digits(after_time(after_date(text)?.strip_prefix('T')?)?.strip_prefix(':')?, 2)?;
        let zone = match rest.strip_prefix('.') {
            Some(rest) => {
                let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                (zone.len() < rest.len()).then_some(zone)?
            }
            None => rest,
        };
        let zoned = zone == "Z" || after_time(zone.strip_prefix(['+', '-'])?) == Some("");
        Some(second < 60 && zoned)
    };
    read().unwrap_or(false)
}

/// As XDM has it, by the pattern `[0-1][0-9]-[0-9][0-9]` and no calendar.
fn month_and_day(text: &str) -> bool {
    let read = || {
        let (month, rest) = digits(text, 2)?;
        let (_, rest) = digits(rest.strip_prefix('-')?, 2)?;
        Some(month < 20 && rest.is_empty())
    };
    read().unwrap_or(false)
}

/// `en`, `en-US`, `zh-Hans-CN`: the tags that browsers report.
fn language(text: &str) -> bool {
    let mut parts = split(text, b"-").peekable();
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !parts.next().is_some_and(|part| (2..=3).contains(&part.len()) && letters(part)) {
        return false;
    }
    parts.next_if(|part| part.len() == 4 && letters(part));
    parts.next_if(|part| {
        (part.len() == 2 && letters(part)) || (part.len() == 3 && part.bytes().all(|byte| byte.is_ascii_digit()))
    });
    parts.next().is_none()
}

fn ip_v4(text: &str) -> bool {
    let part = |part: &str| {
        (part == "0" || !part.starts_with('0')) && digits(part, part.len()).is_some_and(|(byte, _)| byte < 256)
    };
    split(text, b".").count() == 4 && split(text, b".").all(|text| (1..=3).contains(&text.len()) && part(text))
}

fn ip_v6(text: &str) -> bool {
    let groups = |text: &str| -> Option<usize> {
        let fine = |group: &str| (1..=4).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_hexdigit());
        if text.is_empty() {
            return Some(0);
        }
        split(text, b":").all(fine).then(|| split(text, b":").count())
    };
    // Searching for a text of two letters would bring all of core's searcher into the bundle.
    let gap = text.as_bytes().windows(2).position(|pair| pair == b"::");
    match gap.and_then(|at| text.split_at_checked(at)) {
        Some((head, tail)) => match (groups(head), groups(tail.get(2..).unwrap_or_default())) {
            (Some(head), Some(tail)) => head.saturating_add(tail) < 8,
            _ => false,
        },
        None => groups(text) == Some(8),
    }
}

/// `value` when JavaScript would take it for true: not `null`, `false`, 0 or the empty text.
pub(super) fn truthy(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != 0.0,
        Value::Text(text) => !text.is_empty(),
        Value::List(_) | Value::Map(_) => true,
    })
}

/// `Number(value.toFixed(2))`: the hundredth nearest to the exact value of the binary number, so
/// that 1.005 (a little less than it says) gives 1 and 0.125 gives 0.13.
pub(super) fn cents(value: f64) -> f64 {
    let bits = value.to_bits();
    // 52 bits of fraction behind a leading one, times a power of two that is `shift` down.
    let shift = 1075u64.saturating_sub((bits >> 52) & 0x7ff);
    if shift == 0 || !value.is_finite() {
        return value;
    }
    let hundredfold = ((bits & 0x000f_ffff_ffff_ffff) | 0x0010_0000_0000_0000).saturating_mul(100);
    let half = if shift <= 62 { 1u64 << (shift.saturating_sub(1) & 63) } else { u64::MAX };
    let count = if half == u64::MAX { 0 } else { hundredfold.saturating_add(half) >> (shift & 63) };
    let rounded = count as f64 / 100.0;
    if value < 0.0 { -rounded } else { rounded }
}

/// `value` as the text that JavaScript's `String(value)` makes of a single value.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Number(number) => Some(number.as_str().into()),
        Value::Bool(value) => Some(String::from(if *value { "true" } else { "false" })),
        Value::Null | Value::List(_) | Value::Map(_) => None,
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mended(letter: u8, json: &str) -> Option<String> {
        let mut value = Value::parse(json).unwrap();
        scalar(letter, &mut value).ok().map(|()| value.to_json())
    }

    #[test]
    fn numbers_and_texts_become_each_other_where_nothing_is_lost() {
        assert_eq!(mended(b'n', r#""5.00""#).as_deref(), Some("5"));
        assert_eq!(mended(b'i', r#"" 7 ""#).as_deref(), Some("7"));
        assert_eq!(mended(b'i', "3.0").as_deref(), Some("3"));
        assert_eq!(mended(b's', "12").as_deref(), Some(r#""12""#));
        assert_eq!(mended(b'b', r#""false""#).as_deref(), Some("false"));
        for (letter, json) in [
            (b'i', "1.5"),
            (b'i', r#""1.5""#),
            (b'n', r#""five""#),
            (b'n', "1e400"),
            (b'n', "true"),
            (b's', "true"),
            (b's', "[]"),
            (b'b', "1"),
            (b'p', "-1"),
            (b'a', "91"),
        ] {
            assert_eq!(mended(letter, json), None, "{} {json}", letter as char);
        }
    }

    #[test]
    fn forms_are_checked() {
        let cases: &[(u8, &[&str], &[&str])] = &[
            (b'e', &["a@b", "Ünï@shop.test"], &["a", "@b", "a@", "a@b@c", "a b@c", "a@b\u{a0}c", "a@b\u{feff}"]),
            (b'c', &["EUR", "usd"], &["EU", "EURO", "E1R", "€€€"]),
            (b'r', &["s1-2", "/rel?x#y", "https://a.b/c", "a%20b"], &["a b", "ü", "a%2", "1:2", "x#y#z", "//", "a:"]),
            (
                b'u',
                &["https://a.b/c", "urn:x:y", "http://h:8080/"],
                &["/rel", "a", "http://h:p/", "http://", "h ttp://x"],
            ),
            (
                b'd',
                &["2022-10-15T20:20:39+00:00", "2024-02-29T00:00:00.123Z"],
                &["2022-10-15 20:20:39", "2023-02-29T00:00:00Z", "2022-10-15T20:20:39", "2022-10-15T25:00:00Z", "x"],
            ),
            (b'D', &["2000-02-29"], &["1900-02-29", "2000-13-01", "2000-1-1"]),
            (b'k', &["12-31"], &["1-1", "99-99"]),
            (b'l', &["en", "en-US", "zh-Hans-CN"], &["e", "en_US", "en-US-x", "englishy"]),
            (b'4', &["127.0.0.1"], &["256.0.0.1", "1.2.3", "01.2.3.4", "1.2.3.+"]),
            (b'6', &["::1", "1:2:3:4:5:6:7:8", "fe80::1"], &["1:2", ":::", "1::2::3", "g::1", "1:2:3:4:5:6:7:8:9"]),
        ];
        for (letter, good, bad) in cases {
            for text in *good {
                assert!(scalar(*letter, &mut Value::from(*text)).is_ok(), "{} {text}", *letter as char);
            }
            for text in *bad {
                assert!(scalar(*letter, &mut Value::from(*text)).is_err(), "{} {text}", *letter as char);
            }
        }
    }

    #[test]
    fn cents_are_those_of_to_fixed() {
        for (value, wanted) in [
            (5.005, 5.0),
            (1.005, 1.0),
            (0.125, 0.13),
            (-0.125, -0.13),
            (33.333333 * 3.0, 100.0),
            (10.235, 10.23),
            (8.345, 8.35),
            (1e-300, 0.0),
            (0.0, 0.0),
            (1e18, 1e18),
            (5e-324, 0.0),
            (0.004_999_9, 0.0),
            (0.005, 0.01),
        ] {
            assert_eq!(cents(value), wanted, "{value}");
        }
    }

    proptest! {
        /// `format!` rounds the exact binary value too, but ties to even: those are left out.
        #[test]
        fn cents_agree_with_exact_rounding(value in -1e12f64..1e12) {
            prop_assume!((value * 800.0).fract() != 0.0);
            prop_assert_eq!(cents(value), format!("{value:.2}").parse::<f64>().unwrap() + 0.0);
        }

        #[test]
        fn no_text_panics(text in ".*") {
            for letter in b"rudDeccClk46nib" {
                let _ = scalar(*letter, &mut Value::from(text.as_str()));
            }
        }
    }
}
