//! What a call sets for a start, and the request that it becomes.
//!
//! It knows no workflow type, so that it is compiled once and not for each.

use std::collections::HashMap;
use std::time::Duration;

use temporalio_client::{WorkflowIdConflictPolicy, WorkflowIdReusePolicy, WorkflowStartOptions};
use temporalio_common::MemoValues;
use temporalio_common::protos::temporal::api::common::v1::{Header, Payload};
use temporalio_common::search_attributes::SearchAttributes;

use super::{Client, relay};
use crate::error::{Error, Result};
use crate::options::{InvalidOptions, RetryOptions, WorkflowOptions, limit};

/// What the caller of a start has set.
pub(super) struct Settings {
    pub(super) options: WorkflowOptions,
    pub(super) id_reuse_policy: WorkflowIdReusePolicy,
    pub(super) id_conflict_policy: WorkflowIdConflictPolicy,
    pub(super) cron_schedule: Option<String>,
    pub(super) memo: Option<MemoValues>,
    pub(super) search_attributes: SearchAttributes,
    pub(super) headers: HashMap<String, Payload>,
    pub(super) eager: bool,
    pub(super) delay: Option<Duration>,
    pub(super) request_id: Option<String>,
    /// Whether the caller goes on to wait for the result.
    pub(super) awaited: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            options: WorkflowOptions::default(),
            id_reuse_policy: WorkflowIdReusePolicy::default(),
            id_conflict_policy: WorkflowIdConflictPolicy::default(),
            cron_schedule: None,
            memo: None,
            search_attributes: SearchAttributes::default(),
            headers: HashMap::new(),
            eager: true,
            delay: None,
            request_id: None,
            awaited: false,
        }
    }
}

/// What the annotation says of the workflow.
pub(super) struct Definition {
    pub(super) name: &'static str,
    pub(super) queue: &'static str,
    pub(super) options: WorkflowOptions,
}

/// The options of the SDK's start, and the client to send it by.
pub(super) struct Request {
    pub(super) sdk: temporalio_client::Client,
    pub(super) options: WorkflowStartOptions,
}

impl Settings {
    /// Merges the settings with the annotation and the configuration, checks them, and makes the SDK's options of them.
    pub(super) async fn request(
        self,
        client: &Client,
        id: &str,
        definition: Definition,
    ) -> Result<Request> {
        let invalid = |source| Error::InvalidOptions { workflow_type: definition.name, source };
        self.check(id).map_err(invalid)?;
        let configured = client.configured_options().of_workflow(definition.name);
        let resolved = self.options.resolve(definition.options, configured).map_err(invalid)?;
        let queue = resolved.task_queue.unwrap_or_else(|| definition.queue.to_owned());
        let options = WorkflowStartOptions::new(queue, id)
            .id_reuse_policy(self.id_reuse_policy)
            .id_conflict_policy(self.id_conflict_policy)
            .maybe_execution_timeout(limit(resolved.execution_timeout))
            .maybe_run_timeout(limit(resolved.run_timeout))
            .maybe_task_timeout(limit(resolved.task_timeout))
            .maybe_cron_schedule(self.cron_schedule)
            .maybe_search_attributes(
                (!self.search_attributes.is_empty()).then_some(self.search_attributes),
            )
            // The server has nothing to hand out before the delay is over.
            .enable_eager_workflow_start(self.eager && self.delay.is_none())
            .maybe_retry_policy(resolved.retry.map(RetryOptions::into_policy))
            .priority(resolved.priority.unwrap_or_default())
            .maybe_header((!self.headers.is_empty()).then_some(Header { fields: self.headers }))
            .maybe_memo(self.memo)
            .maybe_static_summary(resolved.summary)
            .maybe_static_details(resolved.details)
            .build();
        let sdk = amending(client, self.delay, self.request_id, self.awaited).await?;
        Ok(Request { sdk, options })
    }

    /// What is impossible whatever the annotation says.
    fn check(&self, id: &str) -> Result<(), InvalidOptions> {
        let mut problems = Vec::new();
        if id.is_empty() {
            problems.push("the workflow id is empty".to_owned());
        }
        if self.cron_schedule.is_some() && self.delay.is_some() {
            problems.push("a cron schedule and a start delay exclude each other".to_owned());
        }
        if let Some(delay) = self.delay.filter(|delay| *delay > LONGEST_DELAY) {
            problems.push(format!("a start delay of {delay:?} is longer than 10000 years"));
        }
        if problems.is_empty() { Ok(()) } else { Err(InvalidOptions { problems }) }
    }
}

/// The longest duration that the server's protocol knows.
const LONGEST_DELAY: Duration = Duration::from_secs(315_576_000_000);

/// The client itself, or one that adds to the request what the SDK's options lack.
async fn amending(
    client: &Client,
    delay: Option<Duration>,
    request_id: Option<String>,
    awaited: bool,
) -> Result<temporalio_client::Client> {
    let clock = client.clock().cloned();
    if delay.is_none() && request_id.is_none() && clock.is_none() {
        return Ok(client.sdk().clone());
    }
    let amending = relay::amending(client.sdk(), move |request| {
        // What was checked to be within the protocol's bounds converts.
        request.workflow_start_delay = delay.and_then(|delay| delay.try_into().ok());
        if let Some(request_id) = &request_id {
            request.request_id.clone_from(request_id);
        }
        if let Some(clock) = &clock {
            clock.starting(request, awaited);
        }
    });
    amending.await.map_err(|error| Error::Unreachable {
        address: client.address().to_owned(),
        source: error.into(),
    })
}
