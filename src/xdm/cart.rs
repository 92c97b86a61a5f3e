//! The shopping cart.

use super::row::{How, Row, row};

const CART_ID: Row = row("commerce.cart.cartID", "shoppingCartContext.id", How::Copied);
const ADDED: Row = row("productListItems", "changedProductsContext.items|shoppingCartContext.items", How::AddedLines);

/// `open-cart`
pub(super) const OPEN: &[Row] = &[row("commerce.productListOpens.value", "", How::One)];

/// `add-to-cart`
pub(super) const ADD: &[Row] = &[row("commerce.productListAdds.value", "", How::One)];

/// What becomes more in a cart.
pub(super) const CHANGE: &[Row] = &[CART_ID, ADDED];

/// `remove-from-cart`
pub(super) const REMOVE: &[Row] = &[
    row("commerce.productListRemovals.value", "", How::One),
    CART_ID,
    row("productListItems", "changedProductsContext.items|shoppingCartContext.items", How::RemovedLines),
];

/// `shopping-cart-view`
pub(super) const VIEW: &[Row] = &[row("commerce.productListViews.value", "", How::One)];

/// A cart as a whole.
pub(super) const WHOLE: &[Row] = &[
    CART_ID,
    row("commerce.order.discountAmount", "shoppingCartContext.discountAmount", How::Amount),
    row("productListItems", "shoppingCartContext.items", How::CartLines),
];
