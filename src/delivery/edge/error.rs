//! What the Edge says went wrong, in words that name the setting to look at (Edge protocol, 3.3;
//! connector manual, its error codes).

use alloc::borrow::ToOwned;
use alloc::string::String;

use crate::inspect::Issue;
use crate::text::{decimal, has, join, split};
use crate::value::{Key, Value};

/// An error or a warning of the Edge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EdgeError {
    /// Its number, such as `0003-400`; empty when the answer has none.
    pub code: String,
    /// The HTTP status that it stands for, if it says one.
    pub status: Option<i64>,
    /// The Edge's own words, for a person who debugs. They may quote what was sent.
    pub title: String,
    /// The Edge's own words at length; as [`Self::title`].
    pub detail: String,
    /// The field it is about, when the report names one: a path below `events`, `xdm`,
    /// `identityMap`, `consent`, `meta` or `query`.
    pub field: Option<String>,
    /// Which event of the request it is about, counted from 0; `None`: the whole request.
    pub event: Option<usize>,
}

impl EdgeError {
    /// Reads an error object, of the body of a refusal or of its lists `errors` and `warnings`.
    #[must_use]
    pub fn read(value: &Value) -> Self {
        let text = |path: &str| value.at(path).and_then(Value::as_text).unwrap_or_default();
        let kind = match text("type") {
            "" => text("code"),
            kind => kind,
        };
        let reasons = value.at("report.errors").and_then(Value::as_list).unwrap_or_default();
        let field = reasons.iter().filter_map(Value::as_text).chain([text("detail")]).find_map(field_in);
        Self {
            code: split(kind, b"/").last().and_then(|code| code.strip_prefix("EXEG-")).unwrap_or_default().to_owned(),
            status: value.get("status").and_then(Value::as_i64),
            title: text("title").to_owned(),
            detail: text("detail").to_owned(),
            field: field.map(ToOwned::to_owned),
            event: value.at("report.eventIndex").and_then(Value::as_i64).and_then(|at| usize::try_from(at).ok()),
        }
    }

    /// The four digits of the code; empty when there is none.
    #[must_use]
    pub fn number(&self) -> &str {
        self.code.get(..4).unwrap_or_default()
    }

    /// Whether the same event may be taken later (Edge protocol, 3.3 and 3.4).
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self.number(), "0300" | "0307") || self.status.is_some_and(is_passing)
    }

    /// Whether it names the datastream, its services, the country or authentication, which holds for any event.
    #[must_use]
    pub fn is_about_the_request(&self) -> bool {
        matches!(self.number().get(..2), Some("00" | "04" | "05"))
    }

    /// The error as an issue with the setting or field to look at. It holds none of the Edge's own
    /// words, for they may quote the shopper's data.
    #[must_use]
    pub fn issue(&self, is_warning: bool) -> Issue {
        let (setting, code, advice) = advice(self.number(), self.status);
        let field: Key = match &self.field {
            Some(field) if setting == "xdm" || setting == "identityMap" => Key::Owned(field.clone()),
            _ => Key::Borrowed(setting),
        };
        let message = self.say(advice);
        if is_warning { Issue::warning(field, code, message) } else { Issue::error(field, code, message) }
    }

    /// The error as an issue when the request is sent again: nothing is lost by it.
    #[must_use]
    pub fn delay(&self) -> Issue {
        let advice = "it takes nothing for now. Events wait and are sent again; if that lasts, check edgeDomain.";
        Issue::warning("edgeDomain", "busy", self.say(advice))
    }

    fn say(&self, advice: &str) -> String {
        let status = self.status.map(decimal).unwrap_or_default();
        let name = match (self.code.is_empty(), status.is_empty()) {
            (false, _) => join(&["EXEG-", &self.code]),
            (_, false) => join(&["status ", &status]),
            _ => String::from("an unreadable answer"),
        };
        join(&["The Edge Network answered with ", &name, ": ", advice])
    }
}

/// Whether a request, or an event, answered with this HTTP status is worth another try.
pub(super) fn is_passing(status: i64) -> bool {
    matches!(status, 429 | 502 | 503 | 504)
}

