//! Settings of workers, of single queues and of the dev server.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use durable::dev_server::DevServer;
use durable::prelude::*;
use durable::worker::{WorkerError, WorkerOptions, WorkerProblem};
use durable_tests::{Shared, unique};

use super::{SideBySide, client, config, counting, serve};

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

/// Returns the options that the SDK gets for the worker of a queue.
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
    let refused = Workers::new(&client(&off).await).start().await.expect_err("it is disabled");
    assert!(matches!(refused.downcast_ref(), Some(WorkerError::Disabled)), "{refused:?}");

    let known: Vec<_> = durable::Registry::collect()?.queues().map(|(name, _)| name).collect();
    let every = known.iter().map(|queue| format!("{queue}: {{ enabled: false }}"));
    let every = every.collect::<Vec<_>>().join(", ");
    let none = config(&format!("temporal: {{ worker: {{ queues: {{ {every} }} }} }}"));
    let refused = Workers::new(&client(&none).await).start().await;
    let refused = refused.expect_err("no queue is enabled");
    match refused.downcast_ref() {
        Some(WorkerError::Misconfigured { problems }) => {
            assert_eq!(*problems, [WorkerProblem::NoQueueEnabled { queues: known.clone() }]);
        }
        other => panic!("{other:?}"),
    }

    let but_one = every.replace("configured: { enabled: false }", "configured: { enabled: true }");
    let but_one = config(&format!("temporal: {{ worker: {{ queues: {{ {but_one} }} }} }}"));
    let client = client(&but_one).await;
    // The queue itself is that of other tests.
    let renamed = |options: &mut WorkerOptions| options.task_queue = unique("configured");
    let workers = Workers::new(&client).worker_options(renamed).start().await?;
    assert_eq!(workers.queues().collect::<Vec<_>>(), ["configured"]);
    workers.shutdown().await
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
