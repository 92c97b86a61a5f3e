//! Identities that come from elsewhere: `adobe_mc` in an address, and the cookies of Adobe's older
//! libraries (Edge protocol, 2.7 and 5.4).

use alloc::borrow::{Cow, ToOwned};
use alloc::string::String;

use crate::text::{cut, decimal, join, split};
use crate::{cookies, date, url};

/// How long an identity in an address counts, seconds.
const FRESH: u64 = 300;

/// The ECID that `adobe_mc` in `page_url` carries (in the query, else in the query of the fragment;
/// of several the last one), if it is for `organization` and at most five minutes old at `wall`
/// (milliseconds since 1970).
#[must_use]
pub fn from_url(page_url: &str, organization: &str, wall: i64) -> Option<String> {
    let (_, fragment) = url::split_fragment(page_url);
    let fragment_search = cut(fragment, b"?").map_or("", |(_, search)| search);
    let encoded = [url::search(page_url), fragment_search]
        .into_iter()
        .find_map(|search| url::parameters(search, "adobe_mc").last())?;
    let (mut ecid, mut owner, mut time) = (None, None, None);
    let text = decode_fully(encoded)?;
    for pair in split(&text, b"|") {
        let (key, value) = cut(pair, b"=")?;
        let value: String = value.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '@' | '.')).collect();
        match key {
            "MCMID" => ecid = Some(value),
            "MCORGID" => owner = Some(value),
            "TS" => time = date::number(&value),
            _ => {}
        }
    }
    let now = u64::try_from(wall / 1000).ok()?;
    let fresh = now <= time?.saturating_add(FRESH);
    (fresh && owner.as_deref() == Some(organization)).then_some(ecid).flatten().filter(|ecid| !ecid.is_empty())
}

