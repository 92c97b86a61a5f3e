//! The Edge Network's wire protocol, as the Web SDK speaks it: addresses, request bodies, answers
//! and the cookies that answers bring. Pure functions; who sends when is decided in `delivery`.

pub mod cookies;
pub mod endpoint;
pub mod error;
pub mod request;
pub mod response;
