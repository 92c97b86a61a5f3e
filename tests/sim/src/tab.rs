//! A tab: an engine, and a shell that carries out its effects the way a browser would.

use std::collections::BTreeSet;

use storefront_collector::collector::{self, Collector};
use storefront_collector::delivery::{Action, Delivery, Effect, Event, Input, Limits, Send};
use storefront_collector::inspect::Status;
use storefront_collector::moment::Moment;

use crate::coverage::Seen;
use crate::network::Request;
use crate::plan::Consent;
use crate::whole::remembered;
use crate::world::{Happening, World};

/// Bytes around the events of a request, the most that a third-party host takes.
const ENVELOPE: usize = 1_900;
/// Events above this may be refused: with their envelope they do not fit a request.
const TOO_LARGE: usize = 57_000;
/// The same of the events a whole collector makes, which have fields of their own.
const TOO_LARGE_WHOLE: usize = 54_000;
/// Bytes an ECID adds to an event made without.
const ECID: usize = 250;

pub(crate) struct Tab {
    /// `None`: the tab is dead.
    pub(crate) engine: Option<Engine>,
    pub(crate) name: String,
    pub(crate) frozen: bool,
    pub(crate) leaving: bool,
    pub(crate) returning: bool,
    /// The engine has been told that an identity is known.
    pub(crate) told_identity: bool,
    /// The identity this tab knows in memory.
    pub(crate) identity: Option<u32>,
    pub(crate) refused_identity: bool,
    pub(crate) told_consent: Option<Consent>,
    pub(crate) told_online: bool,
    pub(crate) store_failed: bool,
    /// A call of the Web SDK that never settles holds the queue.
    pub(crate) hung: bool,
    pub(crate) tickets: BTreeSet<u64>,
    /// Answers that came while it was frozen.
    pub(crate) held: Vec<usize>,
    /// Dies after so many effects.
    pub(crate) doom: Option<u8>,
    pub(crate) born: i64,
    pub(crate) wake: i64,
}

/// What runs in a tab.
pub(crate) enum Engine {
    /// The delivery engine, its requests and answers told in its own words.
    Alone(Box<Delivery>),
    /// The collector as a page has it: cookies and HTTP in, cookies and HTTP out.
    Whole(Box<Collector>),
}

impl Engine {
    /// Events that wait.
    pub(crate) fn queue(&self) -> usize {
        match self {
            Self::Alone(engine) => engine.queue().0,
            Self::Whole(collector) => crate::whole::queue(collector),
        }
    }
}

/// Something to do for one of them.
enum Wish {
    Engine(Effect),
    Whole(collector::Effect),
}

impl Tab {
    pub(crate) fn is_dead(&self) -> bool {
        self.engine.is_none()
    }

    /// Neither dead nor frozen.
    pub(crate) fn is_alive(&self) -> bool {
        self.engine.is_some() && !self.frozen
    }
}

/// The event of a number, as the collector makes it.
fn event(number: usize, size: usize, view: bool, wants_ecid: bool, created: i64) -> Event {
    let mut json = format!("{{\"xdm\":{{\"_id\":\"{number}\"}}}}");
    json.push_str(&" ".repeat(size.saturating_sub(json.len())));
    Event { id: number.to_string(), json, created, needs_answer: view, wants_ecid, ..Event::default() }
}

/// The numbers of a request's events.
fn numbers(events: &[Event]) -> Vec<usize> {
    events.iter().map(|event| event.id.parse().expect("the world makes the IDs")).collect()
}

