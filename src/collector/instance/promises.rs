//! What callers of the instance's commands wait for, and what they are told in the end.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Collector, Effect};
use crate::consent::State;
use crate::delivery::{self, RequestId, Ticket};
use crate::identity;
use crate::inspect::Status;
use crate::moment::Moment;
use crate::text::join;
use crate::value::{Map, Value};

/// The Web SDK's words for a request without an answer.
pub(in crate::collector) const NETWORK: &str = "Network request failed.";

/// Retries that a caller waits through, as the Web SDK's do; the event itself is tried for longer.
const PATIENCE: i64 = 4;
/// How long after its first call an event that has arrived is still meant by a caller who tries again, in
/// milliseconds.
pub(super) const SAME_EVENT: i64 = 300_000;
/// Events of disappointed callers that are remembered.
const KEPT_AT_MOST: usize = 50;

/// What a promise waits for.
#[derive(Debug)]
pub(super) enum Wait {
    /// The end of this event.
    Event(Sent),
    /// The shopper's identity under these namespaces.
    Identity(Vec<String>),
    /// The shopper's ECID, for this address.
    Url(String),
    /// The end of the messages about consent.
    Consent,
}

/// An event that the page sent.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) id: String,
    /// The options it was sent with.
    pub(super) options: String,
    /// When, in milliseconds since 1970.
    pub(super) wall: i64,
    /// Whether decisions are asked for.
    pub(super) decisions: bool,
    /// Whether it has arrived.
    pub(super) arrived: bool,
}

/// What an answer of the edge has for callers.
#[derive(Clone, Debug, Default)]
pub(in crate::collector) struct Told {
    pub(in crate::collector) request: RequestId,
    pub(in crate::collector) handles: Vec<Value>,
    pub(in crate::collector) destinations: Vec<Value>,
    /// Why it is no good answer, in the Web SDK's words.
    pub(in crate::collector) failure: String,
    /// Whether it is a good answer.
    pub(in crate::collector) is_good: bool,
    /// Whether the Web SDK would try again, and its caller wait.
    pub(in crate::collector) again: bool,
}

impl Told {
    /// The request was given up.
    pub(in crate::collector) fn unanswered(request: RequestId) -> Self {
        Self { request, failure: NETWORK.to_owned(), again: true, ..Self::default() }
    }

    /// The result of a command that got this answer.
    pub(super) fn result(&self, decisions: bool) -> Value {
        let payloads = |kind: &str| -> Vec<Value> {
            let handles =
                self.handles.iter().filter(|handle| handle.get("type").and_then(Value::as_text) == Some(kind));
            handles
                .flat_map(|handle| handle.get("payload").and_then(Value::as_list).unwrap_or_default())
                .cloned()
                .collect()
        };
        let propositions = payloads("personalization:decisions");
        let mut result = Map::new();
        if decisions {
            result.set("decisions", propositions.clone());
        }
        result.set("propositions", propositions);
        for (name, list) in [("destinations", self.destinations.clone()), ("inferences", payloads("rtml:inferences"))] {
            if !list.is_empty() {
                result.set(name, list);
            }
        }
        Value::Map(result)
    }
}

impl Collector {
    /// An event has moved on: whoever waits for its end may have it.
    pub(in crate::collector) fn event_moved(
        &mut self,
        id: &str,
        status: Status,
        reason: Option<&str>,
        attempts: i64,
        request: Option<RequestId>,
    ) {
        if let Some(at) = self.instance.kept.iter().position(|sent| sent.id == id) {
            match status {
                Status::Accepted => self.instance.kept.get_mut(at).into_iter().for_each(|sent| sent.arrived = true),
                Status::Suppressed | Status::Rejected => drop(self.instance.kept.swap_remove(at)),
                _ => {}
            }
        }
        let waits = |wait: &Wait| matches!(wait, Wait::Event(sent) if sent.id == id);
        let Some(at) = self.instance.waiting.iter().position(|(_, wait)| waits(wait)) else { return };
        let told = &self.instance.told;
        let told = if request == Some(told.request) { told.clone() } else { Told::default() };
        let answer = match status {
            Status::Accepted => Ok(told),
            // Sent again by a good answer, which the Web SDK would give out.
            Status::Queued if attempts > 0 && told.is_good => Ok(told),
            Status::Suppressed => Ok(Told::default()),
            Status::Rejected => {
                Err(if told.failure.is_empty() { reason.unwrap_or_default().to_owned() } else { told.failure })
            }
            // It is kept and tried again; the caller has waited as long as the Web SDK would.
            Status::Queued if attempts > 0 && (told.failure == NETWORK || attempts >= PATIENCE) => {
                Err(if told.failure.is_empty() { NETWORK.to_owned() } else { told.failure })
            }
            _ => return,
        };
        let (ticket, Wait::Event(sent)) = self.instance.waiting.remove(at) else { return };
        match answer {
            Ok(_) if status == Status::Suppressed => self.resolve(ticket, Value::map()),
            Ok(told) => self.resolve(ticket, told.result(sent.decisions)),
            Err(reason) => {
                if status == Status::Queued {
                    if self.instance.kept.len() >= KEPT_AT_MOST {
                        self.instance.kept.remove(0);
                    }
                    self.instance.kept.push(sent);
                }
                self.fail(ticket, "sendEvent", &reason);
            }
        }
    }

