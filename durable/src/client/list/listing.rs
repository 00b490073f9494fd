//! A stream of listed items, fetched page by page.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};

use crate::definition::panic_message;
use crate::error::{Error, Result};

/// A stream of listed items. Pages are fetched as they are needed.
///
/// It is a [`Stream`](futures_util::Stream), and can also be read without importing `StreamExt`:
///
/// ```no_run
/// # async fn example(client: &durable::Client) -> durable::Result<()> {
/// let mut workflows = client.list_all().stream();
/// while let Some(workflow) = workflows.next().await? {
///     println!("{} {:?}", workflow.id(), workflow.status());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is fetched before it is read"]
pub struct Listing<T> {
    items: BoxStream<'static, Result<T>>,
}

impl<T> Listing<T> {
    pub(crate) fn new(items: impl Stream<Item = Result<T>> + Send + 'static) -> Self {
        // Code of the program runs in it: interceptors of the client.
        let items = AssertUnwindSafe(items).catch_unwind().map(|item| {
            item.unwrap_or_else(|panic| {
                let message = panic_message(&*panic);
                Err(Error::Panicked { operation: "list".to_owned(), message })
            })
        });
        Self { items: items.boxed() }
    }

    pub(crate) fn failed(error: Error) -> Self
    where
        T: Send + 'static,
    {
        Self::new(stream::once(std::future::ready(Err(error))))
    }

    /// Returns the next item, or `None` at the end.
    ///
    /// # Errors
    /// The errors of the list. The stream ends after an error.
    pub async fn next(&mut self) -> Result<Option<T>> {
        self.items.try_next().await
    }

    /// Collects the remaining items.
    ///
    /// # Errors
    /// The errors of the list.
    pub async fn collect(self) -> Result<Vec<T>> {
        self.items.try_collect().await
    }
}

impl<T> Stream for Listing<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.items.poll_next_unpin(context)
    }
}

impl<T> fmt::Debug for Listing<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listing").finish_non_exhaustive()
    }
}
