//! The Rust code of the guides for users of the Python wrapper, the Rust SDK and other SDKs: each block of these pages is
//! in this folder or in an example, and runs there on the real server.

#![allow(dead_code, reason = "guides show more than tests call")]
#![allow(clippy::unused_self, reason = "handlers take `self` by their form")]

/// The SDK's macros name this crate, of which `futures-util` has everything that they use.
extern crate futures_util as futures;

mod approvals;
#[path = "../connection/authority.rs"]
mod authority;
mod basics;
mod basics_tests;
mod by_sdk;
mod calling;
mod emails;
#[path = "../connection/front.rs"]
mod front;
mod fulfilment;
mod legacy;
mod orders;
mod pages;
mod patterns;
mod patterns_tests;
mod reports;
mod research;
mod saga;
mod terms;
mod testing;
mod web;
mod worker;
