//! Product pages.

use alloc::vec;

use super::Job;
use super::lines::{discount, fill};
use super::row::{How, Row, row};
use crate::value::Value;

/// `product-page-view`
pub(super) const VIEW: &[Row] = &[
    row("commerce.productViews.value", "", How::One),
    row("productListItems", "productContext|storefrontInstanceContext.storeViewCurrencyCode", How::Product),
];

/// The product as the one item, over the first item of the custom context, whose SKU need not match.
pub(super) fn item(job: &Job) -> Option<Value> {
    let given = job.xdm.at("productListItems.0").and_then(Value::as_map);
    let source = job.source;
    let product = source.context("productContext");
    let mut item = given.cloned().unwrap_or_default();
    if let Some(product) = product {
        fill(&mut item, "SKU", product.get("sku"));
        fill(&mut item, "name", product.get("name"));
        fill(&mut item, "productImageUrl", product.get("mainImageUrl"));
        fill(
            &mut item,
            "priceTotal",
            source.find("productContext.pricing.specialPrice|productContext.pricing.regularPrice"),
        );
        fill(
            &mut item,
            "currencyCode",
            source.find("productContext.pricing.currencyCode|storefrontInstanceContext.storeViewCurrencyCode"),
        );
        fill(&mut item, "discountAmount", Some(&discount(product)));
    } else if given.is_some() {
        fill(&mut item, "currencyCode", source.find("storefrontInstanceContext.storeViewCurrencyCode"));
    }
    // Without either there is no item, and a custom list of something else is left for XDM to refuse.
    (!item.is_empty()).then(|| Value::from(vec![Value::Map(item)]))
}
