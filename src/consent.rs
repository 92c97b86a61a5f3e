//! May it leave? Every rule about a shopper's consent, and none about where it is read from.
//!
//! Each [`Source`] that counts says one of four things, and [`TABLE`] says what becomes of the
//! state. First those that agree are heard, then those that wait, then those that refuse: so a
//! refusal wins.
//!
//! | source | it is seen that | it says |
//! | --- | --- | --- |
//! | `setConsent`, or an answer given to the consent banner on this page | in, out, no choice yet | `Yes`, `No`, `Wait` |
//! | `mg_dnt` | a cookie of exactly this name is there, whatever its value | `No` |
//! | | there is none | `Nothing` |
//! | `user_allowed_save_cookie` (cookie restriction mode) | it allows this website | `Yes` |
//! | | it is missing, unreadable, for other websites, or the website is not known yet | `Wait` |
//! | `gpc` | Global Privacy Control is on; off | `No`; `Nothing` |
//! | `tcf` | no answer yet: CMP loading, late or missing, banner shown | `Wait`, for ever if need be |
//! | | answered (`tcloaded`, `useractioncomplete`): Adobe's purposes and vendor granted; not all | `Yes`; `No` |
//! | | the GDPR does not apply | `Yes` |
//! | `web_sdk` | its consent cookie says in; out; pending | `Yes`; `No`; `Wait` |
//!
//! **A source counts when `consentSources` names it.** Two need no naming: `setConsent`, and the
//! Web SDK's cookie saying out, because a stored refusal stays one even when the identity cookie is
//! gone. With the bundled sender that cookie's in counts too: it is where our own choices are kept.
//!
//! **A later, explicit choice** is a call of `setConsent`, or an answer that the shopper gives to
//! the consent banner while this page is open. An explicit in overrules every refusal and every
//! wait that stands at its moment, and no other: a refusal that shows up later is later, and wins.
//! Overruled refusals are remembered with the choice. A source that stops refusing is no longer
//! overruled. Permissions that carry no time (`user_allowed_save_cookie`, `tcloaded`, a cookie)
//! overrule nothing.
//!
//! **Waiting is not refusing.** Restriction mode without permission, or a banner without an answer,
//! holds events in memory. Nobody refused, so nothing is purged and the edge is told nothing. A CMP
//! that never comes leaves it so: silence is no consent. Where `defaultConsent` is `"out"`, events
//! before a choice are dropped instead.
//!
//! **What is remembered**: one storage key, [`MEMORY_KEY`], written only while the state is in.
//! Later, an out may change its value, never create it. So someone who never was in leaves nothing
//! behind: their refusal holds in memory for the page, and beyond it by what carries it
//! (`mg_dnt`, the browser's GPC, the CMP, the page that calls `setConsent`).
//!
//! **The edge is told** (`privacy/set-consent`) of explicit choices and of consent banners' answers
//! once per change by the Web SDK's hash rule, of an out only when the shopper was in, and of an in
//! that nobody chose only when the edge still believes the out it was told before. So the default,
//! and the absence of `mg_dnt`, are told to nobody. A failed message is sent again, a refused one
//! is not until a new choice; either way the choice holds here.
//!
//! A shopper opts out on another page, and agrees on this one later:
//!
//! ```
//! use storefront_collector::consent::{Consent, Inputs, Rules, State};
//! use storefront_collector::moment::Moment;
//! use storefront_collector::value::Value;
//!
//! let now = Moment::default();
//! let cookie = Inputs { cookies: "mg_dnt=1", ..Inputs::default() };
//! let mut consent = Consent::new(Rules { tcf: true, ..Rules::default() }, &now);
//!
//! // The consent banner has not answered, so nothing is known; a refusal is.
//! assert_eq!(consent.read(&Inputs::default(), &now), State::Pending);
//! assert_eq!(consent.read(&cookie, &now), State::Out);
//! assert_eq!(consent.reason().get("because").and_then(Value::as_text), Some("mg_dnt"));
//!
//! // A later, explicit choice overrules it.
//! assert_eq!(consent.set(&Value::from("in"), &cookie, &now).unwrap(), State::In);
//! ```

mod banner;
mod edge;
pub mod hash;
mod machine;
mod memory;
mod standards;
pub mod tcf;
#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;

use crate::value::Value;

pub use banner::BANNER_PATIENCE;
pub use edge::Answer;
pub use machine::Consent;
pub use memory::MEMORY_KEY;

