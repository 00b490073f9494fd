//! A declaration that does not say what the workflow takes and returns.

use durable::prelude::*;

#[workflow(queue = "elsewhere")]
trait Order {
    #[signal]
    fn approve(yes: bool);
}

fn main() {}
