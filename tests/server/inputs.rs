//! Workflows with no input, one and several: on the wire, in ids, and in everything that starts them.

use durable::client::{AnyInput, AnyWorkflow, HasHandle, ScheduleSpec, WorkflowHandle, start_all};
use durable::definition::{Arguments as _, Workflow};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::common::v1::Payload;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::workflow::ContinueAsNewOptions;
use durable_tests::{attributes, unique};
use serde_json::json;

use crate::client;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Customer {
    name: String,
}

#[workflow(queue = "inputs", id = "{customer.name}-{order_id}")]
#[derive(Default)]
struct TwoInputs {
    approved: bool,
}

#[workflow_methods]
impl TwoInputs {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        order_id: u64,
        customer: Customer,
    ) -> WorkflowResult<String> {
        ctx.wait_condition(|state| state.approved).await?;
        Ok(format!("{order_id} for {}", customer.name))
    }

    #[signal]
    fn approve(&mut self) {
        self.approved = true;
    }
}

#[workflow(queue = "inputs", id = "six-{a}-{f}")]
struct SixInputs {
    given: String,
}

#[workflow_methods]
impl SixInputs {
    #[init]
    fn new(a: String, b: u8, c: Option<u32>, d: Vec<bool>, e: Vec<u8>, f: u16) -> Self {
        Self { given: format!("{a} {b} {c:?} {d:?} {e:?} {f}") }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<String> {
        Ok(ctx.state(|state| state.given.clone()))
    }
}

/// Its only input is a tuple, which is one payload.
#[workflow(queue = "inputs", id = "pair-{0}")]
#[derive(Default)]
struct Pair;

#[workflow_methods]
impl Pair {
    #[run]
    async fn run(pair: (String, u32)) -> WorkflowResult<u32> {
        Ok(pair.1)
    }
}

/// Its only input is named like a parameter, not like a field.
#[workflow(queue = "inputs", id = "single-{number}")]
#[derive(Default)]
struct Single;

#[workflow_methods]
impl Single {
    #[run]
    async fn run(number: String) -> WorkflowResult<String> {
        Ok(number)
    }
}

/// Counts down, run by run.
#[workflow(queue = "inputs")]
#[derive(Default)]
struct Countdown;

#[workflow_methods]
impl Countdown {
    #[run]
    async fn run(
        ctx: &mut WorkflowContext<Self>,
        left: u32,
        done: Vec<u32>,
    ) -> WorkflowResult<Vec<u32>> {
        if left > 0 {
            let next = done.into_iter().chain([left]).collect();
            ctx.continue_as_new((left - 1, next), ContinueAsNewOptions::default())?;
            return Ok(Vec::new());
        }
        Ok(done)
    }
}

/// Has children with several inputs, or none, of known types and by name.
#[workflow(queue = "inputs")]
#[derive(Default)]
struct Parent;

#[workflow_methods]
impl Parent {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, name: String) -> WorkflowResult<Vec<String>> {
        let customer = Customer { name: name.clone() };
        let order = TwoInputs::start_child(ctx, 7, customer).await?;
        order.approve().await?;
        let six = SixInputs::execute_child(ctx, name, 1, None, vec![], vec![2], 3).await?;
        let single = AnyInput::new("Single", "inputs", json!("by name"));
        let single = AnyWorkflow::execute_child(ctx, single).await?;
        let single = single.decode().map_err(ApplicationFailure::new)?;
        Ok(vec![order.id().to_owned(), order.result().await?, six, single])
    }
}

fn shown(payloads: &[Payload]) -> Vec<String> {
    let show = |payload: &Payload| {
        let encoding = String::from_utf8_lossy(&payload.metadata["encoding"]).into_owned();
        format!("{encoding} {}", String::from_utf8_lossy(&payload.data))
    };
    payloads.iter().map(show).collect()
}

/// The payloads with which a workflow was started.
async fn sent<W: HasHandle>(handle: &WorkflowHandle<W>) -> Vec<String> {
    let started = attributes(handle, EventType::WorkflowExecutionStarted).await;
    match started.into_iter().next() {
        Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) => {
            shown(&started.input.unwrap_or_default().payloads)
        }
        other => panic!("{other:?}"),
    }
}

fn customer(name: &str) -> Customer {
    Customer { name: name.to_owned() }
}

