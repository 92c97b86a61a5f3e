//! What Adobe's collector sends wrongly or not at all, row by row of the mapping's share.

use super::*;

const LINE: &str = r#"{"quantity":2,"prices":{"price":{"value":5}},"product":{"sku":"a","name":"A"}}"#;

#[test]
fn row_5_search_filters_keep_attribute_and_value_of_the_unit_that_is_named() {
    let contexts = r#"{"searchInputContext":{"units":[
        {"searchUnitId":"first","phrase":"shoe","filter":[{"attribute":"x","eq":"y"}]},
        {"searchUnitId":"bar","searchRequestId":"r","phrase":"hat","filter":[
            {"attribute":"price","range":{"from":0,"to":50}},{"attribute":"size","range":{"to":9}},{"attribute":"cat","in":["a","b"]},
            {"attribute":"color","eq":"red"},{"attribute":"none"}]}]}}"#;
    let xdm = event(EventKind::SearchRequestSent, contexts).unit("bar").xdm();
    assert_eq!(
        xdm.get("siteSearch").unwrap().to_json(),
        r#"{"query":"hat","filter":[{"attribute":"price","value":["0","50"],"isRange":true},{"attribute":"size","value":["9"],"isRange":true},{"attribute":"cat","value":["a","b"],"isRange":false},{"attribute":"color","value":["red"],"isRange":false}]}"#
    );
    let unknown = event(EventKind::SearchRequestSent, contexts).unit("gone").xdm();
    assert_eq!(unknown.get("siteSearch"), None, "no other unit's");
    assert_eq!(unknown.get("searchRequest").unwrap().to_json(), r#"{"value":1}"#);
    let unnamed = event(EventKind::SearchRequestSent, contexts).xdm();
    assert_eq!(unnamed.get("siteSearch").unwrap().to_json(), r#"{"query":"shoe"}"#);
    let without_phrase = r#"{"searchInputContext":{"units":[{"searchUnitId":"a","phrase":"shoes"},{"searchUnitId":"b","searchRequestId":"r"}]}}"#;
    let filtered = event(EventKind::SearchRequestSent, without_phrase).unit("b").xdm();
    assert_eq!((filtered.get("siteSearch"), filtered.at("searchRequest.id")), (None, Some(&Value::from("r"))));
}

#[test]
fn row_6_page_views_have_the_commerce_scope_and_their_address_can_be_given() {
    let contexts = r#"{"storefrontInstanceContext":{"environmentId":"env"}}"#;
    let xdm = event(EventKind::PageView, contexts)
        .custom(r#"{"web":{"webPageDetails":{"URL":"https://shop.test/clean","name":""},"webReferrer":{"URL":"https://x.test/"}}}"#)
        .xdm();
    assert_eq!(xdm.at("commerce.commerceScope.environmentID").and_then(Value::as_text), Some("env"));
    assert_eq!(xdm.at("web.webPageDetails.URL").and_then(Value::as_text), Some("https://shop.test/clean"));
    assert_eq!(xdm.at("web.webReferrer.URL").and_then(Value::as_text), Some("https://x.test/"));
}

#[test]
fn row_7_no_kind_of_event_needs_its_contexts() {
    for kind in EventKind::ALL.into_iter().filter(|kind| *kind != EventKind::Custom) {
        let bare = event(kind, "{}");
        assert_eq!(bare.xdm().get("eventType").and_then(Value::as_text), kind.event_type());
    }
    assert_eq!(event(EventKind::ProductPageView, "{}").issues(), ["productContext missing"]);
}

#[test]
fn a_store_that_does_not_say_which_environment_it_is_is_told() {
    let store = |id: &str| {
        event(EventKind::PageView, &format!(r#"{{"storefrontInstanceContext":{{"storeViewCurrencyCode":"EUR"{id}}}}}"#))
    };
    for without in ["", r#","environmentId":null"#, r#","environmentId":"""#] {
        assert_eq!(store(without).issues(), ["storefrontInstanceContext.environmentId missing"]);
    }
    assert!(store(r#","environmentId":"e""#).issues().is_empty());
    let given = store("").custom(r#"{"commerce":{"commerceScope":{"environmentID":"mine"}}}"#);
    assert!(given.issues().is_empty());
    assert!(event(EventKind::PageView, "{}").issues().is_empty(), "a page that is none of Commerce's");
}

#[test]
fn row_8_an_order_without_its_context_has_no_invented_ids() {
    let order = event(
        EventKind::PlaceOrder,
        r#"{"storefrontInstanceContext":{"environmentId":"env","storeViewCurrencyCode":"EUR"}}"#,
    );
    assert!(!order.xdm().to_json().contains("undefined"));
    assert_eq!(order.xdm().at("commerce.order").unwrap().to_json(), r#"{"currencyCode":"EUR","discountAmount":0}"#);
    assert_eq!(order.issues(), ["orderContext.orderId missing"]);
    let known = order.custom(r#"{"commerce":{"order":{"purchaseID":"mine"}}}"#);
    assert!(known.issues().is_empty());
}

#[test]
fn row_10_an_override_counts_when_it_is_there() {
    let contexts = format!(
        r#"{{"changedProductsContext":{{"items":[{LINE}]}},"shoppingCartContext":{{"id":"c","discountAmount":5,"items":[{LINE}]}},
            "orderContext":{{"orderId":1,"grandTotal":10,"taxAmount":2,"payments":[{{"total":10}}]}}}}"#
    );
    let items = r#"{"productListItems":[{"SKU":"a","priceTotal":0,"discountAmount":0,"quantity":0,"name":"Mine","_x":{"y":1}},{"SKU":"z"}]}"#;
    let add = event(EventKind::AddToCart, &contexts).custom(items);
    assert_eq!(
        add.xdm().get("productListItems").unwrap().to_json(),
        r#"[{"SKU":"a","priceTotal":0,"discountAmount":0,"quantity":0,"name":"Mine","_x":{"y":1}}]"#
    );
    assert_eq!(add.issues(), ["productListItems no-match"]);
    let order = event(EventKind::PlaceOrder, &contexts)
        .custom(
            r#"{"commerce":{"order":{"purchaseOrderNumber":"po","priceTotal":0,"taxAmount":null,"orderType":"instant_purchase",
                "payments":[{"paymentAmount":0,"paymentType":"gift"}]},"shipping":{"shippingAmount":0}}}"#,
        )
        .xdm();
    assert_eq!(
        order.at("commerce.order").unwrap().to_json(),
        r#"{"purchaseOrderNumber":"po","priceTotal":0,"taxAmount":2,"orderType":"instant_purchase","payments":[{"paymentAmount":0,"paymentType":"gift"}],"purchaseID":"1","discountAmount":5}"#
    );
    let view =
        event(EventKind::ShoppingCartView, &contexts).custom(r#"{"commerce":{"order":{"discountAmount":0}}}"#).xdm();
    assert_eq!(view.at("commerce.order.discountAmount").and_then(Value::as_i64), Some(0));
    let counters = event(EventKind::AddToCart, &contexts)
        .custom(r#"{"eventType":"x","_id":"y","commerce":{"productListAdds":{"value":9}}}"#)
        .xdm();
    assert_eq!(counters.at("commerce.productListAdds.value").and_then(Value::as_i64), Some(1));
    assert_eq!(counters.get("eventType").and_then(Value::as_text), Some("commerce.productListAdds"));
    assert_eq!(counters.get("_id"), None, "a custom context that stays set would give two events one ID");
}

#[test]
fn row_11_without_changed_products_the_carts_are_compared() {
    let cart = |json: &str| format!(r#"{{"shoppingCartContext":{{"id":"c","items":[{json}]}}}}"#);
    let quantities = |event: &Event| -> Vec<(String, i64)> {
        let xdm = event.xdm();
        let items = xdm.get("productListItems").and_then(Value::as_list).unwrap_or_default();
        let read =
            |item: &Value| (item.get("SKU").unwrap().to_json(), item.get("quantity").and_then(Value::as_i64).unwrap());
        items.iter().map(read).collect()
    };
    let line = |sku: &str, quantity: u32| {
        format!(r#"{{"product":{{"sku":"{sku}"}},"quantity":{quantity},"prices":{{"price":{{"value":5}}}}}}"#)
    };
    let before = format!(r#"{{"items":[{},{}]}}"#, line("a", 1), line("b", 4));
    let now = cart(&format!("{},{},{}", line("a", 3), line("b", 1), line("c", 1)));
    for kind in [EventKind::AddToCart, EventKind::OpenCart] {
        let added = event(kind, &now).last_cart(&before);
        assert_eq!(quantities(&added), [("\"a\"".to_owned(), 2), ("\"c\"".to_owned(), 1)]);
        assert_eq!(added.xdm().at("productListItems.0.priceTotal").and_then(Value::as_i64), Some(10));
        assert_eq!(quantities(&event(kind, &now)).len(), 3, "nothing known before: all of it is new");
    }
    let removed = event(EventKind::RemoveFromCart, &now).last_cart(&before);
    assert_eq!(quantities(&removed), [("\"b\"".to_owned(), 3)]);
    assert!(quantities(&event(EventKind::RemoveFromCart, &now)).is_empty());
    assert!(
        quantities(&event(EventKind::RemoveFromCart, "{}").last_cart(&before)).is_empty(),
        "no cart is not an empty one"
    );
    let all_gone = event(EventKind::RemoveFromCart, &cart("")).last_cart(&before);
    assert_eq!(quantities(&all_gone).len(), 2);
    let told = event(
        EventKind::AddToCart,
        r#"{"changedProductsContext":{"items":[]},"shoppingCartContext":{"items":[{"product":{"sku":"a"}}]}}"#,
    );
    assert!(quantities(&told).is_empty(), "what the page says about the change counts");
}

#[test]
fn row_12_a_cart_that_says_it_is_full_was_not_emptied_unless_it_is_the_one_that_is_known() {
    let ordered = |cart: &str| {
        let contexts = format!(r#"{{"shoppingCartContext":{cart}}}"#);
        let order = event(EventKind::PlaceOrder, &contexts).last_cart(&format!(r#"{{"id":"c-1","items":[{LINE}]}}"#));
        order.xdm().get("productListItems").and_then(Value::as_list).map_or(0, <[_]>::len)
    };
    for other in [r#"{"id":"c-2","totalQuantity":8,"items":[]}"#, r#"{"id":null,"totalQuantity":"3","items":[]}"#] {
        assert_eq!(ordered(other), 0, "{other}");
    }
    for emptied in [
        r#"{"id":"c-1","totalQuantity":8,"items":[]}"#,
        r#"{"id":"c-2","totalQuantity":0}"#,
        r#"{"id":null,"items":[]}"#,
    ] {
        assert_eq!(ordered(emptied), 1, "{emptied}");
    }
}

#[test]
fn row_12_an_order_with_an_emptied_cart_has_the_items_of_the_last() {
    for cart in ["{}", r#"{"shoppingCartContext":{"items":[]}}"#] {
        let order = event(EventKind::PlaceOrder, cart).last_cart(&format!(r#"{{"items":[{LINE}]}}"#));
        assert_eq!(order.xdm().at("productListItems.0.SKU").and_then(Value::as_text), Some("a"));
    }
}

#[test]
fn row_14_nothing_empty_and_nothing_that_xdm_refuses_goes_out() {
    let xdm = event(
        EventKind::SignIn,
        r#"{"accountContext":{"accountId":"","emailAddress":"nobody at home"},"channelContext":{"_type":"https://x.test/"}}"#,
    );
    assert_eq!(xdm.xdm().to_json(), r#"{"eventType":"userAccount.login","userAccount":{"login":1}}"#);
    assert_eq!(xdm.issues(), ["channel incomplete", "personalEmail.address wrong-kind"]);
    let image =
        event(EventKind::ProductPageView, r#"{"productContext":{"sku":"a","mainImageUrl":null,"name":""}}"#).xdm();
    assert_eq!(image.get("productListItems").unwrap().to_json(), r#"[{"SKU":"a","discountAmount":0}]"#);
    let nameless = event(EventKind::ProductPageView, r#"{"productContext":{"name":"A"}}"#);
    assert_eq!(
        (nameless.xdm().get("productListItems"), nameless.issues()),
        (None, vec!["productListItems incomplete".to_owned()])
    );
}

#[test]
fn row_15_a_custom_event_without_a_context_is_refused_with_a_message() {
    for custom in [None, Some("null"), Some("5"), Some("[]"), Some("\"x\"")] {
        let mut bare = event(EventKind::Custom, "{}");
        bare.custom = custom.map(json);
        let issue = bare.try_map().unwrap_err();
        assert_eq!(issue.field, "customContext");
        assert!(issue.message.contains("Publish it with an XDM object"), "{}", issue.message);
    }
}

#[test]
fn row_16_quantities_are_whole_numbers() {
    let quantity = |json: &str| {
        let line = format!(r#"{{"quantity":{json},"prices":{{"price":{{"value":3}}}},"product":{{"sku":"a"}}}}"#);
        let event = event(EventKind::ShoppingCartView, &format!(r#"{{"shoppingCartContext":{{"items":[{line}]}}}}"#));
        let item = event.xdm().at("productListItems.0").unwrap().clone();
        (
            item.get("quantity").map(Value::to_json),
            item.get("priceTotal").and_then(Value::as_f64).unwrap(),
            event.issues(),
        )
    };
    assert_eq!(quantity("\"2\""), (Some("2".to_owned()), 6.0, vec![]));
    assert_eq!(quantity("2.0"), (Some("2".to_owned()), 6.0, vec![]));
    for fraction in ["1.5", "\"1.5\""] {
        assert_eq!(quantity(fraction), (None, 4.5, vec!["productListItems.quantity wrong-kind".to_owned()]));
    }
}

/// Adobe's collector writes into the custom context, so that the second line of one SKU gets the
/// first one's name; here each line starts from what the page gave.
#[test]
fn row_17_a_custom_item_serves_every_line_of_its_sku_unchanged() {
    let lines = r#"{"changedProductsContext":{"items":[{"product":{"sku":"a","name":"One"}},{"product":{"sku":"a","name":"Two"}}]}}"#;
    let xdm = event(EventKind::AddToCart, lines).custom(r#"{"productListItems":[{"SKU":"a","priceTotal":7}]}"#).xdm();
    assert_eq!(xdm.at("productListItems.0.name").and_then(Value::as_text), Some("One"));
    assert_eq!(xdm.at("productListItems.1.name").and_then(Value::as_text), Some("Two"));
    assert_eq!(xdm.at("productListItems.1.priceTotal").and_then(Value::as_i64), Some(7));
}

#[test]
fn contexts_of_the_wrong_kind_are_named_once_with_their_kind_and_the_way_out() {
    let wrong = event(
        EventKind::AddToCart,
        r#"{"storefrontInstanceContext":"x","shoppingCartContext":[],"changedProductsContext":7,"productContext":"not read"}"#,
    )
    .custom("\"text\"");
    let mut issues = wrong.issues();
    issues.sort();
    let wanted = ["changedProductsContext", "customContext", "shoppingCartContext", "storefrontInstanceContext"];
    assert_eq!(issues, wanted.map(|name| format!("{name} wrong-kind")));
    let mapped = wrong.map();
    let cart = mapped.issues.iter().find(|issue| issue.field == "shoppingCartContext").unwrap();
    assert_eq!(cart.message, "shoppingCartContext is a list, which counts as absent; give an object.");
}

#[test]
fn every_context_of_the_wrong_kind_is_named() {
    for kind in EventKind::ALL {
        for name in kind.contexts().filter(|name| *name != "customContext") {
            let issues = event(kind, &format!(r#"{{"{name}":42}}"#)).custom(r#"{"eventType":"x"}"#).issues();
            assert!(issues.contains(&format!("{name} wrong-kind")), "{kind:?} {name}: {issues:?}");
        }
    }
}

#[test]
fn a_custom_context_with_the_wrong_kind_of_object_loses_only_that() {
    let cart = event(EventKind::ShoppingCartView, r#"{"shoppingCartContext":{"id":"c"}}"#)
        .custom(r#"{"commerce":"x","_t":{"a":1}}"#);
    assert_eq!(cart.xdm().at("commerce.cart.cartID").and_then(Value::as_text), Some("c"));
    assert_eq!(cart.xdm().at("_t.a").and_then(Value::as_i64), Some(1));
    assert_eq!(cart.issues(), ["commerce wrong-kind"]);
}

#[test]
fn a_custom_context_with_part_of_a_channel_is_filled_up() {
    let contexts = r#"{"channelContext":{"_id":"https://x.test/web","_type":"https://x.test/type","mode":"push"}}"#;
    let channel = |custom: &str| {
        let event = event(EventKind::SignOut, contexts).custom(custom);
        (event.xdm().get("channel").map(Value::to_json).unwrap_or_default(), event.issues())
    };
    let given = channel(r#"{"channel":{"mediaType":"x","_type":null,"mode":"pull"}}"#);
    let (channel_given, issues) = (sorted(&given.0), given.1);
    let wanted = r#"{"_id":"https://x.test/web","_type":"https://x.test/type","mediaType":"x","mode":"pull"}"#;
    assert_eq!((channel_given, issues), (sorted(wanted), vec![]));
    let (whole, issues) = channel(r#"{"channel":{"_id":"https://x.test/app"}}"#);
    assert_eq!(whole, r#"{"_id":"https://x.test/app"}"#, "another channel has nothing of the shop's");
    assert!(issues.is_empty());
    let (wrong, issues) = channel(r#"{"channel":"x"}"#);
    assert_eq!(sorted(&wrong), sorted(r#"{"_id":"https://x.test/web","_type":"https://x.test/type","mode":"push"}"#));
    assert_eq!(issues, ["channel wrong-kind"]);
    let alone = event(EventKind::SignOut, "{}").custom(r#"{"channel":{"_id":"mine"}}"#).xdm();
    assert_eq!(alone.at("channel._id").and_then(Value::as_text), Some("mine"));
}

#[test]
fn kept_on_purpose() {
    let line = r#"{"shoppingCartContext":{"items":[{"quantity":2,"prices":{"price":{"value":5.005}},"product":{"sku":"a","pricing":{"regularPrice":8,"specialPrice":6}}}]}}"#;
    let item = event(EventKind::ShoppingCartView, line).xdm().at("productListItems.0").unwrap().clone();
    assert_eq!(item.get("priceTotal").and_then(Value::as_f64), Some(10.01));
    assert_eq!(item.get("discountAmount").and_then(Value::as_f64), Some(2.0), "of one unit");
}
