//! One push onto the data layer, as far as it concerns us.

use alloc::string::String;
use alloc::vec::Vec;

use crate::inspect::Issue;
use crate::value::Map;

/// The contexts that some event or setting reads, by their names on the data layer (the SDK's own).
pub const CONTEXTS: [&str; 17] = [
    "accountContext",
    "aepContext",
    "changedProductsContext",
    "channelContext",
    "customContext",
    "debugContext",
    "eventForwardingContext",
    "orderContext",
    "orderPageContext",
    "pageContext",
    "productContext",
    "requisitionListContext",
    "requisitionListItemsContext",
    "searchInputContext",
    "searchResultsContext",
    "shoppingCartContext",
    "storefrontInstanceContext",
];

/// What the storefront events SDK sets, too, though no event is made of it.
const UNREAD: [&str; 5] =
    ["categoryContext", "customUrlContext", "recommendationsContext", "referrerUrlContext", "shopperContext"];

/// Whether the storefront events SDK sets a context of this name that nothing here reads: a theme that does as well
/// makes no mistake.
#[must_use]
pub fn is_known_unread(name: &str) -> bool {
    UNREAD.contains(&name) || name.strip_suffix("ExtensionContext").is_some_and(|extension| !extension.is_empty())
}

/// What one item on the data layer says. An item may change contexts, publish an event, or both.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// The contexts that the item sets, by name; `null` takes a context away.
    pub contexts: Map,
    /// The event's name, when the item publishes one.
    pub event: Option<String>,
    /// The entries of `eventInfo` that we read: contexts of the event's own moment, a custom
    /// context, `searchUnitId`. `None` when the item has no `eventInfo` object.
    pub info: Option<Map>,
    /// What could not be read (a getter that threw, a cycle, too large): each counts as absent.
    pub issues: Vec<Issue>,
}
