//! One worked example per kind of event.

use super::*;

const STORE: &str = r#""storefrontInstanceContext":{"environmentId":"env-1","websiteCode":"base","storeCode":"main",
    "storeViewCode":"default","storeViewCurrencyCode":"EUR"},"debugContext":{"eventId":"e-1"},
    "channelContext":{"_id":"https://ns.adobe.com/xdm/channels/web","_type":"https://ns.adobe.com/xdm/channel-types/web"}"#;
const COMMON: &str = r#""_id":"e-1","channel":{"_id":"https://ns.adobe.com/xdm/channels/web","_type":"https://ns.adobe.com/xdm/channel-types/web"}"#;
const SCOPE: &str =
    r#""commerceScope":{"environmentID":"env-1","websiteCode":"base","storeCode":"main","storeViewCode":"default"}"#;
const LINES: &str = r#"[
    {"quantity":3,"prices":{"price":{"value":5.005,"currency":"USD"}},"discountAmount":0,
     "product":{"sku":"MH01","name":"Hoodie","mainImageUrl":"/h.jpg","pricing":{"regularPrice":8,"specialPrice":5.5}},
     "configurableOptions":[{"id":1,"optionLabel":"Color","valueId":2,"valueLabel":"Red"}]},
    {"quantity":1,"prices":{"price":{"value":20}},"discountAmount":4,"product":{"sku":"24-1","name":"Bag"}}]"#;
const ITEMS: &str = r#""productListItems":[
    {"SKU":"MH01","name":"Hoodie","quantity":3,"priceTotal":15.02,"productImageUrl":"/h.jpg","currencyCode":"USD",
     "discountAmount":2.5,"selectedOptions":[{"attribute":"Color","value":"Red"}]},
    {"SKU":"24-1","name":"Bag","quantity":1,"priceTotal":20,"currencyCode":"EUR","discountAmount":4}]"#;
const ACCOUNT: &str = r#""accountContext":{"accountId":"17","emailAddress":"ada@shop.test","accountType":"B2B"}"#;

fn with(contexts: &str) -> String {
    format!("{{{STORE},{contexts}}}")
}

#[test]
fn page_view() {
    event(EventKind::PageView, &with(r#""pageContext":{"pageType":"CMS","pageName":"Home"}"#)).becomes(&format!(
        r#"{{{COMMON},"eventType":"web.webpagedetails.pageViews","commerce":{{{SCOPE}}},"web":{{"webPageDetails":{{
            "pageViews":{{"value":1}},"siteSection":"CMS","name":"Home","URL":"https://shop.test/page.html"}},
            "webReferrer":{{"URL":"https://search.test/"}}}}}}"#
    ));
}

#[test]
fn product_page_view() {
    let product = r#""productContext":{"sku":"MH01","name":"Hoodie","mainImageUrl":"/h.jpg","pricing":{"regularPrice":"8.00","specialPrice":5.5}}"#;
    event(EventKind::ProductPageView, &with(product)).becomes(&format!(
        r#"{{{COMMON},"eventType":"commerce.productViews","commerce":{{"productViews":{{"value":1}},{SCOPE}}},
            "productListItems":[{{"SKU":"MH01","name":"Hoodie","productImageUrl":"/h.jpg","priceTotal":5.5,"currencyCode":"EUR","discountAmount":2.5}}]}}"#
    ));
}

#[test]
fn carts_that_change() {
    for (kind, event_type, counter) in [
        (EventKind::OpenCart, "commerce.productListOpens", "productListOpens"),
        (EventKind::AddToCart, "commerce.productListAdds", "productListAdds"),
        (EventKind::RemoveFromCart, "commerce.productListRemovals", "productListRemovals"),
    ] {
        let contexts = with(&format!(
            r#""changedProductsContext":{{"items":{LINES}}},"shoppingCartContext":{{"id":"c-1","discountAmount":7}}"#
        ));
        event(kind, &contexts).becomes(&format!(
            r#"{{{COMMON},"eventType":"{event_type}","commerce":{{"{counter}":{{"value":1}},"cart":{{"cartID":"c-1"}},{SCOPE}}},{ITEMS}}}"#
        ));
    }
}

