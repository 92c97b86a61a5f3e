//! Answers as Adobe Experience Edge on loopback, for tests and the demo.
//!
//! A request takes this way: `server` accepts it, `address` finds that it is one of Edge's,
//! `edge` applies the `faults` that a test asked for, `request` and `xdm` hold it against
//! the rules, `shopper` finds whose it is, `consent` whether its events may be kept, `store`
//! keeps them, and `handles` writes the answer. `control` shows all of it under `/_edge/`, and
//! `query` answers SQL over the datasets.
//!
//! It is no part of what shops deploy, and it knows nothing of the collector.

mod address;
mod clock;
mod connection;
mod consent;
mod control;
mod dialect;
mod edge;
mod faults;
mod files;
mod handles;
mod identity;
mod page;
mod query;
mod records;
mod refusal;
mod request;
mod server;
mod shopper;
mod store;
mod xdm;

pub use server::{Options, Running, start};
