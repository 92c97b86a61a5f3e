//! What the Edge answers (Edge protocol, 3).

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::cookies::{Cookie, Domain, SameSite};
use super::error::{EdgeError, is_passing};
use crate::date;
use crate::delivery::Action;
use crate::inspect::Issue;
use crate::text::cut;
use crate::value::Value;

/// The longest time that an answer can make us wait, milliseconds: a day. Who says more has mistaken the unit.
pub const LONGEST_RETRY_AFTER: i64 = 86_400_000;

/// How long a cookie of a destination lives that does not say it, days.
const COOKIE_DESTINATION_DAYS: i64 = 10;

/// Whether the same request may be sent again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Retry {
    /// The answer is final.
    #[default]
    No,
    /// Later: after so many milliseconds, if the answer said when (at most [`LONGEST_RETRY_AFTER`]).
    After(Option<i64>),
}

/// An address to call for a destination or another site's identity, as an image, without waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixel {
    /// The address: `http`, `https`, or without scheme.
    pub url: String,
    /// Whether the shop's address must not be told to it.
    pub hide_referrer: bool,
}

/// The headers of an answer that mean something; `None` also where the server does not expose them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Headers<'a> {
    /// `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// `x-adobe-edge`.
    pub adobe_edge: Option<&'a str>,
}

/// An answer, understood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Whether the Edge took the request: a status of 200 to 299 with handles, or 204.
    pub good: bool,
    /// Whether it may be sent again; never, when it is good.
    pub retry: Retry,
    /// The shopper's ECID, if told.
    pub ecid: Option<String>,
    /// The shopper's identity across sites, if told.
    pub core: Option<String>,
    /// Cookies to set, of a failing answer too: on the shop's own host the browser sets them as
    /// well, and a refusal that brings the stored opt-out must be remembered.
    pub cookies: Vec<Cookie>,
    /// Addresses to call.
    pub pixels: Vec<Pixel>,
    /// The destinations of page views, each with its `segments`; handed to the page as they are.
    pub destinations: Vec<Value>,
    /// Handles that are for others (decisions, and types not known here), as they came.
    pub handles: Vec<Value>,
    /// The region of Audience Manager.
    pub region: Option<i64>,
    /// Why it failed, or what went wrong although it was taken. An error with
    /// [`EdgeError::event`] is about that event alone.
    pub errors: Vec<EdgeError>,
    /// What the Edge remarks.
    pub warnings: Vec<EdgeError>,
}

impl Answer {
    /// Errors and warnings as issues.
    #[must_use]
    pub fn issues(&self) -> Vec<Issue> {
        let mut issues = Vec::new();
        for (list, is_warning) in [(&self.errors, false), (&self.warnings, true)] {
            for error in list {
                issues.push(if self.retry == Retry::No { error.issue(is_warning) } else { error.delay() });
            }
        }
        issues
    }
}

/// Reads an answer to `action` with `status` and `body` that arrived at `wall` (milliseconds since 1970).
///
/// Without a list of handles a 2xx is no answer of the Edge (a proxy's page, say), unless it is a 204, or
/// `collect` was asked: that promises no handles, and its status is not the same everywhere (204, 202).
#[must_use]
pub fn read(action: Action, status: u16, body: &str, headers: Headers<'_>, wall: i64) -> Answer {
    let is_empty = body.is_empty();
    let body = Value::parse(body).unwrap_or_default();
    let handles = body.get("handle").and_then(Value::as_list);
    let is_plain = action == Action::Collect
        && (is_empty || body.as_map().is_some_and(|body| body.is_empty() || body.get("requestId").is_some()));
    let mut answer = Answer {
        good: status == 204 || ((200..300).contains(&status) && (handles.is_some() || is_plain)),
        region: headers.adobe_edge.and_then(region),
        ..Answer::default()
    };
    for handle in handles.unwrap_or_default() {
        answer.take_handle(handle);
    }
    if !answer.good {
        let mut error = EdgeError::read(&body);
        // A refusal that says nothing itself may say it in its list.
        if !error.code.is_empty() || body.at("errors.0").is_none() {
            error.status = Some(i64::from(status));
            answer.errors.push(error);
        }
        if is_passing(i64::from(status)) {
            answer.retry = Retry::After(headers.retry_after.and_then(|text| retry_after(text, wall)));
        }
    }
    push_errors(&mut answer.errors, &body, "errors");
    push_errors(&mut answer.warnings, &body, "warnings");
    answer
}

