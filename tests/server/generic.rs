//! Code that is generic over workflows.

use durable::client::{AnyInput, AnyWorkflow, Payloads, ScheduleSpec};
use durable::prelude::*;
use durable::workflow::{Parent, join_all_bounded};
use durable_tests::unique;
use serde_json::json;

use crate::client;

/// Only declared here; the workflow `Add` serves it.
#[workflow(queue = "generic", name = "Add")]
trait Sum {
    #[run]
    async fn run(a: u32, b: u32) -> WorkflowResult<u32>;
}

#[workflow(queue = "generic", name = "Add")]
#[derive(Default)]
struct Add;

#[workflow_methods]
impl Add {
    #[run]
    async fn run(a: u32, b: u32) -> WorkflowResult<u32> {
        Ok(a + b)
    }
}

#[workflow(queue = "generic", id = "upper-{}")]
#[derive(Default)]
struct Upper;

#[workflow_methods]
impl Upper {
    #[run]
    async fn run(text: String) -> WorkflowResult<String> {
        Ok(text.to_uppercase())
    }
}

#[workflow(queue = "generic")]
#[derive(Default)]
struct Answer;

#[workflow_methods]
impl Answer {
    #[run]
    async fn run() -> WorkflowResult<u32> {
        Ok(42)
    }
}

/// Waits until it is cancelled.
#[workflow(queue = "generic")]
#[derive(Default)]
struct Patient;

#[workflow_methods]
impl Patient {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, _number: u32) -> WorkflowResult<()> {
        ctx.wait_condition(|_| false).await?;
        Ok(())
    }
}

async fn run_all<W: BaseWorkflow<I, O>, I, O>(
    client: &Client,
    inputs: Vec<I>,
) -> durable::Result<Vec<O>> {
    let mut outputs = Vec::new();
    for input in inputs {
        outputs.push(W::execute(client, input).await?);
    }
    Ok(outputs)
}

/// Children of any type, from a workflow of any type.
async fn children<P: Parent, W: BaseWorkflow<I, O>, I, O>(
    ctx: &WorkflowContext<P>,
    inputs: Vec<I>,
) -> WorkflowResult<Vec<O>> {
    let calls = inputs.into_iter().map(|input| W::execute_child(ctx, input));
    Ok(join_all_bounded(2, calls).await.into_iter().collect::<Result<_, _>>()?)
}

/// Cancels a child by its handle, or another way, whatever its type.
async fn cancel_child<P: Parent, W: BaseWorkflow<I, O>, I, O>(
    ctx: &WorkflowContext<P>,
    input: I,
) -> WorkflowResult<bool> {
    let child = W::start_child(ctx, input).await?;
    W::external(ctx, child.id()).cancel("not needed").await?;
    Ok(child.result().await.is_err())
}

#[workflow(queue = "generic")]
#[derive(Default)]
struct Family;

#[workflow_methods]
impl Family {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, text: String) -> WorkflowResult<String> {
        let sums = children::<_, Add, _, _>(ctx, vec![(1, 2), (3, 4), (5, 6)]).await?;
        let declared = children::<_, Sum, _, _>(ctx, vec![(7, 8)]).await?;
        let texts = children::<_, Upper, _, _>(ctx, vec![text]).await?;
        let named = vec![AnyInput::new("Add", "generic", [json!(9), json!(10)])];
        let named = children::<_, AnyWorkflow, _, _>(ctx, named).await?;
        let cancelled = cancel_child::<_, Patient, _, _>(ctx, 1).await?;
        Ok(format!("{sums:?} {declared:?} {texts:?} {named:?} {cancelled}"))
    }
}

#[tokio::test]
async fn one_function_runs_workflows_of_every_type() -> durable::Result<()> {
    let client = client().await;
    assert_eq!(run_all::<Add, _, _>(&client, vec![(1, 2), (3, 4)]).await?, [3, 7]);
    assert_eq!(run_all::<Sum, _, _>(&client, vec![(5, 6)]).await?, [11]);
    assert_eq!(run_all::<Answer, _, _>(&client, vec![(), ()]).await?, [42, 42]);
    let text = unique("text");
    assert_eq!(run_all::<Upper, _, _>(&client, vec![text.clone()]).await?, [text.to_uppercase()]);
    let any = ["Add", "Answer"].map(|workflow| {
        let numbers = if workflow == "Add" { vec![json!(1), json!(2)] } else { vec![] };
        AnyInput::new(workflow, "generic", Payloads::from(numbers))
    });
    let outputs = run_all::<AnyWorkflow, _, _>(&client, any.to_vec()).await?;
    assert_eq!(outputs.iter().map(|output| output.json().unwrap()).collect::<Vec<_>>(), [3, 42]);
    Ok(())
}

#[tokio::test]
async fn generic_code_runs_on_a_task_of_its_own() -> durable::Result<()> {
    let client = client().await;
    let task = tokio::spawn(async move { run_all::<Add, _, _>(&client, vec![(1, 2)]).await });
    assert_eq!(task.await.expect("it does not panic")?, [3]);
    Ok(())
}

/// Starts, finds, delays and schedules workflows of a type, and says where.
async fn everything<W: BaseWorkflow<I, O>, I: Clone, O>(
    client: &Client,
    input: I,
    id: &str,
) -> durable::Result<(String, O)> {
    let started = W::start(client, input.clone()).id(id).await?;
    let output = started.result().await?;
    assert_eq!(W::handle(client, id).describe().await?.workflow_type(), W::NAME);
    let hour = Duration::from_secs(3600);
    let delayed = W::schedule(client, input.clone(), hour).id(format!("{id}-late")).await?;
    delayed.terminate("seen").await?;
    let start = W::start(client, input).id(format!("{id}-often"));
    let schedule =
        start.create_schedule(id, ScheduleSpec::new().cron("0 3 * * *")).paused().await?;
    schedule.delete().await?;
    Ok((format!("{} on {}", W::NAME, W::QUEUE), output))
}

#[tokio::test]
async fn generic_code_has_the_name_the_queue_and_every_start() -> durable::Result<()> {
    let client = client().await;
    let (place, sum) = everything::<Add, _, _>(&client, (1, 2), &unique("all")).await?;
    assert_eq!((place.as_str(), sum), ("Add on generic", 3));
    let (place, sum) = everything::<Sum, _, _>(&client, (1, 2), &unique("all")).await?;
    assert_eq!((place.as_str(), sum), ("Add on generic", 3));
    assert_eq!((Upper::NAME, Upper::QUEUE), ("Upper", "generic"));
    let text = unique("id");
    let upper = <Upper as BaseWorkflow<_, _>>::start(&client, text.clone()).await?;
    assert_eq!(upper.id(), format!("upper-{text}"));
    Ok(())
}

#[tokio::test]
async fn workflow_code_is_generic_over_children() -> durable::Result<()> {
    let text = unique("child");
    let family = Family::execute(&client().await, text.clone()).await?;
    let upper = text.to_uppercase();
    assert_eq!(family, format!("[3, 7, 11] [15] [{upper:?}] [[2 bytes of json/plain]] true"));
    Ok(())
}
