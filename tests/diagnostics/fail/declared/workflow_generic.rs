//! A declaration of no one workflow.

use durable::prelude::*;

#[workflow(queue = "elsewhere")]
trait Order<T> {
    #[run]
    async fn run(input: T) -> bool;
}

fn main() {}
