//! What happened: every step of an event's way leaves a record or an issue here.
//!
//! ```
//! use storefront_collector::inspect::{Issue, Record, Records, Status};
//! use storefront_collector::value::Value;
//!
//! let issue = Issue::warning("productContext.sku", "wrong-kind", "productContext.sku is a list; give a text");
//! assert_eq!(issue.to_value().get("severity").and_then(Value::as_text), Some("warning"));
//!
//! let mut records = Records::default();
//! records.add(Record {
//!     id: "1".into(),
//!     event: "page-view",
//!     status: Status::Queued,
//!     reason: None,
//!     timestamp: "2026-11-22T20:23:00.000Z".into(),
//!     attempts: 0,
//!     issues: Vec::new(),
//!     request_id: None,
//!     xdm: Value::map().into(),
//! });
//! let sent = records.change("1", Status::Accepted, |record| record.attempts += 1).unwrap();
//! assert_eq!((sent.status.name(), sent.attempts), ("accepted", 1));
//! assert_eq!(records.counts(0, 0).get("accepted").and_then(Value::as_i64), Some(1));
//! ```

mod issue;
mod notice;
mod records;

pub use issue::{Issue, Severity};
pub use notice::{hook_left_unreadable, hook_threw, notice, script_unreadable};
pub use records::{KEPT, Record, Records, Status};
