//! The server's own page, compiled in: live events, SQL, numbers.

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

use crate::refusal::empty;

/// Scripts and styles come from this server only, and none stands in the page itself.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Everything that the page loads, by its name under `/_edge/page/`.
const FILES: [(&str, &str, &str); 12] = [
    ("page.css", STYLE, include_str!("page/page.css")),
    ("page.js", SCRIPT, include_str!("page/page.js")),
    ("dom.js", SCRIPT, include_str!("page/dom.js")),
    ("elements.js", SCRIPT, include_str!("../../../www/elements.js")),
    ("feed.js", SCRIPT, include_str!("page/feed.js")),
    ("live.js", SCRIPT, include_str!("page/live.js")),
    ("list.js", SCRIPT, include_str!("page/list.js")),
    ("detail.js", SCRIPT, include_str!("page/detail.js")),
    ("query.js", SCRIPT, include_str!("page/query.js")),
    ("export.js", SCRIPT, include_str!("page/export.js")),
    ("numbers.js", SCRIPT, include_str!("page/numbers.js")),
    ("mark.svg", "image/svg+xml", include_str!("page/mark.svg")),
];

/// The page.
pub(crate) async fn index() -> Response {
    respond("text/html; charset=utf-8", include_str!("page/index.html"))
}

/// A file of the page.
pub(crate) async fn file(Path(name): Path<String>) -> Response {
    match FILES.iter().find(|(known, ..)| *known == name) {
        Some((_, kind, text)) => respond(kind, text),
        None => empty(404),
    }
}

fn respond(kind: &'static str, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    let mut say = |name: HeaderName, value| response.headers_mut().insert(name, HeaderValue::from_static(value));
    say(header::CONTENT_TYPE, kind);
    say(header::CONTENT_SECURITY_POLICY, POLICY);
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::REFERRER_POLICY, "no-referrer");
    say(header::CACHE_CONTROL, "no-cache");
    response
}
