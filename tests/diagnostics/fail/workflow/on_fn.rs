//! A function is no workflow.

use durable::prelude::*;

#[workflow(queue = "orders")]
async fn order() {}

fn main() {}