    /// A promise of the outbox is kept; whether it was one of ours.
    pub(in crate::collector) fn outbox_settled(&mut self, ticket: Ticket, moment: &Moment) -> bool {
        let Some(at) = self.instance.waiting.iter().position(|(known, _)| *known == ticket) else { return false };
        let (_, wait) = self.instance.waiting.remove(at);
        let ecid = self.ecid(moment);
        match (wait, ecid) {
            (Wait::Url(url), Some(ecid)) => {
                let organization = self.effective.settings.organization_id.as_deref().unwrap_or_default();
                let url = identity::append_to_url(&url, &ecid, organization, moment.wall);
                self.resolve(ticket, Value::from([("url", url)]));
            }
            (Wait::Url(url), None) if self.consent.state() == State::Out => {
                self.resolve(ticket, Value::from([("url", url)]));
            }
            (_, None) if self.consent.state() == State::Out => self.resolve(ticket, Value::map()),
            (Wait::Identity(namespaces), Some(ecid)) => {
                let mut identity = Map::new();
                for namespace in namespaces {
                    let known = match namespace.as_str() {
                        "ECID" => Some(ecid.clone()),
                        "CORE" => self.exchange.shopper.core.clone(),
                        _ => None,
                    };
                    identity.set(namespace, known.map_or(Value::Null, Value::Text));
                }
                let mut edge = Map::new();
                if let Some(region) = self.exchange.shopper.region {
                    edge.set("regionId", region);
                }
                self.resolve(ticket, Value::from([("identity", Value::Map(identity)), ("edge", Value::Map(edge))]));
            }
            (wait, _) => {
                let command = if matches!(wait, Wait::Url(_)) { "appendIdentityToUrl" } else { "getIdentity" };
                let failure = core::mem::take(&mut self.instance.told.failure);
                let failure = if failure.is_empty() { "The edge gave no ECID." } else { &failure };
                self.fail(ticket, command, failure);
            }
        }
        true
    }

    /// A message about consent goes to the edge.
    pub(in crate::collector) fn consent_leaves(&mut self) {
        self.instance.telling = self.instance.telling.saturating_add(1);
    }

    /// A message about consent has come to an end.
    pub(in crate::collector) fn consent_done(&mut self) {
        self.instance.telling = self.instance.telling.saturating_sub(1);
        self.consent_told();
    }

    /// Whoever waits for the edge to hear of a choice may have his answer, unless it is told again.
    pub(in crate::collector) fn consent_told(&mut self) {
        if self.instance.telling == 0 && self.consent.wake_at().is_none() {
            for ticket in self.consent_waiters() {
                self.resolve(ticket, Value::map());
            }
        }
    }

    fn consent_waiters(&mut self) -> Vec<Ticket> {
        let waiting = self.instance.waiting.extract_if(.., |(_, wait)| matches!(wait, Wait::Consent));
        waiting.map(|(ticket, _)| ticket).collect()
    }

    /// An answer came, or none: kept for whoever waits for its request.
    pub(in crate::collector) fn heard(&mut self, action: delivery::Action, told: Told) {
        if action == delivery::Action::SetConsent && !told.failure.is_empty() {
            self.instance.tries = self.instance.tries.saturating_add(1);
            if !told.again || self.instance.tries >= PATIENCE {
                for ticket in self.consent_waiters() {
                    self.fail(ticket, "setConsent", &told.failure);
                }
            }
        }
        self.instance.told = told;
    }

    pub(super) fn resolve(&mut self, ticket: Ticket, result: Value) {
        self.effects.push_back(Effect::Answer { ticket, answer: Ok(result) });
    }

    pub(super) fn reject(&mut self, ticket: Ticket, problem: &str) {
        let message = join(&["[", self.instance_name(), "] ", problem]);
        self.effects.push_back(Effect::Answer { ticket, answer: Err(message) });
    }

    pub(super) fn fail(&mut self, ticket: Ticket, command: &str, cause: &str) {
        self.reject(
            ticket,
            &join(&["An error occurred while executing the ", command, " command.\nCaused by: ", cause]),
        );
    }
}
