//! Requisition lists (B2B).

use super::row::{How, Row, row};

/// `create-requisition-list`
pub(super) const CREATE: &[Row] = &[row("commerce.requisitionListOpens.value", "", How::One)];

/// `add-to-requisition-list`
pub(super) const ADD: &[Row] = &[
    row("commerce.requisitionListAdds.value", "", How::One),
    row(
        "productListItems",
        "requisitionListItemsContext.items|orderPageContext.items|changedProductsContext.items",
        How::AddedListLines,
    ),
];

/// `remove-from-requisition-list`
pub(super) const REMOVE: &[Row] = &[
    row("commerce.requisitionListRemovals.value", "", How::One),
    row("productListItems", "requisitionListItemsContext.items", How::ListLines),
];

/// `delete-requisition-list`
pub(super) const DELETE: &[Row] = &[row("commerce.requisitionListDeletes.value", "", How::One)];

/// Which list it is, and whose.
pub(super) const LIST: &[Row] = &[
    row("commerce.requisitionList.ID", "requisitionListContext.id", How::Copied),
    row("commerce.requisitionList.name", "requisitionListContext.name", How::Copied),
    row("commerce.requisitionList.description", "requisitionListContext.description", How::Copied),
    row("personalEmail.address", "accountContext.emailAddress", How::Copied),
];
