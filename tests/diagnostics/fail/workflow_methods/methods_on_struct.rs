//! The attributes in the wrong places.

use durable::prelude::*;

#[workflow_methods]
struct Order;

fn main() {}
