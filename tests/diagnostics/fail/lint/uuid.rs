//! An id that nobody can repeat.

use durable::prelude::*;

/// Stands for the crate of this name.
mod uuid {
    pub struct Uuid;

    impl Uuid {
        pub fn new_v4() -> String {
            String::new()
        }
    }
}

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        ctx.sleep(Duration::from_secs(1)).await?;
        Ok(uuid::Uuid::new_v4())
    }
}

fn main() {}
