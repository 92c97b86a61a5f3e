//! The JS API: what frontend developers call (contract, section 4).
#![allow(unreachable_pub)] // JavaScript reaches it.

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Array, Error, Object, Promise, Reflect, Set};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, future_to_promise, spawn_local};

use super::convert::{from_api, get, get_function, read, to_js};
use super::data_layer::DataLayer;
use super::effects::{CART_KEY, log, session_storage};
use super::shell::Shell;
use super::{early, events, instance, sdk, tabs, timer};
use crate::collector::BeforeSend;
use crate::inspect::{Issue, Severity};
use crate::settings::{self, Source};
use crate::storefront::CONTEXTS;
use crate::text::join;
use crate::value::Value;

/// How long `stop` waits for its flush, in milliseconds.
const STOP_PATIENCE: u32 = 3_000;
/// The name under which the running collector stands in `window`.
pub(super) const GLOBAL: &str = "storefrontCollector";
/// The `id` of the page's own settings, in a `<script type="application/json">`.
const SETTINGS_ID: &str = "storefront-collector";

/// The version of this collector.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// Judges settings as the connector's configuration page does.
#[wasm_bindgen(unchecked_return_type = "Validation")]
pub fn validate(#[wasm_bindgen(unchecked_param_type = "unknown")] settings: JsValue) -> JsValue {
    let today = js_sys::Date::new_0().to_iso_string().as_string().unwrap_or_default();
    let today = today.get(..10).unwrap_or_default();
    to_js(&settings::validate_at(&from_api(&settings), today).to_value())
}

/// Starts collecting; resolves once the data layer is listened to.
///
/// A page has one collector: started again, the running one takes the settings and is given back.
///
/// `handedOver` is the drop-in's own: items of the data layer whose events another page has published
/// already, because this one was left before it could.
#[wasm_bindgen(unchecked_return_type = "Promise<Collector>")]
pub fn start(
    #[wasm_bindgen(unchecked_optional_param_type = "Settings", js_name = "settings")] raw: Option<Object>,
    #[wasm_bindgen(unchecked_optional_param_type = "Set<unknown>", js_name = "handedOver")] handed_over: Option<Set>,
) -> Promise {
    future_to_promise(async move {
        let raw: JsValue = raw.map_or(JsValue::UNDEFINED, JsValue::from);
        let window: JsValue = js_sys::global().into();
        let running = get(&window, GLOBAL);
        if let Some(start) = get_function(&running, "restart") {
            log(Severity::Warning, "start: this page has a running collector already; remove the second tag or call");
            return start.call1(&running, &raw).map(|_| running);
        }
        start_new(&window, &raw, handed_over.as_ref()).await
    })
}

async fn start_new(window: &JsValue, raw: &JsValue, handed_over: Option<&Set>) -> Result<JsValue, JsValue> {
    let shell = Shell::new();
    let collector = JsValue::from(Collector { shell: Rc::clone(&shell) });
    // Taken at once: a second tag must not start beside the first while that waits.
    let _ = Reflect::set(window, &GLOBAL.into(), &collector);
    let given_up = |error: JsValue| {
        let _ = Reflect::delete_property(&Object::from(window.clone()), &GLOBAL.into());
        shell.release();
        Err(error)
    };
    if let Err(error) = configure(&shell, raw) {
        return given_up(error);
    }
    events::activated().await;
    // Asked for before anything is stored: what lies there while nobody holds this tab's lock counts as left
    // behind. Not waited for: the page must not see a collector that does not listen yet.
    let living = Rc::clone(&shell);
    spawn_local(async move { tabs::live(&living).await });
    let _ = JsFuture::from(Promise::resolve(&JsValue::UNDEFINED)).await;
    if shell.stopped.get() {
        return Ok(collector);
    }
    events::follow(&shell);
    if let Some(cart) = session_storage().and_then(|session| session.get_item(CART_KEY).ok().flatten()) {
        shell.tell(move |core, _| core.restore_cart(&cart));
    }
    early::take_over(&shell);
    let name = shell.ask(|core, _| core.settings().data_layer_name.clone()).unwrap_or_default();
    let weak = Rc::downgrade(&shell);
    let sink = Rc::new(move |item| {
        if let Some(shell) = weak.upgrade() {
            shell.take(item);
        }
    });
    match DataLayer::listen(window, &name, handed_over, sink) {
        Some(data_layer) => *shell.data_layer.borrow_mut() = Some(data_layer),
        None => log(
            Severity::Error,
            &join(&["dataLayerName: window.", &name, " is no list that can be listened to; correct the name"]),
        ),
    }
    events::ask_for_hints(&shell);
    instance::open(&shell, &collector);
    Ok(collector)
}

