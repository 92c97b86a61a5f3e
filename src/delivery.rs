//! How events leave: the outbox, its batches, retries and the identity gate.
//!
//! The engine is told what happened ([`Input`]) and answers with what to do ([`Effect`]). It knows
//! neither URLs nor bodies nor cookies: whoever carries out [`Effect::Send`] builds the request, and
//! whoever reads the answer says what it meant ([`Outcome`]).
//!
//! What it promises: an event is accepted once the effects of [`Input::Accept`] are carried out, and
//! from then on is either taken by the edge or refused for good, on this page or a later one. It
//! arrives twice, with the same `_id`, only where nobody saw the first answer, or that sent it back. The order
//! of a page is kept: one request is in the air at a time, but for what leaves with the page.
//!
//! The outbox with a transport and a storage of one's own: a function that answers, and a map.
//!
//! ```
//! use std::collections::BTreeMap;
//! use storefront_collector::delivery::{Delivery, Effect, Event, Input, Limits, Outcome, Road, Send};
//! use storefront_collector::moment::Moment;
//!
//! let transport = |send: &Send| match send.events.iter().any(|event| event.id == "2") {
//!     false => Outcome::Good { except: Vec::new() },
//!     true => Outcome::NetworkError,
//! };
//!
//! let now = Moment::default();
//! let mut delivery = Delivery::new("tab".into(), 7, Limits::default());
//! for input in [Input::Configure(Some(Road::Edge { batching: None })), Input::ConsentIn, Input::Identity(true)] {
//!     delivery.handle(input, &now);
//! }
//! for id in ["1", "2"] {
//!     delivery.handle(Input::Accept(Event { id: id.into(), json: r#"{"xdm":{}}"#.into(), ..Event::default() }), &now);
//! }
//!
//! let mut storage = BTreeMap::new();
//! let mut wake = None;
//! while let Some(effect) = delivery.next_effect() {
//!     match effect {
//!         Effect::Store { key, text } => drop(storage.insert(key, text)),
//!         Effect::Forget(keys) => storage.retain(|key, _| !keys.contains(key)),
//!         Effect::Send(send) => {
//!             let answered = Input::Answered { request: send.request, outcome: transport(&send) };
//!             delivery.handle(answered, &now);
//!         }
//!         Effect::WakeAt(time) => wake = Some(time),
//!         _ => {}
//!     }
//! }
//! // The first event has arrived and is forgotten; the second waits in storage for another try.
//! assert_eq!(storage.len(), 1);
//! assert_eq!(delivery.queue().0, 1);
//! assert!(wake.is_some_and(|time| time > now.mono));
//! ```

mod alloy;
mod answer;
mod batch;
mod consent;
pub mod edge;
mod flight;
mod gate;
mod intake;
mod leave;
mod message;
mod outbox;
mod promises;
mod pump;
mod retry;
mod stored;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

pub use message::*;
pub use stored::stored;

use crate::consent::State;
use crate::inspect::{Issue, Status};
use crate::moment::Moment;
use crate::queue::Queue;
use batch::Filling;
use consent::ConsentCall;
use flight::Flight;
use gate::Gate;
use outbox::{Entry, Outbox};
use promises::Askers;
use retry::Retry;

/// After this long without a network one event asks whether there is none: browsers behind a VPN or beside a virtual
/// adapter may say so for ever.
const DOUBT: i64 = 15_000;

/// Where the page is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PageState {
    Shown,
    Hidden,
    /// After `pagehide`.
    Leaving,
    /// Back, but its locks are not.
    Returning,
}

