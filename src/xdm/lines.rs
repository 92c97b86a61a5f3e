//! Lines of a cart or requisition list as XDM items.

use alloc::vec::Vec;

use super::form::{cents, text_of, truthy};
use super::{Job, Source};
use crate::inspect::Issue;
use crate::storefront::change;
use crate::value::{Map, Value};

/// Gives `item` the field `name`, unless it has one.
pub(super) fn fill(item: &mut Map, name: &'static str, value: Option<&Value>) {
    if let Some(value) = value
        && item.get(name).is_none_or(Value::is_null)
    {
        item.set(name, value);
    }
}

/// What one unit of `product` is cheaper by: regular − special price.
pub(super) fn discount(product: &Value) -> Value {
    let regular = product.at("pricing.regularPrice").and_then(Value::js_number);
    let special = product.at("pricing.specialPrice").filter(|price| !price.is_null());
    let difference = match (regular, special) {
        (Some(regular), Some(special)) => special.js_number().map(|special| regular - special),
        _ => None,
    };
    Value::from_f64(difference.unwrap_or(0.0))
}

/// The lines of a cart as items.
pub(super) fn cart(job: &mut Job, lines: &[Value]) -> Value {
    merged(job, lines, "product.sku", |item, line, currency| {
        let product = line.get("product").unwrap_or(&Value::Null);
        fill(item, "name", product.get("name"));
        fill(item, "quantity", line.get("quantity"));
        let price = line
            .at("prices.price.value")
            .and_then(Value::js_number)
            .zip(line.get("quantity").and_then(Value::js_number));
        let total = price.map_or(0.0, |(price, quantity)| cents(price * quantity));
        fill(item, "priceTotal", Some(&Value::from_f64(total)));
        fill(item, "productImageUrl", product.get("mainImageUrl"));
        fill(item, "currencyCode", line.at("prices.price.currency").filter(|code| !code.is_null()).or(currency));
        let own = truthy(line.get("discountAmount")).cloned();
        fill(item, "discountAmount", Some(&own.unwrap_or_else(|| discount(product))));
        fill(item, "selectedOptions", Some(&options(line)));
    })
}

/// The products of a requisition list as items.
pub(super) fn list(job: &mut Job, products: &[Value]) -> Value {
    merged(job, products, "sku", |item, product, currency| {
        fill(item, "name", product.get("name"));
        fill(item, "quantity", product.get("quantity"));
        let regular = product.at("pricing.regularPrice").and_then(Value::js_number).unwrap_or(0.0);
        let total = product
            .get("quantity")
            .and_then(Value::js_number)
            .map(|quantity| Value::from_f64(cents(regular * quantity)));
        fill(item, "priceTotal", total.as_ref());
        fill(item, "currencyCode", product.at("pricing.currencyCode").filter(|code| !code.is_null()).or(currency));
        fill(item, "selectedOptions", product.get("selectedOptions"));
    })
}

/// What was added to the cart, or removed from it.
pub(super) fn changed(job: &mut Job, added: bool) -> Value {
    let source = job.source;
    if source.context("changedProductsContext").is_some() {
        return cart(job, source.list("changedProductsContext.items"));
    }
    let now = source.context("shoppingCartContext");
    let [before, now] = [source.last_cart, now].map(|cart| cart.and_then(|cart| cart.get("items")?.as_list()));
    let change = match (before, now) {
        // Nothing is known to compare with: all that is there is new, and nothing is known to be gone.
        (before, Some(now)) if added => change::more(now, before.unwrap_or_default()),
        (Some(before), Some(now)) => change::more(before, now),
        _ => Vec::new(),
    };
    cart(job, &change)
}

/// What was ordered; many themes empty the cart before they tell of the order.
pub(super) fn ordered(job: &mut Job, from: &str) -> Value {
    let source = job.source;
    let mut lines = source.list(from);
    if lines.is_empty() && !is_another_cart(source) {
        lines = source.last_cart.and_then(|cart| cart.get("items")?.as_list()).unwrap_or_default();
    }
    cart(job, lines)
}

/// Whether the cart that is there, though it lists nothing, says that it holds something and is not the last one known.
fn is_another_cart(source: &Source) -> bool {
    source.context("shoppingCartContext").is_some_and(|cart| {
        let id = cart.get("id").filter(|id| !id.is_empty());
        let is_same = id.is_some() && id == source.last_cart.and_then(|cart| cart.get("id"));
        !is_same && cart.get("totalQuantity").and_then(Value::js_number).is_some_and(|quantity| quantity > 0.0)
    })
}

/// What was added to a requisition list: from the list's own items, an order page, or the cart.
pub(super) fn added_to_list(job: &mut Job) -> Value {
    let source = job.source;
    match source.context("requisitionListItemsContext").or_else(|| source.context("orderPageContext")) {
        Some(context) => list(job, context.get("items").and_then(Value::as_list).unwrap_or_default()),
        None => cart(job, source.list("changedProductsContext.items")),
    }
}

/// One item per line: what the custom context has for its SKU, filled up by `complete`.
fn merged(job: &mut Job, lines: &[Value], sku: &str, complete: fn(&mut Map, &Value, Option<&Value>)) -> Value {
    let given = job.xdm.remove_at("productListItems").unwrap_or_default();
    let given = given.as_list().unwrap_or_default();
    let currency = job.source.find("storefrontInstanceContext.storeViewCurrencyCode");
    let mut items = Vec::new();
    for line in lines.iter().filter(|line| line.as_map().is_some()) {
        let sku = line.at(sku).filter(|sku| !sku.is_empty());
        let same = |item: &&Value| sku.is_some() && item.get("SKU") == sku;
        let mut item = given.iter().rev().find(same).and_then(Value::as_map).cloned().unwrap_or_default();
        fill(&mut item, "SKU", sku);
        complete(&mut item, line, currency);
        items.push(Value::Map(item));
    }
    let lost = given.iter().any(|given| !items.iter().any(|item| item.get("SKU") == given.get("SKU")));
    if lost {
        let row = "productListItems?no-match:% of the custom context has items that are not the event's and are left out. Give them the SKU of one that is.";
        Issue::tell(&mut job.issues, row, &[]);
    }
    Value::from(items)
}

/// The options chosen for a line, by their labels.
fn options(line: &Value) -> Value {
    let chosen = line.get("configurableOptions").and_then(Value::as_list).unwrap_or_default();
    let option = |option: &Value| {
        let label = |name: &str| Value::from(option.get(name).and_then(text_of).map(Value::from));
        Value::from([("attribute", label("optionLabel")), ("value", label("valueLabel"))])
    };
    Value::List(chosen.iter().map(option).collect())
}
