//! Each of them is reported, in one compile, beside a mistake of another kind.

use std::collections::HashMap;
use std::time::Instant;

use durable::prelude::*;

#[workflow(queue = "orders")]
#[derive(Default)]
struct Order;

#[workflow_methods]
impl Order {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        prices: HashMap<String, f64>,
    ) -> WorkflowResult<f64> {
        let began = Instant::now();
        let mut sum = 0.0;
        for price in prices.values() {
            sum += price;
            tokio::select! {
                slept = ctx.sleep(Duration::from_secs(1)) => slept?,
                () = tokio::time::sleep(Duration::from_secs(2)) => {}
            }
        }
        tracing::info!(took = ?began.elapsed(), "summed");
        Ok(sum)
    }

    #[signal]
    fn approve(&mut self, by: String) -> bool {
        std::env::var("MANAGER").is_ok_and(|manager| manager == by)
    }
}

fn main() {}
