//! Listing and counting workflows.

use std::collections::HashMap;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::ops::{Deref, RangeBounds};
use std::time::SystemTime;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use temporalio_client::{
    WorkflowCountOptions, WorkflowExecution, WorkflowExecutionStatus, WorkflowListOptions,
};
use temporalio_common::search_attributes::{SearchAttributeKey, SearchAttributeValue};

use super::{Listing, Query};
use crate::client::{AnyWorkflow, Client, HasHandle, WorkflowHandle};
use crate::error::Result;

impl Client {
    /// Lists the workflows of a type.
    ///
    /// ```no_run
    /// # use durable::prelude::*;
    /// # #[workflow(queue = "orders", id = "order-{}")]
    /// # #[derive(Default)]
    /// # struct OrderWorkflow;
    /// # #[workflow_methods]
    /// # impl OrderWorkflow {
    /// #     #[run]
    /// #     async fn run(_order: u32) -> WorkflowResult<()> { Ok(()) }
    /// #     #[signal]
    /// #     fn approve(&mut self) {}
    /// # }
    /// # async fn example(client: &Client) -> durable::Result<()> {
    /// use durable::client::{SearchAttributeKey, WorkflowExecutionStatus};
    ///
    /// let tier = SearchAttributeKey::keyword("CustomerTier");
    /// let gold = client
    ///     .list::<OrderWorkflow>()
    ///     .status(WorkflowExecutionStatus::Running)
    ///     .search_attribute(&tier, "gold".to_owned());
    /// println!("{} of gold customers", gold.count().await?);
    /// for order in gold.await? {
    ///     order.handle().approve().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list<W: HasHandle>(&self) -> ListWorkflowsCall<W> {
        let types = if W::NAME.is_empty() { Vec::new() } else { vec![W::NAME.to_owned()] };
        ListWorkflowsCall {
            client: self.clone(),
            types,
            statuses: Vec::new(),
            ids: Vec::new(),
            query: Query::default(),
            limit: None,
            workflow: PhantomData,
        }
    }

    /// Lists workflows of every type.
    pub fn list_all(&self) -> ListWorkflowsCall<AnyWorkflow> {
        self.list()
    }
}

/// A query of workflows. Awaiting it returns all at once, and [`stream`](Self::stream) one after
/// the other. All conditions must hold.
///
/// Each run of a workflow is a separate entry. The order is that of the server: as of 1.32, running
/// before ended ones, and the latest first.
///
/// # Errors
/// - [`Error::InvalidQuery`]: the query is invalid, for example with an unknown search attribute,
///   unbalanced parentheses, or a value that begins or ends with a single quote.
/// - [`ConnectionError::NamespaceNotFound`], [`ConnectionError::Unreachable`], [`Error::Rpc`].
///
/// [`Error::InvalidQuery`]: crate::Error::InvalidQuery
/// [`ConnectionError::NamespaceNotFound`]: crate::error::ConnectionError::NamespaceNotFound
/// [`ConnectionError::Unreachable`]: crate::error::ConnectionError::Unreachable
/// [`Error::Rpc`]: crate::Error::Rpc
#[must_use = "nothing is asked before it is awaited, streamed or counted"]
pub struct ListWorkflowsCall<W> {
    pub(super) client: Client,
    types: Vec<String>,
    pub(super) statuses: Vec<String>,
    ids: Vec<String>,
    query: Query,
    limit: Option<usize>,
    workflow: PhantomData<fn() -> W>,
}

impl ListWorkflowsCall<AnyWorkflow> {
    /// Selects workflows of the type with this name. If called several times, any of the types.
    pub fn workflow_type(mut self, name: impl Into<String>) -> Self {
        self.types.push(name.into());
        self
    }
}

impl<W: HasHandle> ListWorkflowsCall<W> {
    /// Selects workflows with this status. If called several times, any of the statuses.
    pub fn status(mut self, status: WorkflowExecutionStatus) -> Self {
        // The variants have the server's names.
        self.statuses.push(format!("{status:?}"));
        self
    }

    /// Selects the workflow with this id. If called several times, any of the ids.
    pub fn id(mut self, id: impl Into<String>) -> Self {
        self.ids.push(id.into());
        self
    }

    /// Selects workflows whose id starts with this prefix.
    pub fn id_starting_with(mut self, prefix: impl AsRef<str>) -> Self {
        self.query.starts_with("WorkflowId", prefix.as_ref());
        self
    }

    /// Selects workflows that were started within this range, such as `yesterday..`.
    pub fn started(mut self, when: impl RangeBounds<SystemTime>) -> Self {
        self.query.during("StartTime", &when);
        self
    }

    /// Selects workflows that have ended within this range.
    pub fn closed(mut self, when: impl RangeBounds<SystemTime>) -> Self {
        self.query.during("CloseTime", &when);
        self
    }

    /// Selects workflows on this task queue.
    pub fn task_queue(mut self, queue: impl AsRef<str>) -> Self {
        self.query.equals("TaskQueue", queue.as_ref());
        self
    }

    /// Selects workflows whose search attribute has this value. A text matches if it contains all
    /// words, and a list if it contains all values.
    ///
    /// The value is escaped. The server (as of 1.32) finds no value with a double quote or a
    /// backslash.
    #[allow(clippy::needless_pass_by_value, reason = "as a start takes it")]
    pub fn search_attribute<T: SearchAttributeValue>(
        mut self,
        key: &SearchAttributeKey<T>,
        value: T,
    ) -> Self {
        self.query.attribute(key, &value);
        self
    }

