//! Cookies to be set: what the Edge asks for, and the few that Adobe's libraries leave beside it
//! (Edge protocol, 4.1, 4.2 and 5.4).

use alloc::string::String;

use crate::text::{decimal, join};
use crate::url;
use crate::value::{Number, Value};

/// The cookie in which the shop's theme finds the shopper's segments.
pub const SEGMENTS: &str = "aep-segments-membership";

/// How long the segments cookie may get, bytes. A browser refuses a cookie above 4 KB whole, and
/// segments long left would stand there for ever.
const LONGEST_SEGMENTS: usize = 4000;

/// How long the cookie of Adobe's older libraries lives, seconds.
const LEGACY_AGE: i64 = 390 * 86_400;

/// For which hosts a cookie is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Domain {
    /// The whole shop: its apex domain.
    #[default]
    Apex,
    /// The page's own host.
    Host,
    /// This one.
    Named(String),
}

/// When a browser sends a cookie along from other sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Always; browsers want `Secure` with it.
    None,
    /// Only when a link is followed.
    Lax,
    /// Never.
    Strict,
}

/// A cookie to be set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cookie {
    /// Its name, not encoded.
    pub name: String,
    /// Its value, not encoded.
    pub value: String,
    /// Which hosts see it.
    pub domain: Domain,
    /// How long it lives, seconds; `None`: until the browser is closed.
    pub max_age: Option<i64>,
    /// `None`: what the browser takes for the default.
    pub same_site: Option<SameSite>,
    /// Whether its value is encoded as `encodeURIComponent` does, and not as js-cookie does, which
    /// leaves more as it is.
    pub encoded_fully: bool,
}

impl Cookie {
    /// The text to give to `document.cookie`. `apex` is the shop's apex domain (empty on a host of
    /// one label), `is_https` whether the page is. A browser refuses `SameSite=None` on a page that
    /// is not, and the shopper would be a new one on every page; so there it becomes `Lax`.
    #[must_use]
    pub fn to_text(&self, apex: &str, is_https: bool) -> String {
        let name = url::encode(&self.name, "-_.!~*'#$&+^`|");
        let keep = if self.encoded_fully { url::COMPONENT } else { "-_.!~*'()#$&+/:<=>?@[]^`{|}" };
        let mut out = join(&[&name, "=", &url::encode(&self.value, keep), "; Path=/"]);
        let domain = match &self.domain {
            Domain::Apex => apex,
            Domain::Host => "",
            Domain::Named(domain) => domain,
        };
        if !domain.is_empty() {
            out.push_str("; Domain=");
            out.push_str(domain);
        }
        if let Some(age) = self.max_age {
            // A life in seconds does not depend on the shopper's clock, as a date would.
            out.push_str("; Max-Age=");
            out.push_str(&decimal(age));
        }
        out.push_str(match self.same_site {
            None => "",
            Some(SameSite::None) if is_https => "; SameSite=None; Secure",
            Some(SameSite::None | SameSite::Lax) => "; SameSite=Lax",
            Some(SameSite::Strict) => "; SameSite=Strict",
        });
        out
    }
}

/// The cookie by which Adobe's older libraries know the shopper, to be set when the first ECID
/// arrives; `None` when `legacy` (see [`crate::identity::from_legacy_cookies`]) has it already.
#[must_use]
pub fn legacy_cookie(ecid: &str, legacy: Option<&str>, organization: &str) -> Option<Cookie> {
    (legacy != Some(ecid)).then(|| Cookie {
        name: join(&["AMCV_", organization]),
        value: join(&["MCMID|", ecid]),
        max_age: Some(LEGACY_AGE),
        same_site: Some(SameSite::None),
        ..Cookie::default()
    })
}

/// The text for `document.cookie` that tells the theme the segments of `destinations`
/// ([`super::response::Answer::destinations`]). `None` when the answer brought no destinations: it
/// says nothing about segments then, and those known stay. Of too many segments for one cookie the
/// first ones are told.
///
/// ```
/// use storefront_collector::delivery::edge::cookies::segments_cookie;
/// use storefront_collector::value::Value;
///
/// let destination = Value::parse(r#"{"segments":[{"id":"a"},{"id":"b"}]}"#).unwrap();
/// assert_eq!(segments_cookie(&[destination]).as_deref(), Some("aep-segments-membership=a,b;path=/"));
/// assert_eq!(segments_cookie(&[]), None);
/// ```
#[must_use]
pub fn segments_cookie(destinations: &[Value]) -> Option<String> {
    if destinations.is_empty() {
        return None;
    }
    let mut out = join(&[SEGMENTS, "="]);
    let segments = destinations.iter().filter_map(|destination| destination.get("segments")?.as_list()).flatten();
    let mut comma = "";
    for segment in segments {
        let id = match segment.get("id") {
            Some(Value::Text(id)) => id.as_str(),
            Some(Value::Number(id)) => Number::as_str(id),
            _ => continue,
        };
        let id = url::encode(id, url::COMPONENT);
        if !id.is_empty() && out.len().saturating_add(id.len()) < LONGEST_SEGMENTS {
            out.push_str(comma);
            out.push_str(&id);
            comma = ",";
        }
    }
    out.push_str(";path=/");
    Some(out)
}

