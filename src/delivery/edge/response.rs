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
mod tests;
