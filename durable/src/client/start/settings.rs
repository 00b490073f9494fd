//! The settings of a start, and the conversion to a request.
//!
//! It does not depend on the workflow type, so it is compiled only once.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use temporalio_client::{
    WorkflowIdConflictPolicy, WorkflowIdReusePolicy, WorkflowStartOptions,
    WorkflowUpdateWithStartOptions,
};
use temporalio_common::MemoValues;
use temporalio_common::protos::temporal::api::common::v1::{Header, Payload};
use temporalio_common::protos::temporal::api::workflowservice::v1::StartWorkflowExecutionRequest;
use temporalio_common::search_attributes::SearchAttributes;

use super::request_amender::{self, Amendable};
use crate::client::{Client, Idempotency, VersionOverride};
use crate::error::{ConnectionError, Error, Result, SharedError};
use crate::options::{
    Configured, InvalidOptions, Resolved, RetryOptions, WorkflowOptions, WorkflowTimeouts, check,
    limit,
};

/// The values that the caller of a start has set.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) options: WorkflowOptions,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) id_reuse_policy: WorkflowIdReusePolicy,
    pub(crate) id_conflict_policy: WorkflowIdConflictPolicy,
    pub(crate) cron_schedule: Option<String>,
    pub(crate) memo: Option<MemoValues>,
    pub(crate) search_attributes: SearchAttributes,
    pub(crate) headers: HashMap<String, Payload>,
    pub(crate) eager: Option<bool>,
    pub(crate) delay: Option<Duration>,
    pub(crate) request_id: Option<String>,
    pub(crate) version: Option<VersionOverride>,
    /// The limit of the call itself.
    pub(crate) call_timeout: Option<Duration>,
    /// Set if the caller awaits the result at once.
    pub(crate) awaited: bool,
    /// Problems that were found when a value was set.
    pub(crate) problems: Vec<String>,
}

/// The kinds of starts. Each supports different options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartKind {
    Start,
    SignalWithStart,
    UpdateWithStart,
    Schedule,
}

/// The workflow's annotation and configuration.
pub(crate) struct Definition {
    pub(crate) name: Cow<'static, str>,
    pub(crate) queue: &'static str,
    pub(crate) options: WorkflowOptions,
    /// The workflow's options in the client's configuration.
    pub(crate) configured: Configured<WorkflowOptions>,
}

/// The SDK's options of a start, and the values that these lack.
pub(crate) struct StartRequest {
    pub(crate) options: WorkflowStartOptions,
    delay: Option<Duration>,
    request_id: Option<String>,
    awaited: bool,
    pub(crate) timeouts: WorkflowTimeouts,
}

impl Settings {
    /// Merges the settings with the annotation and the configuration, checks them, and converts
    /// them to the SDK's options.
    pub(crate) fn request(
        self,
        id: &str,
        definition: Definition,
        kind: StartKind,
    ) -> Result<StartRequest> {
        let Definition { name, queue, options, configured } = definition;
        let invalid = |cause| Error::InvalidOptions { workflow_type: name.clone(), cause };
        self.check(id, kind).map_err(invalid)?;
        let id_reuse_policy = self.id_reuse_policy();
        let id_conflict_policy = self.id_conflict_policy(kind);
        let resolved = self.options.resolve(options, configured).map_err(invalid)?;
        let Resolved { options: resolved, timeouts } = resolved;
        let queue = resolved.task_queue.unwrap_or_else(|| queue.to_owned());
        let mut problems: Vec<String> = Vec::new();
        check::queue(&mut problems, Some(&queue));
        InvalidOptions::unless_empty(problems).map_err(invalid)?;
        // A delayed workflow has no first task yet.
        let eager = self.eager.unwrap_or(true) && self.delay.is_none();
        let options = WorkflowStartOptions::new(queue, id)
            .id_reuse_policy(id_reuse_policy)
            .id_conflict_policy(id_conflict_policy)
            .maybe_execution_timeout(limit(resolved.execution_timeout))
            .maybe_run_timeout(limit(resolved.run_timeout))
            .maybe_task_timeout(limit(resolved.task_timeout))
            .maybe_cron_schedule(self.cron_schedule)
            .maybe_search_attributes(
                (!self.search_attributes.is_empty()).then_some(self.search_attributes),
            )
            .enable_eager_workflow_start(eager && kind == StartKind::Start)
            .maybe_retry_policy(resolved.retry.map(RetryOptions::into_policy))
            .priority(resolved.priority.unwrap_or_default())
            .maybe_versioning_override(self.version.map(Into::into))
            .maybe_header((!self.headers.is_empty()).then_some(Header { fields: self.headers }))
            .maybe_memo(self.memo)
            .maybe_static_summary(resolved.summary)
            .maybe_static_details(resolved.details)
            .build();
        let Self { delay, request_id, awaited, .. } = self;
        Ok(StartRequest { options, delay, request_id, awaited, timeouts })
    }

