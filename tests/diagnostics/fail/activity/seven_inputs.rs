//! An activity with more inputs than can be sent.

use durable::prelude::*;

#[activity(queue = "payments")]
fn sum(a: u8, b: u8, c: u8, d: u8, e: u8, f: u8, g: u8) -> u8 {
    a + b + c + d + e + f + g
}

fn main() {}