/// The text for `document.cookie` that takes the segments cookie away, for a shopper who opts out; `None` where there is
/// none.
#[must_use]
pub fn clear_segments(cookies: &str) -> Option<String> {
    crate::cookies::get(cookies, SEGMENTS).map(|_| join(&[SEGMENTS, "=;path=/;max-age=0"]))
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cookie(name: &str, value: &str) -> Cookie {
        Cookie { name: name.into(), value: value.into(), ..Cookie::default() }
    }

    #[test]
    fn writes_what_the_edge_asks_for() {
        let identity = Cookie {
            max_age: Some(34_128_000),
            same_site: Some(SameSite::None),
            ..cookie("kndctr_A_AdobeOrg_identity", "CiY0+/A==")
        };
        assert_eq!(
            identity.to_text("example.com", true),
            "kndctr_A_AdobeOrg_identity=CiY0+/A==; Path=/; Domain=example.com; Max-Age=34128000; SameSite=None; Secure"
        );
        assert_eq!(
            identity.to_text("", false),
            "kndctr_A_AdobeOrg_identity=CiY0+/A==; Path=/; Max-Age=34128000; SameSite=Lax"
        );
        assert_eq!(cookie("a", "b").to_text("", true), "a=b; Path=/");
        let strict = Cookie { same_site: Some(SameSite::Strict), domain: Domain::Host, ..cookie("a", "b") };
        assert_eq!(strict.to_text("example.com", true), "a=b; Path=/; SameSite=Strict");
        let named =
            Cookie { domain: Domain::Named("shop.example.com".into()), encoded_fully: true, ..cookie("a", "x|y;z") };
        assert_eq!(named.to_text("example.com", true), "a=x%7Cy%3Bz; Path=/; Domain=shop.example.com");
    }

    #[test]
    fn encodes_as_js_cookie_does() {
        assert_eq!(cookie("AMCV_A@AdobeOrg", "MCMID|1").to_text("", true), "AMCV_A%40AdobeOrg=MCMID|1; Path=/");
        assert_eq!(
            cookie("#$&+^`|()=; ", "#$&+/:<=>?@[]^`{|}").to_text("", true),
            "#$&+^`|%28%29%3D%3B%20=#$&+/:<=>?@[]^`{|}; Path=/"
        );
        assert_eq!(cookie("a", "\";, \\%é!~*'()").to_text("", true), "a=%22%3B%2C%20%5C%25%C3%A9!~*'(); Path=/");
    }

    #[test]
    fn the_older_libraries_learn_a_new_ecid() {
        let cookie = legacy_cookie("42", None, "A@AdobeOrg").unwrap();
        assert_eq!(
            cookie.to_text("example.com", true),
            "AMCV_A%40AdobeOrg=MCMID|42; Path=/; Domain=example.com; Max-Age=33696000; SameSite=None; Secure"
        );
        assert_eq!(legacy_cookie("42", Some("41"), "A@AdobeOrg"), Some(cookie));
        assert_eq!(legacy_cookie("42", Some("42"), "A@AdobeOrg"), None);
    }

    #[test]
    fn segments_of_all_destinations_stand_in_one_cookie() {
        let destinations = Value::parse(
            r#"[{"id":"d1","segments":[{"id":"a"},{"id":""},{"id":null},{}]},{"id":"d2"},{"segments":[{"id":7},{"id":"x;y"}]},5]"#,
        )
        .unwrap();
        let text = segments_cookie(destinations.as_list().unwrap());
        assert_eq!(text.as_deref(), Some("aep-segments-membership=a,7,x%3By;path=/"));
        // The shopper has left the last segment.
        let none = Value::parse(r#"{"id":"d","segments":[]}"#).unwrap();
        assert_eq!(segments_cookie(&[none]).as_deref(), Some("aep-segments-membership=;path=/"));
        let many: Vec<Value> = (0..1000).map(|at| Value::from([("id", Value::from(1_000_000 + at))])).collect();
        let text = segments_cookie(&[Value::from([("segments", many)])]).unwrap();
        assert!(text.len() < 4096 && text.ends_with(",1000496;path=/"), "{}", text.len());
        let gone = clear_segments("a=1; aep-segments-membership=x");
        assert_eq!(gone.as_deref(), Some("aep-segments-membership=;path=/;max-age=0"));
        assert_eq!(clear_segments("a=1"), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(name in ".+", value in ".*", encoded_fully in any::<bool>()) {
            let text = Cookie { encoded_fully, ..cookie(&name, &value) }.to_text("example.com", true);
            prop_assert!(text.is_ascii());
            let pair = text.split("; ").next().unwrap();
            prop_assert!(!pair.contains(';'));
            let read = crate::cookies::all(pair).next().unwrap();
            prop_assert_eq!(read, (name, value));
        }
    }
}
