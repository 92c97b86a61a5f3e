//! Promises of the API: who waits for everything to be done, who asks who the shopper is.

use alloc::vec::Vec;

use super::message::{Effect, Outcome, Road, Ticket};
use super::outbox::Entry;
use super::{Delivery, WebSdk};
use crate::consent::State;

/// Requests after which who asks for the shopper is told that there is no answer, as the Web SDK does it.
const PATIENCE: u32 = 4;

/// Who asks for the shopper's identity.
#[derive(Debug, Default)]
pub(super) struct Askers {
    /// Each with whether it waits patiently.
    waiting: Vec<(Ticket, bool)>,
    /// How often what could have brought them one has failed.
    failures: u32,
    /// They want more than what is known.
    fresh: bool,
}

impl Askers {
    pub(super) fn add(&mut self, ticket: Ticket, patient: bool, fresh: bool) {
        self.fresh |= fresh;
        if self.waiting.is_empty() {
            self.failures = 0;
        }
        self.waiting.push((ticket, patient));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn want_fresh(&self) -> bool {
        self.fresh
    }

    /// A request has ended so, whatever it was for.
    pub(super) fn ended(&mut self, outcome: &Outcome) {
        self.failures = match outcome {
            Outcome::Retry { .. } => self.failures.saturating_add(1),
            Outcome::NetworkError | Outcome::Timeout => u32::MAX,
            _ => self.failures,
        };
    }

    /// The edge has been asked anew, and has said what it says.
    pub(super) fn acquired(&mut self) {
        self.fresh = false;
    }
}

impl Delivery {
    /// Tells those who wait for everything to be done.
    pub(super) fn settle(&mut self) {
        if self.flushes.is_empty() {
            return;
        }
        // A call the Web SDK has not settled in time is out of our hands.
        let open = |entry: &&Entry| {
            entry
                .flight
                .is_none_or(|request| !self.flights.iter().any(|flight| flight.is(request) && flight.has_lapsed()))
        };
        let first = self.outbox.iter().filter(open).map(|entry| entry.ordinal).min().unwrap_or(u64::MAX);
        for (ticket, _) in self.flushes.extract_if(.., |(_, end)| first >= *end) {
            self.effects.push_back(Effect::Settled(ticket));
        }
    }

    /// Tells those who ask who the shopper is that it is known, or cannot be had now.
    pub(super) fn settle_askers(&mut self) {
        let failed = self.askers.failures >= PATIENCE || self.offline.is_some();
        let ready = match self.road {
            None => None,
            Some(Road::Edge { .. }) => {
                Some(!self.askers.fresh && (self.gate.is_known() || self.gate.is_refused()) || failed)
            }
            Some(Road::WebSdk) => Some(self.sdk != WebSdk::Awaited),
        };
        let done = |patient: bool| match (self.consent, ready) {
            (State::Out, _) => true,
            (State::In, Some(done)) => done,
            _ => !patient,
        };
        for (ticket, _) in self.askers.waiting.extract_if(.., |(_, patient)| done(*patient)) {
            self.effects.push_back(Effect::Settled(ticket));
        }
        self.askers.fresh &= !self.askers.is_empty();
    }
}
