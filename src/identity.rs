//! Who it was: the ECID in Adobe's cookies, the identity map of an event, and the identities that
//! other pages and older libraries hand over. Nothing here makes up an identity.
//!
//! ```
//! use storefront_collector::identity::{ecid_from_cookies, identity_map, is_known};
//!
//! let cookies = "a=b; kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity=\
//!     CiY0MTg2MTY2NjE5MzE0MDE2MTkzNDI3Njg0NTY1MTE0ODg3Njk4OFIQCM68vcXoMhgBKgNPUjIwAaAB0ry9xegysAHCqAHwAc68vcXoMg==";
//! let ecid = ecid_from_cookies(cookies, "5BFE274A5F6980A50A495C08@AdobeOrg");
//! assert_eq!(ecid.as_deref(), Some("41861666193140161934276845651148876988"));
//!
//! let map = identity_map(ecid.as_deref(), None, Some("ann@example.com")).unwrap();
//! assert_eq!(map.at("ECID.0.primary").and_then(|primary| primary.as_bool()), Some(true));
//! assert_eq!(map.at("email.0.primary").and_then(|primary| primary.as_bool()), Some(false));
//!
//! assert!(!is_known(cookies, "000000000000000000000000@AdobeOrg"), "another organization's cookie");
//! ```

mod decode;
mod handover;
mod map;
mod shopper;

pub use decode::decode;
pub use handover::{append_to_url, carried_in, from_legacy_cookies, from_url};
pub(crate) use map::lead;
pub use map::{identity_map, primaries};
pub(crate) use shopper::Shopper;

use alloc::string::String;

use crate::cookies;
use crate::text::{cut, join};

/// The start of the name of each cookie that the Edge keeps for `organization`: of `X@AdobeOrg`
/// it is `kndctr_X_AdobeOrg_` (only the first `@` is replaced).
#[must_use]
pub fn cookie_prefix(organization: &str) -> String {
    let (before, at, after) = cut(organization, b"@").map_or((organization, "", ""), |(id, rest)| (id, "_", rest));
    join(&["kndctr_", before, at, after, "_"])
}

/// The value of the Edge's cookie `name` (`identity`, `cluster`, `consent`), if it is there and not empty.
#[must_use]
pub fn edge_cookie(cookies: &str, organization: &str, name: &str) -> Option<String> {
    cookies::get(cookies, &join(&[&cookie_prefix(organization), name])).filter(|value| !value.is_empty())
}

/// Whether there is an identity cookie, decodable or not: the Edge knows the shopper by it (Edge
/// protocol, 5.1).
#[must_use]
pub fn is_known(cookies: &str, organization: &str) -> bool {
    edge_cookie(cookies, organization, "identity").is_some()
}

/// The ECID in the identity cookie of `organization`; `None` without the cookie, or when it cannot
/// be read.
#[must_use]
pub fn ecid_from_cookies(cookies: &str, organization: &str) -> Option<String> {
    decode(&edge_cookie(cookies, organization, "identity")?)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    const COOKIES: &str = "a=b; kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity=CiY0MTg2MTY2NjE5MzE0MDE2MTkzNDI3Njg0NTY1MTE0ODg3Njk4OFIQCM68vcXoMhgBKgNPUjIwAaAB0ry9xegysAHCqAHwAc68vcXoMg==";

    #[test]
    fn finds_the_identity_of_one_organization() {
        let ours = "5BFE274A5F6980A50A495C08@AdobeOrg";
        assert_eq!(ecid_from_cookies(COOKIES, ours).as_deref(), Some("41861666193140161934276845651148876988"));
        assert!(is_known(COOKIES, ours));
        assert!(!is_known(COOKIES, "000000000000000000000000@AdobeOrg"));
    }

    #[test]
    fn an_undecodable_cookie_still_counts_as_known() {
        let cookies = "kndctr_A_AdobeOrg_identity=%21%21";
        assert!(is_known(cookies, "A@AdobeOrg"));
        assert_eq!(ecid_from_cookies(cookies, "A@AdobeOrg"), None);
        assert!(!is_known("kndctr_A_AdobeOrg_identity=", "A@AdobeOrg"));
    }

    #[test]
    fn only_the_first_at_sign_is_replaced() {
        assert_eq!(cookie_prefix("A@B@C"), "kndctr_A_B@C_");
    }
}
