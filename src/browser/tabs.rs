//! Web Locks: who among the shop's tabs is alive, and who fetches the shopper's identity.
//!
//! Where the browser has none (plain http, old engines), [`Locks::new`] is `None` and the caller
//! goes by time stamps.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::convert::{get, get_function};
use super::shell::Shell;

/// `navigator.locks`.
#[derive(Clone)]
pub(super) struct Locks {
    manager: JsValue,
    request: Function,
}

/// A lock that is held until this is dropped.
pub(super) struct Held {
    release: Function,
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.release.call0(&JsValue::UNDEFINED);
    }
}

impl Locks {
    /// The browser's locks, if it has them.
    pub(super) fn new() -> Option<Self> {
        let manager = get(&get(&js_sys::global(), "navigator"), "locks");
        Some(Self { request: get_function(&manager, "request")?, manager })
    }

    /// Asks for the lock `name`. `granted` gets it when it is ours: maybe at once, maybe much later.
    pub(super) fn acquire(&self, name: &str, granted: impl FnOnce(Held) + 'static) {
        let request = self.ask(name, false, move |held| {
            if let Some(held) = held {
                granted(held);
            }
        });
        silence(&request);
    }

    /// The lock `name`, if nobody holds it.
    pub(super) async fn acquire_if_free(&self, name: &str) -> Option<Held> {
        let answer = Rc::new(RefCell::new(None));
        let answered = Promise::new(&mut |resolve, _reject| {
            let (answer, done) = (Rc::clone(&answer), resolve.clone());
            let request = self.ask(name, true, move |held| {
                answer.replace(held);
                let _ = done.call0(&JsValue::UNDEFINED);
            });
            // Where locks are denied (a sandboxed page) nobody is called: the rejection is the answer.
            let heard = get_function(&request, "catch").and_then(|catch| catch.call1(&request, &resolve).ok());
            if heard.is_none() {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        });
        let _ = wasm_bindgen_futures::JsFuture::from(answered).await;
        answer.take()
    }

    fn ask(&self, name: &str, only_if_free: bool, answer: impl FnOnce(Option<Held>) + 'static) -> JsValue {
        let holding = Closure::once_into_js(move |lock: JsValue| {
            if lock.is_null() {
                answer(None);
                return JsValue::UNDEFINED;
            }
            let mut release = None;
            let promise = Promise::new(&mut |resolve, _reject| release = Some(resolve));
            answer(release.map(|release| Held { release }));
            promise.into()
        });
        let options = Object::new();
        let _ = Reflect::set(&options, &"ifAvailable".into(), &only_if_free.into());
        self.request.call3(&self.manager, &name.into(), &options, &holding).unwrap_or_default()
    }
}

/// The lock by which other tabs see that this one, or `tab`, is alive.
fn lock_of(tab: &str) -> String {
    ["storefront-collector:tab:", tab].concat()
}

/// Shows other tabs that this one is alive.
pub(super) async fn live(shell: &Shell) {
    let tab = shell.tab.borrow().clone();
    hold(shell, &tab).await;
}

/// Takes the lock of `tab` if it is free. Says whether its events are this tab's, as all are where the
/// browser has no locks.
pub(super) async fn hold(shell: &Shell, tab: &str) -> bool {
    let Some(locks) = &shell.locks else { return true };
    let held = locks.acquire_if_free(&lock_of(tab)).await;
    let is_held = held.is_some();
    shell.tab_locks.borrow_mut().extend(held);
    is_held
}

/// The tab that wrote an entry; keys are `tab/number`.
pub(super) fn tab_of(key: &str) -> &str {
    crate::text::cut(key, b"/").map_or(key, |(tab, _)| tab)
}

/// Takes the locks of those of `tabs` that are gone, so that no other tab takes their events too, and gives
/// back which they are. Where the browser has no locks, every other tab counts as gone: an event may then
/// arrive twice, with the same `_id`, but is not lost.
pub(super) async fn take_over(shell: &Shell, tabs: Vec<String>) -> Vec<String> {
    let Some(locks) = &shell.locks else { return tabs };
    let mut dead = Vec::new();
    for tab in tabs {
        if let Some(held) = locks.acquire_if_free(&lock_of(&tab)).await {
            shell.tab_locks.borrow_mut().push(held);
            dead.push(tab);
        }
    }
    dead
}

/// Keeps a promise that may reject (a page that goes away drops its lock requests) from being unhandled.
fn silence(promise: &JsValue) {
    if let Some(promise) = promise.dyn_ref::<Promise>() {
        wasm_bindgen_futures::spawn_local({
            let promise = promise.clone();
            async move {
                let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
            }
        });
    }
}
