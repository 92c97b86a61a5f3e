//! The answer to a request that was processed: its handles and warnings.

use axum::{http::HeaderValue, response::Response};
use serde_json::{Value, json};

use crate::{
    clock,
    consent::General,
    identity::{CLUSTER_AGE, CONSENT_AGE, IDENTITY_AGE, cookie_name, encode},
    refusal::{Refusal, json_response},
    shopper::Shopper,
    store::{Event, Status},
};

/// What an answer is made of.
pub(crate) struct Answer<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) org: &'a str,
    /// The location hint that the shopper came with.
    pub(crate) hint: Option<&'a str>,
    pub(crate) body: &'a Value,
    pub(crate) shopper: &'a Shopper,
    /// The decision that the consent cookie shall hold; `None` leaves it as it is.
    pub(crate) consent: Option<General>,
    pub(crate) segments: &'a [String],
    pub(crate) events: &'a [Event],
}

/// Builds the answer.
pub(crate) fn response(answer: &Answer<'_>) -> Response {
    let mut handle = Vec::new();
    let mut warnings = Vec::new();
    identities(answer, &mut handle, &mut warnings);
    let hint = match answer.hint {
        // The hint that at.js hands over is Target's, not Edge's.
        None => "or2",
        Some(hint) if hint.starts_with('t') && hint[1..].bytes().all(|b| b.is_ascii_digit()) => "or2",
        Some(hint) => hint,
    };
    handle.push(json!({ "type": "locationHint:result", "payload": [
        { "scope": "Target", "hint": "35", "ttlSeconds": CLUSTER_AGE },
        { "scope": "AAM", "hint": "9", "ttlSeconds": CLUSTER_AGE },
        { "scope": "EdgeNetwork", "hint": hint, "ttlSeconds": CLUSTER_AGE }
    ]}));
    let mut ignored = false;
    for (index, event) in answer.events.iter().enumerate() {
        if event.status == Status::Ignored {
            ignored = true;
            let mut warning =
                Refusal::new("0301", 200, "Event ignored", "the shopper has not consented to the collection of data")
                    .json(answer.request_id, answer.org);
            if let Some(report) = warning.get_mut("report") {
                report["eventIndex"] = json!(index);
            }
            warnings.push(warning);
        } else if !answer.segments.is_empty() && is_page_view(event) {
            let segments: Vec<Value> = answer.segments.iter().map(|id| json!({ "id": id })).collect();
            handle.push(json!({ "type": "activation:pull", "eventIndex": index, "payload": [
                { "type": "profileLookup", "id": "7bb4cb8d-8c2e-4450-871d-b7824f547130",
                  "destinationId": "7bb4cb8d-8c2e-4450-871d-b7824f547130",
                  "alias": "local-edge", "segments": segments }
            ]}));
        }
    }
    handle.push(json!({ "type": "state:store", "payload": state(answer, hint, ignored) }));
    let mut body = json!({ "requestId": answer.request_id, "handle": handle });
    if !warnings.is_empty() {
        body["warnings"] = Value::Array(warnings);
    }
    let mut response = json_response(200, "application/json;charset=utf-8", &body);
    let region = match hint.trim_end_matches(|letter: char| letter.is_ascii_digit()) {
        "va" => 7,
        "irl" => 6,
        "ind" => 12,
        "jpn" => 11,
        "sgp" => 3,
        "aus" => 8,
        _ => 9,
    };
    if let Ok(value) = HeaderValue::from_str(&format!("{};{region}", hint.to_uppercase())) {
        response.headers_mut().insert("x-adobe-edge", value);
    }
    response
}

fn is_page_view(event: &Event) -> bool {
    event.xdm.get("eventType").and_then(Value::as_str) == Some("web.webpagedetails.pageViews")
}

fn identities(answer: &Answer<'_>, handle: &mut Vec<Value>, warnings: &mut Vec<Value>) {
    let asked = answer.body.pointer("/query/identity/fetch");
    let mut payload = Vec::new();
    for namespace in asked.and_then(Value::as_array).into_iter().flatten() {
        match namespace.as_str() {
            Some("ECID") => payload.push(json!({
                "id": answer.shopper.ecid, "namespace": { "code": "ECID" }
            })),
            // The third-party ID of the same device: as long, and stable for one ECID.
            Some("CORE") => payload.push(json!({
                "id": answer.shopper.ecid.chars().rev().collect::<String>(),
                "namespace": { "code": "CORE" }
            })),
            _ => warnings.push(
                Refusal::new("0303", 200, "Namespace not fetched", "identities of this namespace may not be fetched")
                    .json(answer.request_id, answer.org),
            ),
        }
    }
    if !payload.is_empty() {
        handle.push(json!({ "type": "identity:result", "payload": payload }));
    }
}

fn state(answer: &Answer<'_>, hint: &str, ignored: bool) -> Vec<Value> {
    let mut state = Vec::new();
    let mut keep = |suffix: &str, value: String, age: u64| {
        state.push(json!({
            "key": cookie_name(answer.org, suffix), "value": value, "maxAge": age,
            "attrs": { "SameSite": "None" }
        }));
    };
    if !answer.shopper.presented {
        let cookie = encode(&answer.shopper.ecid, clock::now_millis());
        keep("identity", cookie, IDENTITY_AGE);
    }
    keep("cluster", hint.to_owned(), CLUSTER_AGE);
    if let Some(decision) = answer.consent.or(ignored.then_some(General::Out)) {
        keep("consent", decision.cookie().to_owned(), CONSENT_AGE);
    }
    state
}