/// The store's own Web SDK, where that is the way out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WebSdk {
    Awaited,
    /// It has not come in time.
    Missing,
    There,
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
    consent: State,
    /// The shopper agreed while there was a way out.
    was_in: bool,
    consent_call: Option<ConsentCall>,
    /// The edge believes in an out that does not hold any more.
    edge_must_hear: bool,
    page: PageState,
    /// The browser says that there is no network; from this time on that is doubted.
    offline: Option<i64>,
    sdk: WebSdk,
    /// The edge has answered an event of this page.
    started: bool,
    /// Another page of the shop delivers what this one leaves in storage.
    successor: bool,
    /// One unload without identity is enough.
    left_without: bool,
    adopting: bool,
    outbox: Outbox,
    flights: Vec<Flight>,
    gate: Gate,
    retry: Retry,
    /// Requests in a row that had no answer while the network was there.
    silent: u32,
    /// Who waits for everything to be done, each with the ordinal before which no entry may be left.
    flushes: Vec<(Ticket, u64)>,
    askers: Askers,
    reported: Vec<&'static str>,
    next_request: RequestId,
    effects: Queue<Effect>,
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
            consent: State::Pending,
            was_in: false,
            consent_call: None,
            edge_must_hear: false,
            page: PageState::Shown,
            offline: None,
            sdk: WebSdk::Awaited,
            started: false,
            successor: false,
            left_without: false,
            adopting: false,
            outbox: Outbox::new(tab, limits),
            flights: Vec::new(),
            gate: Gate::new(),
            retry: Retry::new(seed),
            silent: 0,
            flushes: Vec::new(),
            askers: Askers::default(),
            reported: Vec::new(),
            next_request: 0,
            effects: Queue::default(),
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
            Input::ConsentPending => self.consent = State::Pending,
            Input::ConsentOut { refused } => self.consent_out(refused),
            Input::EdgeMustHear(must) => self.edge_must_hear = must,
            Input::SetConsent { ticket, body } => self.set_consent(ticket, body),
            Input::Identity(known) => self.gate.set_known(known),
            Input::IdentityLocked => self.gate.granted(),
            Input::Answered { request, outcome } => self.answered(request, outcome),
            Input::Wake => self.wake = i64::MAX,
            Input::Hidden => self.hidden(PageState::Hidden),
            Input::Unloading { successor } => self.unloading(successor),
            Input::Visible => self.visible(),
            Input::Returning { tab } => self.returning(tab),
            Input::Restored { keys } => self.restored(&keys),
            Input::Online => {
                self.offline = None;
                self.retry.online(self.now);
            }
            Input::Offline => self.offline = Some(self.now.saturating_add(DOUBT)),
            Input::Stored(entries) => self.adopt(entries),
            Input::StoreFailed { key } => self.store_failed(&key),
            Input::StoreLost => self.outbox.store_lost(),
            Input::Sdk(there) => self.sdk_changed(there),
            Input::SdkMissing if self.sdk == WebSdk::Awaited => self.sdk = WebSdk::Missing,
            Input::SdkMissing => {}
            Input::Flush(ticket) => self.flushes.push((ticket, self.outbox.next())),
            Input::WantIdentity { ticket, patient, fresh } => self.askers.add(ticket, patient, fresh),
        }
        self.was_in |= self.consent == State::In && self.road.is_some();
        self.pump();
        self.settle();
        self.settle_askers();
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
            self.filling.change(batching);
        }
        if started {
            self.unheld();
        }
    }

    /// Whether events may leave and be stored at all.
    fn may_send(&self) -> bool {
        let ready = match self.road {
            None => false,
            Some(Road::Edge { .. }) => true,
            Some(Road::WebSdk) => self.sdk == WebSdk::There,
        };
        ready && self.consent == State::In
    }

    /// Tells a problem, by its row, once per page.
    fn report(&mut self, row: &'static str) {
        if !self.reported.contains(&row) {
            self.reported.push(row);
            self.effects.push_back(Effect::Report(Issue::of(row, &[])));
        }
    }

    /// Whether the page is one the shopper can be on, with its locks held.
    fn is_here(&self) -> bool {
        matches!(self.page, PageState::Shown | PageState::Hidden)
    }
}

fn status_of(entry: &Entry, status: Status, reason: Option<Cow<'static, str>>) -> Effect {
    let &Entry { ref event, attempts, last, adopted, .. } = entry;
    Effect::Status { id: event.id.clone(), status, reason, attempts, request: last, adopted }
}
