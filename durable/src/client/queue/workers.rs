//! The workers of a namespace, as they report themselves.

use std::time::SystemTime;

use futures_util::{TryStreamExt as _, stream};
use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::{Code, IntoRequest as _, Status};
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::enums::v1::WorkerStatus as RawStatus;
use temporalio_common::protos::temporal::api::worker::v1::WorkerListInfo;
use temporalio_common::protos::temporal::api::workflowservice::v1::ListWorkersRequest;

use crate::client::{Client, Listing};
use crate::error::Error;

/// The number of workers that one request asks for.
const PAGE: i32 = 100;

/// The state of a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum WorkerStatus {
    /// It takes tasks.
    Running,
    /// It ends, and takes no new tasks.
    ShuttingDown,
    /// It has ended.
    Ended,
    /// The server doesn't tell.
    Unknown,
}

/// A worker that has reported itself to the server.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WorkerSummary {
    /// The worker's identity.
    pub identity: String,
    /// The queue that it serves.
    pub task_queue: String,
    /// The worker's state.
    pub state: WorkerStatus,
    /// The time of its start.
    pub started_at: Option<SystemTime>,
    /// The name of its host.
    pub host: String,
    /// The id of its process on that host.
    pub process_id: String,
    /// The name and version of its SDK.
    pub sdk: String,
    /// The version of its deployment, as deployment and build id.
    pub version: Option<(String, String)>,
}

impl Client {
    /// Lists the workers of the namespace, which report themselves about once a minute.
    ///
    /// A worker that was killed remains in the list until the server has forgotten it. Workers of SDKs
    /// without such reports are missing; [`task_queue`](Self::task_queue) shows every worker that polls.
    pub fn list_workers(&self) -> Listing<WorkerSummary> {
        let client = self.clone();
        let pages = stream::try_unfold(Some(Vec::new()), move |token| {
            let client = client.clone();
            async move {
                let Some(next_page_token) = token else { return Ok::<_, Error>(None) };
                let request = ListWorkersRequest {
                    namespace: client.namespace().to_owned(),
                    page_size: PAGE,
                    next_page_token,
                    ..ListWorkersRequest::default()
                };
                let asked = client.sdk().clone().list_workers(request.into_request()).await;
                let page = asked.map_err(|status| client.workers_error(status))?.into_inner();
                let token = Some(page.next_page_token).filter(|token| !token.is_empty());
                let workers = page.workers.into_iter().map(|raw| Ok(WorkerSummary::new(raw)));
                Ok(Some((stream::iter(workers.collect::<Vec<_>>()), token)))
            }
        });
        Listing::new(pages.try_flatten())
    }

    fn workers_error(&self, status: Status) -> Error {
        match status.code() {
            Code::NotFound => self.no_namespace(),
            Code::Unavailable => self.unreachable(status),
            _ => Error::Rpc { operation: "list workers".to_owned(), cause: status.into() },
        }
    }
}

impl WorkerSummary {
    fn new(raw: WorkerListInfo) -> Self {
        let state = match raw.status() {
            RawStatus::Running => WorkerStatus::Running,
            RawStatus::ShuttingDown => WorkerStatus::ShuttingDown,
            RawStatus::Shutdown => WorkerStatus::Ended,
            RawStatus::Unspecified => WorkerStatus::Unknown,
        };
        let version = raw.deployment_version.map(|it| (it.deployment_name, it.build_id));
        Self {
            identity: raw.worker_identity,
            task_queue: raw.task_queue,
            state,
            started_at: raw.start_time.as_ref().and_then(proto_ts_to_system_time),
            host: raw.host_name,
            process_id: raw.process_id,
            sdk: format!("{} {}", raw.sdk_name, raw.sdk_version).trim().to_owned(),
            version: version.filter(|(deployment, _)| !deployment.is_empty()),
        }
    }
}
