//! A plain main needs no attribute.

#[durable::main]
fn main() {}
