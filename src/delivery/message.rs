//! What the delivery engine is told, and what it answers.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::inspect::{Issue, Status};

/// Names a request of this page; counts up, never reused within a page.
pub type RequestId = u64;
/// Names a promise the API gave; whoever asks picks it, [`Effect::Settled`] gives it back.
pub type Ticket = u64;

/// An event that is ready for the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its `_id`, the same on every attempt and on every page that tries.
    pub id: String,
    /// `{ xdm, data? }` as JSON text.
    pub json: String,
    /// When it was published: wall clock, milliseconds since 1970. Only for its end after seven days.
    pub created: i64,
    /// Whether the page wants what the answer says (page views: `destinations`).
    pub needs_answer: bool,
    /// Made before the ECID was known: whoever builds the request puts the ECID in, if it is known
    /// then. The engine keeps room for it.
    pub wants_ecid: bool,
    /// Where it goes and what its request has to say beside it, as text that only whoever builds the request
    /// reads. Events that differ in it never share a request.
    pub route: String,
}

/// How events are put together in requests. Whichever limit is met first ends a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batching {
    /// Most events of one request.
    pub max_events: usize,
    /// Most bytes (UTF-8) of one request, envelope included; never more than 60,000: what leaves while
    /// a page goes away has to fit into the browser's 64 KiB.
    pub max_bytes: usize,
    /// How long an event may wait for others, in milliseconds.
    pub max_wait: i64,
}

impl Default for Batching {
    fn default() -> Self {
        Self { max_events: 50, max_bytes: super::batch::MAX_REQUEST, max_wait: 250 }
    }
}

/// The way out of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// The bundled sender.
    Edge {
        /// How events are gathered; `None` gives one event per `interact`.
        batching: Option<Batching>,
    },
    /// The store's own Web SDK, called through [`Effect::SdkCall`].
    WebSdk,
}

/// How much the outbox holds. What is refused to keep within it is the oldest, and is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events in storage, and events in memory while nothing can leave.
    pub events: usize,
    /// Bytes in storage, and in memory while nothing can leave.
    pub bytes: usize,
    /// Milliseconds an event is kept.
    pub age: i64,
    /// Events in memory while requests are getting through: a burst larger than storage may hold
    /// waits its turn instead of being refused.
    pub burst_events: usize,
    /// Bytes in memory while requests are getting through.
    pub burst_bytes: usize,
}

impl Limits {
    /// Whether what was made at `created` is too old at `wall`: wall clock, milliseconds since 1970.
    #[must_use]
    pub fn is_too_old(&self, created: i64, wall: i64) -> bool {
        wall.saturating_sub(created) > self.age
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { events: 1000, bytes: 2_000_000, age: 7 * 24 * 3_600_000, burst_events: 20_000, burst_bytes: 40_000_000 }
    }
}

/// What happened to a request, or to a call of the Web SDK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// A good answer, read to its end. Events not named in `except` are accepted.
    Good {
        /// Events the answer names as refused or ignored.
        except: Vec<Exception>,
    },
    /// An answer that will not change: no retry.
    Refused {
        /// Why, for the record and the log.
        reason: String,
        /// Whether it is the request that was refused (datastream, permission, country), whatever it
        /// carried. If not, one bad event may have spoiled the others, and they are tried apart.
        whole: bool,
        /// Whether the answer says what was wrong. If not, whoever answers may be in trouble, and what follows waits.
        explained: bool,
    },
    /// 413: the body was larger than the edge takes.
    TooLarge,
    /// 429, 502, 503, 504, or a Web SDK that is not ready: try again.
    Retry {
        /// `Retry-After` in milliseconds.
        after: Option<i64>,
    },
    /// No answer came: connection refused, reset, blocked.
    NetworkError,
    /// No answer came in time. (The engine keeps its own time-out; the shell need not.)
    Timeout,
}

