//! The wire as the edge has it: it reads the addresses and bodies that the collector makes, and writes
//! answers for it to read. Written apart from the collector, so that both would have to be wrong.

use serde_json::{Value, json};
use storefront_collector::collector::{Failure, Reply};
use storefront_collector::delivery::{Action, Outcome};
use storefront_collector::inspect::Status;

use crate::jar::{cookie, ecid, identity_in, identity_value, number};
use crate::network::Request;
use crate::plan::Consent;

/// The datastream of every page.
pub(crate) const DATASTREAM: &str = "3fa85f64-5717-4562-b3fc-2c963f66afa6";

/// What a request says.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) action: Action,
    /// The numbers of its events.
    pub(crate) events: Vec<usize>,
    /// The ECID of each; `None`: it names nobody.
    pub(crate) ecids: Vec<Option<u32>>,
    /// Who the shopper is, by the identity cookie in the body.
    pub(crate) by_cookie: Option<u32>,
    /// Who the shopper is, by an identity carried in from elsewhere.
    pub(crate) by_map: Option<u32>,
    /// What the consent cookie in the body says.
    pub(crate) consent: Option<Consent>,
    /// The choice that it tells.
    pub(crate) choice: Option<Consent>,
}

fn general(text: &str) -> Option<Consent> {
    match text {
        "in" => Some(Consent::In),
        "out" => Some(Consent::Out),
        _ => None,
    }
}

fn ecid_at(value: &Value, path: &str) -> Result<Option<u32>, String> {
    match value.pointer(path) {
        None => Ok(None),
        Some(id) => id.as_str().and_then(number).map(Some).ok_or_else(|| format!("{path} is no ECID: {id}")),
    }
}

/// Reads a request.
///
/// # Errors
/// When it is none that the edge knows.
pub(crate) fn read(url: &str, body: &str) -> Result<Said, String> {
    let rest = url.strip_prefix("https://edge.adobedc.net/ee/v1/").ok_or_else(|| format!("sent to {url}"))?;
    let (path, query) = rest.split_once('?').ok_or("no parameters")?;
    let action = match path {
        "interact" => Action::Interact,
        "collect" => Action::Collect,
        "identity/acquire" => Action::Acquire,
        "privacy/set-consent" => Action::SetConsent,
        _ => return Err(format!("no such action: {path}")),
    };
    let request = query.strip_prefix("configId=").and_then(|query| query.strip_prefix(DATASTREAM));
    let request = request.and_then(|query| query.strip_prefix("&requestId="));
    if !request.is_some_and(|id| id.len() == 36 && id.split('-').map(str::len).eq([8, 4, 4, 4, 12])) {
        return Err(format!("parameters {query}"));
    }
    let body: Value = serde_json::from_str(body).map_err(|error| format!("the body is no JSON: {error}"))?;
    if body.pointer("/query/identity/fetch/0") != Some(&json!("ECID")) {
        return Err("an identity is not asked for".into());
    }
    let mut said = Said {
        action,
        events: Vec::new(),
        ecids: Vec::new(),
        by_cookie: None,
        by_map: ecid_at(&body, "/xdm/identityMap/ECID/0/id")?.or(ecid_at(&body, "/identityMap/ECID/0/id")?),
        consent: None,
        choice: None,
    };
    for entry in body.pointer("/meta/state/entries").and_then(Value::as_array).into_iter().flatten() {
        let (Some(key), Some(value)) = (entry["key"].as_str(), entry["value"].as_str()) else {
            return Err(format!("state {entry}"));
        };
        if key == cookie("identity") {
            said.by_cookie = Some(identity_in(value).ok_or_else(|| format!("identity {value}"))?);
        } else if key == cookie("consent") {
            said.consent = value.strip_prefix("general=").and_then(general);
        }
    }
    for event in body["events"].as_array().into_iter().flatten() {
        let id = event.pointer("/xdm/_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        said.events.push(id.ok_or_else(|| format!("an event without its _id: {event}"))?);
        said.ecids.push(ecid_at(event, "/xdm/identityMap/ECID/0/id")?);
    }
    if said.events.is_empty() == matches!(action, Action::Interact | Action::Collect) {
        return Err(format!("{action:?} with {} events", said.events.len()));
    }
    if action == Action::SetConsent {
        let choice = body.pointer("/consent/0/value/general").and_then(Value::as_str).and_then(general);
        said.choice = Some(choice.ok_or("no choice that the edge knows")?);
    }
    Ok(said)
}

fn error(code: &str, event: Option<usize>) -> Value {
    let kind = format!("https://ns.adobe.com/aep/errors/EXEG-{code}");
    match event {
        None => json!({ "type": kind, "title": "refused" }),
        Some(index) => json!({ "type": kind, "title": "refused", "report": { "eventIndex": index } }),
    }
}

/// What the browser gets for a request.
pub(crate) fn answer(request: &Request) -> Result<Reply, Failure> {
    let reply = |status: u16, body: Value| Ok(Reply { status, body: body.to_string(), ..Reply::default() });
    match &request.outcome {
        Outcome::NetworkError | Outcome::Timeout => Err(Failure::Network),
        Outcome::Retry { after: None } => reply(503, error("0000-503", None)),
        Outcome::Retry { after: Some(after) } => {
            let seconds = (after + 999) / 1_000;
            Ok(Reply { status: 429, retry_after: Some(seconds.to_string()), ..Reply::default() })
        }
        Outcome::TooLarge => reply(413, error("0112-413", None)),
        Outcome::Refused { whole, explained: false, .. } => {
            Ok(Reply { status: if *whole { 403 } else { 500 }, body: "<html>".into(), ..Reply::default() })
        }
        Outcome::Refused { whole: true, .. } => reply(400, error("0003-400", None)),
        Outcome::Refused { whole: false, .. } => reply(422, error("0104-422", None)),
        Outcome::Good { except } => {
            if request.action == Some(Action::Collect) && except.is_empty() {
                return Ok(Reply { status: 204, ..Reply::default() });
            }
            let mut handles = Vec::new();
            let mut store = |name: &str, value: String| {
                let item = json!({ "key": cookie(name), "value": value, "maxAge": 34_128_000, "attrs": { "SameSite": "None" } });
                handles.push(json!({ "type": "state:store", "payload": [item] }));
            };
            let identity = request.identity.or(request.minted);
            if let Some(identity) = identity {
                store("identity", identity_value(identity));
            }
            if let Some(choice) = request.choice {
                store("consent", format!("general={}", if choice == Consent::In { "in" } else { "out" }));
            }
            if let Some(identity) = identity {
                let item = json!({ "id": ecid(identity), "namespace": { "code": "ECID" } });
                handles.push(json!({ "type": "identity:result", "payload": [item] }));
            }
            let list = |becomes: Status, code: &str| -> Vec<Value> {
                let those = except.iter().filter(|exception| exception.becomes == becomes);
                those.map(|exception| error(code, exception.event)).collect()
            };
            let body = json!({ "handle": handles, "errors": list(Status::Rejected, "0104-422"), "warnings": list(Status::Suppressed, "0301-200") });
            reply(if except.is_empty() { 200 } else { 207 }, body)
        }
    }
}
