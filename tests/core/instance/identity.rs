//! `getIdentity`, across sites too, and the identities of older libraries.

use super::page::*;

#[test]
fn a_blocked_third_party_domain_is_no_failure_to_the_caller() {
    let mut bench = Bench::configured(r#","thirdPartyCookiesEnabled":true"#);
    bench.call(2, "getIdentity", "{}");
    let (url, _) = bench.last();
    assert!(url.starts_with("https://adobedc.demdex.net/"), "{url}");
    bench.lose();
    bench.wait(0);
    let (url, _) = bench.last();
    assert!(url.starts_with("https://edge.adobedc.net/"), "{url}");
    bench.accept(&identity("42"));
    assert_eq!(bench.answer_to(2).unwrap(), r#"{"identity":{"ECID":"42"},"edge":{}}"#);
}

#[test]
fn the_identity_across_sites_is_asked_for_though_the_ecid_is_known() {
    let mut bench = known(r#","thirdPartyCookiesEnabled":true"#);
    let core = r#"{"namespaces":["CORE"]}"#;
    bench.call(3, "getIdentity", core);
    let (url, body) = bench.last();
    assert!(url.starts_with("https://adobedc.demdex.net/ee/v1/identity/acquire?"), "{url}");
    assert_eq!(body.at("query.identity.fetch").unwrap().to_json(), r#"["ECID","CORE"]"#);
    bench.accept(r#"{"type":"identity:result","payload":[{"id":"c","namespace":{"code":"CORE"}}]}"#);
    assert_eq!(bench.answer_to(3).unwrap(), r#"{"identity":{"CORE":"c"},"edge":{}}"#);
    bench.call(4, "getIdentity", core);
    assert_eq!(bench.answer_to(4).unwrap(), r#"{"identity":{"CORE":"c"},"edge":{}}"#);
    assert_eq!(bench.fetches().len(), 2);
}

#[test]
fn older_libraries_are_left_alone_where_the_page_says_so() {
    for (more, read, written) in [("", true, true), (r#","idMigrationEnabled":false"#, false, false)] {
        let mut bench = Bench::new();
        bench.moment.cookies = "s_ecid=MCMID|16908443662402872073525706953453086963".into();
        bench.call(1, "configure", &CONFIG.replace('}', &format!("{more}}}")));
        assert_eq!(bench.collector.visitor_organization().is_some(), read);
        bench.call(2, "getIdentity", "{}");
        let (_, body) = bench.last();
        assert_eq!(body.at("xdm.identityMap.ECID").is_some(), read);
        bench.accept(&identity("42"));
        assert_eq!(bench.cookies().iter().any(|cookie| cookie.starts_with("AMCV_")), written, "{:?}", bench.cookies());
    }
}
