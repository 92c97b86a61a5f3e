//! The checkout and the order.

use alloc::vec;
use alloc::vec::Vec;

use super::Source;
use super::form::truthy;
use super::row::{How, Row, row};
use crate::value::Value;

/// `initiate-checkout`
pub(super) const START: &[Row] = &[row("commerce.checkouts.value", "", How::One)];

/// `place-order`
pub(super) const ORDER: &[Row] = &[
    row("commerce.purchases.value", "", How::One),
    row("commerce.order.purchaseID", "orderContext.orderId", How::Copied),
    row("commerce.order.currencyCode", "storefrontInstanceContext.storeViewCurrencyCode", How::Copied),
    row("commerce.order.priceTotal", "orderContext.grandTotal", How::Total),
    row("commerce.order.taxAmount", "orderContext.taxAmount", How::Total),
    row("commerce.order.discountAmount", "orderContext.discountAmount|shoppingCartContext.discountAmount", How::Amount),
    row("commerce.order.orderType", "orderContext.orderType", How::OrderType),
    row("commerce.order.payments", "orderContext.payments", How::Payments),
    row("commerce.promotionID", "orderContext.appliedCouponCode", How::Copied),
    row("commerce.shipping.shippingMethod", "orderContext.shipping.shippingMethod", How::Copied),
    row("commerce.shipping.shippingAmount", "orderContext.shipping.shippingAmount", How::Amount),
    row("productListItems", "shoppingCartContext.items", How::OrderedLines),
];

pub(super) fn order_type(source: &Source, from: &str) -> Option<Value> {
    source.context("orderContext")?;
    let instant = source.find(from).and_then(Value::as_text) == Some("instant_purchase");
    Some(Value::from(if instant { "instant_purchase" } else { "checkout" }))
}

/// The payments of the order; an order that lists none is one payment of its total.
pub(super) fn payments(source: &Source) -> Option<Value> {
    let order = source.context("orderContext")?;
    let listed = source.list("orderContext.payments");
    let payment = |paid: &Value, total: &str, id: Option<&Value>| {
        Value::from([
            ("paymentAmount", truthy(paid.get(total)).cloned().unwrap_or_else(|| Value::from(0))),
            ("paymentType", paid.get("paymentMethodCode").cloned().into()),
            ("transactionID", id.cloned().into()),
            ("currencyCode", source.find("storefrontInstanceContext.storeViewCurrencyCode").cloned().into()),
        ])
    };
    let order_id = order.get("orderId");
    let payments: Vec<Value> = if listed.is_empty() {
        vec![payment(order, "grandTotal", order_id)]
    } else {
        let objects = listed.iter().filter(|paid| paid.as_map().is_some());
        objects.map(|paid| payment(paid, "total", truthy(paid.get("orderId")).or(order_id))).collect()
    };
    Some(Value::from(payments))
}
