//! The local edge, asked over real sockets.

mod client;
mod faults;
mod protocol;
mod query;
mod storage;
