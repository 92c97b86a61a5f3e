//! A browser whose cookies and storage outlive its pages, and what they leave in it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use storefront_collector::collector::Host;
pub(crate) use storefront_collector::consent::MEMORY_KEY;
use storefront_collector::moment::Reading;

pub(crate) use super::bench::*;

pub(crate) const ORG: &str = "5BFE274A5F6980A50A495C08@AdobeOrg";
pub(crate) const COOKIE: &str = "kndctr_5BFE274A5F6980A50A495C08_AdobeOrg_";
pub(crate) const IDENTITY: &str = "CiYwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2N1IQCAEQARgB";

/// What the browser keeps; the host's functions reach it from everywhere.
#[derive(Default)]
pub(crate) struct Browser {
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) storage: BTreeMap<String, String>,
    pub(crate) probes: usize,
}

thread_local! {
    static BROWSER: RefCell<Browser> = RefCell::default();
}

pub(crate) fn browser<T>(of: impl FnOnce(&mut Browser) -> T) -> T {
    BROWSER.with_borrow_mut(of)
}

pub(crate) fn cookie(name: &str, value: &str) {
    browser(|browser| browser.cookies.insert(name.into(), value.into()));
}

pub(crate) fn no_cookie(name: &str) {
    browser(|browser| browser.cookies.remove(name));
}

pub(crate) fn store(key: &str, text: &str) {
    browser(|browser| browser.storage.insert(key.into(), text.into()));
}

pub(crate) fn known_shopper() {
    cookie(&format!("{COOKIE}identity"), IDENTITY);
}

pub(crate) fn nothing_kept() -> bool {
    browser(|browser| browser.storage.is_empty() && browser.probes == 0)
}

fn carry_out(bench: &mut Bench, effect: &Effect) {
    let set = |text: &str| {
        let (name, rest) = text.split_once('=').unwrap();
        cookie(name, rest.split(';').next().unwrap());
    };
    match effect {
        Effect::SetCookie(text) => set(text),
        Effect::SetCookieFor { cookie, domains } => {
            assert!(!cookie.contains("Domain") && domains[0] == "shop.test", "{cookie} {domains:?}");
            set(cookie);
        }
        Effect::Store { key, text } => store(key, text),
        Effect::Forget(keys) => browser(|browser| browser.storage.retain(|key, _| !keys.contains(key))),
        Effect::Purge => browser(|browser| browser.storage.retain(|key, _| key == MEMORY_KEY)),
        Effect::RememberConsent(text) => store(MEMORY_KEY, text),
        Effect::RememberCart(text) => store("cart", text),
        Effect::LockIdentity => bench.collector.identity_locked(&bench.moment.clone()),
        _ => {}
    }
}

impl Bench {
    /// A page in the browser, with these settings.
    pub(crate) fn new(settings: &str) -> Self {
        let widest_domain = |domains: &[String]| {
            browser(|browser| browser.probes += 1);
            domains.first().cloned()
        };
        let mut bench = Self::on(Host { widest_domain, ..host() }, carry_out);
        bench.moment.cookies = Reading::new(|| {
            browser(|browser| {
                browser.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
            })
        });
        bench.moment.memory = Reading::new(|| browser(|browser| browser.storage.get(MEMORY_KEY).cloned()));
        bench.configure(Source::Page, settings);
        bench
    }

    pub(crate) fn publish(&mut self, event: &str, info: &str) -> String {
        self.publish_with(event, info).unwrap()
    }

    pub(crate) fn view(&mut self, name: &str) -> String {
        self.publish("page-view", &format!(r#"{{"pageContext":{{"pageType":"CMS","pageName":"{name}"}}}}"#))
    }

    /// The answer to `set-consent` and, with an identity, to the others.
    pub(crate) fn hears(&mut self, general: &str) {
        let state = |name: &str, value: &str| format!(r#"{{"key":"{COOKIE}{name}","value":"{value}","maxAge":100}}"#);
        self.accept(&format!(
            r#"{},{{"type":"state:store","payload":[{},{},{}]}}"#,
            identity("01234567890123456789012345678901234567"),
            state("identity", IDENTITY),
            state("cluster", "irl1"),
            state("consent", &format!("general={general}")),
        ));
    }

    /// What left: `interact`, `privacy/set-consent out`, …
    pub(crate) fn told(&self) -> Vec<String> {
        self.pick(|effect| match effect {
            Effect::Fetch { url, body, .. } => {
                let path = url.split_once("/v1/").unwrap().1.split('?').next().unwrap();
                let body = json(body);
                let said = body.at("consent.0.value.general").and_then(Value::as_text).unwrap_or_default();
                Some(format!("{path} {said}").trim().into())
            }
            Effect::SdkSend { .. } => Some("sendEvent".into()),
            _ => None,
        })
    }

    pub(crate) fn told_last(&self) -> String {
        self.told().pop().expect("something left")
    }

    /// What the store's own Web SDK was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.pick(|effect| match effect {
            Effect::FindSdk(Some(name)) => Some(format!("find {name}")),
            Effect::AskSdk => Some("getIdentity".into()),
            Effect::SdkConsent(options) => Some(format!("setConsent {}", options.to_json())),
            _ => None,
        })
    }

    pub(crate) fn status_of(&self, id: &str) -> String {
        let events = self.collector.events();
        let record =
            events.as_list().unwrap().iter().find(|event| event.get("id").and_then(Value::as_text) == Some(id));
        record.unwrap().get("status").and_then(Value::as_text).unwrap().into()
    }

    pub(crate) fn did_nothing(&self) -> bool {
        self.told().is_empty() && !self.effects.iter().any(|effect| matches!(effect, Effect::Adopt)) && nothing_kept()
    }
}

pub(crate) fn settings(more: &str) -> String {
    format!(r#"{{"organizationId":"{ORG}","datastreamId":"0a1b2c3d-4e5f-4061-8273-9485a6b7c8d9"{more}}}"#)
}
