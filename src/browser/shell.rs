//! The running collector in its page: turns what happens into inputs, and carries out the effects.
//!
//! The core is never borrowed while the page's code runs: a hook, a monitor or a `fetch` that pushes onto
//! the data layer finds its event queued, and it is taken as soon as the core is free.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use js_sys::{Date, Function};
use wasm_bindgen::prelude::*;
use web_sys::AbortController;

use super::data_layer::DataLayer;
use super::page::Reader;
use super::store::Store;
use super::tabs::{Held, Locks};
use super::timer::Timer;
use super::{banner, convert, cookies, effects, events, instance, monitors};
use crate::collector::{Collector, Host};
use crate::consent::MEMORY_KEY;
use crate::delivery::{RequestId, Ticket};
use crate::inspect::Severity;
use crate::moment::Moment;
use crate::storefront::Item;
use crate::value::Value;

/// Something to tell the core.
pub(super) type Job = Box<dyn FnOnce(&mut Collector, &Moment)>;

/// The collector and everything it holds of the page.
pub(super) struct Shell {
    core: RefCell<Collector>,
    jobs: RefCell<VecDeque<Job>>,
    busy: Cell<bool>,
    /// This tab's name in storage; another one whenever it comes back from the back-forward cache.
    pub(super) tab: RefCell<String>,
    pub(super) reader: Reader,
    pub(super) data_layer: RefCell<Option<DataLayer>>,
    pub(super) store: RefCell<Option<Rc<Store>>>,
    pub(super) locks: Option<Locks>,
    /// The locks of this tab and of those whose events it adopted.
    pub(super) tab_locks: RefCell<Vec<Held>>,
    pub(super) identity_lock: RefCell<Option<Held>>,
    /// Counts the wishes for the identity lock, so that one which comes too late is given back.
    pub(super) identity_wish: Cell<u32>,
    pub(super) flights: RefCell<Vec<(RequestId, AbortController)>>,
    pub(super) sdk: RefCell<Option<Function>>,
    /// Counts the searches for a Web SDK; a newer one ends the older.
    pub(super) sdk_search: Cell<u32>,
    /// Until when a navigation to another page of the shop may take this one away.
    pub(super) navigating_until: Cell<f64>,
    /// Between `pagehide` and coming back.
    pub(super) left: Cell<bool>,
    alarm: Cell<Option<Timer>>,
    listeners: RefCell<Vec<(u32, Function)>>,
    next_listener: Cell<u32>,
    promises: RefCell<Vec<(Ticket, Function)>>,
    next_ticket: Cell<Ticket>,
    /// The `_id` for the event that `publish` is about to push, and the `_id` it got.
    publishing: RefCell<Option<String>>,
    published: RefCell<Option<String>>,
    pub(super) subscriptions: RefCell<Vec<events::Subscription>>,
    pub(super) following_banner: Cell<bool>,
    pub(super) banner_listener: RefCell<Option<banner::Listener>>,
    pub(super) instance: instance::Instance,
    pub(super) stopped: Cell<bool>,
}

impl Shell {
    /// A collector in this page that does not listen yet.
    pub(super) fn new() -> Rc<Self> {
        let seed = effects::seed();
        let location = convert::get(&js_sys::global(), "location");
        let text = |object: &JsValue, key| convert::get(object, key).as_string().unwrap_or_default();
        let mut random = crate::uuid::Random::new(seed);
        let (tab, client_id) = (random.uuid(), random.uuid());
        let host = Host {
            hostname: text(&location, "hostname"),
            scheme: text(&location, "protocol"),
            user_agent: text(&convert::get(&js_sys::global(), "navigator"), "userAgent"),
            client_id,
            address: || {
                convert::get(&convert::get(&js_sys::global(), "location"), "href").as_string().unwrap_or_default()
            },
            gpc: || convert::get(&convert::get(&js_sys::global(), "navigator"), "globalPrivacyControl").is_truthy(),
            consent_memory: || effects::local_storage()?.get_item(MEMORY_KEY).ok().flatten(),
            widest_domain: |domains| cookies::widest_domain(domains).cloned(),
        };
        Rc::new(Self {
            core: RefCell::new(Collector::new(host, tab.clone(), seed, &moment())),
            jobs: RefCell::default(),
            busy: Cell::new(false),
            tab: RefCell::new(tab),
            reader: Reader::new(),
            data_layer: RefCell::default(),
            store: RefCell::default(),
            locks: Locks::new(),
            tab_locks: RefCell::default(),
            identity_lock: RefCell::default(),
            identity_wish: Cell::new(0),
            flights: RefCell::default(),
            sdk: RefCell::default(),
            sdk_search: Cell::new(0),
            navigating_until: Cell::new(0.0),
            left: Cell::new(false),
            alarm: Cell::default(),
            listeners: RefCell::default(),
            next_listener: Cell::new(0),
            promises: RefCell::default(),
            next_ticket: Cell::new(1),
            publishing: RefCell::default(),
            published: RefCell::default(),
            subscriptions: RefCell::default(),
            following_banner: Cell::new(false),
            banner_listener: RefCell::default(),
            instance: instance::Instance::default(),
            stopped: Cell::new(false),
        })
    }

    /// Tells the core something and carries out what follows. While the core is at work, the job waits
    /// for its turn.
    pub(super) fn tell(self: &Rc<Self>, job: impl FnOnce(&mut Collector, &Moment) + 'static) {
        self.work(Box::new(job));
    }

