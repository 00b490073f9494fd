//! Tests of what `durable::testing` gives to tests, each written as a user would write it.

#![allow(clippy::unused_self, reason = "handlers take `self` by their form")]

mod crash;
mod declared;
mod environment;
mod fan_out;
mod flows;
mod mocks;
mod nondeterminism;
mod plugged;
mod processes;
mod saga;
mod time;
