//! What personal data an event carries, and how it is held back.
//!
//! ```
//! use storefront_collector::value::Value;
//! use storefront_collector::xdm::personal::hold_back;
//!
//! let mut xdm = Value::parse(r#"{"eventType":"userAccount.login","personalEmail":{"address":"ann@example.com"}}"#).unwrap();
//! hold_back(&mut xdm);
//! assert_eq!(xdm.to_json(), r#"{"eventType":"userAccount.login"}"#);
//! ```

use crate::storefront::EventKind;
use crate::text::{has, holds};
use crate::value::Value;

/// The kinds of events that carry personal data of their own accord; a custom context can bring it
/// to any other.
pub const EVENTS: [EventKind; 8] = [
    EventKind::PlaceOrder,
    EventKind::SignIn,
    EventKind::CreateAccount,
    EventKind::EditAccount,
    EventKind::CreateRequisitionList,
    EventKind::AddToRequisitionList,
    EventKind::RemoveFromRequisitionList,
    EventKind::DeleteRequisitionList,
];

/// XDM fields that say who someone is.
const FIELDS: [&str; 11] = [
    "personalEmail",
    "person.accountID",
    "person.personalEmailID",
    "person.name",
    "person.taxId",
    "person.birthDate",
    "person.birthDayAndMonth",
    "person.birthYear",
    "commerce.billing.address",
    "commerce.shipping.address",
    "endUserIDs",
];

/// Takes e-mail addresses and account identifiers out of `xdm`, for `personalData: false`: the
/// fields, and the identities that are an e-mail address or telephone number, hashed ones included.
///
/// Fields of the merchant's own (`_tenant…`) are not searched.
pub fn hold_back(xdm: &mut Value) {
    for field in FIELDS {
        xdm.remove_at(field);
    }
    if xdm.get("personID").is_some_and(is_address) {
        xdm.remove_at("personID");
    }
    if let Some(identities) = xdm.as_map_mut().and_then(|xdm| xdm.get_mut("identityMap")) {
        hold_back_identities(identities);
    }
}

fn is_address(id: &Value) -> bool {
    id.as_text().is_some_and(|id| has(id, b'@'))
}

/// Takes such identities out of an identity map.
pub fn hold_back_identities(identities: &mut Value) {
    let Some(identities) = identities.as_map_mut() else { return };
    identities.retain(|namespace, entries| {
        let name = namespace.to_ascii_lowercase();
        if holds(&name, "email") || holds(&name, "phone") {
            return false;
        }
        if let Value::List(entries) = entries {
            entries.retain(|entry| !entry.get("id").is_some_and(is_address));
        }
        !entries.is_empty()
    });
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn takes_out_who_it_is_and_leaves_the_rest() {
        let mut xdm = Value::parse(
            r#"{"personalEmail":{"address":"a@b"},"person":{"accountID":"7","accountType":"B2B","name":{"firstName":"A"}},
                "identityMap":{"ECID":[{"id":"1","primary":true}],"Email_LC_SHA256":[{"id":"f00"}],"hashedEmail":[{"id":"f00"}],"mobile_phone":[{"id":"1"}],"email":[{"id":"a@b"}],
                "crm":[{"id":"a@b"},{"id":"c1"}],"login":[{"id":"x@y"}]},"commerce":{"order":{"priceTotal":1}}}"#,
        )
        .unwrap();
        hold_back(&mut xdm);
        assert_eq!(
            xdm.to_json(),
            r#"{"person":{"accountType":"B2B"},"identityMap":{"ECID":[{"id":"1","primary":true}],"crm":[{"id":"c1"}]},"commerce":{"order":{"priceTotal":1}}}"#
        );
        let before = xdm.clone();
        hold_back(&mut xdm);
        assert_eq!(xdm, before);
        for (person, stays) in [("41861666193140161934276845651148876988", true), ("ann@example.com", false)] {
            let mut xdm = Value::from([("personID", person)]);
            hold_back(&mut xdm);
            assert_eq!(xdm.get("personID").is_some(), stays, "{person}");
        }
    }

    #[test]
    fn anything_may_come() {
        for json in ["null", "[]", r#"{"identityMap":5}"#, r#"{"identityMap":{"é":"x"}}"#] {
            hold_back(&mut Value::parse(json).unwrap());
        }
    }
}