#[test]
fn carts_as_a_whole() {
    for (kind, event_type, counter) in [
        (EventKind::ShoppingCartView, "commerce.productListViews", "productListViews"),
        (EventKind::InitiateCheckout, "commerce.checkouts", "checkouts"),
    ] {
        let contexts = with(&format!(r#""shoppingCartContext":{{"id":41,"discountAmount":"7.50","items":{LINES}}}"#));
        event(kind, &contexts).becomes(&format!(
            r#"{{{COMMON},"eventType":"{event_type}","commerce":{{"{counter}":{{"value":1}},"cart":{{"cartID":"41"}},
                "order":{{"discountAmount":7.5}},{SCOPE}}},{ITEMS}}}"#
        ));
        let empty = event(kind, &with(r#""shoppingCartContext":{}"#)).xdm();
        assert_eq!(empty.at("commerce.order.discountAmount").and_then(Value::as_i64), Some(0));
        assert_eq!(empty.get("productListItems"), None);
    }
}

#[test]
fn place_order() {
    let order = format!(
        r#"{ACCOUNT},"shoppingCartContext":{{"discountAmount":3,"items":{LINES}}},"orderContext":{{"orderId":12,"grandTotal":"45.50",
            "taxAmount":1.25,"discountAmount":0,"orderType":"other","appliedCouponCode":"SAVE10","paymentMethodCode":"checkmo",
            "payments":[{{"paymentMethodCode":"gift","total":"5.5","orderId":"p-1"}},{{"paymentMethodCode":"checkmo"}}],
            "shipping":{{"shippingMethod":"flatrate","shippingAmount":"5.00"}}}}"#
    );
    event(EventKind::PlaceOrder, &with(&order)).becomes(&format!(
        r#"{{{COMMON},"eventType":"commerce.purchases","personalEmail":{{"address":"ada@shop.test"}},{ITEMS},
            "commerce":{{"purchases":{{"value":1}},{SCOPE},"promotionID":"SAVE10",
            "shipping":{{"shippingMethod":"flatrate","shippingAmount":5}},
            "order":{{"purchaseID":"12","currencyCode":"EUR","priceTotal":45.5,"taxAmount":1.25,"discountAmount":3,"orderType":"checkout",
            "payments":[{{"paymentAmount":5.5,"paymentType":"gift","transactionID":"p-1","currencyCode":"EUR"}},
                        {{"paymentAmount":0,"paymentType":"checkmo","transactionID":"12","currencyCode":"EUR"}}]}}}}}}"#
    ));
    let single = event(
        EventKind::PlaceOrder,
        &with(r#""orderContext":{"orderId":"000012","grandTotal":10,"orderType":"instant_purchase","paymentMethodCode":"checkmo"}"#),
    )
    .xdm();
    assert_eq!(
        single.at("commerce.order.payments").unwrap().to_json(),
        r#"[{"paymentAmount":10,"paymentType":"checkmo","transactionID":"000012","currencyCode":"EUR"}]"#
    );
    assert_eq!(single.at("commerce.order.orderType").and_then(Value::as_text), Some("instant_purchase"));
    assert_eq!(single.at("commerce.order.taxAmount").and_then(Value::as_i64), Some(0));
    assert_eq!(single.at("commerce.shipping.shippingAmount").and_then(Value::as_i64), Some(0));
}

#[test]
fn accounts() {
    for (kind, event_type, counter) in [
        (EventKind::SignIn, "userAccount.login", "login"),
        (EventKind::CreateAccount, "userAccount.createProfile", "createProfile"),
        (EventKind::EditAccount, "userAccount.updateProfile", "updateProfile"),
    ] {
        event(kind, &with(ACCOUNT)).becomes(&format!(
            r#"{{{COMMON},"eventType":"{event_type}","userAccount":{{"{counter}":1}},"commerce":{{{SCOPE}}},
                "person":{{"accountID":"17"}},"personalEmail":{{"address":"ada@shop.test"}}}}"#
        ));
    }
    event(EventKind::SignOut, &with(ACCOUNT)).becomes(&format!(
        r#"{{{COMMON},"eventType":"userAccount.logout","userAccount":{{"logout":1}},"commerce":{{{SCOPE}}}}}"#
    ));
}

