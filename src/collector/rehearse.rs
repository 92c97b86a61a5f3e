//! The way of an event, gone once before a shopper's click needs it.

use alloc::string::String;

use super::Collector;
use super::draft::Draft;
use crate::moment::Moment;
use crate::page::Page;
use crate::storefront::EventKind;
use crate::value::Value;
use crate::xdm;

/// The contexts of the made-up event of [`Collector::rehearse`].
const REHEARSED: &str =
    r#"{"changedProductsContext":{"items":[{"product":{"sku":"a"},"quantity":1,"prices":{"price":{"value":1}}}]}}"#;

impl Collector {
    /// Takes a made-up event the whole way to its JSON and drops it, unless a real one has gone that way.
    /// Engines compile a function when it is first called: on a slow phone that takes longer than a hundred
    /// events do.
    pub fn rehearse(&self, page: Page, moment: &Moment) {
        if self.records.iter().next().is_some() {
            return;
        }
        let contexts = Value::parse(REHEARSED).unwrap_or_default();
        let Some(contexts) = contexts.as_map() else { return };
        let source = xdm::Source {
            kind: EventKind::AddToCart,
            contexts,
            custom: None,
            search_unit_id: None,
            last_cart: None,
            page_url: &page.url,
            referrer: &page.referrer,
        };
        let xdm = xdm::map(&source).map(|mapped| mapped.xdm).unwrap_or_default().into();
        let draft =
            Draft { id: String::new(), event: "", needs_answer: false, xdm, page, wall: moment.wall, asked: None };
        draft.record();
        draft.compose(&self.effective.settings, None).to_json();
    }
}
