//! How events leave: the outbox, its batches, retries and the identity gate.
//!
//! The engine is told what happened ([`Input`]) and answers with what to do ([`Effect`]). It knows
//! neither URLs nor bodies nor cookies: whoever carries out [`Effect::Send`] builds the request, and
//! whoever reads the answer says what it meant ([`Outcome`]).
//!
//! What it promises: an event is accepted once the effects of [`Input::Accept`] are carried out, and
//! from then on is either taken by the edge or refused for good, on this page or a later one. It
//! arrives twice, with the same `_id`, only where nobody saw the first answer. The order of a page is
//! kept: one request is in the air at a time, but for what leaves with the page.
//!
//! ```
//! use storefront_collector::delivery::{Delivery, Effect, Event, Input, Limits, Road};
//! use storefront_collector::moment::Moment;
//!
//! let mut delivery = Delivery::new("tab".into(), 7, Limits::default());
//! let now = Moment::default();
//! for input in [Input::Configure(Some(Road::Edge { batching: None })), Input::ConsentIn, Input::Identity(true)] {
//!     delivery.handle(input, &now);
//! }
//! delivery.handle(Input::Accept(Event { id: "1".into(), json: "{}".into(), ..Event::default() }), &now);
//! let effects: Vec<_> = std::iter::from_fn(|| delivery.next_effect()).collect();
//! assert!(effects.iter().any(|effect| matches!(effect, Effect::Store { .. })));
//! assert!(effects.iter().any(|effect| matches!(effect, Effect::Send(_))));
//! ```

mod alloy;
mod answer;
mod batch;
pub mod edge;
mod flight;
mod gate;
mod leave;
mod message;
mod outbox;
mod retry;
#[cfg(test)]
mod tests;

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

pub use message::*;

use crate::inspect::Issue;
use crate::moment::Moment;
use crate::text::{decimal, join, rcut, sort};
use batch::{Batch, Filling};
use flight::Flight;
use gate::{Gate, Pass};
use outbox::{Entry, Outbox, Read};
use retry::Retry;

/// What the shopper has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Consent {
    Pending,
    In,
    Out,
}

/// Where the page is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Shown,
    Hidden,
    /// After `pagehide`.
    Leaving,
    /// Back, but its locks are not.
    Returning,
}

/// A `privacy/set-consent` that the edge has not answered.
#[derive(Debug)]
struct ConsentCall {
    ticket: Ticket,
    body: String,
    flight: Option<RequestId>,
}

/// A guard that the simulation takes away, to see that it notices.
#[doc(hidden)]
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutation {
    NoWriteAhead,
    NoLock,
    NoIdentityGate,
}

/// The delivery engine of one page; see the [module](self).
#[derive(Debug)]
pub struct Delivery {
    road: Option<Road>,
    filling: Filling,
    consent: Consent,
    consent_call: Option<ConsentCall>,
    /// The edge believes in an out that does not hold any more.
    edge_must_hear: bool,
    page: Page,
    online: bool,
    sdk: bool,
    /// The edge has answered an event of this page.
    started: bool,
    /// Another page of the shop delivers what this one leaves in storage.
    heir: bool,
    /// One unload without identity is enough.
    left_without: bool,
    adopting: bool,
    flushing: bool,
    /// Events the next request may carry, after one that was refused.
    cap: usize,
    outbox: Outbox,
    flights: Vec<Flight>,
    gate: Gate,
    retry: Retry,
    flushes: Vec<(Ticket, u64)>,
    /// Who waits for an identity, and whether patiently.
    wishes: Vec<(Ticket, bool)>,
    /// A request that could have brought an identity has failed.
    wish_failed: bool,
    reported: Vec<&'static str>,
    next_request: RequestId,
    effects: VecDeque<Effect>,
    wake: i64,
    now: i64,
    wall: i64,
    #[cfg(feature = "mutants")]
    mutation: Option<Mutation>,
}

impl Delivery {
    /// An engine that waits for settings and consent. `tab` names this page in storage and is its
    /// alone (a UUID, no `/`); `seed` is any number that differs from page to page.
    #[must_use]
    pub fn new(tab: String, seed: u64, limits: Limits) -> Self {
        Self {
            road: None,
            filling: Filling::new(None),
            consent: Consent::Pending,
            consent_call: None,
            edge_must_hear: false,
            page: Page::Shown,
            online: true,
            sdk: false,
            started: false,
            heir: false,
            left_without: false,
            adopting: false,
            flushing: false,
            cap: usize::MAX,
            outbox: Outbox::new(tab, limits),
            flights: Vec::new(),
            gate: Gate::new(),
            retry: Retry::new(seed),
            flushes: Vec::new(),
            wishes: Vec::new(),
            wish_failed: false,
            reported: Vec::new(),
            next_request: 0,
            effects: VecDeque::new(),
            wake: i64::MAX,
            now: i64::MIN,
            wall: 0,
            #[cfg(feature = "mutants")]
            mutation: None,
        }
    }

