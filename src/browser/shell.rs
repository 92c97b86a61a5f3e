//! The running collector in its page: turns what happens into inputs, and carries out the effects.
//!
//! A hook, a monitor or a `fetch` that pushes onto the data layer finds its event queued, and it is taken as soon as
//! the core is free. Only while `onBeforeEventSend` runs is the core in use itself, and answers no question.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use wasm_bindgen::JsValue;

use super::facts::Facts;
use super::told::{BEGUN, COMMAND, CONFIGURE, NEW_ID, VISIBLE, answer, hear, is_question};
use super::{effects, page};
use crate::collector::{Collector, Host};
use crate::consent::{BANNER_PATIENCE, MEMORY_KEY};
use crate::moment::{Moment, Reading};
use crate::uuid::Random;
use crate::value::{Map, Value};

/// The collector and what it has still to hear.
pub(super) struct Shell {
    /// Taken out while it is at work.
    core: Cell<Option<Box<Collector>>>,
    waiting: Cell<Vec<(u32, Value)>>,
    busy: Cell<bool>,
    /// The data layer is listened to.
    begun: Cell<bool>,
    /// The contexts as the page told them last; what has not changed is not told again.
    known: Cell<Map>,
}

impl Shell {
    /// A collector in this page that does not listen yet, and the tab's name in storage.
    pub(super) fn new() -> (Self, String) {
        let tab = uuid();
        let host = Host {
            hostname: page::address("hostname"),
            scheme: page::address("protocol"),
            user_agent: page::user_agent(),
            client_id: || page::client_id(&uuid()),
            address: || page::address("href"),
            gpc: page::gpc,
            widest_domain: |domains| page::widest_domain(&page::lines(domains)),
        };
        let core = Collector::new(host, tab.clone(), seed(), &moment());
        let shell = Self {
            core: Cell::new(Some(Box::new(core))),
            waiting: Cell::default(),
            busy: Cell::new(false),
            begun: Cell::new(false),
            known: Cell::default(),
        };
        (shell, tab)
    }

    /// Something happened in the page, or is asked; `facts` is a list in JSON. What is told while the core is
    /// at work waits for its turn; a question then has no answer.
    pub(super) fn told(&self, host: &JsValue, kind: u32, facts: &str) -> JsValue {
        if kind == NEW_ID {
            return JsValue::from_str(&uuid());
        }
        if is_question(kind) {
            let mut answered = JsValue::UNDEFINED;
            let facts = Value::parse(facts).unwrap_or_default();
            self.with_core(|core| answered = page::parse(&answer(core, kind, Facts::of(&facts), moment).to_json()));
            return answered;
        }
        if kind == BEGUN {
            self.begun.set(true);
            self.listen(host);
            page::open_instance(host);
            return JsValue::UNDEFINED;
        }
        let mut waiting = self.waiting.take();
        waiting.push((kind, Value::parse(facts).unwrap_or_default()));
        self.waiting.set(waiting);
        if !self.busy.replace(true) {
            self.work(host);
            self.busy.set(false);
        }
        if matches!(kind, CONFIGURE | VISIBLE | COMMAND) {
            let mut is_wanted = false;
            self.with_core(|core| is_wanted = core.settings().consent.tcf);
            if is_wanted {
                page::follow_banner(host, BANNER_PATIENCE);
            }
        }
        if kind == CONFIGURE && self.begun.get() {
            self.listen(host);
        }
        JsValue::UNDEFINED
    }

    /// Collects from the data layer that the settings name, from what stands there already on.
    fn listen(&self, host: &JsValue) {
        let mut name = String::new();
        let mut wants_hints = false;
        self.with_core(|core| {
            let settings = core.settings();
            name.push_str(&settings.data_layer_name);
            wants_hints = settings.context.high_entropy_user_agent_hints;
        });
        page::listen(host, &name);
        if wants_hints {
            page::ask_for_hints(host);
        }
    }

    fn work(&self, host: &JsValue) {
        loop {
            let waiting = self.waiting.take();
            if waiting.is_empty() {
                break;
            }
            for (kind, facts) in waiting {
                let mut now = moment();
                let mut known = self.known.take();
                let mut is_debugging = None;
                self.with_core(|core| {
                    hear(core, &mut known, host, kind, Facts::of(&facts), &now);
                    is_debugging = matches!(kind, CONFIGURE | COMMAND).then(|| core.settings().debug_enabled);
                });
                self.known.set(known);
                // Before anything is said of it.
                if let Some(is_debugging) = is_debugging {
                    page::set_debugging(is_debugging);
                }
                let mut is_stale = false;
                loop {
                    let mut is_over = false;
                    self.with_core(|core| is_over = core.is_over(is_stale));
                    if is_over {
                        now = moment();
                        is_stale = false;
                    }
                    let mut effect = None;
                    self.with_core(|core| effect = core.next_effect(&now));
                    let Some(effect) = effect else { break };
                    is_stale |= effects::carry_out(host, effect);
                }
            }
        }
    }

    fn with_core(&self, mut work: impl FnMut(&mut Collector)) {
        if let Some(mut core) = self.core.take() {
            work(&mut core);
            self.core.set(Some(core));
        }
    }
}

/// Now.
fn moment() -> Moment {
    Moment {
        wall: page::now() as i64,
        mono: page::mono() as i64,
        cookies: Reading::new(page::cookies),
        memory: Reading::new(|| page::recall(MEMORY_KEY)),
    }
}

fn uuid() -> String {
    Random::new(seed()).uuid()
}

/// Randomness from the browser's cryptography.
fn seed() -> [u64; 4] {
    let mut bytes = [0; 32];
    page::random(&mut bytes);
    let mut seed = [0u64; 4];
    for (at, byte) in bytes.into_iter().enumerate() {
        if let Some(word) = seed.get_mut(at / 8) {
            *word = (*word << 8) | u64::from(byte);
        }
    }
    seed
}