/// Settings of the page's script and of the caller.
fn configure(shell: &Rc<Shell>, raw: &JsValue) -> Result<(), JsValue> {
    let page = page_settings();
    if !raw.is_undefined() && !raw.is_null() {
        if let Some(hook) = get_function(raw, "onBeforeEventSend") {
            let hook = before_send(hook);
            shell.tell(move |core, _| core.set_before_send(hook));
        }
        let settings = from_api(raw);
        // Both at once: what the caller says about consent counts before anything is done.
        shell.tell(move |core, moment| {
            if let Some(page) = page {
                core.prepare(Source::Page, &page);
            }
            core.configure(Source::Api, &settings, moment);
        });
    } else if let Some(page) = page {
        shell.tell(move |core, moment| core.configure(Source::Page, &page, moment));
    }
    let refused = shell.ask(|core, _| core.settings_refused().map(<[Issue]>::to_vec)).flatten();
    shell.follow_banner();
    match refused {
        Some(issues) => Err(refusal(&issues)),
        None => Ok(()),
    }
}

/// The error of settings that can never work: it carries `code` and `issues`.
fn refusal(issues: &[Issue]) -> JsValue {
    let worst = issues.iter().find(|issue| issue.severity == Severity::Error);
    let message = worst.map_or("the settings can never work", |issue| issue.message.as_str());
    let error = Error::new(&join(&["[storefront-collector] ", message]));
    let _ = Reflect::set(&error, &"code".into(), &worst.map_or("settings", |issue| issue.code).into());
    let list = Value::from(issues.iter().map(Issue::to_value).collect::<Vec<_>>());
    let _ = Reflect::set(&error, &"issues".into(), &to_js(&list));
    error.into()
}

fn page_settings() -> Option<Value> {
    let script = web_sys::window()?.document()?.get_element_by_id(SETTINGS_ID)?;
    let text = script.text_content().filter(|text| !text.trim().is_empty())?;
    match Value::parse(&text) {
        Ok(settings) => Some(settings),
        Err(error) => {
            log(
                Severity::Error,
                &join(&["settings: the script #", SETTINGS_ID, " is no JSON (", error.reason, "); it is left out"]),
            );
            None
        }
    }
}

pub(super) fn before_send(hook: js_sys::Function) -> BeforeSend {
    Box::new(move |content| {
        let content = to_js(&content);
        match hook.call1(&JsValue::UNDEFINED, &content) {
            Ok(answer) if answer == JsValue::FALSE => Ok(None),
            Ok(_) => read(&content).map(Some).map_err(|reason| {
                let message = join(&["onBeforeEventSend: what it left ", reason, "; the event is not sent"]);
                Issue::error("onBeforeEventSend", "unreadable", message)
            }),
            Err(error) => {
                let message = join(&[
                    "onBeforeEventSend threw (",
                    &sdk::message(&error),
                    "); the event is not sent. Mend the function",
                ]);
                Err(Issue::error("onBeforeEventSend", "threw", message))
            }
        }
    })
}

/// The running collector.
#[wasm_bindgen]
pub struct Collector {
    shell: Rc<Shell>,
}

#[wasm_bindgen]
impl Collector {
    /// Publishes a storefront event (`"page-view"` … as on the data layer), with an optional custom XDM
    /// context. Gives back the event's `_id`.
    pub fn publish(
        &self,
        #[wasm_bindgen(unchecked_param_type = "StorefrontEvent")] event: String,
        #[wasm_bindgen(unchecked_optional_param_type = "Record<string, unknown>")] context: Option<Object>,
    ) -> String {
        let shell = &self.shell;
        shell.publish(|| {
            let data_layer = shell.data_layer.borrow();
            let Some(data_layer) = data_layer.as_ref() else { return };
            // Other listeners, Adobe's collector among them, read the contexts from `eventInfo`.
            let info = Object::from(data_layer.state());
            let info = if info.is_object() { info } else { Object::new() };
            if let Some(context) = context {
                let _ = Reflect::set(&info, &"customContext".into(), &context);
            }
            let item = Object::new();
            let _ = Reflect::set(&item, &"event".into(), &event.into());
            let _ = Reflect::set(&item, &"eventInfo".into(), &info);
            data_layer.push(&item);
        })
    }

    /// Sets a context of the data layer (`"productContext"` …), replacing it whole; `null` takes it away.
    #[wasm_bindgen(js_name = setContext)]
    pub fn set_context(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ContextName")] name: String,
        #[wasm_bindgen(unchecked_param_type = "unknown")] value: JsValue,
    ) {
        if !CONTEXTS.contains(&name.as_str()) {
            log(Severity::Warning, &join(&["setContext: no event reads a context named ", &name]));
        }
        let data_layer = self.shell.data_layer.borrow();
        let Some(data_layer) = data_layer.as_ref() else { return };
        let item = Object::new();
        for value in [JsValue::NULL, value] {
            let _ = Reflect::set(&item, &name.as_str().into(), &value);
            data_layer.push(&Object::assign(&Object::new(), &item));
        }
    }

