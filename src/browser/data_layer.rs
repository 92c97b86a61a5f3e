//! Listening to the Adobe Client Data Layer, and to the plain array that it may still be.
//!
//! The array's `push` becomes an accessor property: whatever stands behind it, `Array.prototype.push`
//! today and the library's own tomorrow, is called through us. So each item is seen once and in order
//! before, after and without the library, and no listener has to be registered with it.

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;

use js_sys::{Array, Function, Object, Proxy, Reflect, Set};
use wasm_bindgen::prelude::*;

use super::convert::{get, is_plain, read};
use crate::storefront::{CONTEXTS, Item, unreadable};
use crate::value::{Map, Value};

/// Takes each item that is pushed.
pub(super) type Sink = Rc<dyn Fn(Item)>;

/// `Fn`: a listener of the page that pushes comes in while the push before it is still running.
type Apply = Closure<dyn Fn(Function, JsValue, Array) -> Result<JsValue, JsValue>>;

/// The running listener; dropping it without [`DataLayer::stop`] leaves the page's `push` broken.
pub(super) struct DataLayer {
    array: Array,
    shared: Rc<Shared>,
    _apply: Apply,
    _get: Closure<dyn Fn() -> JsValue>,
    _set: Closure<dyn Fn(JsValue)>,
}

struct Shared {
    sink: Sink,
    /// What stands behind `push`.
    inner: RefCell<JsValue>,
    /// `inner`, called through us.
    outer: RefCell<JsValue>,
    /// Items that are being pushed right now: a tool that wraps `push` twice hands them in twice.
    pushing: RefCell<Vec<JsValue>>,
    /// Items taken while the array was plain. The library pushes them all again when it takes over.
    plain: RefCell<Option<VecDeque<JsValue>>>,
}

impl DataLayer {
    /// Takes what stands in `window[name]` already (made if missing), in order, then listens.
    ///
    /// Of items in `handed_over` only the contexts count: another page has published their events.
    ///
    /// Gives back `None` when the page has something else under that name, or a frozen array.
    pub(super) fn listen(window: &JsValue, name: &str, handed_over: Option<&Set>, sink: Sink) -> Option<Self> {
        if get(window, name).is_undefined() {
            Reflect::set(window, &name.into(), &Array::new()).ok()?;
        }
        let array: Array = get(window, name).dyn_into().ok()?;
        let taken_over = get(&array, "getState").is_function();
        let history: Vec<JsValue> = array.iter().collect();
        let shared = Rc::new(Shared {
            sink,
            inner: RefCell::new(get(&array, "push")),
            outer: RefCell::new(JsValue::UNDEFINED),
            pushing: RefCell::default(),
            plain: RefCell::new((!taken_over).then(|| history.iter().cloned().collect())),
        });
        let apply: Apply = Closure::new({
            let shared = Rc::clone(&shared);
            move |target: Function, this: JsValue, items: Array| shared.push(&target, &this, &items)
        });
        let handler = Object::new();
        Reflect::set(&handler, &"apply".into(), apply.as_ref()).ok()?;
        let through = move |push: &JsValue| match push.dyn_ref::<Function>() {
            Some(function) => Proxy::new(function, &handler).into(),
            None => push.clone(),
        };
        *shared.outer.borrow_mut() = through(&shared.inner.borrow());
        let get_push = Closure::new({
            let shared = Rc::clone(&shared);
            move || shared.outer.borrow().clone()
        });
        let set_push = Closure::new({
            let shared = Rc::clone(&shared);
            move |push: JsValue| {
                *shared.outer.borrow_mut() = through(&push);
                *shared.inner.borrow_mut() = push;
            }
        });
        let property = Object::new();
        Reflect::set(&property, &"get".into(), get_push.as_ref()).ok()?;
        Reflect::set(&property, &"set".into(), set_push.as_ref()).ok()?;
        Reflect::set(&property, &"configurable".into(), &JsValue::TRUE).ok()?;
        if !Reflect::define_property(&array, &"push".into(), &property).unwrap_or(false) {
            return None;
        }
        for raw in &history {
            let Some(mut item) = read_item(raw) else { continue };
            if handed_over.is_some_and(|items| items.has(raw)) {
                item.event = None;
            }
            (shared.sink)(item);
        }
        Some(Self { array, shared, _apply: apply, _get: get_push, _set: set_push })
    }

