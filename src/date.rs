//! The calendar: milliseconds since 1970 to text and back, without a clock or a time zone table.

use alloc::string::String;

use crate::text::{push_padded, split};

const DAY: i64 = 86_400_000;
/// The first and the last millisecond that four digits of a year can say.
const FIRST: i64 = -62_135_596_800_000;
const LAST: i64 = 253_402_300_799_999;
/// Days from the first of March of the year 0, where the arithmetic starts, to 1970.
const EPOCH: u64 = 719_468;

/// Appends `YYYY-MM-DDThh:mm:ss.mmm` of `millis` since 1970; a time outside of the years 1 to 9999
/// becomes the nearest inside.
pub(crate) fn push_time(out: &mut String, millis: i64) {
    let millis = millis.clamp(FIRST, LAST);
    let day = millis.div_euclid(DAY).saturating_add_unsigned(EPOCH).unsigned_abs();
    let time = millis.rem_euclid(DAY).unsigned_abs();
    // Years begin in March here, so that the leap day comes last (Hinnant, "chrono-compatible
    // low-level date algorithms").
    let era = day / 146_097;
    let day = day % 146_097;
    let year = day.saturating_sub(day / 1_460).saturating_add(day / 36_524).saturating_sub(day / 146_096) / 365;
    let day = day.saturating_sub(days_of_years(year));
    let month = day.saturating_mul(5).saturating_add(2) / 153;
    let day = day.saturating_sub(days_of_months(month));
    let year = year.saturating_add(era.saturating_mul(400));
    let (year, month) =
        if month < 10 { (year, month.saturating_add(3)) } else { (year.saturating_add(1), month.saturating_sub(9)) };
    for (mark, value, width) in [
        ("", year, 4),
        ("-", month, 2),
        ("-", day.saturating_add(1), 2),
        ("T", time / 3_600_000, 2),
        (":", time / 60_000 % 60, 2),
        (":", time / 1_000 % 60, 2),
        (".", time % 1_000, 3),
    ] {
        out.push_str(mark);
        push_padded(out, value, width);
    }
}

/// Milliseconds since 1970 of an HTTP date (`Sun, 06 Nov 1994 08:49:37 GMT` and the two older
/// forms of RFC 9110); `None` for anything else.
pub(crate) fn parse_http(text: &str) -> Option<i64> {
    let (mut day, mut month, mut year, mut time) = (None, None, None, None);
    for word in split(text, b" ,-").filter(|word| !word.is_empty()) {
        if word.bytes().any(|byte| byte == b':') {
            let mut parts = split(word, b":").map(number);
            let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
            if hour > 23 || minute > 59 || second > 60 {
                return None;
            }
            time = Some(hour.saturating_mul(60).saturating_add(minute).saturating_mul(60).saturating_add(second));
        } else if let Some(value) = number(word) {
            if day.is_none() { day = Some(value) } else { year = Some(value) }
        } else if month.is_none() {
            const MONTHS: [&str; 12] =
                ["Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb"];
            month = MONTHS.iter().position(|name| *name == word);
        }
    }
    let (day, month, year) = (day?, u64::try_from(month?).ok()?, year?);
    let year = if year < 100 { year.saturating_add(2000) } else { year };
    if !(1..=31).contains(&day) || !(1970..=9999).contains(&year) {
        return None;
    }
    let year = if month > 9 { year.saturating_sub(1) } else { year };
    let days = (year / 400)
        .saturating_mul(146_097)
        .saturating_add(days_of_years(year % 400))
        .saturating_add(days_of_months(month))
        .saturating_add(day)
        .checked_sub(EPOCH.saturating_add(1))?;
    i64::try_from(days.saturating_mul(86_400).saturating_add(time?).saturating_mul(1_000)).ok()
}

/// Days before the year `year` of an era of 400.
fn days_of_years(year: u64) -> u64 {
    year.saturating_mul(365).saturating_add(year / 4).saturating_sub(year / 100)
}

/// Days before the month `month` of a year that begins in March (month 0).
fn days_of_months(month: u64) -> u64 {
    month.saturating_mul(153).saturating_add(2) / 5
}

/// `2024-02-29` at the start of `text` as 20240229, which keeps the order of days, and what follows it;
/// `None` for what the calendar does not have.
pub(crate) fn day(text: &str) -> Option<(i64, &str)> {
    let (date, rest) = text.split_at_checked(10)?;
    let mut value: i64 = 0;
    for (at, byte) in date.bytes().enumerate() {
        match (at, byte) {
            (4 | 7, b'-') => {}
            (0..=3 | 5 | 6 | 8 | 9, b'0'..=b'9') => {
                value = value.saturating_mul(10).saturating_add(i64::from(byte & 15));
            }
            _ => return None,
        }
    }
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
    let last = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day).then_some((value, rest))
}

/// A whole number of up to twelve digits and nothing else.
pub(crate) fn number(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 12 {
        return None;
    }
    text.bytes().try_fold(0u64, |value, byte| {
        byte.is_ascii_digit().then(|| value.saturating_mul(10).saturating_add(u64::from(byte.saturating_sub(b'0'))))
    })
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::OffsetDateTime;
    use time::macros::format_description;

    fn text(millis: i64) -> String {
        let mut out = String::new();
        push_time(&mut out, millis);
        out
    }

    #[test]
    fn reads_the_three_forms_of_http_dates() {
        for form in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(parse_http(form), Some(784_111_777_000), "{form}");
        }
        assert_eq!(parse_http("Sunday, 22-Nov-26 15:17:44 GMT"), Some(1_795_360_664_000));
        for no in [
            "",
            "soon",
            "Sun, 06 Nov 1994",
            "06 1994 08:49:37",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "1:2 3 Jan 1999",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1894 08:49:37 GMT",
        ] {
            assert_eq!(parse_http(no), None, "{no}");
        }
    }

    #[test]
    fn stays_within_four_digits_of_year() {
        assert_eq!(text(i64::MIN), "0001-01-01T00:00:00.000");
        assert_eq!(text(i64::MAX), "9999-12-31T23:59:59.999");
    }

    proptest! {
        #[test]
        fn writes_what_the_time_crate_writes(millis in FIRST..=LAST) {
            let theirs = OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).unwrap();
            let form = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]");
            prop_assert_eq!(text(millis), theirs.format(&form).unwrap());
        }

        #[test]
        fn reads_what_the_time_crate_writes(seconds in 0i64..=253_402_300_799) {
            let date = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
            let form = format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
            prop_assert_eq!(parse_http(&date.format(&form).unwrap()), Some(seconds * 1000));
        }

        #[test]
        fn no_text_panics(text in ".*", dates in "[A-Z a-z0-9:,-]{0,40}") {
            let _ = (parse_http(&text), parse_http(&dates));
        }
    }
}
