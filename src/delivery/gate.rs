//! The identity gate: one ECID per shopper, however many events and tabs race for it.
//!
//! A request that leaves without an identity is given a new one by the edge. So such requests
//! leave one at a time in the whole browser: under a lock that all tabs share, held for as long as
//! the one request is in the air and no longer. Every way a request can end ends the hold.

/// A lock that is not granted within this time is held by a tab the browser has frozen: a second
/// identity is then the lesser evil. Several tabs whose requests all time out stay well below it.
const PATIENCE: i64 = 120_000;
/// Looking so much later than planned means that the machine was asleep, and with it the holder:
/// the wait begins anew.
const OVERSLEPT: i64 = 5_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lock {
    Free,
    Asked { until: i64 },
    Held,
}

/// What the gate says to a request that wants to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// The identity is known: go.
    Go,
    /// Ask for the lock first.
    Ask,
    /// The lock is not here yet.
    Wait,
    /// Acquire an identity first; or, where another request is due that brings one, send that.
    Acquire,
    /// The edge gives no identity on its own: go without, alone.
    Without,
}

/// What is known of the shopper's identity, and who may ask for it.
#[derive(Debug)]
pub(super) struct Gate {
    known: bool,
    refused: bool,
    lock: Lock,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { known: false, refused: false, lock: Lock::Free }
    }

    pub(super) fn is_known(&self) -> bool {
        self.known
    }

    pub(super) fn set_known(&mut self, known: bool) {
        self.known = known;
    }

    /// The edge answered for good and gave no identity.
    pub(super) fn refuse(&mut self) {
        self.refused = !self.known;
    }

    /// Another datastream may answer otherwise.
    pub(super) fn forget_refusal(&mut self) {
        self.refused = false;
    }

    pub(super) fn asked(&mut self, now: i64) {
        self.lock = Lock::Asked { until: now.saturating_add(PATIENCE) };
    }

    pub(super) fn granted(&mut self) {
        self.lock = Lock::Held;
    }

    /// Whether the lock was here and is to be given back.
    pub(super) fn release(&mut self) -> bool {
        let held = self.lock == Lock::Held;
        if held {
            self.lock = Lock::Free;
        }
        held
    }

    /// Whether the lock was here or asked for, and is to be given back.
    pub(super) fn abandon(&mut self) -> bool {
        let asked = self.lock != Lock::Free;
        self.lock = Lock::Free;
        asked
    }

    /// When to look again, should the lock not come.
    pub(super) fn wake(&self) -> i64 {
        match self.lock {
            Lock::Asked { until } => until,
            _ => i64::MAX,
        }
    }

    pub(super) fn pass(&mut self, now: i64) -> Pass {
        if self.known {
            return Pass::Go;
        }
        match self.lock {
            Lock::Free => return Pass::Ask,
            Lock::Asked { until } if now < until => return Pass::Wait,
            Lock::Asked { until } if now > until.saturating_add(OVERSLEPT) => {
                self.asked(now);
                return Pass::Wait;
            }
            Lock::Asked { .. } => self.lock = Lock::Held,
            Lock::Held => {}
        }
        if self.refused { Pass::Without } else { Pass::Acquire }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_without_identity_needs_the_lock() {
        let mut gate = Gate::new();
        assert_eq!(gate.pass(0), Pass::Ask);
        gate.asked(0);
        assert_eq!(gate.pass(1), Pass::Wait);
        gate.granted();
        assert_eq!(gate.pass(2), Pass::Acquire);
        assert!(gate.release() && !gate.release());
        assert_eq!(gate.pass(3), Pass::Ask);
        gate.set_known(true);
        assert_eq!(gate.pass(4), Pass::Go);
    }

    #[test]
    fn after_a_refusal_requests_go_without() {
        let mut gate = Gate::new();
        gate.granted();
        gate.refuse();
        assert_eq!(gate.pass(0), Pass::Without);
        gate.forget_refusal();
        assert_eq!(gate.pass(0), Pass::Acquire);
        gate.set_known(true);
        gate.refuse();
        gate.set_known(false);
        assert_eq!(gate.pass(0), Pass::Acquire, "a known identity is no refusal");
    }

    #[test]
    fn a_lock_that_never_comes_is_not_waited_for_for_ever() {
        let mut gate = Gate::new();
        gate.asked(0);
        assert_eq!(gate.wake(), PATIENCE);
        assert_eq!(gate.pass(PATIENCE - 1), Pass::Wait);
        assert_eq!(gate.pass(PATIENCE), Pass::Acquire);
        assert!(gate.release());
    }

    #[test]
    fn sleep_does_not_count_as_waiting() {
        let mut gate = Gate::new();
        gate.asked(0);
        assert_eq!(gate.pass(PATIENCE + OVERSLEPT + 1), Pass::Wait);
        assert_eq!(gate.wake(), 2 * PATIENCE + OVERSLEPT + 1);
    }
}
