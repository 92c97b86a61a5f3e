//! IAB TCF 2.x: what a shopper's answer to a consent banner means for Adobe.
//!
//! Adobe's Edge Network takes a shopper as in when purpose 1 (store and access information on a
//! device), purpose 10 (develop and improve products) and vendor 565 (Adobe) are all consented to
//! (Adobe's guide to IAB TCF in the Web SDK). Legitimate interest is no consent, and purpose 1 is
//! asked for also where a publisher's country treats it apart.

use super::State;
use crate::text::{six_bits, split};
use crate::value::Value;

/// Adobe in the list of IAB vendors.
const ADOBE: u32 = 565;

// Where the fields of the core segment begin, in bits (TC string format 2).
const PURPOSES: usize = 152;
const MAX_VENDOR: usize = 213;
const IS_RANGE: usize = 229;
const VENDORS: usize = 230;
const RANGES: usize = 242;

/// Whether the TC string `text` consents to what Adobe needs. `None`: it is no TC string of format 2.
#[must_use]
pub fn grants(text: &str) -> Option<bool> {
    let core = split(text, b".").next().unwrap_or_default().as_bytes();
    if number(core, 0, 6)? != 2 {
        return None;
    }
    let purpose = |id: usize| bit(core, PURPOSES.saturating_add(id).saturating_sub(1));
    let vendor = vendor(core)?;
    Some(purpose(1)? && purpose(10)? && vendor)
}

fn vendor(core: &[u8]) -> Option<bool> {
    if number(core, MAX_VENDOR, 16)? < ADOBE {
        return Some(false);
    }
    if !bit(core, IS_RANGE)? {
        return bit(core, VENDORS.saturating_add(ADOBE as usize).saturating_sub(1));
    }
    let mut at = RANGES;
    for _ in 0..number(core, VENDORS, 12)? {
        let first = number(core, at.saturating_add(1), 16)?;
        let (last, length) = match bit(core, at)? {
            true => (number(core, at.saturating_add(17), 16)?, 33),
            false => (first, 17),
        };
        if (first..=last).contains(&ADOBE) {
            return Some(true);
        }
        at = at.saturating_add(length);
    }
    Some(false)
}

/// The bit `at` of URL-safe Base64 text, six bits a letter.
fn bit(text: &[u8], at: usize) -> Option<bool> {
    let letter = *text.get(at / 6)?;
    let six = six_bits(letter).filter(|_| !matches!(letter, b'+' | b'/'))?;
    Some([32, 16, 8, 4, 2, 1].get(at % 6).is_some_and(|mask| six & mask != 0))
}

fn number(text: &[u8], at: usize, length: usize) -> Option<u32> {
    (at..at.saturating_add(length)).try_fold(0, |value, at| Some((value << 1) | u32::from(bit(text, at)?)))
}

/// What a `TCData` object, as `__tcfapi("addEventListener", 2, …)` gives it, decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nothing yet: the banner is shown, or the CMP is still loading.
    None,
    /// The GDPR does not apply to this shopper: there is nothing to consent to.
    NotAsked,
    /// An answer; `now` when the shopper gave it on this page, not on an earlier one.
    Given {
        /// In or out.
        state: State,
        /// Whether the shopper acted just now.
        now: bool,
    },
}

