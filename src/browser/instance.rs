//! `window[instanceName]`: the bundled sender as a Web SDK instance, and the queue of the documented base
//! code (Edge protocol, 8.1 and 8.2). Only a free name is taken; a Web SDK that loads later finds the
//! queue that it expects, and does no harm.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;

use js_sys::{Array, Error, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

use super::convert::{get, get_function, read, to_js};
use super::events::Subscription;
use super::shell::{Shell, monitor};
use super::{api, monitors};
use crate::delivery::Ticket;
use crate::text::join;
use crate::value::Value;

/// The command by which the page sends events of its own, and the name of their records.
pub(super) const SEND_EVENT: &str = "sendEvent";

/// What is ours of the instance.
#[derive(Default)]
pub(super) struct Instance {
    calls: RefCell<Vec<Call>>,
    taken: RefCell<Option<Taken>>,
}

/// A command that has not been answered.
struct Call {
    ticket: Ticket,
    command: String,
    options: JsValue,
    resolve: Function,
    reject: Function,
}

/// The name that we answer under.
struct Taken {
    name: String,
    queue: Array,
    /// What we put into `window`; `None` where the page's base code stands there.
    callable: Option<JsValue>,
}

/// What stands under a name.
enum Standing {
    Nothing,
    /// The base code, and nobody has taken its queue.
    Waiting(Array),
    Somebody,
}

/// Answers under the name that the settings say, if it is free; tells monitors.
pub(super) fn open(shell: &Rc<Shell>, collector: &JsValue) {
    let asked = shell.ask(|core, _| {
        let settings = core.settings();
        (settings.instance_name.clone(), settings.web_sdk_name.is_some())
    });
    let Some((Some(name), false)) = asked else { return };
    let window: JsValue = js_sys::global().into();
    let standing = look(&window, &name);
    if let Standing::Waiting(_) = standing
        && somebody_may_come(&window)
    {
        // Whose queue it is shows when the page's scripts have run.
        let (weak, collector) = (Rc::downgrade(shell), collector.clone());
        let loaded = Subscription::new(&window, "load", move |_| {
            if let Some(shell) = weak.upgrade().filter(|shell| !shell.stopped.get()) {
                open(&shell, &collector);
            }
        });
        shell.subscriptions.borrow_mut().extend(loaded);
        return;
    }
    let callable = callable(shell);
    match standing {
        Standing::Somebody => {}
        Standing::Waiting(queue) => {
            let items: Vec<JsValue> = queue.iter().collect();
            // A Web SDK that comes later must not run them again.
            queue.set_length(0);
            take(shell, &name, queue, None);
            tell_monitors(shell, collector, &name, &callable);
            items.iter().for_each(|item| run_queued(shell, item));
        }
        Standing::Nothing => {
            let queue = Array::new();
            let _ = Reflect::set(&callable, &"q".into(), &queue);
            let _ = Reflect::set(&window, &name.as_str().into(), &callable);
            let names = get(&window, "__alloyNS").dyn_into::<Array>().unwrap_or_else(|_| {
                let names = Array::new();
                let _ = Reflect::set(&window, &"__alloyNS".into(), &names);
                names
            });
            if !names.includes(&name.as_str().into(), 0) {
                names.push(&name.as_str().into());
            }
            take(shell, &name, queue, Some(callable.clone()));
            tell_monitors(shell, collector, &name, &callable);
        }
    }
}

/// Gives the name back, as it was.
pub(super) fn close(shell: &Shell) {
    let Some(taken) = shell.instance.taken.borrow_mut().take() else { return };
    let window = js_sys::global();
    let _ = Reflect::delete_property(&taken.queue, &"push".into());
    if let Some(callable) = taken.callable
        && Object::is(&get(&window, &taken.name), &callable)
    {
        let _ = Reflect::delete_property(&window, &taken.name.as_str().into());
        if let Ok(names) = get(&window, "__alloyNS").dyn_into::<Array>() {
            let at = names.index_of(&taken.name.as_str().into(), 0);
            if let Ok(at) = u32::try_from(at) {
                names.splice(at, 1, &JsValue::UNDEFINED);
                names.splice(at, 1, &JsValue::UNDEFINED);
            }
        }
    }
}

/// The store names its own Web SDK: its name is none of ours.
pub(super) fn make_room(shell: &Shell, name: &str) {
    let ours = shell.instance.taken.borrow().as_ref().is_some_and(|taken| taken.name == name);
    if ours {
        close(shell);
    }
}

/// A command has its result.
pub(super) fn answer(shell: &Shell, ticket: Ticket, answer: Result<Value, String>) {
    let call = {
        let mut calls = shell.instance.calls.borrow_mut();
        calls.iter().position(|call| call.ticket == ticket).map(|at| calls.remove(at))
    };
    let Some(call) = call else { return };
    let mut about = about(&call.command, &call.options);
    let (hook, field, settle, value) = match answer {
        Ok(result) => ("onCommandResolved", "result", &call.resolve, to_js(&result)),
        Err(message) => ("onCommandRejected", "error", &call.reject, Error::new(&message).into()),
    };
    about.push((field, value.clone()));
    monitor(hook, &about);
    let _ = settle.call1(&JsValue::UNDEFINED, &value);
}

fn about(command: &str, options: &JsValue) -> Vec<(&'static str, JsValue)> {
    Vec::from([("commandName", command.into()), ("options", options.clone())])
}

fn look(window: &JsValue, name: &str) -> Standing {
    let here = get(window, name);
    if here.is_undefined() || here.is_null() {
        return Standing::Nothing;
    }
    let announced = get(window, "__alloyNS").dyn_into::<Array>();
    let announced = announced.is_ok_and(|names| names.includes(&name.into(), 0));
    match get(&here, "q").dyn_into::<Array>() {
        // A library that has run has put its own `push` there.
        Ok(queue) if announced && here.is_function() && !Object::has_own(&queue, &"push".into()) => {
            Standing::Waiting(queue)
        }
        _ => Standing::Somebody,
    }
}

/// Whether the page still loads a script that may be a Web SDK.
fn somebody_may_come(window: &JsValue) -> bool {
    let document = get(window, "document");
    let loading = get(&document, "readyState").as_string().as_deref() != Some("complete");
    let selector = "script[src*=\"alloy\"],script[src*=\"adobedtm\"]";
    let found = get_function(&document, "querySelector").and_then(|find| find.call1(&document, &selector.into()).ok());
    loading && found.is_some_and(|found| found.is_object())
}

fn take(shell: &Rc<Shell>, name: &str, queue: Array, callable: Option<JsValue>) {
    let weak = Rc::downgrade(shell);
    let push = Closure::<dyn Fn(JsValue)>::new(move |item: JsValue| {
        if let Some(shell) = weak.upgrade() {
            run_queued(&shell, &item);
        }
    });
    let _ = Reflect::set(&queue, &"push".into(), &push.into_js_value());
    *shell.instance.taken.borrow_mut() = Some(Taken { name: name.into(), queue, callable });
}

fn tell_monitors(shell: &Rc<Shell>, collector: &JsValue, name: &str, callable: &JsValue) {
    let _ = Reflect::set(collector, &"instanceName".into(), &name.into());
    monitor("onInstanceCreated", &[("instance", callable.clone())]);
    tell_of_configuration(shell);
}

fn tell_of_configuration(shell: &Rc<Shell>) {
    if monitors::are_there()
        && let Some(Some(configs)) = shell.ask(|core, _| core.is_configured().then(|| core.library_configs()))
    {
        monitor("onInstanceConfigured", &[("config", to_js(&configs))]);
    }
}

fn callable(shell: &Rc<Shell>) -> JsValue {
    let weak = Rc::downgrade(shell);
    Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(move |command, options| {
        execute(&weak.upgrade(), &command, &options)
    })
    .into_js_value()
}

/// Runs `[resolve, reject, [command, options]]`.
fn run_queued(shell: &Rc<Shell>, item: &JsValue) {
    let argument = |list: &JsValue, at: u32| Reflect::get_u32(list, at).unwrap_or(JsValue::UNDEFINED);
    let Ok(list) = Reflect::get_u32(item, 2) else { return };
    let promise = execute(&Some(Rc::clone(shell)), &argument(&list, 0), &argument(&list, 1));
    if let Some(then) = get_function(&promise, "then") {
        let _ = then.call2(&promise, &argument(item, 0), &argument(item, 1));
    }
}

fn execute(shell: &Option<Rc<Shell>>, command: &JsValue, options: &JsValue) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let refuse = |message: &str| {
            let _ = reject.call1(&JsValue::UNDEFINED, &Error::new(message));
        };
        let Some(shell) = shell.as_ref().filter(|shell| !shell.stopped.get()) else {
            return refuse("[storefront-collector] The collector has been stopped; start it again.");
        };
        let Some(command) = command.as_string() else {
            return refuse("[storefront-collector] The name of a command is a string.");
        };
        monitor("onBeforeCommand", &about(&command, options));
        let given = match read(options) {
            Ok(given) => given,
            Err(reason) => {
                return refuse(&join(&["[storefront-collector] ", &command, ": the options object ", reason]));
            }
        };
        let ticket = shell.new_ticket();
        let call = Call { ticket, command: command.clone(), options: options.clone(), resolve, reject: reject.clone() };
        shell.instance.calls.borrow_mut().push(call);
        let hook = get_function(options, "onBeforeEventSend").filter(|_| command == "configure");
        let page = shell.reader.read();
        let configures = command == "configure";
        let hook = hook.map(api::before_send);
        shell.tell(move |core, moment| core.command(ticket, &command, &given, page, hook, moment));
        if configures {
            tell_of_configuration(shell);
        }
    })
}
