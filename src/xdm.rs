//! Out: what an event of the storefront becomes in Adobe's Experience Data Model.
//!
//! The mapping is a set of tables, one file per family of events; a row says which XDM field is
//! filled, from which context, and how ([`Row`], [`How`]). [`map`] lays the rows over the custom
//! context that the page gave with the event: what stands there counts, also when it is 0 or
//! `false`, and only counters, `eventType` and `_id` are ours alone. [`conform`] then holds the
//! result against the schema.
//!
//! ```
//! use storefront_collector::{storefront::EventKind, value::Value, xdm};
//!
//! let contexts = Value::parse(r#"{"productContext":{"sku":"MH01","pricing":{"regularPrice":20,"specialPrice":15}}}"#).unwrap();
//! let source = xdm::Source::new(EventKind::ProductPageView, contexts.as_map().unwrap());
//! let mapped = xdm::map(&source).unwrap();
//! assert_eq!(mapped.xdm.at("productListItems.0.priceTotal").and_then(Value::as_i64), Some(15));
//! assert_eq!(mapped.xdm.at("productListItems.0.discountAmount").and_then(Value::as_i64), Some(5));
//! ```

mod account;
mod cart;
mod checkout;
mod conform;
mod custom;
mod form;
mod lines;
mod page;
pub mod personal;
mod product;
mod requisition_list;
mod row;
mod schema;
mod search;

use alloc::vec::Vec;

pub use conform::conform;
pub use row::{How, Row, rows};

use crate::inspect::Issue;
use crate::storefront::EventKind;
use crate::text::{cut, split};
use crate::value::{Map, Value};

/// An event and everything that was known at its own moment.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// What happened.
    pub kind: EventKind,
    /// The data layer's contexts by name (`"productContext"`); an absent name is an absent context.
    pub contexts: &'a Map,
    /// The custom context given with the event, or set before it.
    pub custom: Option<&'a Value>,
    /// Which search unit a search event is about.
    pub search_unit_id: Option<&'a str>,
    /// The `shoppingCartContext` as it was last known before this event: what a change of the cart
    /// is measured against, and what an order without a cart is filled from (for `place-order` the
    /// last one with items).
    pub last_cart: Option<&'a Value>,
    /// `document.URL`.
    pub page_url: &'a str,
    /// `document.referrer`.
    pub referrer: &'a str,
}

impl<'a> Source<'a> {
    /// An event of which nothing but its contexts is known.
    #[must_use]
    pub fn new(kind: EventKind, contexts: &'a Map) -> Self {
        Self { kind, contexts, custom: None, search_unit_id: None, last_cart: None, page_url: "", referrer: "" }
    }

    /// The context `name`, if it is there and an object.
    fn context(&self, name: &str) -> Option<&'a Value> {
        self.contexts.get(name).filter(|context| context.as_map().is_some())
    }

    /// The first value that is there (and not `null`) at `paths`: `context.field.field`, several
    /// separated by `|`. `units[]` is the search unit that the event names.
    fn find(&self, paths: &str) -> Option<&'a Value> {
        split(paths, b"|").find_map(|path| {
            let (context, rest) = cut(path, b".").unwrap_or((path, ""));
            let context = self.context(context)?;
            match rest.strip_prefix("units[].") {
                Some(rest) => search::unit(self, context)?.at(rest),
                None => context.at(rest),
            }
            .filter(|value| !value.is_null())
        })
    }

    /// The items of the list at `paths`; none where there is no list.
    fn list(&self, paths: &str) -> &'a [Value] {
        self.find(paths).and_then(Value::as_list).unwrap_or_default()
    }
}

/// What [`map`] made of an event.
#[derive(Clone, Debug)]
pub struct Mapped {
    /// The XDM event, [`conform`]ed, without what is not the mapping's to know: `timestamp`,
    /// `identityMap`, `personID`, `implementationDetails`. `_id` only when the debug context gives one.
    pub xdm: Value,
    /// What was left out and why.
    pub issues: Vec<Issue>,
}

/// What a custom context cannot say: it is decided when the event is sent.
const NOT_MAPPED: [&str; 4] = ["timestamp", "identityMap", "personID", "implementationDetails"];

