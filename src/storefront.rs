//! In: what the theme publishes. Events and contexts of the data layer, each event with the contexts
//! of its own moment.
//!
//! ```
//! use storefront_collector::storefront::{EventKind, Item, Storefront};
//! use storefront_collector::value::Value;
//!
//! let contexts = |text| Item { contexts: Value::parse(text).unwrap().as_map().unwrap().clone(), ..Item::default() };
//! let mut storefront = Storefront::default();
//! storefront.take(contexts(r#"{"productContext":{"sku":"MH01"}}"#));
//! let viewed = storefront.take(Item { event: Some("product-page-view".into()), ..Item::default() }).event.unwrap();
//!
//! // What the page sets later is not the event's any more.
//! storefront.take(contexts(r#"{"productContext":{"sku":"MH02"}}"#));
//! assert_eq!(viewed.kind, EventKind::ProductPageView);
//! assert_eq!(viewed.contexts.get("productContext").unwrap().get("sku").and_then(Value::as_text), Some("MH01"));
//!
//! // Adobe defines more events than have an XDM; other names are left alone.
//! assert!(storefront.take(Item { event: Some("recs-item-click".into()), ..Item::default() }).known);
//! assert!(storefront.take(Item { event: Some("my-own".into()), ..Item::default() }).event.is_none());
//! ```

mod cart;
pub(crate) mod change;
mod item;
mod kind;
mod state;

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use cart::CartMemory;
pub use item::{CONTEXTS, Item, is_known_unread};
pub use kind::{EventKind, is_known_unmapped};

use crate::inspect::Issue;
use crate::value::{Map, Value};

/// The context of which we remember what it was.
const CART: &str = "shoppingCartContext";

/// The data layer as it stands, and what earlier pages of the visit told.
#[derive(Debug, Default)]
pub struct Storefront {
    state: Map,
    cart: CartMemory,
}

/// An event that was published, with everything it may read.
#[derive(Clone, Debug)]
pub struct Published {
    /// Which event it is.
    pub kind: EventKind,
    /// The contexts at the moment of publishing, by name.
    pub contexts: Map,
    /// The custom context that came with the event, or was set before it.
    pub custom: Option<Value>,
    /// For search events: the unit that the event is about.
    pub search_unit_id: Option<String>,
    /// The earlier cart that this event may fall back to.
    pub last_cart: Option<Rc<Value>>,
}

/// What one item on the data layer amounts to.
#[derive(Debug, Default)]
pub struct Taken {
    /// An event to forward.
    pub event: Option<Published>,
    /// Whether it is an event that Adobe defines but that has no XDM: counted, not forwarded.
    pub known: bool,
    /// Whether `aepContext` or `eventForwardingContext` changed.
    pub settings_changed: bool,
    /// Whether a context was set that consent depends on. Of the others, which are most, nothing follows until an
    /// event comes.
    pub consent_matters: bool,
    /// What could not be read.
    pub issues: Vec<Issue>,
}

impl Storefront {
    /// Takes one item of the data layer.
    ///
    /// Contexts in `eventInfo` count before the data layer's state: the SDK puts a snapshot of the
    /// moment of publishing there. An event without `eventInfo` gets the state (contract, section 2).
    pub fn take(&mut self, item: Item) -> Taken {
        let mut taken = Taken { issues: item.issues, ..Taken::default() };
        if !item.contexts.is_empty() {
            self.set_contexts(item.contexts, &mut taken);
        }
        let Some(name) = item.event else { return taken };
        let Some(kind) = EventKind::from_name(&name) else {
            taken.known = is_known_unmapped(&name);
            return taken;
        };
        let mut info = item.info.unwrap_or_default();
        if let Some(mut cart) = info.get(CART).cloned() {
            // As it would stand in the state: it may be there, too.
            state::drop_nulls(&mut cart);
            self.cart.changed(Some(cart));
        }
        let mut contexts = Map::new();
        for context in kind.contexts() {
            let value = info.remove(context).or_else(|| self.state.get(context).cloned());
            if let Some(value) = value.filter(|value| !value.is_null()) {
                contexts.set(context, value);
            }
        }
        taken.event = Some(Published {
            kind,
            custom: contexts.remove("customContext"),
            search_unit_id: info.get("searchUnitId").and_then(Value::as_text).map(String::from),
            last_cart: self.cart.before(kind),
            contexts,
        });
        self.cart.taken(kind);
        taken
    }

    /// One context of the data layer's state.
    #[must_use]
    pub fn context(&self, name: &str) -> Option<&Value> {
        self.state.get(name)
    }

    /// The cart memory as text, for the next page of this visit; `None` when there is none.
    #[must_use]
    pub fn cart_memory(&self) -> Option<String> {
        self.cart.to_text()
    }

    /// Takes over the cart memory of the last page.
    pub fn restore_cart(&mut self, text: &str) {
        self.cart.restore(text);
    }

    /// Takes over the cart memory of an earlier page that is heard of late.
    pub fn follow(&mut self, earlier: Self) {
        self.cart.follow(earlier.cart);
    }

    fn set_contexts(&mut self, contexts: Map, taken: &mut Taken) {
        let has = |name| contexts.get(name).is_some();
        taken.settings_changed = has("aepContext") || has("eventForwardingContext");
        taken.consent_matters = taken.settings_changed || has("storefrontInstanceContext");
        let has_cart = has(CART);
        state::merge(&mut self.state, contexts);
        if has_cart {
            self.cart.changed(self.state.get(CART).cloned());
        }
    }
}

/// The issue for a context that could not be read: `reason` completes "productContext …".
#[must_use]
pub fn unreadable(name: &str, reason: &str) -> Issue {
    Issue::of("?unreadable:% $; the event goes without it. Give plain data.", &[name, reason])
}
