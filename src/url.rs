//! Pieces of addresses: encoding, parameters, hosts.

use alloc::string::String;

use crate::text::{cut, split};

const HEX: [u8; 16] = *b"0123456789ABCDEF";

/// What JavaScript's `encodeURIComponent` leaves as it is, beside letters and digits.
pub(crate) const COMPONENT: &str = "-_.!~*'()";

/// `text` with every byte that is neither a letter, a digit nor one of `keep` (ASCII) as `%XX`.
pub(crate) fn encode(text: &str, keep: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || keep.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for digit in [byte >> 4, byte & 15] {
                out.push(HEX.get(usize::from(digit)).copied().map_or('0', char::from));
            }
        }
    }
    out
}

/// The part of `url` between its first `?` and its fragment; empty when there is none.
pub(crate) fn search(url: &str) -> &str {
    let (address, _) = split_fragment(url);
    cut(address, b"?").map_or("", |(_, search)| search)
}

/// `url` and its fragment, without the `#`.
pub(crate) fn split_fragment(url: &str) -> (&str, &str) {
    cut(url, b"#").unwrap_or((url, ""))
}

/// The values, still encoded, of the parameter `name` in `search`.
pub(crate) fn parameters<'a>(search: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    split(search, b"&").filter_map(move |pair| {
        let (key, value) = cut(pair, b"=").unwrap_or((pair, ""));
        (key == name).then_some(value)
    })
}

/// The host of `host:port`, in lower case; brackets of an IPv6 address stay.
pub(crate) fn host_name(host: &str) -> String {
    let port = host.bytes().rev().take_while(u8::is_ascii_digit).count();
    let name = host.get(..host.len().saturating_sub(port)).and_then(|name| name.strip_suffix(':'));
    name.unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn encodes_as_javascript_does() {
        assert_eq!(encode("Aé z/-_.!~*'()", COMPONENT), "A%C3%A9%20z%2F-_.!~*'()");
    }

    #[test]
    fn takes_addresses_apart() {
        assert_eq!(search("https://a.test/p?x=1&y=2#?z"), "x=1&y=2");
        assert_eq!(search("https://a.test/p#?z=1"), "");
        assert_eq!(parameters("a=1&b=2&a=&a", "a").collect::<Vec<_>>(), ["1", "", ""]);
        assert_eq!(host_name("Edge.Example.com:8443"), "edge.example.com");
        assert_eq!(host_name("[::1]:80"), "[::1]");
        assert_eq!(host_name("[::1]"), "[::1]");
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded_to_the_same(text in ".*") {
            let encoded = encode(&text, COMPONENT);
            prop_assert!(encoded.is_ascii());
            let decoded = crate::cookies::decode(&encoded, false);
            prop_assert_eq!(decoded.as_deref(), Some(text.as_str()));
        }

        #[test]
        fn no_text_panics(text in ".*", name in ".*") {
            let _ = (search(&text), host_name(&text), parameters(&text, &name).count());
        }
    }
}