    /// Takes a guard away.
    #[doc(hidden)]
    #[cfg(feature = "mutants")]
    pub fn mutate(&mut self, mutation: Option<Mutation>) {
        self.mutation = mutation;
    }

    /// Events that are neither taken nor refused yet, and their bytes.
    #[must_use]
    pub fn queue(&self) -> (usize, usize) {
        self.outbox.size()
    }

    /// The next thing to do. Ask until there is none after every [`Self::handle`].
    pub fn next_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// Something happened at `moment`.
    pub fn handle(&mut self, input: Input, moment: &Moment) {
        self.now = self.now.max(moment.mono);
        self.wall = moment.wall;
        match input {
            Input::Configure(road) => self.configure(road),
            Input::Accept(event) => self.accept(event),
            Input::ConsentIn => self.consent_in(),
            Input::ConsentPending => self.consent = Consent::Pending,
            Input::ConsentOut => self.consent_out(),
            Input::EdgeMustHear(must) => self.edge_must_hear = must,
            Input::SetConsent { ticket, body } => self.set_consent(ticket, body),
            Input::Identity(known) => self.gate.set_known(known),
            Input::IdentityLocked => self.gate.granted(),
            Input::Answered { request, outcome } => self.answered(request, outcome),
            Input::Wake => self.wake = i64::MAX,
            Input::Hidden => self.hidden(Page::Hidden),
            Input::Unloading { heir } => self.unloading(heir),
            Input::Visible => self.visible(),
            Input::Returning { tab } => self.returning(tab),
            Input::Restored { keys } => self.restored(&keys),
            Input::Online => {
                self.online = true;
                self.retry.online(self.now);
            }
            Input::Offline => self.online = false,
            Input::Stored(entries) => self.adopt(entries),
            Input::StoreFailed { key } => self.store_failed(&key),
            Input::Sdk(there) => {
                let news = there && !self.sdk;
                self.sdk = there;
                if news {
                    self.unheld();
                }
            }
            Input::Flush(ticket) => {
                self.flushes.push((ticket, self.outbox.next()));
                self.flushing = true;
            }
            Input::WantIdentity { ticket, patient } => self.wishes.push((ticket, patient)),
        }
        self.pump();
        self.settle();
        self.settle_wishes();
        self.plan();
    }

    fn configure(&mut self, road: Option<Road>) {
        if self.road != road {
            self.gate.forget_refusal();
        }
        let started = self.road.is_none() && road.is_some();
        self.road = road;
        self.adopting &= !started;
        if let Some(Road::Edge { batching }) = road {
            self.filling = Filling::new(batching);
        }
        if started {
            self.unheld();
        }
    }

    fn consent_in(&mut self) {
        if self.consent != Consent::In {
            self.consent = Consent::In;
            self.adopting = false;
            self.unheld();
        }
    }

    /// What was held may go on, if nothing else holds it.
    fn unheld(&mut self) {
        if self.may_send() {
            let waiting = self.outbox.iter().filter(|entry| entry.flight.is_none());
            self.effects.extend(waiting.map(|entry| status_of(entry, Status::Queued, None)));
        }
    }

    fn consent_out(&mut self) {
        if self.consent == Consent::Out {
            return;
        }
        self.consent = Consent::Out;
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
        self.effects.push_back(Effect::Purge);
    }

