//! What the core is told about the world with every happening: it reads no clock and neither cookie nor storage itself.
//!
//! ```
//! use storefront_collector::consent::{Consent, Inputs, Rules, State};
//! use storefront_collector::moment::Moment;
//!
//! // A test's clock: what is asked for is said, and nothing waits.
//! let mut now = Moment { wall: 1_795_360_664_527, mono: 1_000, ..Moment::default() };
//! let mut consent = Consent::new(Rules::default(), &now);
//! assert_eq!(consent.read(&Inputs { cookies: &now.cookies, ..Inputs::default() }, &now), State::In);
//!
//! now = Moment { mono: now.mono + 500, cookies: "mg_dnt=1".into(), ..now };
//! assert_eq!(consent.read(&Inputs { cookies: &now.cookies, ..Inputs::default() }, &now), State::Out);
//! ```

use alloc::string::String;
use core::cell::OnceCell;
use core::ops::Deref;

/// The moment at which something happened.
#[derive(Clone, Debug, Default)]
pub struct Moment {
    /// Wall clock, milliseconds since 1970 UTC. May jump, also backwards: for timestamps only.
    pub wall: i64,
    /// Milliseconds on a clock that never goes back (it may stand still while a laptop sleeps):
    /// for waiting.
    pub mono: i64,
    /// `document.cookie`; empty where cookies are blocked.
    pub cookies: Reading<String>,
    /// What local storage holds under [`crate::consent::MEMORY_KEY`]; `None` where nothing is, or storage is denied.
    pub memory: Reading<Option<String>>,
}

/// What is read when it is first asked for, and stays as it was then: a browser answers for the cookies from another
/// process, and much that happens asks for none.
///
/// ```
/// use storefront_collector::moment::Reading;
///
/// assert_eq!(*Reading::new(|| "mg_dnt=1".to_owned()), "mg_dnt=1");
/// assert_eq!(*Reading::<String>::from("a=b"), "a=b");
/// ```
#[derive(Clone, Debug)]
pub struct Reading<T> {
    value: OnceCell<T>,
    read: fn() -> T,
}

impl<T> Reading<T> {
    /// What `read` will give.
    #[must_use]
    pub fn new(read: fn() -> T) -> Self {
        Self { value: OnceCell::new(), read }
    }
}

impl<T> Deref for Reading<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.get_or_init(self.read)
    }
}

impl<T: Default> Default for Reading<T> {
    fn default() -> Self {
        Self::new(T::default)
    }
}

impl<T: Default> From<T> for Reading<T> {
    fn from(value: T) -> Self {
        Self { value: value.into(), ..Self::default() }
    }
}

impl From<&str> for Reading<String> {
    fn from(text: &str) -> Self {
        String::from(text).into()
    }
}
