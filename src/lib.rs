//! Storefront event collector for Adobe Commerce: what a theme publishes on the data layer becomes
//! XDM and reaches Adobe's Edge Network, nothing lost, nothing leaked.
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

extern crate alloc;

pub mod inspect;
pub mod moment;
pub mod settings;
pub mod text;
pub mod value;
