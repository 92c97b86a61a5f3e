//! The outbox's wishes turned into things for the browser to do, and what the browser has to tell.

use alloc::string::String;
use alloc::vec::Vec;

use super::instance::Told;
use super::{Collector, Effect, Failure, Reply, Sender, choice, route};
use crate::consent::{Signal, State};
use crate::delivery::edge::cookies as edge_cookies;
use crate::delivery::{self, Action, Event, Input, Outcome, RequestId, Ticket};
use crate::inspect::{Issue, Status};
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
            delivery::Effect::Settled(choice::CONSENT_TICKET) => return self.consent_done(),
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
            if !self.consent.is_chosen() {
                self.exchange.forget_command();
            }
        } else if !self.may_leave(send.request, moment) {
            return;
        }
        if self.consent.state() == State::In {
            self.recognise(moment);
        }
        let (address, consent) = (self.address(), self.consent.state());
        let settings = &self.effective.settings;
        let effect = self.exchange.build(&send, settings, &self.host, &address, consent, moment, &mut self.random);
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

    /// A request was answered, its body read to the end, or failed.
    pub fn answered(&mut self, request: RequestId, reply: Result<Reply, Failure>, moment: &Moment) {
        self.read_consent(moment);
        let settings = &self.effective.settings;
        let consent = self.consent.state();
        let Some(understood) = self.exchange.understand(request, reply, settings, &self.host, consent, moment) else {
            return;
        };
        self.effects.extend(understood.effects);
        // The cookie may say otherwise than we knew: it is looked at once it is written.
        self.look_again |= understood.consent_came;
        self.report_all(understood.issues);
        if understood.action == Action::SetConsent {
            self.edge_heard(&understood.outcome, moment);
        }
        if understood.identity_came {
            self.delivery.handle(Input::Identity(true), moment);
        }
        self.heard(understood.action, understood.told);
        self.delivery.handle(Input::Answered { request, outcome: understood.outcome }, moment);
    }

    /// The time asked for has come.
    pub fn wake(&mut self, moment: &Moment) {
        self.read_consent(moment);
        self.check_sdk_deadline(moment);
        self.outbox_wake = None;
        self.delivery.handle(Input::Wake, moment);
        self.set_alarm();
    }

    /// The tab was hidden, or shown again.
    pub fn visible(&mut self, visible: bool, moment: &Moment) {
        self.read_consent(moment);
        if !visible {
            self.remember_cart();
        }
        self.delivery.handle(if visible { Input::Visible } else { Input::Hidden }, moment);
    }

    /// The page goes away; it may come back from the back-forward cache. `heir`: another page of this
    /// shop takes its place.
    pub fn unloading(&mut self, heir: bool, moment: &Moment) {
        self.read_consent(moment);
        self.recognise(moment);
        self.remember_cart();
        if self.outbox_consent == Some(State::Out) && !self.outbox_heard_refusal {
            // Nobody has said yes as long as this page was there.
            self.declined(true, moment);
        }
        self.delivery.handle(Input::Unloading { heir }, moment);
        // Told once the page is known to go, for the Web SDK must know that, too.
        self.let_silent_sdk(true, moment);
    }

    /// The page has come back; its tab's locks have not. `tab` is its name in storage from now on.
    pub fn returning(&mut self, tab: String, moment: &Moment) {
        // Before what the shopper has said meanwhile: until then the page writes under its old name.
        self.delivery.handle(Input::Returning { tab }, moment);
        self.let_silent_sdk(false, moment);
        self.read_consent(moment);
    }

    /// The tab's locks are held again; `keys` of this tab are still in storage.
    pub fn restored(&mut self, keys: Vec<String>, moment: &Moment) {
        self.delivery.handle(Input::Restored { keys }, moment);
    }

    /// The network came or went.
    pub fn online(&mut self, online: bool, moment: &Moment) {
        self.read_consent(moment);
        self.delivery.handle(if online { Input::Online } else { Input::Offline }, moment);
    }

    /// Entries of dead tabs, whose locks this tab holds from now on.
    pub fn adopted(&mut self, mut entries: Vec<(String, String)>, moment: &Moment) {
        if !entries.is_empty() {
            self.read_consent(moment);
        }
        entries.retain(|(_, text)| self.may_adopt(text, moment));
        self.delivery.handle(Input::Stored(entries), moment);
    }

    /// An entry could not be stored.
    pub fn store_failed(&mut self, key: String, moment: &Moment) {
        self.delivery.handle(Input::StoreFailed { key }, moment);
    }

    /// Looks who the shopper is now, as the cookies say.
    pub(super) fn recognise(&mut self, moment: &Moment) {
        let known = self.exchange.shopper.ecid().is_some();
        if self.sender == Some(Sender::Edge) && self.exchange.look(&self.effective.settings, moment) && !known {
            self.delivery.handle(Input::Identity(true), moment);
        }
    }

    /// Adobe's older library beside us says who the shopper is.
    pub fn handed_ecid(&mut self, ecid: String) {
        self.exchange.shopper.handed = Some(ecid).filter(|ecid| ecid.bytes().all(|byte| byte.is_ascii_digit()));
    }

    /// This tab may fetch the shopper's identity now; another tab may have done so meanwhile.
    pub fn identity_locked(&mut self, moment: &Moment) {
        self.read_consent(moment);
        if self.exchange.look(&self.effective.settings, moment) {
            self.delivery.handle(Input::Identity(true), moment);
        }
        self.delivery.handle(Input::IdentityLocked, moment);
    }

    /// Asks for [`Effect::Settled`] with `ticket` (not zero) when everything accepted so far is delivered
    /// or refused. What is held for settings or consent has not been accepted.
    pub fn flush(&mut self, ticket: Ticket, moment: &Moment) {
        self.read_consent(moment);
        self.delivery.handle(Input::Flush(ticket), moment);
    }

    /// Asks for [`Effect::Settled`] with `ticket` when the ECID is known, or cannot be.
    pub fn identify(&mut self, ticket: Ticket, moment: &Moment) {
        self.read_consent(moment);
        self.exchange.acquire_route = self.route(None);
        self.delivery.handle(Input::WantIdentity { ticket, patient: false, fresh: false }, moment);
    }

    /// The ECID, if it is known by now.
    pub fn ecid(&mut self, moment: &Moment) -> Option<String> {
        if self.consent.state() == State::In {
            self.exchange.look(&self.effective.settings, moment);
        }
        self.exchange.shopper.ecid().filter(|_| self.consent.state() == State::In).map(String::from)
    }

    /// No more events are taken, and what waits in memory for settings or consent is given up.
    pub fn stop(&mut self) {
        self.stopped = true;
        for draft in core::mem::take(&mut self.held) {
            self.move_on(&draft.id, Status::Suppressed, Some("the collector was stopped while it waited".into()));
        }
    }

    /// What the last page of this visit remembered of the cart.
    pub fn restore_cart(&mut self, text: String) {
        self.storefront.restore_cart(&text);
        self.last_cart = Some(text);
    }

    /// A Web SDK that is there and has not told the ECID gets no event before it has, unless the page goes.
    fn let_silent_sdk(&mut self, go: bool, moment: &Moment) {
        if self.sdk.found && !self.sdk.identified {
            self.delivery.handle(Input::Sdk(go), moment);
        }
    }

    pub(super) fn remember_cart(&mut self) {
        if self.may_send()
            && let Some(text) = self.storefront.cart_memory()
        {
            self.effects.push_back(Effect::RememberCart(text));
        }
    }

    fn outbox_status(
        &mut self,
        id: &str,
        status: Status,
        reason: Option<String>,
        attempts: i64,
        request: Option<RequestId>,
    ) {
        let request_id = request.and_then(|request| self.exchange.request_id(request)).map(String::from);
        let changed = self.records.change(id, status, |record| {
            record.reason = reason;
            record.attempts = attempts;
            if request_id.is_some() {
                record.request_id = request_id;
            }
        });
        if let Some(record) = changed {
            self.effects.push_back(Effect::Record(record));
        }
    }

    /// Changes an event's record and tells whoever listens.
    pub(super) fn move_on(&mut self, id: &str, status: Status, reason: Option<String>) {
        self.event_moved(id, status, reason.as_deref(), 0, None);
        if let Some(record) = self.records.change(id, status, |record| record.reason = reason) {
            self.effects.push_back(Effect::Record(record));
        }
    }

    pub(super) fn report_all(&mut self, issues: Vec<Issue>) {
        issues.into_iter().for_each(|issue| self.report(issue));
    }

    /// Keeps an issue and logs it, once.
    pub(crate) fn report(&mut self, issue: Issue) {
        if self.issues.iter().any(|known| known.same_as(&issue)) || self.issues.len() >= ISSUES_AT_MOST {
            return;
        }
        let is_last = self.issues.len().saturating_add(1) == ISSUES_AT_MOST;
        let issue = if is_last { Issue::of(TOO_MANY, &[]) } else { issue };
        self.effects.push_back(Effect::Log { severity: issue.severity, message: issue.message.clone() });
        self.issues.push(issue);
    }
}

/// Distinct problems that are kept and logged; a page that has more has one that matters.
const ISSUES_AT_MOST: usize = 100;
/// The last of them.
const TOO_MANY: &str = "issues?too-many:this page has more than 99 distinct problems; mend those that were told first";
