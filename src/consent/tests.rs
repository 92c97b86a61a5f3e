//! The rules from outside: a page with cookies and storage around the machine.

mod model;
mod scenarios;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;
use crate::inspect::Issue;
use crate::moment::Moment;

pub(super) const ORG: &str = "5BFE274A5F6980A50A495C08@AdobeOrg";
pub(super) const CONSENT_COOKIE: &str = "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_consent";
pub(super) const IDENTITY_COOKIE: &str = "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity";
pub(super) const GRANTING: &str = "CO052l-O052l-DGAMBFRACBgAIBAAAAAAIYgEawAQEagAAAA";
pub(super) const REFUSING: &str = "CO052l-O052l-DGAMBFRACBgAAAAAAAAAIYgEawAAAAAAAAA";

pub(super) fn all_sources(default: State) -> Rules {
    Rules { default, mg_dnt: true, user_allowed: true, gpc: true, tcf: true, web_sdk: true, own_sdk: false }
}

pub(super) fn tc_data(event_status: &str, tc_string: &str) -> Value {
    let yes = tc_string == GRANTING;
    Value::parse(&format!(
        r#"{{"tcString":"{tc_string}","gdprApplies":true,"eventStatus":"{event_status}",
        "purpose":{{"consents":{{"1":{yes},"10":{yes}}}}},"vendor":{{"consents":{{"565":{yes}}}}}}}"#
    ))
    .unwrap()
}

/// A browser with one page, a collector that obeys the machine, and a scripted edge.
pub(super) struct Page {
    pub(super) rules: Rules,
    pub(super) consent: Consent,
    pub(super) cookies: BTreeMap<String, String>,
    pub(super) cookies_blocked: bool,
    pub(super) gpc: bool,
    pub(super) website: Option<&'static str>,
    pub(super) storage: Option<String>,
    pub(super) storage_blocked: bool,
    pub(super) now: i64,
    pub(super) held: Vec<i64>,
    pub(super) left: Vec<i64>,
    pub(super) messages: Vec<Value>,
    pub(super) writes: Vec<State>,
}

impl Page {
    pub(super) fn new(rules: Rules) -> Self {
        let now = 1_767_225_600_000;
        let moment = Moment { wall: now, mono: now, ..Moment::default() };
        Self {
            rules,
            consent: Consent::new(rules, &moment),
            cookies: BTreeMap::new(),
            cookies_blocked: false,
            gpc: false,
            website: Some("1"),
            storage: None,
            storage_blocked: false,
            now,
            held: Vec::new(),
            left: Vec::new(),
            messages: Vec::new(),
            writes: Vec::new(),
        }
    }

    pub(super) fn with_cookie(mut self, name: &str, value: &str) -> Self {
        self.cookie(name, value);
        self
    }

    pub(super) fn cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.into(), value.into());
    }

    pub(super) fn drop_cookie(&mut self, name: &str) {
        self.cookies.remove(name);
    }

    fn ask<T>(&mut self, ask: impl FnOnce(&mut Consent, &Inputs, &Moment) -> T) -> T {
        self.now += 1;
        let cookies = if self.cookies_blocked {
            String::new()
        } else {
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
        };
        let memory = self.storage.clone().filter(|_| !self.storage_blocked);
        let inputs =
            Inputs { cookies: &cookies, website_id: self.website, org: ORG, gpc: self.gpc, memory: memory.as_deref() };
        let moment = Moment { wall: self.now, mono: self.now, ..Moment::default() };
        ask(&mut self.consent, &inputs, &moment)
    }

    fn obey(&mut self, state: State) {
        assert_eq!(state, self.consent.state());
        match state {
            State::Out => self.held.clear(),
            State::In => self.release(),
            State::Pending => {}
        }
        let storage = self.storage.clone().filter(|_| !self.storage_blocked);
        if let Some(text) = self.consent.memory_to_write(storage.as_deref()) {
            self.writes.push(self.consent.state());
            assert!(self.consent.state() == State::In || storage.is_some(), "an out made a new key");
            if !self.storage_blocked {
                self.storage = Some(text);
            }
        }
    }

    fn release(&mut self) {
        if !self.held.is_empty() {
            self.left.append(&mut self.held);
            if !self.cookies_blocked {
                self.cookies.entry(IDENTITY_COOKIE.into()).or_insert_with(|| "CiY0".into());
            }
            let _ = self.ask(|consent, inputs, moment| consent.signal(Signal::EventsSent, inputs, moment));
        }
    }

    pub(super) fn read(&mut self) -> State {
        let state = self.ask(|consent, inputs, moment| consent.read(inputs, moment));
        self.obey(state);
        state
    }

    pub(super) fn signal(&mut self, signal: Signal) -> State {
        let state = self.ask(|consent, inputs, moment| consent.signal(signal, inputs, moment));
        self.obey(state);
        state
    }

    pub(super) fn set(&mut self, raw: &Value) -> Result<State, Issue> {
        let state = self.ask(|consent, inputs, moment| consent.set(raw, inputs, moment))?;
        self.obey(state);
        Ok(state)
    }

    /// The settings name other sources from now on.
    pub(super) fn rule(&mut self, rules: Rules) -> State {
        self.rules = rules;
        self.ask(|consent, _, moment| consent.set_rules(rules, moment));
        self.read()
    }

    pub(super) fn say(&mut self, choice: &str) -> State {
        self.set(&Value::from(choice)).unwrap()
    }

    pub(super) fn publish(&mut self) {
        if self.read() != State::Out {
            self.held.push(self.now);
            if self.consent.state() == State::In {
                self.release();
            }
        }
    }

    /// The state that a message for the edge carries, if there is one to send.
    pub(super) fn send(&mut self) -> Option<&'static str> {
        self.read();
        let message = self.ask(|consent, _, moment| consent.message_for_edge(moment))?;
        let carries = message.at("0.value.general").and_then(Value::as_text).map(ToString::to_string);
        self.messages.push(message);
        self.read();
        Some(match carries.as_deref() {
            Some("in") => "in",
            Some("out") => "out",
            _ => "more",
        })
    }

    pub(super) fn answer(&mut self, answer: Answer) {
        let accepted = answer == Answer::Accepted && !self.cookies_blocked;
        if let Some(message) = self.messages.last().filter(|_| accepted) {
            let (_, state) = standards::read(&Value::from([("consent", message)])).unwrap();
            self.cookies.insert(CONSENT_COOKIE.into(), format!("general={}", state.name()));
            self.cookies.entry(IDENTITY_COOKIE.into()).or_insert_with(|| "CiY0".into());
        }
        self.ask(|consent, _, moment| consent.edge_answered(answer, moment));
        self.read();
    }

    pub(super) fn reload(&mut self) -> State {
        let moment = Moment { wall: self.now, mono: 0, ..Moment::default() };
        self.consent = Consent::new(self.rules, &moment);
        self.held.clear();
        self.read()
    }

    pub(super) fn because(&self) -> String {
        self.consent.reason().get("because").and_then(Value::as_text).unwrap().into()
    }
}
