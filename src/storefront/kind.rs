//! The kinds of storefront events and the names by which the data layer and XDM know them.

/// A kind of event that becomes XDM (connector manual, "Storefront events").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is named after its data layer event in NAMES")]
pub enum EventKind {
    PageView,
    ProductPageView,
    OpenCart,
    AddToCart,
    RemoveFromCart,
    ShoppingCartView,
    InitiateCheckout,
    PlaceOrder,
    SignIn,
    SignOut,
    CreateAccount,
    EditAccount,
    SearchRequestSent,
    SearchResponseReceived,
    CreateRequisitionList,
    AddToRequisitionList,
    RemoveFromRequisitionList,
    DeleteRequisitionList,
    Custom,
}

/// In the order of [`EventKind::ALL`]: the data layer's name and the XDM `eventType`.
const NAMES: [(&str, &str); EventKind::ALL.len()] = [
    ("page-view", "web.webpagedetails.pageViews"),
    ("product-page-view", "commerce.productViews"),
    ("open-cart", "commerce.productListOpens"),
    ("add-to-cart", "commerce.productListAdds"),
    ("remove-from-cart", "commerce.productListRemovals"),
    ("shopping-cart-view", "commerce.productListViews"),
    ("initiate-checkout", "commerce.checkouts"),
    ("place-order", "commerce.purchases"),
    ("sign-in", "userAccount.login"),
    ("sign-out", "userAccount.logout"),
    ("create-account", "userAccount.createProfile"),
    ("edit-account", "userAccount.updateProfile"),
    ("search-request-sent", "searchRequest"),
    ("search-response-received", "searchResponse"),
    ("create-requisition-list", "commerce.requisitionListOpens"),
    ("add-to-requisition-list", "commerce.requisitionListAdds"),
    ("remove-from-requisition-list", "commerce.requisitionListRemovals"),
    ("delete-requisition-list", "commerce.requisitionListDeletes"),
    ("commerce-custom", ""),
];

/// Names that the storefront events SDK publishes and that have no XDM of their own.
const UNMAPPED: [&str; 15] = [
    "search-product-click",
    "search-results-view",
    "category-results-view",
    "search-suggestion-click",
    "search-category-click",
    "recs-api-request-sent",
    "recs-api-response-received",
    "recs-unit-impression-render",
    "recs-unit-view",
    "recs-item-click",
    "recs-item-add-to-cart-click",
    "page-activity-summary",
    "referrer-url",
    "custom-url",
    "update-cart",
];

impl EventKind {
    /// Every kind there is.
    pub const ALL: [Self; 19] = [
        Self::PageView,
        Self::ProductPageView,
        Self::OpenCart,
        Self::AddToCart,
        Self::RemoveFromCart,
        Self::ShoppingCartView,
        Self::InitiateCheckout,
        Self::PlaceOrder,
        Self::SignIn,
        Self::SignOut,
        Self::CreateAccount,
        Self::EditAccount,
        Self::SearchRequestSent,
        Self::SearchResponseReceived,
        Self::CreateRequisitionList,
        Self::AddToRequisitionList,
        Self::RemoveFromRequisitionList,
        Self::DeleteRequisitionList,
        Self::Custom,
    ];

    /// The kind that the data layer calls `name` (`"page-view"`), if it is one of ours.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What the data layer calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.names().0
    }

    /// Its XDM `eventType`; `None` for custom events, which bring their own or go without.
    #[must_use]
    pub fn event_type(self) -> Option<&'static str> {
        Some(self.names().1).filter(|name| !name.is_empty())
    }

    /// The contexts that an event of this kind is made from: the rows of its mapping (`xdm::rows`) read no other.
    pub fn contexts(self) -> impl Iterator<Item = &'static str> {
        use EventKind as E;
        let own: &[&str] = match self {
            E::PageView => &["pageContext"],
            E::ProductPageView => &["productContext"],
            E::OpenCart | E::AddToCart | E::RemoveFromCart => &["changedProductsContext", "shoppingCartContext"],
            E::ShoppingCartView | E::InitiateCheckout => &["shoppingCartContext"],
            E::PlaceOrder => &["orderContext", "shoppingCartContext", "accountContext"],
            E::SignIn | E::CreateAccount | E::EditAccount => &["accountContext"],
            E::SignOut | E::Custom => &[],
            E::SearchRequestSent => &["searchInputContext"],
            E::SearchResponseReceived => &["searchResultsContext"],
            E::AddToRequisitionList => &[
                "requisitionListContext",
                "requisitionListItemsContext",
                "orderPageContext",
                "changedProductsContext",
                "accountContext",
            ],
            E::CreateRequisitionList | E::DeleteRequisitionList => &["requisitionListContext", "accountContext"],
            E::RemoveFromRequisitionList => {
                &["requisitionListContext", "requisitionListItemsContext", "accountContext"]
            }
        };
        let store: &[&str] = if self == E::Custom { &[] } else { &["storefrontInstanceContext"] };
        ["customContext", "debugContext", "channelContext"].iter().chain(store).chain(own).copied()
    }

    fn names(self) -> (&'static str, &'static str) {
        NAMES.get(self as usize).copied().unwrap_or_default()
    }
}

/// Whether `name` is an event of the storefront events SDK that has no XDM: counted, not sent.
#[must_use]
pub fn is_known_unmapped(name: &str) -> bool {
    UNMAPPED.contains(&name)
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_own_name() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_name(kind.name()), Some(kind));
            assert!(!is_known_unmapped(kind.name()));
        }
        assert_eq!(EventKind::from_name(""), None);
        assert_eq!(EventKind::from_name("recs-item-click"), None);
        assert!(is_known_unmapped("recs-item-click"));
    }

    #[test]
    fn the_names_stand_beside_their_kinds() {
        assert_eq!(EventKind::PageView.event_type(), Some("web.webpagedetails.pageViews"));
        assert_eq!(EventKind::PlaceOrder.name(), "place-order");
        assert_eq!(EventKind::DeleteRequisitionList.event_type(), Some("commerce.requisitionListDeletes"));
        assert_eq!(EventKind::Custom.name(), "commerce-custom");
        assert_eq!(EventKind::Custom.event_type(), None);
    }
}
