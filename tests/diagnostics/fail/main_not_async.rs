//! A plain main needs no attribute.

use durable::prelude::*;

#[durable::main]
fn main() {}