    /// Pushes an item, as the page would.
    pub(super) fn push(&self, item: &JsValue) {
        let push = self.shared.outer.borrow().clone();
        if let Some(function) = push.dyn_ref::<Function>() {
            // A listener of the page that throws is the page's own; it must not reach our caller.
            let _ = function.call1(&self.array, item);
        }
    }

    /// The library's computed state, if the library runs.
    pub(super) fn state(&self) -> JsValue {
        match get(&self.array, "getState").dyn_ref::<Function>() {
            Some(function) => function.call0(&self.array).unwrap_or(JsValue::UNDEFINED),
            None => JsValue::UNDEFINED,
        }
    }

    /// Gives the page its own `push` back.
    pub(super) fn stop(self) {
        let inner = self.shared.inner.borrow().clone();
        let _ = Reflect::delete_property(&self.array, &"push".into());
        if !Object::is(&get(&self.array, "push"), &inner) {
            let _ = Reflect::set(&self.array, &"push".into(), &inner);
        }
    }
}

impl Shared {
    fn push(&self, target: &Function, this: &JsValue, items: &Array) -> Result<JsValue, JsValue> {
        let mut ours = 0usize;
        for item in items.iter() {
            let nested = self.pushing.borrow().iter().any(|pushing| Object::is(pushing, &item));
            if !nested {
                if !self.is_replay(&item) {
                    self.take(&item);
                }
                self.pushing.borrow_mut().push(item);
                ours = ours.saturating_add(1);
            }
        }
        let result = target.apply(this, items);
        let mut pushing = self.pushing.borrow_mut();
        let rest = pushing.len().saturating_sub(ours);
        pushing.truncate(rest);
        result
    }

    /// Whether the library, taking the array over, hands in an item that we took from the plain array.
    fn is_replay(&self, item: &JsValue) -> bool {
        let mut plain = self.plain.borrow_mut();
        let Some(queue) = plain.as_mut() else { return false };
        // The library empties the array before it pushes the items again: that tells its push from the page's.
        let Some(own) = self.inner.borrow().dyn_ref::<Function>().cloned() else { return false };
        if Object::is(&own, &get(&Array::new(), "push")) {
            if item.is_object() || item.is_function() {
                queue.push_back(item.clone());
            }
            return false;
        }
        let replay = queue.front().is_some_and(|front| Object::is(front, item));
        if replay {
            queue.pop_front();
        }
        if queue.is_empty() {
            *plain = None;
        }
        replay
    }

    fn take(&self, item: &JsValue) {
        if let Some(item) = read_item(item) {
            (self.sink)(item);
        }
    }
}

/// Reads what concerns us from one item. Functions are the library's to run; whatever else is no plain
/// object is nothing to the data layer either.
pub(super) fn read_item(raw: &JsValue) -> Option<Item> {
    if !is_plain(raw) {
        return None;
    }
    let mut item = Item { event: get(raw, "event").as_string(), ..Item::default() };
    let keys = Reflect::own_keys(raw).ok()?;
    for key in keys.iter().filter_map(|key| key.as_string()) {
        if let Some(name) = CONTEXTS.into_iter().find(|name| *name == key) {
            let mut contexts = core::mem::take(&mut item.contexts);
            read_into(&mut contexts, &mut item, raw, name);
            item.contexts = contexts;
        }
    }
    if item.event.is_some() {
        let info = get(raw, "eventInfo");
        if is_plain(&info) {
            let mut contexts = Map::new();
            for name in CONTEXTS {
                read_into(&mut contexts, &mut item, &info, name);
            }
            if let Some(unit) = get(&info, "searchUnitId").as_string() {
                contexts.set("searchUnitId", unit);
            }
            item.info = Some(contexts);
        }
    } else if item.contexts.is_empty() && item.issues.is_empty() {
        return None;
    }
    Some(item)
}

fn read_into(contexts: &mut Map, item: &mut Item, from: &JsValue, name: &'static str) {
    let raw = match Reflect::get(from, &name.into()) {
        Ok(raw) if raw.is_undefined() => return,
        Ok(raw) => raw,
        Err(_) => {
            item.issues.push(unreadable(name, "cannot be read: its getter throws"));
            contexts.set(name, Value::Null);
            return;
        }
    };
    match read(&raw) {
        Ok(value) => contexts.set(name, value),
        Err(reason) => {
            item.issues.push(unreadable(name, reason));
            contexts.set(name, Value::Null);
        }
    }
}