/// The XDM of an event. The page's objects are only read.
///
/// # Errors
/// When there is nothing to send: a custom event without an object as its context.
pub fn map(source: &Source) -> Result<Mapped, Issue> {
    let custom = source.custom.filter(|custom| !custom.is_null());
    let mut job = Job { source, xdm: Value::map(), issues: Vec::new() };
    match custom {
        Some(given @ Value::Map(_)) => job.xdm = given.clone(),
        _ if source.kind == EventKind::Custom => return Err(custom::refusal(custom)),
        Some(other) => job.wrong_kind("customContext", other),
        None => {}
    }
    for name in NOT_MAPPED {
        job.xdm.remove_at(name);
    }
    if let Some(event_type) = source.kind.event_type() {
        job.xdm.set_at("eventType", event_type);
        // A custom context may stay set: its `_id` on two events would make them one.
        job.xdm.remove_at("_id");
    }
    for row in rows(source.kind) {
        job.check(row.from);
        job.fill(row);
    }
    job.report_missing();
    let Job { mut xdm, mut issues, .. } = job;
    conform::conform_into(&mut xdm, &mut issues);
    Ok(Mapped { xdm, issues })
}

/// An event on its way through the tables.
struct Job<'a> {
    source: &'a Source<'a>,
    xdm: Value,
    issues: Vec<Issue>,
}

impl Job<'_> {
    fn fill(&mut self, row: &Row) {
        let given = self.xdm.at(row.to).is_some_and(|value| !value.is_null());
        if given && !row.how.is_ours() {
            return;
        }
        if let Some(value) = row.how.make(row.from, self) {
            self.put(row.to, value);
        }
    }

    fn put(&mut self, to: &'static str, value: Value) {
        let mut rest = to;
        while let Some((_, after)) = cut(rest, b".") {
            let end = to.len().saturating_sub(after.len()).saturating_sub(1);
            let holder = to.get(..end).unwrap_or_default();
            self.refuse(holder);
            rest = after;
        }
        self.xdm.set_at(to, value);
    }

    /// Reports what the custom context has at `holder`, if that is no object.
    fn refuse(&mut self, holder: &str) {
        if let Some(other) = self.xdm.at(holder).filter(|value| !value.is_null() && value.as_map().is_none()) {
            let row = "?wrong-kind:% of the custom context is left out: it is $; give an object.";
            Issue::tell(&mut self.issues, row, &[holder, other.kind()]);
        }
    }

    /// Reports the contexts that `paths` go through and that are no objects.
    fn check(&mut self, paths: &'static str) {
        for path in split(paths, b"|").filter(|path| !path.is_empty()) {
            let (name, _) = cut(path, b".").unwrap_or((path, ""));
            if let Some(context) = self.source.contexts.get(name)
                && !context.is_null()
                && context.as_map().is_none()
            {
                self.wrong_kind(name, context);
            }
        }
    }

    fn wrong_kind(&mut self, name: &'static str, context: &Value) {
        let row = "?wrong-kind:% is $, which counts as absent; give an object.";
        Issue::tell(&mut self.issues, row, &[name, context.kind()]);
    }

    /// Reports the context that the kind of event lives on, if it is not there, and a store of no environment.
    fn report_missing(&mut self) {
        use EventKind as E;
        let lacks = |field: &str| self.xdm.at(field).is_none_or(Value::is_empty);
        if self.source.kind != E::Custom
            && self.source.context("storefrontInstanceContext").is_some()
            && lacks("commerce.commerceScope.environmentID")
        {
            let row = "storefrontInstanceContext.environmentId?missing:% is missing: the event goes without its environment. Set it with the rest of the context.";
            Issue::tell(&mut self.issues, row, &[]);
        }
        let name = match self.source.kind {
            E::ProductPageView => "productContext",
            E::ShoppingCartView | E::InitiateCheckout => "shoppingCartContext",
            E::SearchRequestSent => "searchInputContext",
            E::SearchResponseReceived => "searchResultsContext",
            E::CreateRequisitionList
            | E::AddToRequisitionList
            | E::RemoveFromRequisitionList
            | E::DeleteRequisitionList => "requisitionListContext",
            E::PlaceOrder if lacks("commerce.order.purchaseID") => {
                let row = "orderContext.orderId?missing:% is missing: the order goes without its ID. Set the context before publishing.";
                return Issue::tell(&mut self.issues, row, &[]);
            }
            _ => return,
        };
        if self.source.contexts.get(name).is_none_or(Value::is_null) {
            let row =
                "?missing:% is missing: the event goes with what else is known. Set the context before publishing.";
            Issue::tell(&mut self.issues, row, &[name]);
        }
    }
}