/// An event that a good answer did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its place in the request; `None`: every event.
    pub event: Option<usize>,
    /// Refused ([`Status::Rejected`]), ignored for want of consent ([`Status::Suppressed`]), or to be sent again
    /// ([`Status::Queued`]).
    pub becomes: Status,
    /// How often it is worth sending, answered so each time; of one that becomes [`Status::Queued`].
    pub tries: u32,
    /// Why.
    pub reason: String,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The settings are complete (or no longer are).
    Configure(Option<Road>),
    /// An event was published. It counts as accepted when the effects of this call are carried out.
    Accept(Event),
    /// The shopper agrees. At first nobody has said anything, which counts as pending.
    ConsentIn,
    /// The shopper has yet to say: events are held in memory.
    ConsentPending,
    /// The shopper declines, or is out by default: whatever waits is thrown away.
    ConsentOut {
        /// Somebody said so: what other pages left goes, too. It goes as well where this page was in.
        refused: bool,
    },
    /// Whether events have to wait until the edge has heard of the shopper's choice: it would drop them.
    EdgeMustHear(bool),
    /// `privacy/set-consent` is to be called, once; a newer call replaces one that has not been
    /// answered. Whether a call that failed is worth another is for the rules of consent to say.
    SetConsent {
        /// Settled when the call is answered, or has failed.
        ticket: Ticket,
        /// What to say: handed back in [`Effect::Send`].
        body: String,
    },
    /// Whether the ECID is known (in memory or in its cookie). Told before the answer that brought
    /// it, and before [`Self::IdentityLocked`] if the cookie has appeared meanwhile.
    Identity(bool),
    /// The lock asked for with [`Effect::LockIdentity`] is this tab's.
    IdentityLocked,
    /// A request was answered, its body read to the end; or a Web SDK call settled.
    Answered {
        /// Which.
        request: RequestId,
        /// How.
        outcome: Outcome,
    },
    /// The time named by [`Effect::WakeAt`] has come (too early or too late does no harm).
    Wake,
    /// `visibilitychange` to hidden: perhaps the last thing this page hears.
    Hidden,
    /// `visibilitychange` to visible.
    Visible,
    /// `pagehide`: the last thing, unless the page comes back.
    Unloading {
        /// Whether another page of the shop takes this one's place: it finds what is stored and delivers
        /// it, answers seen, so that nothing has to leave blindly and arrive twice.
        successor: bool,
    },
    /// `pageshow` of a page from the back-forward cache. It gave its locks back when it was left, so
    /// another tab may have taken its old events over: new ones are stored and wait for
    /// [`Self::Restored`]. Told before anything else that the page finds changed.
    Returning {
        /// The page's name in storage from now on, never used before: the old one with a letter
        /// added. Adopted events are sorted by name, so the page's order is kept across both.
        tab: String,
    },
    /// The page has tried for the locks it held before.
    Restored {
        /// The keys still in storage under locks it holds now: what is missing is another tab's.
        keys: Vec<String>,
    },
    /// The network is back.
    Online,
    /// The network is gone.
    Offline,
    /// Entries of dead tabs, answered to [`Effect::Adopt`]: key and text, as they are in storage at
    /// this moment. This tab holds the dead tabs' locks from now on, so the entries keep their keys.
    /// Entries told before do no harm, as long as they are still in storage.
    Stored(Vec<(String, String)>),
    /// A [`Effect::Store`] did not work. Told before anything else happens.
    StoreFailed {
        /// What could not be stored.
        key: String,
    },
    /// What was stored is not there any more: it has to be stored anew.
    StoreLost,
    /// Whether the Web SDK's function is there.
    Sdk(bool),
    /// It has not come in time: who asks for the shopper's identity need not wait for it, events do.
    SdkMissing,
    /// Asks for [`Effect::Settled`] when everything accepted so far is delivered or refused.
    Flush(Ticket),
    /// Somebody asks who the shopper is: an identity is acquired, though no event waits for it.
    /// [`Effect::Settled`] when it is known, refused, or could not be had now.
    WantIdentity {
        /// Settled then.
        ticket: Ticket,
        /// Whether to wait for settings and consent; otherwise their lack settles it at once.
        patient: bool,
        /// Asks the edge though the identity is known: for what it has not told of it.
        fresh: bool,
    },
}

/// What a request is for; the names are the edge's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Events, with an answer.
    Interact,
    /// Events, answered by 204; only with a known identity.
    Collect,
    /// `identity/acquire`.
    Acquire,
    /// `privacy/set-consent`.
    SetConsent,
}

/// A request to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Send {
    /// Comes back in [`Input::Answered`].
    pub request: RequestId,
    /// What for.
    pub action: Action,
    /// The events, in order; each with one more attempt behind it.
    pub events: Vec<Event>,
    /// What [`Input::SetConsent`] said; else empty.
    pub body: String,
    /// Whether the request must outlive the page. It fits the browser's budget.
    pub keepalive: bool,
    /// How long the first event has waited, in milliseconds.
    pub queue_time: i64,
}

/// Something to do, in the order given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Send this and tell [`Input::Answered`].
    Send(Send),
    /// Call `sendEvent` of the Web SDK and tell [`Input::Answered`].
    SdkCall {
        /// Comes back in [`Input::Answered`].
        request: RequestId,
        /// The event.
        event: Event,
        /// `documentUnloading`.
        unloading: bool,
    },
    /// Give this request up; its answer is not wanted any more.
    Cancel(RequestId),
    /// Write this, now; see [`Input::StoreFailed`].
    Store {
        /// `tab/number`.
        key: String,
        /// The entry; see `stored::read` for the format.
        text: String,
    },
    /// Take these keys out of storage.
    Forget(Vec<String>),
    /// Take every entry of every tab out of storage: the shopper has declined.
    Purge,
    /// Look for entries of dead tabs: take the tabs' locks (only where free), tell [`Input::Stored`].
    /// After [`Input::Unloading`] all locks are given back and it is not told any more.
    Adopt,
    /// Wait in line for the identity lock all tabs share, then tell [`Input::IdentityLocked`].
    LockIdentity,
    /// Give the identity lock back, or stop waiting for it.
    UnlockIdentity,
    /// Tell [`Input::Wake`] at this time of the monotonic clock; replaces the time named before.
    WakeAt(i64),
    /// An event has moved on.
    Status {
        /// The event's `_id`.
        id: String,
        /// Where it is now.
        status: Status,
        /// Why it is there, if that needs a word.
        reason: Option<Cow<'static, str>>,
        /// How often it has been sent.
        attempts: u32,
        /// The request it left with last.
        request: Option<RequestId>,
        /// It is another page's, which is gone.
        adopted: bool,
    },
    /// What a promise waited for has come.
    Settled(Ticket),
    /// Something a person should know.
    Report(Issue),
}
