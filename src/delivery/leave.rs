//! The page is hidden, left, and perhaps comes back.

use alloc::string::String;
use alloc::vec::Vec;

use super::batch;
use super::flight::{Flight, GIVEN_UP, TIME_OUT};
use super::message::{Action, Effect, Road};
use super::{Delivery, PageState, status_of};
use crate::inspect::Status;

impl Delivery {
    /// `pagehide`. What a successor finds in storage does not leave with the page: nobody would see the
    /// answer, and the successor would have to send it again.
    pub(super) fn unloading(&mut self, successor: bool) {
        self.successor = successor;
        self.hidden(PageState::Leaving);
    }

    /// `visibilitychange` to hidden, or `pagehide`.
    pub(super) fn hidden(&mut self, page: PageState) {
        // What it has may be another tab's by now; what is stored is found by the next page.
        if self.page == PageState::Returning {
            return;
        }
        // Some browsers tell of hiding after `pagehide`: a page that is left stays left.
        if self.page != PageState::Leaving {
            self.page = page;
            self.left_without = false;
        }
        self.write_ahead();
        self.leave();
        if self.page == PageState::Leaving && self.gate.abandon() {
            self.effects.push_back(Effect::UnlockIdentity);
        }
    }

    pub(super) fn visible(&mut self) {
        if self.page == PageState::Hidden {
            self.page = PageState::Shown;
        }
        // Tabs that died since this one started left their events, too.
        self.adopting = false;
    }

    /// Sends everything that waits, at once, as far as the browser's budget goes. It stays stored
    /// until an answer is seen; what does not fit waits for the next page.
    pub(super) fn leave(&mut self) {
        if self.offline.is_some() || self.retry.is_firm(self.now) {
            return;
        }
        if self.page == PageState::Leaving && matches!(self.road, Some(Road::Edge { .. })) {
            self.send_consent();
        }
        if self.page == PageState::Leaving && self.successor && self.outbox.iter().all(|entry| entry.stored) {
            return;
        }
        if !self.may_send() || self.edge_must_hear {
            return;
        }
        if self.road == Some(Road::WebSdk) {
            return self.leave_by_sdk();
        }
        let known = self.gate.is_known();
        if !known {
            if self.page != PageState::Leaving || self.left_without {
                return;
            }
            self.left_without = true;
            self.cancel(|flight| flight.action == Some(Action::Acquire));
        }
        loop {
            let mut filling = self.filling;
            if !known {
                filling.max_events = usize::MAX;
            }
            let batch = batch::next(&self.outbox, filling, self.budget());
            if batch.count == 0 {
                break;
            }
            let wanted = batch.needs_answer || !self.started;
            // A hidden page may be shown again and use the answer; one that is left will not.
            let collect = known && self.filling.max_events > 1 && (self.page == PageState::Leaving || !wanted);
            self.send(&batch, if collect { Action::Collect } else { Action::Interact });
            if !known {
                break;
            }
        }
    }

    fn cancel(&mut self, which: impl Fn(&Flight) -> bool) {
        let mut cancelled = Vec::new();
        self.flights.retain(|flight| {
            let goes = which(flight);
            if goes {
                cancelled.push(flight.request);
            }
            !goes
        });
        for request in cancelled {
            self.effects.push_back(Effect::Cancel(request));
            self.put_back(request, "the page was away");
        }
    }

    /// The page is back from the back-forward cache, with its locks.
    pub(super) fn restored(&mut self, keys: &[String]) {
        self.page = PageState::Shown;
        self.adopting = false;
        // Another tab has taken these over and delivers them.
        let lost = self.outbox.take(|entry| entry.stored && !keys.contains(&entry.key));
        // What a request carries beside them can no longer be told by its place.
        self.cancel(|flight| lost.iter().any(|entry| entry.flight == Some(flight.request)));
        for entry in &lost {
            let reason = Some("another page of the shop has taken it over".into());
            self.effects.push_back(status_of(entry, Status::Accepted, reason));
        }
    }

    /// `pageshow`, the locks still missing. Answers that came while the page was frozen are
    /// delivered in a moment: they are not late.
    pub(super) fn returning(&mut self, tab: String) {
        self.page = PageState::Returning;
        self.successor = false;
        self.outbox.rename(tab);
        for flight in self.flights.iter_mut().filter(|flight| !flight.has_lapsed() && flight.deadline != GIVEN_UP) {
            flight.deadline = self.now.saturating_add(TIME_OUT);
        }
    }
}
