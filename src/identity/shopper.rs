//! Who the shopper is while the page is there: what cookies, the edge and other libraries have told of them.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::{cookie_prefix, decode, edge_cookie};
use crate::cookies;
use crate::text::join;

/// What is known about the shopper.
#[derive(Debug, Default)]
pub(crate) struct Shopper {
    ecid: Option<String>,
    /// The organization that knows the shopper by it.
    organization: Option<String>,
    /// Cookies the edge gave, by name: they count where the browser refuses to keep them.
    given: Vec<(String, String)>,
    /// Both of a shopper who has just refused: the edge has to hear who it was.
    parting: Option<Known>,
    /// The identity across sites, if the edge told it.
    pub(crate) core: Option<String>,
    /// The region of Audience Manager, if the edge told it.
    pub(crate) region: Option<i64>,
    /// The ECID by Adobe's older library, for as long as the edge has told none.
    pub(crate) handed: Option<String>,
}

/// An ECID, and cookies by name.
type Known = (Option<String>, Vec<(String, String)>);

impl Shopper {
    /// The ECID, if it is known.
    pub(crate) fn ecid(&self) -> Option<&str> {
        self.ecid.as_deref()
    }

    /// Somebody has told the ECID: the edge, or the store's own Web SDK.
    pub(crate) fn learn(&mut self, ecid: Option<String>) {
        if ecid.is_some() {
            self.ecid = ecid;
        }
    }

    /// The edge gave a cookie.
    pub(crate) fn give(&mut self, name: String, value: String) {
        self.given.retain(|(known, _)| *known != name);
        self.given.push((name, value));
    }

    /// Forgets the shopper, who has opted out.
    pub(crate) fn forget(&mut self) {
        if self.ecid.is_some() {
            self.parting = Some((self.ecid.take(), core::mem::take(&mut self.given)));
        }
        self.core = None;
        self.given.clear();
    }

    /// Who refused has agreed again.
    pub(crate) fn stay(&mut self) {
        self.parting = None;
    }

    /// The settings name this organization; another one knows the shopper by another identity.
    pub(crate) fn serve(&mut self, organization: Option<&String>) {
        if organization.is_some() && self.organization.as_ref() != organization {
            if self.organization.is_some() {
                self.forget();
                self.parting = None;
                self.handed = None;
            }
            self.organization = organization.cloned();
        }
    }

    /// Whether this organization is another than the one that is served.
    pub(crate) fn is_foreign(&self, organization: &str) -> bool {
        self.organization.as_deref().is_some_and(|ours| ours != organization)
    }

    /// Looks for the ECID in the identity cookie; what the cookie says counts over what was known.
    /// Gives back whether one is known now. The cookie may be deleted while the page is open: requests go
    /// on carrying it, for the edge would take the shopper for another one.
    pub(crate) fn look(&mut self, organization: Option<&str>, cookies: &str) -> bool {
        if let Some(organization) = organization
            && let Some(cookie) = edge_cookie(cookies, organization, "identity")
            && !self.given.iter().any(|(_, value)| *value == cookie)
            && let Some(ecid) = decode(&cookie)
        {
            self.ecid = Some(ecid);
            self.give(join(&[&cookie_prefix(organization), "identity"]), cookie);
        }
        self.ecid.is_some()
    }

    /// The ECID and the cookies that a request to `organization` may speak of. `is_parting`: it says that the shopper
    /// refuses, or agrees.
    pub(crate) fn told_to(&self, organization: &str, is_parting: bool, page: &str) -> (Option<&str>, String) {
        match &self.parting {
            Some((ecid, given)) if is_parting => (ecid.as_deref(), joined(page, given)),
            _ if self.is_foreign(organization) => (None, joined(page, &self.given)),
            _ => (self.ecid(), joined(page, &self.given)),
        }
    }
}

/// `document.cookie`, and what the edge gave that the browser did not keep.
fn joined(page: &str, given: &[(String, String)]) -> String {
    let mut all = page.to_owned();
    for (name, value) in given {
        if cookies::get(page, name).is_none() {
            if !all.is_empty() {
                all.push_str("; ");
            }
            all.push_str(&join(&[name, "=", value]));
        }
    }
    all
}
