//! A fixed interval beside what it sets.

use durable::prelude::*;

#[activity(queue = "polling", retry(every = "1m", backoff_coefficient = 2.0, initial_interval = "1s"))]
async fn look() -> bool {
    true
}

#[activity(queue = "polling", retry(every = "0s"))]
async fn look_again() -> bool {
    true
}

fn main() {}
