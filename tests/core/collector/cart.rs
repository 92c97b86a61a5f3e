//! What is remembered of the cart.

use super::pages::*;

#[test]
fn an_order_with_an_empty_cart_has_the_items_of_the_last_one() {
    let mut bench = Bench::identified();
    bench.contexts(r#"{"shoppingCartContext":{"id":"c1","items":[{"quantity":2,"product":{"sku":"MH01"}}]}}"#);
    bench.contexts(r#"{"shoppingCartContext":null,"orderContext":{"orderId":"1"}}"#);
    bench.publish("place-order");
    bench.wait(300);
    assert_eq!(bench.sent()[0].at("xdm.productListItems.0.SKU"), Some(&Value::from("MH01")));
}

/// `SKU×quantity` of the items of each event, published with these carts in its `eventInfo` only.
fn items_of(events: &[(&str, &str)]) -> Vec<String> {
    let mut bench = Bench::identified();
    for (event, info) in events {
        bench.publish_with(event, info);
    }
    bench.wait(300);
    let items = |sent: Value| -> String {
        let items = sent.at("xdm.productListItems").and_then(Value::as_list).unwrap_or_default().to_vec();
        let text = |item: &Value, name| item.get(name).map(Value::to_json).unwrap_or_default();
        items.iter().map(|item| format!("{}×{}", text(item, "SKU"), text(item, "quantity"))).collect()
    };
    bench.sent().into_iter().map(items).collect()
}

#[test]
fn carts_that_come_with_their_events_only_are_remembered() {
    let cart = |skus: &[&str]| {
        let lines: Vec<_> = skus.iter().map(|sku| format!(r#"{{"quantity":1,"product":{{"sku":"{sku}"}}}}"#)).collect();
        format!(r#"{{"shoppingCartContext":{{"id":"c","items":[{}]}}}}"#, lines.join(","))
    };
    let (a, ab, b) = (cart(&["a"]), cart(&["a", "b"]), cart(&["b"]));
    let order = r#"{"orderContext":{"orderId":"1"}}"#;
    let found = items_of(&[
        ("add-to-cart", &a),
        ("add-to-cart", &ab),
        ("remove-from-cart", &b),
        ("shopping-cart-view", &b),
        ("place-order", order),
        ("add-to-cart", &a),
    ]);
    let wanted = [r#""a"×1"#, r#""b"×1"#, r#""a"×1"#, r#""b"×1"#, r#""b"×1"#, r#""a"×1"#];
    assert_eq!(found, wanted);
}

#[test]
fn a_cart_that_comes_with_its_event_and_before_it_counts_once() {
    // As Adobe's SDK does: the context, then the event with all of the state. A hand-made one may keep its nulls.
    let mut bench = Bench::identified();
    let cart =
        r#"{"shoppingCartContext":{"id":"c","totalQuantity":null,"items":[{"quantity":1,"product":{"sku":"a"}}]}}"#;
    bench.contexts(r#"{"shoppingCartContext":null}"#);
    bench.contexts(cart);
    bench.publish_with("add-to-cart", cart);
    bench.wait(300);
    assert_eq!(bench.sent()[0].at("xdm.productListItems.0.SKU"), Some(&Value::from("a")));
}
