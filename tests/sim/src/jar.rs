//! The browser's cookies, and what the Edge's identity cookie looks like.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::plan::{Consent, Plan};

/// The organization of every page.
pub(crate) const ORGANIZATION: &str = "0123456789ABCDEF01234567@AdobeOrg";
/// What the names of the Edge's cookies begin with.
const PREFIX: &str = "kndctr_0123456789ABCDEF01234567_AdobeOrg_";
/// The cookie of Adobe's older libraries.
const LEGACY: &str = "AMCV_0123456789ABCDEF01234567%40AdobeOrg";
const DO_NOT_TRACK: &str = "mg_dnt";

/// The name of one of the Edge's cookies.
pub(crate) fn cookie(name: &str) -> String {
    format!("{PREFIX}{name}")
}

/// The ECID of an identity's number.
pub(crate) fn ecid(number: u32) -> String {
    format!("{number:038}")
}

/// The number of an ECID, if it is one.
pub(crate) fn number(ecid: &str) -> Option<u32> {
    (ecid.len() == 38).then(|| ecid.parse().ok()).flatten()
}

/// The identity cookie's value for an identity: Base64 of a message whose field 1 is the ECID.
pub(crate) fn identity_value(number: u32) -> String {
    let mut bytes = vec![0x0a, 38];
    bytes.extend(ecid(number).bytes());
    STANDARD.encode(bytes)
}

/// The number of the identity in an identity cookie's value.
pub(crate) fn identity_in(value: &str) -> Option<u32> {
    number(&storefront_collector::identity::decode(value)?)
}

/// `document.cookie`.
#[derive(Clone, Debug)]
pub(crate) struct Jar {
    cookies: BTreeMap<String, String>,
    blocked: bool,
}

impl Jar {
    /// What a session begins with.
    pub(crate) fn new(plan: &Plan) -> Self {
        let mut jar = Self { cookies: BTreeMap::new(), blocked: plan.cookies_blocked };
        if plan.whole {
            // Who declines from the start has no identity of an earlier in, which would have been remembered with it.
            if plan.known && plan.consent != Consent::Out && !jar.blocked {
                jar.cookies.insert(cookie("identity"), identity_value(0));
            }
            if plan.consent == Consent::Out {
                jar.set_do_not_track(true);
            }
        }
        jar
    }

    /// As a page reads it.
    pub(crate) fn text(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// As a page writes it.
    pub(crate) fn write(&mut self, text: &str) {
        let mut parts = text.split("; ");
        let (name, value) = parts.next().and_then(|first| first.split_once('=')).expect("a cookie has a name");
        let gone = parts.any(|part| part.eq_ignore_ascii_case("max-age=0"));
        if gone {
            self.cookies.remove(name);
        } else if !self.blocked {
            self.cookies.insert(name.into(), value.into());
        }
    }

    /// `mg_dnt` is the shop's own cookie, which it sets on its server where pages may not.
    pub(crate) fn set_do_not_track(&mut self, on: bool) {
        if on {
            self.cookies.insert(DO_NOT_TRACK.into(), "1".into());
        } else {
            self.cookies.remove(DO_NOT_TRACK);
        }
    }

    /// The shopper's identity.
    pub(crate) fn identity(&self) -> Option<u32> {
        identity_in(self.cookies.get(&cookie("identity"))?)
    }

    /// The identity that an older library's cookie still has.
    pub(crate) fn legacy(&self) -> Option<u32> {
        number(self.cookies.get(LEGACY)?.strip_prefix("MCMID|")?)
    }

    /// Takes the identity cookie out, or everything that has to do with the Edge.
    pub(crate) fn drop_identity(&mut self, all: bool) {
        self.cookies
            .retain(|name, _| *name != cookie("identity") && !(all && (name.starts_with(PREFIX) || name == LEGACY)));
    }
}
