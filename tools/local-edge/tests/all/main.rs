//! The local edge, asked over real sockets.

mod client;
mod command;
mod faults;
mod protocol;
mod query;
mod storage;
