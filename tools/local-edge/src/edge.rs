//! How Edge answers one request: the faults a test asked for, the checks, the shopper, the events,
//! the handles.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, request::Parts},
    response::Response,
};
use serde_json::{Value, json};
use tokio::sync::broadcast;

use crate::{
    address::{Action, Address},
    clock,
    connection::{Cut, Secure},
    consent::{self, General},
    faults::{self, Fault, Rule},
    files::Files,
    handles,
    records::{Config, Requests, Shoppers},
    refusal::{Refusal, empty, json_response},
    request,
    shopper::{Shopper, State},
    store::{Event, Status, Store},
    xdm::{Problem, Rules, empty_values, is_ecid},
};

/// Everything the server knows.
pub(crate) struct Edge {
    pub(crate) requests: Mutex<Requests>,
    pub(crate) faults: Mutex<Vec<Rule>>,
    pub(crate) config: Mutex<Config>,
    pub(crate) shoppers: Mutex<Shoppers>,
    pub(crate) store: Store,
    pub(crate) rules: Rules,
    pub(crate) files: Files,
    pub(crate) stream: broadcast::Sender<(&'static str, Arc<str>)>,
    /// The organisation when neither the request nor the configuration names one.
    pub(crate) org: String,
}

/// A lock that a panicking request does not take with it.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What processing a request came to.
struct Outcome {
    response: Response,
    shopper: Option<String>,
    problems: Vec<Problem>,
    events: Vec<Event>,
}

impl Edge {
    /// Answers a request whose body has arrived.
    pub(crate) async fn answer(
        self: Arc<Self>,
        cut: Cut,
        secure: Secure,
        address: Address,
        parts: Parts,
        bytes: Bytes,
    ) -> Response {
        let seq =
            lock(&self.requests).open(secure, parts.uri.clone(), address.clone(), parts.headers.clone(), bytes.clone());
        let fault = faults::pick(&mut lock(&self.faults), &address).unwrap_or_default();
        if let Some(request) = lock(&self.requests).get(seq) {
            request.event_ids = ids(&bytes);
            if fault.happens() {
                request.faults = vec![fault.clone()];
            }
        }
        self.tell_request(seq);
        if fault.hang {
            std::future::pending::<()>().await;
        }
        // A server goes on with a request whose client has left.
        let work = tokio::spawn(self.finish(cut, address, parts.headers, bytes, seq, fault));
        work.await.unwrap_or_else(|_| empty(500))
    }

    async fn finish(
        self: Arc<Self>,
        cut: Cut,
        address: Address,
        headers: HeaderMap,
        bytes: Bytes,
        seq: u64,
        fault: Fault,
    ) -> Response {
        tokio::time::sleep(fault.delay()).await;
        if fault.reset {
            cut.now();
            return empty(500);
        }
        let request_id = answer_id(&address, &headers);
        let Outcome { mut response, shopper, problems, events } = match fault.answer(&request_id) {
            Some(response) => self.refuse_all(&address, &bytes, seq, response),
            None => self.process(&address, &headers, &bytes, seq, &request_id),
        };
        fault.dress(&mut response);
        if let Ok(value) = HeaderValue::from_str(&request_id) {
            response.headers_mut().insert("x-request-id", value);
        }
        if let Err(error) = self.store.append(events).await {
            response = Refusal::new("0001", 500, "Unexpected error", error).response(&request_id, &self.org);
        }
        let (parts, body) = response.into_parts();
        let answer = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        let response = Response::from_parts(parts, Body::from(answer.clone()));
        if let Some(request) = lock(&self.requests).get(seq) {
            request.status = (!fault.lose_answer).then_some(response.status().as_u16());
            request.answer = answer;
            request.shopper = shopper;
            request.problems = problems;
        }
        self.tell_request(seq);
        if fault.lose_answer {
            cut.now();
        }
        response
    }

    fn tell_request(&self, seq: u64) {
        if self.stream.receiver_count() > 0
            && let Some(request) = lock(&self.requests).get(seq)
        {
            let _ = self.stream.send(("request", Arc::from(request.json().to_string())));
        }
    }

    /// A scripted answer: nothing is processed, the events are noted as refused.
    fn refuse_all(&self, address: &Address, bytes: &Bytes, seq: u64, response: Response) -> Outcome {
        let body = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        Outcome {
            response,
            shopper: None,
            problems: Vec::new(),
            events: self.events(address, &body, seq, None, Status::Refused),
        }
    }

    fn events(
        &self,
        address: &Address,
        body: &Value,
        seq: u64,
        shopper: Option<&Shopper>,
        status: Status,
    ) -> Vec<Event> {
        let at = clock::now();
        request::events(address, body)
            .unwrap_or_default()
            .into_iter()
            .map(|event| {
                let xdm = event.get("xdm").cloned().unwrap_or_else(|| json!({}));
                let data = event.get("data").cloned();
                let mut problems = self.rules.check(&xdm);
                if let Some(data) = &data {
                    empty_values(data, "data", &mut problems);
                }
                if let Some(known) = shopper.filter(|shopper| shopper.presented) {
                    let own = xdm.pointer("/identityMap/ECID/0/id").and_then(Value::as_str);
                    if own.is_some_and(|own| is_ecid(own) && own != known.ecid) {
                        problems.push(Problem::new(
                            "identityMap.ECID[0].id",
                            "names another shopper than the identity cookie",
                        ));
                    }
                }
                Event {
                    request: seq,
                    at: at.clone(),
                    action: address.action.name(),
                    config_id: address.datastream.clone().unwrap_or_default(),
                    shopper: shopper.map(|shopper| shopper.ecid.clone()),
                    status,
                    xdm,
                    data,
                    problems,
                }
            })
            .collect()
    }

