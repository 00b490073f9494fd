//! A declared input that cannot travel.

use durable::prelude::*;

struct Receipt;

#[workflow(queue = "elsewhere")]
trait Order {
    #[run]
    async fn run(receipt: Receipt) -> bool;
}

fn main() {}
