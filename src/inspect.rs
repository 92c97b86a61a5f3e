//! What happened: every step of an event's way leaves a record or an issue here.

mod issue;

pub use issue::{Issue, Severity};