/// `address` with `ecid` handed over in `adobe_mc`, before its fragment.
///
/// ```
/// use storefront_collector::identity::append_to_url;
///
/// let url = append_to_url("https://other.test/p#top", "123", "A@AdobeOrg", 5_000);
/// assert_eq!(url, "https://other.test/p?adobe_mc=TS%3D5%7CMCMID%3D123%7CMCORGID%3DA%2540AdobeOrg#top");
/// ```
#[must_use]
pub fn append_to_url(address: &str, ecid: &str, organization: &str, wall: i64) -> String {
    let (place, _) = url::split_fragment(address);
    let fragment = address.strip_prefix(place).unwrap_or_default();
    let seconds = decimal(wall.saturating_add(500) / 1000);
    let identity = join(&["TS=", &seconds, "|MCMID=", ecid, "|MCORGID=", &url::encode(organization, url::COMPONENT)]);
    let joint = match cut(place, b"?") {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    join(&[place, joint, "adobe_mc=", &url::encode(&identity, url::COMPONENT), fragment])
}

/// The ECID that an older library left in the cookie `s_ecid` or `AMCV_{organization}`.
#[must_use]
pub fn from_legacy_cookies(cookies: &str, organization: &str) -> Option<String> {
    let read = |name: &str| {
        let value = cookies::get(cookies, name)?;
        let mut parts = split(&value, b"|");
        while let Some(part) = parts.next() {
            if part == "MCMID" {
                let ecid = parts.next()?;
                return (!ecid.is_empty() && ecid.bytes().all(|byte| byte.is_ascii_digit())).then(|| ecid.to_owned());
            }
        }
        None
    };
    read("s_ecid").or_else(|| read(&join(&["AMCV_", organization])))
}

/// The ECID to carry into a request: from the page's address always, while it is fresh (the Edge
/// decides between it and the cookie); from the older libraries' cookies only as long as there is no
/// identity cookie.
#[must_use]
pub fn carried_in(page_url: &str, cookies: &str, organization: &str, wall: i64) -> Option<String> {
    from_url(page_url, organization, wall).or_else(|| {
        if super::is_known(cookies, organization) { None } else { from_legacy_cookies(cookies, organization) }
    })
}

/// `text` decoded until nothing changes any more; `None` when it cannot be decoded.
fn decode_fully(text: &str) -> Option<Cow<'_, str>> {
    let mut text = Cow::Borrowed(text);
    // Each round makes the text shorter, so this ends.
    loop {
        let decoded = cookies::decode(&text, false)?.into_owned();
        if decoded == text {
            return Some(text);
        }
        text = Cow::Owned(decoded);
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ORG: &str = "5BFE274A5F6980A50A495C08@AdobeOrg";
    const ECID: &str = "41861666193140161934276845651148876988";
    const NOW: i64 = 1_795_359_736_000;

    #[test]
    fn writes_what_the_web_sdk_writes() {
        let identity = "adobe_mc=TS%3D1795359736%7CMCMID%3D41861666193140161934276845651148876988%7CMCORGID%3D5BFE274A5F6980A50A495C08%2540AdobeOrg";
        for (address, expected) in [
            ("https://other.com/p?a=b&", "https://other.com/p?a=b&&{}"),
            ("https://other.com/p?a=b#frag", "https://other.com/p?a=b&{}#frag"),
            ("https://other.com/p?", "https://other.com/p?{}"),
            ("https://other.com/p", "https://other.com/p?{}"),
            ("https://other.com/p#/a?b", "https://other.com/p?{}#/a?b"),
        ] {
            assert_eq!(append_to_url(address, ECID, ORG, NOW + 499), expected.replace("{}", identity));
        }
    }

    #[test]
    fn reads_the_last_one_of_the_query_before_the_fragment() {
        let one = |id: &str| {
            format!("adobe_mc=TS%3D1795359736%7CMCMID%3D{id}%7CMCORGID%3D5BFE274A5F6980A50A495C08%40AdobeOrg")
        };
        let url = |path: &str| from_url(&format!("https://a.test/{path}"), ORG, NOW);
        assert_eq!(url(&format!("?{}", one("1"))).as_deref(), Some("1"));
        assert_eq!(url(&format!("?{}&b&{}", one("1"), one("2"))).as_deref(), Some("2"));
        assert_eq!(url(&format!("?{}#/x?{}", one("1"), one("3"))).as_deref(), Some("1"));
        assert_eq!(url(&format!("#/x?{}", one("3"))).as_deref(), Some("3"));
        assert_eq!(url("?adobe_mc=TS%3D1"), None);
        assert_eq!(url("?adobe_mc="), None);
        assert_eq!(url("?adobe_mc=%ff"), None);
        assert_eq!(url(""), None);
    }

    #[test]
    fn an_identity_in_an_address_counts_for_five_minutes_and_its_organization() {
        let url = append_to_url("https://a.test/", ECID, ORG, NOW);
        assert_eq!(from_url(&url, ORG, NOW + 300_999).as_deref(), Some(ECID));
        assert_eq!(from_url(&url, ORG, NOW + 301_000), None);
        assert_eq!(from_url(&url, "000000000000000000000000@AdobeOrg", NOW), None);
        assert_eq!(from_url(&url.replace("TS%3D1", "TS%3Dx"), ORG, NOW), None);
    }

    #[test]
    fn reads_the_cookies_of_older_libraries() {
        let amcv = "AMCV_5BFE274A5F6980A50A495C08%40AdobeOrg";
        let read = |cookies: &str| from_legacy_cookies(cookies, ORG);
        let old = format!(
            "{amcv}=77933605%7CMCIDTS%7C18290%7CMCMID%7C16908443662402872073525706953453086963%7CMCAAMLH-1580857889%7C9"
        );
        assert_eq!(read(&old).as_deref(), Some("16908443662402872073525706953453086963"));
        assert_eq!(read(&format!("{amcv}=MCMID|1; s_ecid=MCMID%7C2")).as_deref(), Some("2"));
        assert_eq!(read(&format!("{amcv}=MCMID|1; s_ecid=nothing")).as_deref(), Some("1"));
        for none in ["MCMID|", "MCMID|12a", "xMCMID|12", "MCMID", ""] {
            assert_eq!(read(&format!("{amcv}={none}")), None, "{none}");
        }
        assert_eq!(read("AMCV_other%40AdobeOrg=MCMID|1"), None);
    }

    #[test]
    fn the_address_goes_before_old_cookies_and_those_only_without_identity() {
        let url = append_to_url("https://a.test/", "7", ORG, NOW);
        let identity = "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_identity=x; s_ecid=MCMID|8";
        assert_eq!(carried_in(&url, identity, ORG, NOW).as_deref(), Some("7"));
        assert_eq!(carried_in("https://a.test/", identity, ORG, NOW), None);
        assert_eq!(carried_in("https://a.test/", "s_ecid=MCMID|8", ORG, NOW).as_deref(), Some("8"));
    }

    proptest! {
        #[test]
        fn what_was_handed_over_is_found(path in "[a-z/]{0,8}", query in "(\\?([a-z]=[a-z]{0,3}&?){0,3})?", fragment in "(#[a-z/]{0,5})?", late in 0..300i64) {
            let address = format!("https://a.test/{path}{query}{fragment}");
            let url = append_to_url(&address, ECID, ORG, NOW);
            let found = from_url(&url, ORG, NOW + late * 1000);
            prop_assert_eq!(found.as_deref(), Some(ECID));
        }

        #[test]
        fn no_text_panics(url in ".*", cookies in ".*", org in ".*", wall in any::<i64>(), mc in "[%0-9A-F|=]{0,40}") {
            let _ = (carried_in(&url, &cookies, &org, wall), append_to_url(&url, &cookies, &org, wall));
            let _ = from_url(&format!("https://a.test/?adobe_mc={mc}"), &org, wall);
        }
    }
}