    fn id_reuse_policy(&self) -> WorkflowIdReusePolicy {
        match (self.id_reuse_policy, self.idempotency) {
            (WorkflowIdReusePolicy::Unspecified, Some(policy)) => policy.id_reuse_policy(),
            (policy, _) => policy,
        }
    }

    fn id_conflict_policy(&self, kind: StartKind) -> WorkflowIdConflictPolicy {
        let with_start = matches!(kind, StartKind::SignalWithStart | StartKind::UpdateWithStart);
        match (self.id_conflict_policy, self.idempotency) {
            (WorkflowIdConflictPolicy::Unspecified, _) if with_start => {
                WorkflowIdConflictPolicy::UseExisting
            }
            (WorkflowIdConflictPolicy::Unspecified, Some(policy)) => policy.id_conflict_policy(),
            (policy, _) => policy,
        }
    }

    /// Checks the settings that do not depend on the annotation.
    fn check(&self, id: &str, kind: StartKind) -> Result<(), InvalidOptions> {
        let mut problems = self.problems.clone();
        check::name(&mut problems, "workflow id", id);
        if self.cron_schedule.is_some() && self.delay.is_some() {
            problems.push("a cron schedule and a start delay exclude each other".to_owned());
        }
        if let Some(delay) = self.delay.filter(|delay| *delay > LONGEST_DURATION) {
            problems.push(format!("a start delay of {delay:?} is longer than 10000 years"));
        }
        if self.eager == Some(true) && self.delay.is_some() {
            problems.push("an eager start and a start delay exclude each other".to_owned());
        }
        match kind {
            StartKind::Start => {}
            StartKind::SignalWithStart => {
                if self.id_conflict_policy == WorkflowIdConflictPolicy::Fail {
                    problems.push(
                        "a signal-with-start does not support the id conflict policy `Fail`; to refuse a workflow \
                         that runs, start it first and then signal it"
                            .to_owned(),
                    );
                }
                self.refuse_eager("a signal-with-start", &mut problems);
            }
            StartKind::UpdateWithStart => {
                if self.cron_schedule.is_some() {
                    problems
                        .push("an update-with-start does not support a cron schedule".to_owned());
                }
                if self.delay.is_some() {
                    problems.push("an update-with-start does not support a start delay".to_owned());
                }
                self.refuse_eager("an update-with-start", &mut problems);
            }
            StartKind::Schedule => self.check_scheduled(&mut problems),
        }
        InvalidOptions::unless_empty(problems)
    }

    fn refuse_eager(&self, what: &str, problems: &mut Vec<String>) {
        if self.eager == Some(true) {
            problems.push(format!("{what} cannot be eager"));
        }
    }

