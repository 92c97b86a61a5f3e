//! What a test wants to go wrong, and when.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::Response,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::address::{Action, Address};

/// What goes wrong with a request.
#[derive(Deserialize, Serialize, Clone, Default, PartialEq, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Fault {
    /// Answered with this status instead of being processed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// Headers of the answer, the ordinary one too.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) headers: Map<String, Value>,
    /// Answered with this body instead of being processed: a text as it is, anything else as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Value>,
    /// The answer, whatever it is, waits so long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) delay_ms: Option<u64>,
    /// Never answered.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) hang: bool,
    /// The connection is reset and nothing is processed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) reset: bool,
    /// Processed and recorded, then the connection is reset.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) lose_answer: bool,
    /// Seconds or a date for the header `Retry-After`; alone it means status 503.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) retry_after: Option<Value>,
}

impl Fault {
    /// Whether anything goes wrong at all.
    pub(crate) fn happens(&self) -> bool {
        *self != Self::default()
    }

    /// How long the answer waits.
    pub(crate) fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.unwrap_or(0))
    }

    /// The answer that stands in for processing, if there is one.
    pub(crate) fn answer(&self, request_id: &str) -> Option<Response> {
        let status = match (self.status, &self.body, &self.retry_after) {
            (Some(status), _, _) => status,
            (None, Some(_), _) => 200,
            (None, None, Some(_)) => 503,
            (None, None, None) => return None,
        };
        let code = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let (kind, text) = match &self.body {
            Some(Value::String(text)) => ("text/plain; charset=utf-8", text.clone()),
            Some(body) if status >= 400 => ("application/problem+json", body.to_string()),
            Some(body) => ("application/json", body.to_string()),
            None if status >= 400 => ("application/problem+json", {
                let title = code.canonical_reason().unwrap_or("Error");
                let kind = match status {
                    500 => "https://ns.adobe.com/aep/errors/EXEG-0001-500",
                    502 => "https://ns.adobe.com/aep/errors/EXEG-0202-502",
                    503 => "https://ns.adobe.com/aep/errors/EXEG-0000-503",
                    504 => "https://ns.adobe.com/aep/errors/EXEG-0200-504",
                    _ => "about:blank",
                };
                json!({ "type": kind, "status": status, "title": title,
                    "detail": "a scripted fault of the local edge",
                    "report": { "requestId": request_id } })
                .to_string()
            }),
            None => ("text/plain; charset=utf-8", String::new()),
        };
        let mut response = Response::new(if status == 204 { Body::empty() } else { Body::from(text) });
        *response.status_mut() = code;
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        Some(response)
    }

    /// Adds the fault's headers to an answer.
    pub(crate) fn dress(&self, response: &mut Response) {
        let retry = self.retry_after.as_ref().map(|value| ("retry-after", value));
        let given = self.headers.iter().map(|(name, value)| (name.as_str(), value));
        for (name, value) in given.chain(retry) {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&text)) {
                response.headers_mut().insert(name, value);
            }
        }
    }
}

/// A fault and the requests that it befalls.
#[derive(Deserialize, Clone, Debug)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Rule {
    /// Actions, separated by `|`; all when absent.
    action: Option<String>,
    config_id: Option<String>,
    /// So many matching requests pass before the first is hit.
    #[serde(default)]
    after: u64,
    /// So many are hit; all when absent.
    times: Option<u64>,
    fault: Fault,
    #[serde(skip)]
    seen: u64,
}

impl Rule {
    /// Says what cannot be meant, before a test waits for a fault that never comes.
    pub(crate) fn check(&self) -> Result<(), String> {
        for name in self.action.iter().flat_map(|action| action.split('|')) {
            if Action::named(name.trim()).is_none() {
                return Err(format!(
                    "action: {name} is none of interact, collect, privacy/set-consent, identity/acquire"
                ));
            }
        }
        match self.fault.status {
            Some(status) if !(200..=599).contains(&status) => Err("fault.status: must be from 200 to 599".to_owned()),
            _ => Ok(()),
        }
    }

    fn matches(&self, address: &Address) -> bool {
        self.action
            .as_ref()
            .is_none_or(|action| action.split('|').any(|name| Action::named(name.trim()) == Some(address.action)))
            && self.config_id.as_ref().is_none_or(|id| address.datastream.as_ref() == Some(id))
    }
}

/// The first rule that this request falls under, counting it for all that match before.
pub(crate) fn pick(rules: &mut [Rule], address: &Address) -> Option<Fault> {
    rules.iter_mut().filter(|rule| rule.matches(address)).find_map(|rule| {
        let turn = rule.seen;
        rule.seen += 1;
        let hit = turn >= rule.after && rule.times.is_none_or(|times| turn < rule.after + times);
        hit.then(|| rule.fault.clone())
    })
}
