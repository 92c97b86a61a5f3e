//! The page that a collector runs on.

use storefront_collector::collector::Host;

pub(crate) fn host() -> Host {
    Host {
        hostname: "www.shop.test".into(),
        scheme: "https:".into(),
        user_agent: String::new(),
        client_id: || "client".into(),
        address: || "https://www.shop.test/".into(),
        gpc: || false,
        widest_domain: |domains| domains.first().cloned(),
    }
}
