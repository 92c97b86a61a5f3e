//! What the shopper has said: what it lets go, what it throws away, and the call that tells the edge.

use alloc::string::String;

use super::gate::Pass;
use super::message::{Action, Effect, RequestId, Ticket};
use super::{Delivery, status_of};
use crate::consent::State;
use crate::inspect::Status;

/// A `privacy/set-consent` that the edge has not answered.
#[derive(Debug)]
pub(super) struct ConsentCall {
    pub(super) ticket: Ticket,
    body: String,
    pub(super) flight: Option<RequestId>,
}

impl Delivery {
    pub(super) fn consent_in(&mut self) {
        if self.consent != State::In {
            self.consent = State::In;
            self.adopting = false;
            self.unheld();
        }
    }

    pub(super) fn consent_out(&mut self, refused: bool) {
        self.consent = State::Out;
        self.flights.retain(|flight| {
            let stays = flight.action == Some(Action::SetConsent);
            if !stays {
                self.effects.push_back(Effect::Cancel(flight.request));
            }
            stays
        });
        for entry in self.outbox.take(|_| true) {
            self.effects.push_back(status_of(&entry, Status::Suppressed, Some("the shopper has declined".into())));
        }
        if core::mem::take(&mut self.was_in) || refused {
            self.effects.push_back(Effect::Purge);
        }
    }

    pub(super) fn set_consent(&mut self, ticket: Ticket, body: String) {
        if let Some(call) = self.consent_call.take() {
            // Whoever waits for the older choice has his answer: it does not count any more.
            self.effects.push_back(Effect::Settled(call.ticket));
            if let Some(request) = call.flight {
                self.flights.retain(|flight| flight.request != request);
                self.effects.push_back(Effect::Cancel(request));
            }
        }
        self.consent_call = Some(ConsentCall { ticket, body, flight: None });
    }

    /// The shopper's choice goes before the events; without an identity it brings one.
    pub(super) fn pump_consent(&mut self) {
        match self.pass() {
            Pass::Ask => self.ask(),
            Pass::Wait => {}
            Pass::Go | Pass::Acquire | Pass::Without => self.send_consent(),
        }
    }

    /// Sends the shopper's choice, unless it is on its way.
    pub(super) fn send_consent(&mut self) {
        let request = self.next_request;
        if let Some(call) = self.consent_call.as_mut().filter(|call| call.flight.is_none()) {
            call.flight = Some(request);
            let body = call.body.clone();
            self.send_bare(Action::SetConsent, body);
        }
    }

    /// What was held may go on, if nothing else holds it.
    pub(super) fn unheld(&mut self) {
        if self.may_send() {
            let waiting = self.outbox.iter().filter(|entry| entry.flight.is_none());
            self.effects.extend(waiting.map(|entry| status_of(entry, Status::Queued, None)));
        }
    }
}
