//! The public items of `durable`: their auto traits, and the types of other crates among them.

mod auto_traits;
mod debug;
mod declared;
mod foreign;
