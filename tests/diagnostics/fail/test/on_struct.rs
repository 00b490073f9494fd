//! A struct is no test.

#[durable::test]
struct Orders;

fn main() {}
