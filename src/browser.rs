//! The shell around the core, and the only folder that knows a browser. It holds no rule: what happens in
//! the page becomes an input, and effects are carried out.

mod api;
mod banner;
mod convert;
mod cookies;
mod data_layer;
mod early;
mod effects;
mod events;
mod instance;
mod monitors;
mod network;
mod page;
mod sdk;
mod shell;
mod store;
mod tabs;
mod timer;
mod types;
