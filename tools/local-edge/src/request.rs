//! Whether a request is what Experience Edge documents: what refuses it as a whole, and what a
//! tolerant server lets pass but a tester wants to know.

use axum::http::{HeaderMap, header};
use serde_json::Value;

use crate::{
    address::{Action, Address},
    refusal::Refusal,
    xdm::{Problem, kind},
};

/// Bytes that a request body may have.
pub(crate) const LIMIT: usize = 64 * 1024;

/// Reads the body, or says why Edge refuses the request before it looks at any event.
pub(crate) fn read(headers: &HeaderMap, bytes: &[u8]) -> Result<Value, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::new("0109", 408, "Empty request body", "the request has no body"));
    }
    if bytes.len() > LIMIT {
        return Err(Refusal::new(
            "0112",
            413,
            "Request body too large",
            format!("the body has {} bytes; {LIMIT} are allowed", bytes.len()),
        ));
    }
    let content = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match content.and_then(|content| content.split(';').next()) {
        None => {
            return Err(Refusal::new("0106", 400, "Content type missing", "the header Content-Type is missing"));
        }
        Some(kind)
            if !matches!(
                kind.trim().to_ascii_lowercase().as_str(),
                "text/plain" | "application/json" | "text/javascript"
            ) =>
        {
            return Err(Refusal::new(
                "0111",
                415,
                "Unsupported content type",
                "the content type must be text/plain, application/json or text/javascript",
            ));
        }
        Some(_) => {}
    }
    serde_json::from_slice(bytes).map_err(|error| {
        Refusal::new(
            "0100",
            500,
            "Body cannot be read",
            format!("the body is not JSON: line {}, column {}", error.line(), error.column()),
        )
    })
}

fn wrong(field: &str, wants: &str, found: &Value) -> Refusal {
    Refusal::new("0101", 400, "Invalid field", format!("{field} must be {wants}, not {}", kind(found)))
}

/// The events of a request, in order; version 2 `interact` carries a single one.
pub(crate) fn events<'a>(address: &Address, body: &'a Value) -> Result<Vec<&'a Value>, Refusal> {
    if !body.is_object() {
        return Err(wrong("the body", "an object", body));
    }
    overrides(body)?;
    if !matches!(address.action, Action::Interact | Action::Collect) {
        return Ok(Vec::new());
    }
    let single = address.version == 2 && address.action == Action::Interact;
    let name = if single { "event" } else { "events" };
    let Some(given) = body.get(name) else {
        return Err(Refusal::new("0103", 400, "Missing field", format!("{name} is missing")));
    };
    let list: Vec<&Value> = if single {
        vec![given]
    } else {
        match given {
            Value::Array(list) if !list.is_empty() => list.iter().collect(),
            Value::Array(_) => {
                return Err(Refusal::new("0103", 400, "Missing field", "events is empty"));
            }
            other => return Err(wrong("events", "a list", other)),
        }
    };
    for (index, event) in list.iter().enumerate() {
        for (part, value) in [("", Some(*event)), (".xdm", event.get("xdm")), (".data", event.get("data"))] {
            if let Some(value) = value.filter(|value| !value.is_object()) {
                return Err(wrong(&format!("{name}[{index}]{part}"), "an object", value));
            }
        }
    }
    Ok(list)
}

/// Edge refuses overrides that say what is so anyway.
fn overrides(body: &Value) -> Result<(), Refusal> {
    let Some(given) = body.pointer("/meta/configOverrides") else {
        return Ok(());
    };
    let bad = |detail: String| Refusal::new("0113", 400, "Invalid configuration overrides", detail);
    let Some(services) = given.as_object() else {
        return Err(bad("meta.configOverrides must be an object".into()));
    };
    for (name, service) in services {
        if service.get("enabled") == Some(&Value::Bool(true)) {
            return Err(bad(format!("meta.configOverrides.{name}.enabled must be left out unless it is false")));
        }
    }
    Ok(())
}

/// What the protocol asks for and a tolerant server lets pass.
pub(crate) fn remarks(address: &Address, body: &Value) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut say = |path: &str, message: &str| problems.push(Problem::new(path, message));
    match &address.request_id {
        None => say("requestId", "is missing from the address"),
        Some(id) if !is_uuid(id) => say("requestId", "must be a UUID in lower case"),
        Some(_) => {}
    }
    match body.pointer("/meta/state") {
        None => say("meta.state", "is missing: clients send domain and cookiesEnabled"),
        Some(state) => {
            if !state.get("domain").is_some_and(Value::is_string) {
                say("meta.state.domain", "must be a text, empty on a host of one label");
            }
            if !state.get("cookiesEnabled").is_some_and(Value::is_boolean) {
                say("meta.state.cookiesEnabled", "must be true or false");
            }
            let entries = state.get("entries");
            if entries.is_some_and(|entries| entries.as_array().is_none_or(Vec::is_empty)) {
                say("meta.state.entries", "must be a list with entries, or left out");
            }
            for (index, entry) in entries.and_then(Value::as_array).into_iter().flatten().enumerate() {
                let key = entry.get("key").and_then(Value::as_str).unwrap_or_default();
                if !(key.starts_with("kndctr_") || matches!(key, "at_qa_mode" | "mbox")) {
                    say(&format!("meta.state.entries[{index}].key"), "only Edge's own cookies may be handed over");
                }
                if !entry.get("value").is_some_and(Value::is_string) {
                    say(&format!("meta.state.entries[{index}].value"), "must be a text");
                }
            }
        }
    }
    let fetch = body.pointer("/query/identity/fetch");
    if address.version == 1
        && !fetch
            .and_then(Value::as_array)
            .is_some_and(|list| list.contains(&Value::from("ECID")) && list.iter().all(Value::is_string))
    {
        say("query.identity.fetch", "must be a list of namespaces with ECID");
    }
    let queued = body.pointer("/meta/queueTimeMillis");
    if queued.is_some_and(|queued| queued.as_u64().is_none_or(|millis| millis > 300_000)) {
        say("meta.queueTimeMillis", "must be an integer from 0 to 300000");
    }
    let known: &[&str] = match address.action {
        Action::SetConsent => &["consent", "identityMap", "query", "meta"],
        Action::Acquire => &["query", "meta", "xdm"],
        Action::Interact | Action::Collect => &["events", "event", "query", "xdm", "meta"],
    };
    for name in body.as_object().into_iter().flat_map(|map| map.keys()) {
        if !known.contains(&name.as_str()) {
            say(name, "the request has no such field");
        }
    }
    nulls(body, "", &mut problems);
    problems
}

/// Absent values are left out; the events' own are found by the XDM rules.
fn nulls(value: &Value, at: &str, problems: &mut Vec<Problem>) {
    match value {
        Value::Null => problems.push(Problem::new(at, "is null: leave the field out")),
        Value::Object(map) => {
            for (name, item) in map {
                if name != "events" && name != "event" {
                    let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                    nulls(item, &at, problems);
                }
            }
        }
        Value::Array(list) => {
            for (index, item) in list.iter().enumerate() {
                nulls(item, &format!("{at}[{index}]"), problems);
            }
        }
        _ => {}
    }
}

fn is_uuid(id: &str) -> bool {
    id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte),
        })
}
