//! A declaration with everything that only who serves the workflow can have, and too little else.

use durable::prelude::*;

#[workflow(queue = "elsewhere")]
trait Order: Send {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, id: String, amount: f64) -> WorkflowResult<bool>;

    #[init]
    fn new() -> Self;

    #[signal]
    fn approve(&mut self, yes: bool) {
        self.approved = yes;
    }

    #[signal]
    fn start();

    #[query]
    fn status();

    fn rename(name: String);

    #[update_validator(rename)]
    fn check_name(name: &str) -> Result<(), String>;

    const LIMIT: f64;
}

async fn caller(client: &Client) -> durable::Result<()> {
    Order::handle(client, "7").approve(true).await
}

fn main() {}
