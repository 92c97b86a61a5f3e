//! One browser, its tabs and what they share; and the time in it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};

use fastrand::Rng;
use storefront_collector::delivery::{Batching, Input, Mutation, Road};

use crate::coverage::{Coverage, Seen};
use crate::facts::{Fact, Failure, PageOrder};
use crate::jar::Jar;
use crate::network::Request;
use crate::plan::{Consent, Plan, Step, Weather};
use crate::tab::{Engine, Tab};
use crate::whole::new_browser;

/// When the simulation starts: 2026-01-01, so that the wall clock is a plausible one.
const START: i64 = 1_767_225_600_000;
/// How long healing may take, in milliseconds.
const HEALING: i64 = 900_000;
/// More than any session needs: beyond, timers and requests chase each other.
const MAX_HAPPENINGS: u64 = 20_000;
/// How far the wall clock may be off.
const MAX_JUMP: i64 = 2 * 24 * 3_600_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Happening {
    Step(usize),
    Deliver(usize),
    Answer(usize),
    Wake(usize, i64),
    Granted(usize),
    Adopt(usize),
    Restored(usize),
    /// A page that was left is gone.
    Gone(usize),
}

pub(crate) struct World<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) mutation: Option<Mutation>,
    pub(crate) rng: Rng,
    pub(crate) coverage: &'a mut Coverage,
    pub(crate) now: i64,
    pub(crate) weather: Weather,
    pub(crate) online: bool,
    pub(crate) consent: Consent,
    pub(crate) cookie: Option<u32>,
    /// `document.cookie`, as whole collectors see it.
    pub(crate) jar: Jar,
    /// The shopper declined through the API; nothing but another choice takes that back.
    pub(crate) declined: bool,
    /// The edge refused to hear of a choice, or took an old one late: what it believes is its own affair.
    pub(crate) deaf: bool,
    /// The newest choice that reached the edge.
    pub(crate) newest_choice: usize,
    /// What the edge was told last of the shopper's choice.
    pub(crate) edge_consent: Option<Consent>,
    /// It was given to a page that had been left in the meantime.
    pub(crate) cookie_by_leaving: bool,
    pub(crate) identities: u32,
    pub(crate) storage: BTreeMap<String, String>,
    pub(crate) storage_works: bool,
    /// Which tab holds the lock named after a tab.
    pub(crate) owners: BTreeMap<String, usize>,
    /// Which tab was given a name.
    pub(crate) named: BTreeMap<String, usize>,
    pub(crate) id_lock: Option<usize>,
    pub(crate) id_line: VecDeque<usize>,
    pub(crate) tabs: Vec<Tab>,
    pub(crate) names: usize,
    pub(crate) requests: Vec<Request>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) orders: Vec<PageOrder>,
    wall_offset: i64,
    tickets: u64,
    queue: BinaryHeap<Reverse<(i64, u64, Happening)>>,
    queued: u64,
    happened: u64,
    failure: Option<Failure>,
    trace: Option<&'a mut Vec<String>>,
}

