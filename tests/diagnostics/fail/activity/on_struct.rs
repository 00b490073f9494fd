//! A struct is no activity.

use durable::prelude::*;

#[activity(queue = "payments")]
struct Charge;

fn main() {}
