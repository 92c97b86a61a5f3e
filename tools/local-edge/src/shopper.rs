//! Whose request it is.

use axum::http::{HeaderMap, header};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::{consent::General, identity, records::Shoppers, xdm::is_ecid};

/// The state that a client brings: handed over in the body, or as cookies.
#[derive(Default)]
pub(crate) struct State {
    /// The organisation whose cookies these are.
    pub(crate) org: Option<String>,
    ecid: Option<String>,
    first_party: Option<String>,
    pub(crate) consent: Option<General>,
}

impl State {
    /// Reads `meta.state.entries`, then the `Cookie` header for what they lack.
    pub(crate) fn read(body: &Value, headers: &HeaderMap) -> Self {
        let mut state = Self::default();
        let entries = body.pointer("/meta/state/entries").and_then(Value::as_array);
        for entry in entries.into_iter().flatten() {
            if let (Some(key), Some(value)) =
                (entry.get("key").and_then(Value::as_str), entry.get("value").and_then(Value::as_str))
            {
                state.take(key, value);
            }
        }
        for line in headers.get_all(header::COOKIE) {
            for pair in line.to_str().unwrap_or_default().split("; ") {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                let name = percent_decode_str(name).decode_utf8_lossy();
                let value = percent_decode_str(value).decode_utf8_lossy();
                if name == "FPID" {
                    state.first_party.get_or_insert(value.into_owned());
                } else {
                    state.take(&name, &value);
                }
            }
        }
        state
    }

    fn take(&mut self, name: &str, value: &str) {
        let Some((org, suffix)) = identity::org_of_cookie(name) else {
            return;
        };
        if *self.org.get_or_insert(org.clone()) != org {
            return;
        }
        match suffix {
            "identity" if self.ecid.is_none() => {
                self.ecid = identity::decode(value).filter(|id| is_ecid(id));
            }
            "consent" if self.consent.is_none() => self.consent = General::from_cookie(value),
            _ => {}
        }
    }
}

/// The shopper of a request.
pub(crate) struct Shopper {
    pub(crate) ecid: String,
    /// The client brought a readable identity cookie.
    pub(crate) presented: bool,
}

impl Shopper {
    /// By identity cookie, else by an ECID or first-party ID carried in, else a new one.
    pub(crate) fn find(state: &State, body: &Value, shoppers: &mut Shoppers) -> Self {
        if let Some(ecid) = &state.ecid {
            return Self { ecid: ecid.clone(), presented: true };
        }
        let carried = |path: &str| body.pointer(path).and_then(Value::as_str).filter(|id| !id.is_empty());
        let ecid = carried("/xdm/identityMap/ECID/0/id")
            .or_else(|| carried("/identityMap/ECID/0/id"))
            .filter(|id| is_ecid(id));
        let first_party = state
            .first_party
            .as_deref()
            .or_else(|| carried("/xdm/identityMap/FPID/0/id"))
            .or_else(|| carried("/events/0/xdm/identityMap/FPID/0/id"));
        let ecid = match (ecid, first_party) {
            (Some(ecid), _) => ecid.to_owned(),
            (None, Some(id)) => shoppers.first_party.entry(id.to_owned()).or_insert_with(identity::mint).clone(),
            (None, None) => identity::mint(),
        };
        Self { ecid, presented: false }
    }
}