    fn check_scheduled(&self, problems: &mut Vec<String>) {
        let refused = [
            (self.cron_schedule.is_some(), "a cron schedule; put it into the schedule's spec"),
            (self.delay.is_some(), "a start delay; set a start time in the spec"),
            (self.request_id.is_some(), "a request id, as each of its runs is a separate start"),
            (
                self.id_conflict_policy != WorkflowIdConflictPolicy::Unspecified
                    || self.idempotency.is_some(),
                "an id conflict policy or idempotency; set the schedule's overlap policy",
            ),
            (
                !matches!(
                    self.id_reuse_policy,
                    WorkflowIdReusePolicy::Unspecified | WorkflowIdReusePolicy::AllowDuplicate
                ),
                "an id reuse policy other than `AllowDuplicate`",
            ),
        ];
        for (_, what) in refused.iter().filter(|(set, _)| *set) {
            problems.push(format!("a workflow on a schedule does not support {what}"));
        }
        self.refuse_eager("a workflow on a schedule", problems);
    }
}

/// The longest duration that the protocol allows.
pub(crate) const LONGEST_DURATION: Duration = Duration::from_secs(315_576_000_000);

impl StartRequest {
    /// Returns `true` if the start has something that SDK 1.1.1 does not encode.
    fn has_plain_texts(&self) -> bool {
        let options = &self.options;
        let has_texts = options.static_summary.is_some() || options.static_details.is_some();
        has_texts || options.header.is_some()
    }

    /// Returns the client, or one that adds to the request what the SDK's options lack.
    pub(crate) async fn client(&self, client: &Client) -> Result<temporalio_client::Client> {
        let clock = client.clock().cloned();
        let is_plain = client.has_codec && self.has_plain_texts();
        if self.delay.is_none() && self.request_id.is_none() && clock.is_none() && !is_plain {
            return Ok(client.sdk().clone());
        }
        let (delay, request_id, awaited) = (self.delay, self.request_id.clone(), self.awaited);
        let amend = move |start: &mut StartWorkflowExecutionRequest| {
            // The delay was checked to be within the protocol's limit.
            start.workflow_start_delay = delay.and_then(|delay| delay.try_into().ok());
            if let Some(request_id) = &request_id {
                start.request_id.clone_from(request_id);
            }
            if let Some(clock) = &clock {
                clock.starting(start, awaited);
            }
        };
        let amending = request_amender::amending(client.sdk(), move |request| match request {
            Amendable::Start(start) => amend(start),
            Amendable::SignalWithStart(request) => {
                let mut start = StartWorkflowExecutionRequest {
                    workflow_id: request.workflow_id.clone(),
                    request_id: request.request_id.clone(),
                    workflow_task_timeout: request.workflow_task_timeout,
                    ..StartWorkflowExecutionRequest::default()
                };
                amend(&mut start);
                request.request_id = start.request_id;
                request.workflow_task_timeout = start.workflow_task_timeout;
                request.workflow_start_delay = start.workflow_start_delay;
                request.time_skipping_config = start.time_skipping_config;
            }
            Amendable::CreateSchedule(_) | Amendable::UpdateSchedule(_) => {}
        });
        amending.await.map_err(|error| client.unreachable(error))
    }

    /// Converts the options to those of the SDK's update-with-start.
    pub(crate) fn with_update(self, update_id: Option<String>) -> WorkflowUpdateWithStartOptions {
        let start = self.options;
        WorkflowUpdateWithStartOptions::new(
            start.task_queue,
            start.workflow_id,
            start.id_conflict_policy,
        )
        .id_reuse_policy(start.id_reuse_policy)
        .maybe_execution_timeout(start.execution_timeout)
        .maybe_run_timeout(start.run_timeout)
        .maybe_task_timeout(start.task_timeout)
        .maybe_search_attributes(start.search_attributes)
        .maybe_retry_policy(start.retry_policy)
        .priority(start.priority)
        .maybe_versioning_override(start.versioning_override)
        .maybe_start_header(start.header)
        .maybe_memo(start.memo)
        .maybe_static_summary(start.static_summary)
        .maybe_static_details(start.static_details)
        .maybe_update_id(update_id)
        .build()
    }
}

impl Client {
    /// Returns the error of a server that cannot be reached.
    pub(crate) fn unreachable(
        &self,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        ConnectionError::Unreachable {
            address: self.address().to_owned(),
            source: SharedError::new(error),
        }
        .into()
    }
}
