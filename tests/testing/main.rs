//! Tests of what `durable::testing` gives to tests, each written as a user would write it.

#![allow(clippy::unused_self, reason = "handlers take `self` by their form")]

mod continue_as_new;
mod crash;
mod declared;
mod ends;
mod entity;
mod environment;
mod families;
mod fan_out;
mod flows;
mod inputs;
mod mocks;
mod nondeterminism;
mod plugged;
mod processes;
mod saga;
mod time;
mod types;
mod with_start;
