//! What the core is told about the world with every happening: it reads no clock and no cookie itself.

use alloc::string::String;

/// The moment at which something happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moment {
    /// Wall clock, milliseconds since 1970 UTC. May jump, also backwards: for timestamps only.
    pub wall: i64,
    /// Milliseconds on a clock that never goes back (it may stand still while a laptop sleeps):
    /// for waiting.
    pub mono: i64,
    /// `document.cookie` as it was; empty where cookies are blocked.
    pub cookies: String,
}
