//! In: the data layer's events and contexts.

mod kind;

pub use kind::{EventKind, is_known_unmapped};
