//! Limits of calls that a server or a worker does not answer.

use durable::Error;
use durable::client::{ScheduleSpec, StartCall};
use durable::dev_server::DevServer;
use durable::prelude::*;
use durable_tests::unique;

use crate::client;

/// Nobody serves its queue.
#[workflow(queue = "deadlines-nobody", id = "{}")]
#[derive(Default)]
struct UnservedWorkflow;

#[workflow_methods]
impl UnservedWorkflow {
    #[run]
    async fn run(_id: String) -> WorkflowResult<()> {
        Ok(())
    }

    #[signal]
    fn hurry(&mut self) {}

    #[query]
    fn is_there(&self) -> bool {
        true
    }

    #[update]
    fn wake(&mut self) -> bool {
        true
    }
}

const LIMIT: Duration = Duration::from_millis(400);

/// The call ended for its limit, and says what it was.
#[track_caller]
fn timed_out<T>(result: durable::Result<T>, what: &str) {
    match result.map(drop) {
        Err(error @ Error::CallTimedOut { .. }) => {
            let text = error.to_string();
            assert!(text.contains(what) && text.contains("within 400ms"), "{text}");
        }
        other => panic!("{what}: {other:?}"),
    }
}

fn unserved(client: &Client) -> StartCall<UnservedWorkflow> {
    // Elsewhere than where the workers of this binary are.
    UnservedWorkflow::start(client, unique("unserved")).task_queue(unique("nobody"))
}

#[tokio::test]
async fn a_query_and_an_update_wait_for_no_longer_than_their_limit() -> durable::Result<()> {
    let client = client().await;
    let started = unserved(&client).call_timeout(Duration::from_secs(20)).await?;
    timed_out(started.is_there().call_timeout(LIMIT).await, "query workflow");
    timed_out(started.wake().call_timeout(LIMIT).await, "update workflow");
    timed_out(started.wake().call_timeout(LIMIT).start().await, "update workflow");
    // The server answers the rest in time.
    let hasty = UnservedWorkflow::handle(&client.with_call_timeout(LIMIT), started.id());
    timed_out(hasty.is_there().await, "query workflow");
    let patient = client.with_call_timeout(Duration::from_secs(20));
    let handle = UnservedWorkflow::handle(&patient, started.id());
    handle.describe().await?;
    handle.hurry().call_timeout(Duration::from_secs(20)).await?;
    handle.terminate("enough").await
}

#[cfg(unix)]
#[tokio::test]
async fn every_call_to_a_server_that_stands_still_ends() {
    let server = DevServer::start().await.expect("it starts");
    let client = Client::connect(server.address()).await.expect("it answers");
    let signal = |name: &str| {
        let id = server.process_id().to_string();
        let sent = std::process::Command::new("kill").args([name, &id]).status();
        assert!(sent.expect("kill runs").success());
    };
    signal("-STOP");
    timed_out(unserved(&client).call_timeout(LIMIT).await, "start workflow");
    let hasty = client.with_call_timeout(LIMIT);
    timed_out(unserved(&hasty).await, "start workflow");
    let with_signal = unserved(&hasty).with_signal(UnservedWorkflowHandle::hurry);
    timed_out(with_signal.await, "signal and start workflow");
    let with_update = unserved(&hasty).with_update(UnservedWorkflowHandle::wake);
    timed_out(with_update.await, "update and start");
    let handle = UnservedWorkflow::handle(&client, "unserved");
    timed_out(handle.hurry().call_timeout(LIMIT).await, "signal workflow `unserved`");
    let handle = UnservedWorkflow::handle(&hasty, "unserved");
    timed_out(handle.describe().await, "describe workflow `unserved`");
    timed_out(handle.cancel("x").await, "cancel workflow `unserved`");
    timed_out(handle.terminate("x").await, "terminate workflow `unserved`");
    let schedule = hasty.schedule("never");
    timed_out(schedule.pause().await, "pause schedule `never`");
    timed_out(schedule.describe().await, "describe schedule `never`");
    let spec = ScheduleSpec::new().cron("@daily");
    let create = unserved(&hasty).create_schedule("never", spec);
    timed_out(create.await, "create schedule `never`");
    timed_out(hasty.list_all().count().await, "count");
    timed_out(hasty.list_all().await, "list");
    signal("-CONT");
    server.shutdown().await.expect("it ends");
}
