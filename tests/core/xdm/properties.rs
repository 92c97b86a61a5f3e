//! What holds whatever a page puts on its data layer.

use proptest::prelude::*;

use storefront_collector::storefront::CONTEXTS;

use super::*;

/// Names that the tables read or XDM has, so that random objects get past the first door.
const NAMES: &[&str] = &[
    "SKU",
    "_id",
    "_t",
    "_type",
    "accountId",
    "accountID",
    "address",
    "appliedCouponCode",
    "attribute",
    "cart",
    "cartID",
    "channel",
    "commerce",
    "commerceScope",
    "configurableOptions",
    "currency",
    "currencyCode",
    "customer",
    "direction",
    "discountAmount",
    "emailAddress",
    "environmentId",
    "eq",
    "eventId",
    "eventType",
    "filter",
    "from",
    "grandTotal",
    "id",
    "imageUrl",
    "in",
    "isRange",
    "items",
    "mainImageUrl",
    "name",
    "optionLabel",
    "order",
    "orderId",
    "orderType",
    "pageType",
    "payments",
    "person",
    "personalEmail",
    "phrase",
    "price",
    "prices",
    "priceTotal",
    "pricing",
    "product",
    "productListItems",
    "products",
    "quantity",
    "query",
    "range",
    "regularPrice",
    "searchRequestId",
    "searchUnitId",
    "selectedOptions",
    "shipping",
    "shippingAmount",
    "siteSearch",
    "sku",
    "sort",
    "specialPrice",
    "storeViewCurrencyCode",
    "suggestion",
    "suggestions",
    "to",
    "total",
    "units",
    "value",
    "valueLabel",
    "web",
    "webPageDetails",
    "URL",
    "pageViews",
    "searchRequest",
    "userAccount",
    "login",
    "createdDate",
    "productCategories",
];
fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..9).prop_map(Value::from),
        (-10.0f64..100.0).prop_map(Value::from_f64),
        prop::sample::select(vec![
            "",
            "a",
            "bar",
            "2",
            "1.5",
            "5.00",
            "usd",
            "EUR",
            "a@b",
            "x y",
            "https://a.b/",
            "2024-01-01T00:00:00Z",
            "undefined",
            "é",
            "1e400"
        ])
        .prop_map(Value::from),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(5, 48, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(NAMES), inner), 0..8).prop_map(|entries| {
                let mut map = storefront_collector::value::Map::new();
                entries.into_iter().for_each(|(name, value)| map.set(name, value));
                Value::from(map)
            }),
        ]
    })
}

