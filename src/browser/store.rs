//! The outbox's storage: a journal in `localStorage` that is moved into IndexedDB.
//!
//! Neither alone is enough. `localStorage` is written before `publish` returns, so a page that is left
//! in the same task loses nothing, but it is small, the shop's own data live in it, and browsers write
//! it to disk seconds later. IndexedDB has room and survives a killed browser, but a write begun as the
//! page goes away may never commit. So an entry goes into both, and leaves the journal as soon as
//! IndexedDB has it: the shop's storage holds our entries for some milliseconds only.

use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::{Cell, RefCell};

use super::early::is_early;
use super::effects::local_storage;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransactionMode, Storage};

/// What every key in `localStorage` begins with.
const JOURNAL: &str = "storefront-collector:";
/// The database and its only object store.
const DATABASE: &str = "storefront-collector";
const OUTBOX: &str = "outbox";

/// Both storages. Opened only when something may be stored.
pub(super) struct Store {
    journal: Option<Storage>,
    database: RefCell<Option<IdbDatabase>>,
    /// Entries written before the database was open.
    waiting: RefCell<Vec<(String, String)>>,
    gone: Cell<bool>,
    /// Everything is to be taken out of the database once it is open.
    purged: Cell<bool>,
}

impl Store {
    /// Opens what the browser lets us open; what it denies is simply not there.
    pub(super) fn open() -> Rc<Self> {
        Rc::new(Self {
            journal: local_storage(),
            database: RefCell::default(),
            waiting: RefCell::default(),
            gone: Cell::new(false),
            purged: Cell::new(false),
        })
    }

    /// Opens the database and gives back every entry of both storages, by key.
    pub(super) async fn load(self: &Rc<Self>) -> Vec<(String, String)> {
        let mut entries = self.journal_entries();
        entries.retain(|(key, _)| !is_early(key));
        let opened = self.database.borrow().clone();
        let database = match opened {
            None => open_database().await,
            opened => opened,
        };
        if let Some(database) = database {
            for (key, text) in read_all(&database).await {
                if !entries.iter().any(|(known, _)| *known == key) {
                    entries.push((key, text));
                }
            }
            *self.database.borrow_mut() = Some(database);
        }
        if self.purged.replace(false) {
            entries.clear();
            if let Some(outbox) = self.outbox() {
                let _ = outbox.clear();
            }
        }
        self.gone.set(self.database.borrow().is_none());
        let waiting = core::mem::take(&mut *self.waiting.borrow_mut());
        for (key, text) in waiting {
            self.move_over(key, text);
        }
        entries
    }

    /// Writes an entry; `false` when neither storage takes it.
    pub(super) fn put(self: &Rc<Self>, key: &str, text: &str) -> bool {
        let journaled =
            self.journal.as_ref().is_some_and(|journal| journal.set_item(&[JOURNAL, key].concat(), text).is_ok());
        if self.database.borrow().is_some() {
            self.move_over(key.into(), text.into());
            return true;
        }
        if !self.gone.get() {
            self.waiting.borrow_mut().push((key.into(), text.into()));
            return true;
        }
        journaled
    }

    /// Takes entries out of both storages.
    pub(super) fn forget(&self, keys: &[String]) {
        self.waiting.borrow_mut().retain(|(key, _)| !keys.contains(key));
        for key in keys {
            self.unjournal(key);
        }
        if let Some(outbox) = self.outbox() {
            for key in keys {
                let _ = outbox.delete(&key.as_str().into());
            }
        }
    }

    /// Takes out everything that any tab has stored.
    pub(super) fn clear(&self) {
        self.waiting.borrow_mut().clear();
        for (key, _) in self.journal_entries() {
            self.unjournal(&key);
        }
        match self.outbox() {
            Some(outbox) => drop(outbox.clear()),
            None => self.purged.set(true),
        }
    }

    /// Takes out everything that any tab has stored, and the storage with it: what is not there is not
    /// made, not even for a moment.
    pub(super) fn discard() {
        Self::open().clear();
        if let Some(factory) = web_sys::window().and_then(|window| window.indexed_db().ok().flatten()) {
            let _ = factory.delete_database(DATABASE);
        }
    }

