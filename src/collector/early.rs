//! Events of a page of this shop that was left before a collector could send them.

use alloc::string::String;
use alloc::vec::Vec;

use super::Collector;
use crate::delivery::Limits;
use crate::moment::Moment;
use crate::page::Page;
use crate::settings::{Effective, Source};
use crate::storefront::{Item, Storefront};
use crate::uuid::Random;
use crate::value::Value;

/// Such a page, as it was kept in storage.
#[derive(Debug, Default)]
pub struct EarlyPage {
    /// Its key there, which no other page has.
    pub key: String,
    /// What stood on its data layer.
    pub items: Vec<EarlyItem>,
    /// Its own settings script; nothing without one.
    pub settings: Value,
    /// What it was.
    pub page: Page,
    /// When it was left: wall clock, milliseconds since 1970.
    pub wall: i64,
}

/// An item of its data layer.
#[derive(Clone, Debug, Default)]
pub struct EarlyItem {
    /// As it was pushed.
    pub item: Item,
    /// The `_id` and the time (milliseconds since 1970) that its event got from a collector that could not send it.
    pub published: Option<(String, i64)>,
}

impl Collector {
    /// Publishes the events of `early`, as of then and there, by its own settings and the shopper's choice of now;
    /// [`super::Effect::Forget`] takes it out of storage once they are safe. Where events may not leave yet, or not to
    /// its organization or by its Web SDK, it stays for a page from where they may.
    pub fn take_over(&mut self, mut early: EarlyPage, moment: &Moment) {
        self.read_consent(moment);
        if self.stopped || !self.may_send() {
            return;
        }
        let is_fresh = !Limits::default().is_too_old(early.wall, moment.wall);
        let effective = self.settings_there(&early);
        if is_fresh && effective.off.is_none() {
            let (theirs, ours) = (&effective.settings, &self.effective.settings);
            if theirs.organization_id != ours.organization_id || theirs.web_sdk_name != ours.web_sdk_name {
                return;
            }
            let mut storefront = Storefront::default();
            if let Some(cart) = &self.last_cart {
                storefront.restore_cart(cart);
            }
            self.publish_there(&mut early, effective, storefront, moment);
        }
        self.taken_over.push(early.key);
    }

    /// The settings of that page: its script and its data layer, where they say anything, before ours.
    fn settings_there(&self, early: &EarlyPage) -> Effective {
        let mut there = Storefront::default();
        for EarlyItem { item, .. } in &early.items {
            there.take(Item { contexts: item.contexts.clone(), ..Item::default() });
        }
        let context = |name| there.context(name).or_else(|| self.storefront.context(name));
        let mut store = self.store.clone();
        store.set(Source::Page, &early.settings);
        store.set_data_layer(context("aepContext"), context("eventForwardingContext"));
        let effective = store.effective();
        if effective.off.is_some() || effective.waiting_for.is_empty() && !effective.never {
            effective
        } else {
            self.effective.clone()
        }
    }

    /// Publishes the events with the settings and the data layer of their page in force instead of ours.
    fn publish_there(&mut self, early: &mut EarlyPage, effective: Effective, storefront: Storefront, moment: &Moment) {
        let effective = core::mem::replace(&mut self.effective, effective);
        let storefront = core::mem::replace(&mut self.storefront, storefront);
        // Should two pages come to publish them, they do it under the same ids.
        let mut random = Random::of(&early.key);
        for EarlyItem { mut item, published } in core::mem::take(&mut early.items) {
            let (id, wall) = published.unwrap_or_else(|| (random.uuid(), early.wall));
            for settings in ["aepContext", "eventForwardingContext"] {
                item.contexts.remove(settings);
            }
            self.pushed_at(item, Some(id), early.page.clone(), wall, moment);
        }
        self.effective = effective;
        let theirs = core::mem::replace(&mut self.storefront, storefront);
        self.last_cart = theirs.cart_memory();
        self.storefront.follow(theirs);
    }
}