/// Whether events may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// They may.
    In,
    /// Nobody decided yet: they are held in memory, and nothing is stored or sent.
    Pending,
    /// They may not: what waits is purged.
    Out,
}

impl State {
    /// The state as settings and the Web SDK spell it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Pending => "pending",
            Self::Out => "out",
        }
    }

    /// The state that a settings text or the Web SDK's cookie names.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "in" => Some(Self::In),
            "pending" => Some(Self::Pending),
            "out" => Some(Self::Out),
            _ => None,
        }
    }
}

/// What a source has to say about the shopper's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// Nothing: it does not count, does not know, or was overruled.
    Nothing,
    /// The shopper agrees.
    Yes,
    /// The shopper was not asked yet, or did not answer.
    Wait,
    /// The shopper refuses.
    No,
}

/// What becomes of the state when a source is heard.
pub const TABLE: [(Says, [State; 3]); 4] = {
    use State::{In, Out, Pending};
    [
        // The state so far:  in       pending  out
        (Says::Nothing, [In, Pending, Out]),
        (Says::Yes, [In, In, In]),
        (Says::Wait, [Pending, Pending, Out]),
        (Says::No, [Out, Out, Out]),
    ]
};

impl Says {
    /// The state that `state` becomes, by [`TABLE`].
    #[must_use]
    pub fn after(self, state: State) -> State {
        let row = TABLE.iter().find(|(says, _)| *says == self);
        row.and_then(|(_, next)| next.get(state as usize)).copied().unwrap_or(State::Out)
    }
}

/// Where consent, or its refusal, is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The API, and choices of earlier pages that it led to.
    SetConsent,
    /// Commerce's do-not-track cookie.
    MgDnt,
    /// Commerce's cookie restriction mode.
    UserAllowed,
    /// Global Privacy Control.
    Gpc,
    /// IAB Transparency and Consent Framework 2.x.
    Tcf,
    /// The Web SDK's consent cookie, or the state of the store's own SDK.
    WebSdk,
}

impl Source {
    /// Every source; of several that decide alike, the first is named as the reason.
    pub const ALL: [Self; 6] = [Self::SetConsent, Self::MgDnt, Self::UserAllowed, Self::Gpc, Self::Tcf, Self::WebSdk];

    /// The source as `consentSources` and `status()` name it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SetConsent => "setConsent",
            Self::MgDnt => "mg_dnt",
            Self::UserAllowed => "user_allowed_save_cookie",
            Self::Gpc => "gpc",
            Self::Tcf => "tcf",
            Self::WebSdk => "web_sdk",
        }
    }
}

/// What the settings say about consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// `defaultConsent`.
    pub default: State,
    /// `consentSources` names `mg_dnt`.
    pub mg_dnt: bool,
    /// `consentSources` names `user_allowed_save_cookie`.
    pub user_allowed: bool,
    /// `consentSources` names `gpc`.
    pub gpc: bool,
    /// `consentSources` names `tcf`.
    pub tcf: bool,
    /// `consentSources` names `web_sdk`.
    pub web_sdk: bool,
    /// Events leave by the store's own SDK (`webSdkName`): it is told of calls of `setConsent`, and of other choices only
    /// when `web_sdk` is named.
    pub own_sdk: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            default: State::In,
            mg_dnt: true,
            user_allowed: false,
            gpc: false,
            tcf: false,
            web_sdk: false,
            own_sdk: false,
        }
    }
}

/// What can be looked up at any time, and is: at every event, before every send, at every choice.
#[derive(Clone, Copy, Debug, Default)]
pub struct Inputs<'a> {
    /// `document.cookie`; empty where cookies are blocked.
    pub cookies: &'a str,
    /// `storefrontInstanceContext.websiteId`, once known.
    pub website_id: Option<&'a str>,
    /// The organization ID, `…@AdobeOrg`.
    pub org: &'a str,
    /// `navigator.globalPrivacyControl`.
    pub gpc: bool,
    /// What local storage holds under [`MEMORY_KEY`]; `None` too where storage is blocked.
    pub memory: Option<&'a str>,
}

/// What has to be reported, because it cannot be looked up.
#[derive(Clone, Copy, Debug)]
pub enum Signal<'a> {
    /// `__tcfapi` called its listener with this `TCData`.
    Tcf(&'a Value),
    /// `__tcfapi` did not appear, or did not answer, for as long as the shell waits.
    TcfMissing,
    /// An event left from this page, so the shopper was in.
    EventsSent,
}
