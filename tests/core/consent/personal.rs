//! Personal data: which events carry it, and that it can be held back.

use storefront_collector::xdm::personal;

use super::browser::*;

const ACCOUNT: &str = r#""accountContext":{"accountId":"c-7","accountType":"B2C","emailAddress":"ann@example.com"}"#;

/// An event of every kind, with all that Adobe's SDK may put beside it.
fn info(kind: &str) -> String {
    let list = r#""requisitionListContext":{"id":"r1","name":"List"},"requisitionListItemsContext":{"items":[{"sku":"A","quantity":1}]}"#;
    let custom = if kind == "commerce-custom" { r#","customContext":{"eventType":"some.thing"}"# } else { "" };
    format!(
        r#"{{{ACCOUNT},"pageContext":{{"pageType":"CMS","pageName":"p"}},"productContext":{{"sku":"A","name":"A"}},
        "shoppingCartContext":{{"id":"c","items":[]}},"orderContext":{{"orderId":"o1","payments":[]}},
        "shopperContext":{{"shopperId":"logged-in"}},{list}{custom}}}"#
    )
}

#[test]
fn personal_data_is_in_the_events_that_the_docs_name_and_can_be_held_back() {
    let held_back = r#","personalData":false,"identityMap":{"email":[{"id":"ann@example.com"}],"crm":[{"id":"x1"}]}"#;
    let named: Vec<_> = personal::EVENTS.iter().map(|kind| kind.name()).collect();
    for kind in [
        "page-view",
        "product-page-view",
        "open-cart",
        "add-to-cart",
        "remove-from-cart",
        "shopping-cart-view",
        "initiate-checkout",
        "place-order",
        "sign-in",
        "sign-out",
        "create-account",
        "edit-account",
        "search-request-sent",
        "search-response-received",
        "create-requisition-list",
        "add-to-requisition-list",
        "remove-from-requisition-list",
        "delete-requisition-list",
        "commerce-custom",
    ] {
        let sent = |more: &str| {
            known_shopper();
            let mut tab = Bench::new(&settings(more));
            tab.publish(kind, &info(kind));
            tab.fetches().iter().map(|(_, _, body)| *body).collect::<String>()
        };
        let personal = |body: &str| body.contains("ann@example.com") || body.contains("c-7");
        let body = sent("");
        assert!(body.contains("\"xdm\""), "{kind} leaves: {body}");
        assert_eq!(personal(&body), named.contains(&kind), "{kind}: {body}");
        let body = sent(held_back);
        assert!(body.contains("\"xdm\"") && body.contains("x1"), "{kind} still leaves: {body}");
        assert!(!personal(&body), "{kind}: {body}");
    }
}

#[test]
fn a_hook_cannot_bring_back_what_is_held_back() {
    known_shopper();
    let mut tab = Bench::new(&settings(r#","personalData":false"#));
    tab.run(|core, _| {
        core.set_before_send(Box::new(|mut content| {
            content.set_at("xdm.personalEmail.address", "ann@example.com");
            content.set_at("xdm.person.accountID", "c-7");
            Ok(Some(content))
        }))
    });
    tab.view("one");
    let body = tab.last().1.to_json();
    assert!(body.contains("CMS"), "{body}");
    for gone in ["ann@", "personalEmail", "\"person\""] {
        assert!(!body.contains(gone), "{gone}: {body}");
    }
}

#[test]
fn the_privacy_page_names_the_events_with_personal_data() {
    let page = include_str!("../../../docs/privacy.md");
    let list = page.split("## Which events carry personal data").nth(1).unwrap().split("\n## ").next().unwrap();
    let named: Vec<_> = list.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(named, personal::EVENTS.iter().map(|kind| kind.name()).collect::<Vec<_>>());
}
