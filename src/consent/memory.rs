//! What is remembered beyond the page, so that an explicit in is obeyed and an out stays.

use alloc::string::String;

use super::machine::{Choice, Consent};
use super::{Source, State, standards};
use crate::value::{Map, Value};

/// The one local storage key that holds consent. A purge after an out must leave it alone.
pub const MEMORY_KEY: &str = "storefront-collector.consent";

/// When the choice, and when what the edge was told, changed last: milliseconds since 1970, made to
/// only grow. Apart, so that a tab that hears from the edge late does not undo another tab's choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamps {
    chosen: i64,
    told: i64,
}

impl Stamps {
    fn of(memory: &Value) -> Self {
        let at = |key: &str| memory.get(key).and_then(Value::as_i64).unwrap_or(-1);
        Self { chosen: at("chosenAt"), told: at("toldAt") }
    }
}

/// The stamps of what storage holds. Text that nobody can read is older than anything, but it
/// stands there, so it may be put right.
fn stored(text: Option<&str>) -> (Option<Stamps>, Value) {
    let memory = text.and_then(|text| Value::parse(text).ok()).unwrap_or_default();
    (text.map(|_| Stamps::of(&memory)), memory)
}

impl Consent {
    /// The text to write under [`MEMORY_KEY`] now, if it has to change; `memory` is what stands
    /// there. To be asked for after every call. Nothing is ever written while pending, and an out
    /// only changes what is there already.
    #[must_use]
    pub fn memory_to_write(&self, memory: Option<&str>) -> Option<String> {
        let may = match self.state {
            State::In => true,
            State::Pending => false,
            State::Out => self.stored.is_some(),
        };
        let outdated = self.stored.is_none_or(|at| at.chosen < self.chosen_at || at.told < self.telling.changed_at);
        // What another tab wrote since has to be read first.
        if !may || !outdated || stored(memory).0 != self.stored {
            return None;
        }
        let mut out = Map::new();
        out.set("chosenAt", self.chosen_at);
        out.set("toldAt", self.telling.changed_at);
        if let Some(choice) = self.choice.as_ref().filter(|choice| choice.state != State::Pending) {
            out.set("consent", &choice.consent);
            out.set("banner", choice.banner);
        }
        for (source, slot) in Source::ALL.into_iter().zip(&self.slots) {
            if let Some(mark) = slot.overruled {
                out.entry("overruled".into()).as_map_or_new().set(source.name(), i64::from(mark));
            }
        }
        if let Some(believed) = self.telling.believed {
            out.set("believed", believed.name());
            out.set("told", self.telling.told.clone());
        }
        Some(Value::Map(out).to_json())
    }

    /// Takes over what storage holds where it is newer: from an earlier page, or another tab.
    pub(super) fn recall(&mut self, text: Option<&str>) {
        if text.is_some() && text == self.recalled.as_deref() {
            return;
        }
        self.recalled = text.map(String::from);
        let (stamps, memory) = stored(text);
        self.stored = stamps;
        let Some(stamps) = stamps else { return };
        if stamps.chosen > self.chosen_at {
            self.chosen_at = stamps.chosen;
            if let Ok((consent, state)) = standards::read(&memory) {
                let banner = memory.get("banner").and_then(Value::as_bool).unwrap_or(false);
                self.apply(Choice { consent, state, banner });
                self.called = false;
                for (source, slot) in Source::ALL.into_iter().zip(&mut self.slots) {
                    let mark = memory.get("overruled").and_then(|marks| marks.get(source.name()));
                    slot.overruled = mark.and_then(Value::as_i64).and_then(|mark| u32::try_from(mark).ok());
                }
            }
        }
        if stamps.told > self.telling.changed_at {
            self.telling.changed_at = stamps.told;
            self.telling.believed = memory.get("believed").and_then(Value::as_text).and_then(State::from_name);
            self.telling.told = memory.get("told").and_then(Value::as_map).cloned().unwrap_or_default();
        }
    }
}
