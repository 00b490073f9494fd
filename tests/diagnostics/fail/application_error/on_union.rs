//! A union, which has no variants.

use durable::prelude::*;

#[derive(ApplicationError)]
union PaymentError {
    code: u32,
    bytes: [u8; 4],
}

fn main() {}
