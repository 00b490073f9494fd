//! Workflows with several inputs, and with none, in tests: mocked, killed and replayed.

use durable::client::Payloads;
use durable::prelude::*;
use durable::testing::TestEnv;
use durable::workflow::ContinueAsNewOptions;
use durable::workflow::entity::{self, Entity, EntityOptions, Inbox};
use serde_json::json;

#[workflow(queue = "inputs", id = "delivery-{order_id}")]
#[derive(Default)]
struct Delivery;

#[workflow_methods]
impl Delivery {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        order_id: u64,
        street: Option<String>,
    ) -> WorkflowResult<String> {
        ctx.sleep(Duration::from_secs(3600)).await?;
        Ok(format!("{order_id} to {}", street.as_deref().unwrap_or("the shop")))
    }
}

#[workflow(queue = "inputs")]
#[derive(Default)]
struct Holiday;

#[workflow_methods]
impl Holiday {
    #[run]
    async fn run() -> WorkflowResult<bool> {
        Ok(false)
    }
}

/// Delivers one order after the other, a run for each.
#[workflow(queue = "inputs")]
struct Round {
    orders: Vec<u64>,
    done: Vec<String>,
}

#[workflow_methods]
impl Round {
    #[init]
    fn new(orders: Vec<u64>, done: Vec<String>) -> Self {
        Self { orders, done }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<Vec<String>> {
        if Holiday::execute_child(ctx).await? {
            return Ok(vec!["closed".to_owned()]);
        }
        if let Some(order_id) = ctx.state_mut(|round| round.orders.pop()) {
            let street = format!("{order_id} High Street");
            let delivered = Delivery::execute_child(ctx, order_id, Some(street)).await?;
            ctx.state_mut(|round| round.done.push(delivered));
            let next = ctx.state(|round| (round.orders.clone(), round.done.clone()));
            ctx.continue_as_new(next, ContinueAsNewOptions::default())?;
        }
        Ok(ctx.state(|round| round.done.clone()))
    }
}

/// An entity whose state is its first input, and whose inbox the second.
#[workflow(queue = "inputs")]
struct Total {
    total: u32,
    inbox: Inbox<u32>,
}

impl Entity for Total {
    type Command = u32;
    type Reply = ();

    fn inbox(&self) -> &Inbox<u32> {
        &self.inbox
    }

    fn carry(&self, inbox: Inbox<u32>) -> (u32, Option<Inbox<u32>>) {
        (self.total, Some(inbox))
    }

    fn has_ended(&self) -> bool {
        self.total >= 10
    }
}

#[workflow_methods]
impl Total {
    #[init]
    fn new(total: u32, inbox: Option<Inbox<u32>>) -> Self {
        Self { total, inbox: inbox.unwrap_or_default() }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<u32> {
        let options = EntityOptions::default().continue_after(1);
        entity::run(ctx, options, async |ctx, number| {
            ctx.state_mut(|state| state.total += number);
            Ok(())
        })
        .await?;
        Ok(ctx.state(|state| state.total))
    }

    #[signal]
    fn add(&mut self, number: u32) {
        self.inbox.push(number);
    }
}

#[durable::test]
async fn a_mock_takes_each_input_as_a_parameter(env: TestEnv) -> durable::Result<()> {
    let deliveries = env.mock_workflow::<Delivery>().with(|order_id, street| async move {
        Ok(format!("{order_id}, {}", street.unwrap_or_default()))
    });
    let holidays = env.mock_workflow::<Holiday>().with(|| async { Ok(false) });
    let done = Round::execute(env.client(), vec![1, 2], vec![]).await?;
    assert_eq!(done, ["2, 2 High Street", "1, 1 High Street"]);
    let streets = [2, 1].map(|order| (order, Some(format!("{order} High Street"))));
    assert_eq!(deliveries.arguments(), streets);
    assert_eq!((holidays.count(), holidays.last()), (3, Some(())));

    let left_out = env.client().start("Delivery", "inputs", Payloads::from(json!(7))).await?;
    assert_eq!(left_out.result().await?.json()?, json!("7, "));
    assert_eq!(deliveries.last(), Some((7, None)));
    Ok(())
}

#[durable::test(crash)]
async fn several_inputs_survive_crashes_and_continuations(env: TestEnv) -> durable::Result<()> {
    let done = Round::execute(env.client(), vec![3, 4], vec!["2".to_owned()]).await?;
    assert_eq!(done, ["2", "4 to 4 High Street", "3 to 3 High Street"]);
    Ok(())
}

#[durable::test]
async fn an_entity_carries_several_inputs(env: TestEnv) -> durable::Result<()> {
    let total = Total::start(env.client(), 1, None).await?;
    for number in [2, 3, 4] {
        total.add(number).await?;
    }
    assert_eq!(total.result().await?, 10);
    Ok(())
}