/// The number of the event in a storage entry's text.
fn number_in(text: &str) -> usize {
    text.split_once("\"_id\":\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .and_then(|(id, _)| id.parse().ok())
        .expect("the engine stores the event as it was")
}

impl World<'_> {
    /// A page starts.
    pub(crate) fn open(&mut self) -> usize {
        let tab = self.tabs.len();
        self.names += 1;
        let name = format!("t{}", self.names);
        self.take_name(&name, tab);
        let limits = if self.plan.small {
            Limits { events: 6, bytes: 20_000, burst_events: 12, burst_bytes: 200_000, ..Limits::default() }
        } else {
            Limits::default()
        };
        let seed = self.rng.u64(..);
        let engine = if self.is_whole() {
            Engine::Whole(Box::new(self.collector(name.clone(), seed)))
        } else {
            let mut engine = Delivery::new(name.clone(), seed, limits);
            engine.mutate(self.mutation);
            Engine::Alone(Box::new(engine))
        };
        self.tabs.push(Tab {
            engine: Some(engine),
            name,
            frozen: false,
            leaving: false,
            returning: false,
            told_identity: false,
            identity: None,
            refused_identity: false,
            told_consent: None,
            told_online: self.online,
            store_failed: false,
            hung: false,
            tickets: BTreeSet::new(),
            held: Vec::new(),
            doom: None,
            born: self.now,
            wake: i64::MAX,
        });
        self.orders.push(Default::default());
        let mut greetings = vec![Input::Configure(Some(self.road()))];
        if self.plan.sdk {
            greetings.push(Input::Sdk(true));
        }
        if !self.online {
            greetings.push(Input::Offline);
        }
        // Settings, consent and the network are learnt in any order.
        self.rng.shuffle(&mut greetings);
        for input in greetings {
            self.tell(tab, input);
        }
        if self.alive().len() > 2 {
            self.coverage.saw(Seen::SeveralTabs);
        }
        tab
    }

    /// A tab holds the lock of its storage name at once.
    pub(crate) fn take_name(&mut self, name: &str, tab: usize) {
        self.owners.insert(name.into(), tab);
        self.named.insert(name.into(), tab);
    }

    /// Tells a tab what happened, and what it can see for itself before.
    pub(crate) fn tell(&mut self, tab: usize, input: Input) {
        if !self.tabs[tab].is_alive() {
            return;
        }
        // A page that comes back hears that first: until then it writes under its old name.
        if self.is_whole() || matches!(input, Input::Returning { .. }) {
            return self.handle(tab, input);
        }
        if self.tabs[tab].told_consent != Some(self.consent) {
            self.tabs[tab].told_consent = Some(self.consent);
            let consent = match self.consent {
                Consent::In => Input::ConsentIn,
                Consent::Pending => Input::ConsentPending,
                Consent::Out => Input::ConsentOut { refused: true },
            };
            self.handle(tab, consent);
        }
        let looks = input == Input::IdentityLocked || self.rng.bool();
        if !self.plan.cookies_blocked && looks && self.cookie.is_some() {
            if input == Input::IdentityLocked {
                self.coverage.saw(Seen::LockCookieCame);
            }
            self.tabs[tab].identity = self.cookie;
        }
        if self.tabs[tab].identity.is_some() && !self.tabs[tab].told_identity {
            self.tabs[tab].told_identity = true;
            self.handle(tab, Input::Identity(true));
        }
        self.handle(tab, input);
    }

    fn handle(&mut self, tab: usize, input: Input) {
        self.log(|| format!("  tab {tab}: {}", short(&input)));
        let moment = self.moment(tab);
        match &mut self.tabs[tab].engine {
            Some(Engine::Alone(engine)) => engine.handle(input, &moment),
            Some(Engine::Whole(_)) => self.tell_whole(tab, input, &moment),
            None => {}
        }
        self.carry_out_all(tab);
    }

    /// Carries out what there is to do, unless the tab dies over it.
    pub(crate) fn carry_out_all(&mut self, tab: usize) {
        loop {
            let moment = self.moment(tab);
            let wish = match &mut self.tabs[tab].engine {
                Some(Engine::Alone(engine)) => engine.next_effect().map(Wish::Engine),
                Some(Engine::Whole(collector)) => collector.next_effect(&moment).map(Wish::Whole),
                None => None,
            };
            let Some(wish) = wish else { return };
            if self.tabs[tab].doom == Some(0) {
                self.coverage.saw(Seen::KilledMidway);
                self.kill(tab);
                return;
            }
            self.tabs[tab].doom = self.tabs[tab].doom.map(|left| left - 1);
            match wish {
                Wish::Engine(effect) => self.carry_out(tab, effect),
                Wish::Whole(effect) => self.carry_out_whole(tab, effect),
            }
        }
    }

    pub(crate) fn moment(&self, tab: usize) -> Moment {
        let mono = self.now - self.tabs[tab].born;
        Moment { wall: self.wall(), mono, cookies: self.jar.text().into(), memory: remembered().into() }
    }

    /// The page publishes an event.
    pub(crate) fn publish(&mut self, tab: usize, size: usize, view: bool) {
        let number = self.facts.len();
        let state = &self.tabs[tab];
        let (consent, failed) = (self.consent, state.store_failed);
        self.coverage.saw(match consent {
            _ if state.leaving => Seen::PublishedLeaving,
            _ if state.returning => Seen::PublishedReturning,
            Consent::Pending => Seen::PublishedPending,
            Consent::Out => Seen::PublishedOut,
            Consent::In if !self.online => Seen::PublishedOffline,
            Consent::In => Seen::Published,
        });
        let wants_ecid = state.identity.is_none();
        self.facts.push(crate::facts::Fact {
            page: tab,
            size,
            published_out: consent == Consent::Out,
            ..Default::default()
        });
        if self.is_whole() {
            self.publish_whole(tab, number, size, view);
        } else {
            self.tell(tab, Input::Accept(event(number, size, view, wants_ecid, self.wall())));
        }
        if self.tabs[tab].is_dead() {
            return;
        }
        let stores = self.storage_works && !failed && !self.plan.small;
        let fact = &mut self.facts[number];
        fact.accepted = true;
        fact.secured |= stores && consent == Consent::In;
    }

    pub(crate) fn carry_out(&mut self, tab: usize, effect: Effect) {
        match effect {
            Effect::Send(send) => self.send(tab, send),
            Effect::SdkCall { request, event, unloading } => {
                self.coverage.saw(if unloading { Seen::SdkBeacon } else { Seen::SdkCall });
                let events = numbers(&[event]);
                self.check_send(tab, &events, unloading);
                let request = self.request(tab, request, None, events);
                self.depart(request);
                if self.requests.last().is_some_and(|request| request.hangs) {
                    self.tabs[tab].hung = true;
                }
            }
            Effect::Cancel(id) => {
                self.coverage.saw(Seen::Cancelled);
                let index = self.requests.iter().rposition(|request| request.tab == tab && request.id == id);
                match index {
                    Some(index) if self.requests[index].open => self.let_go(index, false),
                    // Its answer is being told.
                    Some(_) => {}
                    None => self.fail("only requests are given up", format!("tab {tab}, request {id}")),
                }
            }
            Effect::Store { key, text } => self.store(tab, key, text),
            Effect::Forget(keys) => keys.iter().for_each(|key| self.forget(tab, key)),
            Effect::Purge => {
                self.storage.clear();
                self.waive_all();
            }
            Effect::Adopt => {
                let delay = self.rng.i64(0..30);
                self.later(delay, Happening::Adopt(tab));
            }
            Effect::LockIdentity => {
                if self.id_lock.is_some() {
                    self.coverage.saw(Seen::LockWaited);
                }
                self.id_line.push_back(tab);
                self.grant();
            }
            Effect::UnlockIdentity => self.unlock(tab),
            Effect::WakeAt(at) => {
                self.log(|| format!("    wake at {at}"));
                let at = self.tabs[tab].born + at;
                self.tabs[tab].wake = at;
                let lateness = self.rng.i64(0..20);
                self.later(at - self.now + lateness, Happening::Wake(tab, at));
            }
            Effect::Status { id, status, .. } => self.status(&id, status),
            Effect::Settled(ticket) => {
                self.coverage.saw(Seen::Flushed);
                if !self.tabs[tab].tickets.remove(&ticket) {
                    self.fail("a flush settles once", format!("tab {tab}, ticket {ticket}"));
                }
            }
            Effect::Report(issue) => {
                if issue.code == "queue-full" {
                    self.coverage.saw(Seen::QueueFull);
                }
                if issue.code == "corrupt-entry" {
                    self.fail("what is stored can be read", issue.message);
                }
            }
        }
    }

    pub(crate) fn status(&mut self, id: &str, status: Status) {
        self.log(|| format!("    event {id} {status:?}"));
        let number: usize = id.parse().expect("the world makes the IDs");
        let too_large = if self.is_whole() { TOO_LARGE_WHOLE } else { TOO_LARGE };
        let fact = &mut self.facts[number];
        if status == Status::Rejected && (self.plan.small || fact.size > too_large) {
            fact.waived = true;
        }
    }

    fn store(&mut self, tab: usize, key: String, text: String) {
        if self.consent != Consent::In {
            self.fail("nothing is stored while consent says no", format!("tab {tab} stores {key}"));
        }
        if self.storage_works {
            let number = number_in(&text);
            if self.tabs[tab].store_failed {
                self.coverage.saw(Seen::StoredLater);
            }
            self.facts[number].secured = true;
            self.storage.insert(key, text);
        } else {
            self.coverage.saw(Seen::StoreFailed);
            self.tabs[tab].store_failed = true;
            self.orders[tab].free = true;
            let moment = self.moment(tab);
            match &mut self.tabs[tab].engine {
                Some(Engine::Alone(engine)) => engine.handle(Input::StoreFailed { key }, &moment),
                Some(Engine::Whole(collector)) => collector.store_failed(key, &moment),
                None => {}
            }
        }
    }

    fn forget(&mut self, tab: usize, key: &str) {
        let Some(text) = self.storage.remove(key) else { return };
        let number = number_in(&text);
        let owned = self.owns(tab, key);
        let fact = &mut self.facts[number];
        // A tab that no longer owns the entry may still learn of its arrival; the new owner does not. Where little may be
        // stored, entries make room for newer ones before they are answered.
        fact.settled |= owned && !self.plan.small;
        if self.plan.small && fact.arrivals == 0 {
            fact.waived = true;
        }
        if fact.arrivals == 0 && !fact.refused && !fact.waived {
            self.fail("an event is forgotten only when answered", format!("tab {tab} forgets event {number}"));
        }
    }

    fn send(&mut self, tab: usize, send: Send) {
        let identity = if self.tabs[tab].told_identity { self.tabs[tab].identity } else { None };
        let added = if identity.is_some() { ECID } else { 0 };
        let sizes = send.events.iter().map(|event| event.json.len() + 1 + if event.wants_ecid { added } else { 0 });
        let bytes = ENVELOPE + sizes.sum::<usize>();
        let request = self.request(tab, send.request, Some(send.action), numbers(&send.events));
        self.send_request(Request { bytes, keepalive: send.keepalive, identity, ..request });
    }

    /// A request leaves, whoever put it together.
    pub(crate) fn send_request(&mut self, request: Request) {
        let Request { tab, bytes, identity, .. } = request;
        self.coverage.saw(match request.action {
            Some(Action::Interact) | None => Seen::Interact,
            Some(Action::Collect) => Seen::Collect,
            Some(Action::Acquire) => Seen::Acquire,
            Some(Action::SetConsent) => Seen::SetConsent,
        });
        if bytes > 60_000 {
            self.fail("a request has 60 KB at most", format!("tab {tab} sends {bytes}"));
        }
        let leaving = self.tabs[tab].leaving;
        if request.action != Some(Action::SetConsent) {
            self.check_send(tab, &request.events, leaving);
        }
        if identity.is_none() && !request.events.is_empty() {
            let refused = self.tabs[tab].refused_identity;
            self.coverage.saw(if leaving { Seen::LeftWithout } else { Seen::WithoutIdentity });
            if request.action == Some(Action::Collect) || !(leaving || refused) {
                self.fail("events wait for the identity", format!("tab {tab} sends {:?} without", request.events));
            }
        }
        let index = self.requests.len();
        self.log(|| {
            let Request { action, choice, events, keepalive, .. } = &request;
            format!("    request {index}: {action:?} {choice:?} {events:?} keepalive {keepalive}")
        });
        self.depart(request);
        let in_flight = self.requests.iter().filter(|request| request.tab == tab && request.open && request.keepalive);
        let budget: usize = in_flight.map(|request| request.bytes).sum();
        if budget > 65_536 {
            self.fail("keepalive requests share 64 KiB", format!("tab {tab} has {budget} in flight"));
        }
    }

    /// What must hold whenever events leave, by whatever road.
    fn check_send(&mut self, tab: usize, events: &[usize], leaving: bool) {
        if self.consent != Consent::In {
            self.fail("nothing leaves while consent says no", format!("tab {tab} sends {events:?}"));
        }
        if self.tabs[tab].returning {
            self.fail("a page without its locks sends nothing", format!("tab {tab} sends {events:?}"));
        }
        let mut others = Vec::new();
        for request in self.requests.iter().rev().take(60).filter(|request| request.open) {
            let other = &self.tabs[request.tab];
            let alive = other.is_alive() && (request.tab == tab || !(other.leaving || other.returning));
            if alive && events.iter().any(|event| request.events.contains(event)) {
                let detail = format!("tab {tab} sends {events:?}, tab {} waits for an answer", request.tab);
                return self.fail("an event is in one request at a time", detail);
            }
            if request.tab == tab && !request.events.is_empty() {
                others.extend(&request.events);
            }
        }
        if !others.is_empty() {
            self.coverage.saw(Seen::LeftTogether);
        }
        let together = leaving || !others.is_empty();
        for &event in events.iter().chain(&others) {
            self.facts[event].order_free |= together;
        }
        for &event in events {
            let fact = &self.facts[event];
            if fact.settled {
                return self
                    .fail("nothing is sent again after its answer was seen", format!("tab {tab}, event {event}"));
            }
            if fact.waived && !self.tabs[tab].store_failed && !fact.missed_out && !self.plan.small {
                return self.fail("what was thrown away stays so", format!("tab {tab}, event {event}"));
            }
        }
    }
}

fn short(input: &Input) -> String {
    match input {
        Input::Accept(event) => format!("Accept {} ({} bytes)", event.id, event.json.len()),
        Input::Stored(entries) => {
            format!("Stored {:?}", entries.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>())
        }
        other => format!("{other:?}"),
    }
}
