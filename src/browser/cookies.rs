//! `document.cookie`: read whole, written one string at a time, and probed for the widest domain that takes one.

use alloc::string::String;
use wasm_bindgen::JsCast;
use web_sys::HtmlDocument;

fn document() -> Option<HtmlDocument> {
    web_sys::window()?.document()?.dyn_into().ok()
}

/// The page's cookies, as the browser lists them; empty where they are blocked.
pub(super) fn read() -> String {
    document().and_then(|document| document.cookie().ok()).unwrap_or_default()
}

/// Writes one cookie. A browser that refuses it says nothing, and so do we.
pub(super) fn write(cookie: &str) {
    if let Some(document) = document() {
        let _ = document.set_cookie(cookie);
    }
}

/// Writes one cookie for the first of `domains` that takes it; without any, for the page's host. The
/// cookie itself is what is tried, so that nothing else is set for a shopper who does not agree.
pub(super) fn write_for(cookie: &str, domains: &[String]) {
    let pair = cookie.split(';').next().unwrap_or_default();
    for domain in domains {
        write(&[cookie, "; Domain=", domain].concat());
        if read().split("; ").any(|taken| taken == pair) {
            return;
        }
    }
    write(cookie);
}

/// The first of `domains` under which a cookie can be set (they come widest first); `None` where none
/// can. The probe's name is our own, so that a Web SDK probing at the same instant is not misled.
pub(super) fn widest_domain(domains: &[String]) -> Option<&String> {
    const PROBE: &str = "storefront_collector_probe";
    domains.iter().find(|domain| {
        write(&[PROBE, "=1;domain=", domain, ";path=/;SameSite=Lax"].concat());
        let taken = crate::cookies::get(&read(), PROBE).is_some();
        if taken {
            write(&[PROBE, "=;domain=", domain, ";path=/;max-age=0"].concat());
        }
        taken
    })
}
