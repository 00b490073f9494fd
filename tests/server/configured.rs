//! Configuration on a server: every key that is not of the connection has an effect.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use durable::Error;
use durable::config::Config;
use durable::dev_server::DevServer;
use durable::options::{ActivityOptions, ConfiguredOptions};
use durable::prelude::*;
use durable::sdk::temporalio_common::protos::temporal::api::enums::v1::EventType;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::history_event::Attributes;
use durable::sdk::temporalio_common::protos::temporal::api::history::v1::{
    ActivityTaskScheduledEventAttributes, WorkflowExecutionStartedEventAttributes,
};
use durable::worker::{RunningWorkers, WorkerError, WorkerOptions, WorkerProblem};
use durable::workflow::join_all_bounded;
use durable_tests::{Shared, attributes, unique};

/// How many `counted` run, and the most that ever did, by workflow.
static RUNNING: Mutex<BTreeMap<String, (u32, u32)>> = Mutex::new(BTreeMap::new());

fn counting(id: &str, change: impl FnOnce(&mut (u32, u32))) -> u32 {
    let mut running = RUNNING.lock().expect("nobody panics with it");
    let entry = running.entry(id.to_owned()).or_default();
    change(entry);
    entry.1
}

/// Counts how many of it run side by side for a workflow.
#[activity(queue = "configured", schedule_to_close_timeout = "40m")]
async fn counted(id: String) {
    counting(&id, |(now, most)| {
        *now += 1;
        *most = (*most).max(*now);
    });
    tokio::time::sleep(Duration::from_millis(30)).await;
    counting(&id, |(now, _)| *now -= 1);
}

/// Sets one option of its own.
#[activity(queue = "configured", start_to_close_timeout = "7s")]
async fn annotated() {}

/// Runs `counted` this often, all at once.
#[workflow(queue = "configured")]
#[derive(Default)]
struct SideBySide;

#[workflow_methods]
impl SideBySide {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>, times: u32) -> WorkflowResult<()> {
        let id = ctx.workflow_id().to_owned();
        let calls =
            (0..times).map(|_| counted::execute(ctx, id.clone()).task_queue(ctx.task_queue()));
        for ended in join_all_bounded(100, calls).await {
            ended?;
        }
        Ok(())
    }
}

/// Calls `annotated` and `counted`, the latter also with an option at the call, and waits before it.
#[workflow(queue = "configured", run_timeout = "1h")]
#[derive(Default)]
struct Calling {
    go: bool,
}

#[workflow_methods]
impl Calling {
    #[run]
    async fn run(ctx: &mut WorkflowContext<Self>) -> WorkflowResult<()> {
        let id = ctx.workflow_id().to_owned();
        let queue = ctx.task_queue().to_owned();
        annotated::execute(ctx).task_queue(&queue).await?;
        ctx.wait_condition(|state| state.go).await?;
        counted::execute(ctx, id.clone()).task_queue(&queue).await?;
        let heartbeat = Duration::from_secs(11);
        counted::execute(ctx, id).task_queue(&queue).heartbeat_timeout(heartbeat).await?;
        Ok(())
    }

    #[signal]
    async fn go(ctx: &mut WorkflowContext<Self>) {
        // A handler's calls are configured like those of the run.
        let queue = ctx.task_queue().to_owned();
        let _called = annotated::execute(ctx).task_queue(queue).await;
        ctx.state_mut(|state| state.go = true);
    }
}

/// The configuration of a text, for this binary's server.
fn config(text: &str) -> Config {
    let address = Shared::get().address();
    let config = Config::loader().text(text).environment([("TEMPORAL_ADDRESS", address)]).load();
    config.unwrap_or_else(|error| panic!("{error}"))
}

async fn client(config: &Config) -> Client {
    Client::builder().config(config).connect().await.expect("the dev server answers")
}

/// Serves the queue of this module under another name, as the client's configuration says.
async fn serve(client: &Client, name: &str) -> durable::Result<RunningWorkers> {
    let name = name.to_owned();
    let renamed = move |options: &mut WorkerOptions| options.task_queue.clone_from(&name);
    Workers::new(client).queues(["configured"]).worker_options(renamed).start().await
}

fn seconds(duration: Option<impl TryInto<Duration>>) -> f64 {
    let duration = duration.and_then(|duration| duration.try_into().ok());
    duration.map_or(0.0, |duration| duration.as_secs_f64())
}