impl Answer {
    fn take_handle(&mut self, handle: &Value) {
        let items = handle.get("payload").and_then(Value::as_list).unwrap_or_default();
        match handle.get("type").and_then(Value::as_text) {
            Some("identity:result") => {
                for (code, known) in [("ECID", &mut self.ecid), ("CORE", &mut self.core)] {
                    let is = |item: &&Value| item.at("namespace.code").and_then(Value::as_text) == Some(code);
                    let id = items.iter().find(is).and_then(|item| item.get("id")).and_then(Value::as_text);
                    *known = id.filter(|id| !id.is_empty()).map(ToOwned::to_owned).or_else(|| known.take());
                }
            }
            Some("state:store") => self.cookies.extend(items.iter().filter_map(stored_cookie)),
            Some("identity:exchange") => self.pixels.extend(items.iter().filter_map(pixel)),
            Some("activation:push") => {
                self.pixels.extend(items.iter().filter_map(pixel));
                self.cookies.extend(items.iter().filter_map(destination_cookie));
            }
            Some("activation:pull") => self.destinations.extend_from_slice(items),
            // A hint counts only as the cookie that comes with it.
            Some("locationHint:result") => {}
            _ => self.handles.push(handle.clone()),
        }
    }
}

fn stored_cookie(item: &Value) -> Option<Cookie> {
    let same_site = item.at("attrs.SameSite").and_then(Value::as_text).unwrap_or_default();
    Some(Cookie {
        name: item.get("key")?.as_text().filter(|name| !name.is_empty())?.to_owned(),
        value: item.get("value").and_then(Value::as_text).unwrap_or_default().to_owned(),
        max_age: item.get("maxAge").and_then(Value::as_i64),
        same_site: [("none", SameSite::None), ("lax", SameSite::Lax), ("strict", SameSite::Strict)]
            .into_iter()
            .find_map(|(name, value)| same_site.eq_ignore_ascii_case(name).then_some(value)),
        ..Cookie::default()
    })
}

