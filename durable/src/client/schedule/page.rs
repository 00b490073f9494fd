//! One page of a list of schedules, for callers that ask for the next one themselves.

use std::time::SystemTime;

use futures_util::FutureExt as _;
use temporalio_client::grpc::WorkflowService;
use temporalio_client::tonic::IntoRequest as _;
use temporalio_common::protos::proto_ts_to_system_time;
use temporalio_common::protos::temporal::api::schedule::v1::ScheduleListEntry;
use temporalio_common::protos::temporal::api::workflowservice::v1::ListSchedulesRequest;

use super::ListSchedulesCall;
use crate::error::Result;

/// A listed schedule, without values of the user.
pub(crate) struct ScheduleItem {
    pub(crate) id: String,
    pub(crate) workflow_type: String,
    pub(crate) paused: bool,
    pub(crate) note: Option<String>,
    pub(crate) next_runs: Vec<SystemTime>,
}

impl From<ScheduleListEntry> for ScheduleItem {
    fn from(entry: ScheduleListEntry) -> Self {
        let info = entry.info.unwrap_or_default();
        let next = info.future_action_times.iter();
        Self {
            id: entry.schedule_id,
            workflow_type: info.workflow_type.unwrap_or_default().name,
            paused: info.paused,
            note: (!info.notes.is_empty()).then_some(info.notes),
            next_runs: next.filter_map(proto_ts_to_system_time).collect(),
        }
    }
}

impl ListSchedulesCall {
    /// Returns a page of at most this size, and the token of the next one, which is empty at the end.
    pub(crate) fn page(
        self,
        size: u32,
        token: Vec<u8>,
    ) -> impl Future<Output = Result<(Vec<ScheduleItem>, Vec<u8>)>> + Send {
        let Self { client, query } = self;
        async move {
            let query = query.checked()?;
            let request = ListSchedulesRequest {
                namespace: client.namespace().to_owned(),
                maximum_page_size: i32::try_from(size).unwrap_or(i32::MAX),
                next_page_token: token,
                query: query.clone(),
            };
            let mut sdk = client.sdk().clone();
            let listing = async {
                let listed =
                    WorkflowService::list_schedules(&mut sdk, request.into_request()).await;
                let page = listed.map_err(|status| client.query_status(&query, status))?;
                let page = page.into_inner();
                let items = page.schedules.into_iter().map(ScheduleItem::from).collect();
                Ok((items, page.next_page_token))
            };
            client.within(None, || "list schedules".to_owned(), listing).await
        }
        .boxed()
    }
}
