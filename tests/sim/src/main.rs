//! storefront-sim
fn main() {}