/// Runs a session.
///
/// # Errors
/// When a promise was broken.
pub fn run(
    plan: &Plan,
    mutation: Option<Mutation>,
    coverage: &mut Coverage,
    trace: Option<&mut Vec<String>>,
) -> Result<(), Failure> {
    new_browser(plan.cookies_blocked);
    let mut world = World {
        plan,
        mutation,
        rng: Rng::with_seed(plan.seed ^ 0x5eed),
        coverage,
        now: START,
        weather: plan.weather,
        online: true,
        consent: plan.consent,
        cookie: (plan.known && !plan.cookies_blocked).then_some(0),
        jar: Jar::new(plan),
        declined: false,
        deaf: false,
        edge_consent: None,
        newest_choice: 0,
        cookie_by_leaving: false,
        identities: 0,
        storage: BTreeMap::new(),
        storage_works: true,
        owners: BTreeMap::new(),
        named: BTreeMap::new(),
        id_lock: None,
        id_line: VecDeque::new(),
        tabs: Vec::new(),
        names: 0,
        requests: Vec::new(),
        facts: Vec::new(),
        orders: Vec::new(),
        wall_offset: 0,
        tickets: 0,
        queue: BinaryHeap::new(),
        queued: 0,
        happened: 0,
        failure: None,
        trace,
    };
    world.live();
    world.heal();
    match world.failure {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

impl World<'_> {
    fn live(&mut self) {
        self.open();
        let mut at = 0;
        for (index, (gap, _)) in self.plan.steps.iter().enumerate() {
            at += i64::from(*gap);
            self.later(at, Happening::Step(index));
        }
        let end = self.now + at;
        self.run_until(end);
    }

    /// Every fault ends: what was promised has to come now.
    fn heal(&mut self) {
        self.log(|| "healing".into());
        self.weather = Weather::Calm;
        self.storage_works = true;
        self.tabs.iter_mut().for_each(|tab| tab.doom = None);
        self.set_online(true);
        if self.alive().is_empty() {
            self.open();
        }
        self.set_consent(Consent::In);
        for tab in 0..self.tabs.len() {
            self.bring_back(tab);
        }
        self.run_until(self.now + HEALING);
        for tab in self.alive() {
            let left = self.tabs[tab].engine.as_ref().map_or(0, Engine::queue);
            let state = &self.tabs[tab];
            let (hung, leaving, tickets) = (state.hung, state.leaving, state.tickets.clone());
            if left > 0 && !hung && !leaving {
                self.fail("a page that lives delivers everything", format!("tab {tab} has {left} events left"));
            }
            if !tickets.is_empty() {
                self.fail("every flush settles", format!("tab {tab}, tickets {tickets:?}"));
            }
        }
        self.alive().into_iter().for_each(|tab| self.kill(tab));
        let last = self.open();
        self.run_until(self.now + HEALING);
        let left = self.tabs[last].engine.as_ref().map_or(0, Engine::queue);
        if left > 0 || !self.storage.is_empty() {
            let keys: Vec<_> = self.storage.keys().cloned().collect();
            self.fail("the next page delivers what is left", format!("{left} events in memory, stored: {keys:?}"));
        }
        if self.is_whole() && self.edge_consent == Some(Consent::Out) && !self.deaf {
            self.fail("the edge hears of every choice", "it still believes in an out".into());
        }
        let lost = self.facts.iter().position(|fact| {
            fact.accepted && fact.secured && !fact.waived && !fact.refused && !fact.published_out && fact.arrivals == 0
        });
        if let Some(event) = lost {
            self.fail("no accepted event is lost", format!("event {event} of tab {}", self.facts[event].page));
        }
    }

    fn run_until(&mut self, end: i64) {
        while self.failure.is_none() {
            match self.queue.peek() {
                Some(Reverse((at, _, _))) if *at <= end => {}
                _ => break,
            }
            if let Some(Reverse((at, _, happening))) = self.queue.pop() {
                self.now = self.now.max(at);
                self.happened += 1;
                if self.happened > MAX_HAPPENINGS {
                    return self.fail("nothing goes round in circles", format!("{} happenings", self.happened));
                }
                self.happen(happening);
            }
        }
        self.now = self.now.max(end);
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Step(index) => self.step(self.plan.steps[index].1),
            Happening::Deliver(request) => self.deliver(request),
            Happening::Answer(request) => self.answer(request),
            Happening::Wake(tab, at) => {
                if self.tabs[tab].wake == at {
                    self.tell(tab, Input::Wake);
                }
            }
            Happening::Granted(tab) => {
                if self.id_lock == Some(tab) {
                    self.tell(tab, Input::IdentityLocked);
                }
            }
            Happening::Adopt(tab) => self.adopt(tab),
            Happening::Restored(tab) => self.restored(tab),
            Happening::Gone(tab) => {
                if self.tabs[tab].leaving && !self.tabs[tab].frozen {
                    self.kill(tab);
                }
            }
        }
    }

    fn step(&mut self, step: Step) {
        self.log(|| format!("{step:?}"));
        let alive = self.alive();
        let pick = |tab: u8| alive.get(usize::from(tab) % alive.len().max(1)).copied();
        match step {
            Step::Publish { tab, count, view, size } => {
                let tab = pick(tab).unwrap_or_else(|| self.open());
                for at in 0..count {
                    if self.tabs[tab].is_alive() {
                        self.publish(tab, usize::from(size), view && at == 0);
                    }
                }
            }
            Step::Open if alive.len() < 4 => {
                self.open();
            }
            Step::Open => {}
            Step::Kill { tab } => pick(tab).into_iter().for_each(|tab| self.kill(tab)),
            Step::KillMidway { tab, effects } => {
                if let Some(tab) = pick(tab) {
                    self.tabs[tab].doom = Some(effects);
                }
            }
            Step::KillAll => {
                self.coverage.saw(Seen::KilledAll);
                (0..self.tabs.len()).for_each(|tab| self.kill(tab));
                self.open();
            }
            Step::Hide { tab } => {
                if let Some(tab) = pick(tab) {
                    self.coverage.saw(Seen::Hidden);
                    self.tell(tab, Input::Hidden);
                }
            }
            Step::Show { tab } => pick(tab).into_iter().for_each(|tab| self.tell(tab, Input::Visible)),
            Step::Navigate { tab } => {
                if let Some(tab) = pick(tab) {
                    self.coverage.saw(Seen::Navigated);
                    self.leave(tab);
                    let delay = self.rng.i64(0..30);
                    self.later(delay, Happening::Gone(tab));
                    self.open();
                }
            }
            Step::Freeze { tab } => {
                if let Some(tab) = pick(tab) {
                    self.coverage.saw(Seen::Frozen);
                    self.leave(tab);
                    self.tabs[tab].frozen = true;
                }
            }
            Step::Return => {
                if let Some(tab) = self.tabs.iter().rposition(|tab| tab.frozen && !tab.is_dead()) {
                    self.bring_back(tab);
                }
            }
            Step::Offline => self.set_online(false),
            Step::Online => self.set_online(true),
            Step::Weather(weather) => self.weather = weather,
            Step::Storage { works } => {
                self.storage_works = works;
                if !works {
                    self.coverage.saw(Seen::StorageBroken);
                }
            }
            Step::WallJump { hours } => {
                self.coverage.saw(Seen::WallJump);
                self.wall_offset = (self.wall_offset + i64::from(hours) * 3_600_000).clamp(-MAX_JUMP, MAX_JUMP);
            }
            Step::Suspend { minutes } => {
                self.coverage.saw(Seen::Suspended);
                self.now += i64::from(minutes) * 60_000;
            }
            Step::Consent(consent) => self.set_consent(consent),
            Step::DropIdentity { all } => self.drop_identity(all),
            Step::Flush { tab } => {
                if let Some(tab) = pick(tab) {
                    self.tickets += 1;
                    self.tabs[tab].tickets.insert(self.tickets);
                    self.tell(tab, Input::Flush(self.tickets));
                }
            }
            Step::Wake { tab } => pick(tab).into_iter().for_each(|tab| self.tell(tab, Input::Wake)),
        }
    }

    fn set_online(&mut self, online: bool) {
        self.online = online;
        if !online {
            self.coverage.saw(Seen::Offline);
        }
        for tab in self.alive() {
            self.tell_online(tab);
        }
    }

    fn tell_online(&mut self, tab: usize) {
        if self.tabs[tab].told_online != self.online {
            self.tabs[tab].told_online = self.online;
            self.tell(tab, if self.online { Input::Online } else { Input::Offline });
        }
    }

    fn set_consent(&mut self, consent: Consent) {
        if self.is_whole() {
            return self.set_consent_whole(consent);
        }
        self.coverage.saw(match consent {
            Consent::In => Seen::ConsentIn,
            Consent::Pending => Seen::ConsentPending,
            Consent::Out => Seen::ConsentOut,
        });
        self.consent_is(consent);
        for tab in self.alive() {
            self.tell(tab, Input::Wake);
        }
    }

    /// From now on this is what the shopper has said.
    pub(crate) fn consent_is(&mut self, consent: Consent) {
        self.consent = consent;
        if consent == Consent::Out {
            let tabs = &self.tabs;
            self.facts.iter_mut().for_each(|fact| fact.missed_out |= tabs[fact.page].frozen || tabs[fact.page].leaving);
        }
    }

    /// Hidden, then left: the shell gives every lock back.
    fn leave(&mut self, tab: usize) {
        let successor = self.rng.bool();
        if !successor {
            self.tell(tab, Input::Hidden);
        }
        self.tabs[tab].leaving = true;
        self.tell(tab, Input::Unloading { successor });
        let open = self.requests.iter_mut().filter(|request| request.tab == tab && request.open);
        open.for_each(|request| request.leaving = true);
        if self.rng.u8(..8) == 0 && self.tabs[tab].is_alive() {
            self.publish(tab, 0, false);
        }
        self.release(tab);
    }

    fn bring_back(&mut self, tab: usize) {
        if !self.tabs[tab].frozen || self.tabs[tab].is_dead() {
            return;
        }
        self.coverage.saw(Seen::Returned);
        let name = format!("{}+", self.tabs[tab].name);
        self.take_name(&name, tab);
        let state = &mut self.tabs[tab];
        state.frozen = false;
        state.leaving = false;
        state.returning = true;
        state.name.clone_from(&name);
        let (wake, held) = (state.wake, std::mem::take(&mut state.held));
        self.tell(tab, Input::Returning { tab: name });
        self.tell_online(tab);
        if wake <= self.now {
            self.later(0, Happening::Wake(tab, wake));
        }
        for request in held {
            let delay = self.rng.i64(0..40);
            self.later(delay, Happening::Answer(request));
        }
        let delay = self.rng.i64(0..60);
        self.later(delay, Happening::Restored(tab));
    }

    fn restored(&mut self, tab: usize) {
        if !self.tabs[tab].is_alive() || !self.tabs[tab].returning || self.tabs[tab].leaving {
            return;
        }
        let before = self.tabs[tab].engine.as_ref().map_or(0, Engine::queue);
        self.take_free_locks(tab);
        self.tabs[tab].returning = false;
        let keys = self.owned_keys(tab);
        self.tell(tab, Input::Restored { keys });
        if self.tabs[tab].engine.as_ref().is_some_and(|engine| engine.queue() < before) {
            self.coverage.saw(Seen::TakenOver);
        }
    }

    /// The locks of dead tabs that have left entries are taken, where they are free.
    fn take_free_locks(&mut self, tab: usize) {
        for key in self.storage.keys() {
            if let Some((name, _)) = key.rsplit_once('/')
                && !self.owners.contains_key(name)
            {
                self.owners.insert(name.into(), tab);
                // A frozen page whose events go on without it: no order among what both send.
                let namesake = self.named[name];
                self.orders[namesake].free |= namesake != tab && !self.tabs[namesake].is_dead();
            }
        }
    }

    pub(crate) fn owns(&self, tab: usize, key: &str) -> bool {
        key.rsplit_once('/').is_some_and(|(name, _)| self.owners.get(name) == Some(&tab))
    }

    fn owned_keys(&self, tab: usize) -> Vec<String> {
        self.storage.keys().filter(|key| self.owns(tab, key)).cloned().collect()
    }

    fn adopt(&mut self, tab: usize) {
        let state = &self.tabs[tab];
        if !state.is_alive() || state.leaving || state.returning {
            return;
        }
        self.take_free_locks(tab);
        let own = format!("{}/", self.tabs[tab].name);
        let keys = self.owned_keys(tab).into_iter().filter(|key| !key.starts_with(&own));
        let entries: Vec<_> = keys.map(|key| (key.clone(), self.storage[&key].clone())).collect();
        if !entries.is_empty() {
            self.coverage.saw(Seen::Adopted);
            self.tell(tab, Input::Stored(entries));
        }
    }

    pub(crate) fn kill(&mut self, tab: usize) {
        if self.tabs[tab].is_dead() {
            return;
        }
        self.log(|| format!("  tab {tab} dies"));
        self.coverage.saw(Seen::Killed);
        self.tabs[tab].engine = None;
        self.tabs[tab].tickets.clear();
        let open: Vec<_> =
            (0..self.requests.len()).filter(|at| self.requests[*at].tab == tab && self.requests[*at].open).collect();
        if !open.is_empty() {
            self.coverage.saw(Seen::KilledInFlight);
        }
        for request in open {
            self.let_go(request, true);
        }
        self.release(tab);
    }

    fn release(&mut self, tab: usize) {
        self.owners.retain(|_, owner| *owner != tab);
        self.unlock(tab);
    }

    pub(crate) fn unlock(&mut self, tab: usize) {
        self.id_line.retain(|waiting| *waiting != tab);
        if self.id_lock == Some(tab) {
            self.id_lock = None;
        }
        self.grant();
    }

    pub(crate) fn grant(&mut self) {
        if self.id_lock.is_none()
            && let Some(tab) = self.id_line.pop_front()
        {
            self.id_lock = Some(tab);
            let delay = self.rng.i64(0..5);
            self.later(delay, Happening::Granted(tab));
        }
    }

    pub(crate) fn waive_all(&mut self) {
        self.facts.iter_mut().for_each(|fact| fact.waived = true);
    }

    /// Tabs that are neither dead nor frozen nor on their way out.
    pub(crate) fn alive(&self) -> Vec<usize> {
        (0..self.tabs.len()).filter(|tab| self.tabs[*tab].is_alive() && !self.tabs[*tab].leaving).collect()
    }

    pub(crate) fn road(&self) -> Road {
        let batching = Batching { max_events: 5, ..Batching::default() };
        if self.plan.sdk { Road::WebSdk } else { Road::Edge { batching: self.plan.batching.then_some(batching) } }
    }

    pub(crate) fn wall(&self) -> i64 {
        self.now + self.wall_offset
    }

    pub(crate) fn later(&mut self, delay: i64, happening: Happening) {
        self.queued += 1;
        self.queue.push(Reverse((self.now + delay.max(0), self.queued, happening)));
    }

    pub(crate) fn fail(&mut self, rule: &'static str, detail: String) {
        self.log(|| format!("BROKEN: {rule}: {detail}"));
        self.failure.get_or_insert(Failure { rule, detail });
    }

    pub(crate) fn log(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>9} {}", self.now - START, line()));
        }
    }
}