#[test]
fn searches() {
    let input = r#""searchInputContext":{"units":[{"searchUnitId":"bar","searchRequestId":"r-1","phrase":"hat",
        "sort":[{"attribute":"name","direction":"ASC"}],"filter":[{"attribute":"color","eq":"red"}]}]}"#;
    event(EventKind::SearchRequestSent, &with(input)).unit("bar").becomes(&format!(
        r#"{{{COMMON},"eventType":"searchRequest","commerce":{{{SCOPE}}},"searchRequest":{{"id":"r-1","value":1}},
            "siteSearch":{{"query":"hat","sort":[{{"attribute":"name","order":"ASC"}}],
            "filter":[{{"attribute":"color","value":["red"],"isRange":false}}]}}}}"#
    ));
    let results = r#""searchResultsContext":{"units":[{"searchUnitId":"bar","searchRequestId":"r-1","suggestions":[{"suggestion":"hats"}],
        "products":[{"sku":"MH01","name":"Hoodie","imageUrl":"https://shop.test/i.jpg","price":5}]}]}"#;
    event(EventKind::SearchResponseReceived, &with(results))
        .unit("bar")
        .custom(r#"{"productListItems":[{"SKU":"other"}]}"#)
        .becomes(&format!(
            r#"{{{COMMON},"eventType":"searchResponse","commerce":{{{SCOPE}}},"searchResponse":{{"id":"r-1","value":1}},
                "siteSearch":{{"suggestions":["hats"],"numberOfResults":1}},
                "productListItems":[{{"SKU":"MH01","name":"Hoodie","productImageUrl":"https://shop.test/i.jpg"}}]}}"#
        ));
    let nothing = event(EventKind::SearchResponseReceived, &with(results)).unit("elsewhere").xdm();
    assert_eq!(nothing.get("siteSearch"), None);
    assert_eq!(nothing.get("searchResponse").unwrap().to_json(), r#"{"value":1}"#);
}

#[test]
fn requisition_lists() {
    let list = r#""requisitionListContext":{"id":42,"name":"Office","description":"Monthly"}"#;
    let said = r#""requisitionList":{"ID":"42","name":"Office","description":"Monthly"}"#;
    let products = r#"{"items":[{"sku":"MH01","name":"Hoodie","quantity":2,"pricing":{"regularPrice":5.005,"specialPrice":1,"currencyCode":null},
        "selectedOptions":[{"attribute":"Color","value":"Red"}]}]}"#;
    let items = r#""productListItems":[{"SKU":"MH01","name":"Hoodie","quantity":2,"priceTotal":10.01,"currencyCode":"EUR",
        "selectedOptions":[{"attribute":"Color","value":"Red"}]}],"#;
    let cases = [
        (EventKind::CreateRequisitionList, "Opens", None),
        (EventKind::DeleteRequisitionList, "Deletes", None),
        (EventKind::AddToRequisitionList, "Adds", Some("requisitionListItemsContext")),
        (EventKind::AddToRequisitionList, "Adds", Some("orderPageContext")),
        (EventKind::RemoveFromRequisitionList, "Removals", Some("requisitionListItemsContext")),
    ];
    for (kind, counter, holder) in cases {
        let products = holder.map_or(String::new(), |name| format!(r#","{name}":{products}"#));
        let items = if holder.is_some() { items } else { "" };
        event(kind, &with(&format!("{ACCOUNT},{list}{products}"))).becomes(&format!(
            r#"{{{COMMON},"eventType":"commerce.requisitionList{counter}",{items}"personalEmail":{{"address":"ada@shop.test"}},
                "commerce":{{"requisitionList{counter}":{{"value":1}},{said},{SCOPE}}}}}"#
        ));
    }
    let from_cart = event(
        EventKind::AddToRequisitionList,
        &with(&format!(r#"{list},"changedProductsContext":{{"items":{LINES}}}"#)),
    );
    assert_eq!(from_cart.xdm().at("productListItems.0.discountAmount").and_then(Value::as_f64), Some(2.5));
}

#[test]
fn custom_events_are_their_context() {
    event(EventKind::Custom, &with(ACCOUNT))
        .custom(r#"{"eventType":"shop.gift","commerce":{"saveForLaters":{"value":1}},"_shop":{"note":"x"}}"#)
        .becomes(&format!(
            r#"{{{COMMON},"eventType":"shop.gift","commerce":{{"saveForLaters":{{"value":1}}}},"_shop":{{"note":"x"}}}}"#
        ));
    event(EventKind::Custom, &with(ACCOUNT)).custom("{}").becomes(&format!("{{{COMMON}}}"));
}

/// The tables are also the documentation: each row says where and how in words.
#[test]
fn every_kind_has_rows_that_can_be_read() {
    for kind in EventKind::ALL {
        for row in xdm::rows(kind) {
            assert!(!row.to.is_empty() && !row.how.words().is_empty());
            assert!(row.from.split('|').all(|path| path.is_empty() || path.contains("Context")), "{}", row.from);
        }
    }
}
