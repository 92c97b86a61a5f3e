//! Carries out what the core wants done.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::Storage;

use super::shell::{Shell, monitor};
use super::store::Store;
use super::{convert, cookies, instance, monitors, network, sdk, tabs, timer};
use crate::collector::{Effect, Failure, SdkAnswer};
use crate::consent::MEMORY_KEY;
use crate::delivery::RequestId;
use crate::inspect::{Record, Severity, Status};
use crate::text::holds;
use crate::value::Value;

/// The cart memory's key in `sessionStorage`: it lives as long as the visit.
pub(super) const CART_KEY: &str = "storefront-collector.cart";

/// Carries out one effect. Nothing in here may throw.
pub(super) fn carry_out(shell: &Rc<Shell>, effect: Effect) {
    match effect {
        Effect::Fetch { request, request_id, url, body, keepalive } => {
            fetch(shell, request, &request_id, &url, &body, keepalive);
        }
        Effect::Cancel(request) => {
            shell.flights.borrow_mut().retain(|(known, abort)| {
                if *known == request {
                    abort.abort();
                }
                *known != request
            });
        }
        Effect::SdkSend { request, json, unloading } => sdk_send(shell, request, &json, unloading),
        Effect::FindSdk(name) => find_sdk(shell, name),
        Effect::AskSdk => ask_sdk(shell),
        Effect::SdkConsent(options) => {
            let Some(sdk) = shell.sdk.borrow().clone() else { return };
            let options = convert::to_js(&options);
            // Called in this very task: what is sent next must find it.
            let call = sdk::call(&sdk, "setConsent", &options);
            let shell = Rc::clone(shell);
            spawn_local(async move {
                let good = sdk::settled(call).await.is_ok();
                if !good {
                    log(Severity::Warning, "the store's Web SDK refused setConsent; look at its own console lines");
                }
                shell.tell(move |core, moment| core.sdk_consented(good, moment));
            });
        }
        Effect::SetCookie(cookie) => cookies::write(&cookie),
        Effect::SetCookieFor { cookie, domains } => cookies::write_for(&cookie, &domains),
        Effect::Pixel { url, hide_referrer } => pixel(&url, hide_referrer),
        Effect::Store { key, text } => {
            if !store(shell).put(&key, &text) {
                shell.tell(move |core, moment| core.store_failed(key, moment));
            }
        }
        Effect::Forget(keys) => store(shell).forget(&keys),
        Effect::Purge => {
            // Opening the storage of somebody who never let us store would leave a trace.
            let opened = shell.store.borrow().clone();
            if let Some(opened) = opened {
                opened.clear();
            } else {
                Store::discard();
            }
            if let Some(session) = session_storage() {
                let _ = session.remove_item(CART_KEY);
            }
        }
        Effect::Adopt => adopt(shell),
        Effect::LockIdentity => lock_identity(shell),
        Effect::UnlockIdentity => {
            shell.identity_wish.set(shell.identity_wish.get().wrapping_add(1));
            shell.identity_lock.borrow_mut().take();
        }
        Effect::RememberCart(text) => {
            if let Some(session) = session_storage() {
                let _ = session.set_item(CART_KEY, &text);
            }
        }
        Effect::RememberConsent(text) => {
            if let Some(local) = local_storage() {
                let _ = local.set_item(MEMORY_KEY, &text);
            }
        }
        Effect::WakeAt(at) => shell.wake_at(at),
        Effect::Record(record) => tell_of_record(shell, &record),
        Effect::Log { severity, message } => log(severity, &message),
        Effect::Settled(ticket) => shell.settle(ticket),
        Effect::Answer { ticket, answer } => instance::answer(shell, ticket, answer),
    }
}

fn fetch(shell: &Rc<Shell>, request: RequestId, request_id: &str, url: &str, body: &str, keepalive: bool) {
    let sent = monitors::payload(body);
    let about: [(&str, JsValue); 3] = [("url", url.into()), ("requestId", request_id.into()), ("payload", sent)];
    monitor("onBeforeNetworkRequest", &about);
    let flight = match network::start(url, body, keepalive) {
        Ok(flight) => flight,
        Err(_) => return shell.tell(move |core, moment| core.answered(request, Err(Failure::Network), moment)),
    };
    let promise = flight.promise();
    shell.flights.borrow_mut().push((request, flight.abort));
    let shell = Rc::clone(shell);
    spawn_local(async move {
        let result = network::finish(promise).await;
        let still_wanted = {
            let mut flights = shell.flights.borrow_mut();
            let before = flights.len();
            flights.retain(|(known, _)| *known != request);
            flights.len() < before
        };
        let mut about = about.to_vec();
        let reply = match result {
            Ok((reply, get_header)) => {
                about.push(("getHeader", get_header));
                about.push(("statusCode", f64::from(reply.status).into()));
                about.push(("body", reply.body.as_str().into()));
                let parsed = monitors::payload(&reply.body);
                if !parsed.is_undefined() {
                    about.push(("parsedBody", parsed));
                }
                about.push(("retriesAttempted", 0.into()));
                monitor("onNetworkResponse", &about);
                Ok(reply)
            }
            Err(error) => {
                about.push(("error", error));
                monitor("onNetworkError", &about);
                Err(Failure::Network)
            }
        };
        if still_wanted {
            shell.tell(move |core, moment| core.answered(request, reply, moment));
        }
    });
}

