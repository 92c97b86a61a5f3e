//! Carries out what the core wants done.

use wasm_bindgen::JsValue;

use super::page;
use crate::collector::Effect;
use crate::consent::MEMORY_KEY;
use crate::inspect::Severity;
use crate::value::Value;

/// The longest that a timer is set for, in milliseconds; the core then asks again.
const LONGEST_ALARM: i64 = 3_600_000;

/// Carries out one effect. Nothing in here may throw. Gives back whether the moment may be over: it wrote what is
/// remembered of consent, or code of the page ran.
pub(super) fn carry_out(host: &JsValue, effect: Effect) -> bool {
    let ends_moment = matches!(
        effect,
        Effect::RememberConsent(_) | Effect::SdkSend { .. } | Effect::SdkConsent(_) | Effect::Log { .. }
    );
    match effect {
        Effect::Fetch { request, request_id, url, body, keepalive } => {
            page::send(host, request as f64, &request_id, &url, &body, keepalive);
        }
        Effect::Cancel(request) => page::cancel(host, request as f64),
        Effect::SdkSend { request, json, unloading } => page::sdk_send(host, request as f64, &json, unloading),
        Effect::FindSdk(name) => page::find_sdk(host, name.as_deref()),
        Effect::AskSdk => page::ask_sdk(host),
        Effect::SdkConsent(options) => page::sdk_consent(host, &options.to_json()),
        Effect::SetCookie(cookie) => page::write(&cookie),
        Effect::SetCookieFor { cookie, domains } => page::write_for(&cookie, &page::lines(&domains)),
        Effect::Pixel { url, hide_referrer } => page::pixel(&url, hide_referrer),
        Effect::Store { key, text } => page::put(host, &key, &text),
        Effect::Forget(keys) => page::forget(host, &page::lines(&keys)),
        Effect::Purge => page::purge(host),
        Effect::Adopt => {
            page::take_over(host);
            page::adopt(host);
        }
        Effect::LockIdentity => page::lock_identity(host),
        Effect::UnlockIdentity => page::unlock_identity(host),
        Effect::RememberCart(text) => page::remember_cart(&text),
        Effect::RememberConsent(text) => page::remember(MEMORY_KEY, &text),
        Effect::WakeAt(at) => {
            let wait = at.saturating_sub(page::mono() as i64).min(LONGEST_ALARM);
            page::wake(host, u32::try_from(wait).unwrap_or(0));
        }
        Effect::Record(record) => {
            if page::is_watched(host) {
                page::record(host, &record.to_value().to_json());
                return true;
            }
        }
        Effect::Log { severity, message } => {
            let level = match severity {
                Severity::Warning => "warn",
                Severity::Error => "error",
            };
            page::log(level, &message);
        }
        Effect::Settled(ticket) => page::settle(host, ticket as f64, true, ""),
        Effect::Answer { ticket, answer } => match answer {
            Ok(result) => page::settle(host, ticket as f64, true, &result.to_json()),
            Err(message) => page::settle(host, ticket as f64, false, &Value::Text(message).to_json()),
        },
    }
    ends_moment
}
