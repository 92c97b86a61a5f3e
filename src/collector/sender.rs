//! Which sender: the settings decide between the bundled one and the store's own Web SDK, whenever
//! they arrive; what events wait for, and why they are not sent.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Collector, Effect};
use crate::consent::State;
use crate::delivery::{Input, Road};
use crate::inspect::Status;
use crate::moment::Moment;
use crate::settings::Effective;
use crate::text;
use crate::value::Value;

/// Which sender is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Sender {
    /// The bundled one.
    Edge,
    /// The store's own, under this name.
    WebSdk(String),
}

impl Collector {
    /// The settings may be others now.
    pub(super) fn settings_changed(&mut self, moment: &Moment) {
        self.put_in_force(self.store.effective(), moment);
    }

    /// Goes by these settings from now on.
    pub(super) fn put_in_force(&mut self, effective: Effective, moment: &Moment) {
        self.report_all(effective.issues.clone());
        self.effective = effective;
        self.exchange.shopper.serve(self.effective.settings.organization_id.as_ref());
        // What closes the way does so first: without the organization nobody's refusal is found.
        if self.effective.off.is_some() || !self.effective.waiting_for.is_empty() {
            self.choose_sender(moment);
        }
        // Before the way out is open: storage is not even opened for somebody who says no.
        self.new_consent_rules(moment);
        self.choose_sender(moment);
        self.read_consent(moment);
        if let Some(reason) = self.why_off() {
            for draft in core::mem::take(&mut self.held) {
                self.move_on(&draft.id, Status::Suppressed, Some(reason.clone()));
            }
        }
        self.release(moment);
    }

    /// What events wait for, in words that `status()` and messages show; empty when they need not.
    pub(super) fn waits_for(&self) -> Vec<String> {
        let mut waits: Vec<String> = self.effective.waiting_for.iter().map(|name| String::from(*name)).collect();
        let consent = self.consent.state();
        if let Some(Sender::WebSdk(name)) = &self.sender
            && !(self.sdk.found && (self.sdk.identified || consent != State::In))
        {
            waits.push(text::join(&["window.", name]));
        }
        if consent == State::Pending {
            waits.push("consent".into());
        }
        waits
    }

    /// Why events are not sent where they are switched off, for a record.
    pub(super) fn why_off(&self) -> Option<String> {
        let setting = self.effective.off?;
        let value = match setting {
            "hipaa" => " is true",
            "storefrontEvents" => " is false",
            _ => " is not true",
        };
        Some(text::join(&["storefront events are off: ", setting, value]))
    }

    /// What an event is held for, for its record.
    pub(super) fn why_held(&self) -> String {
        let waits_for = self.waits_for();
        let otherwise = if self.sender.is_none() { "settings" } else { "the shopper's identity" };
        text::join(&["waits for ", waits_for.first().map_or(otherwise, String::as_str)])
    }

    /// Lets go what waited in memory for settings and consent, in order.
    pub(super) fn release(&mut self, moment: &Moment) {
        if self.effective.off.is_some() || !self.may_send() {
            return;
        }
        for draft in core::mem::take(&mut self.held) {
            self.accept(&draft, moment);
        }
    }

    fn choose_sender(&mut self, moment: &Moment) {
        let complete = self.effective.off.is_none() && !self.effective.never && self.effective.waiting_for.is_empty();
        let settings = &self.effective.settings;
        let sender = complete.then(|| match &settings.web_sdk_name {
            Some(name) => Sender::WebSdk(name.clone()),
            None => Sender::Edge,
        });
        let road = sender.as_ref().map(|sender| match sender {
            Sender::WebSdk(_) => Road::WebSdk,
            Sender::Edge => Road::Edge { batching: settings.batching },
        });
        if sender != self.sender {
            self.sender = sender;
            self.look_for_sdk(moment);
        }
        if self.sender == Some(Sender::Edge) {
            let known = self.exchange.look(&self.effective.settings, moment);
            self.delivery.handle(Input::Identity(known), moment);
        }
        self.delivery.handle(Input::Configure(road), moment);
    }

    /// Tells the browser when to wake us next.
    pub(super) fn set_alarm(&mut self) {
        let retry = self.consent.wake_at().filter(|_| self.edge_hears());
        let alarm = [self.outbox_wake, self.sdk.deadline, self.sdk.ask_at, retry].into_iter().flatten().min();
        if let Some(at) = alarm {
            self.effects.push_back(Effect::WakeAt(at));
        }
    }

    /// A value for `status()`: which sender is in use.
    pub(super) fn sender_name(&self) -> Value {
        match &self.sender {
            Some(Sender::Edge) => Value::from("edge"),
            Some(Sender::WebSdk(_)) => Value::from("web-sdk"),
            None => Value::Null,
        }
    }
}
