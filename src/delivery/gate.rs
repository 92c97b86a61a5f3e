//! The identity gate: one ECID per shopper, however many events and tabs race for it.
//!
//! A request that leaves without an identity is given a new one by the edge. So such requests
//! leave one at a time in the whole browser: under a lock that all tabs share, held for as long as
//! the one request is in the air and no longer. Every way a request can end ends the hold.

/// A lock that is not granted after so many looks is held by a tab the browser has frozen: a second
/// identity is then the lesser evil. Several tabs whose requests all time out stay well below it.
const LOOKS: u8 = 12;
/// Time between two looks, in milliseconds.
const LOOK: i64 = 10_000;
/// A look so much later than planned means that the machine was asleep, and with it the holder: it
/// does not count.
const OVERSLEPT: i64 = 5_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lock {
    Free,
    Asked { look: i64, left: u8 },
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

    pub(super) fn is_refused(&self) -> bool {
        self.refused
    }

    /// Another datastream may answer otherwise.
    pub(super) fn forget_refusal(&mut self) {
        self.refused = false;
    }

    pub(super) fn asked(&mut self, now: i64) {
        self.look_again(now, LOOKS);
    }

    fn look_again(&mut self, now: i64, left: u8) {
        self.lock = Lock::Asked { look: now.saturating_add(LOOK), left };
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
            Lock::Asked { look, .. } => look,
            _ => i64::MAX,
        }
    }

    pub(super) fn pass(&mut self, now: i64) -> Pass {
        if self.known {
            return Pass::Go;
        }
        match self.lock {
            Lock::Free => return Pass::Ask,
            Lock::Asked { look, .. } if now < look => return Pass::Wait,
            Lock::Asked { look, left } => {
                let left = if now > look.saturating_add(OVERSLEPT) { left } else { left.saturating_sub(1) };
                if left > 0 {
                    self.look_again(now, left);
                    return Pass::Wait;
                }
                self.lock = Lock::Held;
            }
            Lock::Held => {}
        }
        if self.refused { Pass::Without } else { Pass::Acquire }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
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
        for look in 1..i64::from(LOOKS) {
            assert_eq!(gate.wake(), look * LOOK);
            assert_eq!(gate.pass(look * LOOK), Pass::Wait);
        }
        assert_eq!(gate.pass(gate.wake()), Pass::Acquire);
        assert!(gate.release());
    }

    #[test]
    fn sleep_does_not_count_as_waiting() {
        let mut gate = Gate::new();
        gate.asked(0);
        for look in 1..100 {
            assert_eq!(gate.pass(look * 1_000_000), Pass::Wait);
            assert_eq!(gate.wake(), look * 1_000_000 + LOOK);
        }
    }
}