fn sdk_send(shell: &Rc<Shell>, request: RequestId, json: &str, unloading: bool) {
    let Some(sdk) = shell.sdk.borrow().clone() else { return };
    let options = sdk::event_options(json, unloading);
    // Called in this very task, so that it leaves with the page.
    let call = sdk::call(&sdk, "sendEvent", &options);
    let shell = Rc::clone(shell);
    spawn_local(async move {
        let result = sdk::settled(call).await;
        let declined = match &result {
            Ok(answer) if sdk::is_empty(answer) => sdk::declines(&sdk).await,
            _ => false,
        };
        shell.tell(move |core, moment| match result {
            Ok(_) if declined => core.sdk_answered(request, SdkAnswer::Declined, moment),
            Ok(_) => core.sdk_answered(request, SdkAnswer::Resolved, moment),
            Err(error) => core.sdk_answered(request, SdkAnswer::Rejected(&sdk::message(&error)), moment),
        });
    });
}

/// Looks for the store's Web SDK until it is there.
fn find_sdk(shell: &Rc<Shell>, name: Option<String>) {
    let search = shell.sdk_search.get().wrapping_add(1);
    shell.sdk_search.set(search);
    shell.sdk.borrow_mut().take();
    let Some(name) = name else { return };
    instance::make_room(shell, &name);
    let shell = Rc::clone(shell);
    spawn_local(async move {
        let mut told = false;
        let mut wait = 50;
        let sdk = loop {
            if shell.sdk_search.get() != search {
                return;
            }
            match sdk::find(&name) {
                sdk::Found::Sdk(sdk) => break sdk,
                sdk::Found::NotCallable if !told => {
                    told = true;
                    let announced = sdk::announced();
                    shell.tell(move |core, moment| core.sdk_found(false, &announced, moment));
                }
                sdk::Found::NotCallable | sdk::Found::Missing => {}
            }
            timer::wait(wait).await;
            wait = wait.saturating_mul(2).min(1000);
        };
        *shell.sdk.borrow_mut() = Some(sdk);
        shell.tell(|core, moment| core.sdk_found(true, &[], moment));
    });
}

/// Asks the store's Web SDK who the shopper is, as soon as it can be asked.
fn ask_sdk(shell: &Rc<Shell>) {
    let search = shell.sdk_search.get();
    let Some(sdk) = shell.sdk.borrow().clone() else { return };
    let shell = Rc::clone(shell);
    spawn_local(async move {
        let mut wait = 50;
        let mut ecid;
        loop {
            let answer = sdk::settled(sdk::call(&sdk, "getIdentity", &Object::new())).await;
            ecid = answer.as_ref().ok().and_then(sdk::ecid);
            match answer {
                Err(error) if holds(&sdk::message(&error), "must be configured first") => {
                    shell.tell(|core, _| core.sdk_unconfigured());
                    timer::wait(wait).await;
                    wait = wait.saturating_mul(2).min(1000);
                }
                _ => break,
            }
            if shell.sdk_search.get() != search {
                return;
            }
        }
        if shell.sdk_search.get() == search {
            shell.tell(move |core, moment| core.sdk_identified(ecid, moment));
        }
    });
}

fn lock_identity(shell: &Rc<Shell>) {
    let wish = shell.identity_wish.get().wrapping_add(1);
    shell.identity_wish.set(wish);
    let Some(locks) = &shell.locks else {
        return shell.tell(|core, moment| core.identity_locked(moment));
    };
    let shell = Rc::clone(shell);
    locks.clone().acquire("storefront-collector:identity", move |held| {
        if shell.identity_wish.get() == wish {
            *shell.identity_lock.borrow_mut() = Some(held);
            shell.tell(|core, moment| core.identity_locked(moment));
        }
    });
}

