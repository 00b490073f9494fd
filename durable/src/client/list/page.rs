//! One page of a list, for callers that ask for the next one themselves.

use futures_util::FutureExt as _;
use temporalio_client::grpc::WorkflowService as _;
use temporalio_client::tonic::IntoRequest as _;
use temporalio_common::protos::temporal::api::workflow::v1::WorkflowExecutionInfo;
use temporalio_common::protos::temporal::api::workflowservice::v1::ListWorkflowExecutionsRequest;

use super::ListWorkflowsCall;
use crate::client::AnyWorkflow;
use crate::error::Result;

impl ListWorkflowsCall<AnyWorkflow> {
    /// Returns a page of at most this size, and the token of the next one, which is empty at the end.
    pub(crate) fn page(
        self,
        size: u32,
        token: Vec<u8>,
    ) -> impl Future<Output = Result<(Vec<WorkflowExecutionInfo>, Vec<u8>)>> + Send {
        let client = self.client.clone();
        let query = self.clauses().checked();
        async move {
            let query = query?;
            let request = ListWorkflowExecutionsRequest {
                namespace: client.namespace().to_owned(),
                page_size: i32::try_from(size).unwrap_or(i32::MAX),
                next_page_token: token,
                query: query.clone(),
            };
            let mut sdk = client.sdk().clone();
            let listing = async {
                let listed = sdk.list_workflow_executions(request.into_request()).await;
                let page = listed.map_err(|status| client.query_status(&query, status))?;
                let page = page.into_inner();
                Ok((page.executions, page.next_page_token))
            };
            client.within(None, || "list workflows".to_owned(), listing).await
        }
        .boxed()
    }
}
