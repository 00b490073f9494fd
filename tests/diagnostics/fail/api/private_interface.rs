//! Traits of the macros cannot be implemented, and items of generated code cannot be named.

use durable::definition::WorkflowAnnotation;
use durable::error::DowncastFailure;
use durable::workflow::{HandleSignal, WorkflowCode};

struct Own;

impl DowncastFailure for Own {}

impl WorkflowAnnotation for Own {
    const NAME: &'static str = "Own";
    const QUEUE: &'static str = "orders";
    const SOURCE: durable::definition::SourceLocation = durable::definition::SourceLocation::new("", 1, 1);
    type HandleOf<T> = Box<T>;
    type Methods = ();
}

fn main() {}
