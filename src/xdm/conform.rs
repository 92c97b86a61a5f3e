//! The last step before anything leaves: what XDM refuses is mended or taken out.

use alloc::string::String;
use alloc::vec::Vec;

use super::form;
use super::schema::{self, Field};
use crate::inspect::Issue;
use crate::value::{Map, Value};

/// Makes `xdm` valid against Adobe's XDM: mends what can be mended without loss, takes out what
/// XDM refuses and whatever is empty (never `false` or 0), and tells each path that was taken out
/// once. Doing it again changes nothing.
///
/// Tenant fields (names that begin with `_`) are the merchant's own and only freed of empty values.
/// What XDM requires of every event (`_id`, `timestamp`) is not added here.
pub fn conform(xdm: &mut Value) -> Vec<Issue> {
    let mut issues = Vec::new();
    conform_into(xdm, &mut issues);
    issues
}

/// As [`conform`], with what is told added to `issues`.
pub(super) fn conform_into(xdm: &mut Value, issues: &mut Vec<Issue>) {
    if !(Conformer { path: String::new(), issues }).passes(schema::EVENT, xdm) {
        *xdm = Value::map();
    }
}

struct Conformer<'a> {
    /// Where we are: `productListItems.quantity`; lists leave no trace in it, so that a mistake in
    /// every item is told once.
    path: String,
    issues: &'a mut Vec<Issue>,
}

