//! Web Locks: who among the shop's tabs is alive, and who fetches the shopper's identity.
//!
//! Where the browser has none (plain http, old engines), [`Locks::new`] is `None` and the caller
//! goes by time stamps.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::convert::{get, get_function};

/// `navigator.locks`.
#[derive(Clone)]
pub(super) struct Locks {
    manager: JsValue,
    request: Function,
    query: Function,
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
        Some(Self {
            request: get_function(&manager, "request")?,
            query: get_function(&manager, "query")?,
            manager,
        })
    }

    /// Asks for the lock `name`. `granted` gets it when it is ours: maybe at once, maybe much later.
    pub(super) fn acquire(&self, name: &str, granted: impl FnOnce(Held) + 'static) {
        self.ask(name, false, move |held| {
            if let Some(held) = held {
                granted(held);
            }
        });
    }

    /// The lock `name`, if nobody holds it.
    pub(super) async fn acquire_if_free(&self, name: &str) -> Option<Held> {
        let answer = Rc::new(RefCell::new(None));
        let answered = Promise::new(&mut |resolve, _reject| {
            let answer = Rc::clone(&answer);
            self.ask(name, true, move |held| {
                answer.replace(held);
                let _ = resolve.call0(&JsValue::UNDEFINED);
            });
        });
        let _ = wasm_bindgen_futures::JsFuture::from(answered).await;
        answer.take()
    }

    fn ask(&self, name: &str, only_if_free: bool, answer: impl FnOnce(Option<Held>) + 'static) {
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
        if let Ok(promise) = self.request.call3(&self.manager, &name.into(), &options, &holding) {
            silence(&promise);
        }
    }

    /// The names of all locks that are held now, in any tab of this origin.
    pub(super) async fn held(&self) -> Option<Vec<String>> {
        let promise: Promise = self.query.call0(&self.manager).ok()?.dyn_into().ok()?;
        let state = wasm_bindgen_futures::JsFuture::from(promise).await.ok()?;
        let held: Array = get(&state, "held").dyn_into().ok()?;
        Some(held.iter().filter_map(|lock| get(&lock, "name").as_string()).collect())
    }
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
