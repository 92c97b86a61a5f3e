//! What `setConsent` takes: `"in"`, `"out"`, or the Web SDK's consent objects.

use alloc::vec;

use super::{State, tcf};
use crate::inspect::Issue;
use crate::text::split;
use crate::value::Value;

/// The Adobe 1.0 consent that says `state`, as the Edge Network is told it.
#[must_use]
pub(super) fn general(state: State) -> Value {
    Value::from(vec![Value::from([
        ("standard", Value::from("Adobe")),
        ("version", Value::from("1.0")),
        ("value", Value::from([("general", state.name())])),
    ])])
}

/// The IAB TCF 2.0 consent that carries a TC string.
#[must_use]
pub(super) fn iab(tc_string: &str) -> Value {
    Value::from(vec![Value::from([
        ("standard", Value::from("IAB TCF")),
        ("version", Value::from("2.0")),
        ("value", Value::from(tc_string)),
        ("gdprApplies", Value::from(true)),
    ])])
}

/// The consent array to tell the Edge Network, and what it says.
///
/// Of several objects the strictest counts; one of Adobe 2.0 without `collect` says nothing of collection and needs
/// another beside it that does. Lawful grounds other than consent (Adobe 2.0: `li`,
/// `ct`, `cp`, `vi`, `pi`) allow collection; `p`, `u`, `pending` and `not_provided` are no choice
/// yet, and hold it.
///
/// # Errors
/// When it is none of these, with the field that is wrong and what may stand there.
pub(super) fn read(raw: &Value) -> Result<(Value, State), Issue> {
    match raw.as_text() {
        Some("in") => return Ok((general(State::In), State::In)),
        Some("out") => return Ok((general(State::Out), State::Out)),
        _ => {}
    }
    let list = raw.get("consent").unwrap_or(&Value::Null);
    let Some(objects) = list.as_list().filter(|objects| !objects.is_empty()) else {
        let found = if raw.as_map().is_some() { list.kind() } else { raw.kind() };
        return Err(wrong(
            WRONG_KIND,
            "consent",
            found,
            r#"give "in", "out" or { consent: [ … ] } with at least one object"#,
        ));
    };
    let mut state = None;
    let mut silent = None;
    for object in objects {
        match judge(object) {
            Err(issue) if issue.field == COLLECT && leaves_out(object) => {
                silent = Some(issue);
            }
            said => {
                state = Some(match (state, said?) {
                    (Some(State::Out), _) | (_, State::Out) => State::Out,
                    (Some(State::Pending), _) | (_, State::Pending) => State::Pending,
                    _ => State::In,
                });
            }
        }
    }
    match (state, silent) {
        (None, Some(issue)) => Err(issue),
        (state, _) => Ok((list.clone(), state.unwrap_or(State::Pending))),
    }
}

const COLLECT: &str = "consent.value.collect.val";

/// Whether it is about other purposes than collection.
fn leaves_out(object: &Value) -> bool {
    object.get("value").and_then(Value::as_map).is_some_and(|purposes| purposes.get("collect").is_none())
}

