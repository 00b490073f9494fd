//! Interceptors of clients that panic in each of their methods: the call returns an error.

use std::fmt::Debug;

use durable::client::{ClientInterceptor, Payloads, ScheduleSpec};
use durable::prelude::*;
use durable::sdk::temporalio_client::errors::{
    ClientError, WorkflowInteractionError, WorkflowQueryError, WorkflowStartError,
    WorkflowUpdateError, WorkflowUpdateWithStartError,
};
use durable::sdk::temporalio_client::interceptors::*;
use durable::sdk::temporalio_client::schedules::ScheduleError;
use durable_tests::{Shared, unique};
use futures_util::future::BoxFuture;

struct Poisoned;

macro_rules! poisoned {
    ($($method:ident($input:ty) -> $output:ty, $error:ty;)*) => {
        impl ClientInterceptor for Poisoned {
            $(
                fn $method<'a>(
                    &'a self,
                    _: $input,
                    _: Next<'a, $input, BoxFuture<'a, Result<$output, $error>>>,
                ) -> BoxFuture<'a, Result<$output, $error>> {
                    panic!("poison in the interceptor")
                }
            )*
        }
    };
}

poisoned! {
    start_workflow(StartWorkflowInput) -> StartWorkflowOutput, WorkflowStartError;
    signal_with_start_workflow(SignalWithStartWorkflowInput) -> StartWorkflowOutput, WorkflowStartError;
    list_workflows_page(ListWorkflowsPageInput) -> ListWorkflowsPageOutput, ClientError;
    count_workflows(CountWorkflowsInput) -> CountWorkflowsOutput, ClientError;
    describe_workflow(DescribeWorkflowInput) -> DescribeWorkflowOutput, WorkflowInteractionError;
    fetch_workflow_history_page(FetchWorkflowHistoryPageInput)
        -> FetchWorkflowHistoryPageOutput, WorkflowInteractionError;
    signal_workflow(SignalWorkflowInput) -> (), WorkflowInteractionError;
    query_workflow(QueryWorkflowInput) -> QueryWorkflowOutput, WorkflowQueryError;
    start_workflow_update(StartWorkflowUpdateInput) -> StartWorkflowUpdateOutput, WorkflowUpdateError;
    update_with_start_workflow(UpdateWithStartWorkflowInput)
        -> UpdateWithStartWorkflowOutput, WorkflowUpdateWithStartError;
    cancel_workflow(CancelWorkflowInput) -> (), WorkflowInteractionError;
    terminate_workflow(TerminateWorkflowInput) -> (), WorkflowInteractionError;
    create_schedule(CreateScheduleInput) -> CreateScheduleOutput, ScheduleError;
    list_schedules_page(ListSchedulesPageInput) -> ListSchedulesPageOutput, ScheduleError;
    describe_schedule(DescribeScheduleInput) -> DescribeScheduleOutput, ScheduleError;
    delete_schedule(DeleteScheduleInput) -> (), ScheduleError;
}

fn is_refused<T: Debug>(call: &str, ended: durable::Result<T>) {
    let error = ended.map(drop).expect_err(call);
    let said = error.to_string();
    assert!(
        said.contains("code of this program panicked: poison in the interceptor"),
        "{call}: {said}"
    );
}

#[tokio::test]
async fn a_panic_of_a_client_interceptor_is_the_error_of_its_call() {
    let client = Client::builder().address(Shared::get().address()).interceptor(Poisoned);
    let client = client.connect().await.expect("the server answers");
    let start =
        || client.start("Nothing", "faults-clients", Payloads::none()).id(unique("clients"));
    let workflow = client.workflow("nothing");
    let none = Payloads::none;
    is_refused("start", start().await);
    is_refused("signal with start", start().with_signal(|it| it.signal("tell", none())).await);
    is_refused("update with start", start().with_update(|it| it.update("tell", none())).await);
    is_refused("list", client.list_all().await);
    is_refused("stream", client.list_all().stream().next().await);
    is_refused("count", client.list_all().count().await);
    is_refused("describe", workflow.describe().await);
    is_refused("result", workflow.result().await);
    is_refused("signal", workflow.signal("tell", none()).await);
    is_refused("query", workflow.query("tell", none()).await);
    is_refused("update", workflow.update("tell", none()).await);
    is_refused("cancel", workflow.cancel("why not").await);
    is_refused("terminate", workflow.terminate("why not").await);
    let schedule = start().create_schedule(unique("clients"), ScheduleSpec::manual());
    is_refused("create schedule", schedule.await);
    is_refused("list schedules", client.list_schedules().await);
    is_refused("describe schedule", client.schedule("nothing").describe().await);
    is_refused("delete schedule", client.schedule("nothing").delete().await);
}
