//! The browser's own happenings: the page hides, goes, comes back; the network comes and goes; cookies change.

use alloc::rc::Rc;
use alloc::vec::Vec;

use js_sys::{Array, Date, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::EventTarget;

use super::convert::{from_api, get, get_function};
use super::effects::store;
use super::shell::Shell;
use super::tabs;

/// A listener on something of the page; dropping it takes the listener away.
pub(super) struct Subscription {
    target: EventTarget,
    event: &'static str,
    listener: Closure<dyn FnMut(JsValue)>,
}

impl Subscription {
    pub(super) fn new(target: &JsValue, event: &'static str, listener: impl FnMut(JsValue) + 'static) -> Option<Self> {
        let target: EventTarget = target.clone().dyn_into().ok()?;
        let listener = Closure::new(listener);
        target.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref()).ok()?;
        Some(Self { target, event, listener })
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let callback = self.listener.as_ref().unchecked_ref();
        let _ = self.target.remove_event_listener_with_callback(self.event, callback);
    }
}

/// Starts listening to the page.
pub(super) fn follow(shell: &Rc<Shell>) {
    let window: JsValue = js_sys::global().into();
    let document = get(&window, "document");
    let cookie_store = get(&window, "cookieStore");
    let mut subscriptions = Vec::new();
    let mut on = |target: &JsValue, event: &'static str, heard: fn(&Rc<Shell>, &JsValue)| {
        let shell = Rc::downgrade(shell);
        let heard = move |event: JsValue| {
            if let Some(shell) = shell.upgrade() {
                heard(&shell, &event);
            }
        };
        subscriptions.extend(Subscription::new(target, event, heard));
    };
    on(&get(&window, "navigation"), "navigate", |shell, event| {
        if leads_to_another_page_of_ours(event) {
            shell.navigating_until.set(Date::now() + NAVIGATION);
        }
    });
    on(&document, "visibilitychange", |shell, _| {
        let visible = !is_hidden();
        if visible {
            shell.follow_banner();
        }
        // Some browsers tell of hiding before `pagehide`, which knows more.
        if visible || !has_heir(shell) {
            shell.tell(move |core, moment| core.visible(visible, moment));
        }
    });
    on(&window, "pagehide", |shell, _| {
        let heir = has_heir(shell);
        shell.tell(move |core, moment| core.unloading(heir, moment));
        shell.left.set(true);
        // A page that holds locks is not kept for going back, and the next page may have our events now.
        shell.tab_locks.borrow_mut().clear();
        shell.identity_lock.borrow_mut().take();
    });
    on(&window, "pageshow", |shell, event| {
        if get(event, "persisted").is_truthy() {
            come_back(shell);
        }
    });
    on(&window, "online", |shell, _| shell.tell(|core, moment| core.online(true, moment)));
    on(&window, "offline", |shell, _| shell.tell(|core, moment| core.online(false, moment)));
    on(&window, "resize", |shell, _| shell.reader.resized());
    on(&cookie_store, "change", |shell, _| shell.tell(|core, moment| core.read_consent(moment)));
    // A choice made in another tab.
    on(&window, "storage", |shell, _| shell.tell(|core, moment| core.read_consent(moment)));
    *shell.subscriptions.borrow_mut() = subscriptions;
    if get(&get(&window, "navigator"), "onLine") == JsValue::FALSE {
        shell.tell(|core, moment| core.online(false, moment));
    }
}

/// How long after its start a navigation may still be what takes the page away, in milliseconds.
const NAVIGATION: f64 = 10_000.0;

/// Whether a page of this shop takes the place of this one. Browsers without the Navigation API never say.
fn has_heir(shell: &Shell) -> bool {
    Date::now() < shell.navigating_until.get()
}

fn leads_to_another_page_of_ours(navigate: &JsValue) -> bool {
    let destination = get(navigate, "destination");
    let origin = get(&get(&js_sys::global(), "location"), "origin").as_string().unwrap_or_default();
    let url = get(&destination, "url").as_string().unwrap_or_default();
    !get(&destination, "sameDocument").is_truthy()
        && get(navigate, "downloadRequest").is_null()
        && url.strip_prefix(origin.as_str()).is_some_and(|path| path.starts_with('/'))
}

/// The page is back from the back-forward cache.
fn come_back(shell: &Rc<Shell>) {
    shell.navigating_until.set(0.0);
    shell.left.set(false);
    let old = shell.tab.borrow().clone();
    let new = [old.as_str(), "+"].concat();
    shell.tab.replace(new.clone());
    shell.tell(move |core, moment| core.returning(new, moment));
    let shell = Rc::clone(shell);
    spawn_local(async move {
        tabs::live(&shell).await;
        let mut keys = Vec::new();
        let opened = shell.store.borrow().is_some();
        if opened {
            let new = [shell.tab.borrow().as_str(), "/"].concat();
            keys = store(&shell).keys(&new).await;
            if tabs::hold(&shell, &old).await {
                keys.extend(store(&shell).keys(&[old.as_str(), "/"].concat()).await);
            }
        }
        shell.tell(move |core, moment| core.restored(keys, moment));
    });
}

/// Whether the page is in the background.
pub(super) fn is_hidden() -> bool {
    get(&get(&js_sys::global(), "document"), "visibilityState").as_string().as_deref() == Some("hidden")
}

/// Waits until the page is shown for the first time: a page that is only prerendered sends nothing.
pub(super) async fn activated() {
    let document = get(&js_sys::global(), "document");
    if !get(&document, "prerendering").is_truthy() {
        return;
    }
    let mut subscription = None;
    let shown = Promise::new(&mut |resolve, _reject| {
        subscription = Subscription::new(&document, "prerenderingchange", move |_| {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        });
    });
    let _ = JsFuture::from(shown).await;
    drop(subscription);
}

/// Asks for the client hints that the settings want; they come when they come.
pub(super) fn ask_for_hints(shell: &Rc<Shell>) {
    let wanted = shell.ask(|core, _| core.settings().context.high_entropy_user_agent_hints);
    let data = get(&get(&js_sys::global(), "navigator"), "userAgentData");
    let Some(ask) = get_function(&data, "getHighEntropyValues").filter(|_| wanted == Some(true)) else { return };
    let names = ["architecture", "bitness", "model", "platformVersion", "wow64"];
    let names: Array = names.into_iter().map(JsValue::from_str).collect();
    let Some(promise) = ask.call1(&data, &names).ok().and_then(|promise| promise.dyn_into::<Promise>().ok()) else {
        return;
    };
    let shell = Rc::downgrade(shell);
    spawn_local(async move {
        if let Ok(hints) = JsFuture::from(promise).await
            && let Some(shell) = shell.upgrade()
        {
            shell.reader.hinted(from_api(&hints));
        }
    });
}