    fn process(&self, address: &Address, headers: &HeaderMap, bytes: &Bytes, seq: u64, request_id: &str) -> Outcome {
        let body = match self.admit(address, headers, bytes) {
            Ok(body) => body,
            Err(refusal) => {
                let org = self.org_of(address, None);
                let mut outcome = self.refuse_all(address, bytes, seq, refusal.response(request_id, &org));
                outcome.problems.push(Problem::new("request", refusal.detail));
                return outcome;
            }
        };
        let mut problems = request::remarks(address, &body);
        let state = State::read(&body, headers);
        let org = self.org_of(address, state.org.as_deref());
        let shopper = Shopper::find(&state, &body, &mut lock(&self.shoppers));
        if address.action == Action::Collect && !shopper.presented && address.version == 1 {
            problems.push(Problem::new(
                "action",
                "collect answers nothing, so a shopper without identity stays without: use interact",
            ));
        }
        let decided = match address.action {
            Action::SetConsent => match consent::decide(body.get("consent")) {
                Ok(decided) => decided,
                Err(refusal) => {
                    problems.push(Problem::new("request", refusal.detail.clone()));
                    return Outcome {
                        response: refusal.response(request_id, &org),
                        shopper: Some(shopper.ecid),
                        problems,
                        events: Vec::new(),
                    };
                }
            },
            _ => request::events(address, &body)
                .unwrap_or_default()
                .into_iter()
                .find_map(|event| consent::in_event(event.get("xdm")?)),
        };
        let config = lock(&self.config).clone();
        let stored = {
            let mut shoppers = lock(&self.shoppers);
            if let Some(decided) = decided {
                shoppers.consent.insert(shopper.ecid.clone(), decided);
            }
            shoppers.consent.get(&shopper.ecid).copied()
        };
        let consent = decided.or(state.consent).or(stored);
        let out = consent == Some(General::Out) || config.opted_out(&shopper.ecid);
        let status = if out { Status::Ignored } else { Status::Accepted };
        let events = self.events(address, &body, seq, Some(&shopper), status);
        let response = if address.action == Action::Collect {
            match (address.version, address.silent) {
                (2, false) => json_response(202, "application/json", &json!({ "requestId": request_id })),
                _ => empty(204),
            }
        } else {
            let told = if out { Some(General::Out) } else { decided };
            handles::response(&handles::Answer {
                request_id,
                org: &org,
                hint: address.hint.as_deref().or(config.hint.as_deref()),
                body: &body,
                shopper: &shopper,
                consent: told,
                segments: config.segments.as_deref().unwrap_or_default(),
                events: &events,
            })
        };
        Outcome { response, shopper: Some(shopper.ecid), problems, events }
    }

    /// Everything that Edge looks at before it looks at a shopper.
    fn admit(&self, address: &Address, headers: &HeaderMap, bytes: &[u8]) -> Result<Value, Refusal> {
        let Some(datastream) = &address.datastream else {
            return Err(Refusal::new(
                "0002",
                400,
                "Missing datastream",
                "the address has no configId (version 1) or datastreamId (version 2)",
            ));
        };
        {
            let config = lock(&self.config);
            let listed = |list: &Option<Vec<String>>| list.as_ref().is_some_and(|list| list.contains(datastream));
            if listed(&config.refuse) {
                return Err(Refusal::new("0003", 400, "Unknown datastream", "there is no datastream with this ID"));
            }
            if listed(&config.disable) {
                return Err(Refusal::new(
                    "0004",
                    422,
                    "Datastream disabled",
                    "the datastream with this ID is disabled",
                ));
            }
        }
        let body = request::read(headers, bytes)?;
        request::events(address, &body)?;
        Ok(body)
    }

    fn org_of(&self, address: &Address, cookies: Option<&str>) -> String {
        if let Some(org) = cookies {
            return org.to_owned();
        }
        let config = lock(&self.config);
        let own = address.datastream.as_ref().and_then(|id| config.orgs.as_ref()?.get(id));
        own.or(config.org.as_ref()).unwrap_or(&self.org).clone()
    }
}

/// The answer's request ID: the one given, or a new one, with a suffix that makes it unique.
fn answer_id(address: &Address, headers: &HeaderMap) -> String {
    let given = address.request_id.clone().or_else(|| Some(headers.get("x-request-id")?.to_str().ok()?.to_owned()));
    let own = || uuid::Uuid::new_v4().to_string();
    format!("{}-{:016x}", given.unwrap_or_else(own), rand::random::<u64>())
}

/// The `_id`s in a body, for tests that only ask what left.
fn ids(bytes: &[u8]) -> Vec<String> {
    let body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
    body.get("events")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .chain(body.get("event"))
        .filter_map(|event| Some(event.pointer("/xdm/_id")?.as_str()?.to_owned()))
        .collect()
}

/// The whole body of a request; longer ones than any client sends are cut off.
pub(crate) async fn collect(body: Body) -> Result<Bytes, Response> {
    axum::body::to_bytes(body, 16 * 1024 * 1024).await.map_err(|_| {
        Refusal::new("0112", 413, "Request body too large", "the body did not arrive whole").response("", "")
    })
}
