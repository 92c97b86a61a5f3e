//! Where a request goes (Edge protocol, 1.1 to 1.4, 4.3 and 9.4).

use alloc::string::String;
use alloc::vec::Vec;

use crate::delivery::Action;
use crate::text::{join, split};
use crate::{cookies, identity, url};

/// The host that can see the `demdex` cookie of other sites, where browsers still allow that.
pub const THIRD_PARTY_HOST: &str = "adobedc.demdex.net";

impl Action {
    /// The action as it stands in the address, after `/v1/`.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Interact => "interact",
            Self::Collect => "collect",
            Self::SetConsent => "privacy/set-consent",
            Self::Acquire => "identity/acquire",
        }
    }
}

/// Everything that an address is made of.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint<'a> {
    /// Scheme and host; see [`edge_origin`](crate::settings::edge_origin).
    pub origin: &'a str,
    /// The setting `edgeBasePath`, such as `ee`; slashes around it do not matter.
    pub base_path: &'a str,
    /// See [`location_hint`].
    pub hint: Option<&'a str>,
    /// What is asked.
    pub action: Action,
    /// The datastream's ID, with or without `:dev`.
    pub datastream: &'a str,
    /// A UUID; another one for each attempt, so that two answers can be told apart in logs.
    pub request_id: &'a str,
    /// See [`assurance_token`].
    pub token: Option<&'a str>,
}

impl Endpoint<'_> {
    /// The address. The datastream's ID stands in it as it is, as Adobe's tools expect; only what
    /// would break the address is encoded.
    #[must_use]
    pub fn url(&self) -> String {
        let base_path = self.base_path.trim_matches('/');
        let datastream = url::encode(self.datastream, "-_.~:");
        let mut parts = Vec::from([self.origin]);
        for part in [base_path, self.hint.unwrap_or_default()] {
            if !part.is_empty() {
                parts.extend(["/", part]);
            }
        }
        parts.extend(["/v1/", self.action.path(), "?configId=", &datastream, "&requestId=", self.request_id]);
        if let Some(token) = self.token {
            parts.extend(["&adobeAepValidationToken=", token]);
        }
        join(&parts)
    }
}

/// The region that answers this shopper, from the cookie that the Edge set, else from the one of
/// Adobe's older at.js. To be read anew for every request.
#[must_use]
pub fn location_hint(cookies: &str, organization: &str) -> Option<String> {
    let hint = identity::edge_cookie(cookies, organization, "cluster").or_else(|| {
        let older = cookies::get(cookies, "mboxEdgeCluster").filter(|older| !older.is_empty())?;
        Some(join(&["t", &older]))
    })?;
    // A page can write any cookie: what is no hint must not turn the address into another.
    hint.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_').then_some(hint)
}

/// The token of an Assurance session, if the page was opened in one (`adb_validation_sessionid` in
/// its query; Edge protocol, 9.4). `client_id` is asked only then: a UUID that stays in this browser.
#[must_use]
pub fn assurance_token(page_url: &str, client_id: fn() -> String) -> Option<String> {
    let encoded = url::parameters(url::search(page_url), "adb_validation_sessionid").next()?;
    let encoded: String = encoded.chars().map(|c| if c == '+' { ' ' } else { c }).collect();
    let session = cookies::decode(&encoded, true)?;
    if session.is_empty() {
        return None;
    }
    Some(url::encode(&join(&[&session, "|", &client_id()]), "-_.*"))
}

/// Whether the browser of `user_agent` may let a third party keep cookies: not Firefox, not Safari,
/// and on iOS none at all, whatever it calls itself.
#[must_use]
pub fn allows_third_party_cookies(user_agent: &str) -> bool {
    let is = |name: &str| split(user_agent, b" (;").any(|word| word.starts_with(name));
    if ["iPhone", "iPad", "iPod", "CriOS/", "FxiOS/", "EdgiOS/"].into_iter().any(is) {
        return false;
    }
    if ["Edge/", "Edg/", "Chrome/", "Chromium/"].into_iter().any(is) {
        return true;
    }
    !(is("Firefox/") || (is("Version/") && is("Safari")))
}

