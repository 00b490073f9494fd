//! Two activities and two workflows of one name on a queue, and options that cannot be.

use durable::prelude::*;

mod first {
    use durable::prelude::*;

    #[activity(queue = "twice")]
    pub(crate) async fn charge(amount: u32) -> u32 {
        amount
    }

    #[workflow(queue = "twice")]
    #[derive(Default)]
    pub(crate) struct Twin;

    #[workflow_methods]
    impl Twin {
        #[run]
        async fn run() -> WorkflowResult<()> {
            Ok(())
        }
    }
}

#[activity(queue = "twice")]
async fn charge(amount: u32) -> u32 {
    first::charge(amount).await
}

/// Not a duplicate: it is on another queue.
#[activity(queue = "elsewhere", name = "charge", start_to_close_timeout = "0s")]
async fn charge_elsewhere(amount: u32) -> u32 {
    charge(amount).await
}

#[workflow(queue = "twice", name = "Twin")]
#[derive(Default)]
struct OtherTwin;

#[workflow_methods]
impl OtherTwin {
    #[run]
    async fn run() -> WorkflowResult<()> {
        Ok(())
    }
}

fn main() {
    if let Err(error) = durable::Registry::collect() {
        println!("{error}");
    }
}