const OPTIONS: &str = "
temporal:
  workflows:
    execution_timeout_s: 9000
    run_timeout_s: 800
    task_timeout_s: 9
    retry:
      maximum_attempts: 4
      initial_interval_seconds: 2
      backoff_coefficient: 1.5
      maximum_interval_seconds: 30
      non_retryable_error_types: [CardDeclined]
    types:
      SideBySide: { execution_timeout_s: 7000, retry: { maximum_attempts: 2 } }
  activities:
    start_to_close_timeout_s: 100
    schedule_to_close_timeout_s: 1000
    schedule_to_start_timeout_s: 500
    heartbeat_timeout_s: 5
    retry: { maximum_attempts: 6, initial_interval_seconds: 0.5 }
    types:
      counted: { heartbeat_timeout_s: 20, retry: { backoff_coefficient: 3 } }
";

type Started = Box<WorkflowExecutionStartedEventAttributes>;

async fn started<W: durable::client::HasHandle>(handle: &WorkflowHandle<W>) -> Started {
    match attributes(handle, EventType::WorkflowExecutionStarted).await.pop() {
        Some(Attributes::WorkflowExecutionStartedEventAttributes(started)) => started.into(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn workflows_start_with_what_is_configured_for_them() -> durable::Result<()> {
    let client = client(&config(OPTIONS)).await;
    let queue = unique("configured");

    let all = Calling::start(&client).task_queue(&queue).await?;
    let event = started(&all).await;
    assert!((seconds(event.workflow_execution_timeout) - 9000.0).abs() < 0.1);
    assert!((seconds(event.workflow_run_timeout) - 3600.0).abs() < 0.1, "the annotation's");
    assert!((seconds(event.workflow_task_timeout) - 9.0).abs() < 0.1);
    let retry = event.retry_policy.expect("a retry policy");
    assert_eq!(retry.maximum_attempts, 4);
    assert!((seconds(retry.initial_interval) - 2.0).abs() < 0.1);
    assert!((retry.backoff_coefficient - 1.5).abs() < 0.01);
    assert!((seconds(retry.maximum_interval) - 30.0).abs() < 0.1);
    assert_eq!(retry.non_retryable_error_types, ["CardDeclined"]);

    let one = SideBySide::start(&client, 0).task_queue(&queue).await?;
    let event = started(&one).await;
    assert!((seconds(event.workflow_execution_timeout) - 7000.0).abs() < 0.1);
    assert!((seconds(event.workflow_run_timeout) - 800.0).abs() < 0.1);
    let retry = event.retry_policy.expect("a retry policy");
    assert_eq!((retry.maximum_attempts, seconds(retry.initial_interval)), (2, 2.0));

    let called = SideBySide::start(&client, 0).task_queue(&queue);
    let called = called.execution_timeout(Duration::from_secs(900)).await?;
    assert!((seconds(started(&called).await.workflow_execution_timeout) - 900.0).abs() < 0.1);
    Ok(())
}

async fn scheduled<W: durable::client::HasHandle>(
    handle: &WorkflowHandle<W>,
) -> Vec<ActivityTaskScheduledEventAttributes> {
    let scheduled = attributes(handle, EventType::ActivityTaskScheduled).await.into_iter();
    let scheduled = scheduled.map(|attributes| match attributes {
        Attributes::ActivityTaskScheduledEventAttributes(scheduled) => scheduled,
        other => panic!("{other:?}"),
    });
    scheduled.collect()
}

#[tokio::test]
async fn activities_are_called_as_the_workers_configuration_says_and_it_may_change()
-> durable::Result<()> {
    let queue = unique("configured");
    let first = client(&config(OPTIONS)).await;
    let workers = serve(&first, &queue).await?;
    let calling = Calling::start(&first).task_queue(&queue).await?;
    durable_tests::eventually("first activity", || async {
        let done = attributes(&calling, EventType::ActivityTaskCompleted).await;
        (!done.is_empty()).then_some(())
    })
    .await;
    workers.shutdown().await?;

    // The same with other values: it replays from the start, and goes on with the new ones.
    let changed =
        OPTIONS.replace("schedule_to_start_timeout_s: 500", "schedule_to_start_timeout_s: 400");
    let second = client(&config(&changed)).await;
    let workers = serve(&second, &queue).await?;
    calling.go().await?;
    calling.result().await?;
    workers.shutdown().await?;

    let scheduled = scheduled(&calling).await;
    let names: Vec<_> = scheduled.iter().map(|s| s.activity_type.clone().unwrap().name).collect();
    assert_eq!(names, ["annotated", "annotated", "counted", "counted"]);
    let to_start: Vec<_> = scheduled.iter().map(|s| seconds(s.schedule_to_start_timeout)).collect();
    assert_eq!(to_start, [500.0, 400.0, 400.0, 400.0]);
    let to_close: Vec<_> = scheduled.iter().map(|s| seconds(s.start_to_close_timeout)).collect();
    assert_eq!(to_close, [7.0, 7.0, 100.0, 100.0], "the annotation's, then the configured");
    let all: Vec<_> = scheduled.iter().map(|s| seconds(s.schedule_to_close_timeout)).collect();
    assert_eq!(all, [1000.0, 1000.0, 2400.0, 2400.0], "the configured, then the annotation's");
    let heartbeats: Vec<_> = scheduled.iter().map(|s| seconds(s.heartbeat_timeout)).collect();
    assert_eq!(heartbeats, [5.0, 5.0, 20.0, 11.0], "for all, for the type, at the call");
    let retry = scheduled[2].retry_policy.clone().expect("a retry policy");
    assert_eq!((retry.maximum_attempts, seconds(retry.initial_interval)), (6, 0.5));
    assert!((retry.backoff_coefficient - 3.0).abs() < 0.01);
    assert!((seconds(retry.maximum_interval) - 60.0).abs() < 0.1, "the built-in");
    Ok(())
}

#[tokio::test]
async fn options_can_be_configured_without_a_file() -> durable::Result<()> {
    let queue = unique("configured");
    let options = ActivityOptions::default().schedule_to_close_timeout(Duration::from_secs(77));
    let client = Client::builder()
        .address(Shared::get().address())
        .configured_options(ConfiguredOptions::default().activity("annotated", options))
        .connect()
        .await?;
    let workers = serve(&client, &queue).await?;
    let calling = Calling::start(&client).task_queue(&queue).await?;
    calling.go().await?;
    calling.result().await?;
    let first = scheduled(&calling).await.swap_remove(0);
    assert!((seconds(first.schedule_to_close_timeout) - 77.0).abs() < 0.1);
    workers.shutdown().await
}

/// The most activities that ran side by side on workers of this configuration.
async fn side_by_side(text: &str) -> durable::Result<u32> {
    let queue = unique("configured");
    let client = client(&config(text)).await;
    let workers = serve(&client, &queue).await?;
    let workflow = SideBySide::start(&client, 8).task_queue(&queue).await?;
    workflow.result().await?;
    workers.shutdown().await?;
    Ok(counting(workflow.id(), |_| {}))
}

#[tokio::test]
async fn as_many_activities_run_at_once_as_configured() -> durable::Result<()> {
    let limit = |keys| format!("temporal: {{ worker: {{ activities_per_second: 0, {keys} }} }}");
    assert!(side_by_side(&limit("max_concurrent_activities: 100")).await? > 1);
    assert_eq!(side_by_side(&limit("max_concurrent_activities: 1")).await?, 1);
    let of_queue = "queues: { configured: { max_concurrent_activities: 1 } }";
    assert_eq!(side_by_side(&limit(of_queue)).await?, 1);
    // The machine's memory is in use, so there is no more than the one slot that is always there.
    let full = "target_memory_usage: 0.0001, target_cpu_usage: 0.9";
    assert_eq!(side_by_side(&limit(full)).await?, 1);
    Ok(())
}

#[tokio::test]
async fn as_many_activities_begin_in_a_second_as_configured() -> durable::Result<()> {
    let before = Instant::now();
    side_by_side("temporal: { worker: { activities_per_second: 2 } }").await?;
    // Of the eight, two may begin at once; the others wait for half a second each.
    assert!(before.elapsed() > Duration::from_secs(2), "it took {:?}", before.elapsed());
    Ok(())
}

/// What the SDK is given for the worker of a queue.
async fn given(text: &str, queue: &'static str) -> durable::Result<WorkerOptions> {
    let client = client(&config(text)).await;
    let seen = Arc::new(Mutex::new(None));
    let taken = Arc::clone(&seen);
    let name = unique("configured");
    let look = move |options: &mut WorkerOptions| {
        *taken.lock().expect("nobody panics with it") = Some(options.clone());
        options.task_queue.clone_from(&name);
    };
    let workers = Workers::new(&client).queues([queue]).worker_options(look).start().await?;
    workers.shutdown().await?;
    let seen = seen.lock().expect("nobody panics with it").take();
    Ok(seen.expect("the worker was made"))
}

#[tokio::test]
async fn the_sdk_is_given_every_setting_of_a_worker() -> durable::Result<()> {
    let text = "
temporal:
  worker:
    activities_per_second: 3
    task_queue_activities_per_second: 4.5
    max_concurrent_activities: 5
    max_concurrent_local_activities: 6
    max_concurrent_workflow_tasks: 7
    workflow_cache_size: 8
    sticky_queue_schedule_to_start_timeout_ms: 9000
    workflow_pollers: 3
    activity_pollers: 2
    worker_build_id: build-1
    drain_timeout_s: 12
    queues:
      configured: { activities_per_second: 0, workflow_cache_size: 0, worker_build_id: build-2 }
";
    for queue in ["configured", "inside"] {
        let options = given(text, queue).await?;
        let of_queue = queue == "configured";
        let rate = options.max_worker_activities_per_second;
        assert_eq!(rate, (!of_queue).then_some(3.0));
        assert_eq!(options.max_task_queue_activities_per_second, Some(4.5));
        assert_eq!(options.max_cached_workflows, if of_queue { 0 } else { 8 });
        let sticky = options.sticky_queue_schedule_to_start_timeout;
        assert_eq!(sticky, Duration::from_secs(9));
        let pollers = format!("{:?}", options.workflow_task_poller_behavior);
        assert_eq!(pollers, "Some(SimpleMaximum(3))");
        let pollers = format!("{:?}", options.activity_task_poller_behavior);
        assert_eq!(pollers, "Some(SimpleMaximum(2))");
        let build_id = &options.deployment_options.version.build_id;
        assert_eq!(build_id, if of_queue { "build-2" } else { "build-1" });
        assert_eq!(options.graceful_shutdown_period, Some(Duration::from_secs(12)));
        let tuner = format!("{:?}", options.tuner);
        for (kind, slots) in
            [("activity_task", 5), ("local_activity_task", 6), ("workflow_task", 7)]
        {
            let supplier = format!(
                "{kind}_slot_supplier: FixedSize(FixedSizeSlotSupplier {{ num_slots: {slots} }})"
            );
            assert!(tuner.contains(&supplier), "{supplier}\n{tuner}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn queues_and_workers_can_be_switched_off() -> durable::Result<()> {
    let off = config("temporal: { worker: { enabled: false } }");
    let refused = Workers::new(&client(&off).await).start().await;
    assert!(matches!(refused, Err(Error::Worker(WorkerError::Disabled))), "{refused:?}");

    let known: Vec<_> = durable::Registry::collect()?.queues().map(|(name, _)| name).collect();
    let every = known.iter().map(|queue| format!("{queue}: {{ enabled: false }}"));
    let every = every.collect::<Vec<_>>().join(", ");
    let none = config(&format!("temporal: {{ worker: {{ queues: {{ {every} }} }} }}"));
    match Workers::new(&client(&none).await).start().await {
        Err(Error::Worker(WorkerError::Misconfigured { problems })) => {
            assert_eq!(problems, [WorkerProblem::NoQueueEnabled { queues: known.clone() }]);
        }
        other => panic!("{other:?}"),
    }

    let but_one = every.replace("configured: { enabled: false }", "configured: { enabled: true }");
    let but_one = config(&format!("temporal: {{ worker: {{ queues: {{ {but_one} }} }} }}"));
    let client = client(&but_one).await;
    let workers = Workers::new(&client).start().await?;
    assert_eq!(workers.queues().collect::<Vec<_>>(), ["configured"]);
    workers.shutdown().await
}

#[tokio::test]
async fn annotations_that_cannot_be_with_the_configuration_do_not_start() -> durable::Result<()> {
    let text = "
temporal:
  activities:
    types:
      annotated: { schedule_to_close_timeout_s: 3, start_to_close_timeout_s: 2 }
";
    match serve(&client(&config(text)).await, &unique("configured")).await {
        Err(Error::Worker(WorkerError::Misconfigured { problems })) => {
            let texts: Vec<_> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(texts.len(), 1, "{texts:#?}");
            assert!(texts[0].contains("activity `annotated` at "), "{}", texts[0]);
            assert!(texts[0].contains("start_to_close_timeout (7s) is longer"), "{}", texts[0]);
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}

#[tokio::test]
async fn a_configuration_of_the_workers_own_beats_that_of_their_client() -> durable::Result<()> {
    let client = client(&config("temporal: { worker: { enabled: false } }")).await;
    let own = config("temporal: { worker: { queues: { configured: { enabled: true } } } }");
    let workers =
        Workers::new(&client).config(&own).queues(["configured"]).worker_options(|options| {
            options.task_queue = unique("configured");
        });
    workers.start().await?.shutdown().await
}

#[tokio::test]
async fn the_dev_server_is_configured_too() -> durable::Result<()> {
    let folder = tempfile::tempdir().expect("a folder");
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        free.local_addr().expect("it is bound").port()
    };
    let database = folder.path().join("state.db");
    let text = format!(
        "temporal: {{ dev_server: {{ ui: true, port: {port}, database: {}, cli: {} }} }}",
        database.display(),
        Shared::get().cli().display(),
    );
    let server = DevServer::builder().config(&config(&text)).start().await?;
    assert!(server.address().ends_with(&format!(":{port}")), "{}", server.address());
    assert!(server.ui_address().is_some());
    assert_eq!(server.cli().path(), Shared::get().cli());
    assert!(database.exists());
    server.shutdown().await?;

    let missing = config("temporal: { dev_server: { cli: /no/such/temporal, ui_port: 1 } }");
    let error = DevServer::builder().config(&missing).start().await.expect_err("there is none");
    assert!(error.to_string().contains("/no/such/temporal"), "{error}");
    Ok(())
}
