//! How events leave.

pub mod edge;