fn judge(object: &Value) -> Result<State, Issue> {
    let text = |path: &str| object.at(path).and_then(Value::as_text);
    let (field, yes, no, wait, way_out) = match (text("standard"), text("version")) {
        (Some("Adobe"), Some("1.0")) => {
            ("consent.value.general", "in", "out", "pending|not_provided", r#"give "in" or "out""#)
        }
        (Some("Adobe"), Some("2.0")) => {
            (COLLECT, "y|li|ct|cp|vi|pi", "n", "p|u", r#"give "y" or "n" (or "p", "u", "li", "ct", "cp", "vi", "pi")"#)
        }
        (Some("IAB TCF"), Some("2.0")) => return judge_iab(object),
        _ => ("consent.standard", "", "", "", r#"give "Adobe" with version "1.0" or "2.0", or "IAB TCF" with "2.0""#),
    };
    let given = object.at(field.get(8..).unwrap_or_default()).unwrap_or(&Value::Null);
    for (words, state) in [(yes, State::In), (no, State::Out), (wait, State::Pending)] {
        if !words.is_empty() && split(words, b"|").any(|word| Some(word) == given.as_text()) {
            return Ok(state);
        }
    }
    Err(wrong(UNKNOWN_VALUE, field, given.kind(), way_out))
}

fn judge_iab(object: &Value) -> Result<State, Issue> {
    let value = object.get("value").unwrap_or(&Value::Null);
    let applies = match object.get("gdprApplies") {
        None | Some(Value::Null) => true,
        Some(Value::Bool(applies)) => *applies,
        Some(other) => return Err(wrong(WRONG_KIND, "consent.gdprApplies", other.kind(), "give true or false")),
    };
    let text = value.as_text().unwrap_or_default();
    let granted = if applies { tcf::grants(text) } else { (!text.is_empty()).then_some(true) };
    match granted {
        Some(true) => Ok(State::In),
        Some(false) => Ok(State::Out),
        None => {
            Err(wrong(UNREADABLE, "consent.value", value.kind(), "give the TC string of __tcfapi (tcString), format 2"))
        }
    }
}

const WRONG_KIND: &str = "!wrong-kind:% is $ and changes nothing: $.";
const UNKNOWN_VALUE: &str = "!unknown-value:% is $ and changes nothing: $.";
const UNREADABLE: &str = "!unreadable:% is $ and changes nothing: $.";

fn wrong(row: &'static str, field: &str, found: &str, way_out: &str) -> Issue {
    Issue::of(row, &[field, found, way_out])
}
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn said(json: &str) -> Result<State, (alloc::string::String, &'static str)> {
        read(&Value::parse(json).unwrap())
            .map(|(_, state)| state)
            .map_err(|issue| (issue.field.into_owned(), issue.code))
    }

    fn object(json: &str) -> Result<State, (alloc::string::String, &'static str)> {
        said(&alloc::format!(r#"{{"consent":[{json}]}}"#))
    }

    #[test]
    fn reads_every_standard_of_the_web_sdk() {
        assert_eq!(said(r#""in""#), Ok(State::In));
        assert_eq!(said(r#""out""#), Ok(State::Out));
        for (general, wanted) in
            [("in", State::In), ("out", State::Out), ("pending", State::Pending), ("not_provided", State::Pending)]
        {
            assert_eq!(
                object(&alloc::format!(r#"{{"standard":"Adobe","version":"1.0","value":{{"general":"{general}"}}}}"#)),
                Ok(wanted)
            );
        }
        for val in ["y", "li", "ct", "cp", "vi", "pi", "n", "p", "u"] {
            let wanted = match val {
                "n" => State::Out,
                "p" | "u" => State::Pending,
                _ => State::In,
            };
            let json = alloc::format!(
                r#"{{"standard":"Adobe","version":"2.0","value":{{"collect":{{"val":"{val}"}},"metadata":{{"time":"2026-01-01T00:00:00Z"}}}}}}"#
            );
            assert_eq!(object(&json), Ok(wanted), "{val}");
        }
        let iab = |rest: &str| object(&alloc::format!(r#"{{"standard":"IAB TCF","version":"2.0",{rest}}}"#));
        let (yes, no) =
            ("CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAQEagAAAA", "CO052l-O052l-DGAMBFRACBgAAAAAAAAAIYgEawAAAAAAAAA");
        assert_eq!(iab(&alloc::format!(r#""value":"{yes}","gdprApplies":true"#)), Ok(State::In));
        assert_eq!(iab(&alloc::format!(r#""value":"{yes}""#)), Ok(State::In));
        assert_eq!(iab(&alloc::format!(r#""value":"{no}","gdprApplies":true"#)), Ok(State::Out));
        assert_eq!(iab(&alloc::format!(r#""value":"{no}""#)), Ok(State::Out));
        assert_eq!(iab(&alloc::format!(r#""value":"{no}","gdprApplies":false"#)), Ok(State::In));
    }

    #[test]
    fn the_strictest_of_several_counts() {
        let (yes, no, wait) = (
            r#"{"standard":"Adobe","version":"1.0","value":{"general":"in"}}"#,
            r#"{"standard":"Adobe","version":"1.0","value":{"general":"out"}}"#,
            r#"{"standard":"Adobe","version":"2.0","value":{"collect":{"val":"p"}}}"#,
        );
        assert_eq!(object(&[yes, yes].join(",")), Ok(State::In));
        assert_eq!(object(&[yes, wait].join(",")), Ok(State::Pending));
        assert_eq!(object(&[wait, no, yes].join(",")), Ok(State::Out));
    }

    #[test]
    fn who_says_nothing_of_collection_leaves_it_to_the_others() {
        let no = r#"{"standard":"Adobe","version":"1.0","value":{"general":"out"}}"#;
        let mail = r#"{"standard":"Adobe","version":"2.0","value":{"marketing":{"email":{"val":"n"}}}}"#;
        assert_eq!(object(&[mail, &no.replace("out", "in")].join(",")), Ok(State::In));
        assert_eq!(object(&[no, mail].join(",")), Ok(State::Out));
        let wrong = |json: &str| Err((json.into(), "unknown-value"));
        assert_eq!(object(mail), wrong("consent.value.collect.val"), "alone it is no choice");
        let unsure = mail.replace("marketing", "collect");
        assert_eq!(object(&[no, &unsure].join(",")), wrong("consent.value.collect.val"));
        let empty = r#"{"standard":"Adobe","version":"2.0"}"#;
        assert_eq!(object(&[no, empty].join(",")), wrong("consent.value.collect.val"));
    }

    #[test]
    fn names_what_is_wrong() {
        let wrong = |field: &str, code| Err((field.into(), code));
        for json in ["null", "true", r#""maybe""#, "{}", r#"{"consent":[]}"#, r#"{"consent":"in"}"#, "[]"] {
            assert_eq!(said(json), wrong("consent", "wrong-kind"), "{json}");
        }
        for json in [
            "{}",
            "null",
            r#"{"standard":"Adobe"}"#,
            r#"{"standard":"Adobe","version":1}"#,
            r#"{"standard":"IAB TCF","version":"1.1"}"#,
        ] {
            assert_eq!(object(json), wrong("consent.standard", "unknown-value"), "{json}");
        }
        assert_eq!(
            object(r#"{"standard":"Adobe","version":"1.0","value":{"general":"yes"}}"#),
            wrong("consent.value.general", "unknown-value")
        );
        assert_eq!(object(r#"{"standard":"Adobe","version":"1.0"}"#), wrong("consent.value.general", "unknown-value"));
        assert_eq!(
            object(r#"{"standard":"Adobe","version":"2.0","value":{"collect":{"val":true}}}"#),
            wrong("consent.value.collect.val", "unknown-value")
        );
        assert_eq!(
            object(r#"{"standard":"IAB TCF","version":"2.0","value":""}"#),
            wrong("consent.value", "unreadable")
        );
        assert_eq!(
            object(r#"{"standard":"IAB TCF","version":"2.0","value":"","gdprApplies":false}"#),
            wrong("consent.value", "unreadable")
        );
        assert_eq!(
            object(r#"{"standard":"IAB TCF","version":"2.0","value":"x","gdprApplies":"no"}"#),
            wrong("consent.gdprApplies", "wrong-kind")
        );
        let issue = read(&Value::from("shopper@example.com")).unwrap_err();
        assert!(!issue.message.contains("shopper") && issue.message.contains("a text"), "{}", issue.message);
    }
}