impl Conformer<'_> {
    /// Whether `value` may stay, mended if need be.
    fn passes(&mut self, kind: &'static str, value: &mut Value) -> bool {
        if value.is_empty() && kind != "t" {
            return false;
        }
        let wanted = match value {
            _ if kind == "*" => {
                value.prune();
                return true;
            }
            _ if kind.starts_with('@') => return self.passes(schema::shape(kind.trim_start_matches('@')), value),
            Value::Map(map) if kind.starts_with('{') => return self.object(kind, map),
            Value::List(items) if kind.starts_with('[') => {
                let kind = schema::inside(kind, b'[').unwrap_or("*");
                items.retain_mut(|item| self.passes(kind, item));
                return !items.is_empty();
            }
            _ if kind.starts_with('{') => "an object",
            _ if kind.starts_with('[') => "a list",
            _ => match kind.strip_prefix('(').and_then(|words| words.strip_suffix(')')) {
                Some(words) if form::one_of(words, value) => return true,
                Some(words) => words,
                None => match form::scalar(kind.bytes().next().unwrap_or(b'*'), value) {
                    Ok(()) => return true,
                    Err(wanted) => wanted,
                },
            },
        };
        let row = "?wrong-kind:% is left out: XDM wants $, and this is $ that does not fit. Correct it where the page sets it.";
        Issue::tell(self.issues, row, &[&self.path, wanted, value.kind()]);
        false
    }

    fn object(&mut self, kind: &'static str, map: &mut Map) -> bool {
        map.retain(|name, value| {
            let field = schema::fields(kind).find(|field| field.name == name || field.name == "*");
            if field.is_none() && name.starts_with('_') {
                value.prune();
                return !value.is_empty();
            }
            let length = self.path.len();
            if length > 0 {
                self.path.push('.');
            }
            self.path.push_str(name);
            let stays = match field {
                Some(Field { kind, .. }) => self.passes(kind, value),
                None => {
                    if !value.is_empty() {
                        let row = "?unknown-field:% is left out: XDM has no such field. Use a name of the schema, or one under your tenant's name (_…).";
                        Issue::tell(self.issues, row, &[&self.path]);
                    }
                    false
                }
            };
            self.path.truncate(length);
            stays
        });
        let mut required = schema::fields(kind).take_while(|field| field.required);
        let missing = required.find(|field| map.get(field.name).is_none());
        match missing {
            Some(field) if !map.is_empty() => {
                let row = "?incomplete:% is left out: XDM wants $ in it. Give it where the page sets the rest.";
                Issue::tell(self.issues, row, &[&self.path, field.name]);
                false
            }
            _ => !map.is_empty(),
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    fn conformed(json: &str) -> (String, Vec<(String, &'static str)>) {
        let mut xdm = Value::parse(json).unwrap();
        let issues = conform(&mut xdm).into_iter().map(|issue| (issue.field.into_owned(), issue.code)).collect();
        (xdm.to_json(), issues)
    }

    #[test]
    fn mends_without_loss_and_says_nothing() {
        let (xdm, issues) = conformed(
            r#"{"productListItems":[{"SKU":7,"quantity":"2","priceTotal":"5.00","currencyCode":"eur"}],
                "siteSearch":{"sort":[{"attribute":"name","order":"desc"}]},"commerce":{"cart":{"cartID":42}}}"#,
        );
        assert_eq!(
            xdm,
            r#"{"productListItems":[{"SKU":"7","quantity":2,"priceTotal":5,"currencyCode":"EUR"}],"siteSearch":{"sort":[{"attribute":"name","order":"DESC"}]},"commerce":{"cart":{"cartID":"42"}}}"#
        );
        assert!(issues.is_empty(), "{issues:?}");
    }

    #[test]
    fn takes_out_what_xdm_refuses_and_tells_each_path_once() {
        let (xdm, issues) = conformed(
            r#"{"colour":"red","commerce":{"order":{"orderType":"gift","taxAmount":"much"},"checkouts":{"id":"x"}},
                "productListItems":[{"SKU":"a","quantity":1.5,"colour":1},{"SKU":"b","quantity":2.5},{"name":"c"}],
                "personalEmail":{"address":"nobody"},"web":"x"}"#,
        );
        assert_eq!(xdm, r#"{"productListItems":[{"SKU":"a"},{"SKU":"b"}]}"#);
        let wanted = [
            ("colour", "unknown-field"),
            ("commerce.order.orderType", "wrong-kind"),
            ("commerce.order.taxAmount", "wrong-kind"),
            ("commerce.checkouts", "incomplete"),
            ("productListItems.quantity", "wrong-kind"),
            ("productListItems.colour", "unknown-field"),
            ("productListItems", "incomplete"),
            ("personalEmail.address", "wrong-kind"),
            ("web", "wrong-kind"),
        ];
        assert_eq!(issues, wanted.map(|(path, code)| (path.to_owned(), code)));
    }

    #[test]
    fn prunes_what_is_empty_in_silence_but_neither_false_nor_zero() {
        let (xdm, issues) = conformed(
            r#"{"commerce":{"cart":{"cartID":""},"order":{"taxAmount":0}},"personalEmail":{"address":""},"unknown":[{}],
                "productListItems":[{}],"siteSearch":{"filter":[{"attribute":"a","isRange":false}]}}"#,
        );
        assert_eq!(
            xdm,
            r#"{"commerce":{"order":{"taxAmount":0}},"siteSearch":{"filter":[{"attribute":"a","isRange":false}]}}"#
        );
        assert!(issues.is_empty(), "{issues:?}");
    }

    #[test]
    fn tenant_fields_and_foreign_standard_groups_pass() {
        let (xdm, issues) = conformed(
            r#"{"_tenant":{"flag":false,"n":0,"none":null,"list":[1,"",{}]},"marketing":{"trackingCode":"x"},
                "productListItems":[{"SKU":"a","_tenant":{"x":[1]}}],"_empty":{}}"#,
        );
        assert_eq!(
            xdm,
            r#"{"_tenant":{"flag":false,"n":0,"list":[1]},"marketing":{"trackingCode":"x"},"productListItems":[{"SKU":"a","_tenant":{"x":[1]}}]}"#
        );
        assert!(issues.is_empty(), "{issues:?}");
    }

    #[test]
    fn an_option_chosen_with_an_empty_label_stays_one_without_a_label_goes() {
        let (xdm, issues) = conformed(
            r#"{"productListItems":[{"SKU":"a","selectedOptions":[{"attribute":"Color","value":""},{"attribute":"Size"}]}]}"#,
        );
        assert_eq!(xdm, r#"{"productListItems":[{"SKU":"a","selectedOptions":[{"attribute":"Color","value":""}]}]}"#);
        assert_eq!(issues, [("productListItems.selectedOptions".to_owned(), "incomplete")]);
    }

    #[test]
    fn what_is_no_object_becomes_an_empty_one() {
        assert_eq!(conformed(r#""xdm""#).0, "{}");
        assert_eq!(conformed("null").0, "{}");
    }
}