    /// Selects workflows whose search attribute is within this range, such as `100.0..`.
    pub fn search_attribute_in<T: SearchAttributeValue>(
        mut self,
        key: &SearchAttributeKey<T>,
        range: impl RangeBounds<T>,
    ) -> Self {
        self.query.attribute_within(key, &range);
        self
    }

    /// Adds a condition in [Temporal's list filter syntax](https://docs.temporal.io/list-filter).
    /// It is sent unchanged, so values in it must be quoted. Its parentheses and quotes must be complete,
    /// and it can't have comments, so it can't lift the other conditions.
    pub fn matching(mut self, query: impl AsRef<str>) -> Self {
        self.query.raw(query.as_ref());
        self
    }

    /// Limits the number of workflows. Counts ignore it.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Returns the query that is sent.
    #[must_use]
    pub fn query(&self) -> String {
        self.clauses().text()
    }

    pub(super) fn clauses(&self) -> Query {
        let mut query = Query::default();
        query.one_of("WorkflowType", &self.types);
        query.one_of("ExecutionStatus", &self.statuses);
        query.one_of("WorkflowId", &self.ids);
        query.and(&self.query)
    }

    /// Returns a stream of the workflows, which are fetched page by page.
    pub fn stream(self) -> Listing<ListedWorkflow<W>> {
        let query = match self.clauses().checked() {
            Ok(query) => query,
            Err(error) => return Listing::failed(error),
        };
        let options = WorkflowListOptions::builder().maybe_limit(self.limit).build();
        let client = self.client;
        let listed = client.sdk().list_workflows(query.clone(), options);
        Listing::new(listed.map(move |execution| match execution {
            Ok(execution) => {
                Ok(ListedWorkflow { client: client.clone(), execution, workflow: PhantomData })
            }
            Err(error) => Err(client.list_error(&query, error)),
        }))
    }

    /// Counts the workflows.
    ///
    /// # Errors
    /// The errors of the list.
    pub async fn count(&self) -> Result<usize> {
        let query = self.clauses().checked()?;
        let options = WorkflowCountOptions::default();
        let counting = self.client.sdk().count_workflows(query.clone(), options);
        let counted = self.client.listed(&query, counting).await?;
        Ok(counted.count())
    }

    /// Counts the workflows by status. A status without workflows is missing.
    ///
    /// # Errors
    /// The errors of the list.
    pub async fn count_by_status(&self) -> Result<HashMap<WorkflowExecutionStatus, usize>> {
        let query = self.clauses().checked()?;
        let query = format!("{query} GROUP BY ExecutionStatus");
        let options = WorkflowCountOptions::default();
        let counting = self.client.sdk().count_workflows(query.trim_start(), options);
        let counted = self.client.listed(&query, counting).await?;
        let groups = counted.groups().iter();
        Ok(groups.map(|group| (named(group.get::<String>(0).as_deref()), group.count())).collect())
    }
}

/// The statuses that the server gives workflows.
pub(crate) const STATUSES: [WorkflowExecutionStatus; 8] = [
    WorkflowExecutionStatus::Running,
    WorkflowExecutionStatus::Completed,
    WorkflowExecutionStatus::Failed,
    WorkflowExecutionStatus::Canceled,
    WorkflowExecutionStatus::Terminated,
    WorkflowExecutionStatus::ContinuedAsNew,
    WorkflowExecutionStatus::TimedOut,
    WorkflowExecutionStatus::Paused,
];

fn named(status: Option<&str>) -> WorkflowExecutionStatus {
    use WorkflowExecutionStatus as Status;
    let known = STATUSES.into_iter().find(|known| Some(format!("{known:?}").as_str()) == status);
    known.unwrap_or(Status::Unknown)
}

impl<W: HasHandle> IntoFuture for ListWorkflowsCall<W> {
    type Output = Result<Vec<ListedWorkflow<W>>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move {
            let client = self.client.clone();
            client.within(None, || "list workflows".to_owned(), self.stream().collect()).await
        }
        .boxed()
    }
}

impl<W: HasHandle> fmt::Debug for ListWorkflowsCall<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListWorkflowsCall").field("query", &self.query()).finish_non_exhaustive()
    }
}

/// A listed run of a workflow.
///
/// It dereferences to the SDK's [`WorkflowExecution`], with id, run id, type, status, times, queue,
/// memo and search attributes.
pub struct ListedWorkflow<W> {
    client: Client,
    execution: WorkflowExecution,
    workflow: PhantomData<fn() -> W>,
}

impl<W: HasHandle> ListedWorkflow<W> {
    /// Returns a handle that is bound to the listed run. A continue-as-new or a retry starts
    /// another run; use `OrderWorkflow::handle(&client, order.id())` to follow it.
    #[must_use]
    pub fn handle(&self) -> W::Handle {
        let handle = WorkflowHandle::<W>::existing(&self.client, self.id());
        handle.with_run_id(self.run_id())
    }
}

impl<W> Deref for ListedWorkflow<W> {
    type Target = WorkflowExecution;

    fn deref(&self) -> &Self::Target {
        &self.execution
    }
}

impl<W> Clone for ListedWorkflow<W> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            execution: self.execution.clone(),
            workflow: PhantomData,
        }
    }
}

impl<W> fmt::Debug for ListedWorkflow<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListedWorkflow")
            .field("id", &self.id())
            .field("run_id", &self.run_id())
            .field("workflow_type", &self.workflow_type())
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
