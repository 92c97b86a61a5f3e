//! The consent banner, as the IAB's Transparency and Consent Framework offers it: `window.__tcfapi`.

use alloc::rc::Rc;
use core::cell::Cell;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::convert::{from_api, get_function};
use super::events::is_hidden;
use super::shell::Shell;
use super::timer;
use crate::consent::Signal;

/// What `__tcfapi` calls: with its data, and whether it could.
pub(super) type Listener = Closure<dyn FnMut(JsValue, JsValue)>;

/// How long a banner may take to answer before that is worth a warning, in milliseconds.
const LATE: u32 = 10_000;

/// How often a banner that is late is looked for, in milliseconds.
const EVERY: u32 = 1_000;

/// Listens to the banner for as long as the page lives; waits for it if it is late.
pub(super) fn follow(shell: &Rc<Shell>) {
    if shell.following_banner.replace(true) {
        return;
    }
    let shell = Rc::clone(shell);
    spawn_local(async move {
        let answered = Rc::new(Cell::new(false));
        let mut waited = 0;
        let mut told = false;
        loop {
            let mut listening = shell.banner_listener.borrow().is_some();
            if !listening && let Some(api) = get_function(&js_sys::global(), "__tcfapi") {
                listening = true;
                listen(&shell, &api, &answered);
            }
            if waited >= LATE && !told && !answered.get() {
                told = true;
                shell.tell(|core, moment| core.consent_signal(Signal::TcfMissing, moment));
            }
            if shell.stopped.get() || (listening && (answered.get() || told)) {
                return;
            }
            if is_hidden() {
                // No timer runs while nobody looks: it is followed again once the page is shown.
                return shell.following_banner.set(false);
            }
            timer::wait(EVERY).await;
            waited = waited.saturating_add(EVERY);
        }
    });
}

fn listen(shell: &Rc<Shell>, api: &Function, answered: &Rc<Cell<bool>>) {
    let weak = Rc::downgrade(shell);
    let answered = Rc::clone(answered);
    let listener = Listener::new(move |data: JsValue, success: JsValue| {
        if let Some(shell) = weak.upgrade().filter(|_| success.is_truthy()) {
            answered.set(true);
            let data = from_api(&data);
            shell.tell(move |core, moment| core.consent_signal(Signal::Tcf(&data), moment));
        }
    });
    // The version is the framework's own: 2 for all of 2.x.
    let _ = api.call3(&JsValue::UNDEFINED, &"addEventListener".into(), &2.into(), listener.as_ref());
    shell.banner_listener.borrow_mut().replace(listener);
}
