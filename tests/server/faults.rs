//! Bad input and panics: each is answered, and nothing takes a worker down.

use durable::Error;
use durable::prelude::*;
use durable::sdk::temporalio_client::{UntypedWorkflow, WorkflowStartOptions};
use durable::sdk::temporalio_common::data_converters::{PayloadConverter, RawValue};
use durable_tests::{failed_task, unique};

use crate::client;

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Order {
    id: String,
    lines: Vec<Line>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    price: f64,
}

#[activity(queue = "faults", retry(maximum_attempts = 2, initial_interval = "10ms"))]
async fn price(order: Order, discount: f64) -> Result<f64, ActivityError> {
    assert!(order.id != "panic", "a price that panics");
    Ok(order.lines.iter().map(|line| line.price).sum::<f64>() * (1.0 - discount))
}

#[workflow(queue = "faults")]
#[derive(Default)]
struct OrderWorkflow;

#[workflow_methods]
impl OrderWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, order: Order) -> WorkflowResult<f64> {
        assert!(order.id != "panic-in-run", "a run that panics");
        Ok(price::execute(ctx, order, 0.5).await?)
    }
}

/// Its input goes to `#[init]`, which panics for one input.
#[workflow(queue = "faults")]
struct InitWorkflow {
    order: Order,
}

#[workflow_methods]
impl InitWorkflow {
    #[init]
    fn new(order: Order) -> Self {
        assert!(order.id != "panic-in-init", "an init that panics");
        Self { order }
    }

    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<usize> {
        Ok(ctx.state(|state| state.order.lines.len()))
    }

    #[signal]
    fn clear(&mut self) {
        self.order.lines.clear();
    }

    #[query]
    fn id(&self) -> String {
        self.order.id.clone()
    }

    #[query]
    fn explode(&self, why: String) -> bool {
        panic!("a query that panics: {why}")
    }
}

fn order(id: &str) -> Order {
    Order { id: id.to_owned(), lines: vec![Line { price: 3.0 }, Line { price: 5.0 }] }
}

/// Starts a workflow as any client could: with an input that nobody checked.
async fn start_raw(client: &Client, workflow_type: &str, input: &impl RawInput) -> String {
    let id = unique("raw");
    let options = WorkflowStartOptions::new("faults", &id).build();
    client
        .sdk()
        .start_workflow(UntypedWorkflow::new(workflow_type), input.raw(), options)
        .await
        .expect("the server takes every input");
    id
}

trait RawInput {
    fn raw(&self) -> RawValue;
}

impl<T: Serialize + Clone + 'static> RawInput for T {
    fn raw(&self) -> RawValue {
        RawValue::from_value(self, &PayloadConverter::default())
    }
}

#[derive(Clone, Serialize)]
struct BadOrder {
    id: String,
    lines: Vec<BadLine>,
}

#[derive(Clone, Serialize)]
struct BadLine {
    price: &'static str,
}

fn bad_order() -> BadOrder {
    BadOrder { id: "7".to_owned(), lines: vec![BadLine { price: "free" }] }
}

#[tokio::test]
async fn a_workflow_whose_input_does_not_fit_fails_and_names_type_field_and_expectation() {
    let client = client().await;
    let id = start_raw(&client, "OrderWorkflow", &bad_order()).await;
    let error = OrderWorkflow::handle(&client, id).result().await.expect_err("it cannot run");
    let Error::Failed { failure, .. } = &error else { panic!("{error:?}") };
    assert_eq!(failure.type_name(), Some("InvalidInput"));
    assert_eq!(
        failure.message(),
        "workflow OrderWorkflow: input `order: Order`, at `lines[0].price`: \
         invalid type: a string of 4 characters, expected f64"
    );
}

#[tokio::test]
async fn also_where_the_input_goes_to_init_and_handlers_do_no_harm() {
    let client = client().await;
    let id = start_raw(&client, "InitWorkflow", &"no order").await;
    let workflow = InitWorkflow::handle(&client, id);
    // It arrives before or after the end, and must not matter.
    let _ = workflow.clear().await;
    let error = workflow.result().await.expect_err("it cannot run");
    let Error::Failed { failure, .. } = &error else { panic!("{error:?}") };
    assert_eq!(failure.type_name(), Some("InvalidInput"));
    assert!(failure.message().contains("input `order: Order`"), "{failure}");
    let query = workflow.id().await.expect_err("there is no state to ask");
    assert!(format!("{query:?}").contains("no state"), "{query:?}");
}

