//! What an answer means for the events it is about.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::flight::{Flight, GIVEN_UP};
use super::message::{Action, Effect, Exception, Outcome, RequestId, Road};
use super::{DOUBT, Delivery, PageState, status_of};
use crate::inspect::{Issue, Status};

/// Requests in a row without an answer that are told of.
const SILENT: u32 = 3;

impl Delivery {
    /// A request has ended, one way or another.
    pub(super) fn answered(&mut self, request: RequestId, outcome: Outcome) {
        let Some(at) = self.flights.iter().position(|flight| flight.request == request) else { return };
        if self.page == PageState::Leaving
            && outcome == Outcome::NetworkError
            && let Some(flight) = self.flights.get_mut(at)
        {
            // The browser drops the promises of a page that goes, not their requests. Should the page come
            // back, this one is late.
            flight.deadline = GIVEN_UP;
            return;
        }
        let flight = self.flights.swap_remove(at);
        if flight.deadline != GIVEN_UP {
            self.watch_silence(&outcome);
        }
        // Every end of a request ends its hold, and other tabs have their turn.
        if self.gate.release() {
            self.effects.push_back(Effect::UnlockIdentity);
        }
        self.askers.ended(&outcome);
        if self.offline.is_some_and(|doubted_at| self.now >= doubted_at) {
            let is_right = matches!(outcome, Outcome::NetworkError | Outcome::Timeout);
            self.offline = is_right.then(|| self.now.saturating_add(DOUBT));
        }
        match outcome {
            Outcome::Good { except } => self.good(&flight, &except),
            Outcome::Refused { reason, whole, explained } => self.refused(&flight, reason, whole, explained),
            Outcome::TooLarge => self.refused(&flight, "the edge finds it too large".into(), false, true),
            Outcome::Retry { after } => self.again(&flight, after, "the edge asked to try again"),
            Outcome::NetworkError => self.again(&flight, None, "the network failed"),
            Outcome::Timeout => self.again(&flight, None, "no answer came in time"),
        }
    }

    /// Tells when nothing comes back though there is a network: no status code will ever say it.
    fn watch_silence(&mut self, outcome: &Outcome) {
        if !matches!(outcome, Outcome::NetworkError | Outcome::Timeout) {
            self.silent = 0;
        } else if self.offline.is_none() && matches!(self.road, Some(Road::Edge { .. })) {
            self.silent = self.silent.saturating_add(1);
        }
        if self.silent == SILENT {
            self.effects.push_back(Effect::Report(Issue::of(
                "edgeDomain?unreachable:requests get no answer, though this browser is online. If the page's policy has a connect-src, % belongs into it; against ad blockers % on a domain of the shop's own helps. Events are kept and sent again",
                &[],
            )));
        }
    }

    fn good(&mut self, flight: &Flight, except: &[Exception]) {
        self.filling.widen();
        if self.is_bare(flight) {
            return self.retry.answered();
        }
        self.started = true;
        let mut statuses = Vec::new();
        let mut again = false;
        let flown = self.outbox.iter_mut().filter(|entry| entry.flight == Some(flight.request));
        for (at, entry) in flown.enumerate() {
            let exception = except.iter().find(|exception| exception.event.is_none_or(|event| event == at));
            let status = match exception.map_or(Status::Accepted, |exception| exception.becomes) {
                Status::Queued
                    if exception.is_some_and(|exception| entry.returns.saturating_add(1) < exception.tries) =>
                {
                    again = true;
                    entry.returns = entry.returns.saturating_add(1);
                    entry.flight = None;
                    entry.due = self.now;
                    Status::Queued
                }
                Status::Queued => Status::Rejected,
                status => status,
            };
            let reason = exception.map(|exception| Cow::Owned(exception.reason.clone()));
            statuses.push(status_of(entry, status, reason));
        }
        let entries = self.outbox.take(|entry| entry.flight == Some(flight.request));
        self.forget(&entries);
        self.effects.extend(statuses);
        if again {
            self.retry.failed(None, self.now);
        } else {
            self.retry.answered();
        }
    }

    fn refused(&mut self, flight: &Flight, reason: String, whole: bool, explained: bool) {
        if self.is_bare(flight) {
            return self.retry.answered();
        }
        let count = self.outbox.iter().filter(|entry| entry.flight == Some(flight.request)).count();
        if !whole && count > 1 {
            self.retry.answered();
            self.filling.divide(count);
            return self.put_back(flight.request, "the request is divided");
        }
        // These are lost to it; the next ones need not be.
        if explained {
            self.retry.answered();
        } else {
            self.retry.failed(None, self.now);
        }
        let entries = self.outbox.take(|entry| entry.flight == Some(flight.request));
        self.forget(&entries);
        for entry in &entries {
            let reason = Some(Cow::Owned(reason.clone()));
            self.effects.push_back(status_of(entry, Status::Rejected, reason));
        }
    }

    /// Whether this was a request without events; if so, its promise is kept.
    fn is_bare(&mut self, flight: &Flight) -> bool {
        if flight.action == Some(Action::SetConsent) {
            if let Some(call) = self.consent_call.take_if(|call| call.flight == Some(flight.request)) {
                self.effects.push_back(Effect::Settled(call.ticket));
            }
        } else if flight.action == Some(Action::Acquire) {
            self.gate.refuse();
            self.askers.acquired();
        } else {
            return false;
        }
        true
    }

    fn again(&mut self, flight: &Flight, after: Option<i64>, reason: &'static str) {
        // The rules of consent say what follows, and events need not wait for it.
        if flight.action == Some(Action::SetConsent) {
            self.is_bare(flight);
            return;
        }
        // Offline explains the failure; the edge need not be spared for it.
        if self.offline.is_none() || after.is_some() {
            self.retry.failed(after, self.now);
        }
        self.put_back(flight.request, reason);
    }

    /// The events of a request wait again, in their old places.
    pub(super) fn put_back(&mut self, request: RequestId, reason: &'static str) {
        let mut statuses = Vec::new();
        for entry in self.outbox.iter_mut().filter(|entry| entry.flight == Some(request)) {
            entry.flight = None;
            entry.due = self.now;
            statuses.push(status_of(entry, Status::Queued, Some(reason.into())));
        }
        self.effects.extend(statuses);
    }
}
