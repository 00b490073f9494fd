//! Listing recurring schedules.

use std::fmt;
use std::future::IntoFuture;
use std::time::SystemTime;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt as _, StreamExt as _};
use temporalio_client::schedules::{ListSchedulesOptions, ScheduleError};
use temporalio_common::Memo;
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::search_attributes::{
    SearchAttributeKey, SearchAttributeValue, SearchAttributes,
};

use super::description::runs;
use super::{ScheduleHandle, ScheduleRun, ScheduleSpec};
use crate::client::Client;
use crate::client::list::{Listing, Query};
use crate::error::{Error, Result, payload_error};

impl Client {
    /// Lists the recurring schedules of the namespace.
    ///
    /// ```no_run
    /// # async fn example(client: &durable::Client) -> durable::Result<()> {
    /// for schedule in client.list_schedules().paused(true).await? {
    ///     println!("{} is paused: {}", schedule.id, schedule.note.unwrap_or_default());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn list_schedules(&self) -> ListSchedulesCall {
        ListSchedulesCall { client: self.clone(), query: Query::default() }
    }
}

/// A query of recurring schedules. Awaiting it returns all at once, and [`stream`](Self::stream) one after
/// the other. All conditions must hold. It is eventually consistent: a recent change may be
/// missing.
///
/// # Errors
/// [`Error::InvalidQuery`], [`ConnectionError::NamespaceNotFound`](crate::error::ConnectionError::NamespaceNotFound), [`ConnectionError::Unreachable`](crate::error::ConnectionError::Unreachable), [`Error::Rpc`].
#[must_use = "nothing is asked before it is awaited or streamed"]
#[derive(Debug)]
pub struct ListSchedulesCall {
    pub(super) client: Client,
    pub(super) query: Query,
}

impl ListSchedulesCall {
    /// Selects recurring schedules that are paused, or those that are not.
    pub fn paused(mut self, paused: bool) -> Self {
        self.query.is("TemporalSchedulePaused", paused);
        self
    }

    /// Selects recurring schedules whose search attribute has this value.
    #[allow(clippy::needless_pass_by_value, reason = "as a start takes it")]
    pub fn search_attribute<T: SearchAttributeValue>(
        mut self,
        key: &SearchAttributeKey<T>,
        value: T,
    ) -> Self {
        self.query.attribute(key, &value);
        self
    }

    /// Adds a condition in [Temporal's list filter syntax](https://docs.temporal.io/list-filter).
    /// It is sent unchanged, so values in it must be quoted. Its parentheses and quotes must be complete,
    /// and it can't have comments, so it can't lift the other conditions.
    pub fn matching(mut self, query: impl AsRef<str>) -> Self {
        self.query.raw(query.as_ref());
        self
    }

    /// Returns a stream of the recurring schedules, which are fetched page by page.
    pub fn stream(self) -> Listing<ScheduleSummary> {
        let Self { client, query } = self;
        let query = match query.checked() {
            Ok(query) => query,
            Err(error) => return Listing::failed(error),
        };
        let options = ListSchedulesOptions::builder().query(query.clone()).build();
        let listed = client.sdk().list_schedules(options);
        Listing::new(listed.map(move |schedule| match schedule {
            Ok(schedule) => Ok(ScheduleSummary::new(&client, &schedule)),
            Err(ScheduleError::Rpc(status)) => Err(client.query_status(&query, status)),
            Err(ScheduleError::PayloadConversion(error)) => Err(Error::WrongType {
                what: "memo of a listed schedule".to_owned(),
                cause: payload_error(error).into(),
            }),
            Err(other) => Err(client.unreachable(other)),
        }))
    }
}

impl IntoFuture for ListSchedulesCall {
    type Output = Result<Vec<ScheduleSummary>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move {
            let client = self.client.clone();
            client.within(None, || "list schedules".to_owned(), self.stream().collect()).await
        }
        .boxed()
    }
}

/// A listed schedule.
#[derive(Clone)]
#[non_exhaustive]
pub struct ScheduleSummary {
    /// The schedule's id.
    pub id: String,
    /// The name of the type of the workflow that it starts.
    pub workflow_type: String,
    /// The schedule's times, as the server parsed them.
    pub spec: ScheduleSpec,
    /// True if it is paused.
    pub paused: bool,
    /// The note about its state.
    pub note: Option<String>,
    /// The next times at which it acts.
    pub next_runs: Vec<SystemTime>,
    /// The last workflows that it started, oldest first.
    pub recent_runs: Vec<ScheduleRun>,
    /// The memo of the schedule.
    pub memo: Memo,
    /// The search attributes of the schedule.
    pub search_attributes: SearchAttributes,
    client: Client,
}

impl ScheduleSummary {
    fn new(client: &Client, summary: &temporalio_client::schedules::ScheduleSummary) -> Self {
        let info = summary.raw().info.clone().unwrap_or_default();
        Self {
            id: summary.schedule_id().to_owned(),
            workflow_type: info.workflow_type.unwrap_or_default().name,
            spec: info.spec.unwrap_or_default().into(),
            paused: info.paused,
            note: (!info.notes.is_empty()).then_some(info.notes),
            next_runs: info
                .future_action_times
                .iter()
                .filter_map(proto_ts_to_system_time)
                .collect(),
            recent_runs: runs(&info.recent_actions),
            memo: summary.memo(),
            search_attributes: summary.search_attributes(),
            client: client.clone(),
        }
    }

    /// Returns a handle of the schedule.
    #[must_use]
    pub fn handle(&self) -> ScheduleHandle {
        self.client.schedule(&self.id)
    }
}

impl fmt::Debug for ScheduleSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScheduleSummary")
            .field("id", &self.id)
            .field("workflow_type", &self.workflow_type)
            .field("paused", &self.paused)
            .field("note", &self.note)
            .finish_non_exhaustive()
    }
}
