//! Reading `document.cookie`: whole names, never a piece of text somewhere in it.
//!
//! The rules are those of the js-cookie library, with which the Web SDK and Commerce's own scripts
//! read and write (Edge protocol, 4.2).
//!
//! ```
//! use storefront_collector::cookies::{all, get};
//!
//! let cookies = "foo=mg_dnt; cart=%7B%22id%22%3A1%7D";
//! assert_eq!(get(cookies, "mg_dnt"), None, "a value is no name");
//! assert_eq!(get(cookies, "cart").as_deref(), Some(r#"{"id":1}"#));
//! assert_eq!(all(cookies).count(), 2);
//! ```

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::text::{cut, has, hex_digit, split};

/// The decoded value of the cookie `name`. Of several, as different paths make them, the first counts.
///
/// ```
/// use storefront_collector::cookies::get;
///
/// assert_eq!(get("a=1; b=x%20y; b=2", "b").as_deref(), Some("x y"));
/// assert_eq!(get("foo=mg_dnt", "mg_dnt"), None);
/// ```
#[must_use]
pub fn get(cookies: &str, name: &str) -> Option<String> {
    named(cookies).filter(|(found, _)| found == name).find_map(|(_, value)| value_of(value))
}

/// Every cookie with its name and value decoded, in their order; what cannot be decoded is left out.
pub fn all(cookies: &str) -> impl Iterator<Item = (String, String)> {
    named(cookies).filter_map(|(name, value)| Some((name.into_owned(), value_of(value)?)))
}

/// Whether there is a cookie of this name, whatever its value.
///
/// ```
/// assert!(storefront_collector::cookies::is_there("mg_dnt=%FF", "mg_dnt"));
/// ```
#[must_use]
pub fn is_there(cookies: &str, name: &str) -> bool {
    named(cookies).any(|(found, _)| found == name)
}

/// Each cookie's name, decoded, with its value as it stands.
fn named(cookies: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    split(cookies, b";").filter_map(|pair| {
        let pair = pair.trim_matches(' ');
        let (name, value) = cut(pair, b"=").unwrap_or((pair, ""));
        Some((decode(name, false)?, value)).filter(|_| !pair.is_empty())
    })
}

fn value_of(text: &str) -> Option<String> {
    let unquoted = match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').unwrap_or(rest),
        None => text,
    };
    decode(unquoted, true).map(Cow::into_owned)
}

/// `text` with each `%XX` as the byte it stands for. A `%` that begins none stays as it is where
/// `lenient`; elsewhere it makes the whole text undecodable, as bytes that are no UTF-8 always do.
pub(crate) fn decode(text: &str, lenient: bool) -> Option<Cow<'_, str>> {
    if !has(text, b'%') {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let byte = match (first, after) {
            (b'%', [high, low, end @ ..]) => hex_digit(*high).zip(hex_digit(*low)).map(|(high, low)| {
                rest = end;
                (high << 4) | low
            }),
            (b'%', _) => None,
            _ => Some(first),
        };
        match byte {
            Some(byte) => bytes.push(byte),
            None if lenient => bytes.push(b'%'),
            None => return None,
        }
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(cookies: &str) -> Vec<(String, String)> {
        all(cookies).collect()
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.into(), value.into())
    }

    #[test]
    fn takes_a_cookie_string_apart() {
        assert_eq!(list(""), []);
        assert_eq!(list("a=1; b=2=3; c="), [pair("a", "1"), pair("b", "2=3"), pair("c", "")]);
        assert_eq!(list("a=1;b=2"), [pair("a", "1"), pair("b", "2")]);
    }

    #[test]
    fn decodes_names_and_values_as_js_cookie_does() {
        assert_eq!(get("AMCV_1%40AdobeOrg=MCMID%7C42", "AMCV_1@AdobeOrg").as_deref(), Some("MCMID|42"));
        assert_eq!(get("q=\"a b\"", "q").as_deref(), Some("a b"));
        assert_eq!(get("u=%C3%A4%20%e2%82%ac", "u").as_deref(), Some("ä €"));
        // A value keeps a % that begins no byte; a name with one is no name.
        assert_eq!(get("p=100%; r=%zz%4", "p").as_deref(), Some("100%"));
        assert_eq!(get("p=100%; r=%zz%4", "r").as_deref(), Some("%zz%4"));
        assert_eq!(list("50%=x; a=1"), [pair("a", "1")]);
    }

    #[test]
    fn skips_what_is_no_text_and_goes_on() {
        assert_eq!(list("a=%ff; a=2; b=%C3"), [pair("a", "2")]);
    }

    #[test]
    fn the_first_of_a_name_counts() {
        assert_eq!(get("a=1; a=2", "a").as_deref(), Some("1"));
    }

    #[test]
    fn only_the_whole_name_is_the_name() {
        for cookies in ["foo=mg_dnt", "x_mg_dnt_y=1", "mg_dnt2=1", "xmg_dnt=1", "MG_DNT=1", "a=b=mg_dnt=1"] {
            assert_eq!(get(cookies, "mg_dnt"), None, "{cookies}");
        }
        for cookies in ["mg_dnt=1", "mg_dnt=", "a=1; mg_dnt=false", "mg_dnt"] {
            assert!(get(cookies, "mg_dnt").is_some(), "{cookies}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(cookies in ".*", name in ".*") {
            let _ = (get(&cookies, &name), list(&cookies));
        }

        #[test]
        fn what_was_encoded_comes_back(value in ".*") {
            let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(get(&format!("a=b; v={encoded}"), "v"), Some(value));
        }
    }
}