/// Takes over the events of tabs that are gone.
fn adopt(shell: &Rc<Shell>) {
    let shell = Rc::clone(shell);
    spawn_local(async move {
        // The page before this one may still be giving its locks back.
        for wait in [0, 1_500] {
            timer::wait(wait).await;
            let mut others: Vec<String> = Vec::new();
            for (key, _) in store(&shell).load().await {
                let tab = tabs::tab_of(&key);
                if tab != *shell.tab.borrow() && !others.iter().any(|known| known == tab) {
                    others.push(tab.into());
                }
            }
            let asked = others.len();
            let dead = tabs::take_over(&shell, others).await;
            let all = dead.len() == asked;
            if shell.left.get() {
                return shell.tab_locks.borrow_mut().clear();
            }
            if !dead.is_empty() {
                // Read again: until its lock was ours, another tab may have delivered an entry.
                let mut entries = store(&shell).load().await;
                entries.retain(|(key, _)| dead.iter().any(|tab| tab == tabs::tab_of(key)));
                if shell.left.get() {
                    return shell.tab_locks.borrow_mut().clear();
                }
                shell.tell(move |core, moment| core.adopted(entries, moment));
            } else if wait == 0 {
                shell.tell(|core, moment| core.adopted(Vec::new(), moment));
            }
            if all {
                return;
            }
        }
    });
}

/// The outbox's storage, opened when it is first needed.
pub(super) fn store(shell: &Shell) -> Rc<Store> {
    Rc::clone(shell.store.borrow_mut().get_or_insert_with(Store::open))
}

fn pixel(url: &str, hide_referrer: bool) {
    let Ok(image) = web_sys::HtmlImageElement::new() else { return };
    if hide_referrer {
        let _ = Reflect::set(&image, &"referrerPolicy".into(), &"no-referrer".into());
    }
    image.set_src(url);
}

/// Tells listeners and monitors how an event moves on; to monitors it is a `sendEvent`.
fn tell_of_record(shell: &Shell, record: &Record) {
    let value = record.to_value();
    shell.notify(&value);
    let hook = match record.status {
        Status::Queued => "onBeforeCommand",
        Status::Accepted => "onCommandResolved",
        Status::Rejected => "onCommandRejected",
        Status::Held | Status::Sent | Status::Suppressed => return,
    };
    // What the page sends itself, monitors hear of as its own command.
    if record.event == instance::SEND_EVENT || !monitors::are_there() {
        return;
    }
    let mut options = Value::map();
    options.set_at("xdm", record.xdm.clone());
    let mut fields = vec![("commandName", "sendEvent".into()), ("options", convert::to_js(&options))];
    match record.status {
        Status::Accepted => fields.push(("result", Object::new().into())),
        Status::Rejected => {
            fields.push(("error", js_sys::Error::new(record.reason.as_deref().unwrap_or_default()).into()));
        }
        _ => {}
    }
    monitor(hook, &fields);
}

/// One line for the console.
pub(super) fn log(severity: Severity, message: &str) {
    let (method, level) = match severity {
        Severity::Warning => ("warn", "warn"),
        Severity::Error => ("error", "error"),
    };
    let line = ["[storefront-collector] ", message].concat();
    let console = convert::get(&js_sys::global(), "console");
    if let Some(method) = convert::get_function(&console, method) {
        let _ = method.call1(&console, &line.as_str().into());
    }
    let arguments = js_sys::Array::of1(&line.as_str().into());
    monitor("onBeforeLog", &[("level", level.into()), ("arguments", arguments.into())]);
}

/// Randomness from the browser's cryptography; from its clock where it has none.
pub(super) fn seed() -> [u64; 4] {
    let bytes = Uint8Array::new_with_length(32);
    let crypto = convert::get(&js_sys::global(), "crypto");
    let filled = convert::get_function(&crypto, "getRandomValues")
        .is_some_and(|fill: Function| fill.call1(&crypto, &bytes).is_ok());
    if !filled {
        let now = js_sys::Date::now() as u64;
        return [now, (js_sys::Math::random() * 9e15) as u64, (js_sys::Math::random() * 9e15) as u64, 1];
    }
    let mut seed = [0u64; 4];
    for (index, byte) in bytes.to_vec().into_iter().enumerate() {
        if let Some(word) = seed.get_mut(index / 8) {
            *word = (*word << 8) | u64::from(byte);
        }
    }
    seed
}

/// A UUID, version 4.
pub(super) fn uuid() -> String {
    crate::uuid::Random::new(seed()).uuid()
}

/// `localStorage`, where the browser lets us have it.
pub(super) fn local_storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}

/// `sessionStorage`, where the browser lets us have it.
pub(super) fn session_storage() -> Option<Storage> {
    web_sys::window()?.session_storage().ok().flatten()
}
