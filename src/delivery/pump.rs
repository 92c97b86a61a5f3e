//! What can be done now, and when to look again.

use alloc::string::String;

#[cfg(feature = "mutants")]
use super::Mutation;
use super::batch::{self, Batch};
use super::gate::{Gate, Pass};
use super::message::{Action, Effect, Road};
use super::{Delivery, PageState};
use crate::consent::State;

impl Delivery {
    /// Does what can be done now.
    pub(super) fn pump(&mut self) {
        self.time_out();
        // A page that comes back has yet to hear what the shopper has said meanwhile.
        if self.page != PageState::Returning {
            self.write_ahead();
        }
        if self.road.is_some() && self.consent == State::In && self.is_here() && !self.adopting {
            self.adopting = true;
            self.effects.push_back(Effect::Adopt);
        }
        self.bound();
        if self.is_here() && self.now >= self.not_before() {
            match self.road {
                Some(Road::Edge { .. }) => self.pump_edge(),
                Some(Road::WebSdk) => self.pump_sdk(),
                None => {}
            }
        }
        // The lock is held only while a request that needs it is in the air.
        let needless = if self.gate.is_known() { Gate::abandon } else { Gate::release };
        if !self.is_busy() && needless(&mut self.gate) {
            self.effects.push_back(Effect::UnlockIdentity);
        }
    }

    pub(super) fn pump_edge(&mut self) {
        if self.is_busy() {
            return;
        }
        if self.consent_call.is_some() {
            return self.pump_consent();
        }
        if self.consent != State::In || self.edge_must_hear {
            return;
        }
        let batch = self.next_batch();
        let due = batch.count > 0 && self.is_due(&batch);
        if due || !self.askers.is_empty() {
            match self.pass() {
                Pass::Go | Pass::Without if self.askers.want_fresh() => self.send_bare(Action::Acquire, String::new()),
                Pass::Go | Pass::Without if !due => {}
                Pass::Go => {
                    let action = if batch.needs_answer || !self.started || self.filling.max_events == 1 {
                        Action::Interact
                    } else {
                        Action::Collect
                    };
                    self.send(&batch, action);
                }
                Pass::Without => self.send(&batch, Action::Interact),
                Pass::Ask => self.ask(),
                Pass::Acquire => self.send_bare(Action::Acquire, String::new()),
                Pass::Wait => {}
            }
        }
    }

    pub(super) fn ask(&mut self) {
        self.gate.asked(self.now);
        self.effects.push_back(Effect::LockIdentity);
    }

    pub(super) fn pass(&mut self) -> Pass {
        #[cfg(feature = "mutants")]
        match self.mutation {
            Some(Mutation::NoIdentityGate) => return Pass::Go,
            Some(Mutation::NoLock) => self.gate.granted(),
            _ => {}
        }
        self.gate.pass(self.now)
    }

    pub(super) fn next_batch(&self) -> Batch {
        let asks = self.retry.is_open() || self.offline.is_some() || self.gate.is_refused() && !self.started;
        batch::next(&self.outbox, self.filling.next(asks), usize::MAX)
    }

    /// Nothing may leave before this time.
    fn not_before(&self) -> i64 {
        self.retry.not_before().max(self.offline.unwrap_or(i64::MIN))
    }

    pub(super) fn is_due(&self, batch: &Batch) -> bool {
        batch.full || !self.flushes.is_empty() || self.page != PageState::Shown || batch.due <= self.now
    }

    /// Says when to be woken, if that has changed.
    pub(super) fn plan(&mut self) {
        let mut wake = self.gate.wake();
        for flight in &self.flights {
            wake = wake.min(flight.deadline);
        }
        if self.is_here() && self.road.is_some() && !self.is_busy() {
            let batch = self.next_batch();
            let due = match self.consent_call {
                Some(_) => i64::MIN,
                None if self.consent == State::In && !self.askers.is_empty() => i64::MIN,
                None if batch.count == 0 || !self.may_send() || self.edge_must_hear => i64::MAX,
                None if self.is_due(&batch) => i64::MIN,
                None => batch.due,
            };
            let at = due.max(self.not_before());
            // What is due already waits for the lock, not for the clock.
            if at > self.now {
                wake = wake.min(at);
            }
        }
        if wake > self.now && wake != self.wake && wake < i64::MAX {
            self.effects.push_back(Effect::WakeAt(wake));
            self.wake = wake;
        }
    }
}
