//! What the core is told about the world with every happening: it reads no clock and neither cookie nor storage itself.
//!
//! ```
//! use storefront_collector::consent::{Consent, Inputs, Rules, State};
//! use storefront_collector::moment::Moment;
//!
//! // A test's clock: what is asked for is said, and nothing waits.
//! let mut now = Moment { wall: 1_795_360_664_527, mono: 1_000, ..Moment::default() };
//! let mut consent = Consent::new(Rules::default(), &now);
//! assert_eq!(consent.read(&Inputs { cookies: &now.cookies, ..Inputs::default() }, &now).to, State::In);
//!
//! now = Moment { mono: now.mono + 500, cookies: "mg_dnt=1".into(), ..now };
//! assert_eq!(consent.read(&Inputs { cookies: &now.cookies, ..Inputs::default() }, &now).to, State::Out);
//! ```

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
    /// What local storage held under [`crate::consent::MEMORY_KEY`]; `None` where nothing is, or storage is denied.
    pub memory: Option<String>,
}
