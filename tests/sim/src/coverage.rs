//! What the sessions have been through, so that a fault that never happens is noticed.

use std::fmt;

macro_rules! coverage {
    ($($name:ident $text:literal,)*) => {
        /// A fault, or a way in which things can coincide.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Seen { $($name,)* }

        const NAMES: &[&str] = &[$($text,)*];
        const ALL: &[Seen] = &[$(Seen::$name,)*];
    };
}

coverage! {
    Published "event published",
    PublishedPending "event published, consent pending",
    PublishedOut "event published, shopper declined",
    PublishedOffline "event published offline",
    PublishedLeaving "event published after pagehide",
    PublishedReturning "event published before locks are back",
    Arrived "event arrived",
    ArrivedTwice "event arrived again after an answer nobody saw",
    ArrivedFromGrave "event arrived after its page had died",
    ArrivedByHeir "event delivered by another page",
    Interact "request: interact",
    Collect "request: collect",
    Acquire "request: acquire",
    SetConsent "request: set-consent",
    SdkCall "call of the Web SDK",
    SdkBeacon "call of the Web SDK, page leaving",
    SdkHang "call of the Web SDK never settles",
    LeftTogether "request sent beside another",
    LeftWithout "request sent at unload without identity",
    RefusedIdentity "identity refused",
    NoIdentityGiven "identity not given",
    WithoutIdentity "request after identity was refused",
    LockWaited "tab waited for the identity lock",
    LockCookieCame "identity appeared while waiting for the lock",
    Slow "answer slow",
    Late "answer later than the time-out",
    LostUp "request lost",
    LostDown "answer lost",
    HangLost "hang, request lost",
    HangDelivered "hang, request delivered",
    Unavailable "503",
    TooMany "429 with Retry-After",
    TooLarge "413",
    RefusedWhole "request refused",
    RefusedPart "request refused for one event",
    Exception "good answer, one event refused",
    NetworkOffline "request fails offline",
    Cancelled "request given up",
    Killed "tab killed",
    KilledMidway "tab killed between two effects",
    KilledInFlight "tab killed with requests in the air",
    KilledAll "browser killed",
    Navigated "page left",
    Frozen "page put into the back-forward cache",
    Returned "page back from the cache",
    AnswerWhileFrozen "answer for a frozen page",
    TakenOver "frozen page's events taken over",
    Adopted "events adopted",
    Hidden "page hidden",
    Offline "offline",
    StorageBroken "storage full or denied",
    StoreFailed "event not stored",
    StoredLater "event stored after storage came back",
    QueueFull "queue full",
    ConsentOut "shopper declined",
    ConsentPending "consent withdrawn to pending",
    ConsentIn "shopper agreed",
    ChoseOut "shopper declined through the API",
    ChoseIn "shopper agreed through the API",
    DoNotTrack "mg_dnt appeared",
    EdgeHeardOut "edge was told: out",
    EdgeHeardIn "edge was told: in",
    EdgeRefusedChoice "edge refused to hear of a choice",
    ChoiceReplaced "choice replaced before the edge had answered",
    IdentityDeleted "identity cookie deleted, pages open",
    AllDeleted "every cookie of the Edge deleted, pages open",
    DeletedInFlight "identity cookie deleted, requests in the air",
    Remembered "deleted identity carried on from memory",
    CarriedIn "deleted identity read again from an older cookie",
    MintedAnew "new identity for a page that could not know the old one",
    WallJump "wall clock jumped",
    Suspended "laptop suspended",
    Flushed "flush settled",
    SeveralTabs "three tabs or more alive",
}

/// How often each of [`Seen`] happened.
#[derive(Clone, Debug)]
pub struct Coverage(Vec<u64>);

impl Default for Coverage {
    fn default() -> Self {
        Self(vec![0; NAMES.len()])
    }
}

impl Coverage {
    /// It happened.
    pub fn saw(&mut self, what: Seen) {
        self.0[what as usize] += 1;
    }

    /// How often it happened.
    #[must_use]
    pub fn count(&self, what: Seen) -> u64 {
        self.0[what as usize]
    }

    /// What has not happened.
    #[must_use]
    pub fn missing(&self) -> Vec<Seen> {
        ALL.iter().copied().filter(|what| self.count(*what) == 0).collect()
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in NAMES.iter().zip(&self.0) {
            writeln!(f, "{count:>10}  {name}")?;
        }
        Ok(())
    }
}
