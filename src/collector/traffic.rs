//! The outbox's wishes turned into things for the browser to do.

use alloc::string::String;
use alloc::vec::Vec;

use super::exchange::Here;
use super::instance::Told;
use super::{Collector, Effect, consent, route};
use crate::consent::{Signal, State};
use crate::delivery::edge::cookies as edge_cookies;
use crate::delivery::{self, Action, Event, Input, Outcome, RequestId};
use crate::inspect::Status;
use crate::moment::Moment;
use crate::value::Value;

impl Collector {
    /// The next thing to do, now. To be asked until there is none; [`Self::is_over`] says when with another `moment`.
    pub fn next_effect(&mut self, moment: &Moment) -> Option<Effect> {
        loop {
            if let Some(effect) = self.effects.pop_front() {
                if matches!(effect, Effect::RememberConsent(_)) {
                    self.remembering = None;
                }
                return Some(effect);
            }
            if core::mem::take(&mut self.look_again) {
                self.read_consent(moment);
                continue;
            }
            let Some(effect) = self.delivery.next_effect() else {
                // Last: what they say has been stored again by now.
                return self.taken_over.pop().map(|key| Effect::Forget(Vec::from([key])));
            };
            self.translate(effect, moment);
        }
    }

    /// Whether [`Self::next_effect`] has to be asked with a new moment: what it gives next is not decided yet, and
    /// cookies that matter have been written, or the page or what was done before has changed something (`is_stale`).
    #[must_use]
    pub fn is_over(&self, is_stale: bool) -> bool {
        (is_stale || self.look_again) && self.effects.is_empty()
    }

    fn translate(&mut self, effect: delivery::Effect, moment: &Moment) {
        let out = match effect {
            delivery::Effect::Send(send) => return self.send(send, moment),
            delivery::Effect::SdkCall { request, event, unloading } => {
                if !self.may_leave(request, moment) {
                    return;
                }
                self.consent_signal(Signal::EventsSent, moment);
                Effect::SdkSend { request, json: self.sdk_options(&event), unloading }
            }
            delivery::Effect::Cancel(request) => {
                if self.exchange.cancel(request) == Some(Action::SetConsent) {
                    // It has taken too long.
                    self.edge_heard(&Outcome::Timeout, moment);
                    self.heard(Action::SetConsent, Told::unanswered(request));
                }
                Effect::Cancel(request)
            }
            delivery::Effect::Store { key, text } => Effect::Store { key, text },
            delivery::Effect::Forget(keys) => Effect::Forget(keys),
            delivery::Effect::Purge => {
                self.exchange.shopper.forget();
                self.delivery.handle(Input::Identity(false), moment);
                self.sdk.asked = false;
                self.sdk.identified = false;
                self.let_silent_sdk(false, moment);
                if let Some(gone) = edge_cookies::clear_segments(&moment.cookies) {
                    self.effects.push_back(Effect::SetCookie(gone));
                }
                Effect::Purge
            }
            delivery::Effect::Adopt => Effect::Adopt,
            delivery::Effect::LockIdentity => Effect::LockIdentity,
            delivery::Effect::UnlockIdentity => Effect::UnlockIdentity,
            delivery::Effect::WakeAt(at) => {
                self.outbox_wake = Some(at);
                return self.set_alarm();
            }
            delivery::Effect::Status { id, status, reason, attempts, request, adopted } => {
                let held_for = || (status == Status::Held).then(|| self.why_held());
                let reason = reason.map(String::from).or_else(held_for);
                let attempts = i64::from(attempts);
                self.event_moved(&id, status, reason.as_deref(), attempts, request);
                // Records and counts are of what this page published.
                if !adopted {
                    self.outbox_status(&id, status, reason, attempts, request);
                }
                return;
            }
            delivery::Effect::Settled(consent::CONSENT_TICKET) => return self.consent_done(),
            delivery::Effect::Settled(ticket) if self.outbox_settled(ticket, moment) => return,
            delivery::Effect::Settled(ticket) => Effect::Settled(ticket),
            delivery::Effect::Report(issue) => return self.report(issue),
        };
        self.effects.push_back(out);
    }

    /// The last look at consent stands here, between the outbox and the wire.
    fn send(&mut self, send: delivery::Send, moment: &Moment) {
        if send.action == Action::SetConsent {
            self.read_consent(moment);
            if self.consent.message_is_outdated() {
                // It waited, for the network or a lock, and the shopper has chosen anew: that is told instead.
                let outcome = Outcome::Retry { after: Some(0) };
                self.edge_heard(&outcome, moment);
                return self.delivery.handle(Input::Answered { request: send.request, outcome }, moment);
            }
            if !self.consent.is_called() {
                self.exchange.forget_command();
            }
        } else if !self.may_leave(send.request, moment) {
            return;
        }
        if self.consent.state() == State::In {
            self.recognise(moment);
        }
        let (settings, consent) = (&self.effective.settings, self.consent.state());
        let here = Here { settings, host: &self.host, consent, moment };
        let effect = self.exchange.build(&send, here, &mut self.random);
        for event in send.events.iter().filter(|event| event.wants_ecid) {
            let filled = self.exchange.fill(event);
            if let Ok(mut parsed) = Value::parse(&filled) {
                let xdm = parsed.as_map_mut().and_then(|event| event.remove("xdm")).unwrap_or_default();
                self.records.complete(&event.id, xdm);
            }
        }
        self.effects.push_back(effect);
        if matches!(send.action, Action::Interact | Action::Collect) {
            self.consent_signal(Signal::EventsSent, moment);
        }
    }

    /// Whether what the outbox gave out may leave now. If not, the outbox has been told; an event that
    /// may wait still waits there.
    fn may_leave(&mut self, request: RequestId, moment: &Moment) -> bool {
        self.read_consent(moment);
        let may = self.consent.state() == State::In;
        if !may {
            let outcome = Outcome::Retry { after: Some(0) };
            self.delivery.handle(Input::Answered { request, outcome }, moment);
        }
        may
    }

    /// The options of `sendEvent`. What the bundled sender left goes to the datastream that it was meant for.
    fn sdk_options(&self, event: &Event) -> String {
        let json = self.exchange.fill(event);
        let route = route::parse(&event.route);
        let Some(home) = route.get(route::OTHER).or(route.get(route::HOME)) else { return json };
        let mut overrides = route.get(route::CONFIG).cloned().unwrap_or_else(Value::map);
        overrides.set_at("datastreamId", home.clone());
        let mut options = Value::parse(&json).unwrap_or_default();
        // An option that `sendEvent` does not know; whoever asked for decisions is gone.
        options.remove_at("query");
        options.set_at("edgeConfigOverrides", overrides);
        options.to_json()
    }
}
