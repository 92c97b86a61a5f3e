//! The objects among the values.

use alloc::vec::Vec;

use super::{Key, Value};

/// An object: entries in the order in which their keys came, each key once.
///
/// Objects here are small (contexts have some 30 keys), so a list that is searched from the front
/// is smaller and faster than a table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map(pub(super) Vec<(Key, Value)>);

impl Map {
    /// An object without entries.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The value of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value of `key`, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.0.iter_mut().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The value of `key`, put there as `null` if it is not.
    #[inline(never)]
    pub fn entry(&mut self, key: Key) -> &mut Value {
        let at = self.0.iter().position(|(name, _)| *name == key).unwrap_or_else(|| {
            self.0.push((key, Value::Null));
            self.0.len().saturating_sub(1)
        });
        match self.0.get_mut(at) {
            Some((_, value)) => value,
            // `at` is in bounds; see `as_map_or_new` for why this is no panic.
            None => alloc::boxed::Box::leak(alloc::boxed::Box::default()),
        }
    }

    /// Gives `key` a value; a key that is there keeps its place.
    pub fn set(&mut self, key: impl Into<Key>, value: impl Into<Value>) {
        self.put(key.into(), value.into());
    }

    #[inline(never)]
    fn put(&mut self, key: Key, value: Value) {
        *self.entry(key) = value;
    }

    /// Takes `key` out.
    pub fn remove(&mut self, key: &str) -> Option<Value> {
        // `Vec::remove` has a panic path, which a bundle pays for.
        let mut removed = None;
        self.0.retain_mut(|(name, value)| {
            let found = name == key;
            if found {
                removed = Some(core::mem::take(value));
            }
            !found
        });
        removed
    }

    /// Keeps the entries for which `keep` says so; it may change their values.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &mut Value) -> bool) {
        self.0.retain_mut(|(key, value)| keep(key, value));
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_ref(), value))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Map {
    type Item = (Key, Value);
    type IntoIter = alloc::vec::IntoIter<(Key, Value)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
