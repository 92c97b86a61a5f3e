//! What happens in the browser, told to the core: answers, time, the page's own life, the network, other tabs.

use alloc::string::String;
use alloc::vec::Vec;

use super::exchange::Here;
use super::{Collector, Effect, Failure, Reply, Sender};
use crate::consent::State;
use crate::delivery::{Action, Input, RequestId, Ticket};
use crate::inspect::Status;
use crate::moment::Moment;

impl Collector {
    /// A request was answered, its body read to the end, or failed.
    pub fn answered(&mut self, request: RequestId, reply: Result<Reply, Failure>, moment: &Moment) {
        self.read_consent(moment);
        let (settings, consent) = (&self.effective.settings, self.consent.state());
        let here = Here { settings, host: &self.host, consent, moment };
        let Some(understood) = self.exchange.understand(request, reply, here) else { return };
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
        self.ask_sdk_again(moment);
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

    /// The page goes away; it may come back from the back-forward cache. `successor`: another page of this
    /// shop takes its place.
    pub fn unloading(&mut self, successor: bool, moment: &Moment) {
        self.read_consent(moment);
        self.recognise(moment);
        self.remember_cart();
        if self.outbox_consent == Some(State::Out) && !self.outbox_heard_refusal {
            // Nobody has said yes as long as this page was there.
            self.declined(true, moment);
        }
        self.delivery.handle(Input::Unloading { successor }, moment);
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

    /// The page, or the shopper, has emptied the storage.
    pub fn store_lost(&mut self, moment: &Moment) {
        // Another tab does so, too, when the shopper declines there.
        self.read_consent(moment);
        self.delivery.handle(Input::StoreLost, moment);
    }

    /// Looks who the shopper is now, as the cookies say.
    pub(super) fn recognise(&mut self, moment: &Moment) {
        let known = self.exchange.shopper.ecid().is_some();
        if self.sender == Some(Sender::Edge) && self.exchange.look(&self.effective.settings, moment) && !known {
            self.delivery.handle(Input::Identity(true), moment);
        }
    }

    /// The organization for which Adobe's older library beside us may be asked who the shopper is.
    #[must_use]
    pub fn visitor_organization(&self) -> Option<&str> {
        self.effective.settings.organization_id.as_deref().filter(|_| !self.exchange.no_migration)
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
    pub(super) fn let_silent_sdk(&mut self, go: bool, moment: &Moment) {
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
}
