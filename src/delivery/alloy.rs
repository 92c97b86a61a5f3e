//! The store's own Web SDK as the road: calls of `sendEvent` instead of requests.
//!
//! One call is open at a time, so that the order is kept even where the SDK retries. A call that
//! does not settle in time is left open, for the SDK may still deliver it, and the next may go.

use super::message::Effect;
use super::{Delivery, PageState, WebSdk, status_of};
use crate::inspect::Status;

impl Delivery {
    /// Its function is there, or not any more.
    pub(super) fn sdk_changed(&mut self, there: bool) {
        let news = there && self.sdk != WebSdk::There;
        self.sdk = if there { WebSdk::There } else { WebSdk::Awaited };
        if news {
            self.unheld();
            // What waited for it until the page went has one more chance.
            if matches!(self.page, PageState::Hidden | PageState::Leaving) {
                self.leave();
            }
        }
    }

    /// Calls the SDK with the next event, if no call is open.
    pub(super) fn pump_sdk(&mut self) {
        if self.may_send() && !self.is_busy() {
            self.call_sdk(false);
        }
    }

    /// Calls the SDK with everything that waits: its beacon outlives the page.
    pub(super) fn leave_by_sdk(&mut self) {
        while self.call_sdk(true) {}
    }

    fn call_sdk(&mut self, unloading: bool) -> bool {
        let waiting = self.outbox.iter().find(|entry| entry.flight.is_none()).map(|entry| entry.ordinal);
        let (Some(ordinal), request) = (waiting, self.next_request) else { return false };
        self.depart(None, 0);
        if let Some(entry) = self.outbox.iter_mut().find(|entry| entry.ordinal == ordinal) {
            entry.flight = Some(request);
            entry.last = Some(request);
            entry.attempts = entry.attempts.saturating_add(1);
            self.effects.push_back(Effect::SdkCall { request, event: entry.event.clone(), unloading });
            self.effects.push_back(status_of(entry, Status::Sent, None));
        }
        true
    }
}
