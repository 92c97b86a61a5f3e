//! An event as text: what storage keeps of it, and what another page reads.

use alloc::string::String;

use super::message::Event;
use crate::text::{cut, decimal, fnv, join};
use crate::value::parse_f64;

/// Version of the entries this build writes.
const VERSION: &str = "1";
/// The flag of an entry with a route.
const ROUTED: u8 = 4;

/// What an entry's text says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    Entry(Event),
    /// Written by a later version of this collector, which will want it back.
    Newer,
    Corrupt,
}

/// An event as storage keeps it: `1 check created flags length id [length route] json`, where `length`
/// is in bytes and `check` is FNV-1a over what follows it.
pub(super) fn write(event: &Event) -> String {
    let flag = |set, bit| if set { bit } else { 0 };
    let flags = flag(event.needs_answer, 1) | flag(event.wants_ecid, 2) | flag(!event.route.is_empty(), ROUTED);
    let measured = |text: &str| join(&[&decimal(text.len().cast_signed() as i64), " ", text, " "]);
    let route = if event.route.is_empty() { String::new() } else { measured(&event.route) };
    let flags = decimal(i64::from(flags));
    let rest = join(&[&decimal(event.created), " ", &flags, " ", &measured(&event.id), &route, &event.json]);
    join(&[VERSION, " ", &decimal(i64::from(fnv(&rest))), " ", &rest])
}

/// Reads what [`write`] wrote, in this or another version.
pub(super) fn read(text: &str) -> Read {
    let Some((version, entry)) = cut(text, b" ") else { return Read::Corrupt };
    match parse_f64(version) {
        Some(1.0) => read_first(entry).map_or(Read::Corrupt, Read::Entry),
        Some(version) if version > 1.0 => Read::Newer,
        _ => Read::Corrupt,
    }
}

/// The event of an entry of this version.
#[must_use]
pub fn stored(text: &str) -> Option<Event> {
    match read(text) {
        Read::Entry(event) => Some(event),
        Read::Newer | Read::Corrupt => None,
    }
}

fn read_first(entry: &str) -> Option<Event> {
    let (sum, rest) = cut(entry, b" ")?;
    if parse_f64(sum)? as u32 != fnv(rest) {
        return None;
    }
    let (created, rest) = cut(rest, b" ")?;
    let (flags, rest) = cut(rest, b" ")?;
    let flags = parse_f64(flags)? as u8;
    let (id, rest) = read_measured(rest)?;
    let (route, json) = if flags & ROUTED > 0 { read_measured(rest)? } else { ("", rest) };
    Some(Event {
        id: id.into(),
        json: json.into(),
        created: parse_f64(created)? as i64,
        needs_answer: flags & 1 > 0,
        wants_ecid: flags & 2 > 0,
        route: route.into(),
    })
}

/// Of `length text rest`, text and rest.
fn read_measured(text: &str) -> Option<(&str, &str)> {
    let (length, rest) = cut(text, b" ")?;
    let (text, rest) = rest.split_at_checked(parse_f64(length)? as usize)?;
    Some((text, rest.strip_prefix(' ')?))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_stored_reads_back(id in any::<String>(), json in any::<String>(), route in any::<String>(), created in 0..1_i64 << 52, flags in 0..4) {
            let event = Event { id, json, created, needs_answer: flags & 1 > 0, wants_ecid: flags & 2 > 0, route };
            prop_assert_eq!(read(&write(&event)), Read::Entry(event));
        }

        #[test]
        fn one_changed_byte_is_noticed(json in "[a-z]{1,40}", at in any::<prop::sample::Index>()) {
            let text = write(&Event { id: "id".into(), json, ..Event::default() });
            let mut bytes = text.clone().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1;
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert!(!matches!(read(&changed), Read::Entry(_)), "{changed}");
        }

        #[test]
        fn no_text_hurts(text in any::<String>()) {
            read(&text);
            read(&join(&["1 ", &text]));
        }
    }

    #[test]
    fn a_newer_version_is_told_from_rubbish() {
        assert_eq!(read("2 whatever"), Read::Newer);
        assert_eq!(read("17 {}"), Read::Newer);
        for rubbish in ["", " ", "1", "1 ", "0 1 2 0 1 a {}", "x 1", "-1 2", "{\"a\": 1}"] {
            assert_eq!(read(rubbish), Read::Corrupt, "{rubbish}");
        }
    }
}