    /// See [`Self::tell`]; apart from it, so that the bundle has it once and not once per caller.
    #[inline(never)]
    fn work(self: &Rc<Self>, job: Job) {
        self.jobs.borrow_mut().push_back(job);
        if self.busy.replace(true) {
            return;
        }
        loop {
            let job = self.jobs.borrow_mut().pop_front();
            let Some(job) = job else { break };
            job(&mut self.core.borrow_mut(), &moment());
            loop {
                let effect = self.core.borrow_mut().next_effect(&moment());
                let Some(effect) = effect else { break };
                effects::carry_out(self, effect);
            }
        }
        self.busy.set(false);
    }

    /// Asks the core something that changes nothing to do. `None` while it is at work.
    pub(super) fn ask<T>(&self, question: impl FnOnce(&mut Collector, &Moment) -> T) -> Option<T> {
        self.core.try_borrow_mut().ok().map(|mut core| question(&mut core, &moment()))
    }

    /// Takes an item of the data layer.
    pub(super) fn take(self: &Rc<Self>, item: Item) {
        if self.stopped.get() {
            return;
        }
        let id = if item.event.is_some() { self.publishing.borrow_mut().take() } else { None };
        let page = self.reader.read();
        let shell = Rc::clone(self);
        self.tell(move |core, moment| {
            let wanted = id.is_some();
            let id = core.pushed(item, id, page, moment);
            if wanted {
                *shell.published.borrow_mut() = id;
            }
        });
    }

    /// Publishes through `push`, which puts an item onto the data layer; gives back the event's `_id`.
    pub(super) fn publish(self: &Rc<Self>, push: impl FnOnce()) -> String {
        let id = effects::uuid();
        *self.publishing.borrow_mut() = Some(id.clone());
        push();
        self.publishing.borrow_mut().take();
        self.published.borrow_mut().take().unwrap_or(id)
    }

    /// Starts reading what consent banners say, when the settings want them.
    pub(super) fn follow_banner(self: &Rc<Self>) {
        if self.ask(|core, _| core.settings().consent_sources.tcf) == Some(true) {
            banner::follow(self);
        }
    }

    /// Adds a listener for records; gives back its number.
    pub(super) fn subscribe(&self, listener: Function) -> u32 {
        let number = self.next_listener.get();
        self.next_listener.set(number.wrapping_add(1));
        self.listeners.borrow_mut().push((number, listener));
        number
    }

    /// Takes a listener away.
    pub(super) fn unsubscribe(&self, number: u32) {
        self.listeners.borrow_mut().retain(|(known, _)| *known != number);
    }

    /// Tells every listener. One that throws is the page's own; the others are told all the same.
    pub(super) fn notify(&self, record: &Value) {
        if self.listeners.borrow().is_empty() {
            return;
        }
        let record = convert::to_js(record);
        let listeners = self.listeners.borrow().clone();
        for (_, listener) in listeners {
            if let Err(error) = listener.call1(&JsValue::UNDEFINED, &record) {
                effects::log(Severity::Warning, "a listener given to subscribe() threw; mend it on the page");
                drop(error);
            }
        }
    }

    /// A ticket that nobody has.
    pub(super) fn new_ticket(&self) -> Ticket {
        let ticket = self.next_ticket.get();
        self.next_ticket.set(ticket.wrapping_add(1));
        ticket
    }

    /// A ticket whose promise `resolve` keeps.
    pub(super) fn ticket(&self, resolve: Function) -> Ticket {
        let ticket = self.new_ticket();
        self.promises.borrow_mut().push((ticket, resolve));
        ticket
    }

    /// Keeps the promise of `ticket`.
    pub(super) fn settle(&self, ticket: Ticket) {
        let mut kept = Vec::new();
        self.promises.borrow_mut().retain(|(known, resolve)| {
            let keep = *known != ticket;
            if !keep {
                kept.push(resolve.clone());
            }
            keep
        });
        for resolve in kept {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }

    /// Wakes the core at `at` on the monotonic clock.
    pub(super) fn wake_at(self: &Rc<Self>, at: i64) {
        let shell = Rc::downgrade(self);
        // Longer waits than a timer takes are cut; the core then asks again.
        let wait = u32::try_from(at.saturating_sub(moment_mono()).clamp(0, 3_600_000)).unwrap_or(0);
        let timer = Timer::new(wait, move || {
            if let Some(shell) = shell.upgrade() {
                // A closure that runs is let go by wasm-bindgen only when it has returned.
                drop(shell.alarm.take());
                shell.tell(Collector::wake);
            }
        });
        drop(self.alarm.replace(Some(timer)));
    }

    /// Stops listening and lets go of everything of the page.
    pub(super) fn release(&self) {
        self.stopped.set(true);
        instance::close(self);
        if let Some(data_layer) = self.data_layer.borrow_mut().take() {
            data_layer.stop();
        }
        self.subscriptions.borrow_mut().clear();
        self.tab_locks.borrow_mut().clear();
        self.identity_lock.borrow_mut().take();
        drop(self.alarm.take());
        self.sdk_search.set(self.sdk_search.get().wrapping_add(1));
        self.listeners.borrow_mut().clear();
    }
}

/// Now.
pub(super) fn moment() -> Moment {
    Moment { wall: Date::now() as i64, mono: moment_mono(), cookies: cookies::read() }
}

fn moment_mono() -> i64 {
    let performance = convert::get(&js_sys::global(), "performance");
    let now = convert::get_function(&performance, "now").and_then(|now| now.call0(&performance).ok());
    now.and_then(|now| now.as_f64()).unwrap_or_else(Date::now) as i64
}

/// Tells monitors of an effect that the console or the network panel shows too.
pub(super) fn monitor(hook: &str, fields: &[(&str, JsValue)]) {
    monitors::call(hook, fields);
}