fn destination_cookie(item: &Value) -> Option<Cookie> {
    if item.get("type")?.as_text() != Some("cookie") {
        return None;
    }
    let spec = item.get("spec")?;
    let text = |name: &str| spec.get(name).and_then(Value::as_text).filter(|text| !text.is_empty());
    // A domain with anything else in it would write attributes of its own.
    let domain = text("domain")
        .filter(|domain| domain.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')));
    let days = spec.get("ttlDays").and_then(Value::as_i64).unwrap_or(COOKIE_DESTINATION_DAYS);
    Some(Cookie {
        name: text("name")?.to_owned(),
        value: text("value").unwrap_or_default().to_owned(),
        domain: domain.map_or(Domain::Host, |domain| Domain::Named(domain.to_owned())),
        max_age: Some(days.saturating_mul(86_400)),
        same_site: Some(SameSite::None),
        encoded_fully: true,
    })
}

fn pixel(item: &Value) -> Option<Pixel> {
    if item.get("type")?.as_text() != Some("url") {
        return None;
    }
    let url = item.at("spec.url")?.as_text()?;
    ["https://", "http://", "//"].into_iter().any(|start| url.starts_with(start)).then(|| Pixel {
        url: url.to_owned(),
        hide_referrer: item.at("spec.hideReferrer").and_then(Value::as_bool) == Some(true),
    })
}

fn push_errors(errors: &mut Vec<EdgeError>, body: &Value, name: &str) {
    for error in body.get(name).and_then(Value::as_list).unwrap_or_default() {
        errors.push(EdgeError::read(error));
    }
}

/// Of `OR2;9` the 9.
fn region(header: &str) -> Option<i64> {
    let (_, region) = cut(header, b";")?;
    i64::try_from(date::number(region.trim())?).ok()
}

/// How many milliseconds to wait: the header is a number of seconds or a date.
fn retry_after(header: &str, wall: i64) -> Option<i64> {
    let header = header.trim();
    let wait = match date::number(header) {
        Some(seconds) => i64::try_from(seconds).ok()?.saturating_mul(1000),
        None => date::parse_http(header)?.saturating_sub(wall),
    };
    Some(wait.clamp(0, LONGEST_RETRY_AFTER))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use crate::inspect::Severity;
    use proptest::prelude::*;

    fn answer(status: u16, body: &str) -> Answer {
        read(Action::Interact, status, body, Headers::default(), 0)
    }

    #[test]
    fn an_answer_is_good_with_handles_or_204() {
        for (status, body, good) in [
            (200, r#"{"handle":[]}"#, true),
            (207, r#"{"handle":[],"errors":[]}"#, true),
            (204, "", true),
            (200, "", false),
            (200, "{}", false),
            (200, "<html>", false),
            (200, r#"{"handle":{}}"#, false),
            (302, r#"{"handle":[]}"#, false),
            (400, r#"{"handle":[]}"#, false),
            (500, "", false),
        ] {
            let answer = answer(status, body);
            assert_eq!(answer.good, good, "{status} {body}");
            assert_eq!(answer.errors.is_empty(), good, "{status} {body}");
            assert_eq!(answer.retry, Retry::No);
        }
    }

    #[test]
    fn collect_is_answered_by_any_2xx_that_is_no_page() {
        for (status, body, good) in [
            (204, "", true),
            (202, "", true),
            (200, "{}", true),
            (202, r#"{"requestId":"r"}"#, true),
            (200, "<html>", false),
            (200, r#"{"error":"log in first"}"#, false),
            (404, "", false),
        ] {
            assert_eq!(read(Action::Collect, status, body, Headers::default(), 0).good, good, "{status} {body}");
        }
    }

    #[test]
    fn reads_every_kind_of_handle() {
        let answer = answer(
            200,
            r#"{"requestId":"r","handle":[
              {"type":"identity:result","payload":[{"id":"c","namespace":{"code":"CORE"}},{"id":"42","namespace":{"code":"ECID"}}]},
              {"type":"state:store","payload":[{"key":"k1","value":"v1","maxAge":1800,"attrs":{"SameSite":"None"}}]},
              {"type":"state:store","payload":[{"key":"k2","value":"v2"},{"value":"no key"},{"key":"k3","attrs":{"SameSite":"lax"}}]},
              {"type":"identity:exchange","payload":[{"type":"url","id":1,"spec":{"url":"//dpm.test/x","hideReferrer":true,"ttlMinutes":1}},{"type":"other"}]},
              {"type":"activation:push","payload":[{"type":"url","spec":{"url":"https://d.test/"}},{"type":"url","spec":{"url":"javascript:x"}},
                {"type":"cookie","spec":{"name":"n","value":"a|b","domain":"shop.test","ttlDays":3}},
                {"type":"cookie","spec":{"name":"m","value":"","domain":"x; Secure"}},{"type":"cookie","spec":{}}]},
              {"type":"activation:pull","payload":[{"id":"d1","segments":[{"id":"s1"}]}]},
              {"type":"activation:pull","payload":[{"id":"d2","segments":[]}]},
              {"type":"locationHint:result","payload":[{"scope":"EdgeNetwork","hint":"or2","ttlSeconds":1800}]},
              {"type":"personalization:decisions","eventIndex":0,"payload":[{"id":"p"}]},
              {"type":"new:thing"},{"payload":[]},7]}"#,
        );
        assert!(answer.good);
        assert_eq!((answer.ecid.as_deref(), answer.core.as_deref()), (Some("42"), Some("c")));
        let cookie = |name: &str, value: &str| Cookie { name: name.into(), value: value.into(), ..Cookie::default() };
        let destination = |name: &str, value: &str, domain, days: i64| Cookie {
            domain,
            max_age: Some(days * 86_400),
            same_site: Some(SameSite::None),
            encoded_fully: true,
            ..cookie(name, value)
        };
        assert_eq!(
            answer.cookies,
            [
                Cookie { max_age: Some(1800), same_site: Some(SameSite::None), ..cookie("k1", "v1") },
                cookie("k2", "v2"),
                Cookie { same_site: Some(SameSite::Lax), ..cookie("k3", "") },
                destination("n", "a|b", Domain::Named("shop.test".into()), 3),
                destination("m", "", Domain::Host, 10),
            ]
        );
        assert_eq!(
            answer.pixels,
            [
                Pixel { url: "//dpm.test/x".into(), hide_referrer: true },
                Pixel { url: "https://d.test/".into(), hide_referrer: false },
            ]
        );
        assert_eq!(
            Value::from(answer.destinations).to_json(),
            r#"[{"id":"d1","segments":[{"id":"s1"}]},{"id":"d2","segments":[]}]"#
        );
        assert_eq!(
            Value::from(answer.handles).to_json(),
            r#"[{"type":"personalization:decisions","eventIndex":0,"payload":[{"id":"p"}]},{"type":"new:thing"},{"payload":[]},7]"#
        );
    }

    #[test]
    fn a_later_handle_without_ecid_does_not_forget_it() {
        let answer = answer(
            200,
            r#"{"handle":[{"type":"identity:result","payload":[{"id":"42","namespace":{"code":"ECID"}}]},{"type":"identity:result","payload":[]}]}"#,
        );
        assert_eq!(answer.ecid.as_deref(), Some("42"));
    }

    #[test]
    fn a_refusal_names_its_reason_and_keeps_the_stored_opt_out() {
        let answer = answer(
            403,
            r#"{"type":"https://ns.adobe.com/aep/errors/EXEG-0400-403","status":403,"title":"t","handle":[{"type":"state:store","payload":[{"key":"c","value":"general=out"}]}]}"#,
        );
        assert!(!answer.good);
        assert_eq!(answer.errors[0].code, "0400-403");
        assert_eq!(answer.cookies[0].value, "general=out");
        assert_eq!(answer.issues()[0].code, "country");
    }

    #[test]
    fn an_error_of_one_event_names_it() {
        let answer = answer(
            207,
            r#"{"handle":[],"errors":[{"type":"https://ns.adobe.com/aep/errors/EXEG-0201-503","status":503,"title":"t","report":{"eventIndex":2}}],
                "warnings":[{"type":"https://ns.adobe.com/aep/errors/EXEG-0204-200","status":200}]}"#,
        );
        assert!(answer.good);
        assert_eq!(answer.retry, Retry::No);
        assert_eq!((answer.errors[0].event, answer.errors[0].number()), (Some(2), "0201"));
        assert_eq!((answer.warnings[0].event, answer.issues().len()), (None, 2));
    }

    #[test]
    fn an_event_ignored_without_consent_is_flagged() {
        let answer = answer(
            200,
            r#"{"handle":[],"warnings":[{"type":"https://ns.adobe.com/aep/errors/EXEG-0301-200","status":200,"report":{"eventIndex":0}}]}"#,
        );
        assert!(answer.good);
        assert_eq!(answer.issues()[0].code, "no-consent");
    }

    #[test]
    fn what_is_sent_again_is_no_refusal() {
        for (status, body, name) in [
            (503, "", "status 503"),
            (429, r#"{"type":"https://ns.adobe.com/aep/errors/EXEG-0999-429","status":429}"#, "EXEG-0999-429"),
            (
                502,
                r#"{"errors":[{"type":"https://ns.adobe.com/aep/errors/EXEG-0202-502","status":502}]}"#,
                "EXEG-0202-502",
            ),
        ] {
            let [issue] = answer(status, body).issues().try_into().unwrap();
            assert_eq!((issue.severity, issue.field.as_ref(), issue.code), (Severity::Warning, "edgeDomain", "busy"));
            let message = format!(
                "The Edge Network answered with {name}: it takes nothing for now. Events wait and are sent again; if that lasts, check edgeDomain."
            );
            assert_eq!(issue.message, message);
        }
    }

    #[test]
    fn four_statuses_may_be_sent_again() {
        let retry = |status, header| {
            let headers = Headers { retry_after: header, ..Headers::default() };
            read(Action::Interact, status, "", headers, 784_111_777_000).retry
        };
        for status in [429, 502, 503, 504] {
            assert_eq!(retry(status, None), Retry::After(None));
            assert_eq!(retry(status, Some(" 7 ")), Retry::After(Some(7_000)));
            assert_eq!(retry(status, Some("0")), Retry::After(Some(0)));
            assert_eq!(retry(status, Some("999999")), Retry::After(Some(LONGEST_RETRY_AFTER)));
            assert_eq!(retry(status, Some("Sun, 06 Nov 1994 08:50:07 GMT")), Retry::After(Some(30_000)));
            assert_eq!(retry(status, Some("Sun, 06 Nov 1994 08:49:07 GMT")), Retry::After(Some(0)));
            assert_eq!(retry(status, Some("soon")), Retry::After(None));
            assert_eq!(retry(status, Some("-1")), Retry::After(None));
        }
        for status in [0, 200, 400, 401, 403, 404, 408, 413, 422, 500, 501, 505] {
            assert_eq!(retry(status, Some("7")), Retry::No, "{status}");
        }
    }

    #[test]
    fn the_region_is_the_second_part_of_its_header() {
        let region = |header| {
            read(Action::Interact, 204, "", Headers { adobe_edge: Some(header), ..Headers::default() }, 0).region
        };
        assert_eq!(region("OR2;9"), Some(9));
        for none in ["OR2", "", "OR2;", "OR2;x", "OR2;1;2"] {
            assert_eq!(region(none), None, "{none}");
        }
    }

    proptest! {
        #[test]
        fn no_answer_panics(status in any::<u16>(), body in ".*", header in ".*", wall in any::<i64>()) {
            let headers = Headers { retry_after: Some(&header), adobe_edge: Some(&header) };
            let answer = read(Action::Interact, status, &body, headers, wall);
            prop_assert!(answer.good || !answer.issues().is_empty());
        }

        #[test]
        fn no_handle_panics(
            kind in "identity:result|state:store|identity:exchange|activation:push|activation:pull|x",
            item in r#"(\{"(id|type|spec|key|value|maxAge|attrs|namespace)":("url"|"cookie"|5|null|\{"(code|url|SameSite|ttlDays)":("ECID"|9e99|\[\])\})\})|[1-9]|null"#,
            status in 200u16..600,
        ) {
            let body = format!(r#"{{"handle":[{{"type":"{kind}","payload":[{item}]}},{{"type":"{kind}","payload":{item}}}],"errors":[{item}],"report":{item}}}"#);
            let answer = read(Action::Interact, status, &body, Headers::default(), 0);
            prop_assert_eq!(answer.good, status < 300);
        }
    }
}
