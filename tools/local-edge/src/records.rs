//! What the server remembers of the requests, beside the events in the database.

use std::collections::{HashMap, VecDeque};

use axum::{
    body::Bytes,
    http::{HeaderMap, Uri},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{address::Address, clock, connection::Secure, consent::General, faults::Fault, xdm::Problem};

/// Requests that are kept; the oldest make room.
const KEPT: usize = 20_000;

/// One request to Edge.
pub(crate) struct Request {
    pub(crate) seq: u64,
    at: String,
    secure: Secure,
    uri: Uri,
    address: Address,
    headers: HeaderMap,
    body: Bytes,
    /// The answer's status; `None` while it is open, and for ever when the answer never left.
    pub(crate) status: Option<u16>,
    /// The answer's body; empty while the request is open.
    pub(crate) answer: Bytes,
    pub(crate) shopper: Option<String>,
    pub(crate) faults: Vec<Fault>,
    pub(crate) event_ids: Vec<String>,
    pub(crate) problems: Vec<Problem>,
}

impl Request {
    /// The record as the control API shows it.
    pub(crate) fn json(&self) -> Value {
        let headers: Map<String, Value> = self
            .headers
            .iter()
            .map(|(name, value)| {
                let value = String::from_utf8_lossy(value.as_bytes());
                (name.as_str().to_owned(), Value::from(value))
            })
            .collect();
        let text = |bytes: &Bytes| {
            serde_json::from_slice(bytes).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(bytes)))
        };
        let host = headers.get("host").and_then(Value::as_str).unwrap_or("");
        let scheme = if self.secure.0 { "https" } else { "http" };
        json!({
            "seq": self.seq,
            "at": self.at,
            "method": "POST",
            "url": format!("{scheme}://{host}{}", self.uri),
            "host": host,
            "path": self.uri.path(),
            "version": self.address.version,
            "action": self.address.action.name(),
            "configId": self.address.datastream,
            "requestId": self.address.request_id,
            "hint": self.address.hint,
            "headers": headers,
            "body": text(&self.body),
            "bytes": self.body.len(),
            "status": self.status,
            "answer": text(&self.answer),
            "shopper": self.shopper,
            "faults": self.faults,
            "eventIds": self.event_ids,
            "problems": self.problems,
        })
    }
}

/// The last requests, oldest first.
#[derive(Default)]
pub(crate) struct Requests {
    list: VecDeque<Request>,
    last: u64,
}

impl Requests {
    /// Notes a request as it arrives and returns its number.
    pub(crate) fn open(&mut self, secure: Secure, uri: Uri, address: Address, headers: HeaderMap, body: Bytes) -> u64 {
        self.last += 1;
        if self.list.len() == KEPT {
            self.list.pop_front();
        }
        self.list.push_back(Request {
            seq: self.last,
            at: clock::now(),
            secure,
            uri,
            address,
            headers,
            body,
            status: None,
            answer: Bytes::new(),
            shopper: None,
            faults: Vec::new(),
            event_ids: Vec::new(),
            problems: Vec::new(),
        });
        self.last
    }

    /// The record of a number, while it is kept.
    pub(crate) fn get(&mut self, seq: u64) -> Option<&mut Request> {
        let first = self.list.front()?.seq;
        self.list.get_mut(usize::try_from(seq.checked_sub(first)?).ok()?)
    }

    /// All that came after a number.
    pub(crate) fn since(&self, seq: u64) -> Vec<Value> {
        self.list.iter().filter(|request| request.seq > seq).map(Request::json).collect()
    }

    /// Forgets the records; numbers go on, so that nobody's `since` points into the future.
    pub(crate) fn clear(&mut self) {
        self.list.clear();
    }
}

/// What Edge knows about shoppers.
#[derive(Default)]
pub(crate) struct Shoppers {
    /// The decision of each ECID that made one.
    pub(crate) consent: HashMap<String, General>,
    /// The ECID that belongs to a first-party ID.
    pub(crate) first_party: HashMap<String, String>,
}

/// Shoppers that the server side considers opted out.
#[derive(Deserialize, Clone, Debug)]
#[serde(untagged)]
pub(crate) enum OptOut {
    /// All or none.
    All(bool),
    /// These ECIDs.
    Some(Vec<String>),
}

/// How the server answers; given by `POST /_edge/config`, where a field given replaces the old one.
#[derive(Deserialize, Clone, Default)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Config {
    /// The organisation of datastreams that are not in `orgs`.
    pub(crate) org: Option<String>,
    /// The organisation of each datastream.
    pub(crate) orgs: Option<HashMap<String, String>>,
    /// Segments that page views are answered with.
    pub(crate) segments: Option<Vec<String>>,
    /// Datastreams that are unknown (EXEG-0003-400).
    pub(crate) refuse: Option<Vec<String>>,
    /// Datastreams that are disabled (EXEG-0004-422).
    pub(crate) disable: Option<Vec<String>>,
    /// Shoppers whose refusal is stored on the server side.
    pub(crate) opt_out: Option<OptOut>,
    /// The location hint of shoppers who bring none.
    pub(crate) hint: Option<String>,
}

impl Config {
    /// Takes over what is given.
    pub(crate) fn merge(&mut self, given: Self) {
        self.org = given.org.or(self.org.take());
        self.orgs = given.orgs.or(self.orgs.take());
        self.segments = given.segments.or(self.segments.take());
        self.refuse = given.refuse.or(self.refuse.take());
        self.disable = given.disable.or(self.disable.take());
        self.opt_out = given.opt_out.or(self.opt_out.take());
        self.hint = given.hint.or(self.hint.take());
    }

    pub(crate) fn opted_out(&self, ecid: &str) -> bool {
        match &self.opt_out {
            None => false,
            Some(OptOut::All(all)) => *all,
            Some(OptOut::Some(list)) => list.iter().any(|id| id == ecid),
        }
    }
}
