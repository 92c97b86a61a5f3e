//! local-edge
fn main() {}