/// Whether a request goes to [`THIRD_PARTY_HOST`]: `core` is the setting `thirdPartyCookiesEnabled`
/// and a browser that allows it, `known` that there is an identity cookie, `unreachable` that this
/// host failed before on this page.
#[must_use]
pub const fn is_third_party_request(core: bool, known: bool, unreachable: bool) -> bool {
    core && !known && !unreachable
}

/// Whether `host` belongs to the shop's own `apex` domain, so that the browser itself sends the
/// cookies. `notexample.com` is no part of `example.com`.
#[must_use]
pub fn is_first_party(host: &str, apex: &str) -> bool {
    let (name, apex) = (url::host_name(host), apex.to_ascii_lowercase());
    !apex.is_empty()
        && name.strip_suffix(apex.as_str()).is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

/// The domains to try, widest first, when looking for the widest one that takes a cookie: of
/// `www.shop.co.uk` first `co.uk`, then `shop.co.uk`, then the whole. None for a name of one label,
/// whose cookies get no domain.
#[must_use]
pub fn apex_candidates(hostname: &str) -> Vec<String> {
    let name = hostname.to_ascii_lowercase();
    let mut candidates = Vec::new();
    let mut labels = 0;
    for (at, byte) in name.bytes().enumerate().rev() {
        if byte == b'.' {
            // The last label alone is a domain that no browser takes a cookie for.
            if labels > 0 {
                candidates.extend(name.get(at.saturating_add(1)..).map(String::from));
            }
            labels = 1;
        }
    }
    if labels > 0 {
        candidates.push(name);
    }
    candidates
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORG: &str = "5BFE274A5F6980A50A495C08@AdobeOrg";

    fn endpoint() -> Endpoint<'static> {
        Endpoint {
            origin: "https://edge.adobedc.net",
            base_path: "ee",
            hint: None,
            action: Action::Interact,
            datastream: "ebebf826-a01f-4458-8cec-ef61de241c93",
            request_id: "r",
            token: None,
        }
    }

    #[test]
    fn builds_the_address_of_each_action() {
        let tail = "?configId=ebebf826-a01f-4458-8cec-ef61de241c93&requestId=r";
        for (action, path) in [
            (Action::Interact, "interact"),
            (Action::Collect, "collect"),
            (Action::SetConsent, "privacy/set-consent"),
            (Action::Acquire, "identity/acquire"),
        ] {
            let url = Endpoint { action, ..endpoint() }.url();
            assert_eq!(url, format!("https://edge.adobedc.net/ee/v1/{path}{tail}"));
        }
    }

    #[test]
    fn base_path_environment_hint_and_token_have_their_places() {
        let url = Endpoint {
            base_path: "/custom/base/",
            hint: Some("or2"),
            datastream: "abc:dev",
            token: Some("s%7Cc"),
            ..endpoint()
        }
        .url();
        assert_eq!(
            url,
            "https://edge.adobedc.net/custom/base/or2/v1/interact?configId=abc:dev&requestId=r&adobeAepValidationToken=s%7Cc"
        );
        let url = Endpoint { base_path: "", datastream: "a&b#c d", ..endpoint() }.url();
        assert_eq!(url, "https://edge.adobedc.net/v1/interact?configId=a%26b%23c%20d&requestId=r");
    }

    #[test]
    fn the_hint_comes_from_the_edge_else_from_at_js() {
        let own = "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_cluster";
        assert_eq!(location_hint(&format!("{own}=or2; mboxEdgeCluster=38"), ORG).as_deref(), Some("or2"));
        assert_eq!(location_hint(&format!("{own}=; mboxEdgeCluster=38"), ORG).as_deref(), Some("t38"));
        assert_eq!(location_hint("mboxEdgeCluster=", ORG), None);
        assert_eq!(location_hint("", ORG), None);
        for bad in ["..%2F..", "a%3Fb", "a%23", "%20"] {
            assert_eq!(location_hint(&format!("{own}={bad}"), ORG), None, "{bad}");
        }
    }

    #[test]
    fn an_assurance_session_is_passed_on() {
        let token = |url: &str| assurance_token(url, || "c-1".into());
        assert_eq!(token("https://a.test/?x=1&adb_validation_sessionid=s-1").as_deref(), Some("s-1%7Cc-1"));
        assert_eq!(token("https://a.test/?adb_validation_sessionid=a+b%2F").as_deref(), Some("a%20b%2F%7Cc-1"));
        assert_eq!(token("https://a.test/?adb_validation_sessionid=#x"), None);
        assert_eq!(token("https://a.test/#?adb_validation_sessionid=s"), None);
    }

    #[test]
    fn knows_which_browsers_allow_third_party_cookies() {
        for (allowed, agent) in [
            (true, "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"),
            (
                true,
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120 Safari/537.36 Edg/120",
            ),
            (
                true,
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/120 Mobile Safari/537.36",
            ),
            (true, "Mozilla/5.0 (Windows NT 6.3; Trident/7.0; rv:11.0) like Gecko"),
            (true, "something else"),
            (false, "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"),
            (
                false,
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15",
            ),
            (
                false,
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/120.0 Mobile/15E148 Safari/604.1",
            ),
        ] {
            assert_eq!(allows_third_party_cookies(agent), allowed, "{agent}");
        }
        assert!(is_third_party_request(true, false, false));
        assert!(!is_third_party_request(true, false, true));
        assert!(!is_third_party_request(true, true, false));
        assert!(!is_third_party_request(false, false, false));
    }

    #[test]
    fn a_host_is_first_party_on_a_dot_boundary() {
        for (host, apex, expected) in [
            ("edge.example.com", "example.com", true),
            ("Edge.Example.com:8443", "example.com", true),
            ("example.com", "example.com", true),
            ("notexample.com", "example.com", false),
            ("example.com.evil.net", "example.com", false),
            ("edge.adobedc.net", "example.com", false),
            ("localhost", "", false),
            ("127.0.0.1:80", "127.0.0.1", true),
        ] {
            assert_eq!(is_first_party(host, apex), expected, "{host} {apex}");
        }
    }

    #[test]
    fn tries_wide_domains_first() {
        assert_eq!(apex_candidates("WWW.shop.co.uk"), ["co.uk", "shop.co.uk", "www.shop.co.uk"]);
        assert_eq!(apex_candidates("example.com"), ["example.com"]);
        assert_eq!(apex_candidates("localhost"), [""; 0]);
        assert_eq!(apex_candidates(""), [""; 0]);
    }

    proptest! {
        #[test]
        fn every_candidate_makes_the_host_first_party(host in "[a-z]{1,4}(\\.[a-z]{1,4}){0,4}") {
            let candidates = apex_candidates(&host);
            prop_assert_eq!(candidates.len(), host.split('.').count() - 1);
            for apex in candidates {
                prop_assert!(is_first_party(&host, &apex));
                let joined = format!("x{apex}");
                prop_assert!(!is_first_party(&joined, &apex));
            }
        }

        #[test]
        fn no_address_has_more_than_its_two_parameters(datastream in ".*", hint in ".*") {
            let cookies = format!("kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_cluster={hint}");
            let hint = location_hint(&cookies, ORG);
            let url = Endpoint { datastream: &datastream, hint: hint.as_deref(), ..endpoint() }.url();
            prop_assert_eq!(url.matches(['?', '&', '#']).count(), 2);
            prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic()));
        }

        #[test]
        fn no_text_panics(text in ".*", other in ".*") {
            let _ = (is_first_party(&text, &other), apex_candidates(&text));
            let _ = (assurance_token(&text, || "c-1".into()), allows_third_party_cookies(&text));
        }
    }
}