/// The setting or field to look at, the issue's code and what to do.
fn advice(number: &str, status: Option<i64>) -> (&'static str, &'static str, &'static str) {
    match number {
        "0002" | "0003" => (
            "datastreamId",
            "unknown-datastream",
            "no such datastream. Copy the Datastream ID from Adobe's Datastreams page, of the same organization.",
        ),
        "0004" => ("datastreamId", "disabled-datastream", "the datastream is disabled. Enable it, or use another ID."),
        "0010" | "0011" => (
            "datastreamId",
            "datastream-setup",
            "the datastream lacks the Adobe Experience Platform service. Add it, with sandbox and event dataset.",
        ),
        "0012" | "0013" => (
            "datastreamId",
            "datastream-setup",
            "the datastream's sandbox does not fit. Check its sandbox name and that the identity namespaces used, such as CustomerId, exist there.",
        ),
        "0100" | "0101" | "0102" | "0103" | "0104" | "0105" => (
            "xdm",
            "invalid-field",
            "a field has a wrong value or is missing. Look at it in the custom context and in onBeforeEventSend.",
        ),
        "0112" => (
            "productListItems",
            "too-large",
            "the request is too large. Publish fewer items, or shorter custom fields, in one event.",
        ),
        "0113" => {
            ("edgeConfigOverrides", "invalid-overrides", "it refuses the datastream overrides. Correct or remove them.")
        }
        "0200" | "0201" | "0202" | "0203" | "0204" => (
            "datastreamId",
            "upstream",
            "a service behind the datastream did not take the event in time. If that lasts, look at the datastream's services.",
        ),
        "0300" | "0307" => (
            "defaultConsent",
            "consent-unreadable",
            "the shopper's consent could not be read or stored. If that lasts, call setConsent again.",
        ),
        "0301" => (
            "defaultConsent",
            "no-consent",
            "the event was ignored, because the shopper has given no consent. Call setConsent when that changes.",
        ),
        "0302" => (
            "defaultConsent",
            "consent-refused",
            "consent cannot change any more: the shopper opted out everywhere, and nothing here can undo that.",
        ),
        "0303" => (
            "thirdPartyCookiesEnabled",
            "identity-not-allowed",
            "an identity may not be asked for with this datastream. Allow third-party cookies there, or set this to false.",
        ),
        "0304" | "0305" | "0306" | "0308" => (
            "identityMap",
            "invalid-identity",
            "an identity is unknown, malformed or not marked as primary. Check the identity map and that its namespaces exist.",
        ),
        "0400" => {
            ("edgeDomain", "country", "it takes nothing from the shopper's country, and nothing here can change that.")
        }
        "0500" | "0501" | "0502" | "0503" | "0504" | "0505" | "0506" => (
            "datastreamId",
            "credentials",
            "the datastream wants credentials, which a storefront has none of. Set its access type to mixed.",
        ),
        "" if status == Some(413) => advice("0112", None),
        "" => (
            "edgeDomain",
            "refused",
            match status {
                Some(300..) => "it was refused. Check edgeDomain, edgeBasePath and the Datastream ID.",
                _ => {
                    "this is no answer of the Edge Network. Events wait and are sent again; if that lasts, check edgeDomain and edgeBasePath."
                }
            },
        ),
        _ => {
            ("edgeDomain", "refused", "it was refused. Look the code up in Adobe's list of the Edge Network's errors.")
        }
    }
}

