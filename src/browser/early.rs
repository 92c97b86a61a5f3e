//! Events of pages that were left before a collector ran there.
//!
//! `collector.js` is small and there early; when the page goes before the rest has loaded, it writes the
//! data layer's items to `localStorage`, and the next page of the shop publishes them here, with the time
//! and the address of their own page. It writes nothing where the shopper has declined or is asked first.

use alloc::rc::Rc;
use alloc::vec::Vec;

use js_sys::{Array, JSON};
use wasm_bindgen::{JsCast, JsValue};

use super::convert::{get, is_plain};
use super::data_layer::read_item;
use super::effects::local_storage;
use super::shell::Shell;
use crate::page::Page;

/// What the keys in `localStorage` begin with. A part of the journal's prefix, so that a purge takes them
/// along; what follows is no tab.
const PREFIX: &str = "storefront-collector:early:";

/// Whether a key of the journal (without the journal's own prefix) is one of these.
pub(super) fn is_early(key: &str) -> bool {
    key.starts_with("early:")
}

/// Publishes what earlier pages left, oldest page first, each once.
pub(super) fn take_over(shell: &Rc<Shell>) {
    let Some(storage) = local_storage() else { return };
    let count = storage.length().unwrap_or(0);
    let mut keys = (0..count).filter_map(|index| storage.key(index).ok().flatten()).collect::<Vec<_>>();
    keys.retain(|key| key.starts_with(PREFIX));
    // The time stands first in what follows the prefix.
    keys.sort();
    for key in keys {
        let text = storage.get_item(&key).ok().flatten().unwrap_or_default();
        let _ = storage.remove_item(&key);
        if let Ok(left) = JSON::parse(&text) {
            publish(shell, &left);
        }
    }
}

fn publish(shell: &Rc<Shell>, left: &JsValue) {
    let items = get(left, "items").dyn_into::<Array>().unwrap_or_default();
    let items = items.iter().filter(is_plain).filter_map(|item| read_item(&item)).collect();
    let text = |key| get(left, key).as_string().unwrap_or_default();
    let page = Page { url: text("url"), referrer: text("referrer"), ..shell.reader.read() };
    let wall = get(left, "time").as_f64().unwrap_or(0.0) as i64;
    shell.tell(move |core, moment| core.handed_over(items, &page, wall, moment));
}
