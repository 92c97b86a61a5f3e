//! What the browser is asked, and what it has to do.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

#[cfg(doc)]
use super::Collector;
use crate::delivery::{RequestId, Ticket};
use crate::inspect::{Record, Severity};
use crate::value::Value;

/// What the browser supplies and can be asked for in the middle of things.
pub struct Host {
    /// The host name of the page.
    pub hostname: String,
    /// The scheme of the page: `https:` or `http:`.
    pub scheme: String,
    /// `navigator.userAgent`.
    pub user_agent: String,
    /// Names this browser in Assurance sessions; a UUID. Asked in one only.
    pub client_id: fn() -> String,
    /// `location.href` now.
    pub address: fn() -> String,
    /// `navigator.globalPrivacyControl` now.
    pub gpc: fn() -> bool,
    /// The first of these domains that takes a cookie, widest first.
    pub widest_domain: fn(&[String]) -> Option<String>,
}

/// Something for the browser to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// POST `body` to `url` and tell [`Collector::answered`].
    Fetch {
        /// Which request of the outbox.
        request: RequestId,
        /// The request's own identifier, as it stands in the URL.
        request_id: String,
        /// Where to.
        url: String,
        /// JSON text.
        body: String,
        /// Whether it must outlive the page.
        keepalive: bool,
    },
    /// Give a request up.
    Cancel(RequestId),
    /// Call `sendEvent` of the store's own Web SDK and tell [`Collector::sdk_answered`].
    SdkSend {
        /// Which request of the outbox.
        request: RequestId,
        /// `{ xdm, data? }` as JSON text.
        json: String,
        /// `documentUnloading`.
        unloading: bool,
    },
    /// Find `window[name]` and tell [`Collector::sdk_found`]. `None`: stop looking.
    FindSdk(Option<String>),
    /// Ask the store's own Web SDK for the ECID and tell [`Collector::sdk_identified`] or
    /// [`Collector::sdk_not_identified`].
    AskSdk,
    /// Pass the shopper's choice on to the store's own Web SDK, by these options of `setConsent`; tell
    /// [`Collector::sdk_consented`].
    SdkConsent(Value),
    /// Write a cookie: the whole string for `document.cookie`.
    SetCookie(String),
    /// Write a cookie for the first of these domains that takes it, without trying another cookie before.
    SetCookieFor {
        /// The string for `document.cookie`, but for the domain.
        cookie: String,
        /// The domains, widest first; none of them: the cookie is the page's host's.
        domains: Vec<String>,
    },
    /// Request an address for its own sake (identity syncs, destinations).
    Pixel {
        /// The address.
        url: String,
        /// Whether the page's address must not be told.
        hide_referrer: bool,
    },
    /// Write an entry of the outbox; tell [`Collector::store_failed`] when that does not work.
    Store {
        /// Its key.
        key: String,
        /// What to write.
        text: String,
    },
    /// Take entries out of storage.
    Forget(Vec<String>),
    /// Take everything of ours but [`crate::consent::MEMORY_KEY`] out of storage, whichever tab wrote it.
    Purge,
    /// Look for what pages left early, tell [`Collector::take_over`], and for entries of dead tabs, tell
    /// [`Collector::adopted`].
    Adopt,
    /// Wait for the identity lock; tell [`Collector::identity_locked`].
    LockIdentity,
    /// Give the identity lock back, or stop waiting for it.
    UnlockIdentity,
    /// Remember the cart for the next page of this visit.
    RememberCart(String),
    /// Remember consent under [`crate::consent::MEMORY_KEY`].
    RememberConsent(String),
    /// Call [`Collector::wake`] at this time of the monotonic clock; replaces the time named before.
    WakeAt(i64),
    /// An event's record has changed.
    Record(Rc<Record>),
    /// A line for the console, each problem once.
    Log {
        /// How much it matters.
        severity: Severity,
        /// The line.
        message: String,
    },
    /// A promise of the API is kept.
    Settled(Ticket),
    /// A command of the instance has its result, or the message of its error.
    Answer {
        /// As [`Collector::command`] was told it.
        ticket: Ticket,
        /// An object, or why there is none.
        answer: Result<Value, String>,
    },
}
