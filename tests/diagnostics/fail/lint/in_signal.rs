//! A file that is written where nothing can wait.

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        Ok(ctx.sleep(Duration::from_secs(1)).await?)
    }

    #[signal]
    fn note(&mut self, line: String) {
        let _ = std::fs::write("notes.txt", line);
    }
}

fn main() {}