/// The first path in `text` that begins at one of our bodies' own fields. (Anything else that looks
/// like a path may be a value.)
fn field_in(text: &str) -> Option<&str> {
    text.split(|c: char| {
        !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | '[' | ']' | '$' | '#' | '-' | '@'))
    })
    .map(|word| word.trim_start_matches(['#', '$', '/', '.']).trim_end_matches(['.', '/']))
    .find(|word| {
        let root = split(word, b"./[").next().unwrap_or_default();
        root.len() < word.len()
            && !has(word, b'@')
            && matches!(root, "events" | "xdm" | "identityMap" | "consent" | "meta" | "query")
    })
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::inspect::Severity;
    use proptest::prelude::*;

    fn error(json: &str) -> EdgeError {
        EdgeError::read(&Value::parse(json).unwrap())
    }

    #[test]
    fn reads_an_error_object() {
        let error = error(
            r#"{"type":"https://ns.adobe.com/aep/errors/EXEG-0104-422","status":422,"title":"Unprocessable Entity","detail":"Invalid request",
                "report":{"eventIndex":1,"errors":["the value ann@example.com is bad","$.events[1].xdm.commerce.order: must be an object"]}}"#,
        );
        assert_eq!(error.code, "0104-422");
        assert_eq!((error.number(), error.status, error.event), ("0104", Some(422), Some(1)));
        assert_eq!((error.title.as_str(), error.detail.as_str()), ("Unprocessable Entity", "Invalid request"));
        let issue = error.issue(false);
        assert_eq!(issue.field, "events[1].xdm.commerce.order");
        assert_eq!(issue.severity, Severity::Error);
        assert!(issue.message.starts_with("The Edge Network answered with EXEG-0104-422: a field"));
    }

    #[test]
    fn every_documented_code_names_a_setting() {
        for (number, field) in [
            ("0002", "datastreamId"),
            ("0003", "datastreamId"),
            ("0004", "datastreamId"),
            ("0010", "datastreamId"),
            ("0011", "datastreamId"),
            ("0012", "datastreamId"),
            ("0013", "datastreamId"),
            ("0100", "xdm"),
            ("0101", "xdm"),
            ("0102", "xdm"),
            ("0103", "xdm"),
            ("0104", "xdm"),
            ("0105", "xdm"),
            ("0112", "productListItems"),
            ("0113", "edgeConfigOverrides"),
            ("0200", "datastreamId"),
            ("0300", "defaultConsent"),
            ("0301", "defaultConsent"),
            ("0302", "defaultConsent"),
            ("0303", "thirdPartyCookiesEnabled"),
            ("0304", "identityMap"),
            ("0305", "identityMap"),
            ("0306", "identityMap"),
            ("0307", "defaultConsent"),
            ("0308", "identityMap"),
            ("0400", "edgeDomain"),
            ("0500", "datastreamId"),
            ("0506", "datastreamId"),
            ("0001", "edgeDomain"),
            ("9999", "edgeDomain"),
        ] {
            let error = error(&format!(r#"{{"type":"https://ns.adobe.com/aep/errors/EXEG-{number}-400"}}"#));
            let issue = error.issue(true);
            assert_eq!(issue.field, field, "{number}");
            assert_eq!(issue.severity, Severity::Warning);
            assert!(issue.message.contains(number), "{}", issue.message);
        }
    }

    #[test]
    fn an_answer_without_code_points_to_the_address() {
        assert_eq!(
            EdgeError { status: Some(404), ..EdgeError::default() }.issue(false).message,
            "The Edge Network answered with status 404: it was refused. Check edgeDomain, edgeBasePath and the Datastream ID."
        );
        let issue = EdgeError { status: Some(200), ..EdgeError::default() }.issue(false);
        assert!(issue.message.contains("this is no answer of the Edge Network. Events wait and are sent again;"));
        let large = EdgeError { status: Some(413), ..EdgeError::default() }.issue(false);
        assert_eq!((large.field.as_ref(), large.code), ("productListItems", "too-large"));
        assert_eq!(error("5").issue(false).field, "edgeDomain");
    }

    #[test]
    fn a_code_that_is_not_known_here_names_a_way_out_too() {
        let issue = error(r#"{"type":"EXEG-9999-400"}"#).issue(false);
        assert!(
            issue.message.ends_with("it was refused. Look the code up in Adobe's list of the Edge Network's errors.")
        );
    }

    #[test]
    fn only_paths_of_our_own_fields_are_fields() {
        assert_eq!(field_in("bad '/events/0/xdm/web'."), Some("events/0/xdm/web"));
        assert_eq!(field_in("(identityMap.ECID[0].id) is"), Some("identityMap.ECID[0].id"));
        assert_eq!(field_in("#/xdm/timestamp"), Some("xdm/timestamp"));
        for none in [
            "john.smith is no number",
            "events",
            "the events are bad.",
            "xdm@b.com",
            "xdm.a@b.com",
            "12.50",
            "https://a.test/events",
        ] {
            assert_eq!(field_in(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_issue_quotes_what_the_edge_says(title in "[a-z]{9,12}", detail in "[a-z]{9,12}", number in "[0-9]{4}") {
            let json = format!(r#"{{"type":"EXEG-{number}-400","title":"{title}","detail":"{detail}","report":{{"errors":["{detail}"]}}}}"#);
            let issue = error(&json).issue(false);
            prop_assert!(!issue.message.contains(&title) && !issue.message.contains(&detail) && !issue.field.contains(&detail));
        }

        #[test]
        fn no_text_panics(text in ".*") {
            let _ = field_in(&text);
            let _ = EdgeError { code: text.clone(), ..EdgeError::default() }.issue(false);
        }
    }
}
