//! The trait of all workflows, for generic code.

use std::time::Duration;

use temporalio_common::WorkflowDefinition;

use crate::client::{
    AnyInput, AnyWorkflow, Client, ExecuteCall, HasHandle, Payloads, StartCall, WorkflowHandle,
};
use crate::definition::{Arguments, Workflow, wire};
use crate::workflow::{
    ExecuteChildCall, ExternalWorkflowHandle, Parent, StartChildCall, WorkflowContext,
};

/// A workflow that takes `I` and returns `O`.
///
/// It has the functions that start or find a workflow, so that code can be generic over workflows. For
/// example, one function can run a batch of orders or a batch of invoices.
///
/// [`#[workflow]`](macro@crate::workflow) and [`#[workflow_methods]`](macro@crate::workflow_methods)
/// implement it together: `impl BaseWorkflow<Order, Receipt> for OrderWorkflow`. `I` is `()` for a
/// workflow without inputs, `T` for one with a single input, and the tuple `(A, B, ..)` for one with
/// several. The bound `W: BaseWorkflow<I, O>` is sufficient for a generic function.
///
/// ```
/// use durable::client::start_all;
/// use durable::prelude::*;
///
/// /// Runs a batch of workflows of any type, and returns their outputs in the order of the inputs.
/// async fn run_all<W: BaseWorkflow<I, O>, I, O>(
///     client: &Client,
///     inputs: Vec<I>,
/// ) -> durable::Result<Vec<O>> {
///     println!("{} workflows `{}` on queue `{}`", inputs.len(), W::NAME, W::QUEUE);
///     let mut outputs = Vec::new();
///     for started in start_all(inputs.into_iter().map(|input| W::start(client, input))).await {
///         outputs.push(started?.result().await?);
///     }
///     Ok(outputs)
/// }
///
/// #[workflow(queue = "orders", id = "order-{order_id}")]
/// #[derive(Default)]
/// struct OrderWorkflow;
///
/// #[workflow_methods]
/// impl OrderWorkflow {
///     #[run]
///     async fn run(order_id: u64, email: String) -> WorkflowResult<String> {
///         Ok(format!("order {order_id} for {email}"))
///     }
/// }
///
/// #[workflow(queue = "billing")]
/// #[derive(Default)]
/// struct Invoice;
///
/// #[workflow_methods]
/// impl Invoice {
///     #[run]
///     async fn run(amount: f64) -> WorkflowResult<f64> {
///         Ok(amount * 1.22)
///     }
/// }
///
/// # async fn example(client: &Client) -> durable::Result<()> {
/// let orders = vec![(7, "a@example.com".to_owned()), (8, "b@example.com".to_owned())];
/// let receipts: Vec<String> = run_all::<OrderWorkflow, _, _>(client, orders).await?;
/// let totals: Vec<f64> = run_all::<Invoice, _, _>(client, vec![12.5, 30.0]).await?;
/// # let _ = (receipts, totals);
/// # Ok(())
/// # }
/// ```
///
/// # Associated items
/// - `W::NAME` and `W::QUEUE`, from [`WorkflowAnnotation`](crate::definition::WorkflowAnnotation).
/// - `W::Handle`, the generated handle that [`start`](Self::start) returns when awaited. It dereferences to
///   [`WorkflowHandle<W>`](WorkflowHandle).
/// - `W::HandleOf<T>`, the handle for use in other workflows. It dereferences to `T`, which is a
///   [`ChildWorkflowHandle`](crate::workflow::ChildWorkflowHandle) or an [`ExternalWorkflowHandle`].
///
/// # Functions of the same name
/// The struct of a workflow has inherent functions of the same names, which take each input as a
/// parameter: `OrderWorkflow::start(client, 7, email)`, while the trait's take one value:
/// `W::start(client, (7, email))`. For a known type Rust selects the inherent ones. To call those of the
/// trait, write `<OrderWorkflow as BaseWorkflow<_, _>>::start(client, (7, email))`.
///
/// # In workflow code
/// A function that is also generic over the calling workflow has a parameter `P: Parent`:
///
/// ```
/// use durable::prelude::*;
/// use durable::workflow::{Parent, join_all_bounded};
///
/// /// Runs a child for each input, at most eight at a time.
/// async fn children<P: Parent, W: BaseWorkflow<I, O>, I, O>(
///     ctx: &WorkflowContext<P>,
///     inputs: Vec<I>,
/// ) -> WorkflowResult<Vec<O>> {
///     let calls = inputs.into_iter().map(|input| W::execute_child(ctx, input));
///     let outputs = join_all_bounded(8, calls).await;
///     Ok(outputs.into_iter().collect::<Result<_, _>>()?)
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a workflow that takes `{I}` and returns `{O}`",
    note = "`#[workflow]` and `#[workflow_methods]` implement `BaseWorkflow<I, O>`: `I` is `()` for no \
            input, `T` for one, and the tuple `(A, B, ..)` for several"
)]
pub trait BaseWorkflow<I, O>:
    HasHandle
    + Workflow<Arguments: Arguments<Value = I>>
    + WorkflowDefinition<Input: Send, Output = O>
    + WorkflowDefinition<Output: Send>
{
    /// Starts the workflow on its task queue.
    ///
    /// Options can be set on the returned call. Awaiting it starts the workflow and returns its handle.
    /// The default id is that of the annotation's template, or a random UUID.
    ///
    /// # Errors
    /// Awaiting returns the errors of [`StartCall`].
    fn start(client: &Client, input: I) -> StartCall<Self> {
        StartCall::new(client, wire::<Self>(input))
    }

    /// Starts the workflow like [`start`](Self::start). Awaiting the call waits for the workflow's output
    /// and returns it.
    ///
    /// # Errors
    /// Awaiting returns the errors of [`StartCall`], and [`Error::Failed`](crate::Error::Failed) and the like
    /// if the workflow does not complete.
    fn execute(client: &Client, input: I) -> ExecuteCall<Self> {
        StartCall::new(client, wire::<Self>(input))
    }

    /// Starts the workflow like [`start`](Self::start), and delays its first task by `delay`.
    fn schedule(client: &Client, input: I, delay: Duration) -> StartCall<Self> {
        Self::start(client, input).start_delay(delay)
    }

    /// Returns a handle of the workflow with this id, without a request to the server.
    #[must_use]
    fn handle(client: &Client, workflow_id: impl Into<String>) -> Self::Handle {
        WorkflowHandle::existing(client, workflow_id).into()
    }

    /// Starts the workflow as a child of the calling workflow, on its own task queue.
    ///
    /// Options can be set on the returned call. Awaiting it waits for the child's output and returns it.
    #[track_caller]
    fn execute_child<P: Parent>(
        ctx: &WorkflowContext<P>,
        input: I,
    ) -> ExecuteChildCall<'_, P, Self> {
        StartChildCall::new(ctx, wire::<Self>(input))
    }

    /// Starts the workflow as a child, like [`execute_child`](Self::execute_child). Awaiting the call
    /// waits until the child is started and returns its handle.
    #[track_caller]
    fn start_child<P: Parent>(ctx: &WorkflowContext<P>, input: I) -> StartChildCall<'_, P, Self> {
        StartChildCall::new(ctx, wire::<Self>(input))
    }

    /// Returns a handle, for use in workflows, of any workflow with this id, without a request to the
    /// server.
    fn external<P: Parent>(
        ctx: &WorkflowContext<P>,
        workflow_id: impl Into<String>,
    ) -> Self::HandleOf<ExternalWorkflowHandle<Self>> {
        ExternalWorkflowHandle::new(ctx, workflow_id).into()
    }
}

/// Takes the workflow type and the task queue from each input.
impl BaseWorkflow<AnyInput, Payloads> for AnyWorkflow {
    fn start(client: &Client, input: AnyInput) -> StartCall<Self> {
        let AnyInput { workflow_type, task_queue, inputs } = input;
        client.start(workflow_type, task_queue, inputs)
    }

    fn execute(client: &Client, input: AnyInput) -> ExecuteCall<Self> {
        Self::start(client, input).resolving()
    }

    #[track_caller]
    fn execute_child<P: Parent>(
        ctx: &WorkflowContext<P>,
        input: AnyInput,
    ) -> ExecuteChildCall<'_, P, Self> {
        child(ctx, input)
    }

    #[track_caller]
    fn start_child<P: Parent>(
        ctx: &WorkflowContext<P>,
        input: AnyInput,
    ) -> StartChildCall<'_, P, Self> {
        child(ctx, input)
    }
}

#[track_caller]
fn child<P, R>(ctx: &WorkflowContext<P>, input: AnyInput) -> StartChildCall<'_, P, AnyWorkflow, R> {
    let AnyInput { workflow_type, task_queue, inputs } = input;
    StartChildCall::named(ctx, workflow_type, inputs).task_queue(task_queue)
}
