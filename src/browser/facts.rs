//! The facts of a happening, as the page's modules list them, read into what the core takes.

use alloc::string::String;
use alloc::vec::Vec;

use super::page::readable;
use crate::delivery::Ticket;
use crate::inspect::Issue;
use crate::page::{Orientation, Page};
use crate::storefront::{Item, unreadable};
use crate::value::{Map, Value};

static NOTHING: Value = Value::Null;

/// The facts of a happening, or a part of them, by place; what is missing is nothing.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a>(pub(super) &'a [Value]);

impl<'a> Facts<'a> {
    /// The facts of a list; anything else says nothing.
    pub(super) fn of(value: &'a Value) -> Self {
        Self(value.as_list().unwrap_or_default())
    }

    pub(super) fn at(self, place: usize) -> &'a Value {
        self.0.get(place).unwrap_or(&NOTHING)
    }

    pub(super) fn list(self, place: usize) -> Self {
        Self::of(self.at(place))
    }

    pub(super) fn maybe_text(self, place: usize) -> Option<String> {
        self.at(place).as_text().map(String::from)
    }

    pub(super) fn text(self, place: usize) -> String {
        self.maybe_text(place).unwrap_or_default()
    }

    pub(super) fn flag(self, place: usize) -> bool {
        self.at(place).as_bool().unwrap_or_default()
    }

    pub(super) fn maybe_number(self, place: usize) -> Option<i64> {
        self.at(place).as_i64()
    }

    pub(super) fn number(self, place: usize) -> i64 {
        self.maybe_number(place).unwrap_or_default()
    }

    /// Names a promise; it stands first.
    pub(super) fn ticket(self) -> Ticket {
        self.number(0) as Ticket
    }

    pub(super) fn texts(self) -> Vec<String> {
        let mut texts = Vec::with_capacity(self.0.len());
        for place in 0..self.0.len() {
            texts.push(self.text(place));
        }
        texts
    }
}

/// `[event, contexts, contexts of eventInfo, searchUnitId]`, as `readItem` of data_layer.js gives them.
pub(super) fn item_of(facts: Facts<'_>, known: &mut Map) -> Item {
    let mut issues = Vec::new();
    let contexts = contexts_of(facts.list(1), known, &mut issues);
    let info = facts.at(2).as_list().map(|info| {
        let mut info = contexts_of(Facts(info), known, &mut issues);
        if let Some(unit) = facts.maybe_text(3) {
            info.set("searchUnitId", unit);
        }
        info
    });
    Item { contexts, event: facts.maybe_text(0), info, issues }
}

fn contexts_of(facts: Facts<'_>, known: &mut Map, issues: &mut Vec<Issue>) -> Map {
    let mut contexts = Map::new();
    for context in facts.0 {
        let context = Facts::of(context);
        let name = context.text(0);
        if let Some(text) = context.at(1).as_text() {
            let value = readable(text).unwrap_or_else(|reason| {
                issues.push(unreadable(&name, reason));
                Value::Null
            });
            known.set(name.clone(), value);
        }
        let value = known.get(&name).cloned();
        contexts.set(name, value);
    }
    contexts
}

/// `readings` of page.js.
pub(super) fn page_of(facts: Facts<'_>) -> Page {
    Page {
        url: facts.text(0),
        referrer: facts.text(1),
        screen_width: facts.maybe_number(2),
        screen_height: facts.maybe_number(3),
        orientation: match facts.at(4).as_text() {
            Some("portrait") => Some(Orientation::Portrait),
            Some("landscape") => Some(Orientation::Landscape),
            _ => None,
        },
        viewport: Some((facts.number(5), facts.number(6))),
        offset_minutes: facts.number(7),
        time_zone: facts.text(8),
        client_hints: Some(facts.at(9).clone()).filter(|hints| !hints.is_null()),
    }
}