fn any_event() -> impl Strategy<Value = Event> {
    // The custom context comes beside them.
    let names: Vec<_> = CONTEXTS.into_iter().filter(|name| *name != "customContext").collect();
    let contexts = prop::collection::vec((prop::sample::select(names), any_json()), 0..6);
    let kind = prop::sample::select(EventKind::ALL.to_vec());
    (kind, contexts, prop::option::of(any_json()), prop::option::of(any_json()), any::<bool>()).prop_map(
        |(kind, entries, custom, last_cart, unit)| {
            let mut contexts = Value::map();
            entries.into_iter().for_each(|(name, value)| contexts.as_map_mut().unwrap().set(name, value));
            Event { kind, contexts, custom, last_cart, unit: unit.then_some("bar") }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_event_conforms_and_keeps_conforming(event in any_event()) {
        match event.try_map() {
            Ok(Mapped { mut xdm, issues }) => {
                let before = xdm.to_json();
                prop_assert!(!before.contains("\"undefined\"") || event_says_so(&event));
                prop_assert!(xdm::conform(&mut xdm).is_empty());
                prop_assert_eq!(xdm.to_json(), before);
                for (at, issue) in issues.iter().enumerate() {
                    prop_assert!(!issues[..at].iter().any(|known| known.same_as(issue)), "told twice: {:?}", issue);
                }
            }
            Err(_) => prop_assert!(event.kind == EventKind::Custom && !matches!(event.custom, Some(Value::Map(_)))),
        }
    }

    #[test]
    fn an_event_is_made_from_the_contexts_of_its_kind(event in any_event()) {
        let mut asked = Value::map();
        for name in event.kind.contexts() {
            if let Some(context) = event.contexts.get(name) {
                asked.as_map_mut().unwrap().set(name, context.clone());
            }
        }
        let of_all = event.try_map().map(|mapped| (mapped.xdm, mapped.issues));
        let of_asked = Event { contexts: asked, ..event }.try_map().map(|mapped| (mapped.xdm, mapped.issues));
        prop_assert_eq!(of_all, of_asked);
    }

    #[test]
    fn anything_can_be_conformed(mut value in any_json()) {
        let _ = xdm::conform(&mut value);
        value.as_map_mut().unwrap().retain(|name, _| !["identityMap", "timestamp", "personID"].contains(&name));
        assert_valid(&value);
    }

    #[test]
    fn a_usable_override_wins_against_any_context(
        mut event in any_event(), product_page in any::<bool>(), price in -5i64..50, name in "[a-z]{1,8}", falsy in any::<bool>(),
    ) {
        event.kind = if product_page { EventKind::ProductPageView } else { EventKind::PlaceOrder };
        let price = if falsy { 0 } else { price };
        let custom = format!(
            r#"{{"commerce":{{"order":{{"priceTotal":{price},"purchaseID":"{name}"}}}},"productListItems":[{{"SKU":"a","priceTotal":{price}}}]}}"#
        );
        let event = event.custom(&custom);
        let xdm = event.xdm();
        prop_assert_eq!(xdm.at("commerce.order.priceTotal").and_then(Value::as_i64), Some(price));
        prop_assert_eq!(xdm.at("commerce.order.purchaseID").and_then(Value::as_text), Some(name.as_str()));
        if event.kind == EventKind::ProductPageView {
            prop_assert_eq!(xdm.at("productListItems.0.priceTotal").and_then(Value::as_i64), Some(price));
        }
    }

    /// Lines that were added to a cart, and what was there before, make up what is there now.
    #[test]
    fn the_change_of_a_cart_adds_up(before in cart(), now in cart()) {
        let line = |(sku, quantity): &(&str, i64)| Value::from([
            ("product", Value::from([("sku", *sku)])), ("quantity", Value::from(*quantity)),
        ]);
        let items = |lines: &[(&str, i64)]| Value::from([("items", Value::from(lines.iter().map(line).collect::<Vec<_>>()))]);
        let change = |kind| -> Vec<(String, i64)> {
            let contexts = Value::from([("shoppingCartContext", items(&now))]);
            let event = Event { kind, contexts, custom: None, last_cart: Some(items(&before)), unit: None };
            let xdm = event.xdm();
            let changed = xdm.get("productListItems").and_then(Value::as_list).unwrap_or_default();
            changed.iter().map(|item| (item.at("SKU").unwrap().as_text().unwrap().to_owned(), item.at("quantity").unwrap().as_i64().unwrap())).collect()
        };
        let (added, removed) = (change(EventKind::AddToCart), change(EventKind::RemoveFromCart));
        for sku in ["a", "b", "c"] {
            let count = |lines: &[(&str, i64)]| lines.iter().filter(|line| line.0 == sku).map(|line| line.1).sum::<i64>();
            let changed = |lines: &[(String, i64)]| lines.iter().filter(|line| line.0 == sku).map(|line| line.1).sum::<i64>();
            prop_assert_eq!(count(&before) + changed(&added) - changed(&removed), count(&now));
            prop_assert!(changed(&added) == 0 || changed(&removed) == 0);
        }
    }
}

fn cart() -> impl Strategy<Value = Vec<(&'static str, i64)>> {
    prop::collection::vec((prop::sample::select(vec!["a", "b", "c"]), 1i64..5), 0..5)
}

/// Whether the page itself says "undefined" somewhere.
fn event_says_so(event: &Event) -> bool {
    let said = |value: &Value| value.to_json().contains("undefined");
    said(&event.contexts) || event.custom.as_ref().is_some_and(said) || event.last_cart.as_ref().is_some_and(said)
}
