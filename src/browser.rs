//! The shell around the core, and the only folder that knows a browser. It holds no rule: what happens in
//! the page becomes an input, and effects are carried out.
//!
//! Whatever waits or touches the page's own objects is JavaScript, a module for each concern: there it takes
//! a third of the bytes that it takes as a state machine in WebAssembly.

mod api;
mod effects;
mod facts;
mod page;
mod shell;
mod told;
mod types;