    /// The keys that are in storage now and begin with `prefix`.
    pub(super) async fn keys(&self, prefix: &str) -> Vec<String> {
        let mut entries = self.journal_entries();
        let database = self.database.borrow().clone();
        if let Some(database) = database {
            entries.extend(read_all(&database).await);
        }
        entries.into_iter().map(|(key, _)| key).filter(|key| key.starts_with(prefix)).collect()
    }

    fn move_over(self: &Rc<Self>, key: String, text: String) {
        let Some(outbox) = self.outbox() else { return };
        let Ok(request) = outbox.put_with_key(&text.into(), &key.as_str().into()) else { return };
        let store = Rc::clone(self);
        spawn_local(async move {
            // A request is done before its transaction is; the journal must outlive both.
            let done = match request.transaction() {
                Some(transaction) => settled(&transaction, "oncomplete", "onabort").await,
                None => false,
            };
            if done {
                store.unjournal(&key);
            }
        });
    }

    fn outbox(&self) -> Option<IdbObjectStore> {
        let database = self.database.borrow();
        let transaction = database.as_ref()?.transaction_with_str_and_mode(OUTBOX, IdbTransactionMode::Readwrite);
        transaction.ok()?.object_store(OUTBOX).ok()
    }

    fn journal_entries(&self) -> Vec<(String, String)> {
        let Some(journal) = &self.journal else { return Vec::new() };
        let count = journal.length().unwrap_or(0);
        let keys = (0..count).filter_map(|index| journal.key(index).ok().flatten()).collect::<Vec<_>>();
        keys.iter()
            .filter_map(|key| Some((key.strip_prefix(JOURNAL)?.into(), journal.get_item(key).ok().flatten()?)))
            .collect()
    }

    fn unjournal(&self, key: &str) {
        if let Some(journal) = &self.journal {
            let _ = journal.remove_item(&[JOURNAL, key].concat());
        }
    }
}

async fn open_database() -> Option<IdbDatabase> {
    let factory = web_sys::window()?.indexed_db().ok()??;
    let request = factory.open_with_u32(DATABASE, 1).ok()?;
    let upgrade = Closure::once_into_js({
        let request = request.clone();
        move || {
            if let Some(database) = request.result().ok().and_then(|result| result.dyn_into::<IdbDatabase>().ok()) {
                let _ = database.create_object_store(OUTBOX);
            }
        }
    });
    request.set_onupgradeneeded(upgrade.dyn_ref());
    if !settled(&request, "onsuccess", "onerror").await {
        return None;
    }
    let database: IdbDatabase = request.result().ok()?.dyn_into().ok()?;
    // Another tab with a newer collector must be able to change the database.
    let close = Closure::once_into_js({
        let database = database.clone();
        move || database.close()
    });
    database.set_onversionchange(close.dyn_ref());
    Some(database)
}

async fn read_all(database: &IdbDatabase) -> Vec<(String, String)> {
    let read = || -> Option<(IdbRequest, IdbRequest)> {
        let outbox = database.transaction_with_str(OUTBOX).ok()?.object_store(OUTBOX).ok()?;
        let everything = IdbKeyRange::lower_bound(&"".into()).ok()?;
        Some((outbox.get_all_keys_with_key(&everything).ok()?, outbox.get_all_with_key(&everything).ok()?))
    };
    let Some((keys, texts)) = read() else { return Vec::new() };
    // Both answers come from one transaction, in this order.
    if !settled(&texts, "onsuccess", "onerror").await {
        return Vec::new();
    }
    let list = |request: &IdbRequest| request.result().ok().and_then(|list| list.dyn_into::<Array>().ok());
    let (Some(keys), Some(texts)) = (list(&keys), list(&texts)) else { return Vec::new() };
    keys.iter().zip(texts.iter()).filter_map(|(key, text)| Some((key.as_string()?, text.as_string()?))).collect()
}

/// Waits until one of two handlers of an IndexedDB object is called; whether it was the good one.
async fn settled(target: &JsValue, good: &str, bad: &str) -> bool {
    let promise = Promise::new(&mut |resolve, reject| {
        let _ = js_sys::Reflect::set(target, &good.into(), &resolve);
        let _ = js_sys::Reflect::set(target, &bad.into(), &reject);
    });
    JsFuture::from(promise).await.is_ok()
}
