//! The forms that IDs, hosts, paths and dates of the settings have.

use alloc::string::String;

use crate::date;
use crate::text::{cut, has, split};
use crate::value::Value;

/// 24 letters or digits and the suffix, which is mandatory.
pub(super) fn is_organization_id(text: &str) -> bool {
    text.strip_suffix("@AdobeOrg")
        .is_some_and(|id| id.len() == 24 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// A UUID in either case, optionally followed by an environment: `:dev`, `:stage`.
pub(super) fn is_datastream_id(text: &str) -> bool {
    let (id, environment) = cut(text, b":").unwrap_or((text, "prod"));
    id.len() == 36
        && id.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
        && !environment.is_empty()
        && environment.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// 24 hexadecimal digits.
pub(super) fn is_dataset_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Whether `window[text]` is likely what was meant: a dotted path or a blank inside is not followed.
pub(super) fn is_property_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let letter = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$') || !byte.is_ascii();
    bytes.next().is_some_and(letter) && bytes.all(|byte| letter(byte) || byte.is_ascii_digit())
}

/// Whether each namespace holds a list of identities with an ID, as the identity map of XDM does.
pub(super) fn is_identity_map(value: &Value) -> bool {
    value.as_map().is_some_and(|map| {
        map.iter().all(|(_, identities)| {
            identities.as_list().is_some_and(|list| {
                list.iter().all(|identity| identity.get("id").and_then(Value::as_text).is_some_and(|id| !id.is_empty()))
            })
        })
    })
}

/// Host and optional port out of `text`, in lower case; a scheme and a path pasted along are left out.
pub(super) fn host(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    // Looking for a text inside a text would bring `core`'s searcher and its panics, 9 KB.
    let scheme = lower.strip_prefix("https:").or_else(|| lower.strip_prefix("http:")).unwrap_or(&lower);
    let rest = scheme.strip_prefix("//").unwrap_or(&lower);
    let host = split(rest, b"/?#").next()?;
    let (name, port) = split_port(host);
    let name_is_good = match name.strip_prefix('[') {
        Some(address) => address.strip_suffix(']').is_some_and(|address| {
            has(address, b':') && address.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.'))
        }),
        None => split(name, b".").all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }),
    };
    (name_is_good && port.is_none_or(is_port)).then(|| String::from(host))
}

/// Host and port; the colons of `[::1]` are none before a port.
fn split_port(host: &str) -> (&str, Option<&str>) {
    let address = if host.starts_with('[') { cut(host, b"]").map_or("", |(address, _)| address) } else { "" };
    match cut(host.get(address.len()..).unwrap_or_default(), b":") {
        Some((_, port)) => {
            (host.get(..host.len().saturating_sub(port.len()).saturating_sub(1)).unwrap_or_default(), Some(port))
        }
        None => (host, None),
    }
}

fn is_port(text: &str) -> bool {
    date::number(text).is_some_and(|port| (1..65_536).contains(&port))
}

/// Whether `host` never leaves this machine.
pub(super) fn is_loopback(host: &str) -> bool {
    let (name, _) = split_port(host);
    // `127.evil.example` starts like a loopback address and is none.
    let numeric = || name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && split(name, b".").count() == 4;
    name == "localhost" || name.ends_with(".localhost") || name == "[::1]" || (name.starts_with("127.") && numeric())
}

/// A path without slashes around it; `None` where it holds what a path may not.
pub(super) fn path(text: &str) -> Option<&str> {
    let path = text.trim_matches('/');
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    // The browser would take `..` and the part before it out.
    let is_path = path.bytes().all(good) && !split(path, b"/").any(|part| matches!(part, "." | ".."));
    (!path.is_empty() && is_path).then_some(path)
}

/// `2024-02-29` as 20240229, which keeps the order of days; `None` for what the calendar does not have.
pub(super) fn date(text: &str) -> Option<i64> {
    date::day(text).filter(|(_, rest)| rest.is_empty()).map(|(day, _)| day)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn hosts_with_port_scheme_and_path() {
        for (text, want) in [
            ("edge.adobedc.net", Some("edge.adobedc.net")),
            ("Data.Example.com:8443", Some("data.example.com:8443")),
            ("https://data.example.com/", Some("data.example.com")),
            ("//data.example.com/ee?x", Some("data.example.com")),
            ("[::1]:8443", Some("[::1]:8443")),
            ("[::1]", Some("[::1]")),
            ("localhost:1", Some("localhost:1")),
            ("ftp://data.example.com", None),
            ("user@data.example.com", None),
            ("data..example.com", None),
            ("-data.example.com", None),
            ("data example.com", None),
            ("data.example.com:", None),
            ("data.example.com:0", None),
            ("data.example.com:65536", None),
            ("data.example.com:+80", None),
            ("https://", None),
            ("[::1", None),
            ("[]", None),
        ] {
            assert_eq!(host(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn loopback_is_only_what_stays_on_this_machine() {
        for host in ["localhost", "localhost:8443", "edge.localhost:1", "127.0.0.1", "127.3.2.1:80", "[::1]", "[::1]:8"]
        {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["127.evil.example", "127.0.0.1.example", "notlocalhost", "localhost.example", "128.0.0.1", "[::2]"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn paths_lose_the_slashes_around_them() {
        assert_eq!(path("/ee/"), Some("ee"));
        assert_eq!(path("custom/base"), Some("custom/base"));
        assert_eq!(path("a..b/.c"), Some("a..b/.c"));
        for bad in ["..", "/ee/../x", "ee/./x", "", "/", "ee?x=1", "ee#", "e e", "ü"] {
            assert_eq!(path(bad), None, "{bad}");
        }
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        assert_eq!(date("2024-02-29"), Some(20_240_229));
        for bad in [
            "2023-02-29",
            "1900-02-29",
            "2024-13-01",
            "2024-00-01",
            "2024-04-31",
            "2024-1-1",
            "20240101",
            "2024-01-011",
            "",
        ] {
            assert_eq!(date(bad), None, "{bad}");
        }
        assert!(date("2000-02-29").is_some());
    }

    #[test]
    fn property_names() {
        for good in ["alloy", "_alloy2", "$a", "müller"] {
            assert!(is_property_name(good), "{good}");
        }
        for bad in ["", "2alloy", "window.alloy", "my alloy", "a-b"] {
            assert!(!is_property_name(bad), "{bad}");
        }
    }
}
