//! Task queues and workers, as the server sees them.

mod workers;

pub use workers::{WorkerStatus, WorkerSummary};

use std::time::{Duration, SystemTime};

use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{Code, IntoRequest as _};
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::enums::v1::TaskQueueType;
use temporalio_common::protos::temporal::api::taskqueue::v1::{
    PollerInfo, TaskQueue, TaskQueueStats,
};
use temporalio_common::protos::temporal::api::workflowservice::v1::{
    DescribeTaskQueueRequest, DescribeTaskQueueResponse,
};

use crate::client::Client;
use crate::error::{ConnectionError, Error, Result};

/// The age of a worker's last poll after which the worker is taken for gone. A poll lasts a minute,
/// and the server remembers it for five.
const GONE: Duration = Duration::from_secs(120);

/// A handle of a task queue.
#[derive(Debug, Clone)]
pub struct TaskQueueHandle {
    client: Client,
    name: String,
}

/// The server's description of a task queue, which has a part for workflow tasks and one for activities.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TaskQueueDescription {
    /// The name of the queue.
    pub name: String,
    /// The part for workflow tasks.
    pub workflows: TaskQueuePart,
    /// The part for activities.
    pub activities: TaskQueuePart,
}

/// One part of a task queue. The numbers are approximate.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct TaskQueuePart {
    /// The workers that have polled in the last five minutes.
    pub pollers: Vec<Poller>,
    /// The number of tasks that wait for a worker.
    pub backlog: u64,
    /// The age of the oldest of those tasks.
    pub backlog_age: Duration,
    /// The number of tasks that are added each second.
    pub added_per_second: f64,
    /// The number of tasks that workers take each second.
    pub taken_per_second: f64,
    has_backlog_stats: bool,
}

/// A worker that polls a queue.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Poller {
    /// The worker's identity.
    pub identity: String,
    /// The time of its last poll.
    pub last_poll: Option<SystemTime>,
    /// The version of the worker's deployment, as deployment and build id.
    pub version: Option<(String, String)>,
}

impl Client {
    /// Returns a handle of the task queue with this name. It does not call the server.
    #[must_use]
    pub fn task_queue(&self, name: impl Into<String>) -> TaskQueueHandle {
        TaskQueueHandle { client: self.clone(), name: name.into() }
    }
}

impl TaskQueueHandle {
    /// Asks for the workers that poll the queue, and for its backlog. A queue that nobody has used is
    /// described too: it has no workers and no backlog.
    ///
    /// # Errors
    /// [`NamespaceNotFound`](ConnectionError::NamespaceNotFound),
    /// [`Unreachable`](ConnectionError::Unreachable), [`Rpc`](Error::Rpc).
    pub async fn describe(&self) -> Result<TaskQueueDescription> {
        let (workflows, activities) =
            tokio::try_join!(self.ask(TaskQueueType::Workflow), self.ask(TaskQueueType::Activity))?;
        let (workflows, activities) =
            (TaskQueuePart::new(&workflows), TaskQueuePart::new(&activities));
        Ok(TaskQueueDescription { name: self.name.clone(), workflows, activities })
    }

    /// Returns whether a worker polls a part of the queue.
    pub(super) async fn is_polled(&self, kind: i32) -> Result<bool> {
        let kind = TaskQueueType::try_from(kind).unwrap_or_default();
        Ok(self.ask(kind).await?.pollers.iter().map(Poller::new).any(|it| it.is_alive()))
    }

    async fn ask(&self, kind: TaskQueueType) -> Result<DescribeTaskQueueResponse> {
        let request = DescribeTaskQueueRequest {
            namespace: self.client.namespace().to_owned(),
            task_queue: Some(TaskQueue { name: self.name.clone(), ..TaskQueue::default() }),
            task_queue_type: kind as i32,
            report_stats: true,
            ..DescribeTaskQueueRequest::default()
        };
        let operation = || format!("describe task queue `{}`", self.name);
        let asking = async {
            let mut client = self.client.sdk().clone();
            let answer = client.describe_task_queue(request.into_request()).await;
            answer.map_err(|status| match status.code() {
                Code::NotFound => self.client.no_namespace(),
                Code::Unavailable => self.client.unreachable(status),
                _ => Error::Rpc { operation: operation(), cause: status.into() },
            })
        };
        Ok(self.client.within(None, operation, asking).await?.into_inner())
    }
}

impl Client {
    pub(super) fn no_namespace(&self) -> Error {
        let (namespace, address) = (self.namespace().to_owned(), self.address().to_owned());
        ConnectionError::NamespaceNotFound { namespace, address }.into()
    }
}

impl TaskQueueDescription {
    /// Returns `true` if a worker polls for workflow tasks or activities.
    #[must_use]
    pub fn is_polled(&self) -> bool {
        [&self.workflows, &self.activities].iter().any(|part| part.is_polled())
    }
}

impl TaskQueuePart {
    fn new(raw: &DescribeTaskQueueResponse) -> Self {
        let TaskQueueStats {
            approximate_backlog_count,
            approximate_backlog_age,
            tasks_add_rate,
            tasks_dispatch_rate,
            ..
        } = raw.stats.unwrap_or_default();
        let has_backlog_stats = raw.stats.is_some();
        let age = approximate_backlog_age.and_then(|age| age.try_into().ok());
        Self {
            pollers: raw.pollers.iter().map(Poller::new).collect(),
            backlog: approximate_backlog_count.try_into().unwrap_or_default(),
            backlog_age: age.unwrap_or_default(),
            added_per_second: tasks_add_rate.into(),
            taken_per_second: tasks_dispatch_rate.into(),
            has_backlog_stats,
        }
    }

    /// Returns `true` if the server has told the backlog and the rates. Otherwise they are zero.
    #[must_use]
    pub fn has_backlog_stats(&self) -> bool {
        self.has_backlog_stats
    }

    /// Returns `true` if a worker has polled in the last two minutes.
    #[must_use]
    pub fn is_polled(&self) -> bool {
        self.pollers.iter().any(Poller::is_alive)
    }
}

impl Poller {
    fn new(raw: &PollerInfo) -> Self {
        let options = raw.deployment_options.as_ref();
        let version = options.map(|it| (it.deployment_name.clone(), it.build_id.clone()));
        Self {
            identity: raw.identity.clone(),
            last_poll: raw.last_access_time.as_ref().and_then(proto_ts_to_system_time),
            version: version.filter(|(deployment, _)| !deployment.is_empty()),
        }
    }

    /// Returns `true` if the worker has polled in the last two minutes.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        // A clock that differs from the server's may put the poll into the future.
        let age = self.last_poll.and_then(|last| SystemTime::now().duration_since(last).ok());
        age.is_none_or(|age| age < GONE)
    }
}
