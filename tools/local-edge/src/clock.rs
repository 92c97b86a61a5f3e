//! Times as the records show them: UTC with milliseconds.

use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339};

/// The present moment, such as `2026-11-22T15:17:44.527Z`.
pub(crate) fn now() -> String {
    text(OffsetDateTime::now_utc())
}

/// The present moment in milliseconds since 1970.
pub(crate) fn now_millis() -> u64 {
    u64::try_from(OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000).unwrap_or(0)
}

/// An RFC 3339 time turned to UTC, so that ordering the text orders the moments. `None` when it is
/// no such time.
pub(crate) fn normal(given: &str) -> Option<String> {
    OffsetDateTime::parse(given, &Rfc3339).ok().map(|moment| text(moment.to_offset(UtcOffset::UTC)))
}

fn text(moment: OffsetDateTime) -> String {
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        moment.year(),
        u8::from(moment.month()),
        moment.day(),
        moment.hour(),
        moment.minute(),
        moment.second(),
        moment.millisecond()
    )
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_of_any_offset_become_utc() {
        assert_eq!(super::normal("2026-11-22T08:17:44.494-07:00").as_deref(), Some("2026-11-22T15:17:44.494Z"));
        assert_eq!(super::normal("yesterday"), None);
    }
}
