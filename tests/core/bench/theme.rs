//! What a theme puts on its data layer.

use storefront_collector::storefront::Item;
use storefront_collector::value::Map;

use super::bench::*;

pub(crate) fn map(text: &str) -> Map {
    json(text).as_map().unwrap().clone()
}

impl Bench {
    pub(crate) fn push(&mut self, item: Item) -> Option<String> {
        let page = Page { url: "https://www.shop.test/p".into(), ..Page::default() };
        self.run(|collector, moment| collector.pushed(item, None, page, moment))
    }

    pub(crate) fn contexts(&mut self, contexts: &str) {
        self.push(Item { contexts: map(contexts), ..Item::default() });
    }

    pub(crate) fn publish_with(&mut self, event: &str, info: &str) -> Option<String> {
        self.push(Item { event: Some(event.into()), info: Some(map(info)), ..Item::default() })
    }
}
