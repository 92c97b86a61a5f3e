//! Requests to the edge: CORS-simple, so that none needs a preflight.

use js_sys::Promise;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReferrerPolicy, RequestCache, RequestCredentials, RequestInit, Response};

use super::convert::get_function;
use crate::collector::Reply;

/// A request under way.
pub(super) struct Flight {
    promise: Promise,
    /// Aborts the request.
    pub(super) abort: AbortController,
}

/// Starts a request in this very task: what is awaited first does not survive a navigation.
pub(super) fn start(url: &str, body: &str, keepalive: bool) -> Result<Flight, JsValue> {
    let window = web_sys::window().ok_or(JsValue::NULL)?;
    let abort = AbortController::new()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_body(&JsValue::from_str(body));
    init.set_credentials(RequestCredentials::Include);
    init.set_cache(RequestCache::NoCache);
    init.set_referrer_policy(ReferrerPolicy::NoReferrerWhenDowngrade);
    init.set_signal(Some(&abort.signal()));
    js_sys::Reflect::set(&init, &"keepalive".into(), &keepalive.into())?;
    let headers = js_sys::Object::new();
    js_sys::Reflect::set(&headers, &"Content-Type".into(), &"text/plain; charset=UTF-8".into())?;
    init.set_headers(&headers);
    Ok(Flight { promise: window.fetch_with_str_and_init(url, &init), abort })
}

/// Waits for the answer, its body included: only then the browser gives its keepalive bytes back. With it
/// comes the function by which monitors look at its headers.
pub(super) async fn finish(promise: Promise) -> Result<(Reply, JsValue), JsValue> {
    let response: Response = JsFuture::from(promise).await?.dyn_into()?;
    let header = |name| response.headers().get(name).ok().flatten();
    let (retry_after, region) = (header("retry-after"), header("x-adobe-edge"));
    let body = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let headers = JsValue::from(response.headers());
    let get_header = get_function(&headers, "get").map_or(JsValue::UNDEFINED, |get| get.bind0(&headers).into());
    Ok((Reply { status: response.status(), body, retry_after, region }, get_header))
}

impl Flight {
    /// The promise of the answer.
    pub(super) fn promise(&self) -> Promise {
        self.promise.clone()
    }
}
