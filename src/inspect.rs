//! What happened: every step of an event's way leaves a record or an issue here.

mod issue;
mod records;

pub use issue::{Issue, Severity};
pub use records::{KEPT, Record, Records, Status};
