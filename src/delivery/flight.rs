//! Requests in the air, and the browser's budget for those that outlive the page.

use alloc::string::String;
use alloc::vec::Vec;

use super::batch::{Batch, ENVELOPE};
use super::message::{Action, Effect, Outcome, RequestId, Send};
use super::{Delivery, PageState, status_of};
use crate::inspect::Status;

/// A request that is not answered in this time is given up, in milliseconds.
pub(super) const TIME_OUT: i64 = 10_000;
/// A look so much later than the deadline means that the page did nothing meanwhile (a dialog, a busy script, a laptop
/// asleep): the answer may be there, unread.
const STALLED: i64 = 1_000;
/// How long such a page has to read it.
const GRACE: i64 = 2_000;
/// The deadline of a request whose answer the browser has given up.
pub(super) const GIVEN_UP: i64 = i64::MIN;
/// What keepalive requests may have in flight together: all browsers end at 64 KiB, counted until
/// an answer's body is read.
const BUDGET: usize = 65_536;

/// A request in the air.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) request: RequestId,
    /// `None` for a call of the Web SDK.
    pub(super) action: Option<Action>,
    /// What it takes from the keepalive budget.
    pub(super) budget: usize,
    /// When to give it up.
    pub(super) deadline: i64,
    /// Its deadline was put off, as it is once.
    spared: bool,
}

impl Flight {
    pub(super) fn is(&self, request: RequestId) -> bool {
        self.request == request
    }

    /// Whether it is a call of the Web SDK that nobody waits for any more.
    pub(super) fn has_lapsed(&self) -> bool {
        self.deadline == i64::MAX
    }
}

impl Delivery {
    /// Whether a request is in the air that others have to wait for.
    pub(super) fn is_busy(&self) -> bool {
        self.flights.iter().any(|flight| !flight.has_lapsed())
    }

    /// What is left of the keepalive budget.
    pub(super) fn budget(&self) -> usize {
        self.flights.iter().fold(BUDGET, |left, flight| left.saturating_sub(flight.budget))
    }

    /// Notes a request as in the air.
    pub(super) fn depart(&mut self, action: Option<Action>, bytes: usize) -> (RequestId, bool) {
        let request = self.next_request;
        self.next_request = request.wrapping_add(1);
        let keepalive = bytes <= self.budget();
        let budget = if keepalive { bytes } else { 0 };
        let deadline = self.now.saturating_add(TIME_OUT);
        self.flights.push(Flight { request, action, budget, deadline, spared: false });
        (request, keepalive)
    }

    /// Sends a batch. Keepalive wherever it fits, so that a link followed now does not kill it.
    pub(super) fn send(&mut self, batch: &Batch, action: Action) {
        let (request, keepalive) = self.depart(Some(action), batch.bytes);
        let mut events = Vec::with_capacity(batch.count);
        let mut statuses = Vec::with_capacity(batch.count);
        let mut since = self.now;
        for entry in self.outbox.iter_mut().filter(|entry| entry.flight.is_none()).take(batch.count) {
            entry.flight = Some(request);
            entry.last = Some(request);
            entry.attempts = entry.attempts.saturating_add(1);
            since = since.min(entry.since);
            events.push(entry.event.clone());
            statuses.push(status_of(entry, Status::Sent, None));
        }
        let queue_time = self.now.saturating_sub(since);
        self.effects.push_back(Effect::Send(Send {
            request,
            action,
            events,
            body: String::new(),
            keepalive,
            queue_time,
        }));
        self.effects.extend(statuses);
    }

    /// Sends a request that carries no events.
    pub(super) fn send_bare(&mut self, action: Action, body: String) {
        let (request, keepalive) = self.depart(Some(action), ENVELOPE.saturating_add(body.len()));
        let events = Vec::new();
        self.effects.push_back(Effect::Send(Send { request, action, events, body, keepalive, queue_time: 0 }));
    }

    /// Gives up what has taken too long.
    pub(super) fn time_out(&mut self) {
        if self.page == PageState::Leaving {
            return;
        }
        while let Some(flight) = self.flights.iter_mut().find(|flight| flight.deadline <= self.now) {
            if flight.action.is_none() && flight.deadline != GIVEN_UP {
                // A call of the Web SDK cannot be taken back: it may still come through. It stays
                // open, and others may follow.
                flight.deadline = i64::MAX;
                continue;
            }
            if flight.deadline.saturating_add(STALLED) < self.now && flight.deadline != GIVEN_UP && !flight.spared {
                flight.spared = true;
                flight.deadline = self.now.saturating_add(GRACE);
                continue;
            }
            let request = flight.request;
            self.effects.push_back(Effect::Cancel(request));
            self.answered(request, Outcome::Timeout);
        }
    }
}