#[tokio::test]
async fn each_input_of_a_workflow_is_a_payload() -> durable::Result<()> {
    let (client, id) = (client().await, unique("each"));
    let two = TwoInputs::start(&client, 7, customer(&id)).await?;
    assert_eq!(two.id(), format!("{id}-7"));
    two.approve().await?;
    assert_eq!(two.result().await?, format!("7 for {id}"));
    let expected = ["json/plain 7".to_owned(), format!(r#"json/plain {{"name":"{id}"}}"#)];
    assert_eq!(sent(&two).await, expected);

    let six = SixInputs::start(&client, id.clone(), 1, None, vec![true], vec![65], 9).await?;
    assert_eq!(six.id(), format!("six-{id}-9"));
    assert_eq!(six.result().await?, format!("{id} 1 None [true] [65] 9"));
    let id_payload = format!("json/plain \"{id}\"");
    let expected =
        ["json/plain 1", "binary/null ", "json/plain [true]", "binary/plain A", "json/plain 9"];
    assert_eq!(sent(&six).await, [&[id_payload.as_str()], &expected[..]].concat());
    Ok(())
}

#[tokio::test]
async fn a_tuple_as_the_only_input_is_one_payload() -> durable::Result<()> {
    let (client, id) = (client().await, unique("pair"));
    let pair = Pair::start(&client, (id.clone(), 2)).await?;
    assert_eq!(pair.id(), format!("pair-{id}"));
    assert_eq!(pair.result().await?, 2);
    assert_eq!(sent(&pair).await, [format!("json/plain [\"{id}\",2]")]);
    Ok(())
}

#[tokio::test]
async fn an_id_template_names_the_only_input() -> durable::Result<()> {
    let (client, id) = (client().await, unique("only"));
    let single = Single::start(&client, id.clone()).await?;
    assert_eq!(single.id(), format!("single-{id}"));
    assert_eq!(single.result().await?, id);
    Ok(())
}

#[tokio::test]
async fn continues_as_new_with_several_inputs() -> durable::Result<()> {
    let countdown = Countdown::start(&client().await, 3, vec![]).await?;
    assert_eq!(countdown.result().await?, [3, 2, 1]);
    let last = Countdown::handle(countdown.client(), countdown.id());
    assert_eq!(sent(&last).await, ["json/plain 0", "json/plain [3,2,1]"]);
    Ok(())
}

#[tokio::test]
async fn children_take_several_inputs() -> durable::Result<()> {
    let name = unique("children");
    let outputs = Parent::execute(&client().await, name.clone()).await?;
    let expected =
        [format!("{name}-7"), format!("7 for {name}"), format!("{name} 1 None [] [2] 3")];
    assert_eq!(outputs[..3], expected);
    assert_eq!(outputs[3], "by name");
    Ok(())
}

#[tokio::test]
async fn several_inputs_go_with_every_kind_of_start() -> durable::Result<()> {
    let (client, id) = (client().await, unique("kinds"));
    let starts = (1..=3).map(|order| TwoInputs::start(&client, order, customer(&id)));
    for (place, started) in start_all(starts).await.into_iter().enumerate() {
        let started = started?;
        assert_eq!(started.id(), format!("{id}-{}", place + 1));
        started.terminate("seen").await?;
    }

    let signalled =
        TwoInputs::start(&client, 4, customer(&id)).with_signal(TwoInputsHandle::approve);
    assert_eq!(signalled.await?.result().await?, format!("4 for {id}"));

    let delayed = TwoInputs::schedule(&client, 5, customer(&id), Duration::from_secs(3600)).await?;
    assert_eq!(sent(&delayed).await.len(), 2);
    delayed.terminate("seen").await?;

    let start = TwoInputs::start(&client, 6, customer(&id)).id(&id);
    let schedule =
        start.create_schedule(&id, ScheduleSpec::new().cron("0 3 * * *")).paused().await?;
    schedule.trigger().await?;
    let started = durable_tests::eventually("started workflow", || async {
        let described = schedule.describe().await.ok()?;
        described.recent_runs.first().map(|run| run.handle::<TwoInputs>(&client))
    });
    let scheduled = started.await;
    assert_eq!(sent(&scheduled).await[0], "json/plain 6");
    scheduled.approve().await?;
    assert_eq!(scheduled.result().await?, format!("6 for {id}"));
    schedule.delete().await
}

#[test]
fn a_definition_lists_its_inputs() {
    let listed = |parameters: &[durable::definition::Parameter]| {
        parameters.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(listed(TwoInputs::PARAMETERS), ["order_id: u64", "customer: Customer"]);
    let inputs = <TwoInputs as Workflow>::Arguments::wire((7, customer("a")));
    assert_eq!(inputs.0.0, 7);
}