pub(super) fn answer(data: &Value) -> Answer {
    if data.get("gdprApplies").and_then(Value::as_bool) == Some(false) {
        return Answer::NotAsked;
    }
    let now = match data.get("eventStatus").and_then(Value::as_text) {
        Some("useractioncomplete") => true,
        Some("tcloaded") => false,
        _ => return Answer::None,
    };
    let yes = |path: &str| data.at(path).and_then(Value::as_bool) == Some(true);
    // Restriction type 0: the publisher forbids Adobe this purpose, whatever the shopper says.
    let forbidden = |path: &str| data.at(path).and_then(Value::as_i64) == Some(0);
    let granted = yes("purpose.consents.1")
        && yes("purpose.consents.10")
        && yes("vendor.consents.565")
        && !forbidden("publisher.restrictions.1.565")
        && !forbidden("publisher.restrictions.10.565");
    Answer::Given { state: if granted { State::In } else { State::Out }, now }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Made with `SegmentEncoder` of the npm package `@iabtcf/core`, but for the first, which is the
    /// sample of Adobe's documentation.
    const VECTORS: [(&str, bool); 11] = [
        // Purposes 1 and 10, vendor 565 alone.
        ("CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAQEagAAAA", true),
        // Purposes 1, 2, 3, 10; vendors 500 to 600 as one range.
        ("CO052l-O052l-DGAMBFRACBgAOBAAAAAAIYgEsQAYD6ASwAAAAAA", true),
        // Vendors 2, 10 to 20, 33, 560 to 570, 700: the fourth of five ranges.
        ("CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgFeQBQABQAKABQAEMCMAI6AV4AAAAAAAA", true),
        // A bit field of 700 vendors, 565 set and its neighbours too.
        (
            "CO052l-O052l-DGAMBFRACBgAP_AAAAAAIYgFeNttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttAAAAA",
            true,
        ),
        // A bit field with every even vendor.
        (
            "CO052l-O052l-DGAMBFRACBgAP_AAAAAAIYgFeFVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVVAAAAA",
            false,
        ),
        // Without purpose 1, without purpose 10.
        ("CO052l-O052l-DGAMBFRACBgAABAAAAAAIYgEawAQEagAAAA", false),
        ("CO052l-O052l-DGAMBFRACBgAIAAAAAAAIYgEawAQEagAAAA", false),
        // Vendors 564 and 566; 1 to 564 and 566 to 900; 1 to 564; none.
        ("CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEbQAgEaAI2AAAAAA", false),
        ("CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgHCQAoAAgRpAjYDhAAAAAAAAA", false),
        ("CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAYAAgRoAAAAAA", false),
        ("CO052l-O052l-DGAMBFRACBgAAAAAAAAAIYgEawAAAAAAAAA", false),
    ];

    #[test]
    fn reads_tc_strings_as_the_reference_library_writes_them() {
        for (text, granted) in VECTORS {
            assert_eq!(grants(text), Some(granted), "{text}");
            assert_eq!(
                grants(&alloc::format!("{text}.IBAgAAAgAIAwgAgAAAAAAA")),
                Some(granted),
                "{text} and more segments"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_tc_string() {
        // A string of format 1, cut off in the vendors, other letters, nothing at all.
        for text in
            ["BOEFEAyOEFEAyAHABDENAI4AAAB9vABAASA", "CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAQ", "in", "C O", "", "."]
        {
            assert_eq!(grants(text), None, "{text}");
        }
    }

    #[test]
    fn a_banner_decides_once_it_was_answered() {
        let all = r#""purpose":{"consents":{"1":true,"10":true}},"vendor":{"consents":{"565":true}}"#;
        let given = |state, now| Answer::Given { state, now };
        for (text, wanted) in [
            (alloc::format!(r#"{{"eventStatus":"tcloaded",{all}}}"#), given(State::In, false)),
            (
                alloc::format!(r#"{{"eventStatus":"useractioncomplete","gdprApplies":true,{all}}}"#),
                given(State::In, true),
            ),
            (alloc::format!(r#"{{"eventStatus":"cmpuishown",{all}}}"#), Answer::None),
            (alloc::format!("{{{all}}}"), Answer::None),
            (r#"{"eventStatus":"tcloaded"}"#.into(), given(State::Out, false)),
            (r#"{"eventStatus":"cmpuishown","gdprApplies":false}"#.into(), Answer::NotAsked),
            (
                alloc::format!(
                    r#"{{"eventStatus":"tcloaded",{all},"publisher":{{"restrictions":{{"10":{{"565":0}}}}}}}}"#
                ),
                given(State::Out, false),
            ),
            (
                alloc::format!(
                    r#"{{"eventStatus":"tcloaded",{all},"publisher":{{"restrictions":{{"10":{{"565":1}}}}}}}}"#
                ),
                given(State::In, false),
            ),
            ("null".into(), Answer::None),
        ] {
            assert_eq!(answer(&Value::parse(&text).unwrap()), wanted, "{text}");
        }
        for missing in [r#""1":true"#, r#""10":true"#, r#""565":true"#] {
            let text = alloc::format!(r#"{{"eventStatus":"tcloaded",{}}}"#, all.replace(missing, r#""3":true"#));
            assert_eq!(answer(&Value::parse(&text).unwrap()), given(State::Out, false), "without {missing}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "C[A-Za-z0-9_.-]{0,200}|.*") {
            let _ = grants(&text);
        }
    }
}