    /// The shopper's choice: `"in"`, `"out"`, or the Web SDK's `{ consent: [...] }`.
    #[wasm_bindgen(js_name = setConsent, unchecked_return_type = "Promise<void>")]
    pub fn set_consent(&self, #[wasm_bindgen(unchecked_param_type = "Consent")] consent: JsValue) -> Promise {
        let consent = from_api(&consent);
        let shell = Rc::clone(&self.shell);
        Promise::new(&mut |resolve, reject| {
            let consent = consent.clone();
            shell.tell(move |core, moment| {
                let _ = match core.set_consent(&consent, moment) {
                    Ok(()) => resolve.call0(&JsValue::UNDEFINED),
                    Err(issue) => reject.call1(&JsValue::UNDEFINED, &refusal(&[issue])),
                };
            });
        })
    }

    /// The shopper's ECID; `null` when there is none, for want of consent or because nothing was sent yet
    /// and the edge cannot be reached.
    #[wasm_bindgen(js_name = getIdentity, unchecked_return_type = "Promise<{ ECID: string | null }>")]
    pub fn get_identity(&self) -> Promise {
        let shell = Rc::clone(&self.shell);
        let asked = Promise::new(&mut |resolve, _reject| {
            let ticket = shell.ticket(resolve);
            shell.tell(move |core, moment| core.identify(ticket, moment));
        });
        future_to_promise(async move {
            let _ = JsFuture::from(asked).await;
            let ecid = shell.ask(|core, moment| core.ecid(moment)).flatten();
            Ok(to_js(&Value::from([("ECID", ecid.map(Value::Text))])))
        })
    }

    /// Settles when everything accepted so far is delivered or finally refused.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn flush(&self) -> Promise {
        let shell = Rc::clone(&self.shell);
        Promise::new(&mut |resolve, _reject| {
            let ticket = shell.ticket(resolve);
            shell.tell(move |core, moment| core.flush(ticket, moment));
        })
    }

    /// Where the collector stands.
    #[wasm_bindgen(unchecked_return_type = "Status")]
    pub fn status(&self) -> JsValue {
        self.shell.ask(|core, _| core.status()).map_or(JsValue::UNDEFINED, |status| to_js(&status))
    }

    /// The last 200 records, oldest first.
    #[wasm_bindgen(unchecked_return_type = "EventRecord[]")]
    pub fn events(&self) -> JsValue {
        self.shell.ask(|core, _| core.events()).map_or_else(|| Array::new().into(), |events| to_js(&events))
    }

    /// Calls `listener` with each record whenever its status changes, until the function that is given
    /// back is called.
    #[wasm_bindgen(unchecked_return_type = "() => void")]
    pub fn subscribe(
        &self,
        #[wasm_bindgen(unchecked_param_type = "(record: EventRecord) => void")] listener: js_sys::Function,
    ) -> JsValue {
        let number = self.shell.subscribe(listener);
        let shell = Rc::downgrade(&self.shell);
        Closure::<dyn FnMut()>::new(move || {
            if let Some(shell) = shell.upgrade() {
                shell.unsubscribe(number);
            }
        })
        .into_js_value()
    }

    /// Takes settings that a second start brought.
    #[wasm_bindgen(skip_typescript)]
    pub fn restart(&self, settings: JsValue) -> Result<(), JsValue> {
        configure(&self.shell, &settings)
    }

    /// Flushes (for three seconds at most: what is left then is stored), stops listening and lets go of
    /// everything; a new `start` is possible.
    #[wasm_bindgen(unchecked_return_type = "Promise<void>")]
    pub fn stop(&self) -> Promise {
        let flushed = self.flush();
        let shell = Rc::clone(&self.shell);
        if let Some(data_layer) = shell.data_layer.borrow_mut().take() {
            data_layer.stop();
        }
        shell.tell(|core, _| core.stop());
        future_to_promise(async move {
            // Offline a flush may take for ever; what is not delivered is stored for the next start.
            let patience = future_to_promise(async {
                timer::wait(STOP_PATIENCE).await;
                Ok(JsValue::UNDEFINED)
            });
            let _ = JsFuture::from(Promise::race(&Array::of2(&flushed, &patience))).await;
            shell.release();
            let window = js_sys::global();
            let _ = Reflect::delete_property(&window, &GLOBAL.into());
            Ok(JsValue::UNDEFINED)
        })
    }
}
