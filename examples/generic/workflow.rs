//! Two workflows of different types, one that is only declared, and functions for all of them.

use durable::client::start_all;
use durable::prelude::*;
use durable::workflow::{Parent, join_all_bounded};

/// Prices an order.
#[workflow(queue = "generic", id = "price-{order_id}")]
#[derive(Default)]
pub struct PriceOrder;

#[workflow_methods]
impl PriceOrder {
    #[run]
    async fn run(order_id: u64, cents: Vec<u64>) -> WorkflowResult<String> {
        Ok(format!("order {order_id} is {} cents", cents.iter().sum::<u64>()))
    }
}

/// Greets a customer.
#[workflow(queue = "generic")]
#[derive(Default)]
pub struct Greet;

#[workflow_methods]
impl Greet {
    #[run]
    async fn run(name: String) -> WorkflowResult<String> {
        Ok(format!("welcome, {name}"))
    }
}

/// `Greet` as a program knows it that does not have its code.
#[workflow(queue = "generic", name = "Greet")]
pub trait Welcome {
    #[run]
    async fn run(name: String) -> WorkflowResult<String>;
}

/// Runs a batch of workflows of any type, and returns their outputs in the order of the inputs.
///
/// # Errors
/// The first of the batch.
pub async fn run_all<W: BaseWorkflow<I, O>, I, O>(
    client: &Client,
    inputs: Vec<I>,
) -> durable::Result<Vec<O>> {
    println!("{} times {} on queue {}", inputs.len(), W::NAME, W::QUEUE);
    let starts = inputs.into_iter().map(|input| W::start(client, input));
    let mut outputs = Vec::new();
    for started in start_all(starts).await {
        outputs.push(started?.result().await?);
    }
    Ok(outputs)
}

/// Runs a batch of children of any type, at most three at a time, in a workflow of any type.
async fn children<P: Parent, W: BaseWorkflow<I, O>, I, O>(
    ctx: &WorkflowContext<P>,
    inputs: Vec<I>,
) -> WorkflowResult<Vec<O>> {
    let calls = inputs.into_iter().map(|input| W::execute_child(ctx, input));
    Ok(join_all_bounded(3, calls).await.into_iter().collect::<Result<_, _>>()?)
}

/// Prices and greets by its children.
#[workflow(queue = "generic")]
#[derive(Default)]
pub struct Morning;

#[workflow_methods]
impl Morning {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        first_order: u64,
        name: String,
    ) -> WorkflowResult<Vec<String>> {
        let orders = (0..4).map(|order| (first_order + order, vec![100, 5])).collect();
        let mut lines = children::<_, PriceOrder, _, _>(ctx, orders).await?;
        lines.extend(children::<_, Greet, _, _>(ctx, vec![name]).await?);
        Ok(lines)
    }
}
