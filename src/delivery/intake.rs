//! How events come in: published here or left by pages that are gone, written ahead, kept within bounds.

use alloc::string::String;
use alloc::vec::Vec;

#[cfg(feature = "mutants")]
use super::Mutation;
use super::message::{Effect, Event};
use super::outbox::{Entry, Writes};
use super::stored::{self, Read};
use super::{Delivery, PageState, batch, status_of};
use crate::consent::State;
use crate::inspect::{Issue, Status};
use crate::text::{decimal, rcut, sort};

impl Delivery {
    pub(super) fn accept(&mut self, event: Event) {
        if self.consent == State::Out {
            let reason = Some("the shopper has declined".into());
            self.effects.push_back(Effect::Status {
                id: event.id,
                status: Status::Suppressed,
                reason,
                attempts: 0,
                request: None,
                adopted: false,
            });
            return;
        }
        let size = batch::alone(&event);
        if size > batch::MAX_REQUEST {
            return self.too_large(event, size);
        }
        let urgent = event.needs_answer || !self.started;
        let due = if urgent { self.now } else { self.now.saturating_add(self.filling.max_wait) };
        let status = if self.may_send() { Status::Queued } else { Status::Held };
        if let Some(entry) = self.outbox.push(event, self.now, due) {
            self.effects.push_back(status_of(entry, status, None));
        }
        self.write_ahead();
        self.bound();
        if self.page == PageState::Leaving {
            self.leave();
        }
    }

    pub(super) fn too_large(&mut self, event: Event, size: usize) {
        let bytes = decimal(size.cast_signed() as i64);
        let limit = decimal(batch::MAX_REQUEST.cast_signed() as i64);
        let row = "event!too-large:An event needs a request of $ bytes and the edge takes $: it is not sent. Publish fewer items, or leave long texts out.";
        let issue = Issue::of(row, &[&bytes, &limit]);
        let message = issue.message.clone();
        self.effects.push_back(Effect::Report(issue));
        self.effects.push_back(Effect::Status {
            id: event.id,
            status: Status::Rejected,
            reason: Some(message.into()),
            attempts: 0,
            request: None,
            adopted: false,
        });
    }

    /// Gives storage what it should have: everything accepted with settings and consent there, the
    /// Web SDK or not.
    pub(super) fn write_ahead(&mut self) {
        if self.consent != State::In || self.road.is_none() {
            return;
        }
        #[cfg(feature = "mutants")]
        if self.mutation == Some(Mutation::NoWriteAhead) {
            return;
        }
        let Writes { forget, store } = self.outbox.claim_unstored(self.now, self.page != PageState::Shown);
        if !forget.is_empty() {
            self.effects.push_back(Effect::Forget(forget));
            self.report(
                "queue?queue-full:More events wait than may be stored: the oldest are in memory only, and go first. Publish \
                 fewer at once, or look why nothing leaves: network, datastream, consent.",
            );
        }
        for (key, text) in store {
            self.effects.push_back(Effect::Store { key, text });
        }
    }

    pub(super) fn store_failed(&mut self, key: &str) {
        if self.outbox.store_failed(key, self.now) {
            self.report(
                "storage?storage-refuses:The browser's storage is full or denied: events are kept in memory and are lost if the page \
                 closes before they are sent. Free storage, or allow it for this site.",
            );
        }
    }

    /// Refuses the oldest events beyond the bounds, and the expired ones of pages that are gone.
    pub(super) fn bound(&mut self) {
        let moving = self.may_send() && self.offline.is_none() && !self.retry.is_open();
        let refused = self.outbox.overflow(moving);
        if !refused.is_empty() {
            self.report(
                "queue?queue-full:More events wait than the queue may hold: the oldest are refused. Look why nothing leaves: \
                 network, datastream, consent.",
            );
            self.drop_all(refused, "the queue is full and it was the oldest");
        }
    }

    pub(super) fn drop_all(&mut self, entries: Vec<Entry>, reason: &'static str) {
        self.forget(&entries);
        for entry in entries {
            self.effects.push_back(status_of(&entry, Status::Rejected, Some(reason.into())));
        }
    }

    pub(super) fn forget(&mut self, entries: &[Entry]) {
        let keys: Vec<_> = entries.iter().filter(|entry| entry.stored).map(|entry| entry.key.clone()).collect();
        if !keys.is_empty() {
            self.effects.push_back(Effect::Forget(keys));
        }
    }

    pub(super) fn adopt(&mut self, mut entries: Vec<(String, String)>) {
        // Without consent they stay as they are, and a page that is left has no locks: they are asked
        // for again.
        if self.consent != State::In || !self.is_here() {
            self.adopting = false;
            return;
        }
        sort(&mut entries, |(one, _), (other, _)| place(one) > place(other));
        let mut corrupt = Vec::new();
        for (key, text) in entries {
            match stored::read(&text) {
                Read::Entry(event) => {
                    let due = self.now.saturating_add(self.filling.max_wait);
                    self.outbox.adopt(key, event, self.now, due);
                }
                Read::Newer => {}
                Read::Corrupt => corrupt.push(key),
            }
        }
        if !corrupt.is_empty() {
            self.effects.push_back(Effect::Forget(corrupt));
            self.report(
                "storage?corrupt-entry:A stored event cannot be read and is dropped. Something else writes to the collector's storage, \
                 or the browser's disk is damaged.",
            );
        }
        let expired = self.outbox.expired(self.now, self.wall);
        self.drop_all(expired, "it could not be sent for seven days");
        self.bound();
    }
}

/// Where an adopted entry stands: by tab, and in the tab by its number.
fn place(key: &str) -> (&str, usize, &str) {
    let (tab, number) = rcut(key, b'/').unwrap_or((key, ""));
    (tab, number.len(), number)
}
