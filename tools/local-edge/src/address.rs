//! The address of an Edge request: `/{base…}[/{hint}][/{sub…}]/{v1|v2}/{action}?…`.

use axum::http::Uri;
use percent_encoding::percent_decode_str;

/// What can be asked of Experience Edge.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Action {
    Interact,
    Collect,
    SetConsent,
    Acquire,
}

impl Action {
    /// The action as it stands in the address.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Interact => "interact",
            Self::Collect => "collect",
            Self::SetConsent => "privacy/set-consent",
            Self::Acquire => "identity/acquire",
        }
    }

    /// The action by its name in an address, or by the last word of it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "interact" => Self::Interact,
            "collect" => Self::Collect,
            "privacy/set-consent" | "set-consent" => Self::SetConsent,
            "identity/acquire" | "acquire" => Self::Acquire,
            _ => return None,
        })
    }
}

/// An Edge address taken apart.
#[derive(Clone, Debug)]
pub(crate) struct Address {
    pub(crate) version: u8,
    pub(crate) action: Action,
    pub(crate) hint: Option<String>,
    /// `configId` in version 1, `datastreamId` in version 2; either is understood in both.
    pub(crate) datastream: Option<String>,
    pub(crate) request_id: Option<String>,
    /// Version 2 `collect` may ask for no answer body.
    pub(crate) silent: bool,
}

/// Takes an address apart; `None` when it is not one of Experience Edge.
pub(crate) fn parse(uri: &Uri) -> Option<Address> {
    let path: Vec<&str> = uri.path().split('/').filter(|part| !part.is_empty()).collect();
    let (at, version) = path.iter().enumerate().rev().find_map(|(at, part)| match *part {
        "v1" => Some((at, 1)),
        "v2" => Some((at, 2)),
        _ => None,
    })?;
    let name = path.get(at + 1..)?.join("/");
    let action = match name.as_str() {
        "set-consent" | "acquire" => None,
        name => Action::named(name),
    }?;
    let hint = path.get(..at)?.iter().find(|part| is_hint(part)).map(|part| (*part).to_owned());
    let query = uri.query().unwrap_or("");
    Some(Address {
        version,
        action,
        hint,
        datastream: parameter(query, "configId")
            .or_else(|| parameter(query, "datastreamId"))
            .filter(|id| !id.is_empty()),
        request_id: parameter(query, "requestId").filter(|id| !id.is_empty()),
        silent: parameter(query, "silent").as_deref() == Some("true"),
    })
}

/// The decoded value of one query parameter.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| percent_decode_str(value).decode_utf8_lossy().into_owned())
    })
}

/// Hints are an airport-like code with a number (`or2`, `va6`, `irl1`), or at.js's `t` and number.
fn is_hint(part: &str) -> bool {
    let letters = part.bytes().take_while(u8::is_ascii_lowercase).count();
    let digits = part.len() - letters;
    (1..=3).contains(&letters)
        && (1..=3).contains(&digits)
        && part.bytes().skip(letters).all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(address: &str) -> Option<Address> {
        parse(&address.parse().unwrap())
    }

    #[test]
    fn base_hint_and_subpath_are_free() {
        let plain = of("/ee/v1/interact?configId=a:dev&requestId=r").unwrap();
        assert_eq!(plain.action, Action::Interact);
        assert_eq!(plain.datastream.as_deref(), Some("a:dev"));
        assert_eq!(plain.hint, None);
        let hinted = of("/custom/base/or2/va/v2/collect?datastreamId=d&silent=true").unwrap();
        assert_eq!((hinted.version, hinted.action), (2, Action::Collect));
        assert_eq!(hinted.hint.as_deref(), Some("or2"));
        assert!(hinted.silent);
        assert_eq!(of("/ee/t38/v1/identity/acquire").unwrap().hint.as_deref(), Some("t38"));
    }

    #[test]
    fn other_addresses_are_not_edge() {
        for address in ["/", "/ee/v1", "/ee/v3/interact", "/ee/v1/acquire", "/index.html"] {
            assert!(of(address).is_none(), "{address}");
        }
    }
}