/// Passes on what it was given, to see what an activity makes of it.
#[workflow(queue = "faults")]
#[derive(Default)]
struct PassOnWorkflow;

#[workflow_methods]
impl PassOnWorkflow {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        use durable::sdk::temporalio_common::UntypedActivity;
        use durable::sdk::temporalio_sdk::ActivityOptions;
        let options = ActivityOptions::start_to_close_timeout(Duration::from_secs(5));
        let input = bad_order().raw();
        ctx.execute_activity(UntypedActivity::new("price"), input, options).await?;
        Ok(())
    }
}

#[tokio::test]
async fn an_activity_whose_input_does_not_fit_fails_without_retries() {
    let ended = PassOnWorkflow::execute(&client().await).await;
    let Err(Error::Failed { failure, .. }) = &ended else { panic!("{ended:?}") };
    let root = failure.root();
    assert_eq!(root.type_name(), Some("InvalidInput"));
    assert_eq!(
        root.message(),
        "activity price: expected 2 inputs (order: Order, discount: f64), got 1"
    );
}

#[tokio::test]
async fn a_panic_in_an_activity_is_a_failure_that_is_retried() {
    let ended = OrderWorkflow::execute(&client().await, order("panic")).await;
    let Err(Error::Failed { failure, .. }) = &ended else { panic!("{ended:?}") };
    assert!(failure.root().message().contains("a price that panics"), "{failure:?}");
}

/// A panic in workflow code is a mistake in the code: the task fails, the workflow waits for a
/// corrected deployment, and the worker goes on.
async fn panics(workflow_id: &str, message: &str) {
    let client = client().await;
    let handle = OrderWorkflow::handle(&client, workflow_id);
    let said = failed_task(&handle).await;
    assert!(said.contains(message), "{said}");
    handle.terminate("seen enough").await.expect("it runs");
    let after = OrderWorkflow::execute(&client, order("after")).await;
    assert!((after.expect("the worker goes on") - 4.0).abs() < f64::EPSILON);
}

#[tokio::test]
async fn a_panic_in_run_fails_the_task_and_the_worker_goes_on() -> durable::Result<()> {
    let client = client().await;
    let workflow = OrderWorkflow::start(&client, order("panic-in-run")).await?;
    panics(workflow.id(), "a run that panics").await;
    Ok(())
}

#[tokio::test]
async fn a_panic_in_init_fails_the_task_and_the_worker_goes_on() -> durable::Result<()> {
    let client = client().await;
    let workflow = InitWorkflow::start(&client, order("panic-in-init")).await?;
    // The workflow's own query `id` hides the handle's method of that name.
    panics(WorkflowHandle::id(&workflow), "an init that panics").await;
    Ok(())
}

#[tokio::test]
async fn a_panic_in_a_query_is_the_callers_error_and_the_workflow_goes_on() -> durable::Result<()> {
    let client = client().await;
    let workflow = InitWorkflow::start(&client, order("asked")).await?;
    assert_eq!(workflow.result().await?, 2);
    let asked = workflow.explode("because".to_owned()).await;
    let error = asked.expect_err("there is no answer");
    assert!(format!("{error:?}").contains("a query that panics: because"), "{error:?}");
    assert_eq!(workflow.id().await?, "asked", "the next question is answered");
    Ok(())
}

#[tokio::test]
async fn a_workflow_type_that_no_worker_has_waits_visibly() -> durable::Result<()> {
    let client = client().await;
    let id = start_raw(&client, "NobodyWroteThis", &1).await;
    let handle = OrderWorkflow::handle(&client, id);
    let said = failed_task(&handle).await;
    assert_eq!(said, "Workflow type NobodyWroteThis not found");
    let waiting = handle.result_within(Duration::from_millis(100)).await;
    assert!(matches!(waiting, Err(Error::NoResultYet { .. })), "{waiting:?}");
    handle.terminate("nobody will").await
}
