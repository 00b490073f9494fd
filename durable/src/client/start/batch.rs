//! Starting many workflows concurrently.

use std::future::IntoFuture;

use futures_util::StreamExt as _;
use futures_util::stream;

use crate::client::{HasHandle, StartCall};
use crate::definition::Payload;
use crate::error::Result;

/// The number of concurrent starts: enough to hide the round trips, and few enough that a batch of
/// thousands does not crowd out other calls.
const AT_ONCE: usize = 32;

/// Starts many workflows, up to 32 at a time, and returns their handles in the order of the starts.
///
/// Each start can have its own options, and succeeds or fails independently of the others.
///
/// ```no_run
/// # use durable::prelude::*;
/// # #[workflow(queue = "orders", id = "order-{}")]
/// # #[derive(Default)]
/// # struct OrderWorkflow;
/// # #[workflow_methods]
/// # impl OrderWorkflow {
/// #     #[run]
/// #     async fn run(_order: String) -> WorkflowResult<()> { Ok(()) }
/// # }
/// # async fn example(client: &Client, orders: Vec<String>) -> durable::Result<()> {
/// let starts = orders.into_iter().map(|order| OrderWorkflow::start(client, order));
/// for started in durable::client::start_all(starts).await {
///     println!("{}", started?.id());
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Each result has the errors of awaiting its [`StartCall`].
pub async fn start_all<W>(starts: impl IntoIterator<Item = StartCall<W>>) -> Vec<Result<W::Handle>>
where
    W: HasHandle,
    W::Input: Payload,
{
    // Collected first, so that the future borrows nothing of the caller's iterator while it waits.
    let starts: Vec<_> = starts.into_iter().map(IntoFuture::into_future).collect();
    stream::iter(starts).buffered(AT_ONCE).collect().await
}