    fn set_consent(&mut self, ticket: Ticket, body: String) {
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

    fn accept(&mut self, event: Event) {
        if self.consent == Consent::Out {
            let reason = Some("the shopper has declined".into());
            self.effects.push_back(Effect::Status {
                id: event.id,
                status: Status::Suppressed,
                reason,
                attempts: 0,
                request: None,
            });
            return;
        }
        let size = batch::ENVELOPE.saturating_add(batch::size(&event));
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
        if self.page == Page::Leaving {
            self.leave();
        }
    }

    fn too_large(&mut self, event: Event, size: usize) {
        let bytes = decimal(size.cast_signed() as i64);
        let limit = decimal(batch::MAX_REQUEST.cast_signed() as i64);
        let message = join(&[
            "An event needs a request of ",
            &bytes,
            " bytes and the edge takes ",
            &limit,
            ": it is not sent. Publish fewer items, or leave long texts out.",
        ]);
        self.effects.push_back(Effect::Report(Issue::error("event", "too-large", message.clone())));
        self.effects.push_back(Effect::Status {
            id: event.id,
            status: Status::Rejected,
            reason: Some(message.into()),
            attempts: 0,
            request: None,
        });
    }

    /// Whether events may leave and be stored at all.
    fn may_send(&self) -> bool {
        let ready = match self.road {
            None => false,
            Some(Road::Edge { .. }) => true,
            Some(Road::WebSdk) => self.sdk,
        };
        ready && self.consent == Consent::In
    }

    /// Gives storage what it should have: everything accepted with settings and consent there, the
    /// Web SDK or not.
    fn write_ahead(&mut self) {
        if self.consent != Consent::In || self.road.is_none() {
            return;
        }
        #[cfg(feature = "mutants")]
        if self.mutation == Some(Mutation::NoWriteAhead) {
            return;
        }
        for (key, text) in self.outbox.claim_unstored(self.now) {
            self.effects.push_back(Effect::Store { key, text });
        }
    }

    fn store_failed(&mut self, key: &str) {
        if self.outbox.store_failed(key, self.now) {
            self.report(
                "storage",
                "storage-refuses",
                "The browser's storage is full or denied: events are kept in memory and are lost if the page \
                 closes before they are sent. Free storage, or allow it for this site.",
            );
        }
    }

    /// Tells a problem once per page.
    fn report(&mut self, field: &'static str, code: &'static str, message: &'static str) {
        if !self.reported.contains(&code) {
            self.reported.push(code);
            self.effects.push_back(Effect::Report(Issue::warning(field, code, message)));
        }
    }

    /// Refuses the oldest events beyond the bounds, and the expired ones of pages that are gone.
    fn bound(&mut self) {
        let moving = self.may_send() && self.online && !self.retry.is_open();
        let refused = self.outbox.overflow(moving);
        if !refused.is_empty() {
            self.report(
                "queue",
                "queue-full",
                "More events wait than the queue may hold: the oldest are refused. Look why nothing leaves: \
                 network, datastream, consent.",
            );
            self.drop_all(refused, "the queue is full and it was the oldest");
        }
    }

    fn drop_all(&mut self, entries: Vec<Entry>, reason: &'static str) {
        self.forget(&entries);
        for entry in entries {
            self.effects.push_back(status_of(&entry, Status::Rejected, Some(reason.into())));
        }
    }

    fn forget(&mut self, entries: &[Entry]) {
        let keys: Vec<_> = entries.iter().filter(|entry| entry.stored).map(|entry| entry.key.clone()).collect();
        if !keys.is_empty() {
            self.effects.push_back(Effect::Forget(keys));
        }
    }

    fn adopt(&mut self, mut entries: Vec<(String, String)>) {
        // Without consent they stay as they are, and a page that is left has no locks: they are asked
        // for again.
        if self.consent != Consent::In || !self.is_here() {
            self.adopting = false;
            return;
        }
        sort(&mut entries, |(one, _), (other, _)| place(one) > place(other));
        let mut corrupt = Vec::new();
        for (key, text) in entries {
            match outbox::read(&text) {
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
                "storage",
                "corrupt-entry",
                "A stored event cannot be read and is dropped. Something else writes to the collector's storage, \
                 or the browser's disk is damaged.",
            );
        }
        let expired = self.outbox.expired(self.now, self.wall);
        self.drop_all(expired, "it could not be sent for seven days");
        self.bound();
    }

    /// Does what can be done now.
    fn pump(&mut self) {
        self.time_out();
        // A page that comes back has yet to hear what the shopper has said meanwhile.
        if self.page != Page::Returning {
            self.write_ahead();
        }
        if self.road.is_some() && self.consent == Consent::In && self.is_here() && !self.adopting {
            self.adopting = true;
            self.effects.push_back(Effect::Adopt);
        }
        self.bound();
        if self.is_here() && self.online && self.now >= self.retry.not_before() {
            match self.road {
                Some(Road::Edge { .. }) => self.pump_edge(),
                Some(Road::WebSdk) => self.pump_sdk(),
                None => {}
            }
        }
        // The lock is held only while a request that needs it is in the air.
        let needless = if self.gate.is_known() { Gate::abandon } else { Gate::release };
        if !self.is_busy() && needless(&mut self.gate) {
            self.effects.push_back(Effect::UnlockIdentity);
        }
    }

    /// Whether the page is one the shopper can be on, with its locks held.
    fn is_here(&self) -> bool {
        matches!(self.page, Page::Shown | Page::Hidden)
    }

    fn pump_edge(&mut self) {
        if self.is_busy() {
            return;
        }
        if self.consent_call.is_some() {
            return self.pump_consent();
        }
        if self.consent != Consent::In || self.edge_must_hear {
            return;
        }
        let batch = self.next_batch();
        let due = batch.count > 0 && self.is_due(&batch);
        if due || !self.wishes.is_empty() {
            match self.pass() {
                Pass::Go | Pass::Without if !due => {}
                Pass::Go => {
                    let action = if batch.needs_answer || !self.started || self.filling.max_events == 1 {
                        Action::Interact
                    } else {
                        Action::Collect
                    };
                    self.send(&batch, action);
                }
                Pass::Without => self.send(&batch, Action::Interact),
                Pass::Ask => self.ask(),
                Pass::Acquire => self.send_bare(Action::Acquire, String::new()),
                Pass::Wait => {}
            }
        }
    }

    /// The shopper's choice goes before the events; without an identity it brings one.
    fn pump_consent(&mut self) {
        match self.pass() {
            Pass::Ask => self.ask(),
            Pass::Wait => {}
            Pass::Go | Pass::Acquire | Pass::Without => self.send_consent(),
        }
    }

    /// Sends the shopper's choice, unless it is on its way.
    fn send_consent(&mut self) {
        let request = self.next_request;
        if let Some(call) = self.consent_call.as_mut().filter(|call| call.flight.is_none()) {
            call.flight = Some(request);
            let body = call.body.clone();
            self.send_bare(Action::SetConsent, body);
        }
    }

    fn ask(&mut self) {
        self.gate.asked(self.now);
        self.effects.push_back(Effect::LockIdentity);
    }

    fn pass(&mut self) -> Pass {
        #[cfg(feature = "mutants")]
        match self.mutation {
            Some(Mutation::NoIdentityGate) => return Pass::Go,
            Some(Mutation::NoLock) => self.gate.granted(),
            _ => {}
        }
        self.gate.pass(self.now)
    }

    fn next_batch(&self) -> Batch {
        let mut filling = self.filling;
        filling.max_events = filling.max_events.min(if self.retry.is_open() { 1 } else { self.cap });
        batch::next(&self.outbox, filling, usize::MAX)
    }

    fn is_due(&self, batch: &Batch) -> bool {
        batch.full || self.flushing || self.page != Page::Shown || batch.due <= self.now
    }

    /// Tells those who wait for everything to be done.
    fn settle(&mut self) {
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
        self.flushing = !self.flushes.is_empty();
    }

    /// Tells those who ask who the shopper is that it is known, or cannot be had now.
    fn settle_wishes(&mut self) {
        let failed = core::mem::take(&mut self.wish_failed) || !self.online;
        let ready = match self.road {
            None => None,
            Some(Road::Edge { .. }) => Some(self.gate.is_known() || self.gate.is_refused() || failed),
            Some(Road::WebSdk) => Some(self.sdk),
        };
        let done = |patient: bool| match (self.consent, ready) {
            (Consent::Out, _) => true,
            (Consent::In, Some(done)) => done,
            _ => !patient,
        };
        for (ticket, _) in self.wishes.extract_if(.., |(_, patient)| done(*patient)) {
            self.effects.push_back(Effect::Settled(ticket));
        }
    }

    /// Says when to be woken, if that has changed.
    fn plan(&mut self) {
        let mut wake = self.gate.wake();
        for flight in &self.flights {
            wake = wake.min(flight.deadline);
        }
        if self.is_here() && self.online && self.road.is_some() && !self.is_busy() {
            let batch = self.next_batch();
            let due = match self.consent_call {
                Some(_) => i64::MIN,
                None if self.consent == Consent::In && !self.wishes.is_empty() => i64::MIN,
                None if batch.count == 0 || !self.may_send() || self.edge_must_hear => i64::MAX,
                None if self.is_due(&batch) => i64::MIN,
                None => batch.due,
            };
            let at = due.max(self.retry.not_before());
            // What is due already waits for the lock, not for the clock.
            if at > self.now {
                wake = wake.min(at);
            }
        }
        if wake > self.now && wake != self.wake && wake < i64::MAX {
            self.effects.push_back(Effect::WakeAt(wake));
            self.wake = wake;
        }
    }
}

/// Where an adopted entry stands: by tab, and in the tab by its number.
fn place(key: &str) -> (&str, usize, &str) {
    let (tab, number) = rcut(key, b'/').unwrap_or((key, ""));
    (tab, number.len(), number)
}

fn status_of(entry: &Entry, status: Status, reason: Option<Cow<'static, str>>) -> Effect {
    let Entry { event, attempts, last, .. } = entry;
    Effect::Status { id: event.id.clone(), status, reason, attempts: *attempts, request: *last }
}
